//! Log lines of the admin plane and the Durable Objects: JSON, one a line. Never a token, a key, a cookie, a path or a header's value.

use serde_json::{Value, json};
use worker::console_error;

use crate::machine;
use tidegate::admin::AdminError;

/// Why a request to the admin plane was refused whose sender did not prove who they are. `client` is no address.
pub(crate) fn refused(error: &AdminError, method: &str, client: Option<&str>) {
    let reply = error.answer();
    let code = reply.problem.kind.rsplit(':').next().unwrap_or_default();
    let line = json!({ "event": "refused", "code": code, "status": reply.status, "method": method, "client": client });
    machine::log_refusal(line, code);
}

/// A fault that somebody has to look at.
pub(crate) fn error(line: &Value) {
    console_error!("{line}");
}
