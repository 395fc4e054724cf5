//! What the demo needs in the gate: the demo API's policy and two sub-accounts.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::gate::Gate;
use crate::stamp::unless_made;
use crate::{address, dev_vars, local_config, project, secret};

const GATE_KEY: &str = "GATE_KEY";
const GATE_URL: &str = "GATE_URL";
/// What its key is called.
const KEY_NAME: &str = "Demo API";
/// How long a key is good for, less than the 366 days that one may be.
const KEY_LIFE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

const SUB_ACCOUNTS: [(&str, &str); 2] = [("acme", "Acme Dental"), ("globex", "Globex Fitness")];

/// Loads what is missing. The policy is published once for a state directory, and again when the demo's own files change, so that
/// a policy that somebody has published since stays.
pub fn load(gate: &Gate, state: &Path) -> Result<()> {
    let admin = Admin::of(gate)?;
    let policy = policy()?.to_string();
    unless_made(&state.join("demo-policy.stamp"), &fingerprint(&policy), &[], || admin.publish(&policy))?;
    SUB_ACCOUNTS.iter().try_for_each(|(id, name)| admin.create_sub_account(id, name))
}

/// Hands the demo API a key with which it publishes events for its sub-accounts, unless it has one that this gate takes. Whether it has
/// another one now, which it takes up when it is started again.
pub fn hand_key(gate: &Gate, state: &Path) -> Result<bool> {
    let path = local_config::demo(state)?.with_file_name(".dev.vars");
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let url = format!("http://{}", dev_vars::admin_host()?); // by the service binding, which has no port
    let key = dev_vars::value(&kept, GATE_KEY).filter(|key| Admin::with_key(gate, key).is_known());
    if key.is_some() && dev_vars::value(&kept, GATE_URL) == Some(&url) {
        return Ok(false);
    }
    let key = key.map_or_else(|| Admin::of(gate)?.mint_key(), |key| Ok(key.to_owned()))?;
    secret::replace(&path, &format!("{GATE_URL}={url}\n{GATE_KEY}={key}\n"))?;
    Ok(true)
}

fn policy() -> Result<Value> {
    Ok(json!({"documents": [demo_file("openapi.json")?], "settings": demo_file("settings.json")?}))
}

fn demo_file(name: &str) -> Result<Value> {
    let path = project::path("examples/demo-api").join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}

fn fingerprint(policy: &str) -> String {
    let mut hasher = DefaultHasher::new();
    policy.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The admin API of a gate.
pub struct Admin<'a> {
    gate: &'a Gate,
    key: String,
}

impl<'a> Admin<'a> {
    /// That of this gate, with the key of `.dev.vars`.
    pub fn of(gate: &'a Gate) -> Result<Self> {
        Ok(Self { gate, key: dev_vars::owner_key()? })
    }

    fn with_key(gate: &'a Gate, key: &str) -> Self {
        Self { gate, key: key.to_owned() }
    }

    /// Whether the gate takes its key.
    fn is_known(&self) -> bool {
        let session = address::http().build().new_agent().get(self.gate.local_address("/_tidegate/api/session"));
        let session = session.header("host", self.gate.admin_host());
        session.header("authorization", format!("Bearer {}", self.key)).call().is_ok()
    }

    /// Makes a key with `events.publish` for the demo's sub-accounts.
    fn mint_key(&self) -> Result<String> {
        let place = |id: &str| json!({"verb": "events.publish", "place": format!("sub_account:{id}")});
        let permissions: Vec<Value> = SUB_ACCOUNTS.iter().map(|(id, _)| place(id)).collect();
        let ends = SystemTime::now().duration_since(UNIX_EPOCH)?.saturating_add(KEY_LIFE).as_secs();
        let ends = OffsetDateTime::from_unix_timestamp(i64::try_from(ends)?)?;
        let body = json!({"name": KEY_NAME, "permissions": permissions, "expires_at": ends.format(&Rfc3339)?});
        let answer = self.send("POST", "/_tidegate/api/keys", &body.to_string(), &[201])?;
        let answer: Value = serde_json::from_str(&answer).context("the answer with a key is not JSON")?;
        answer.get("token").and_then(Value::as_str).map(str::to_owned).context("the answer has no key")
    }

    fn publish(&self, policy: &str) -> Result<()> {
        self.send("PUT", "/_tidegate/api/policy", policy, &[200, 201, 204]).map(drop)
    }

    fn create_sub_account(&self, id: &str, name: &str) -> Result<()> {
        let body = json!({"id": id, "name": name}).to_string();
        self.send("POST", "/_tidegate/api/sub-accounts", &body, &[201, 409]).map(drop)
    }

    /// Sends JSON, and gives the answer's body. Any other status than these is an error.
    pub fn send(&self, method: &str, path: &str, body: &str, expected: &[u16]) -> Result<String> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(self.gate.local_address(path))
            .header("host", self.gate.admin_host())
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json")
            .body(body)?;
        let agent = address::http().http_status_as_error(false).build().new_agent();
        let mut answer = agent.run(request).with_context(|| format!("{method} {path}"))?;
        let (status, text) = (answer.status(), answer.body_mut().read_to_string()?);
        if !expected.contains(&status.as_u16()) {
            bail!("{method} {path} answered {status}: {text}");
        }
        Ok(text)
    }
}
