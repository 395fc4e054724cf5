//! The integrations' tokens in SQLite, without their text.

use std::collections::BTreeMap;

use crate::database::{Database, number, row};
use crate::storage::Parameter;
use tidegate::admin::{AdminError, Integration, TokenFacts};
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
        last_four: Option<String>,
        first_used_at: Option<u64>,
        when_quiet: u64,
    }
}

/// The columns that [`Token`] reads.
const COLUMNS: &str = "integration, n, hash, created_at, not_after, last_four, first_used_at, when_quiet";

row! {
    struct Numbered {
        n: u32,
        hash: TokenHash,
    }
}

row! {
    struct LastFour {
        n: u32,
        last_four: String,
    }
}

/// The present tokens of integrations, by integration: the current one, then the outgoing one.
pub(crate) type Tokens = BTreeMap<IntegrationId, Vec<Token>>;

/// The tokens of one integration.
pub(crate) fn of(database: &Database, id: &IntegrationId) -> Result<Vec<Token>, AdminError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens
        WHERE integration = ? AND ended_at IS NULL ORDER BY not_after IS NOT NULL, n DESC"
    );
    database.rows(&sql, vec![id.as_str().into()])
}

/// The tokens of some integrations, given as a JSON list of ids.
pub(crate) fn of_some(database: &Database, ids: &str) -> Result<Tokens, AdminError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens
        WHERE integration IN (SELECT value FROM json_each(?)) AND ended_at IS NULL
        ORDER BY not_after IS NOT NULL, n DESC"
    );
    Ok(by_integration(database.rows(&sql, vec![ids.into()])?))
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

/// What the admin API shows of the token with number `n`.
pub(crate) fn facts(tokens: &[Token], n: u32) -> TokenFacts {
    let token = tokens.iter().find(|token| token.n == n);
    TokenFacts {
        created_at: created_at(tokens, n),
        last_four: token.and_then(|token| token.last_four.clone()),
        first_used_at: token.and_then(|token| token.first_used_at).map(Timestamp::from_seconds),
        when_quiet: token.is_some_and(|token| token.when_quiet != 0),
    }
}

/// Whether the outgoing token, if there is one, is to end as soon as it is quiet.
pub(crate) fn ends_when_quiet(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| token.not_after.is_some() && token.when_quiet != 0)
}

/// When the last token that an integration ever got was made.
pub(crate) fn newest_made(database: &Database, id: &IntegrationId) -> Result<Timestamp, AdminError> {
    let sql = "SELECT max(created_at) AS number FROM tokens WHERE integration = ?";
    Ok(Timestamp::from_seconds(database.number(sql, vec![id.as_str().into()])?.unwrap_or_default()))
}

/// Says of an integration's outgoing token, if there is one, whether it is to end as soon as it is quiet.
pub(crate) fn set_when_quiet(database: &Database, id: &IntegrationId, when_quiet: bool) -> Result<(), AdminError> {
    let sql = "UPDATE tokens SET when_quiet = ? WHERE integration = ? AND ended_at IS NULL AND not_after IS NOT NULL";
    database.run(sql, vec![number(when_quiet.into()), id.as_str().into()])
}

/// Notes a use of a token, unless a later one is noted, or its integration's use was deleted since.
pub(crate) fn note_use(database: &Database, id: &IntegrationId, n: u32, at: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE tokens SET last_used_at = ? WHERE integration = ? AND n = ? AND coalesce(last_used_at, 0) < ?
        AND NOT EXISTS (SELECT 1 FROM integrations WHERE id = tokens.integration AND counted_since > ?)";
    let at = || number(at.seconds());
    database.run(sql, vec![at(), id.as_str().into(), number(n.into()), at(), at()])
}

/// Forgets when an integration's tokens were last used. Their first uses stay: each is told once.
pub(crate) fn forget_use(database: &Database, id: &IntegrationId) -> Result<(), AdminError> {
    let sql = "UPDATE tokens SET last_used_at = NULL WHERE integration = ?";
    database.run(sql, vec![id.as_str().into()])
}

/// Notes the first use of a token, unless one is noted already. Returns whether it was the first of a token that exists.
pub(crate) fn note_first_use(
    database: &Database,
    id: &IntegrationId,
    n: u32,
    at: Timestamp,
) -> Result<bool, AdminError> {
    let values = || vec![id.as_str().into(), number(n.into())];
    let unused = "(SELECT 1 FROM tokens WHERE integration = ? AND n = ? AND first_used_at IS NULL)";
    if database.count(unused, values())? == 0 {
        return Ok(false);
    }
    let sql = "UPDATE tokens SET first_used_at = ? WHERE integration = ? AND n = ?";
    database.run(sql, [vec![number(at.seconds())], values()].concat())?;
    Ok(true)
}

/// The token of an integration with this number, whether it has ended or not.
pub(crate) fn numbered(database: &Database, id: &IntegrationId, n: u32) -> Result<Option<LiveToken>, AdminError> {
    let sql = "SELECT n, hash FROM tokens WHERE integration = ? AND n = ?";
    let row: Option<Numbered> = database.row(sql, vec![id.as_str().into(), number(n.into())])?;
    Ok(row.map(|Numbered { n, hash }| LiveToken { n, hash }))
}

/// The last four characters of an integration's newest 1,000 tokens by number, including ended ones, if they were kept.
pub(crate) fn last_fours(database: &Database, id: &IntegrationId) -> Result<BTreeMap<u32, String>, AdminError> {
    let sql =
        "SELECT n, last_four FROM tokens WHERE integration = ? AND last_four IS NOT NULL ORDER BY n DESC LIMIT 1000";
    let rows: Vec<LastFour> = database.rows(sql, vec![id.as_str().into()])?;
    Ok(rows.into_iter().map(|LastFour { n, last_four }| (n, last_four)).collect())
}

/// When a token was last used, as far as is known.
pub(crate) fn last_used(database: &Database, id: &IntegrationId, n: u32) -> Result<Option<Timestamp>, AdminError> {
    let sql = "SELECT last_used_at AS number FROM tokens WHERE integration = ? AND n = ?";
    let at = database.number(sql, vec![id.as_str().into(), number(n.into())])?;
    Ok(at.map(Timestamp::from_seconds))
}

/// Keeps the last four characters of a token that was just minted.
pub(crate) fn keep_last_four(
    database: &Database,
    id: &IntegrationId,
    n: u32,
    last_four: String,
) -> Result<(), AdminError> {
    let sql = "UPDATE tokens SET last_four = ? WHERE integration = ? AND n = ?";
    database.run(sql, vec![last_four.into(), id.as_str().into(), number(n.into())])
}

/// Writes an integration's tokens. Tokens that are no longer among them have ended.
pub(crate) fn save(database: &Database, integration: &Integration, now: Timestamp) -> Result<(), AdminError> {
    let id = &integration.id;
    end(database, id, now)?;
    let current = std::iter::once((integration.tokens.current(), None));
    let outgoing = integration.tokens.outgoing().map(|(token, until)| (token, Some(until.seconds())));
    for (token, not_after) in current.chain(outgoing) {
        let sql = "INSERT INTO tokens (integration, n, hash, created_at, not_after) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (integration, n) DO UPDATE SET not_after = excluded.not_after, ended_at = NULL,
            when_quiet = when_quiet AND excluded.not_after IS NOT NULL";
        let hash = String::from(token.hash);
        let not_after = Parameter::from(not_after.map(number));
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
