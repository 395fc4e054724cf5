//! Faults on demand, in builds with the feature `faults` only: panics, for the test of the guard in `entry.js`; the size of the
//! memory, for the test of leaks; a command that takes seconds; and a clock that is ahead, for what happens over months.
#![expect(clippy::panic, reason = "this is what the file is for")]

use serde_json::json;

pub(crate) use crate::platform::clock::ahead_ms;
use crate::platform::clock::set_ahead;
use registry::Storage;
use tidegate::gate::{Answer, Step};

/// The header field that says where to panic: `gate` or `registry`; or what to tell: `memory`; or how long to work: `slow:ROUNDS`; or
/// how far the clock is ahead from now on, in seconds: `clock:SECONDS`.
pub(crate) const HEADER: &str = "x-inject-panic";

/// Panics in the machine if the request asks for it, or answers with the number of 64 KiB pages of this instance, which never shrinks.
/// `fields` are the header fields of the request that matter.
pub(crate) fn in_machine(fields: &str) -> Option<Step> {
    let asked = fields.split('\n').zip(fields.split('\n').skip(1)).find(|(name, _)| *name == HEADER);
    match asked?.1 {
        "gate" => panic!("injected into the gate"),
        "memory" => {
            let pages = json!({ "pages": std::arch::wasm32::memory_size::<0>() });
            Some(Step::Answer(Answer::json(200, pages.to_string())))
        }
        asked => {
            set_clock(Some(asked));
            None
        }
    }
}

/// Sets the clock ahead of the platform's if `clock:SECONDS` is asked for. Returns whether it is.
pub(crate) fn set_clock(asked: Option<&str>) -> bool {
    let seconds = asked.and_then(|asked| asked.strip_prefix("clock:")).and_then(|seconds| seconds.parse::<u64>().ok());
    if let Some(seconds) = seconds {
        set_ahead(seconds.saturating_mul(1_000));
    }
    seconds.is_some()
}

/// Panics in the Durable Object, inside a transaction that has written something, if the request asks for it.
pub(crate) fn panic_in_transaction(request: &worker::Request, sql: &impl Storage) {
    if request.headers().get(HEADER).ok().flatten().as_deref() == Some("registry") {
        let _ = sql.transaction(&mut || {
            let _ = sql.run("INSERT INTO sub_accounts (id, name, created_at) VALUES ('panic', 'panic', 0)", &[]);
            panic!("injected into the registry");
        });
    }
}

/// Keeps the Durable Object busy if `slow:ROUNDS` is asked for. A billion rounds take about a second.
pub(crate) fn work(request: &worker::Request) {
    let asked = request.headers().get(HEADER).ok().flatten().unwrap_or_default();
    let rounds: u64 = asked.strip_prefix("slow:").and_then(|rounds| rounds.parse().ok()).unwrap_or_default();
    let busy = (0..rounds).fold(1_u64, |number, round| std::hint::black_box(number.wrapping_mul(3) ^ round));
    std::hint::black_box(busy);
}
