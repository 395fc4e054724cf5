//! Floats as text.

/// A float of up to six decimal places, as it was written.
#[allow(clippy::cast_possible_truncation, reason = "checked to be a whole number that fits")]
pub(super) fn decimal(value: f64) -> Option<String> {
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
