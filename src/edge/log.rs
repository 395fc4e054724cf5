//! Log lines: JSON, one a line. Never a token, a key, a cookie, a path or a header's value.

use serde_json::{Value, json};
use worker::{console_error, console_log};

use crate::core::decision::Denial;
use crate::core::token::IntegrationId;

/// Why a request was not forwarded.
pub(super) fn denial(denial: &Denial, status: u16, method: &str, integration: Option<&IntegrationId>) {
    let line = json!({
        "event": "denied", "code": denial.code(), "reason": denial.to_string(),
        "status": status, "method": method, "integration": integration,
    });
    if status >= 500 { error(&line) } else { console_log!("{line}") }
}

/// A fault that somebody has to look at.
pub(super) fn error(line: &Value) {
    console_error!("{line}");
}
