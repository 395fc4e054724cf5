//! What the demo needs in the gate: the demo API's policy and two sub-accounts.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::gate::Gate;
use crate::{dev_vars, project};

const SUB_ACCOUNTS: [(&str, &str); 2] = [("acme", "Acme Dental"), ("globex", "Globex Fitness")];

/// Loads what is missing. The policy is published once for a state directory and again when the demo's own files
/// change, so that a policy which somebody published since stays.
pub fn load(gate: &Gate, state: &Path) -> Result<()> {
    let admin = Admin::of(gate)?;
    let policy = policy()?.to_string();
    let stamp = state.join("demo-policy.stamp");
    let fingerprint = fingerprint(&policy);
    if fs::read_to_string(&stamp).ok().as_deref() != Some(&fingerprint) {
        admin.publish(&policy)?;
        fs::write(&stamp, fingerprint)?;
    }
    SUB_ACCOUNTS.iter().try_for_each(|(id, name)| admin.create_sub_account(id, name))
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

    fn publish(&self, policy: &str) -> Result<()> {
        self.send("PUT", "/_tidegate/api/policy", policy, &[200, 201, 204])
    }

    fn create_sub_account(&self, id: &str, name: &str) -> Result<()> {
        let body = json!({"id": id, "name": name}).to_string();
        self.send("POST", "/_tidegate/api/sub-accounts", &body, &[201, 409])
    }

    /// Sends JSON. Any other status than these is an error.
    pub fn send(&self, method: &str, path: &str, body: &str, expected: &[u16]) -> Result<()> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(self.gate.local_address(path))
            .header("host", self.gate.admin_host())
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json")
            .body(body)?;
        let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
        let mut answer = agent.run(request).with_context(|| format!("{method} {path}"))?;
        if !expected.contains(&answer.status().as_u16()) {
            bail!("{method} {path} answered {}: {}", answer.status(), answer.body_mut().read_to_string()?);
        }
        Ok(())
    }
}
