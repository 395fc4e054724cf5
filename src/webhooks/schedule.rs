//! When an attempt is repeated, and what becomes of an endpoint that keeps failing. Everything here is a function of what happened
//! and the current time.

use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc2822;

use crate::time::Timestamp;

/// How many attempts there are of a message.
pub const ATTEMPTS: u32 = 8;
/// How long an attempt may take, in milliseconds.
pub const TIMEOUT_MS: u64 = 20_000;
/// How many attempts at one endpoint are under way at a time.
pub const MAX_IN_FLIGHT: usize = 4;
/// How many messages wait for one endpoint; beyond, the oldest go.
pub const MAX_QUEUED: u64 = 10_000;
/// How long a message waits, and an attempt is remembered, in seconds.
pub const QUEUED_SECONDS: u64 = 30 * 24 * 60 * 60;
/// How long the outgoing secret still signs, in seconds.
pub const SECRET_OVERLAP_SECONDS: u64 = 24 * 60 * 60;

/// The delay before each attempt, in seconds.
const DELAYS: [u64; ATTEMPTS as usize] = [0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600];
/// The longest wait that an endpoint can ask for, in seconds.
const MAX_RETRY_AFTER_SECONDS: u64 = 24 * 60 * 60;
/// After how many seconds of failures only an endpoint counts as failing, and after how many it is disabled.
const FAILING_SECONDS: u64 = 30 * 60;
const DISABLED_SECONDS: u64 = 5 * 24 * 60 * 60;

/// Up to a tenth of each delay, so that not all endpoints of a service that was down are asked in the same second: a random byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jitter(pub u8);

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A response.
    Answered {
        /// Its status. Only 2xx is a success: a redirection is never followed.
        status: u16,
        /// When it asks to be tried again.
        retry_after: Option<Timestamp>,
    },
    /// No response in time.
    TimedOut,
    /// No connection, or one that broke.
    Failed,
    /// The deployment's rules do not allow the address now. Nothing was sent.
    Refused,
}

/// What becomes of a message after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It was taken.
    Delivered,
    /// It is tried again.
    Again(Timestamp),
    /// It is not repeated automatically.
    GivenUp,
}

/// What is known of an endpoint's answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The first failure since the last success.
    pub failing_since: Option<Timestamp>,
    /// Whether an event has reported that the endpoint fails.
    pub is_told: bool,
}

/// What an attempt makes of an endpoint's standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing to report.
    Same,
    /// It has failed for half an hour. This is reported once until the next success.
    Failing,
    /// It answered again after a failure.
    Recovered,
    /// It failed for five days, and gets nothing more.
    Disabled,
    /// It said 410, and gets nothing more.
    Gone,
}

impl Outcome {
    /// Whether the message was taken.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Answered { status: 200..=299, .. })
    }

    /// What becomes of the message, of which `made` attempts were made, this one included.
    pub fn next(&self, made: u32, jitter: Jitter, now: Timestamp) -> Next {
        let (status, retry_after) = match self {
            Self::Answered { status, retry_after } => (*status, *retry_after),
            _ => (0, None),
        };
        if self.is_success() {
            return Next::Delivered;
        }
        let delay = usize::try_from(made).ok().and_then(|made| DELAYS.get(made));
        let Some(delay) = delay.filter(|_| status != 410) else { return Next::GivenUp };
        let extra = delay.saturating_mul(u64::from(jitter.0)) / 2_560;
        let due = now.after(delay.saturating_add(extra));
        let asked = retry_after.map_or(due, |asked| asked.min(now.after(MAX_RETRY_AFTER_SECONDS)));
        Next::Again(due.max(asked))
    }
}

impl Health {
    /// The state after an attempt, and what of it to report.
    #[must_use]
    pub fn after(self, outcome: &Outcome, now: Timestamp) -> (Self, Standing) {
        if outcome.is_success() {
            let standing = if self.failing_since.is_some() { Standing::Recovered } else { Standing::Same };
            return (Self::default(), standing);
        }
        let since = self.failing_since.unwrap_or(now);
        let failing = Self { failing_since: Some(since), ..self };
        if matches!(outcome, Outcome::Answered { status: 410, .. }) {
            (failing, Standing::Gone)
        } else if now >= since.after(DISABLED_SECONDS) {
            (failing, Standing::Disabled)
        } else if now >= since.after(FAILING_SECONDS) && !self.is_told {
            (Self { is_told: true, ..failing }, Standing::Failing)
        } else {
            (failing, Standing::Same)
        }
    }
}

