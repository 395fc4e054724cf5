//! The world that the gate is measured in: an origin, a store, an API with its policy, integrations and their tokens, and the
//! candidates' bundles. All of it is in `target/bench/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tidegate::openapi::{Compiled, Document, compile};
use tidegate::policy::Policy;
use tidegate::record::Record;
use tidegate_bench_rules::fixture::{self, Integration};

use crate::candidate::Candidate;
use crate::ports::Ports;
use crate::workerd::Workerd;
use crate::{machine, tools};
use xtask::process::{self, Running};
use xtask::step::step;
use xtask::{build, gate, project};

/// An API, and one integration that may use it.
pub struct Api {
    /// What it is called, in reports.
    pub name: &'static str,
    /// The sub-account that everything belongs to.
    pub owner: &'static str,
    /// What is asked for, by GET; it needs the first of the scopes, and names the owner.
    pub target: &'static str,
    /// What takes a body, by POST.
    pub upload: &'static str,
    scopes: &'static [&'static str],
}

const DOCUMENTS: &str = "../shared/highlevel/openapi";
const HIGHLEVEL: Api = Api {
    name: "HighLevel (../shared/highlevel)",
    owner: "ve9EPM428h8vShlRW1KT",
    target: "/locations/ve9EPM428h8vShlRW1KT/customFields?model=contact",
    upload: "/locations/ve9EPM428h8vShlRW1KT/customFields/upload",
    scopes: &[
        "locations/customFields.readonly",
        "locations/customFields.write",
        "locations/customValues.readonly",
        "locations/tags.readonly",
        "locations.readonly",
        "contacts.readonly",
        "contacts.write",
        "calendars.readonly",
        "calendars/events.readonly",
        "opportunities.readonly",
    ],
};
const DEMO: Api = Api {
    name: "the demo API (../shared/highlevel is not there)",
    owner: "acme",
    target: "/locations/acme",
    upload: "/contacts/",
    scopes: &["locations.readonly", "contacts.readonly", "contacts.write"],
};

/// The integrations that have numbers of their own; those from 100 on are the many.
pub const WARM: u64 = 1;
/// It lacks the one scope that is needed.
pub const POORER: u64 = 2;
/// Its token is genuine, and the store knows nothing of it.
pub const UNKNOWN: u64 = 3;
/// The first of the many.
pub const MANY: u64 = 100;

/// What runs, and where what is.
pub struct World {
    /// The API behind the gates.
    pub api: Api,
    /// Its policy.
    policy: Policy,
    /// Where the store's parts are.
    pub ports: Ports,
    /// The port of the origin: nginx with a small answer.
    pub origin: u16,
    /// Where all files are.
    pub directory: PathBuf,
    agent: ureq::Agent,
    _store: Workerd,
    _nginx: Running,
}

/// What the store was asked for since the last time.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Counts {
    /// Reads of KV.
    pub reads: u64,
    /// What these gave, in UTF-16 code units; all values are ASCII.
    pub bytes: u64,
}

