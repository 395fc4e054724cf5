//! Panics on demand, for the test of the guard in `entry.js`. Only in builds with the feature `panic-injection`.
#![expect(clippy::panic, reason = "this is what the file is for")]

use web_sys::Request;

use super::registry::Database;
use crate::core::admin::AdminError;

/// The header field that says where to panic: `gate` or `registry`.
pub(super) const HEADER: &str = "x-inject-panic";

/// Panics in the Worker where the request asks for it.
pub(super) fn panic_in_gate(request: &Request) {
    if request.headers().get(HEADER).ok().flatten().as_deref() == Some("gate") {
        panic!("injected into the gate");
    }
}

/// Panics in the Durable Object, inside a transaction that has written something, where the request asks for it.
pub(super) fn panic_in_transaction(asked: Option<&str>, database: &Database) {
    if asked == Some("registry") {
        let _: Result<(), AdminError> = database.transaction(|| {
            database.run("INSERT INTO sub_accounts (id, name, created_at) VALUES ('panic', 'panic', 0)", vec![])?;
            panic!("injected into the registry");
        });
    }
}
