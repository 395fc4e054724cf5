//! Integrations and their tokens in SQLite.

use std::collections::BTreeMap;

use serde::Deserialize;
use worker::SqlStorageValue;

use super::database::{Database, number};
use super::outbox;
use crate::core::admin::{AdminError, Description, Integration, IntegrationView, ListIntegrations, Name};
use crate::core::record::{Level, Owner, OwnerId};
use crate::core::rotation::{LiveToken, Rotation, Timestamp};
use crate::core::token::{IntegrationId, TokenHash};

#[derive(Deserialize)]
struct Row {
    id: IntegrationId,
    rev: u64,
    level: Level,
    owner_id: OwnerId,
    name: Name,
    description: Description,
    scopes: String,
    last_n: u32,
    created_at: u64,
    updated_at: u64,
}

#[derive(Deserialize)]
struct TokenRow {
    n: u32,
    hash: TokenHash,
    created_at: u64,
    not_after: Option<u64>,
}

/// A deleted integration.
#[derive(Deserialize)]
pub(super) struct Gone {
    pub id: IntegrationId,
    pub rev: u64,
}

/// The integration, [`AdminError::NoIntegration`] where it is not or no longer there.
pub(super) fn load(database: &Database, id: &IntegrationId) -> Result<Integration, AdminError> {
    let sql = "SELECT * FROM integrations WHERE id = ? AND gone_at IS NULL";
    integration(database, database.row(sql, key(id))?.ok_or(AdminError::NoIntegration)?)
}

