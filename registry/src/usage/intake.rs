//! Takes a flush in few statements, however many counts it has.

use super::fold;
use super::gaps;
use super::schema::{DAY, HOUR, MINUTE, list, state};
use crate::database::{Database, number, parsed};
use crate::storage::Parameter;
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::usage::{FLUSH_VERSION, Flush, FlushedCell, FlushedToken, floor};

/// The oldest flush that is taken, in seconds: what was taken is known for longer than this.
const MAX_AGE: u64 = HOUR;
/// The most networks that are kept of a token.
const MAX_SOURCES: u64 = 8;

/// What became of a flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is counted.
    Counted,
    /// It had been counted before.
    Repeated,
    /// It is older than the record of flushes, so it may have been counted before. Its requests are lost.
    TooLate,
    /// It is not a flush that this release can read.
    Malformed,
}

/// Takes a flush.
pub(super) fn take(database: &Database, text: &str, now: Timestamp) -> Result<Taken, AdminError> {
    let Ok(flush) = parsed::<Flush>("a flush", text) else { return Ok(Taken::Malformed) };
    if flush.v != FLUSH_VERSION || flush.isolate.is_empty() || flush.seq == 0 {
        return Ok(Taken::Malformed);
    }
    if gaps::is_known(database, &flush)? {
        return Ok(Taken::Repeated);
    }
    if flush.made_at_ms / 1000 < now.before(MAX_AGE).seconds() {
        gaps::note_late(database, &flush)?;
        return Ok(Taken::TooLate);
    }
    gaps::note(database, &flush, now)?;
    let ids: Vec<_> = flush.tokens.iter().map(|token| &token.integration).collect();
    database.run("INSERT OR IGNORE INTO integrations (id) SELECT value FROM json_each(?)", vec![list(&ids)?])?;
    add_counts(database, &flush, now)?;
    add_tokens(database, &flush, now)?;
    Ok(Taken::Counted)
}

/// The id of an integration, the beginning of a minute, an operation, a token, an outcome, and how many requests.
type Row<'a> = (&'a str, u64, &'a str, u32, &'static str, u64);

fn add_counts(database: &Database, flush: &Flush, now: Timestamp) -> Result<(), AdminError> {
    let rows: Vec<Row> = flush.tokens.iter().flat_map(|token| rows(token, now)).collect();
    let names: Vec<_> = rows.iter().flat_map(|(_, _, operation, _, outcome, _)| [operation, *outcome]).collect();
    database.run("INSERT OR IGNORE INTO names (name) SELECT value FROM json_each(?)", vec![list(&names)?])?;
    let rows = list(&rows)?;
    let (hours_until, days_until) = (state(database, "hours_until")?, state(database, "days_until")?);
    // What comes late is added to the hour and the day as well that were made of their parts already.
    for (period, before) in [(MINUTE, None), (HOUR, Some(hours_until)), (DAY, Some(days_until))] {
        let before = Parameter::from(before.map(number));
        let sql = format!(
            "INSERT INTO counts (period, integration, start, operation, token, outcome, requests)
            SELECT {period}, i.number, CAST(value ->> 1 AS INTEGER) - CAST(value ->> 1 AS INTEGER) % {period},
                o.number, value ->> 3, c.number, value ->> 5
            FROM json_each(?) JOIN integrations i ON i.id = value ->> 0 JOIN names o ON o.name = value ->> 2
                JOIN names c ON c.name = value ->> 4
            WHERE coalesce(value ->> 1 < ?, TRUE)
            ON CONFLICT (period, integration, start, operation, token, outcome)
                DO UPDATE SET requests = requests + excluded.requests"
        );
        database.run(&sql, vec![rows.clone(), before])?;
    }
    fold::minutes(database, &rows)
}

