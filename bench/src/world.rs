//! The world that the gate is measured in: an origin, a store, an API with its policy, integrations with their tokens, and the
//! candidates' bundles. All its files are in `target/bench/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tidegate::policy::Policy;
use tidegate::record::Record;
use tidegate_bench_rules::fixture::{self, Integration};

use crate::api::Api;
use crate::candidate::Candidate;
use crate::ports::Ports;
use crate::workerd::Workerd;
use crate::{api, bundle, machine, nginx, tools};
use xtask::process::Running;
use xtask::{build, gate, project};

/// The integration that may do everything.
pub const WARM: u64 = 1;
/// The integration without the scope that the requests need.
pub const POORER: u64 = 2;
/// An integration with a genuine token that the store does not know.
pub const UNKNOWN: u64 = 3;
/// The first of many integrations that are alike.
pub const MANY: u64 = 100;

/// What runs, and where its parts are.
pub struct World {
    /// The API behind the gates.
    pub api: Api,
    /// Its policy.
    policy: Policy,
    /// The ports of the store.
    pub ports: Ports,
    /// The port of the origin: nginx with a small answer.
    pub origin: u16,
    /// Where all files are.
    pub directory: PathBuf,
    agent: ureq::Agent,
    _store: Workerd,
    _nginx: Running,
}

/// What the store was asked for since the last look.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Counts {
    /// Reads of KV.
    pub reads: u64,
    /// How long the values were, in UTF-16 code units; all values are ASCII.
    pub bytes: u64,
}

impl World {
    /// Builds everything that is measured, and starts everything around it.
    pub fn start() -> Result<Self> {
        build::run(&build::GATE)?;
        tools::npm_packages()?;
        let directory = project::path("target/bench");
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory)?;
        let (api, policy) = api::large_or_demo()?;
        fs::write(directory.join("policy.json"), policy.to_json())?;
        bundle::write(&directory)?;
        machine::leave_first_core()?;
        let ports = Ports::free()?;
        let origin = gate::free_port()?;
        let (store, nginx) = (Workerd::store(&ports, &directory)?, nginx::start(&directory, origin)?);
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

    /// The integration with a number.
    pub fn integration(&self, n: u64) -> Integration {
        let scopes = if n == POORER { self.api.scopes.get(1..).unwrap_or_default() } else { self.api.scopes };
        fixture::integration(n, self.api.owner, &fixture::scope_set(scopes))
    }

    /// Writes a file of headers for wrk: those of all requests, and `Authorization` if there is a token.
    pub fn headers(&self, name: &str, token: Option<&str>) -> Result<PathBuf> {
        let token = token.map_or(String::new(), |token| format!("Authorization: Bearer {token}\n"));
        let file = self.directory.join(format!("{name}.headers"));
        let common = "Host: localhost\nUser-Agent: bench/1.0\nAccept: application/json\nAccept-Encoding: gzip\n";
        fs::write(&file, format!("{common}{token}"))?;
        Ok(file)
    }

    /// Puts `count` integrations from [`MANY`] on into the store. Returns the file of their tokens.
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

    /// What the store was asked for since the last call.
    pub fn counts(&self) -> Result<Counts> {
        Ok(serde_json::from_str(&self.control("GET", "/counts", "")?)?)
    }

    /// Waits until nobody asks the store any more, so that requests in flight do not count for the next load.
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

    /// A token of the OAuth provider for the integration [`WARM`].
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

    /// An integration as the other gates keep it.
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