/// The moment that a `Retry-After` names (RFC 9110 section 10.2.3): seconds, or a date. `None` for anything else.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Timestamp> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(now.after(value.parse().unwrap_or(u64::MAX)));
    }
    let date = OffsetDateTime::parse(value, &Rfc2822).ok()?;
    u64::try_from(date.unix_timestamp()).ok().map(Timestamp::from_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_824_000);
    const DAY: u64 = 24 * 60 * 60;

    fn status(status: u16) -> Outcome {
        Outcome::Answered { status, retry_after: None }
    }

    fn delay(outcome: &Outcome, made: u32, jitter: u8) -> Option<u64> {
        match outcome.next(made, Jitter(jitter), NOW) {
            Next::Again(at) => Some(at.seconds().saturating_sub(NOW.seconds())),
            Next::Delivered | Next::GivenUp => None,
        }
    }

    #[test]
    fn a_failure_is_repeated_by_the_schedule() {
        for failure in
            [status(500), status(404), status(301), status(199), Outcome::TimedOut, Outcome::Failed, Outcome::Refused]
        {
            let delays: Vec<_> = (1..10).map(|made| delay(&failure, made, 0)).collect();
            let expected = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000].map(Some);
            assert_eq!(delays.split_at(7), (expected.as_slice(), [None, None].as_slice()), "{failure:?}");
            assert_eq!(failure.next(8, Jitter(0), NOW), Next::GivenUp);
        }
    }

    #[test]
    fn jitter_adds_less_than_a_tenth() {
        assert_eq!(delay(&status(500), 7, 255), Some(39_585));
        assert_eq!(delay(&status(500), 1, 255), Some(5));
        assert_eq!(delay(&status(500), 2, 128), Some(315));
    }

    #[test]
    fn any_2xx_is_taken_and_nothing_else() {
        for code in 100..600 {
            let is_success = (200..300).contains(&code);
            assert_eq!(status(code).is_success(), is_success, "{code}");
            assert_eq!(status(code).next(1, Jitter(0), NOW) == Next::Delivered, is_success, "{code}");
        }
    }

    #[test]
    fn a_410_ends_it_at_once() {
        assert_eq!(status(410).next(1, Jitter(0), NOW), Next::GivenUp);
        assert_eq!(Health::default().after(&status(410), NOW).1, Standing::Gone);
    }

    #[test]
    fn retry_after_delays_and_never_hastens() {
        let asking = |seconds| Outcome::Answered { status: 429, retry_after: Some(NOW.after(seconds)) };
        assert_eq!(delay(&asking(120), 1, 0), Some(120));
        assert_eq!(delay(&asking(1), 1, 0), Some(5));
        assert_eq!(delay(&asking(60), 2, 0), Some(300));
        assert_eq!(delay(&asking(400 * DAY), 1, 0), Some(DAY));
        assert_eq!(asking(5).next(8, Jitter(0), NOW), Next::GivenUp);
        let past = Outcome::Answered { status: 503, retry_after: Some(NOW.before(DAY)) };
        assert_eq!(delay(&past, 1, 0), Some(5));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        for (value, seconds) in [
            ("120", Some(NOW.seconds() + 120)),
            (" 0 ", Some(NOW.seconds())),
            ("99999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value, NOW).map(Timestamp::seconds), seconds, "{value:?}");
        }
    }

    #[test]
    fn an_endpoint_that_only_fails_is_told_once_and_then_disabled() {
        let mut health = Health::default();
        let mut told = Vec::new();
        for minute in (0..=5 * 24 * 60).step_by(10) {
            let (after, standing) = health.after(&status(500), NOW.after(minute * 60));
            health = after;
            if standing != Standing::Same {
                told.push((minute, standing));
            }
        }
        assert_eq!(told, [(30, Standing::Failing), (5 * 24 * 60, Standing::Disabled)]);
    }

    #[test]
    fn one_success_begins_anew() {
        let (failing, _) = Health::default().after(&status(500), NOW);
        let (well, standing) = failing.after(&status(204), NOW.after(4 * DAY));
        assert_eq!((well, standing), (Health::default(), Standing::Recovered));
        assert_eq!(well.after(&status(200), NOW).1, Standing::Same);
        let (failing, standing) = well.after(&Outcome::TimedOut, NOW.after(5 * DAY));
        assert_eq!((failing.failing_since, standing), (Some(NOW.after(5 * DAY)), Standing::Same));
    }
}
