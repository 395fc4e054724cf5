//! How many requests this isolate has refused, so that a flood of them is not a flood of log lines.

use std::collections::BTreeMap;

/// Over what time refusals are counted, in milliseconds.
const WINDOW_MS: u64 = 60_000;
/// How many of a window leave a line each, for every code.
const MAX_LINES: u64 = 10;

/// The counts, by the code of the refusal.
#[derive(Default)]
pub(super) struct Refusals(BTreeMap<String, Window>);

/// What the log says of a refusal's number.
pub(super) struct Counted {
    /// Its number among those of its code within a minute.
    pub number: u64,
    /// How many there were in the minute that was counted before; told once.
    pub before: Option<u64>,
}

struct Window {
    began_ms: u64,
    count: u64,
}

impl Refusals {
    /// Counts a refusal. Gives its number where it is to be logged: the first ten of a minute are, and then each that doubles the
    /// number. So the last line of a flood tells at least half of it, and the first line after it all.
    pub fn count(&mut self, code: &str, now_ms: u64) -> Option<Counted> {
        let windows = &mut self.0;
        let Some(window) = windows.get_mut(code) else {
            windows.insert(code.to_owned(), Window { began_ms: now_ms, count: 1 });
            return Some(Counted { number: 1, before: None });
        };
        // A clock that was set back begins a new window too.
        if now_ms < window.began_ms || now_ms >= window.began_ms.saturating_add(WINDOW_MS) {
            let before = std::mem::replace(window, Window { began_ms: now_ms, count: 1 }).count;
            return Some(Counted { number: 1, before: Some(before) });
        }
        window.count = window.count.saturating_add(1);
        let is_logged = window.count <= MAX_LINES || window.count.is_power_of_two();
        is_logged.then_some(Counted { number: window.count, before: None })
    }
}
