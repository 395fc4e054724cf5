//! `cargo xtask dev --sso`: an identity provider on this machine, and three people who can sign in with it.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::process::Running;
use crate::{address, demo, gate, project};

/// How long the provider may take until it answers.
const START_LIMIT: Duration = Duration::from_mins(2);

/// Who can sign in: what to type as login, and what they are.
const PEOPLE: [(&str, &str); 3] =
    [("owner@example.com", "owner"), ("agency@example.com", "agency_admin"), ("acme@example.com", "account_admin")];

/// A running provider; dropping it ends it.
pub struct Provider {
    server: Running,
    issuer: String,
}

impl Provider {
    /// Starts one for the gate whose admin plane is this `Host`, and waits until it answers.
    pub fn start(admin_host: &str) -> Result<Self> {
        let own_port = gate::free_port()?;
        let mut node = Command::new("node");
        node.arg(project::path("examples/identity-provider/provider.mjs"));
        node.args([own_port.to_string(), redirect(admin_host)]);
        let mut provider = Self { server: Running::start(&mut node)?, issuer: format!("http://localhost:{own_port}") };
        provider.wait_until_ready(own_port)?;
        Ok(provider)
    }

    /// The gate's settings for it.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("OIDC_ISSUER", self.issuer.clone()),
            ("OIDC_CLIENT_ID", "tidegate".to_owned()),
            ("OIDC_ALLOW_LOOPBACK", "true".to_owned()),
        ]
    }

    fn wait_until_ready(&mut self, port: u16) -> Result<()> {
        let document = format!("http://127.0.0.1:{port}/.well-known/openid-configuration");
        let deadline = Instant::now() + START_LIMIT;
        let agent = address::http().build().new_agent();
        while agent.get(&document).call().is_err() {
            if let Some(status) = self.server.ended()? {
                bail!("the identity provider ended: {status}. Is npm's oidc-provider installed (`cargo xtask setup`)?");
            }
            if Instant::now() > deadline {
                bail!("the identity provider does not answer at {document}");
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

/// Where the provider sends people back to: the gate's own address, as their browser knows it.
fn redirect(admin_host: &str) -> String {
    format!("http://{admin_host}/_tidegate/oidc/callback")
}

/// Adds the three people.
pub fn add_people(admin: &demo::Admin<'_>) -> Result<()> {
    PEOPLE.iter().try_for_each(|(email, role)| {
        let accounts: Value = if role.starts_with("account") { json!(["acme"]) } else { json!([]) };
        let body = json!({ "email": email, "role": role, "accounts": accounts }).to_string();
        admin.send("POST", "/_tidegate/api/people", &body, &[201, 409]).map(drop)
    })
}

/// Who they are.
pub fn print_people() {
    println!("  People who can sign in with the identity provider (any password will do):");
    for (email, role) in PEOPLE {
        println!("    {email:<20} {}", role.replace('_', " "));
    }
    println!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_back_to_the_gate_that_they_came_from() {
        assert_eq!(redirect("tokens.localhost:9000"), "http://tokens.localhost:9000/_tidegate/oidc/callback");
    }
}
