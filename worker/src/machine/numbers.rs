//! Numbers of JavaScript, which are all of floating point.

/// A whole number that JavaScript gave. A saturating cast: NaN and negative numbers become 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
pub(super) fn milliseconds(number: f64) -> u64 {
    number as u64
}

/// The present time, as JavaScript gave it. A build with faults can set the clock ahead of it.
pub(super) fn moment(now_ms: f64) -> u64 {
    let now_ms = milliseconds(now_ms);
    #[cfg(feature = "faults")]
    let now_ms = now_ms.saturating_add(crate::faults::ahead_ms());
    now_ms
}

/// Exact below 2^53.
#[allow(clippy::cast_precision_loss, reason = "there are not so many")]
pub(super) fn number_of(number: u64) -> f64 {
    number as f64
}
