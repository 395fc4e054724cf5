//! Raw workerd: its configuration, and a running one.

use std::fs::{self, File};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::candidate::Candidate;
use crate::machine;
use crate::ports::Ports;
use xtask::process::Running;
use xtask::{gate, project};

/// As in wrangler.toml.
const COMPATIBILITY_DATE: &str = "2026-04-25";
/// The host name of the admin plane.
pub const ADMIN_HOST: &str = "admin.localhost";
const START_LIMIT: Duration = Duration::from_secs(60);

/// A workerd with one candidate; dropping it ends it.
pub struct Workerd {
    running: Running,
    port: u16,
}

impl Workerd {
    /// Starts a candidate on the first core, in front of the origin at a port, and waits until it takes connections.
    pub fn candidate(candidate: &Candidate, ports: &Ports, origin: u16, directory: &Path) -> Result<Self> {
        let (file, port) = prepare(candidate, ports, origin, directory)?;
        Self::start(machine::on_first_core(binary()?), &[], &file, port)
    }

    /// As [`candidate`](Self::candidate), beneath a program that counts what it does.
    pub fn beneath(
        program: &[&str],
        candidate: &Candidate,
        ports: &Ports,
        origin: u16,
        directory: &Path,
    ) -> Result<Self> {
        let (file, port) = prepare(candidate, ports, origin, directory)?;
        let mut command = machine::on_first_core("env");
        command.args(program).arg(binary()?);
        Self::start(command, &[], &file, port)
    }

    /// As [`candidate`](Self::candidate), with V8's inspector at a port.
    pub fn inspected(
        candidate: &Candidate,
        ports: &Ports,
        origin: u16,
        directory: &Path,
        inspector: u16,
    ) -> Result<Self> {
        let (file, port) = prepare(candidate, ports, origin, directory)?;
        let inspector = format!("--inspector-addr=127.0.0.1:{inspector}");
        Self::start(machine::on_first_core(binary()?), &[&inspector], &file, port)
    }

    /// Starts KV, cache and control, wherever there is room.
    pub fn store(ports: &Ports, directory: &Path) -> Result<Self> {
        let file = directory.join("store.capnp");
        fs::copy(project::path("bench/store.js"), directory.join("store.js"))?;
        fs::write(&file, store_config(ports))?;
        Self::start(Command::new(binary()?), &[], &file, ports.control)
    }

    fn start(mut command: Command, flags: &[&str], config: &Path, port: u16) -> Result<Self> {
        let log = config.with_extension("log");
        command.args(["serve", "--experimental"]).args(flags).arg(config);
        command.stdout(File::create(&log)?).stderr(File::options().append(true).open(&log)?);
        let mut workerd = Self { running: Running::start(&mut command)?, port };
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > deadline || workerd.running.ended()?.is_some() {
                bail!("workerd does not start: see {}", log.display());
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(workerd)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.running.id()
    }

    /// The URL of a target on it.
    pub fn url(&self, target: &str) -> String {
        format!("http://127.0.0.1:{}{target}", self.port)
    }
}

/// The binary itself: the one on the path is a script in front of it.
fn binary() -> Result<PathBuf> {
    let packages = fs::read_dir(project::path("node_modules/@cloudflare")).context("the npm packages are missing")?;
    let binaries = packages.flatten().map(|package| package.path().join("bin/workerd"));
    binaries.into_iter().find(|binary| binary.is_file()).context("workerd has no binary for this platform")
}

/// Writes a candidate's configuration: the file, and the port that it is to listen on.
fn prepare(candidate: &Candidate, ports: &Ports, origin: u16, directory: &Path) -> Result<(PathBuf, u16)> {
    let port = gate::free_port()?;
    let file = directory.join(format!("{}-{port}.capnp", candidate.name));
    fs::write(&file, candidate_config(candidate, ports, origin, port, directory)?)?;
    Ok((file, port))
}

/// What every candidate gets: KV twice (each library has its own name for it), the origin, a cache; and a registry with SQLite
/// where there is one.
fn candidate_config(candidate: &Candidate, ports: &Ports, origin: u16, port: u16, directory: &Path) -> Result<String> {
    let Candidate { name, wasm } = candidate;
    let disk = directory.join(format!("disk-{port}"));
    fs::create_dir_all(&disk)?;
    let module = |wasm: &str| format!(r#"(name = "{wasm}", wasm = embed "{wasm}"),"#);
    let registry = wasm.map_or("", |_| {
        r#"durableObjectNamespaces = [(className = "Registry", uniqueKey = "registry", enableSql = true)],
      durableObjectStorage = (localDisk = "disk"),"#
    });
    let binding = wasm.map_or("", |_| r#"(name = "REGISTRY", durableObjectNamespace = "Registry"),"#);
    Ok(format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "candidate", worker = (
      modules = [(name = "{name}.js", esModule = embed "{name}.js"), {wasm}],
      compatibilityDate = "{COMPATIBILITY_DATE}",
      bindings = [
        (name = "TOKENS", kvNamespace = "kv"), (name = "OAUTH_KV", kvNamespace = "kv"), (name = "ORIGIN", service = "origin"),
        (name = "TOKEN_KEYS", text = "{keys}"), (name = "OWNER_KEY", text = "{owner_key}"),
        (name = "ADMIN_HOST", text = "{ADMIN_HOST}"), {binding}
      ],
      globalOutbound = "origin",
      cacheApiOutbound = "cache",
      {registry}
    )),
    (name = "kv", external = (address = "127.0.0.1:{kv}", http = ())),
    (name = "cache", external = (address = "127.0.0.1:{cache}", http = ())),
    (name = "origin", external = (address = "127.0.0.1:{origin}", http = ())),
    (name = "disk", disk = (path = "{disk}", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:{port}", http = (), service = "candidate")],
);
"#,
        wasm = wasm.map_or(String::new(), module),
        keys = tidegate_bench_rules::fixture::TOKEN_KEYS,
        owner_key = tidegate_bench_rules::fixture::OWNER_KEY,
        kv = ports.kv,
        cache = ports.cache,
        disk = disk.display(),
    ))
}

fn store_config(ports: &Ports) -> String {
    let socket = |name: &str, port: u16, entrypoint: &str| {
        format!(
            r#"(name = "{name}", address = "127.0.0.1:{port}", http = (), service = (name = "store"{entrypoint})),"#
        )
    };
    format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "store", worker = (
      modules = [(name = "store.js", esModule = embed "store.js")],
      compatibilityDate = "{COMPATIBILITY_DATE}",
    )),
  ],
  sockets = [
    {kv}
    {cache}
    {control}
  ],
);
"#,
        kv = socket("kv", ports.kv, r#", entrypoint = "kv""#),
        cache = socket("cache", ports.cache, r#", entrypoint = "cache""#),
        control = socket("control", ports.control, ""),
    )
}