impl World {
    /// Builds what is to be measured and starts what is around it.
    pub fn start() -> Result<Self> {
        build::run(&build::GATE)?;
        tools::npm_packages()?;
        let directory = project::path("target/bench");
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory)?;
        let (api, policy) = api()?;
        fs::write(directory.join("policy.json"), policy.to_json())?;
        bundle(&directory)?;
        machine::leave_first_core()?;
        let ports = Ports::free()?;
        let origin = gate::free_port()?;
        let (store, nginx) = (Workerd::store(&ports, &directory)?, nginx(&directory, origin)?);
        let world = Self { api, policy, ports, origin, directory, agent: agent(), _store: store, _nginx: nginx };
        world.fill()?;
        Ok(world)
    }

    /// How many operations the API has.
    pub fn operations(&self) -> usize {
        self.policy.operations().len()
    }

    /// Starts a candidate in front of the origin.
    pub fn candidate(&self, candidate: &Candidate) -> Result<Workerd> {
        Workerd::candidate(candidate, &self.ports, self.origin, &self.directory)
    }

    /// The integration of a number: one of the many has all scopes.
    pub fn integration(&self, n: u64) -> Integration {
        let scopes = if n == POORER { self.api.scopes.get(1..).unwrap_or_default() } else { self.api.scopes };
        fixture::integration(n, self.api.owner, &fixture::scope_set(scopes))
    }

    /// What all requests have in common, and `Authorization` where there is a token: a file for wrk.
    pub fn headers(&self, name: &str, token: Option<&str>) -> Result<PathBuf> {
        let token = token.map_or(String::new(), |token| format!("Authorization: Bearer {token}\n"));
        let file = self.directory.join(format!("{name}.headers"));
        let common = "Host: localhost\nUser-Agent: bench/1.0\nAccept: application/json\nAccept-Encoding: gzip\n";
        fs::write(&file, format!("{common}{token}"))?;
        Ok(file)
    }

    /// Puts `count` of the many into the store; gives back the file of their tokens.
    pub fn many(&self, count: u64) -> Result<PathBuf> {
        let (file, mut tokens) = (self.directory.join("tokens.txt"), String::new());
        let mut template: Value = serde_json::from_str(&Record::from(self.integration(MANY).record).to_json())?;
        template["id"] = "{id}".into();
        template["tokens"][0]["hash"] = "{hash}".into();
        let template = template.to_string();
        let start = template.strip_suffix('}').context("a record is an object")?;
        let numbers: Vec<u64> = (MANY..MANY + count).collect();
        for numbers in numbers.chunks(20_000) {
            let mut lines = format!("{start},\"mac\":\"{{mac}}\"}}");
            for n in numbers {
                let Integration { token, record } = self.integration(*n);
                let hash = String::from(record.tokens.current().hash);
                let text = template.replace("{id}", record.id.as_str()).replace("{hash}", &hash);
                let stored = fixture::signed(&Record::key(&record.id), &text);
                let mac = stored.strip_suffix("\"}").and_then(|stored| stored.rsplit('"').next()).context("no MAC")?;
                lines += &format!("\n{} {hash} {mac}", record.id);
                tokens += &format!("{token}\n");
            }
            self.control("POST", "/integrations", &lines)?;
        }
        fs::write(&file, tokens)?;
        Ok(file)
    }

    /// What the store was asked for since this was last asked.
    pub fn counts(&self) -> Result<Counts> {
        Ok(serde_json::from_str(&self.control("GET", "/counts", "")?)?)
    }

    /// Waits until nothing asks the store any more: what was in flight when a load ended is not the next one's.
    pub fn settle(&self) -> Result<()> {
        let mut quiet = 0;
        for _ in 0..40 {
            thread::sleep(Duration::from_millis(100));
            quiet = if self.counts()?.reads == 0 { quiet + 1 } else { 0 };
            if quiet == 4 {
                break; // on a busy machine a process may pause for longer than one such moment
            }
        }
        Ok(())
    }

    /// A token of the OAuth provider's, for the integration [`WARM`].
    pub fn oauth_token(&self, provider: &Workerd) -> Result<String> {
        let integration = self.other_form(&self.integration(WARM));
        let mut agreed = self
            .agent
            .post(provider.url("/_bench/authorize"))
            .header("host", "localhost")
            .send(integration.to_string())?;
        let form: BTreeMap<String, String> = serde_json::from_str(&agreed.body_mut().read_to_string()?)?;
        let mut answer = self.agent.post(provider.url("/_bench/token")).header("host", "localhost").send_form(form)?;
        let answer: Value = serde_json::from_str(&answer.body_mut().read_to_string()?)?;
        let token = answer.get("access_token").and_then(Value::as_str).context("no access_token")?;
        Ok(token.to_owned())
    }

    /// Puts the API's own policy into KV.
    pub fn publish_own(&self) -> Result<()> {
        self.publish(&self.policy)
    }

    /// Puts another policy into KV.
    pub fn publish(&self, policy: &Policy) -> Result<()> {
        for (key, value) in fixture::policy_entries(policy) {
            self.control("PUT", &format!("/{key}"), &value)?;
        }
        Ok(())
    }

    /// Puts an integration's record into KV.
    pub fn create(&self, integration: &Integration) -> Result<()> {
        let record = fixture::stored(&integration.record);
        self.control("PUT", &format!("/i:{}", integration.record.id), &record).map(drop)
    }

    fn fill(&self) -> Result<()> {
        self.publish_own()?;
        for n in [WARM, POORER] {
            let integration = self.integration(n);
            self.create(&integration)?;
            let key = format!("/t:{}", HEXLOWER.encode(&Sha256::digest(integration.token.as_bytes())));
            self.control("PUT", &key, &self.other_form(&integration).to_string())?;
        }
        Ok(())
    }

    /// What the other gates keep of an integration.
    fn other_form(&self, integration: &Integration) -> Value {
        let Integration { record, .. } = integration;
        json!({ "id": record.id, "level": record.owner.level, "owner": record.owner.id, "scopes": record.scopes })
    }

    fn control(&self, method: &str, path: &str, body: &str) -> Result<String> {
        let request = ureq::http::Request::builder().method(method);
        let request = request.uri(format!("http://127.0.0.1:{}{path}", self.ports.control)).body(body.to_owned())?;
        Ok(self.agent.run(request)?.body_mut().read_to_string()?)
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::new_with_config(ureq::Agent::config_builder().max_redirects(0).build())
}

