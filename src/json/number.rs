//! How large integers may be, and numbers with a fraction or an exponent. No rule uses the value of the latter. Code that reads and
//! prints all of them would take ten kilobytes.

use std::fmt;

/// The largest integer that all readers of JSON keep exactly: 2^53 - 1 (RFC 8259 section 6).
pub const MAX_EXACT_INTEGER: u64 = 9_007_199_254_740_991;

/// A number with a fraction or an exponent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Float {
    /// One that is written again as it was read.
    Decimal(Decimal),
    /// Any other. That there was one is all that is kept of it.
    Unrepresentable,
}

/// A float of up to six decimal places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decimal(f64);

impl From<f64> for Float {
    fn from(value: f64) -> Self {
        if decimal(value).is_some() { Self::Decimal(Decimal(value)) } else { Self::Unrepresentable }
    }
}

/// The value; not a number, where it is not kept.
impl From<Float> for f64 {
    fn from(float: Float) -> Self {
        match float {
            Float::Decimal(Decimal(value)) => value,
            Float::Unrepresentable => Self::NAN,
        }
    }
}

/// As JSON. One that is not kept becomes another such float.
impl fmt::Display for Float {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decimal(Decimal(value)) => formatter.write_str(&decimal(*value).unwrap_or_default()),
            Self::Unrepresentable => formatter.write_str("0.0000001"),
        }
    }
}

/// A float of up to six decimal places, as it was written.
#[allow(clippy::cast_possible_truncation, reason = "checked to be a whole number that fits")]
pub(crate) fn decimal(value: f64) -> Option<String> {
    let mut scale = 1_u32;
    for places in 1..=6_usize {
        scale = scale.saturating_mul(10);
        let scaled = value * f64::from(scale);
        if scaled.abs() < 9e15 && scaled % 1.0 == 0.0 && scaled / f64::from(scale) == value {
            let digits = format!("{:0width$}", (scaled as i64).unsigned_abs(), width = places.saturating_add(1));
            let (whole, fraction) = digits.split_at_checked(digits.len().checked_sub(places)?)?;
            let sign = if value.is_sign_negative() { "-" } else { "" };
            return Some(format!("{sign}{whole}.{fraction}"));
        }
    }
    None
}
