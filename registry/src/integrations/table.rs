//! Integrations in SQLite.

use super::tokens::{self, Token};
use super::used;
use crate::database::{Database, number, row};
use crate::storage::Parameter;
use tidegate::admin::{AdminError, Description, Integration, Name, Stored, searchable};
use tidegate::record::{self, Level, Owner, OwnerId};
use tidegate::rotation::Rotation;
use tidegate::text::folded;
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;

/// The columns that [`Row`] reads.
pub(crate) const COLUMNS: &str =
    "id, rev, level, owner_id, name, description, scopes, expires_at, paused, last_n, created_at, updated_at";

row! {
    /// An integration without its tokens.
    pub(crate) struct Row {
        pub id: IntegrationId,
        rev: u64,
        level: Level,
        owner_id: OwnerId,
        name: Stored<Name>,
        description: Stored<Description>,
        scopes: String,
        expires_at: Option<u64>,
        paused: u64,
        last_n: u32,
        created_at: u64,
        updated_at: u64,
    }
}

row! {
    /// An integration in the order of a rewrite of KV.
    pub(crate) struct Listed {
        pub id: IntegrationId,
        pub rev: u64,
        gone: u64,
    }
}

row! {
    /// How many integrations an agency has.
    pub(crate) struct OfAgency {
        pub id: OwnerId,
        pub integrations: u64,
    }
}

/// The integrations after one whose record KV should hold, and this release can write: it never replaces a later version
/// by a lesser one.
const IN_KV: &str = "id > ? AND (gone_at >= ? OR (gone_at IS NULL AND record_version <= ?))";

/// The integration with this id; `None` if no integration has it, or that one was deleted.
pub(crate) fn find(database: &Database, id: &IntegrationId) -> Result<Option<Integration>, AdminError> {
    let sql = format!("SELECT {COLUMNS} FROM integrations WHERE id = ? AND gone_at IS NULL");
    let Some(row) = database.row(&sql, key(id))? else { return Ok(None) };
    assemble(row, &tokens::of(database, id)?).map(Some)
}

/// A deleted integration without its tokens, and its revision. A fault where this release cannot express all that it is.
pub(crate) fn find_gone(database: &Database, id: &IntegrationId) -> Result<Option<(Row, u64)>, AdminError> {
    let sql =
        format!("SELECT {COLUMNS} FROM integrations WHERE id = ? AND gone_at IS NOT NULL AND record_version <= ?");
    let row: Option<Row> = database.row(&sql, vec![id.as_str().into(), number(record::VERSION.into())])?;
    Ok(row.map(|row| {
        let rev = row.rev;
        (row, rev)
    }))
}

/// Marks a deleted integration as one that exists. Its tokens are written with it.
pub(crate) fn bring_back(database: &Database, id: &IntegrationId) -> Result<(), AdminError> {
    database.run("UPDATE integrations SET gone_at = NULL WHERE id = ?", key(id))
}

row! {
    struct OwnerRow {
        level: Level,
        owner_id: OwnerId,
    }
}

/// Whom an integration belongs to or did; `None` if there never was one with this id.
pub(crate) fn owner_even_if_deleted(database: &Database, id: &IntegrationId) -> Result<Option<Owner>, AdminError> {
    let row: Option<OwnerRow> = database.row("SELECT level, owner_id FROM integrations WHERE id = ?", key(id))?;
    Ok(row.map(|row| Owner { level: row.level, id: row.owner_id }))
}

/// The revision of an integration, deleted or not; `None` if there never was one with this id.
pub(crate) fn last_rev(database: &Database, id: &IntegrationId) -> Result<Option<u64>, AdminError> {
    database.number("SELECT rev AS number FROM integrations WHERE id = ?", key(id))
}

/// The integrations with these ids, a JSON list, that exist; an error for each that cannot be read.
pub(crate) fn some(database: &Database, ids: &str) -> Result<Vec<Result<Integration, AdminError>>, AdminError> {
    let sql = format!("SELECT {COLUMNS} FROM integrations WHERE id IN (SELECT value FROM json_each(?))");
    let (rows, mut tokens): (Vec<Row>, _) = (database.rows(&sql, vec![ids.into()])?, tokens::of_some(database, ids)?);
    Ok(rows
        .into_iter()
        .map(|row| {
            let tokens = tokens.remove(&row.id).unwrap_or_default();
            assemble(row, &tokens)
        })
        .collect())
}

/// The agency that integrations belong to, and how many there are; `None` if there are none.
pub(crate) fn agency(database: &Database) -> Result<Option<OfAgency>, AdminError> {
    let sql = "SELECT owner_id AS id, count(*) AS integrations FROM integrations
        WHERE level = 'agency' AND gone_at IS NULL GROUP BY owner_id";
    database.row(sql, vec![])
}

/// Whether there is or was any integration.
pub(crate) fn any(database: &Database) -> Result<bool, AdminError> {
    Ok(database.count("(SELECT 1 FROM integrations LIMIT 1)", vec![])? > 0)
}

