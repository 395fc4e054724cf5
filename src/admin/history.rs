//! What the audit trail keeps of each change to an integration, for people who ask later. Never a token or a hash.

use serde_json::{Value, json};

use super::Integration;
use crate::rotation::Rotation;
use crate::time::Timestamp;

/// `integration.created`
pub fn created(integration: &Integration) -> Value {
    let Integration { name, description, owner, scopes, tokens, .. } = integration;
    json!({
        "name": name, "description": description, "owner": owner, "scopes": scopes, "n": tokens.current().n,
    })
}

/// `integration.edited`
pub fn edited(before: &Integration, after: &Integration) -> Value {
    json!({
        "scopes": before.scopes.diff(&after.scopes),
        "name": { "from": before.name, "to": after.name },
        "description": { "from": before.description, "to": after.description },
    })
}

/// `rotation.started`: with a window, the outgoing token's number and deadline.
pub fn rotation_started(before: &Integration, after: &Integration, now: Timestamp) -> Value {
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

/// `integration.deleted`
pub fn deleted(integration: &Integration, now: Timestamp) -> Value {
    json!({ "name": integration.name, "owner": integration.owner, "ended": live(&integration.tokens, now) })
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
