//! What a deployment chooses: how old a verdict's ground may be, and what happens when that cannot be known.

use super::copy::{CLOCK_ALLOWANCE_MS, DUE_AFTER_MS};

/// The bounds of freshness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `MAX_STALENESS_SECONDS`, in milliseconds: no verdict rests on a copy of the feed that is older.
    pub max_staleness_ms: u64,
    /// `LAST_KNOWN_GOOD_SECONDS`, in milliseconds: how long what was read serves while KV cannot be read.
    pub last_known_good_ms: u64,
    /// `ON_REGISTRY_OUTAGE`
    pub on_outage: OnOutage,
}

/// What becomes of requests while the registry cannot be reached, and the feed is too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnOutage {
    /// They are judged by what KV says, with its delay.
    Serve,
    /// They are refused.
    Deny,
}

/// A variable that is none of its values; names it, and says what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLimit {
    /// `MAX_STALENESS_SECONDS`
    #[error("MAX_STALENESS_SECONDS must be 7 to 300")]
    MaxStaleness,
    /// `LAST_KNOWN_GOOD_SECONDS`
    #[error("LAST_KNOWN_GOOD_SECONDS must be 0 to 3600")]
    LastKnownGood,
    /// `ON_REGISTRY_OUTAGE`
    #[error("ON_REGISTRY_OUTAGE must be serve or deny")]
    OnOutage,
}

/// Lower, and a copy would be too old before the next one is due.
const LEAST_STALENESS_SECONDS: u64 = (DUE_AFTER_MS + CLOCK_ALLOWANCE_MS).div_ceil(1000) + 1;

impl Limits {
    /// Reads the variables; one that is not set has its default.
    ///
    /// # Errors
    /// [`InvalidLimit`] where one is set to anything but one spelling of one of its values.
    pub fn parse(
        max_staleness: Option<&str>,
        last_known_good: Option<&str>,
        on_outage: Option<&str>,
    ) -> Result<Self, InvalidLimit> {
        let max_staleness = seconds(max_staleness.unwrap_or("10"), LEAST_STALENESS_SECONDS, 300);
        let last_known_good = seconds(last_known_good.unwrap_or("300"), 0, 3600);
        Ok(Self {
            max_staleness_ms: max_staleness.ok_or(InvalidLimit::MaxStaleness)?,
            last_known_good_ms: last_known_good.ok_or(InvalidLimit::LastKnownGood)?,
            on_outage: match on_outage {
                None | Some("serve") => OnOutage::Serve,
                Some("deny") => OnOutage::Deny,
                Some(_) => return Err(InvalidLimit::OnOutage),
            },
        })
    }
}

/// Seconds in decimal digits without leading zeros, as milliseconds.
fn seconds(text: &str, least: u64, most: u64) -> Option<u64> {
    let seconds: u64 = text.parse().ok().filter(|seconds| (least..=most).contains(seconds))?;
    if seconds.to_string() == text { seconds.checked_mul(1000) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_has_its_default() {
        let limits = Limits { max_staleness_ms: 10_000, last_known_good_ms: 300_000, on_outage: OnOutage::Serve };
        assert_eq!(Limits::parse(None, None, None), Ok(limits));
        assert_eq!(Limits::parse(Some("10"), Some("300"), Some("serve")), Ok(limits));
    }

    #[test]
    fn each_has_its_bounds() {
        let max = |text| Limits::parse(Some(text), None, None).map(|limits| limits.max_staleness_ms);
        assert_eq!([max("7"), max("300")], [Ok(7_000), Ok(300_000)]);
        for text in ["6", "301", "0", "-7", "+7", "07", "7.0", " 7", "7s", "ten", "", "18446744073709551616"] {
            assert_eq!(max(text), Err(InvalidLimit::MaxStaleness), "{text}");
        }
        let good = |text| Limits::parse(None, Some(text), None).map(|limits| limits.last_known_good_ms);
        assert_eq!([good("0"), good("3600")], [Ok(0), Ok(3_600_000)]);
        for text in ["3601", "00", "-1", "1e2"] {
            assert_eq!(good(text), Err(InvalidLimit::LastKnownGood), "{text}");
        }
        let outage = |text| Limits::parse(None, None, Some(text)).map(|limits| limits.on_outage);
        assert_eq!(outage("deny"), Ok(OnOutage::Deny));
        for text in ["Deny", "DENY", "deny ", "allow", "true", ""] {
            assert_eq!(outage(text), Err(InvalidLimit::OnOutage), "{text}");
        }
    }
}
