//! What is missing, as far as the store can know: flushes that did not arrive, requests that isolates report as lost, and times
//! when the store was down.

use super::schema::{HOUR, MINUTE, set_state, state};
use crate::database::{Database, number, row};
use crate::storage::Parameter;
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::usage::{Completeness, Flush, Gap, Moment};

/// How long the alarm may be away, in seconds. It rings every hour.
const MAX_ABSENCE: u64 = HOUR + 15 * MINUTE;

row! {
    struct Isolate {
        highest: u64,
        lost: u64,
        until_at: u64,
    }
}

row! {
    struct GapRow {
        from_at: u64,
        to_at: u64,
        lost: u64,
    }
}

/// Whether a flush was taken before.
pub(super) fn is_known(database: &Database, flush: &Flush) -> Result<bool, AdminError> {
    Ok(database.count("flushes WHERE isolate = ? AND seq = ?", key(flush))? > 0)
}

/// Notes that a flush was taken, and what it says of others.
pub(super) fn note(database: &Database, flush: &Flush, now: Timestamp) -> Result<(), AdminError> {
    let values = [key(flush), vec![number(now.seconds())]].concat();
    database.run("INSERT INTO flushes (isolate, seq, taken_at) VALUES (?, ?, ?)", values)?;
    let sql = "SELECT highest, lost, until_at FROM isolates WHERE id = ?";
    let isolate: Option<Isolate> = database.row(sql, vec![flush.isolate.as_str().into()])?;
    let Isolate { highest, lost, until_at } =
        isolate.unwrap_or(Isolate { highest: 0, lost: 0, until_at: flush.since_ms / 1000 });
    let newly_lost = flush.lost.saturating_sub(lost);
    let missing = flush.seq.saturating_sub(highest).saturating_sub(1);
    if flush.seq <= highest {
        fill(database, flush)?;
    }
    if missing > 0 || newly_lost > 0 {
        let first = if missing > 0 { highest.saturating_add(1) } else { 0 };
        let until = flush.from_ms.div_ceil(1000);
        add(database, flush, (first, missing), (until_at, until), newly_lost)?;
    }
    let sql = "INSERT INTO isolates (id, highest, lost, until_at, heard_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET highest = max(highest, excluded.highest), lost = max(lost, excluded.lost),
        until_at = max(until_at, excluded.until_at), heard_at = excluded.heard_at";
    let [seq, lost, made_at] = [flush.seq, flush.lost, flush.made_at_ms / 1000].map(number);
    database.run(sql, vec![flush.isolate.as_str().into(), seq, lost, made_at, number(now.seconds())])
}

/// Notes that a flush came too late to be counted.
pub(super) fn note_late(database: &Database, flush: &Flush) -> Result<(), AdminError> {
    let is_noted = database.count("gaps WHERE isolate = ? AND first_seq = ? AND missing = 0", key(flush))? > 0;
    if is_noted {
        return Ok(());
    }
    let times = (flush.from_ms / 1000, flush.made_at_ms.div_ceil(1000));
    add(database, flush, (flush.seq, 0), times, flush.requests())
}

/// Notes for how long the store was away, if it was. `awake_at` is the time by a clock that nobody sets.
pub(super) fn note_absence(database: &Database, now: Timestamp, awake_at: Timestamp) -> Result<(), AdminError> {
    if let Some(absence) = absence(database, awake_at)? {
        let times = (now.before(absence).seconds(), now.seconds());
        insert(database, "", (0, 0), times, 0)?;
    }
    set_state(database, "awake_at", awake_at.seconds())
}

/// For how many seconds the store was away, if it was and the alarm has not yet noted it.
fn absence(database: &Database, awake_at: Timestamp) -> Result<Option<u64>, AdminError> {
    let before = state(database, "awake_at")?;
    let absence = awake_at.seconds().saturating_sub(before);
    Ok(Some(absence).filter(|absence| before > 0 && *absence > MAX_ABSENCE))
}

/// What is known to be missing, and since when the store counts.
pub(super) fn completeness(database: &Database, now: Timestamp) -> Result<Completeness, AdminError> {
    let since = Timestamp::from_seconds(state(database, "since")?);
    let sql = "SELECT from_at, min(to_at, ?) AS to_at, lost FROM gaps ORDER BY from_at";
    let rows: Vec<GapRow> = database.rows(sql, vec![number(now.seconds())])?;
    let moment = |seconds: u64| Moment(Timestamp::from_seconds(seconds));
    let gaps =
        rows.into_iter().map(|GapRow { from_at, to_at, lost }| Gap { from: moment(from_at), to: moment(to_at), lost });
    Ok(Completeness::new(Moment(since), Moment(now), gaps))
}

/// When the last period ended in which the store may have missed requests, or 0 if it missed none. The time before the store existed
/// does not count: the first flush or question about an integration creates its store.
pub(super) fn complete_since(
    database: &Database,
    now: Timestamp,
    awake_at: Timestamp,
) -> Result<Timestamp, AdminError> {
    if absence(database, awake_at)?.is_some() {
        return Ok(now);
    }
    let last_gap = database.number("SELECT max(min(to_at, ?)) AS number FROM gaps", vec![number(now.seconds())])?;
    Ok(Timestamp::from_seconds(last_gap.unwrap_or_default()))
}

/// A flush that was missing has come.
fn fill(database: &Database, flush: &Flush) -> Result<(), AdminError> {
    let of_gap = "WHERE isolate = ? AND first_seq <= ? AND last_seq >= ? AND missing > 0";
    let values = || vec![flush.isolate.as_str().into(), number(flush.seq), number(flush.seq)];
    database.run(&format!("UPDATE gaps SET missing = missing - 1 {of_gap}"), values())?;
    database.run("DELETE FROM gaps WHERE isolate = ? AND missing = 0 AND lost = 0", vec![flush.isolate.as_str().into()])
}

fn add(
    database: &Database,
    flush: &Flush,
    missing: (u64, u64),
    times: (u64, u64),
    lost: u64,
) -> Result<(), AdminError> {
    insert(database, &flush.isolate, missing, times, lost)
}

fn insert(
    database: &Database,
    isolate: &str,
    (first_seq, missing): (u64, u64),
    (from_at, to_at): (u64, u64),
    lost: u64,
) -> Result<(), AdminError> {
    let last_seq = first_seq.saturating_add(missing).saturating_sub(1);
    let sql = "INSERT INTO gaps (isolate, first_seq, last_seq, missing, from_at, to_at, lost)
        VALUES (?, ?, ?, ?, ?, ?, ?)";
    let to_at = to_at.max(from_at.saturating_add(1));
    let numbers = [first_seq, last_seq, missing, from_at, to_at, lost].map(number);
    database.run(sql, [vec![Parameter::from(isolate)], numbers.to_vec()].concat())
}

fn key(flush: &Flush) -> Vec<Parameter> {
    vec![flush.isolate.as_str().into(), number(flush.seq)]
}
