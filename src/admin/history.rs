//! The details that the audit trail keeps of each change to an integration. Never a token or a hash.

use serde_json::{Value, json};

use super::{IdleAction, Integration, TokenRules};
use crate::rotation::Rotation;
use crate::time::Timestamp;
use crate::usage::{Announced, SafeToExpire};

/// `integration.created`
pub fn created(integration: &Integration) -> Value {
    let Integration { name, description, owner, scopes, tokens, expires_at, .. } = integration;
    json!({
        "name": name, "description": description, "owner": owner, "scopes": scopes, "n": tokens.current().n,
        "expires_at": moment(*expires_at),
    })
}

/// `integration.edited`
pub fn edited(before: &Integration, after: &Integration) -> Value {
    json!({
        "scopes": before.scopes.diff(&after.scopes),
        "name": { "from": before.name, "to": after.name },
        "description": { "from": before.description, "to": after.description },
        "expires_at": end(before, after),
    })
}

/// `integration.paused`, `integration.resumed`
pub fn paused(before: &Integration, after: &Integration) -> Value {
    json!({ "paused": { "from": before.paused, "to": after.paused } })
}

/// `rotation.started`: with a window, the outgoing token's number and deadline; where it gave the integration another end, that
/// too.
pub fn rotation_started(before: &Integration, after: &Integration, now: Timestamp) -> Value {
    let mut detail = started(before, after, now);
    if before.expires_at != after.expires_at {
        set(&mut detail, "integration_expires_at", end(before, after));
    }
    detail
}

/// `rotation.started`, with a window that ends as soon as the old token is quiet.
pub fn rotation_started_until_quiet(before: &Integration, after: &Integration, now: Timestamp) -> Value {
    let mut detail = rotation_started(before, after, now);
    set(&mut detail, "when_quiet", true.into());
    detail
}

/// `rotation.started`, because a token leaked.
pub fn rotation_started_after_leak(before: &Integration, after: &Integration, now: Timestamp) -> Value {
    leaked(rotation_started(before, after, now))
}

/// `token.exposed`: the tokens that the change ended because of the leak.
pub fn exposed(before: &Integration, after: &Integration, now: Timestamp) -> Value {
    json!({ "tokens": ended(before, after, now) })
}

/// `rotation.extended`
pub fn extended(before: &Integration, after: &Integration) -> Value {
    let until = |tokens: &Rotation| tokens.outgoing().map(|(_, until)| until.to_string());
    json!({
        "n": after.tokens.current().n, "outgoing": after.tokens.outgoing().map(|(token, _)| token.n),
        "expires_at": { "from": until(&before.tokens), "to": until(&after.tokens) },
    })
}

fn started(before: &Integration, after: &Integration, now: Timestamp) -> Value {
    let (n, ended) = (after.tokens.current().n, ended(before, after, now));
    match after.tokens.outgoing() {
        None => json!({ "expire": "now", "n": n, "ended": ended }),
        Some((outgoing, until)) => json!({
            "expire": "later", "n": n, "ended": ended, "outgoing": outgoing.n, "expires_at": until.to_string(),
            "window_seconds": until.seconds().saturating_sub(now.seconds()),
        }),
    }
}

/// `rotation.cancelled`, `rotation.finished`: the number of the token that stays.
pub fn rotation_ended(before: &Integration, after: &Integration, now: Timestamp) -> Value {
    json!({ "n": after.tokens.current().n, "ended": ended(before, after, now) })
}

/// `rotation.finished`, because a token leaked.
pub fn rotation_ended_after_leak(before: &Integration, after: &Integration, now: Timestamp) -> Value {
    leaked(rotation_ended(before, after, now))
}

/// `rotation.finished`, because the old token was quiet: what that rests on.
pub fn rotation_ended_when_quiet(mut detail: Value, quiet: &SafeToExpire) -> Value {
    set(&mut detail, "when_quiet", json!(quiet));
    detail
}

/// `rotation.first_use`: the token that a rotation made was used.
pub fn first_use(n: u32, at: Timestamp) -> Value {
    json!({ "n": n, "used_at": at.to_string() })
}

/// `integration.idle`: since when it is, in how many days the rule acts, when, and what it does then.
pub fn idle(announced: &Announced, used_at: Option<Timestamp>, action: IdleAction) -> Value {
    json!({
        "since": announced.since.to_string(), "used_at": moment(used_at), "days_left": announced.days_left,
        "acts_at": announced.acts_at.to_string(), "action": action,
    })
}

