//! The table `due`: at most one entry of each kind for each integration. An entry stays after it was called off or has fired, so
//! that its generation never repeats.

use super::DueKind;
use crate::database::{Database, number, row};
use crate::storage::Parameter;
use tidegate::admin::{AdminError, TokenRules};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::usage::ANNOUNCED_DAYS;

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

row! {
    /// An entry.
    #[derive(Clone)]
    pub(crate) struct Entry {
        pub kind: String,
        /// Its id, as text: an entry that cannot be read does not hold back the others.
        pub integration: String,
        /// Grows whenever the entry is set to another time.
        pub generation: u64,
        /// The moment that is due; null once it was called off.
        pub at: Option<u64>,
    }
}

row! {
    struct IdRow {
        id: IntegrationId,
    }
}

/// Sets an entry to a time, unless it is set to it already, or has fired for it. Where a reminder has fired, it is set only to a
/// time that is still to come: nobody is reminded twice because the rules have changed. The last parameter is the present time.
const SET: &str = "ON CONFLICT (kind, integration) DO UPDATE SET
    generation = generation + 1, at = excluded.at, next_at = excluded.at, fired_at = NULL
    WHERE at IS NOT excluded.at AND (due.kind <> 'rotation_due' OR fired_at IS NULL OR excluded.at > ?)";

/// Sets an integration's entries, and calls off all others of it.
pub(crate) fn replace(
    database: &Database,
    id: &IntegrationId,
    entries: &[(DueKind, Timestamp)],
    now: Timestamp,
) -> Result<(), AdminError> {
    let kinds: Vec<_> = entries.iter().map(|(kind, _)| kind.as_str()).collect();
    let kinds = serde_json::to_string(&kinds).map_err(|error| AdminError::Registry(error.to_string()))?;
    let sql = "UPDATE due SET generation = generation + 1, at = NULL, next_at = NULL
        WHERE kind NOT IN (SELECT value FROM json_each(?)) AND integration = ? AND next_at IS NOT NULL";
    database.run(sql, vec![kinds.into(), id.as_str().into()])?;
    for (kind, at) in entries {
        if kind.announces().is_some() && *at <= now {
            // An announcement whose time has passed is not made: whoever sets an end for tomorrow knows of it. An entry that waits for this
            // time stays.
            let sql = "UPDATE due SET generation = generation + 1, at = NULL, next_at = NULL
                WHERE kind = ? AND integration = ? AND at IS NOT ? AND next_at IS NOT NULL";
            database.run(sql, vec![kind.as_str().into(), id.as_str().into(), number(at.seconds())])?;
            continue;
        }
        let sql = format!("INSERT INTO due (kind, integration, generation, at, next_at) VALUES (?, ?, 1, ?, ?) {SET}");
        let at = || number(at.seconds());
        let values = vec![kind.as_str().into(), id.as_str().into(), at(), at(), number(now.seconds())];
        database.run(&sql, values)?;
    }
    Ok(())
}

/// Sets the reminders of all integrations by the rules. A token with a past reminder is left alone, unless the rules now name a
/// future time.
pub(crate) fn remind(database: &Database, rules: &TokenRules, now: Timestamp) -> Result<(), AdminError> {
    let Some(days) = rules.rotate_every_days else {
        let sql = "UPDATE due SET generation = generation + 1, at = NULL, next_at = NULL
            WHERE kind = ? AND next_at IS NOT NULL";
        return database.run(sql, vec![DueKind::RotationDue.as_str().into()]);
    };
    let (kind, length) = (|| DueKind::RotationDue.as_str().into(), || number(days.seconds()));
    let sql = "UPDATE due SET generation = generation + 1, at = NULL, next_at = NULL
        WHERE kind = ? AND next_at IS NOT NULL AND integration IN
        (SELECT integrations.id FROM tokens JOIN integrations ON integrations.id = tokens.integration
        WHERE ended_at IS NULL AND not_after IS NULL AND gone_at IS NULL AND expires_at <= tokens.created_at + ?)";
    database.run(sql, vec![kind(), length()])?;
    let sql = format!(
        "INSERT INTO due (kind, integration, generation, at, next_at)
        SELECT ?, integrations.id, 1, tokens.created_at + ?, tokens.created_at + ?
        FROM tokens JOIN integrations ON integrations.id = tokens.integration
        WHERE tokens.ended_at IS NULL AND tokens.not_after IS NULL AND gone_at IS NULL
        AND (expires_at IS NULL OR expires_at > tokens.created_at + ?)
        {SET}"
    );
    database.run(&sql, vec![kind(), length(), length(), length(), number(now.seconds())])
}

