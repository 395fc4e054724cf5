//! The counts that a request asks for.

use serde::Serialize;

use super::{Grouping, MAX_RANGE_SECONDS, Moment, UsageRange};
use crate::time::Timestamp;
use crate::token::IntegrationId;

/// A minute, an hour and a day, in seconds: the periods that counts are kept by.
pub const PERIODS: [u64; 3] = [MINUTE, HOUR, DAY];
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// How long counts are kept by each period, in seconds.
pub const KEPT: [u64; 3] = [2 * HOUR, 8 * DAY, MAX_RANGE_SECONDS];
/// How long a range is unless it is said, in seconds.
const DEFAULT_SECONDS: u64 = 30 * DAY;

/// Why there are no counts for a range. It names the parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRange {
    /// It ends before it begins, or has no length.
    #[error("the range must end after it begins")]
    Backwards,
    /// It is longer than [`MAX_RANGE_SECONDS`].
    #[error("the range is longer than 400 days")]
    TooLong,
}

/// What a store is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UsageQuery {
    /// Of which integrations; `None` for all.
    pub integrations: Option<Vec<IntegrationId>>,
    /// In which range, and how grouped.
    pub range: UsageRange,
}

/// What a store is to forget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forget {
    /// All that it has of this integration.
    pub integration: IntegrationId,
}

crate::json_object!(UsageQuery { integrations: optional, range });
crate::json_object!(Forget { integration });

impl UsageRange {
    /// The range of a request at `now`: the last 30 days by default. It is extended to whole periods: minutes if all of them are still
    /// kept, otherwise hours, otherwise days. It ends in the year 9999 at the latest.
    ///
    /// # Errors
    /// [`InvalidRange`].
    pub fn new(
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        by: Grouping,
        now: Timestamp,
    ) -> Result<Self, InvalidRange> {
        let to = to.unwrap_or(now.after(1));
        let from = from.unwrap_or(to.before(DEFAULT_SECONDS));
        if from >= to {
            return Err(InvalidRange::Backwards);
        }
        if to.seconds().saturating_sub(from.seconds()) > MAX_RANGE_SECONDS {
            return Err(InvalidRange::TooLong);
        }
        let is_kept = |(_, kept): &(u64, u64)| from >= now.before(*kept);
        let period_seconds = PERIODS.into_iter().zip(KEPT).find(is_kept).map_or(DAY, |(period, _)| period);
        let to = to.after(period_seconds.saturating_sub(1)).min(Timestamp::LAST_OF_RFC3339);
        let (from, to) = (floor(from, period_seconds), floor(to, period_seconds));
        Ok(Self { from: Moment(from), to: Moment(to), by, period_seconds })
    }
}

/// The beginning of the period that a moment is in.
pub fn floor(moment: Timestamp, period_seconds: u64) -> Timestamp {
    let seconds = moment.seconds();
    Timestamp::from_seconds(seconds.saturating_sub(seconds.checked_rem(period_seconds).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{FromJson, Value};

    #[test]
    fn a_range_has_whole_periods_that_are_kept() {
        let now = Timestamp::from_seconds(1_795_000_000);
        let of = |from_before, to_before| {
            UsageRange::new(Some(now.before(from_before)), Some(now.before(to_before)), Grouping::Hour, now)
        };
        for (from, to, period) in
            [(HOUR, 0, MINUTE), (3 * HOUR, 0, HOUR), (7 * DAY, DAY, HOUR), (9 * DAY, 8 * DAY, DAY)]
        {
            let range = of(from, to).unwrap();
            assert_eq!(range.period_seconds, period);
            let (begin, end) = (range.from.0.seconds(), range.to.0.seconds());
            assert_eq!((begin % period, end % period), (0, 0));
            assert!(begin <= now.before(from).seconds() && begin + period > now.before(from).seconds());
            assert!(end >= now.before(to).seconds() && end < now.before(to).seconds() + period);
        }
        assert_eq!(of(0, 0), Err(InvalidRange::Backwards));
        assert_eq!(of(0, 1), Err(InvalidRange::Backwards));
        assert_eq!(of(MAX_RANGE_SECONDS + 1, 0), Err(InvalidRange::TooLong));
        assert!(of(MAX_RANGE_SECONDS, 0).is_ok());
        let last = UsageRange::new(
            Some(Timestamp::LAST_OF_RFC3339.before(DAY)),
            Some(Timestamp::LAST_OF_RFC3339),
            Grouping::Hour,
            now,
        );
        let written = serde_json::to_string(&last.unwrap()).unwrap();
        let read = Value::parse(&written).ok().and_then(|value| UsageRange::from_json(value).ok());
        assert_eq!(read, Some(last.unwrap()), "the question to a store can be read: {written}");
        let default = UsageRange::new(None, None, Grouping::Operation, now).unwrap();
        assert!(default.to.0 > now && default.from.0 <= now.before(DEFAULT_SECONDS - 1));
    }
}