/// A page of integrations, in the order of their ids, and whether there are more.
pub(super) fn list(database: &Database, list: &ListIntegrations) -> Result<(Vec<Integration>, bool), AdminError> {
    let mut sql = "SELECT * FROM integrations WHERE gone_at IS NULL AND id > ?".to_owned();
    let mut values = vec![list.after.as_ref().map_or("", IntegrationId::as_str).into()];
    if let Some(owner) = &list.owner {
        sql.push_str(" AND level = ? AND owner_id = ?");
        values.extend([owner.level.as_str().into(), owner.id.as_str().into()]);
    }
    sql.push_str(" ORDER BY id LIMIT ?");
    values.push(number(u64::from(list.limit).saturating_add(1)));
    let rows: Vec<Row> = database.rows(&sql, values)?;
    let limit = usize::try_from(list.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    let page = rows.into_iter().take(limit).map(|row| integration(database, row)).collect::<Result<_, _>>()?;
    Ok((page, more))
}

/// All integrations after `id`, and all that were deleted since: what KV should hold.
pub(super) fn all(database: &Database) -> Result<Vec<Integration>, AdminError> {
    let rows: Vec<Row> = database.rows("SELECT * FROM integrations WHERE gone_at IS NULL ORDER BY id", vec![])?;
    rows.into_iter().map(|row| integration(database, row)).collect()
}

/// Those that were deleted at or after `since`.
pub(super) fn gone(database: &Database, since: Timestamp) -> Result<Vec<Gone>, AdminError> {
    database.rows("SELECT id, rev FROM integrations WHERE gone_at >= ?", vec![number(since.seconds())])
}

/// Writes an integration, new or changed, and its tokens. What is no longer among them has ended.
pub(super) fn save(database: &Database, integration: &Integration, now: Timestamp) -> Result<(), AdminError> {
    let scopes = serde_json::to_string(&integration.scopes).map_err(|error| AdminError::Registry(error.to_string()))?;
    let sql = "INSERT OR REPLACE INTO integrations
        (id, rev, level, owner_id, name, description, scopes, last_n, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = vec![
        integration.id.as_str().into(),
        number(integration.rev),
        integration.owner.level.as_str().into(),
        integration.owner.id.as_str().into(),
        integration.name.as_str().into(),
        integration.description.as_str().into(),
        scopes.into(),
        number(integration.last_n.into()),
        number(integration.created_at.seconds()),
        number(integration.updated_at.seconds()),
    ];
    database.run(sql, values)?;
    save_tokens(database, integration, now)
}

/// Marks an integration and all its tokens as gone.
pub(super) fn delete(database: &Database, id: &IntegrationId, rev: u64, now: Timestamp) -> Result<(), AdminError> {
    let gone = "UPDATE integrations SET gone_at = ?, updated_at = ?, rev = ? WHERE id = ?";
    let at = || number(now.seconds());
    database.run(gone, vec![at(), at(), number(rev), id.as_str().into()])?;
    end_tokens(database, id, now)
}

/// As the admin API shows it.
pub(super) fn view(
    database: &Database,
    integration: &Integration,
    now: Timestamp,
) -> Result<IntegrationView, AdminError> {
    let tokens = live_tokens(database, &integration.id)?;
    let created: BTreeMap<u32, u64> = tokens.into_iter().map(|token| (token.n, token.created_at)).collect();
    let created = |n: u32| Timestamp::from_seconds(created.get(&n).copied().unwrap_or_default());
    let published = outbox::is_told(database, &integration.id)?;
    Ok(integration.view(published, created, now))
}

fn save_tokens(database: &Database, integration: &Integration, now: Timestamp) -> Result<(), AdminError> {
    let id = &integration.id;
    end_tokens(database, id, now)?;
    let current = std::iter::once((integration.tokens.current(), None));
    let outgoing = integration.tokens.outgoing().map(|(token, until)| (token, Some(until.seconds())));
    for (token, not_after) in current.chain(outgoing) {
        let sql = "INSERT INTO tokens (integration, n, hash, created_at, not_after) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (integration, n) DO UPDATE SET not_after = excluded.not_after, ended_at = NULL";
        let hash = String::from(token.hash);
        let not_after = not_after.map_or(SqlStorageValue::Null, number);
        let values = vec![id.as_str().into(), number(token.n.into()), hash.into(), number(now.seconds()), not_after];
        database.run(sql, values)?;
    }
    Ok(())
}

fn end_tokens(database: &Database, id: &IntegrationId, now: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE tokens SET ended_at = ? WHERE integration = ? AND ended_at IS NULL";
    database.run(sql, vec![number(now.seconds()), id.as_str().into()])
}

fn live_tokens(database: &Database, id: &IntegrationId) -> Result<Vec<TokenRow>, AdminError> {
    let sql = "SELECT n, hash, created_at, not_after FROM tokens
        WHERE integration = ? AND ended_at IS NULL ORDER BY not_after IS NOT NULL, n DESC";
    database.rows(sql, key(id))
}

fn integration(database: &Database, row: Row) -> Result<Integration, AdminError> {
    let corrupt = |what: &str| AdminError::Registry(format!("{what} of {} are inconsistent", row.id));
    let mut tokens = live_tokens(database, &row.id)?.into_iter();
    let live = |token: &TokenRow| LiveToken { n: token.n, hash: token.hash };
    let tokens = match (tokens.next(), tokens.next(), tokens.next()) {
        (Some(only), None, None) if only.not_after.is_none() => Rotation::Steady(live(&only)),
        (Some(incoming), Some(outgoing), None) if incoming.not_after.is_none() => {
            let until = Timestamp::from_seconds(outgoing.not_after.ok_or_else(|| corrupt("tokens"))?);
            Rotation::Rotating { outgoing: live(&outgoing), until, incoming: live(&incoming) }
        }
        _ => return Err(corrupt("tokens")),
    };
    Ok(Integration {
        scopes: serde_json::from_str(&row.scopes).map_err(|_| corrupt("scopes"))?,
        id: row.id,
        rev: row.rev,
        owner: Owner { level: row.level, id: row.owner_id },
        name: row.name,
        description: row.description,
        tokens,
        last_n: row.last_n,
        created_at: Timestamp::from_seconds(row.created_at),
        updated_at: Timestamp::from_seconds(row.updated_at),
    })
}

fn key(id: &IntegrationId) -> Vec<SqlStorageValue> {
    vec![id.as_str().into()]
}