/// `integration.paused` or `integration.deleted`, because it was idle: since when.
pub fn because_idle(mut detail: Value, since: Timestamp) -> Value {
    set(&mut detail, "idle_since", since.to_string().into());
    detail
}

/// `integration.restored`, where the early end of a rotation was undone: the token that works again, and until when.
pub fn finish_undone(_: &Integration, after: &Integration, _: Timestamp) -> Value {
    let outgoing = after.tokens.outgoing();
    json!({
        "undone": "finish", "n": after.tokens.current().n, "outgoing": outgoing.map(|(token, _)| token.n),
        "expires_at": outgoing.map(|(_, until)| until.to_string()),
    })
}

/// `integration.restored`, where the removal of scopes was undone.
pub fn scopes_undone(before: &Integration, after: &Integration) -> Value {
    json!({ "undone": "scopes", "scopes": before.scopes.diff(&after.scopes) })
}

/// `integration.restored`, where a deletion was undone: the tokens that work again, unless the integration has ended or is
/// paused.
pub fn restored(after: &Integration, now: Timestamp) -> Value {
    json!({
        "undone": "delete", "name": after.name, "owner": after.owner, "tokens": live(&after.tokens, now),
        "paused": after.paused, "expires_at": moment(after.expires_at),
    })
}

/// `integration.expiring`: how many days are left.
pub fn expiring(integration: &Integration, days: u64) -> Value {
    json!({ "expires_at": moment(integration.expires_at), "days": days })
}

/// `rotation.old_still_used`: the token that ends, when it was last used, and how many seconds are left.
pub fn old_still_used(integration: &Integration, last_used: Timestamp, seconds: u64) -> Value {
    let (outgoing, until) = integration.tokens.outgoing().map(|(token, until)| (token.n, until)).unzip();
    json!({
        "n": integration.tokens.current().n, "outgoing": outgoing, "expires_at": moment(until),
        "last_used_at": last_used.to_string(), "seconds": seconds,
    })
}

/// `integration.expired`: the tokens that it ended.
pub fn expired(integration: &Integration) -> Value {
    let at_the_end = integration.expires_at.map_or_else(Vec::new, |end| live(&integration.tokens, end));
    json!({ "expires_at": moment(integration.expires_at), "ended": at_the_end })
}

/// `rotation.lapsed`: the token that its deadline ended, and the one that stays.
pub fn lapsed(integration: &Integration) -> Value {
    let (outgoing, until) = integration.tokens.outgoing().map(|(token, until)| (token.n, until)).unzip();
    json!({ "n": integration.tokens.current().n, "ended": outgoing.as_slice(), "expires_at": moment(until) })
}

/// `rotation.due`
pub fn rotation_due(integration: &Integration, created: Timestamp) -> Value {
    json!({ "n": integration.tokens.current().n, "created_at": created.to_string() })
}

/// `settings.changed`
pub fn token_rules(before: &TokenRules, after: &TokenRules) -> Value {
    json!({
        "max_lifetime_days": { "from": before.max_lifetime_days, "to": after.max_lifetime_days },
        "rotate_every_days": { "from": before.rotate_every_days, "to": after.rotate_every_days },
        "undo": { "from": before.undo, "to": after.undo },
        "idle_days": { "from": before.idle_days, "to": after.idle_days },
        "idle_action": { "from": before.idle_action, "to": after.idle_action },
    })
}

/// `integration.deleted`
pub fn deleted(integration: &Integration, now: Timestamp) -> Value {
    json!({ "name": integration.name, "owner": integration.owner, "ended": live(&integration.tokens, now) })
}

fn leaked(mut detail: Value) -> Value {
    set(&mut detail, "leaked", true.into());
    detail
}

fn set(detail: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = detail {
        members.insert(name.to_owned(), value);
    }
}

fn end(before: &Integration, after: &Integration) -> Value {
    json!({ "from": moment(before.expires_at), "to": moment(after.expires_at) })
}

fn moment(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}

/// The numbers of the tokens that the change ended. One whose deadline had passed was dead before.
fn ended(before: &Integration, after: &Integration, now: Timestamp) -> Vec<u32> {
    let (mut before, after) = (live(&before.tokens, now), live(&after.tokens, now));
    before.retain(|n| !after.contains(n));
    before
}

fn live(tokens: &Rotation, now: Timestamp) -> Vec<u32> {
    let tokens = tokens.clone().at(now);
    std::iter::once(tokens.current()).chain(tokens.outgoing().map(|(token, _)| token)).map(|token| token.n).collect()
}
