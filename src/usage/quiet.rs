//! Whether the old token of a rotation can be ended, as far as recorded use can say.

use serde::Serialize;

use crate::time::Timestamp;

const DAY: u64 = 24 * 60 * 60;
/// How long before a rotation its observed period begins, in seconds: 90 days.
pub const OBSERVED_SECONDS: u64 = 90 * DAY;
/// For how long the old token must be quiet at least, in seconds: 24 hours.
pub const MIN_QUIET_SECONDS: u64 = DAY;
/// How many requests must have been recorded, for the gaps between them to say something.
pub const MIN_USES: u64 = 3;

/// What is known of a rotation's old token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OldToken {
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, if ever.
    pub last_used_at: Option<Timestamp>,
}

/// What was recorded of all tokens of an integration, from some moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The moment.
    pub from: Timestamp,
    /// How many requests there were.
    pub requests: u64,
    /// The longest time between two of them, in seconds.
    pub largest_gap: u64,
    /// Since when every request was recorded; `None` where that is not known.
    pub complete_since: Option<Timestamp>,
}

/// Whether the old token can be ended, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SafeToExpire {
    /// Whether it can.
    pub safe: bool,
    /// Why, or why not.
    pub reason: QuietReason,
    /// The longest time between two requests in the observed period, of all tokens, in seconds, where it counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap_seconds: Option<u64>,
    /// For how long the old token must be quiet, in seconds.
    pub quiet_seconds: u64,
    /// When it can be ended if it is not used any more, in Unix seconds; `None` where that cannot be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safe_at: Option<Timestamp>,
}

/// Why a rotation's old token can or cannot be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum QuietReason {
    /// It was not used for the longer of 24 hours and twice the largest gap between two requests.
    Quiet,
    /// It is older than 24 hours, and was never used.
    NeverUsed,
    /// It was never used, and is younger than 24 hours.
    TooNew,
    /// It was used recently, compared with how often the integration calls.
    StillUsed,
    /// The integration called too seldom to say how often it calls.
    TooLittleKnown,
    /// Some requests of the observed period may not have been recorded.
    Incomplete,
    /// The usage store did not answer.
    NoAnswer,
}

impl SafeToExpire {
    /// Not safe, because something is not known.
    pub(super) fn unknown(reason: QuietReason) -> Self {
        Self { safe: false, reason, gap_seconds: None, quiet_seconds: MIN_QUIET_SECONDS, safe_at: None }
    }
}

impl QuietReason {
    /// As the admin API has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::NeverUsed => "never-used",
            Self::TooNew => "too-new",
            Self::StillUsed => "still-used",
            Self::TooLittleKnown => "too-little-known",
            Self::Incomplete => "incomplete",
            Self::NoAnswer => "no-answer",
        }
    }
}

/// When the observed period of a rotation begins: 90 days before the rotation, but not before the integration was made.
pub fn observed_from(integration_created: Timestamp, rotation_began: Timestamp) -> Timestamp {
    rotation_began.before(OBSERVED_SECONDS).max(integration_created)
}

