//! Log lines: JSON, one a line. Never a token, a key, a cookie, a path or a header's value.

mod refusals;

use serde_json::{Value, json};
use worker::{console_error, console_log};

use self::refusals::Counted;
pub(crate) use self::refusals::Refusals;
use tidegate::admin::AdminError;
use tidegate::decision::Denial;
use tidegate::token::IntegrationId;

/// Why a request was not forwarded, and what the verdict rested on, if it came to that. What anybody can have refused as often as
/// they like, without a genuine token, leaves a line for some of many.
pub(crate) fn denial(
    denial: &Denial,
    status: u16,
    method: &str,
    integration: Option<&IntegrationId>,
    provenance: Option<&Value>,
    refusals: &Refusals,
    now_ms: u64,
) {
    let line = json!({
        "event": "denied", "code": denial.code().as_str(), "reason": denial.to_string(),
        "status": status, "method": method, "integration": integration, "basis": provenance,
    });
    match status {
        400 | 401 => sampled(line, denial.code().as_str(), refusals, now_ms),
        500.. => error(&line),
        _ => console_log!("{line}"),
    }
}

/// Why a request to the admin plane was refused whose sender did not prove who they are. `client` is no address.
pub(crate) fn refused(error: &AdminError, method: &str, client: Option<&str>, refusals: &Refusals, now_ms: u64) {
    let reply = error.answer();
    let code = reply.problem.kind.rsplit(':').next().unwrap_or_default();
    let line = json!({ "event": "refused", "code": code, "status": reply.status, "method": method, "client": client });
    sampled(line, code, refusals, now_ms);
}

/// Logs one of the first few of a code, and some of more, with how many there were.
fn sampled(mut line: Value, code: &str, refusals: &Refusals, now_ms: u64) {
    let Some(Counted { number, before }) = refusals.count(code, now_ms) else { return };
    if let Some(fields) = line.as_object_mut() {
        fields.insert("number".to_owned(), number.into());
        fields.extend(before.map(|before| ("number_before".to_owned(), before.into())));
    }
    console_log!("{line}");
}

/// A grant while something failed that a verdict commonly rests on. Other grants leave no line.
pub(crate) fn degraded(integration: Option<&IntegrationId>, provenance: &Value) {
    error(&json!({ "event": "degraded", "integration": integration, "basis": provenance }));
}

/// A fault that somebody has to look at.
pub(crate) fn error(line: &Value) {
    console_error!("{line}");
}
