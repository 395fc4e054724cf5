//! Log lines of the Durable Objects: JSON, one a line. Never a token, a key, a cookie, a path or a header's value.

use serde_json::Value;
use worker::console_error;

/// A fault that somebody has to look at.
pub(crate) fn error(line: &Value) {
    console_error!("{line}");
}
