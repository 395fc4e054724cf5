//! Integrations that nobody uses: when this is announced, and when the agency's rule acts. A pure function of the recorded use, the
//! rule and the time.

use crate::time::Timestamp;

const DAY: u64 = 24 * 60 * 60;
/// How many days before the rule acts it is announced.
pub const ANNOUNCED_DAYS: [u64; 3] = [15, 7, 1];

/// What has been announced of an integration last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announced {
    /// Since when nothing had happened to it.
    pub since: Timestamp,
    /// How many days were left: one of [`ANNOUNCED_DAYS`].
    pub days_left: u64,
    /// When the rule is to act.
    pub acts_at: Timestamp,
}

/// What to do about an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdleStep {
    /// Nothing until then. An announcement that was made still holds.
    Wait(Timestamp),
    /// Nothing until then. The announcement no longer holds: the integration was used, or its period started again.
    Ended(Timestamp),
    /// Announce this.
    Announce(Announced),
    /// The rule acts.
    Act,
}

/// When the period last started: at the last use of any token, when the newest token was made, when the integration was last
/// resumed, or when complete recording began; the latest of these. `None` if it is not known since when recording is complete.
pub fn idle_since(
    last_used_at: Option<Timestamp>,
    newest_token: Timestamp,
    resumed_at: Option<Timestamp>,
    complete_since: Option<Timestamp>,
) -> Option<Timestamp> {
    let latest = last_used_at.into_iter().chain(resumed_at).fold(newest_token, Timestamp::max);
    complete_since.map(|complete| complete.max(latest))
}

/// What to do at `now` about an integration that is idle since `since`, by a rule with this period. Each announcement leaves as much
/// time as it names, even if it is late.
pub fn idle_step(since: Timestamp, period_seconds: u64, announced: Option<&Announced>, now: Timestamp) -> IdleStep {
    let by_rule = since.after(period_seconds);
    let first = by_rule.before(days(ANNOUNCED_DAYS[0]));
    let standing = announced.filter(|announced| announced.since >= since && announced.acts_at >= by_rule);
    let Some(standing) = standing else {
        let step = if now < first { IdleStep::Wait(first) } else { announce(since, ANNOUNCED_DAYS[0], by_rule, now) };
        return match (announced, step) {
            (Some(_), IdleStep::Wait(at)) => IdleStep::Ended(at),
            (_, step) => step,
        };
    };
    let next = ANNOUNCED_DAYS.into_iter().find(|days| *days < standing.days_left);
    let due = standing.acts_at.before(days(next.unwrap_or_default()));
    match next {
        _ if now < due => IdleStep::Wait(due),
        Some(next) => announce(standing.since, next, standing.acts_at, now),
        None => IdleStep::Act,
    }
}

impl Announced {
    /// When the next announcement is due, or the rule acts.
    pub fn next_at(&self) -> Timestamp {
        let next = ANNOUNCED_DAYS.into_iter().find(|days| *days < self.days_left);
        self.acts_at.before(days(next.unwrap_or_default()))
    }
}

fn announce(since: Timestamp, days_left: u64, acts_at: Timestamp, now: Timestamp) -> IdleStep {
    IdleStep::Announce(Announced { since, days_left, acts_at: acts_at.max(now.after(days(days_left))) })
}

fn days(days: u64) -> u64 {
    days.saturating_mul(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: u64 = 60 * DAY;
    const START: u64 = 1000 * DAY;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    /// What happens to an integration that is looked at at these times: days left of each announcement with its time, and the
    /// time when the rule acted.
    fn looked_at(
        times: impl IntoIterator<Item = u64>,
        last_use: impl Fn(u64) -> u64,
    ) -> (Vec<(u64, u64)>, Option<u64>) {
        let (mut announced, mut told) = (None, Vec::new());
        for now in times {
            match idle_step(at(last_use(now)), PERIOD, announced.as_ref(), at(now)) {
                IdleStep::Wait(until) => assert!(until > at(now)),
                IdleStep::Ended(_) => announced = None,
                IdleStep::Announce(announcement) => {
                    assert!(announcement.next_at() > at(now));
                    told.push((announcement.days_left, now));
                    announced = Some(announcement);
                }
                IdleStep::Act => return (told, Some(now)),
            }
        }
        (told, None)
    }

    #[test]
    fn it_is_announced_15_7_and_1_days_before() {
        let hourly = (START..START + 100 * DAY).step_by(3600);
        let (told, acted) = looked_at(hourly, |_| START);
        let end = START + PERIOD;
        assert_eq!(told, [(15, end - 15 * DAY), (7, end - 7 * DAY), (1, end - DAY)]);
        assert_eq!(acted, Some(end));
    }

    #[test]
    fn a_use_at_any_moment_ends_it_and_begins_the_period_anew() {
        for used in [START + 10 * DAY, START + 46 * DAY, START + 54 * DAY, START + 60 * DAY - 1] {
            let hourly = (START..START + 200 * DAY).step_by(3600);
            let (told, acted) = looked_at(hourly, |now| if now < used { START } else { used });
            assert!(acted.is_some_and(|acted| acted >= used + PERIOD && acted < used + PERIOD + 3600), "{used}");
            assert_eq!(told.iter().rev().take(3).map(|(days, _)| *days).collect::<Vec<_>>(), [1, 7, 15], "{used}");
        }
    }

    #[test]
    fn a_rule_that_is_new_or_a_look_that_is_late_leaves_the_days_that_it_announces() {
        for step in [DAY / 2, 9 * DAY, 40 * DAY] {
            let late = (START + 300 * DAY..START + 900 * DAY).step_by(usize::try_from(step).unwrap());
            let (told, acted) = looked_at(late, |_| START);
            let acted = acted.unwrap();
            assert_eq!(told.iter().map(|(days, _)| *days).collect::<Vec<_>>(), ANNOUNCED_DAYS);
            for (days, when) in told {
                assert!(acted >= when + days * DAY, "{step}: {days} days were announced at {when}, acted at {acted}");
            }
        }
    }

    #[test]
    fn a_longer_period_takes_back_what_was_announced() {
        let announced = Announced { since: at(START), days_left: 7, acts_at: at(START + PERIOD) };
        let now = at(START + PERIOD - 2 * DAY);
        assert_eq!(idle_step(at(START), PERIOD, Some(&announced), now), IdleStep::Wait(at(START + PERIOD - DAY)));
        let longer = PERIOD + 30 * DAY;
        let first = at(START + longer - 15 * DAY);
        assert_eq!(idle_step(at(START), longer, Some(&announced), now), IdleStep::Ended(first));
    }

    #[test]
    fn the_period_begins_with_the_latest_of_all_that_begins_it() {
        let since = |used: Option<u64>, resumed: Option<u64>, complete: Option<u64>| {
            idle_since(used.map(at), at(50), resumed.map(at), complete.map(at)).map(Timestamp::seconds)
        };
        assert_eq!(since(None, None, None), None);
        assert_eq!(since(Some(90), Some(80), None), None);
        assert_eq!(since(None, None, Some(0)), Some(50));
        assert_eq!(since(Some(90), Some(80), Some(70)), Some(90));
        assert_eq!(since(Some(60), Some(80), Some(70)), Some(80));
        assert_eq!(since(Some(60), None, Some(70)), Some(70));
    }
}
