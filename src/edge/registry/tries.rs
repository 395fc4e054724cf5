//! Wrong owner keys: so many a minute from one client, so many from all together. Whoever is over the bound is refused
//! with the right key too, or the bound would be none.

use wasm_bindgen::JsValue;

use super::database::{Database, number};
use crate::core::admin::AdminError;
use crate::core::rotation::Timestamp;

/// The time that tries are counted in, in seconds.
const WINDOW_SECONDS: u64 = 60;
/// The most wrong keys in that time from one client.
const MOST_OF_ONE: u64 = 10;
/// The most from all clients. Those that had the right key lately are not held back by it: others' tries must not lock
/// the owner out.
const MOST_OF_ALL: u64 = 100;
/// How long a client that had the right key is known by that, in seconds.
const KNOWN_SECONDS: u64 = 30 * 24 * 60 * 60;
/// How seldom it is noted again, in seconds.
const NOTED_SECONDS: u64 = 24 * 60 * 60;

/// Whether the client may try a key now.
pub(super) fn check(database: &Database, client: &str, now: Timestamp) -> Result<(), AdminError> {
    let own = "SELECT at AS number FROM tries WHERE client = ? AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?";
    check_bound(database, own, vec![client.into()], MOST_OF_ONE, now)?;
    let all = "SELECT at AS number FROM tries WHERE at > ? ORDER BY at DESC LIMIT 1 OFFSET ?";
    match check_bound(database, all, vec![], MOST_OF_ALL, now) {
        Err(AdminError::TooManyTries(_)) if seen_at(database, client, now)?.is_some() => Ok(()),
        checked => checked,
    }
}

/// Counts a wrong key, and forgets those that no longer count.
pub(super) fn wrong(database: &Database, client: &str, now: Timestamp) -> Result<(), AdminError> {
    database.run("DELETE FROM tries WHERE at <= ?", vec![number(start(now))])?;
    database.run("INSERT INTO tries (client, at) VALUES (?, ?)", vec![client.into(), number(now.seconds())])
}

/// Notes that the client had the right key.
pub(super) fn right(database: &Database, client: &str, now: Timestamp) -> Result<(), AdminError> {
    let seen_at = seen_at(database, client, now)?;
    if seen_at.is_some_and(|seen_at| now.seconds() < seen_at.saturating_add(NOTED_SECONDS)) {
        return Ok(());
    }
    let over = now.seconds().saturating_sub(KNOWN_SECONDS);
    database.run("DELETE FROM known_clients WHERE seen_at <= ?", vec![number(over)])?;
    let sql = "INSERT OR REPLACE INTO known_clients (client, seen_at) VALUES (?, ?)";
    database.run(sql, vec![client.into(), number(now.seconds())])
}

/// Refuses where the try that would be one too many is within the window; says for how long.
fn check_bound(
    database: &Database,
    sql: &str,
    mut values: Vec<JsValue>,
    most: u64,
    now: Timestamp,
) -> Result<(), AdminError> {
    values.extend([number(start(now)), number(most.saturating_sub(1))]);
    let Some(at) = database.number(sql, values)? else { return Ok(()) };
    let left = at.saturating_add(WINDOW_SECONDS).saturating_sub(now.seconds());
    Err(AdminError::TooManyTries(left.clamp(1, WINDOW_SECONDS)))
}

fn seen_at(database: &Database, client: &str, now: Timestamp) -> Result<Option<u64>, AdminError> {
    let sql = "SELECT seen_at AS number FROM known_clients WHERE client = ? AND seen_at > ?";
    let over = now.seconds().saturating_sub(KNOWN_SECONDS);
    database.number(sql, vec![client.into(), number(over)])
}

fn start(now: Timestamp) -> u64 {
    now.seconds().saturating_sub(WINDOW_SECONDS)
}
