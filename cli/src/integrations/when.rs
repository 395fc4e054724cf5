//! Moments and lengths of time, as arguments.

use std::time::{SystemTime, UNIX_EPOCH};

use tidegate::time::Timestamp;

/// Not a length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is a whole number and a unit: 7d, 36h, 90m or 60s")]
pub struct InvalidLength;

/// Not a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is a moment in RFC 3339, as 2027-01-31T12:00:00Z, or how long it is until then: 7d, 36h, 90m or 60s")]
pub struct InvalidMoment;

/// Seconds, of a whole number and a unit.
pub fn length(text: &str) -> Result<u64, InvalidLength> {
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let found = units.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)));
    let (number, seconds) =
        found.filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit())).ok_or(InvalidLength)?;
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds)).ok_or(InvalidLength)
}

/// A moment, or how long it is until then.
pub fn moment(text: &str) -> Result<Timestamp, InvalidMoment> {
    let later = || length(text).ok().map(|seconds| now().after(seconds));
    Timestamp::from_rfc3339(text).ok().or_else(later).ok_or(InvalidMoment)
}

/// Now, by this machine's clock.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_seconds(since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_and_a_unit() {
        for (text, seconds) in [("7d", 604_800), ("36h", 129_600), ("90m", 5_400), ("60s", 60), ("0s", 0)] {
            assert_eq!(length(text), Ok(seconds));
        }
        for text in ["", "d", "7", "7w", "-1d", "+1d", "1.5h", " 1d", "1 d", "999999999999999999d", "1d2h"] {
            assert_eq!(length(text), Err(InvalidLength), "{text:?}");
        }
    }

    #[test]
    fn a_moment_is_given_or_counted_from_now() {
        assert_eq!(moment("1970-01-02T01:00:00+01:00"), Ok(Timestamp::from_seconds(86_400)));
        let later = moment("2h").unwrap();
        assert!((7_200..7_260).contains(&later.seconds().saturating_sub(now().seconds())));
        for text in ["", "tomorrow", "2027-01-31", "12:00"] {
            assert_eq!(moment(text), Err(InvalidMoment), "{text:?}");
        }
    }
}