/// The large API's policy, where its documents are.
pub fn real_policy() -> Result<Option<Policy>> {
    if project::path(DOCUMENTS).is_dir() { Ok(Some(api()?.1)) } else { Ok(None) }
}

/// The large API where its documents are, else the demo's.
fn api() -> Result<(Api, Policy)> {
    let documents = project::path(DOCUMENTS);
    let (api, documents, settings) = match documents.is_dir() {
        true => (HIGHLEVEL, documents, "tests/corpus/highlevel-settings.json"),
        false => (DEMO, project::path("examples/demo-api/openapi.json"), "examples/demo-api/settings.json"),
    };
    let settings = fs::read_to_string(project::path(settings)).with_context(|| format!("{settings} cannot be read"))?;
    let Compiled { policy, report, .. } = compile(&self::documents(&documents)?, &serde_json::from_str(&settings)?);
    Ok((api, policy.with_context(|| report.to_string())?.with_rev(1)))
}

/// A document, or all in a directory, in the order of their names.
fn documents(path: &Path) -> Result<Vec<Document>> {
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        files = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
        files.sort();
    }
    let read = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        Ok(Document::parse(&fs::read_to_string(file)?).with_context(|| name.to_string())?.named(&name))
    };
    files.iter().map(read).collect()
}

/// Bundles every candidate as wrangler does, each into one file beside its WASM.
fn bundle(directory: &Path) -> Result<()> {
    let esbuild = |entry: &str, name: &str, define: &str| {
        let mut esbuild = Command::new(project::npm_tool("esbuild"));
        esbuild.arg(entry).args(["--bundle", "--format=esm", "--target=es2024", "--log-level=warning"]);
        esbuild.args(["--external:cloudflare:*", "--external:*.wasm", define]);
        esbuild.arg(format!("--alias:policy.json={}", directory.join("policy.json").display()));
        esbuild.arg(format!("--outfile={}", directory.join(format!("{name}.js")).display()));
        process::run(esbuild.current_dir(project::root()))
    };
    step("Bundling the gate and the other gates", || {
        esbuild("worker/js/entry.js", "entry", "--define:CACHED=false")?;
        fs::copy(project::path("build/index_bg.wasm"), directory.join("index_bg.wasm"))?;
        for name in ["held", "constant", "pass", "hono", "oauth"] {
            esbuild(&format!("bench/candidates/{name}.js"), name, "--define:CACHED=false")?;
        }
        esbuild("bench/candidates/hono.js", "hono-cached", "--define:CACHED=true")
    })
}

/// An origin that answers at once, with what a small answer of an API has.
fn nginx(directory: &Path, port: u16) -> Result<Running> {
    let config = directory.join("nginx.conf");
    let d = directory.display();
    let text = format!(
        r#"daemon off; worker_processes 1; pid {d}/nginx.pid; error_log {d}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 100000000; default_type application/json;
  client_body_temp_path {d}/body; proxy_temp_path {d}/proxy; fastcgi_temp_path {d}/fastcgi;
  uwsgi_temp_path {d}/uwsgi; scgi_temp_path {d}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ return 200 '{{"customFields":[{{"id":"3sv6UEo51C9Bmpo1cKTq","name":"pincode","fieldKey":"contact.pincode","dataType":"TEXT","position":0}}]}}'; }}
  }}
}}
"#
    );
    fs::write(&config, text)?;
    let mut nginx = Running::start(Command::new(tools::ensure("nginx-light")?).arg("-c").arg(&config))?;
    let ended = nginx.wait_at_most(Duration::from_millis(300))?;
    ensure!(ended.is_none(), "nginx ended: see {d}/nginx.log");
    Ok(nginx)
}