/// Whether a rotation's old token can be ended at `now`.
pub fn safe_to_expire(old: &OldToken, observed: &Observed, now: Timestamp) -> SafeToExpire {
    let gap_seconds = (observed.requests >= MIN_USES).then_some(observed.largest_gap);
    let quiet_seconds = gap_seconds.map_or(0, |gap| gap.saturating_mul(2)).max(MIN_QUIET_SECONDS);
    let is_complete = observed.complete_since.is_some_and(|since| since <= observed.from);
    let answer = |reason, safe_at| {
        let safe = matches!(reason, QuietReason::Quiet | QuietReason::NeverUsed);
        SafeToExpire { safe, reason, gap_seconds, quiet_seconds, safe_at }
    };
    let Some(last_used_at) = old.last_used_at else {
        let safe_at = old.created_at.after(MIN_QUIET_SECONDS);
        let answer = SafeToExpire {
            gap_seconds: None,
            quiet_seconds: MIN_QUIET_SECONDS,
            ..answer(QuietReason::NeverUsed, Some(safe_at))
        };
        return match (is_complete, now >= safe_at) {
            (false, _) => SafeToExpire { safe: false, reason: QuietReason::Incomplete, safe_at: None, ..answer },
            (true, false) => SafeToExpire { safe: false, reason: QuietReason::TooNew, ..answer },
            (true, true) => answer,
        };
    };
    let safe_at = last_used_at.after(quiet_seconds);
    match (is_complete, gap_seconds) {
        // What was recorded was used, whatever else there may have been.
        _ if now < last_used_at.after(MIN_QUIET_SECONDS) => {
            answer(QuietReason::StillUsed, Some(safe_at).filter(|_| is_complete && gap_seconds.is_some()))
        }
        (false, _) => answer(QuietReason::Incomplete, None),
        (true, None) => answer(QuietReason::TooLittleKnown, None),
        (true, Some(_)) if now < safe_at => answer(QuietReason::StillUsed, Some(safe_at)),
        (true, Some(_)) => answer(QuietReason::Quiet, Some(safe_at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;
    /// The rotation began then.
    const BEGAN: u64 = 1000 * DAY;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn observed(requests: u64, largest_gap: u64) -> Observed {
        let from = at(BEGAN).before(OBSERVED_SECONDS);
        Observed { from, requests, largest_gap, complete_since: Some(from) }
    }

    fn judge(
        last_used_at: Option<u64>,
        observed: &Observed,
        now: u64,
    ) -> (bool, &'static str, Option<u64>, Option<u64>) {
        let old = OldToken { created_at: at(BEGAN - 40 * DAY), last_used_at: last_used_at.map(at) };
        let answer = safe_to_expire(&old, observed, at(now));
        (answer.safe, answer.reason.as_str(), answer.gap_seconds, answer.safe_at.map(Timestamp::seconds))
    }

    #[test]
    fn a_token_is_quiet_after_the_longer_of_24_hours_and_twice_the_largest_gap() {
        for (gap, quiet) in [(0, DAY), (60, DAY), (12 * HOUR, DAY), (12 * HOUR + 1, DAY + 2), (3 * DAY, 6 * DAY)] {
            let (known, last) = (observed(3, gap), BEGAN + 100);
            let until = Some(last + quiet);
            assert_eq!(judge(Some(last), &known, last + quiet - 1), (false, "still-used", Some(gap), until), "{gap}");
            assert_eq!(judge(Some(last), &known, last + quiet), (true, "quiet", Some(gap), until), "{gap}");
        }
    }

    #[test]
    fn fewer_than_three_uses_say_too_little() {
        for requests in 0..MIN_USES {
            let known = observed(requests, 60);
            assert_eq!(judge(Some(BEGAN), &known, BEGAN + 29 * DAY), (false, "too-little-known", None, None));
            assert_eq!(judge(Some(BEGAN), &known, BEGAN + HOUR), (false, "still-used", None, None));
        }
    }

    #[test]
    fn a_token_that_was_never_used_is_safe_once_it_is_older_than_24_hours() {
        let old = OldToken { created_at: at(BEGAN), last_used_at: None };
        let safe_at = BEGAN + DAY;
        for (now, safe, reason) in [(safe_at - 1, false, "too-new"), (safe_at, true, "never-used")] {
            for known in [observed(0, 0), observed(500, 9 * DAY)] {
                let answer = safe_to_expire(&old, &known, at(now));
                assert_eq!((answer.safe, answer.reason.as_str()), (safe, reason));
                assert_eq!((answer.gap_seconds, answer.safe_at), (None, Some(at(safe_at))));
            }
        }
    }

    #[test]
    fn nothing_is_safe_where_something_may_be_missing() {
        let from = observed(9, 60).from;
        for complete_since in [None, Some(from.after(1)), Some(at(BEGAN + 5 * DAY))] {
            let known = Observed { complete_since, ..observed(9, 60) };
            assert_eq!(judge(Some(BEGAN), &known, BEGAN + 30 * DAY), (false, "incomplete", Some(60), None));
            assert_eq!(judge(None, &known, BEGAN + 30 * DAY), (false, "incomplete", None, None));
            assert_eq!(judge(Some(BEGAN), &known, BEGAN + HOUR), (false, "still-used", Some(60), None));
        }
    }

    #[test]
    fn the_observed_period_begins_90_days_before_the_rotation_or_with_the_integration() {
        assert_eq!(observed_from(at(0), at(BEGAN)), at(BEGAN - 90 * DAY));
        assert_eq!(observed_from(at(BEGAN - DAY), at(BEGAN)), at(BEGAN - DAY));
    }

    /// Whatever is recorded: what is safe stays so as time passes without a use, and a use, a gap or a loss never makes it safe.
    #[test]
    fn more_use_and_less_knowledge_never_make_a_token_safe() {
        let last_uses = [None, Some(BEGAN - 5 * DAY), Some(BEGAN), Some(BEGAN + DAY)];
        for last in last_uses {
            for (requests, gap) in
                [0, 2, 3, 900].into_iter().flat_map(|requests| [0, 5 * HOUR, 2 * DAY].map(|gap| (requests, gap)))
            {
                for now in (0..12).map(|days| BEGAN + days * DAY).filter(|now| last.is_none_or(|last| last <= *now)) {
                    let known = observed(requests, gap);
                    let (safe, ..) = judge(last, &known, now);
                    let holds = |last, known: &Observed, now| judge(last, known, now).0;
                    assert!(!safe || holds(last, &known, now + DAY));
                    assert!(!holds(Some(now), &known, now));
                    assert!(safe || !holds(last, &observed(requests, gap + DAY), now) || requests < MIN_USES);
                    assert!(!holds(last, &Observed { complete_since: None, ..known }, now));
                }
            }
        }
    }
}
