//! Log lines of the Durable Objects: one JSON object a line. They never contain a token, a key, a cookie, a path or the value of a
//! header field.

use serde_json::Value;
use worker::console_error;

/// A fault that needs attention.
pub(crate) fn error(line: &Value) {
    console_error!("{line}");
}
