//! The gate on this machine, with the demo API behind it.

mod ports;

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::address::api_url;
use crate::process::Running;
use crate::{address, dev_vars, local_config, project};

pub use ports::{ensure_free, free_port};

/// How long the gate may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(120);

/// What runs it.
#[derive(Clone, Copy)]
pub enum Server {
    /// `wrangler dev`, as people run it.
    Wrangler,
    /// workerd without wrangler's proxy in front of it, which loses a request now and then (`tests/browser/gate.mjs` says when).
    Workerd,
}

/// How to run it.
pub struct Options {
    /// What runs it.
    pub server: Server,
    /// The port on this machine.
    pub port: u16,
    /// Where KV and SQLite are kept.
    pub state: PathBuf,
    /// Where its output goes; without it, to the terminal.
    pub log: Option<PathBuf>,
    /// Variables of the gate beside those of `.dev.vars`: no secrets, which others would see on the command line.
    pub variables: Vec<(&'static str, String)>,
}

/// A running gate; dropping it ends it.
pub struct Gate {
    server: Running,
    port: u16,
    admin_host: String,
}

impl Gate {
    /// Starts it and waits until it answers.
    pub fn start(options: &Options) -> Result<Self> {
        ensure_free(options.port)?;
        let admin_host = admin_host(options.port)?;
        let mut command = match options.server {
            Server::Wrangler => wrangler(options)?,
            Server::Workerd => workerd(options),
        };
        log_to(&mut command, options)?;
        let mut gate = Self { server: Running::start(&mut command)?, port: options.port, admin_host };
        gate.wait_until_ready()?;
        Ok(gate)
    }

    /// The address of a path of the API's, for people and programs.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", api_url(self.port))
    }

    /// The address of a path of the admin plane's, for browsers and curl.
    pub fn admin_address(&self, path: &str) -> String {
        format!("http://{}{path}", self.admin_host)
    }

    /// The address of any path, for programs of ours; those that want the admin plane send [`admin_host`](Self::admin_host) too.
    pub fn local_address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The `Host` of the admin plane.
    pub fn admin_host(&self) -> &str {
        &self.admin_host
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        self.server.wait()
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let health = self.local_address("/_tidegate/healthz");
        let agent = address::http().timeout_global(Some(Duration::from_secs(10))).build().new_agent();
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let answer = agent.get(&health).call();
            if answer.is_ok() {
                return Ok(());
            }
            if let Some(status) = self.server.ended()? {
                bail!("the gate ended before the gate answered: {status}");
            }
            if Instant::now() > deadline {
                bail!("the gate does not answer at {health}: {answer:?}");
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// The `Host` of the admin plane of a gate on this port.
pub fn admin_host(port: u16) -> Result<String> {
    Ok(with_port(dev_vars::admin_host()?, port))
}

fn with_port(host: String, port: u16) -> String {
    if host.contains(':') { host } else { format!("{host}:{port}") }
}

fn wrangler(options: &Options) -> Result<Command> {
    let mut wrangler = Command::new(project::npm_tool("wrangler"));
    wrangler.args(["dev", "--config", local_config::file()?]).arg("--config").arg(local_config::demo(&options.state)?);
    wrangler.args(["--port", &options.port.to_string(), "--show-interactive-dev-session=false"]);
    wrangler.args(["--var", &format!("API_URL:{}", api_url(options.port))]); // .dev.vars has it for the usual port
    for (name, value) in &options.variables {
        wrangler.args(["--var", &format!("{name}:{value}")]);
    }
    wrangler.arg("--persist-to").arg(&options.state);
    // It works offline: no metrics, no look at the newest version, no request for a sample of `request.cf`.
    wrangler.envs([("WRANGLER_SEND_METRICS", "false"), ("WRANGLER_HIDE_BANNER", "true")]);
    wrangler.env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    if options.state != local_config::usual_state() {
        wrangler.env("WRANGLER_REGISTRY_PATH", options.state.join("registry")); // apart from other sessions
    }
    Ok(wrangler)
}

fn workerd(options: &Options) -> Command {
    let mut node = Command::new("node");
    node.args(["tests/browser/gate.mjs", &options.port.to_string()]).arg(&options.state);
    node
}

fn log_to(command: &mut Command, options: &Options) -> Result<()> {
    if let Some(log) = &options.log {
        let file = File::create(log).with_context(|| format!("{} cannot be written", log.display()))?;
        command.stdout(file.try_clone()?).stderr(file);
    }
    command.current_dir(project::root());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_admin_plane_has_the_gates_port_unless_its_name_has_one() {
        assert_eq!(with_port("admin.localhost".to_owned(), 9000), "admin.localhost:9000");
        assert_eq!(with_port("admin.localhost:8787".to_owned(), 9000), "admin.localhost:8787");
    }
}
