//! The integrations' tokens in SQLite, without their text.

use std::collections::BTreeMap;

use crate::database::{Database, number, row};
use crate::storage::Parameter;
use tidegate::admin::{AdminError, Integration};
use tidegate::rotation::{LiveToken, Rotation};
use tidegate::time::Timestamp;
use tidegate::token::{IntegrationId, TokenHash};

row! {
    /// One of an integration's present tokens.
    pub(crate) struct Token {
        integration: IntegrationId,
        n: u32,
        hash: TokenHash,
        created_at: u64,
        not_after: Option<u64>,
    }
}

/// The present tokens of integrations, by integration: the current one, then the outgoing one.
pub(crate) type Tokens = BTreeMap<IntegrationId, Vec<Token>>;

/// The tokens of one integration.
pub(crate) fn of(database: &Database, id: &IntegrationId) -> Result<Vec<Token>, AdminError> {
    let sql = "SELECT integration, n, hash, created_at, not_after FROM tokens
        WHERE integration = ? AND ended_at IS NULL ORDER BY not_after IS NOT NULL, n DESC";
    database.rows(sql, vec![id.as_str().into()])
}

/// The tokens of some integrations, given as a JSON list of ids.
pub(crate) fn of_some(database: &Database, ids: &str) -> Result<Tokens, AdminError> {
    let sql = "SELECT integration, n, hash, created_at, not_after FROM tokens
        WHERE integration IN (SELECT value FROM json_each(?)) AND ended_at IS NULL
        ORDER BY not_after IS NOT NULL, n DESC";
    Ok(by_integration(database.rows(sql, vec![ids.into()])?))
}

/// The state that they make; `None` if they contradict each other.
pub(crate) fn rotation(tokens: &[Token]) -> Option<Rotation> {
    let live = |token: &Token| LiveToken { n: token.n, hash: token.hash };
    match tokens {
        [only] if only.not_after.is_none() => Some(Rotation::Steady(live(only))),
        [incoming, outgoing] if incoming.not_after.is_none() => {
            let until = Timestamp::from_seconds(outgoing.not_after?);
            Some(Rotation::Rotating { outgoing: live(outgoing), until, incoming: live(incoming) })
        }
        _ => None,
    }
}

/// When the token with number `n` was made.
pub(crate) fn created_at(tokens: &[Token], n: u32) -> Timestamp {
    let created = tokens.iter().find(|token| token.n == n).map(|token| token.created_at);
    Timestamp::from_seconds(created.unwrap_or_default())
}

/// Writes an integration's tokens. What is no longer among them has ended.
pub(crate) fn save(database: &Database, integration: &Integration, now: Timestamp) -> Result<(), AdminError> {
    let id = &integration.id;
    end(database, id, now)?;
    let current = std::iter::once((integration.tokens.current(), None));
    let outgoing = integration.tokens.outgoing().map(|(token, until)| (token, Some(until.seconds())));
    for (token, not_after) in current.chain(outgoing) {
        let sql = "INSERT INTO tokens (integration, n, hash, created_at, not_after) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (integration, n) DO UPDATE SET not_after = excluded.not_after, ended_at = NULL";
        let hash = String::from(token.hash);
        let not_after = not_after.map_or(Parameter::Null, number);
        let values = vec![id.as_str().into(), number(token.n.into()), hash.into(), number(now.seconds()), not_after];
        database.run(sql, values)?;
    }
    Ok(())
}

/// Ends all of an integration's tokens.
pub(crate) fn end(database: &Database, id: &IntegrationId, now: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE tokens SET ended_at = ? WHERE integration = ? AND ended_at IS NULL";
    database.run(sql, vec![number(now.seconds()), id.as_str().into()])
}

fn by_integration(tokens: Vec<Token>) -> Tokens {
    let mut found = Tokens::new();
    for token in tokens {
        found.entry(token.integration.clone()).or_default().push(token);
    }
    found
}
