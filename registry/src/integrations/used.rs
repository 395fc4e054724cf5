//! The use of integrations, in SQLite: a copy of what the usage stores have, for lists; and since when each integration has its
//! scopes.

use std::collections::BTreeMap;

use super::tokens;
use crate::database::{Database, number, row};
use tidegate::admin::{AdminError, Integration, UseFacts};
use tidegate::scope::{Scope, ScopeSet};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::usage::{Announced, OBSERVED_SECONDS};

row! {
    struct Row {
        id: IntegrationId,
        used_at: Option<u64>,
        counted_since: Option<u64>,
        scopes: String,
        scopes_since: String,
        since: Option<u64>,
        days_left: Option<u64>,
        acts_at: Option<u64>,
    }
}

row! {
    struct Held {
        scopes: String,
        scopes_since: String,
    }
}

/// Since when scopes are held, by scope, in Unix seconds. One that is not in it is held since before this was kept.
type Since = BTreeMap<Scope, u64>;

/// What is known of the use of some integrations, given as a JSON list of ids.
pub(crate) fn of_some(
    database: &Database,
    ids: &str,
    now: Timestamp,
) -> Result<BTreeMap<IntegrationId, UseFacts>, AdminError> {
    let sql = "SELECT id, used_at, counted_since, scopes, scopes_since, since, days_left, acts_at
        FROM integrations LEFT JOIN idle ON idle.integration = integrations.id
        WHERE id IN (SELECT value FROM json_each(?))";
    let rows: Vec<Row> = database.rows(sql, vec![ids.into()])?;
    rows.into_iter().map(|row| Ok((row.id.clone(), row.read(now)?))).collect()
}

/// What is known of the use of one.
pub(crate) fn of(database: &Database, id: &IntegrationId, now: Timestamp) -> Result<UseFacts, AdminError> {
    let ids = serde_json::to_string(&[id]).map_err(|error| AdminError::Registry(error.to_string()))?;
    Ok(of_some(database, &ids, now)?.remove(id).unwrap_or_default())
}

/// From when on the gate counts an integration's requests: its beginning, when the registry was upgraded to a release that does, or when
/// its use was deleted.
pub(crate) fn counted_from(
    database: &Database,
    integration: &Integration,
    now: Timestamp,
) -> Result<Timestamp, AdminError> {
    Ok(of(database, &integration.id, now)?.counted_since.unwrap_or(integration.created_at))
}

/// Notes since when an integration has its scopes, which were just written.
pub(crate) fn keep_scopes(database: &Database, id: &IntegrationId, now: Timestamp) -> Result<(), AdminError> {
    let sql = "SELECT scopes, scopes_since FROM integrations WHERE id = ?";
    let Some(Held { scopes, scopes_since }) = database.row(sql, vec![id.as_str().into()])? else { return Ok(()) };
    let (scopes, before) = read(&scopes, &scopes_since)?;
    let since: Since = scopes
        .iter()
        .map(|scope| (scope.clone(), before.get(scope).copied().unwrap_or_else(|| now.seconds())))
        .collect();
    if since == before {
        return Ok(());
    }
    let since = serde_json::to_string(&since).map_err(|error| AdminError::Registry(error.to_string()))?;
    let sql = "UPDATE integrations SET scopes_since = ? WHERE id = ?";
    database.run(sql, vec![since.into(), id.as_str().into()])
}

/// Notes a use of any token of an integration, unless a later one is noted, or its use was deleted since. It ends what was announced of
/// it as idle. A clock that runs ahead of the registry's is not believed.
pub(crate) fn note(database: &Database, id: &IntegrationId, at: Timestamp, now: Timestamp) -> Result<(), AdminError> {
    let at = at.min(now).seconds();
    let sql = "UPDATE integrations SET used_at = ?
        WHERE id = ? AND coalesce(used_at, 0) < ? AND coalesce(counted_since, 0) <= ?";
    database.run(sql, vec![number(at), id.as_str().into(), number(at), number(at)])?;
    let sql = "DELETE FROM idle WHERE integration = ? AND since < ?";
    database.run(sql, vec![id.as_str().into(), number(at)])
}

/// Forgets the use of an integration. What rests on it knows nothing of the time before `now`.
pub(crate) fn forget(database: &Database, id: &IntegrationId, now: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE integrations SET used_at = NULL, counted_since = ? WHERE id = ?";
    database.run(sql, vec![number(now.seconds()), id.as_str().into()])?;
    tokens::forget_use(database, id)?;
    keep_announced(database, id, None)
}

/// Notes that an integration was resumed.
pub(crate) fn note_resumed(database: &Database, id: &IntegrationId, now: Timestamp) -> Result<(), AdminError> {
    database.run("UPDATE integrations SET resumed_at = ? WHERE id = ?", vec![number(now.seconds()), id.as_str().into()])
}

/// When it was last resumed, if ever.
pub(crate) fn resumed_at(database: &Database, id: &IntegrationId) -> Result<Option<Timestamp>, AdminError> {
    let sql = "SELECT resumed_at AS number FROM integrations WHERE id = ? AND resumed_at IS NOT NULL";
    Ok(database.number(sql, vec![id.as_str().into()])?.map(Timestamp::from_seconds))
}

/// Keeps what was announced of an idle integration, or with `None` that nothing is.
pub(crate) fn keep_announced(
    database: &Database,
    id: &IntegrationId,
    announced: Option<&Announced>,
) -> Result<(), AdminError> {
    database.run("DELETE FROM idle WHERE integration = ?", vec![id.as_str().into()])?;
    let Some(Announced { since, days_left, acts_at }) = announced else { return Ok(()) };
    let values = vec![id.as_str().into(), number(since.seconds()), number(*days_left), number(acts_at.seconds())];
    database.run("INSERT INTO idle (integration, since, days_left, acts_at) VALUES (?, ?, ?, ?)", values)
}

/// Forgets what was announced of an integration before `since`.
pub(crate) fn forget_announced(database: &Database, id: &IntegrationId, since: Timestamp) -> Result<(), AdminError> {
    let sql = "DELETE FROM idle WHERE integration = ? AND since < ?";
    database.run(sql, vec![id.as_str().into(), number(since.seconds())])
}

fn read(scopes: &str, since: &str) -> Result<(ScopeSet, Since), AdminError> {
    let corrupt = |error: serde_json::Error| AdminError::Registry(format!("scopes: {error}"));
    Ok((serde_json::from_str(scopes).map_err(corrupt)?, serde_json::from_str(since).map_err(corrupt)?))
}

impl Row {
    fn read(self, now: Timestamp) -> Result<UseFacts, AdminError> {
        let (scopes, since) = read(&self.scopes, &self.scopes_since)?;
        let young = now.before(OBSERVED_SECONDS).seconds();
        let is_new = |scope: &&Scope| since.get(scope).is_some_and(|since| *since > young);
        let announced = match (self.since, self.days_left, self.acts_at) {
            (Some(since), Some(days_left), Some(acts_at)) => {
                let [since, acts_at] = [since, acts_at].map(Timestamp::from_seconds);
                Some(Announced { since, days_left, acts_at })
            }
            _ => None,
        };
        Ok(UseFacts {
            used_at: self.used_at.map(Timestamp::from_seconds),
            counted_since: self.counted_since.map(Timestamp::from_seconds),
            new_scopes: scopes.iter().filter(is_new).cloned().collect(),
            idle: announced,
        })
    }
}
