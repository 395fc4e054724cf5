//! The gate's own addresses that need no admin: whether it lives, and what a token is.

use serde_json::{Value, json};

use super::Gate;
use super::evidence::Evidence;
use super::memory::Memory;
use super::provenance::Provenance;
use super::step::{Answer, Step};
use crate::decision::{Denial, Identity, authenticate};
use crate::rotation::TokenUse;
use crate::time::Timestamp;
use crate::token::VerifiedRequest;

/// A path below `/_tidegate`, which is the gate's own and never forwarded.
pub(super) enum Own {
    /// `GET /_tidegate/healthz`
    Health,
    /// `GET /_tidegate/whoami`
    Whoami,
    /// Whatever else is there is the admin plane's to answer.
    Admin,
}

impl Own {
    /// What is asked for; `None` where the path is not the gate's own.
    pub fn of(method: &str, path: &str) -> Option<Self> {
        let below = path.strip_prefix("/_tidegate").filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        Some(match (method, below) {
            ("GET" | "HEAD", "/healthz") => Self::Health,
            ("GET" | "HEAD", "/whoami") => Self::Whoami,
            _ => Self::Admin,
        })
    }
}

/// Answers a monitor.
pub(super) fn health() -> Step {
    let health = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    Step::Answer(Answer::json(200, health.to_string()))
}

impl Gate {
    /// Tells a token's holder what it is.
    pub(super) fn tell(
        self,
        request: &VerifiedRequest,
        evidence: Evidence,
        provenance: &Provenance,
        memory: &mut Memory,
        now_ms: u64,
    ) -> Step {
        let integration = super::integration(request);
        match identify(request, evidence, Timestamp::from_seconds(now_ms / 1000)) {
            Ok(identity) => self.answer(Answer::json(200, describe(&identity).to_string()), memory),
            Err(denial) => self.deny(&denial, integration, Some(provenance), memory, now_ms),
        }
    }
}

fn identify(request: &VerifiedRequest, evidence: Evidence, now: Timestamp) -> Result<Identity, Denial> {
    let presented = request.credential().ok_or_else(|| Denial::without_credential(request))?;
    authenticate(presented, evidence.record?.as_deref(), now)
}

fn describe(identity: &Identity) -> Value {
    let token_use = match identity.token() {
        TokenUse::Current => "current",
        TokenUse::Outgoing { .. } => "outgoing",
    };
    let token = match identity.expires_at() {
        Some(end) => json!({ "use": token_use, "expires_at": end.to_string() }),
        None => json!({ "use": token_use }),
    };
    let mut integration = json!({ "id": identity.integration(), "name": identity.name(), "state": "steady" });
    let mut told = json!({ "owner": identity.owner(), "scopes": identity.scopes(), "token": token });
    if let Some(end) = identity.integration_end() {
        integration["expires_at"] = end.to_string().into();
    }
    if let Some(end) = identity.rotation_end() {
        integration["state"] = "rotating".into();
        told["rotation"] = json!({ "ends_at": end.to_string() });
    }
    told["integration"] = integration;
    told
}