/// Sets the time from which each integration may be idle to what the rules say, for all of them. What was announced by the rules before
/// is forgotten, so that it is announced anew.
pub(crate) fn look_for_idle(database: &Database, rules: &TokenRules, now: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE due SET next_at = at
        WHERE kind = ? AND next_at IS NOT NULL AND integration IN (SELECT integration FROM idle)";
    database.run(sql, vec![DueKind::Idle.as_str().into()])?;
    database.run("DELETE FROM idle", vec![])?;
    let Some(days) = rules.idle_days else {
        let sql =
            "UPDATE due SET generation = generation + 1, at = NULL, next_at = NULL WHERE kind = ? AND at IS NOT NULL";
        return database.run(sql, vec![DueKind::Idle.as_str().into()]);
    };
    let first = days.seconds().saturating_sub(ANNOUNCED_DAYS[0].saturating_mul(SECONDS_A_DAY));
    // As LifeFacts::begins has it.
    let at =
        "max((SELECT max(created_at) FROM tokens WHERE integration = integrations.id), coalesce(resumed_at, 0)) + ?";
    let sql = format!(
        "INSERT INTO due (kind, integration, generation, at, next_at)
        SELECT ?, id, 1, {at}, {at} FROM integrations WHERE gone_at IS NULL AND paused = 0
        {SET}"
    );
    let values = vec![DueKind::Idle.as_str().into(), number(first), number(first), number(now.seconds())];
    database.run(&sql, values)
}

/// An entry that is still to be worked off.
pub(crate) fn find(
    database: &Database,
    kind: DueKind,
    id: &IntegrationId,
    generation: u64,
) -> Result<Option<Entry>, AdminError> {
    let sql = "SELECT kind, integration, generation, at FROM due
        WHERE kind = ? AND integration = ? AND generation = ? AND next_at IS NOT NULL";
    database.row(sql, vec![kind.as_str().into(), id.as_str().into(), number(generation)])
}

/// Those whose time has come, the earliest first.
pub(crate) fn ripe(database: &Database, most: u64, now: Timestamp) -> Result<Vec<Entry>, AdminError> {
    let sql = "SELECT kind, integration, generation, at FROM due WHERE next_at <= ?
        ORDER BY next_at, at, integration, kind LIMIT ?";
    database.rows(sql, vec![number(now.seconds()), number(most)])
}

/// When the next entry is due.
pub(crate) fn next_at(database: &Database) -> Result<Option<Timestamp>, AdminError> {
    let sql = "SELECT min(next_at) AS number FROM due WHERE next_at IS NOT NULL";
    Ok(database.number(sql, vec![])?.map(Timestamp::from_seconds))
}

/// The entries of an integration that have fired, and were set to no other time since.
pub(crate) fn fired(database: &Database, id: &IntegrationId) -> Result<Vec<Entry>, AdminError> {
    let sql = "SELECT kind, integration, generation, at FROM due WHERE integration = ? AND fired_at IS NOT NULL";
    database.rows(sql, vec![id.as_str().into()])
}

/// Notes that an entry has fired.
pub(crate) fn note_fired(database: &Database, entry: &Entry, now: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE due SET fired_at = ?, next_at = NULL WHERE kind = ? AND integration = ? AND generation = ?";
    database.run(sql, [vec![number(now.seconds())], key(entry)].concat())
}

/// Has an entry wait until `until`.
pub(crate) fn postpone(database: &Database, entry: &Entry, until: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE due SET next_at = ? WHERE kind = ? AND integration = ? AND generation = ?";
    database.run(sql, [vec![number(until.seconds())], key(entry)].concat())
}

/// Notes that this table knows of an integration's last change.
pub(crate) fn note_scheduled(database: &Database, id: &IntegrationId) -> Result<(), AdminError> {
    database.run("UPDATE integrations SET due_rev = rev WHERE id = ?", vec![id.as_str().into()])
}

/// The first `most` integrations of whose last change this table does not know.
pub(crate) fn unscheduled(database: &Database, most: u64) -> Result<Vec<IntegrationId>, AdminError> {
    let sql = "SELECT id FROM integrations WHERE due_rev <> rev LIMIT ?";
    let rows: Vec<IdRow> = database.rows(sql, vec![number(most)])?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Whether there are any.
pub(crate) fn any_unscheduled(database: &Database) -> Result<bool, AdminError> {
    Ok(database.count("(SELECT 1 FROM integrations WHERE due_rev <> rev LIMIT 1)", vec![])? > 0)
}

fn key(entry: &Entry) -> Vec<Parameter> {
    vec![entry.kind.as_str().into(), entry.integration.as_str().into(), number(entry.generation)]
}
