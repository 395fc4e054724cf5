//! Log lines: JSON, one a line. Never a token, a key, a cookie, a path or a header's value.

use serde_json::{Value, json};
use worker::{console_error, console_log};

use super::basis::BasisOrigin;
use crate::core::decision::Denial;
use crate::core::feed::Source;
use crate::core::token::IntegrationId;

/// Why a request was not forwarded, and what the verdict rested on, if it came to that.
pub(super) fn denial(
    denial: &Denial,
    status: u16,
    method: &str,
    integration: Option<&IntegrationId>,
    basis: Option<&BasisOrigin>,
) {
    let line = json!({
        "event": "denied", "code": denial.code(), "reason": denial.to_string(),
        "status": status, "method": method, "integration": integration, "basis": basis.map(origin),
    });
    if status >= 500 { error(&line) } else { console_log!("{line}") }
}

/// A grant while something failed that a verdict commonly rests on. Other grants leave no line.
pub(super) fn degraded(integration: Option<&IntegrationId>, basis: &BasisOrigin) {
    error(&json!({ "event": "degraded", "integration": integration, "basis": origin(basis) }));
}

fn origin(basis: &BasisOrigin) -> Value {
    let from = |of: Option<(Source, u64)>| of.map(|(source, age_ms)| json!({ "from": name(source), "age_ms": age_ms }));
    let BasisOrigin { record, policy, feed_age_ms, degraded } = basis;
    json!({ "record": from(*record), "policy": from(*policy), "feed_age_ms": feed_age_ms, "degraded": degraded })
}

fn name(source: Source) -> &'static str {
    match source {
        Source::Memory => "memory",
        Source::Kv => "kv",
        Source::Registry => "registry",
    }
}

/// A fault that somebody has to look at.
pub(super) fn error(line: &Value) {
    console_error!("{line}");
}