fn rows(token: &FlushedToken, now: Timestamp) -> Vec<Row<'_>> {
    let (id, n) = (token.integration.as_str(), token.n);
    let cells = token.cells.iter().flat_map(|cell| {
        let outcomes = cell.outcomes.iter().map(|count| (count.outcome.as_str(), count.requests));
        let answers = cell.answers.iter().map(|count| (count.class.as_str(), count.requests));
        let row = move |(name, requests)| (id, begin_of(cell, now), cell.operation.as_str(), n, name, requests);
        outcomes.chain(answers).map(row)
    });
    cells.collect()
}

/// When the minute begins that a cell is of, in seconds; no later than the present one.
fn begin_of(cell: &FlushedCell, now: Timestamp) -> u64 {
    cell.minute.saturating_mul(MINUTE).min(floor(now, MINUTE).seconds())
}

fn add_tokens(database: &Database, flush: &Flush, now: Timestamp) -> Result<(), AdminError> {
    let second = |at_ms: u64| (at_ms / 1000).min(now.seconds());
    for token in flush.tokens.iter().filter(|token| token.last_ms > 0) {
        let (first, last) = (second(token.first_ms), second(token.last_ms));
        let origin = token.origin.clone().unwrap_or_default();
        let from = list(&origin)?;
        let id = || Parameter::from(token.integration.as_str());
        let n = || number(token.n.into());
        let sql = "INSERT INTO tokens (integration, n, first_at, first_from, last_at, last_from)
            SELECT number, ?, ?, ?, ?, ? FROM integrations WHERE id = ?
            ON CONFLICT (integration, n) DO UPDATE SET
                first_from = iif(excluded.first_at < first_at, excluded.first_from, first_from),
                first_at = min(first_at, excluded.first_at),
                last_from = iif(excluded.last_at >= last_at AND excluded.last_from <> '{}', excluded.last_from, last_from),
                last_at = max(last_at, excluded.last_at)";
        database.run(sql, vec![n(), number(first), from.clone(), number(last), from, id()])?;
        add_hours(database, token, now)?;
        if origin.country.is_some() || origin.asn.is_some() {
            let (country, asn) = (origin.country.unwrap_or_default(), origin.asn.unwrap_or_default());
            let sql = "INSERT INTO sources (integration, n, country, asn, last_at)
                SELECT number, ?, ?, ?, ? FROM integrations WHERE id = ?
                ON CONFLICT (integration, n, country, asn) DO UPDATE SET last_at = max(last_at, excluded.last_at)";
            database.run(sql, vec![n(), country.into(), number(asn.into()), number(last), id()])?;
            let sql =
                "DELETE FROM sources WHERE integration = (SELECT number FROM integrations WHERE id = ?1) AND n = ?2
                AND last_at < (SELECT min(last_at) FROM (SELECT last_at FROM sources
                    WHERE integration = (SELECT number FROM integrations WHERE id = ?1) AND n = ?2
                    ORDER BY last_at DESC LIMIT ?3))";
            database.run(sql, vec![id(), n(), number(MAX_SOURCES)])?;
        }
    }
    Ok(())
}

/// The first and the last minute of use in each hour, from which the longest time between uses is computed.
fn add_hours(database: &Database, token: &FlushedToken, now: Timestamp) -> Result<(), AdminError> {
    for cell in token.cells.iter().filter(|cell| !cell.outcomes.is_empty()) {
        let minute = begin_of(cell, now);
        let requests = cell.outcomes.iter().map(|count| count.requests).fold(0, u64::saturating_add);
        let sql = "INSERT INTO used_hours (integration, hour, n, first_at, last_at, requests)
            SELECT number, ?, ?, ?, ?, ? FROM integrations WHERE id = ?
            ON CONFLICT (integration, hour, n) DO UPDATE SET first_at = min(first_at, excluded.first_at),
                last_at = max(last_at, excluded.last_at), requests = requests + excluded.requests";
        let values = vec![
            number(floor(Timestamp::from_seconds(minute), HOUR).seconds()),
            number(token.n.into()),
            number(minute),
            number(minute),
            number(requests),
            token.integration.as_str().into(),
        ];
        database.run(sql, values)?;
    }
    Ok(())
}
