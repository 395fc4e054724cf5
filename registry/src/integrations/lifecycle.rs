//! The integrations that need attention: old tokens, rotations and integrations that end soon, and deletions that can be undone.

use serde::Serialize;

use super::list::{IDLE, NEVER_USED, within};
use crate::database::{Database, number, row};
use crate::storage::Parameter;
use crate::token_rules::table as token_rules;
use tidegate::access::Reach;
use tidegate::admin::{AdminError, Name, Stored, UNDO_SECONDS};
use tidegate::record::{Level, Owner, OwnerId};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;

/// A week, in seconds.
const WEEK: u64 = 7 * 24 * 60 * 60;
/// 30 days, in seconds.
const MONTH: u64 = 30 * 24 * 60 * 60;
/// The most deletions that are listed.
const MAX_DELETED: u64 = 50;

/// As the admin API shows it. Each number is that of the integrations that the list gives for the same filter.
#[derive(Serialize)]
pub(crate) struct Lifecycle {
    /// The filter `token_created_before` with this moment, in Unix seconds.
    old_tokens: Count,
    /// The filter `rotation_ends_before`.
    rotations_ending: Count,
    /// The filter `ends_before`.
    ending: Count,
    /// The state `never_used`.
    never_used: u64,
    /// The state `idle`.
    idle: u64,
    /// Deletions that can be undone, the newest first; at most 50.
    deleted: Vec<Deleted>,
}

#[derive(Serialize)]
struct Count {
    count: u64,
    before: u64,
}

/// A deletion that can be undone.
#[derive(Serialize)]
struct Deleted {
    id: IntegrationId,
    rev: u64,
    name: Stored<Name>,
    owner: Owner,
    deleted_at: String,
    undo_until: String,
}

row! {
    struct Row {
        id: IntegrationId,
        rev: u64,
        name: Stored<Name>,
        level: Level,
        owner_id: OwnerId,
        at: u64,
    }
}

/// What of those within `reach` needs a look at `now`.
pub(crate) fn lifecycle(database: &Database, reach: &Reach, now: Timestamp) -> Result<Lifecycle, AdminError> {
    let (within, own) = within(reach).unwrap_or_else(|| ("1".to_owned(), vec![]));
    let rules = token_rules::find(database)?.rules;
    let old = now.before(rules.old_after().seconds());
    let (week, month) = (now.after(WEEK), now.after(MONTH));
    let count = |what: &str, before: Timestamp, values: Vec<Parameter>| {
        database.count(what, [values, own.clone()].concat()).map(|count| Count { count, before: before.seconds() })
    };
    let in_state = |state: &str| {
        database.count(&format!("integrations WHERE gone_at IS NULL AND {state} AND {within}"), own.clone())
    };
    let window = |until: Timestamp| vec![number(now.seconds()), number(until.seconds())];
    Ok(Lifecycle {
        old_tokens: count(
            &of_tokens("not_after IS NULL AND tokens.created_at < ?", &within),
            old,
            vec![number(old.seconds())],
        )?,
        rotations_ending: count(&of_tokens("not_after > ? AND not_after < ?", &within), week, window(week))?,
        ending: count(
            &format!("integrations WHERE gone_at IS NULL AND expires_at > ? AND expires_at < ? AND {within}"),
            month,
            window(month),
        )?,
        never_used: in_state(NEVER_USED)?,
        idle: if rules.idle_days.is_some() { in_state(IDLE)? } else { 0 },
        deleted: if rules.undo.delete { deleted(database, (&within, &own), now)? } else { Vec::new() },
    })
}

/// Tokens that no change has ended, of which this is true, of integrations within a reach. Everybody's are counted in an index alone.
fn of_tokens(condition: &str, within: &str) -> String {
    let of = if within == "1" {
        String::new()
    } else {
        format!(" AND integration IN (SELECT id FROM integrations WHERE {within})")
    };
    format!("tokens WHERE ended_at IS NULL AND {condition}{of}")
}

fn deleted(
    database: &Database,
    (within, own): (&str, &[Parameter]),
    now: Timestamp,
) -> Result<Vec<Deleted>, AdminError> {
    let sql = format!(
        "SELECT integrations.id, integrations.rev, name, level, owner_id, at
        FROM undo JOIN integrations ON integrations.id = undo.integration AND integrations.rev = undo.rev
        WHERE undo.what = 'delete' AND undo.over = 0 AND undo.leaked = 0 AND undo.at > ? AND {within}
        ORDER BY undo.at DESC, integrations.id LIMIT ?"
    );
    let since = number(now.before(UNDO_SECONDS).seconds());
    let values = [vec![since], own.to_vec(), vec![number(MAX_DELETED)]].concat();
    let rows: Vec<Row> = database.rows(&sql, values)?;
    Ok(rows.into_iter().map(Deleted::from).collect())
}

impl From<Row> for Deleted {
    fn from(row: Row) -> Self {
        let Row { id, rev, name, level, owner_id, at } = row;
        let at = Timestamp::from_seconds(at);
        let (deleted_at, undo_until) = (at.to_string(), at.after(UNDO_SECONDS).to_string());
        Self { id, rev, name, owner: Owner { level, id: owner_id }, deleted_at, undo_until }
    }
}
