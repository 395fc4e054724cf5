//! The only clock. The rules get the time as an argument and never read it.

use std::pin::pin;
#[cfg(feature = "faults")]
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::{Either, select};
use worker::Delay;

use tidegate::time::Timestamp;

/// How far the clock is ahead of the platform's, in milliseconds.
#[cfg(feature = "faults")]
static AHEAD_MS: AtomicU64 = AtomicU64::new(0);

/// Milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> u64 {
    let now_ms = platform_ms();
    #[cfg(feature = "faults")]
    let now_ms = now_ms.saturating_add(ahead_ms());
    now_ms
}

/// The same by the platform's own clock, by which it rings alarms. It is never negative on this platform; a negative time would be read
/// as the epoch.
pub(crate) fn platform_ms() -> u64 {
    // A saturating cast: NaN and negative numbers become 0.
    js_sys::Date::now() as u64
}

/// How far the clock is ahead of the platform's, in milliseconds.
#[cfg(feature = "faults")]
pub(crate) fn ahead_ms() -> u64 {
    AHEAD_MS.load(Ordering::Relaxed)
}

/// Sets the clock ahead of the platform's, for this instance.
#[cfg(feature = "faults")]
pub(crate) fn set_ahead(ahead_ms: u64) {
    AHEAD_MS.store(ahead_ms, Ordering::Relaxed);
}

/// Whole seconds since the Unix epoch.
pub(crate) fn now() -> Timestamp {
    seconds(now_ms())
}

/// The whole seconds of this many milliseconds.
pub(crate) fn seconds(now_ms: u64) -> Timestamp {
    Timestamp::from_seconds(now_ms / 1000)
}

/// The result of the future; `None` if it takes longer than `timeout`.
pub(crate) async fn within<T>(timeout: Duration, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(Delay::from(timeout))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}
