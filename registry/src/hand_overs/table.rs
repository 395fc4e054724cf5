//! The tables: messages, their recipients, and the couriers for which something waits.

use serde_json::{Value, json};

use crate::database::{Database, number, row};
use crate::storage::Parameter;
use tidegate::access::Place;
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::webhooks::{EndpointId, Message};

row! {
    /// A courier for which something waits.
    pub(super) struct Due {
        pub endpoint: String,
        /// Grows with everything that is queued for it.
        pub generation: u64,
    }
}

row! {
    /// A message that waits for a courier.
    pub(super) struct Waiting {
        pub id: String,
        kind: String,
        at: u64,
        data: String,
        requires: Option<String>,
        again: u64,
    }
}

row! {
    struct IdRow {
        id: EndpointId,
    }
}

row! {
    struct MessageRow {
        message: String,
    }
}

/// The enabled endpoints that want events of this kind that happen here: those of the place, those of all sub-accounts, and those of the
/// integration.
pub(crate) fn wanting(
    database: &Database,
    kind: &str,
    place: &Place,
    integration: Option<&IntegrationId>,
) -> Result<Vec<EndpointId>, AdminError> {
    // Each of the two has an index; a condition with OR has none.
    let wants = "gone_at IS NULL AND enabled = 1 AND EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = ?)";
    let sql = format!(
        "SELECT id FROM endpoints WHERE integration = ? AND {wants}
        UNION ALL SELECT id FROM endpoints WHERE integration IS NULL AND place IN (?, ?) AND {wants}"
    );
    let every = if matches!(place, Place::SubAccount(_)) { Place::SubAccounts } else { place.clone() };
    let integration = Parameter::from(integration.map(|id| id.as_str()));
    let values = vec![integration, kind.into(), place.to_string().into(), every.to_string().into(), kind.into()];
    let rows: Vec<IdRow> = database.rows(&sql, values)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Keeps a message until every courier has it.
pub(super) fn keep(database: &Database, message: &Message, requires: Option<&Value>) -> Result<(), AdminError> {
    let Message { id, kind, at, data } = message;
    let requires = Parameter::from(requires.map(|requires| requires.to_string()));
    let values = vec![id.as_str().into(), kind.as_str().into(), number(at.seconds()), data.as_str().into(), requires];
    database.run("INSERT OR IGNORE INTO messages (id, kind, at, data, requires) VALUES (?, ?, ?, ?, ?)", values)
}

/// Queues a message for endpoints, given as a JSON list of ids.
pub(super) fn queue(database: &Database, message: &str, endpoints: &str, again: bool) -> Result<(), AdminError> {
    let sql = "INSERT INTO hand_overs (endpoint, message, again) SELECT value, ?, ? FROM json_each(?) WHERE true
        ON CONFLICT (endpoint, message) DO UPDATE SET again = max(again, excluded.again)";
    database.run(sql, vec![message.into(), number(again.into()), endpoints.into()])
}

/// Notes that something waits for the couriers of some endpoints, given as a JSON list of ids. A courier that could not be reached
/// keeps its wait.
pub(super) fn note(database: &Database, endpoints: &str) -> Result<(), AdminError> {
    let sql =
        "INSERT INTO couriers (endpoint, generation, tries, next_at) SELECT value, 1, 0, 0 FROM json_each(?) WHERE true
        ON CONFLICT (endpoint) DO UPDATE SET generation = generation + 1";
    database.run(sql, vec![endpoints.into()])
}

/// When the first hand-over is due.
pub(super) fn next_at(database: &Database) -> Result<Option<u64>, AdminError> {
    database.number("SELECT min(next_at) AS number FROM couriers", vec![])
}

/// The courier that has waited longest, except those in a JSON list.
pub(super) fn next(database: &Database, but: &str, now: Timestamp) -> Result<Option<Due>, AdminError> {
    let sql = "SELECT endpoint, generation FROM couriers
        WHERE next_at <= ? AND endpoint NOT IN (SELECT value FROM json_each(?)) ORDER BY next_at, endpoint LIMIT 1";
    database.row(sql, vec![number(now.seconds()), but.into()])
}

/// The first messages that wait for a courier.
pub(super) fn waiting(database: &Database, endpoint: &str, most: u64) -> Result<Vec<Waiting>, AdminError> {
    let sql = "SELECT id, kind, at, data, requires, again FROM hand_overs JOIN messages ON messages.id = message
        WHERE endpoint = ? ORDER BY hand_overs.rowid LIMIT ?";
    database.rows(sql, vec![endpoint.into(), number(most)])
}

/// The messages that wait for a courier beside the newest `most`.
pub(super) fn excess(database: &Database, endpoint: &str, most: u64) -> Result<Vec<String>, AdminError> {
    let sql = "SELECT message FROM hand_overs WHERE endpoint = ? ORDER BY rowid DESC LIMIT -1 OFFSET ?";
    let rows: Vec<MessageRow> = database.rows(sql, vec![endpoint.into(), number(most)])?;
    Ok(rows.into_iter().map(|row| row.message).collect())
}

/// Has a courier wait that could not be reached: longer each time.
pub(super) fn postpone(database: &Database, endpoint: &str, most: u64, now: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE couriers SET tries = tries + 1, next_at = ? + min(?, 1 << min(tries, 10)) WHERE endpoint = ?";
    database.run(sql, vec![number(now.seconds()), number(most), endpoint.into()])
}

/// Notes that these messages, given as a JSON list of ids, wait for a courier no more. A message that nobody waits for goes.
pub(super) fn taken(database: &Database, endpoint: &str, messages: &str) -> Result<(), AdminError> {
    let sql = "DELETE FROM hand_overs WHERE endpoint = ? AND message IN (SELECT value FROM json_each(?))";
    database.run(sql, vec![endpoint.into(), messages.into()])?;
    let sql = "DELETE FROM messages WHERE id IN (SELECT value FROM json_each(?))
        AND NOT EXISTS (SELECT 1 FROM hand_overs WHERE message = messages.id)";
    database.run(sql, vec![messages.into()])
}

/// Notes that a courier has everything, unless something was queued since.
pub(super) fn settle(database: &Database, endpoint: &str, generation: u64) -> Result<(), AdminError> {
    let sql = "DELETE FROM couriers WHERE endpoint = ? AND generation = ?
        AND NOT EXISTS (SELECT 1 FROM hand_overs WHERE endpoint = couriers.endpoint)";
    database.run(sql, vec![endpoint.into(), number(generation)])?;
    database.run("UPDATE couriers SET tries = 0, next_at = 0 WHERE endpoint = ?", vec![endpoint.into()])
}

impl Waiting {
    /// How long it is, but for what is short.
    pub fn bytes(&self) -> usize {
        self.data.len().saturating_add(self.requires.as_ref().map_or(0, String::len))
    }

    pub fn to_json(&self) -> Value {
        let Self { id, kind, at, data, requires, again } = self;
        // What cannot be read is open to nobody.
        let requires = requires.as_deref().map(|text| serde_json::from_str(text).unwrap_or_else(|_| json!([])));
        json!({ "id": id, "kind": kind, "at": at, "data": data, "requires": requires, "again": *again != 0 })
    }
}
