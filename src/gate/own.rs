//! The gate's own addresses that need no admin: `healthz` and `whoami`.

use serde::Serialize;
use serde_json::json;

use super::Gate;
use super::evidence::Evidence;
use super::memory::Memory;
use super::provenance::Provenance;
use super::step::{Answer, Step};
use crate::decision::{Denial, Identity};
use crate::record::Owner;
use crate::rotation::TokenUse;
use crate::scope::ScopeSet;
use crate::time::Timestamp;
use crate::token::{IntegrationId, VerifiedRequest};

/// A path below `/_tidegate`, which is the gate's own and never forwarded.
pub(super) enum Own {
    /// `GET /_tidegate/healthz`
    Health,
    /// `GET /_tidegate/whoami`
    Whoami,
    /// Whatever else is there is the admin plane's to answer.
    Admin,
}

/// Where a token's holder asks what it is.
const WHOAMI: &str = "/_tidegate/whoami";

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

/// Whether a path of the gate's own may have percent-encoded delimiters: that of a document, whose name may have any character. It is
/// decoded once, and names nothing but the document.
pub(super) fn takes_encoded(path: &str) -> bool {
    path.starts_with("/_tidegate/api/policy/documents/")
}

/// Answers a monitor.
pub(super) fn health() -> Step {
    let health = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    Step::Answer(Answer::json(200, health.to_string()))
}

impl Gate {
    /// Tells a token's holder what it is.
    pub(super) fn tell(
        mut self,
        request: &VerifiedRequest,
        evidence: Evidence,
        provenance: &Provenance,
        memory: &mut Memory,
        now_ms: u64,
    ) -> Step {
        let integration = super::integration(request);
        match self.holder(request, evidence, Timestamp::from_seconds(now_ms / 1000)) {
            Ok(identity) => {
                self.see_operation(request, ("GET", WHOAMI), memory);
                // Nothing in it can fail to serialise.
                let holder = serde_json::to_string(&describe(&identity)).unwrap_or_default();
                self.answer(Answer::json(200, holder), integration, memory, now_ms)
            }
            Err(denial) => self.deny(&denial, integration, Some(provenance), memory, now_ms),
        }
    }

    fn holder(&mut self, request: &VerifiedRequest, evidence: Evidence, now: Timestamp) -> Result<Identity, Denial> {
        let presented = request.credential().ok_or_else(|| Denial::without_credential(request))?;
        self.identify(presented, evidence.record?.as_deref(), now)
    }
}

/// What the holder of a token that works is told. Of one that does not, nothing is told: it is refused.
#[derive(Serialize)]
struct Holder<'a> {
    integration: Integration<'a>,
    owner: &'a Owner,
    scopes: &'a ScopeSet,
    token: Token,
    /// While two tokens work.
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation: Option<Rotation>,
}

#[derive(Serialize)]
struct Integration<'a> {
    id: &'a IntegrationId,
    name: &'a str,
    /// `rotating` while two tokens work, else `steady`.
    state: &'static str,
    /// Its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

#[derive(Serialize)]
struct Token {
    #[serde(rename = "use")]
    token_use: &'static str,
    /// The earlier one of the window's end, for the outgoing token, and the integration's.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

#[derive(Serialize)]
struct Rotation {
    ends_at: String,
}

fn describe(identity: &Identity) -> Holder<'_> {
    let moment = |end: Timestamp| end.to_string();
    let token_use = match identity.token() {
        TokenUse::Current => "current",
        TokenUse::Outgoing { .. } => "outgoing",
    };
    let rotation = identity.rotation_end().map(|end| Rotation { ends_at: end.to_string() });
    Holder {
        integration: Integration {
            id: identity.integration(),
            name: identity.name(),
            state: if rotation.is_some() { "rotating" } else { "steady" },
            expires_at: identity.integration_end().map(moment),
        },
        owner: identity.owner(),
        scopes: identity.scopes(),
        token: Token { token_use, expires_at: identity.expires_at().map(moment) },
        rotation,
    }
}
