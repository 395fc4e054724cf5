//! The only clock. The rules get the time as an argument and never read it.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use worker::Delay;

use tidegate::time::Timestamp;

/// Milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> u64 {
    let now_ms = platform_ms();
    #[cfg(feature = "faults")]
    let now_ms = now_ms.saturating_add(crate::faults::ahead_ms());
    now_ms
}

/// The same by the platform's own clock, by which it rings alarms. A build with faults can set the clock ahead of it. Never negative on
/// this platform; a clock that says so is read as the epoch.
pub(crate) fn platform_ms() -> u64 {
    // A saturating cast: NaN and negative numbers become 0.
    js_sys::Date::now() as u64
}

/// Whole seconds since the Unix epoch.
pub(crate) fn now() -> Timestamp {
    seconds(now_ms())
}

/// The whole seconds of this many milliseconds.
pub(crate) fn seconds(now_ms: u64) -> Timestamp {
    Timestamp::from_seconds(now_ms / 1000)
}

/// What the future gives within this time; given up after it.
pub(crate) async fn within<T>(timeout: Duration, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(Delay::from(timeout))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}
