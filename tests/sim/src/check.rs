//! Whether a verdict is right: by what is true, or was within the bound, or may be served in an outage.

use super::admin::Admins;
use super::facts::Facts;
use super::plan::{Token, Weather};
use super::report::Rule;
use super::truth::{Verdict, is_right};
use super::world::Asked;

/// How long memory serves at the most while nothing has failed, in milliseconds.
const MEMORY_MS: u64 = 60_000;
/// How long KV may serve an old value by the assumption of docs/reliability.md, in milliseconds.
const KV_MS: u64 = 14 * 60 * 1_000;

/// Since when KV must have had a value for every gate to know it, or a newer one, even in an outage.
pub fn known_from_kv(weather: &Weather, now_ms: u64) -> u64 {
    now_ms.saturating_sub(KV_MS + MEMORY_MS.max(weather.last_known_good_ms))
}
/// How much younger than the bound a copy of the feed has to be for the gate to be sure that it may rest on it: the allowance for
/// clocks, and what they can differ by.
const UNSURE_MS: u64 = 2_000;

/// The moment of a verdict.
pub struct Moment {
    /// In true milliseconds.
    pub now_ms: u64,
    /// By the gate's clock.
    pub clock_seconds: u64,
    /// How much older than the bound its ground may be, because of the clock.
    pub slack_ms: u64,
    /// The revision of the record that KV has had for so long that every gate knows it.
    pub in_kv: u64,
    /// And of the policy.
    pub policy_in_kv: u64,
    /// Whether a clock is further off than docs/reliability.md assumes.
    pub is_set_off: bool,
}

/// Checks a verdict.
///
/// # Errors
/// Why it is wrong.
pub fn check(
    weather: &Weather,
    admins: &Admins,
    facts: &Facts,
    moment: &Moment,
    asked: &Asked,
    given: Verdict,
    degraded: Option<bool>,
) -> Result<Rule, String> {
    let integration = match asked.question.token {
        Token::Of { integration, .. } => Some(integration),
        Token::None | Token::Forged => None,
    };
    if given == Verdict::Unavailable {
        return excuse(admins, facts, moment, asked, integration);
    }
    if let Some(integration) = integration {
        was_read(weather, facts, moment, integration)?;
    }
    let was_right = |bound_ms, least_rev, least_policy| {
        let policies = || admins.policies.possible(moment.now_ms, bound_ms, least_policy);
        let by = |being| {
            let Asked { question, caller, .. } = asked;
            policies().any(|variant| {
                let request = (*variant, question.operation, question.foreign);
                is_right(given, being, *caller, request, moment.clock_seconds)
            })
        };
        match integration {
            None => by(None),
            Some(integration) => {
                admins.timeline(integration).possible(moment.now_ms, bound_ms, least_rev).any(|being| by(Some(being)))
            }
        }
    };
    if was_right(0, 0, 0) {
        return Ok(Rule::Now);
    }
    let bound_ms = weather.max_staleness_ms + moment.slack_ms;
    if was_right(bound_ms, 0, 0) {
        let age_ms = if moment.slack_ms > 0 { 0 } else { age(bound_ms, |bound_ms| was_right(bound_ms, 0, 0)) };
        return Ok(Rule::WithinBound { age_ms });
    }
    let has_feed = facts
        .feed_made_ms
        .is_some_and(|made_ms| made_ms + weather.max_staleness_ms > moment.now_ms + UNSURE_MS && !moment.is_set_off);
    let least_rev = integration.and_then(|integration| facts.listed.get(&integration)).copied().unwrap_or_default();
    let (least_rev, least_policy) = (least_rev.max(moment.in_kv), facts.listed_policy.max(moment.policy_in_kv));
    let has_failed = has_failed(facts, moment);
    match (weather.denies_on_outage, has_feed, was_right(u64::MAX, least_rev, least_policy)) {
        (false, false, true) if !has_failed => Err(format!("older than {bound_ms} ms, and nothing has failed")),
        // Of many denials only some leave a line.
        (false, false, true) if degraded.unwrap_or(given != Verdict::Grant) => Ok(Rule::Outage),
        (false, false, true) => Err("an outage served by old values, and the log does not say so".to_owned()),
        (false, true, true) => {
            Err(format!("wrong, though a copy of the feed was at hand that was made at {:?}", facts.feed_made_ms))
        }
        (true, ..) => Err(format!("older than {bound_ms} ms")),
        (false, _, false) => Err(format!("right at no time since revision {least_rev}")),
    }
}

/// The least bound under which it is right, roughly.
fn age(bound_ms: u64, is_right: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, bound_ms);
    while high - low > 50 {
        let middle = low + (high - low) / 2;
        if is_right(middle) { high = middle } else { low = middle }
    }
    high
}

/// Whether the isolate has met a failure lately. A clock that has stepped back unnoticed makes it last longer.
fn has_failed(facts: &Facts, moment: &Moment) -> bool {
    moment.now_ms <= facts.excused_until_ms + moment.slack_ms
}

/// Whether something excuses a 503: a failure, or a change while the request was under way.
fn excuse(
    admins: &Admins,
    facts: &Facts,
    moment: &Moment,
    asked: &Asked,
    integration: Option<usize>,
) -> Result<Rule, String> {
    let has_changed = admins.policies.changed_since(asked.at_ms)
        || integration.is_some_and(|integration| admins.timeline(integration).changed_since(asked.at_ms));
    if has_failed(facts, moment) || has_changed {
        return Ok(Rule::Excused);
    }
    Err("nothing has failed".to_owned())
}

/// Whether the isolate has read the record lately.
fn was_read(weather: &Weather, facts: &Facts, moment: &Moment, integration: usize) -> Result<(), String> {
    let longest_ms = MEMORY_MS.max(weather.last_known_good_ms) + 1_000 + moment.slack_ms;
    match facts.read_ms.get(&integration) {
        Some(read_ms) if read_ms + longest_ms >= moment.now_ms => Ok(()),
        Some(read_ms) => Err(format!("the record was last read {} ms ago", moment.now_ms - read_ms)),
        None if facts.has_stepped => Ok(()), // what was read before is not known any more
        None => Err("the record was never read".to_owned()),
    }
}