/// The first `limit` integrations after `after` whose record or tombstone belongs in KV, by id; deleted ones if they were
/// deleted at `since` or later.
pub(crate) fn in_kv(database: &Database, after: &str, since: Timestamp, limit: u64) -> Result<Vec<Listed>, AdminError> {
    let sql =
        format!("SELECT id, rev, gone_at IS NOT NULL AS gone FROM integrations WHERE {IN_KV} ORDER BY id LIMIT ?");
    database.rows(&sql, [in_kv_values(after, since), vec![number(limit)]].concat())
}

/// How many [`in_kv`] would list without a limit.
pub(crate) fn count_in_kv(database: &Database, after: &str, since: Timestamp) -> Result<u64, AdminError> {
    database.count(&format!("integrations WHERE {IN_KV}"), in_kv_values(after, since))
}

/// Checks that this release can express all that an integration is. A later release may have written what this one does not
/// know, which must neither be judged without it nor be lost by a change.
pub(crate) fn check_version(database: &Database, id: &IntegrationId) -> Result<(), AdminError> {
    let sql = "SELECT record_version AS number FROM integrations WHERE id = ? AND gone_at IS NULL";
    match database.number(sql, key(id))? {
        Some(version) if version > record::VERSION.into() => {
            let message = format!(
                "integration {id} needs version {version} of the record, and this release writes {}",
                record::VERSION
            );
            Err(AdminError::Registry(message))
        }
        _ => Ok(()),
    }
}

/// Writes an integration, new or changed, and its tokens. Tokens that are no longer among them have ended.
pub(crate) fn save(database: &Database, integration: &Integration, now: Timestamp) -> Result<(), AdminError> {
    let scopes = serde_json::to_string(&integration.scopes).map_err(|error| AdminError::Registry(error.to_string()))?;
    // Columns that a later release added keep their values.
    let sql = "INSERT INTO integrations
        (id, rev, level, owner_id, name, description, scopes, expires_at, paused, record_version, last_n, created_at,
        updated_at, folded_name, folded_text)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, level = excluded.level, owner_id = excluded.owner_id,
        name = excluded.name, description = excluded.description, scopes = excluded.scopes,
        expires_at = excluded.expires_at, paused = excluded.paused, record_version = excluded.record_version,
        last_n = excluded.last_n, created_at = excluded.created_at, updated_at = excluded.updated_at,
        folded_name = excluded.folded_name, folded_text = excluded.folded_text";
    let (id, name, owner) = (integration.id.as_str(), integration.name.as_str(), integration.owner.id.as_str());
    let values = vec![
        id.into(),
        number(integration.rev),
        integration.owner.level.as_str().into(),
        owner.into(),
        name.into(),
        integration.description.as_str().into(),
        scopes.into(),
        integration.expires_at.map(|end| number(end.seconds())).into(),
        number(integration.paused.into()),
        number(integration.record().version().into()),
        number(integration.last_n.into()),
        number(integration.created_at.seconds()),
        number(integration.updated_at.seconds()),
        folded(name).into(),
        searchable(name, integration.description.as_str(), id, owner).into(),
    ];
    database.run(sql, values)?;
    used::keep_scopes(database, &integration.id, now)?;
    tokens::save(database, integration, now)
}

/// Marks an integration and all its tokens as gone.
pub(crate) fn delete(database: &Database, id: &IntegrationId, rev: u64, now: Timestamp) -> Result<(), AdminError> {
    let gone = "UPDATE integrations SET gone_at = ?, updated_at = ?, rev = ? WHERE id = ?";
    let at = || number(now.seconds());
    database.run(gone, vec![at(), at(), number(rev), id.as_str().into()])?;
    tokens::end(database, id, now)
}

/// An integration of its row and its present tokens.
pub(crate) fn assemble(row: Row, tokens: &[Token]) -> Result<Integration, AdminError> {
    match tokens::rotation(tokens) {
        Some(tokens) => with_tokens(row, tokens),
        None => Err(inconsistent("tokens", &row.id)),
    }
}

/// An integration of its row and its tokens.
pub(crate) fn with_tokens(row: Row, tokens: Rotation) -> Result<Integration, AdminError> {
    Ok(Integration {
        tokens,
        scopes: serde_json::from_str(&row.scopes).map_err(|_| inconsistent("scopes", &row.id))?,
        id: row.id,
        rev: row.rev,
        owner: Owner { level: row.level, id: row.owner_id },
        name: row.name.0,
        description: row.description.0,
        expires_at: row.expires_at.map(Timestamp::from_seconds),
        paused: row.paused != 0,
        last_n: row.last_n,
        created_at: Timestamp::from_seconds(row.created_at),
        updated_at: Timestamp::from_seconds(row.updated_at),
    })
}

fn inconsistent(what: &str, id: &IntegrationId) -> AdminError {
    AdminError::Registry(format!("{what} of {id} are inconsistent"))
}

fn key(id: &IntegrationId) -> Vec<Parameter> {
    vec![id.as_str().into()]
}

fn in_kv_values(after: &str, since: Timestamp) -> Vec<Parameter> {
    vec![after.into(), number(since.seconds()), number(record::VERSION.into())]
}

impl Row {
    /// Whom it belongs to.
    pub fn owner(&self) -> Owner {
        Owner { level: self.level, id: self.owner_id.clone() }
    }
}

impl Listed {
    /// Whether it was deleted.
    pub fn is_gone(&self) -> bool {
        self.gone != 0
    }
}
