//! Sums minutes into hours and hours into days, and deletes what is old.

use super::fold;
use super::schema::{DAY, HOUR, MINUTE, set_state, state};
use crate::database::{Database, number};
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::usage::{KEPT, PERIODS, floor};

/// How long after the end of an hour it is made of its minutes, in seconds. What comes later is added to it.
const GRACE: u64 = 5 * MINUTE;
/// The most hours or days that are made in one go, each.
const MAX_STEPS: u64 = 48;
/// How long the hours of use are kept, in seconds: 90 days before a rotation of 30 days, and a margin.
pub(super) const USED_HOURS_KEPT: u64 = 130 * DAY;
/// How long it is kept which flushes were taken, in seconds.
const FLUSHES_KEPT: u64 = 3 * HOUR;
/// How long an isolate is remembered that sends nothing, in seconds: it may live on, and only other stores hear from it. The flush after
/// that looks as if those before it were missing.
const ISOLATES_KEPT: u64 = 35 * DAY;
/// How long all of them are remembered, and how many at least of those that have sent nothing for longer.
const ALL_ISOLATES_KEPT: u64 = 2 * DAY;
const MAX_SILENT_ISOLATES: u64 = 20_000;

/// Makes the hours and days that are over, and forgets.
pub(super) fn advance(database: &Database, now: Timestamp) -> Result<(), AdminError> {
    let until = now.before(GRACE).seconds();
    advance_one(database, "hours_until", (MINUTE, HOUR), until)?;
    // A day is not made before all of its hours are.
    let until = state(database, "hours_until")?;
    advance_one(database, "days_until", (HOUR, DAY), until)?;
    forget(database, now)
}

fn advance_one(database: &Database, column: &str, (part, whole): (u64, u64), until: u64) -> Result<(), AdminError> {
    let floor = |seconds| floor(Timestamp::from_seconds(seconds), whole).seconds();
    let until = floor(until);
    let mut start = state(database, column)?;
    for _ in 0..MAX_STEPS {
        // Where nothing was counted, nothing is made.
        let first = first_part(database, part, start)?.map_or(until, floor);
        start = start.max(first.min(until));
        if start.saturating_add(whole) > until {
            break;
        }
        make(database, part, whole, start)?;
        start = start.saturating_add(whole);
    }
    set_state(database, column, start)
}

/// In how many seconds there is something to make: every hour.
pub(super) fn due_in(database: &Database, now: Timestamp) -> Result<u64, AdminError> {
    let due = state(database, "hours_until")?.saturating_add(HOUR).saturating_add(GRACE);
    Ok(due.saturating_sub(now.seconds()).clamp(1, HOUR))
}

/// When the first part begins that was counted at `start` or later.
fn first_part(database: &Database, part: u64, start: u64) -> Result<Option<u64>, AdminError> {
    let sql = "SELECT min(start) AS number FROM counts WHERE period = ? AND start >= ?";
    database.number(sql, vec![number(part), number(start)])
}

fn make(database: &Database, part: u64, whole: u64, start: u64) -> Result<(), AdminError> {
    let sql = format!(
        "INSERT INTO counts (period, integration, start, operation, token, outcome, requests)
        SELECT {whole}, integration, {start}, operation, token, outcome, sum(requests) FROM counts
        WHERE period = {part} AND start >= {start} AND start < {end}
        GROUP BY integration, operation, token, outcome
        ON CONFLICT (period, integration, start, operation, token, outcome)
            DO UPDATE SET requests = requests + excluded.requests",
        end = start.saturating_add(whole),
    );
    database.run(&sql, vec![])?;
    fold::all(database, whole, start)
}

fn forget(database: &Database, now: Timestamp) -> Result<(), AdminError> {
    let made = [state(database, "hours_until")?, state(database, "days_until")?, u64::MAX];
    for ((period, kept), made) in PERIODS.into_iter().zip(KEPT).zip(made) {
        let before = now.before(kept).seconds().min(made);
        let values = vec![number(period), number(before)];
        database.run("DELETE FROM counts WHERE period = ? AND start < ?", values)?;
    }
    let [_, _, longest] = KEPT;
    for (old, kept) in [
        ("used_hours WHERE last_at", USED_HOURS_KEPT),
        ("tokens WHERE last_at", longest),
        ("sources WHERE last_at", longest),
        ("gaps WHERE to_at", longest),
        ("flushes WHERE taken_at", FLUSHES_KEPT),
        ("isolates WHERE heard_at", ISOLATES_KEPT),
    ] {
        database.run(&format!("DELETE FROM {old} < ?"), vec![number(now.before(kept).seconds())])?;
    }
    let sql = "DELETE FROM isolates WHERE id IN
        (SELECT id FROM isolates WHERE heard_at < ? ORDER BY heard_at DESC LIMIT -1 OFFSET ?)";
    database.run(sql, vec![number(now.before(ALL_ISOLATES_KEPT).seconds()), number(MAX_SILENT_ISOLATES)])?;
    let sql = "DELETE FROM integrations WHERE number NOT IN (SELECT integration FROM tokens)
        AND number NOT IN (SELECT integration FROM counts)";
    database.run(sql, vec![])
}
