//! Endpoints in SQLite. Their secrets are sealed.

use serde_json::json;

use super::endpoint::{Endpoint, Seen};
use crate::database::{Database, number, parsed, row};
use crate::paging::{cut, limit_and_one};
use crate::rev::Rev;
use crate::storage::Parameter;
use tidegate::access::{Place, Reach};
use tidegate::admin::{AdminError, Belongs, Description, Paging, Stored};
use tidegate::record::Owner;
use tidegate::scope::ScopeSet;
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::webhooks::{EndpointId, Sealed};

const COLUMNS: &str = "id, place, integration, url, description, kinds, secret, outgoing_secret, outgoing_until, enabled, \
    disabled_at, disabled_because, failing_since, failing_told, succeeded_at, failed_at, dropped, rev, created_at, created_by, \
    updated_at";

row! {
    struct Row {
        id: EndpointId,
        place: Place,
        integration: Option<IntegrationId>,
        url: String,
        description: Stored<Description>,
        kinds: String,
        secret: String,
        outgoing_secret: Option<String>,
        outgoing_until: Option<u64>,
        enabled: u64,
        disabled_at: Option<u64>,
        disabled_because: Option<String>,
        failing_since: Option<u64>,
        failing_told: u64,
        succeeded_at: Option<u64>,
        failed_at: Option<u64>,
        dropped: u64,
        rev: Rev,
        created_at: u64,
        created_by: String,
        updated_at: u64,
    }
}

row! {
    struct IdRow {
        id: EndpointId,
    }
}

row! {
    struct HearingRow {
        endpoint: EndpointId,
        scopes: String,
    }
}

/// An endpoint of a live integration, and what the integration may do.
pub(crate) struct Hearing {
    pub endpoint: EndpointId,
    pub scopes: ScopeSet,
}

/// The endpoint with this id.
pub(crate) fn find(database: &Database, id: &EndpointId) -> Result<Option<Endpoint>, AdminError> {
    let sql = format!("SELECT {COLUMNS} FROM endpoints WHERE id = ? AND gone_at IS NULL");
    let row: Option<Row> = database.row(&sql, vec![id.as_str().into()])?;
    row.map(Endpoint::try_from).transpose()
}

/// A page of those within `reach`, or of one integration there, by id; a cursor, and how many there are.
pub(crate) fn page(
    database: &Database,
    integration: Option<&IntegrationId>,
    paging: &Paging<String>,
    reach: &Reach,
) -> Result<(Vec<Endpoint>, Option<String>, u64), AdminError> {
    let within = "gone_at IS NULL AND (? IS NULL OR integration = ?) AND CASE
        WHEN place = 'agency' THEN ? = 1
        WHEN place = 'sub_accounts' THEN ? = 1
        ELSE ? = 1 OR substr(place, 13) IN (SELECT value FROM json_each(?)) END";
    let id = || Parameter::from(integration.map(|id| id.as_str()));
    let every = || number(reach.every_sub_account.into());
    let accounts = json!(reach.sub_accounts).to_string();
    let values = || vec![id(), id(), number(reach.agency.into()), every(), every(), accounts.as_str().into()];
    let total = database.count(&format!("endpoints WHERE {within}"), values())?;
    let after = paging.after.as_deref().unwrap_or_default();
    let sql = format!("SELECT {COLUMNS} FROM endpoints WHERE {within} AND id > ? ORDER BY id LIMIT ?");
    let mut rows: Vec<Row> =
        database.rows(&sql, [values(), vec![after.into(), limit_and_one(paging.limit)]].concat())?;
    let more = cut(&mut rows, paging.limit);
    let cursor = rows.last().filter(|_| more).map(|last| Paging::cursor_behind(last.id.as_str()));
    Ok((rows.into_iter().map(Endpoint::try_from).collect::<Result<_, _>>()?, cursor, total))
}

