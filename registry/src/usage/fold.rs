//! Limits the rows of a period: the least used operations are counted as `other`.

use super::schema::{MINUTE, list};
use crate::database::{Database, number, row};
use crate::storage::Parameter;
use tidegate::admin::AdminError;
use tidegate::usage::OTHER;

/// The most rows of one integration in one period.
pub(super) const MAX_ROWS: u64 = 2_000;

row! {
    struct Crowded {
        integration: u64,
        start: u64,
    }
}

row! {
    struct Used {
        operation: u64,
        rows: u64,
    }
}

/// Folds the minutes of rows that were added: a JSON list, each with the integration's id and the minute first.
pub(super) fn minutes(database: &Database, rows: &Parameter) -> Result<(), AdminError> {
    let sql = format!(
        "SELECT integration, start FROM counts WHERE period = {MINUTE} AND (integration, start) IN
        (SELECT i.number, CAST(value ->> 1 AS INTEGER) FROM json_each(?) JOIN integrations i ON i.id = value ->> 0)
        GROUP BY integration, start HAVING count(*) > {MAX_ROWS}"
    );
    let crowded: Vec<Crowded> = database.rows(&sql, vec![rows.clone()])?;
    crowded.iter().try_for_each(|Crowded { integration, start }| period(database, MINUTE, *integration, *start))
}

/// Folds all periods of one length that begin at `start`.
pub(super) fn all(database: &Database, length: u64, start: u64) -> Result<(), AdminError> {
    let sql = format!(
        "SELECT integration, start FROM counts WHERE period = ? AND start = ?
        GROUP BY integration HAVING count(*) > {MAX_ROWS}"
    );
    let crowded: Vec<Crowded> = database.rows(&sql, vec![number(length), number(start)])?;
    crowded.iter().try_for_each(|Crowded { integration, start }| period(database, length, *integration, *start))
}

/// Folds the least used operations of an integration in one period.
fn period(database: &Database, length: u64, integration: u64, start: u64) -> Result<(), AdminError> {
    database.run("INSERT OR IGNORE INTO names (name) VALUES (?)", vec![OTHER.into()])?;
    let other = database.number("SELECT number FROM names WHERE name = ?", vec![OTHER.into()])?.unwrap_or_default();
    let of_period = || vec![number(length), number(integration), number(start)];
    let sql = "SELECT operation, count(*) AS rows FROM counts
        WHERE period = ? AND integration = ? AND start = ? GROUP BY operation ORDER BY sum(requests) DESC, operation";
    let used: Vec<Used> = database.rows(sql, of_period())?;
    // `other` needs one row for each token and outcome. These rows stay free.
    let sql = "SELECT count(*) AS number FROM (SELECT DISTINCT token, outcome FROM counts
        WHERE period = ? AND integration = ? AND start = ?)";
    let mut free = MAX_ROWS.saturating_sub(database.number(sql, of_period())?.unwrap_or_default());
    let mut folded = Vec::new();
    for Used { operation, rows } in used.into_iter().filter(|used| used.operation != other) {
        if folded.is_empty() && rows <= free {
            free = free.saturating_sub(rows);
        } else {
            folded.push(operation);
        }
    }
    let values = || -> Result<_, AdminError> { Ok([of_period(), vec![list(&folded)?]].concat()) };
    let folded_rows = "FROM counts WHERE period = ? AND integration = ? AND start = ?
        AND operation IN (SELECT value FROM json_each(?))";
    let sql = format!(
        "INSERT INTO counts (period, integration, start, operation, token, outcome, requests)
        SELECT period, integration, start, {other}, token, outcome, sum(requests) {folded_rows} GROUP BY token, outcome
        ON CONFLICT (period, integration, start, operation, token, outcome)
            DO UPDATE SET requests = requests + excluded.requests"
    );
    database.run(&sql, values()?)?;
    database.run(&format!("DELETE {folded_rows}"), values()?)
}
