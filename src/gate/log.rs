//! Log lines: JSON, one a line. Never a token, a key, a cookie, a path or a header's value.

use serde_json::{Value, json};

use super::memory::Memory;
use super::provenance::Provenance;
use super::refusals::Counted;
use super::step::{Effect, Line};
use crate::decision::Denial;
use crate::token::IntegrationId;

/// Why a request was not forwarded, and what the verdict rested on, if it came to that. Refusals that anybody can cause without a
/// genuine token are sampled: only some of them leave a line.
pub(super) fn denial(
    memory: &mut Memory,
    denial: &Denial,
    status: u16,
    method: &str,
    integration: Option<&IntegrationId>,
    provenance: Option<&Provenance>,
    now_ms: u64,
) {
    let code = denial.code().as_str();
    let line = || {
        json!({
            "event": "denied", "code": code, "reason": denial.to_string(), "status": status, "method": method,
            "integration": integration, "basis": provenance.map(Provenance::to_json),
        })
    };
    let is_error = status >= 500;
    if integration.is_none() || matches!(status, 400 | 401 | 414 | 431) {
        sampled(memory, is_error, line, code, now_ms);
    } else {
        write(memory, is_error, &line());
    }
}

/// Logs a refusal of the admin plane's, of a kind that anybody can cause as often as they like.
pub fn refusal(memory: &mut Memory, line: Value, code: &str, now_ms: u64) {
    sampled(memory, false, || line, code, now_ms);
}

/// Logs a fault that somebody has to look at, of a kind that anybody can meet as often as they like.
pub fn repeated_error(memory: &mut Memory, line: Value, code: &str, now_ms: u64) {
    sampled(memory, true, || line, code, now_ms);
}

/// Logs one of the first few of a code, and some of more, with how many there were. Of the others no line is made.
fn sampled(memory: &mut Memory, is_error: bool, line: impl FnOnce() -> Value, code: &str, now_ms: u64) {
    let Some(Counted { number, before }) = memory.refusals.count(code, now_ms) else { return };
    let mut line = line();
    if let Some(fields) = line.as_object_mut() {
        fields.insert("number".to_owned(), number.into());
        fields.extend(before.map(|before| ("number_before".to_owned(), before.into())));
    }
    write(memory, is_error, &line);
}

/// A grant while something failed that a verdict commonly rests on. Other grants leave no line. Those without a token, which anybody can
/// cause, are sampled.
pub(super) fn degraded(memory: &mut Memory, integration: Option<&IntegrationId>, provenance: &Provenance, now_ms: u64) {
    let line = || json!({ "event": "degraded", "integration": integration, "basis": provenance.to_json() });
    match integration {
        Some(_) => error(memory, &line()),
        None => sampled(memory, true, line, "degraded", now_ms),
    }
}

/// A fault that somebody has to look at.
pub fn error(memory: &mut Memory, line: &Value) {
    write(memory, true, line);
}

fn write(memory: &mut Memory, is_error: bool, line: &Value) {
    memory.effect(Effect::Log(Line { is_error, text: line.to_string() }));
}