/// All ids, in order.
pub(crate) fn ids(database: &Database) -> Result<Vec<EndpointId>, AdminError> {
    let rows: Vec<IdRow> = database.rows("SELECT id FROM endpoints WHERE gone_at IS NULL ORDER BY id", vec![])?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The endpoints of an owner's live integrations that want events of this type.
pub(crate) fn hearing(
    database: &Database,
    owner: &Owner,
    kind: &str,
    now: Timestamp,
) -> Result<Vec<Hearing>, AdminError> {
    let sql = "SELECT endpoints.id AS endpoint, integrations.scopes AS scopes
        FROM endpoints JOIN integrations ON integrations.id = endpoints.integration
        WHERE endpoints.place = ? AND endpoints.gone_at IS NULL AND endpoints.enabled = 1
        AND integrations.level = ? AND integrations.owner_id = ? AND integrations.gone_at IS NULL
        AND integrations.paused = 0 AND (integrations.expires_at IS NULL OR integrations.expires_at > ?)
        AND EXISTS (SELECT 1 FROM json_each(endpoints.kinds) WHERE value = ?)";
    let place = Place::from(owner).to_string();
    let (level, id) = (owner.level.as_str(), owner.id.as_str());
    let values = vec![place.into(), level.into(), id.into(), number(now.seconds()), kind.into()];
    let rows: Vec<HearingRow> = database.rows(sql, values)?;
    let read = |HearingRow { endpoint, scopes }| Ok(Hearing { endpoint, scopes: parsed("scopes", &scopes)? });
    rows.into_iter().map(read).collect()
}

/// How many belong to a place, or to an integration.
pub(crate) fn count(database: &Database, belongs: &Belongs) -> Result<u64, AdminError> {
    let (condition, value) = of(belongs);
    database.count(&format!("endpoints WHERE {condition} AND gone_at IS NULL"), vec![value])
}

/// Whether one that belongs there has this address.
pub(crate) fn has(
    database: &Database,
    belongs: &Belongs,
    url: &str,
    but: Option<&EndpointId>,
) -> Result<bool, AdminError> {
    let (condition, value) = of(belongs);
    let sql = format!("endpoints WHERE {condition} AND gone_at IS NULL AND url = ? AND id IS NOT ?");
    let but = Parameter::from(but.map(|id| id.as_str()));
    Ok(database.count(&sql, vec![value, url.into(), but])? > 0)
}

fn of(belongs: &Belongs) -> (&'static str, Parameter) {
    match belongs {
        Belongs::Place(place) => ("integration IS NULL AND place = ?", place.to_string().into()),
        Belongs::Integration(id) => ("integration = ?", id.as_str().into()),
    }
}

/// Writes an endpoint, new or changed.
pub(crate) fn save(database: &Database, endpoint: &Endpoint) -> Result<(), AdminError> {
    let sql = "INSERT INTO endpoints (id, place, integration, url, description, kinds, secret, outgoing_secret,
        outgoing_until, enabled, disabled_at, disabled_because, rev, created_at, created_by, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET url = excluded.url, description = excluded.description, kinds = excluded.kinds,
        secret = excluded.secret, outgoing_secret = excluded.outgoing_secret, outgoing_until = excluded.outgoing_until,
        enabled = excluded.enabled, disabled_at = excluded.disabled_at, disabled_because = excluded.disabled_because,
        rev = excluded.rev, updated_at = excluded.updated_at";
    let Endpoint { outgoing, disabled, .. } = endpoint;
    let values = vec![
        endpoint.id.as_str().into(),
        endpoint.place.to_string().into(),
        endpoint.integration.as_ref().map(IntegrationId::as_str).into(),
        endpoint.url.as_str().into(),
        String::from(endpoint.description.0.clone()).into(),
        json!(endpoint.kinds).to_string().into(),
        endpoint.secret.as_str().into(),
        outgoing.as_ref().map(|(sealed, _)| sealed.as_str()).into(),
        outgoing.as_ref().map(|(_, until)| number(until.seconds())).into(),
        number(disabled.is_none().into()),
        disabled.as_ref().map(|(at, _)| number(at.seconds())).into(),
        disabled.as_ref().map(|(_, because)| because.as_str()).into(),
        number(endpoint.rev.0),
        number(endpoint.created_at.seconds()),
        endpoint.created_by.as_str().into(),
        number(endpoint.updated_at.seconds()),
    ];
    database.run(sql, values)
}

/// Writes what its courier has reported.
pub(crate) fn save_seen(database: &Database, id: &EndpointId, seen: &Seen) -> Result<(), AdminError> {
    let sql = "UPDATE endpoints SET failing_since = ?, failing_told = ?, succeeded_at = ?, failed_at = ?, dropped = ?
        WHERE id = ?";
    let optional = |value: Option<Timestamp>| Parameter::from(value.map(|at| number(at.seconds())));
    let values = vec![
        optional(seen.failing_since),
        number(seen.is_told.into()),
        optional(seen.succeeded_at),
        optional(seen.failed_at),
        number(seen.dropped),
        id.as_str().into(),
    ];
    database.run(sql, values)
}

/// Notes that messages were dropped before the courier had them.
pub(crate) fn note_dropped(database: &Database, id: &str, dropped: usize) -> Result<(), AdminError> {
    let dropped = u64::try_from(dropped).unwrap_or(u64::MAX);
    database.run("UPDATE endpoints SET dropped = dropped + ? WHERE id = ?", vec![number(dropped), id.into()])
}

/// How many messages were dropped that no event has told of; `None` if there are none, or one was told since `last`.
pub(crate) fn untold_drops(database: &Database, id: &EndpointId, last: Timestamp) -> Result<Option<u64>, AdminError> {
    let sql = "SELECT dropped - drops_told AS number FROM endpoints
        WHERE id = ? AND dropped > drops_told AND drops_told_at <= ?";
    database.number(sql, vec![id.as_str().into(), number(last.seconds())])
}

/// Notes that an event tells of all messages that were dropped.
pub(crate) fn note_drops_told(database: &Database, id: &EndpointId, now: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE endpoints SET drops_told = dropped, drops_told_at = ? WHERE id = ?";
    database.run(sql, vec![number(now.seconds()), id.as_str().into()])
}

/// Deletes an endpoint; its secrets go, its name stays for the audit trail.
pub(crate) fn delete(database: &Database, id: &EndpointId, now: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE endpoints SET gone_at = ?, secret = '', outgoing_secret = NULL, enabled = 0 WHERE id = ?";
    database.run(sql, vec![number(now.seconds()), id.as_str().into()])
}

impl TryFrom<Row> for Endpoint {
    type Error = AdminError;

    fn try_from(row: Row) -> Result<Self, AdminError> {
        let at = |at: Option<u64>| at.map(Timestamp::from_seconds);
        let corrupt = || AdminError::Registry(format!("the endpoint {} is inconsistent", row.id));
        let disabled = match (row.enabled, at(row.disabled_at), row.disabled_because.clone()) {
            (1, None, None) => None,
            (0, Some(at), Some(because)) => Some((at, because)),
            _ => return Err(corrupt()),
        };
        let outgoing = row.outgoing_secret.map(Sealed::from_text).zip(at(row.outgoing_until));
        Ok(Self {
            id: row.id,
            place: row.place,
            integration: row.integration,
            url: row.url,
            description: row.description,
            kinds: parsed("kinds", &row.kinds)?,
            secret: Sealed::from_text(row.secret),
            outgoing,
            disabled,
            health: Seen {
                failing_since: at(row.failing_since),
                is_told: row.failing_told != 0,
                succeeded_at: at(row.succeeded_at),
                failed_at: at(row.failed_at),
                dropped: row.dropped,
            },
            rev: row.rev,
            created_at: Timestamp::from_seconds(row.created_at),
            created_by: row.created_by,
            updated_at: Timestamp::from_seconds(row.updated_at),
        })
    }
}
