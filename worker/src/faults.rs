//! Panics on demand, for the test of the guard in `entry.js`, and a look at the memory, for that of leaks. Only in builds
//! with the feature `faults`.
#![expect(clippy::panic, reason = "this is what the file is for")]

use serde_json::json;
use web_sys::{Request, Response};

use crate::platform::head::Head;
use crate::platform::respond;
use registry::Storage;

/// The header field that says where to panic: `gate`, there `at-once`, or `registry`; or what to tell: `memory`.
pub(crate) const HEADER: &str = "x-inject-panic";

/// Whether the request may be answered at once; panics where it asks for that.
pub(crate) fn is_at_once(head: &Head) -> bool {
    let asked = head.header(HEADER);
    if asked.as_deref() == Some("at-once") {
        panic!("injected into what answers at once");
    }
    asked.is_none()
}

/// Panics in the Worker, once it may wait, where the request asks for it.
pub(crate) fn panic_in_gate(request: &Request) {
    if request.headers().get(HEADER).ok().flatten().as_deref() == Some("gate") {
        panic!("injected into the gate");
    }
}

/// How many pages of 64 KiB this instance has, where the request asks for it. They never become fewer.
pub(crate) fn memory(request: &Request) -> Option<worker::Result<Response>> {
    let asked = request.headers().get(HEADER).ok().flatten()?;
    (asked == "memory").then(|| respond::json(200, &json!({ "pages": std::arch::wasm32::memory_size::<0>() }), None))
}

/// Panics in the Durable Object, inside a transaction that has written something, where the request asks for it.
pub(crate) fn panic_in_transaction(request: &worker::Request, sql: &impl Storage) {
    if request.headers().get(HEADER).ok().flatten().as_deref() == Some("registry") {
        let _ = sql.transaction(&mut || {
            let _ = sql.run("INSERT INTO sub_accounts (id, name, created_at) VALUES ('panic', 'panic', 0)", &[]);
            panic!("injected into the registry");
        });
    }
}
