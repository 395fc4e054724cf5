//! Log lines: JSON, one a line. Never a token, a key, a cookie, a path or a header's value.

use serde_json::{Value, json};
use worker::{console_error, console_log};

use super::basis::BasisOrigin;
use super::cache::Isolate;
use super::refusals::Counted;
use tidegate::admin::AdminError;
use tidegate::decision::Denial;
use tidegate::feed::Source;
use tidegate::token::IntegrationId;

/// Why a request was not forwarded, and what the verdict rested on, if it came to that. What anybody can have refused as often as
/// they like, without a genuine token, leaves a line for some of many.
pub(super) fn denial(
    denial: &Denial,
    status: u16,
    method: &str,
    integration: Option<&IntegrationId>,
    basis: Option<&BasisOrigin>,
    isolate: &Isolate,
) {
    let line = json!({
        "event": "denied", "code": denial.code().as_str(), "reason": denial.to_string(),
        "status": status, "method": method, "integration": integration, "basis": basis.map(origin),
    });
    match status {
        400 | 401 => sampled(line, denial.code().as_str(), isolate),
        500.. => error(&line),
        _ => console_log!("{line}"),
    }
}

/// Why a request to the admin plane was refused whose sender did not prove who they are. `client` is no address.
pub(super) fn refused(error: &AdminError, method: &str, client: Option<&str>, isolate: &Isolate) {
    let reply = error.answer();
    let code = reply.problem.kind.rsplit(':').next().unwrap_or_default();
    let line = json!({ "event": "refused", "code": code, "status": reply.status, "method": method, "client": client });
    sampled(line, code, isolate);
}

/// Logs one of the first few of a code, and some of more, with how many there were.
fn sampled(mut line: Value, code: &str, isolate: &Isolate) {
    let Some(Counted { number, before }) = isolate.refusals.count(code, isolate.now_ms()) else { return };
    if let Some(fields) = line.as_object_mut() {
        fields.insert("number".to_owned(), number.into());
        fields.extend(before.map(|before| ("number_before".to_owned(), before.into())));
    }
    console_log!("{line}");
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
