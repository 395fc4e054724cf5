//! The call of the registry, with only the header fields that it needs.

use serde_json::json;

use super::PlaneSettings;
use super::caller::{Caller, Verified};
use crate::admin::AdminError;
use crate::admin::protocol::{ACTOR, COMMANDS, PORT, REQUEST};
use crate::admin::session::Credential;
use crate::gate::{Call, Reading, Relay, Service};

/// Only spares an answer: empty, it is as good as none.
const IF_NONE_MATCH: &str = "If-None-Match";

/// The header fields that the registry reads.
pub(super) const FORWARDED: [&str; 3] = ["If-Match", IF_NONE_MATCH, "Idempotency-Key"];

/// How long a command may take, in milliseconds: it waits up to 5 seconds for KV, and the longest policy takes time to compile.
const TIMEOUT_MS: u64 = 20_000;
/// The longest problem that is read.
const MAX_PROBLEM_BYTES: usize = 64 * 1024;

/// A command to the registry.
pub(super) fn call(
    settings: &PlaneSettings,
    caller: &Caller,
    Verified(credential): &Verified,
    (path, query): (&str, &str),
    with_body: bool,
) -> Result<Call, AdminError> {
    let mut fields = vec![(ACTOR, credential.to_header())];
    fields.extend(caller.changes().then(|| (REQUEST, caller.told(settings))));
    fields.extend(caller.port().filter(|_| caller.changes()).map(|port| (PORT, port.to_string())));
    for name in FORWARDED.into_iter().chain(settings.test_field) {
        match caller.field(name) {
            // The runtime drops an empty field on its way, and a change without a condition is another change.
            Some("") if name != IF_NONE_MATCH => return Err(AdminError::invalid(name, "it is empty")),
            Some(value) => fields.push((name, value.to_owned())),
            None => {}
        }
    }
    let separator = if query.is_empty() { "" } else { "?" };
    Ok(Call {
        service: Service::Registry,
        method: caller.method.clone(),
        url: format!("{COMMANDS}{path}{separator}{query}"),
        fields,
        with_body,
        body: None,
        limit: 0,
        once: true,
        timeout_ms: TIMEOUT_MS,
    })
}

/// The call of a sign-in with an identity provider's proof. The registry's answer is read.
/// `told` is [`Caller::told`].
pub(super) fn enter(credential: &Credential, told: String) -> Call {
    Call {
        service: Service::Registry,
        method: "POST".to_owned(),
        url: format!("{COMMANDS}/session"),
        fields: vec![(ACTOR, credential.to_header()), (REQUEST, told)],
        with_body: false,
        body: None,
        limit: MAX_PROBLEM_BYTES,
        once: true,
        timeout_ms: TIMEOUT_MS,
    }
}

/// The call that asks whether the caller may test a token of an integration, and with which request. The registry's answer is read.
/// It learns only whether the token belongs to the integration. `told` is [`Caller::told`].
pub(super) fn test(credential: &Verified, told: String, path: &str, operation: &str, is_own: bool) -> Call {
    Call {
        service: Service::Registry,
        method: "POST".to_owned(),
        url: format!("{COMMANDS}{path}"),
        fields: vec![
            (ACTOR, credential.0.to_header()),
            (REQUEST, told),
            ("Content-Type", "application/json".to_owned()),
        ],
        with_body: false,
        body: Some(json!({ "operation": operation, "is_own": is_own }).to_string()),
        limit: MAX_PROBLEM_BYTES,
        once: true,
        timeout_ms: TIMEOUT_MS,
    }
}

/// The registry's answer, which is the client's as it came.
pub(super) fn answered(reading: &Reading) -> Result<Relay, AdminError> {
    match reading {
        Reading::Response { .. } => Ok(Relay::default()),
        Reading::Nothing => Err(AdminError::Misconfigured(NOT_BOUND.to_owned())),
        Reading::TooSlow => Err(AdminError::Registry("no answer in time".to_owned())),
        Reading::Failed(why) => Err(AdminError::Registry(why.clone())),
        Reading::Bytes(_) | Reading::Verified(_) | Reading::TooLong => {
            Err(AdminError::Registry("no answer of HTTP".to_owned()))
        }
    }
}

const NOT_BOUND: &str = "REGISTRY must be bound to the Durable Object Registry";
