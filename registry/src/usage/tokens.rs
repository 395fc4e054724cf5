//! The recorded use of an integration's tokens: for people, and for rules.

use super::schema::{DAY, HOUR, MINUTE, number_of, state};
use crate::database::{Database, number, parsed, row};
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::usage::{
    AnswerClass, Moment, OperationUse, Seen, Source, TokenFacts, TokenUsed, UsageFacts, UsageQuestion, UseOrigin, floor,
};

/// The most operations that are reported of a token.
const MAX_OPERATIONS: u64 = 20;

row! {
    struct Token {
        n: u32,
        first_at: u64,
        first_from: String,
        last_at: u64,
        last_from: String,
    }
}

row! {
    struct SourceRow {
        country: String,
        asn: u32,
        last_at: u64,
    }
}

row! {
    struct Operation {
        name: String,
        requests: u64,
    }
}

row! {
    struct Hour {
        first_at: u64,
        last_at: u64,
        requests: u64,
    }
}

/// The recorded use of tokens, for people.
pub(super) fn of_integration(
    database: &Database,
    integration: u64,
    now: Timestamp,
) -> Result<Vec<TokenFacts>, AdminError> {
    let sql = "SELECT n, first_at, first_from, last_at, last_from FROM tokens WHERE integration = ? ORDER BY n";
    let tokens: Vec<Token> = database.rows(sql, vec![number(integration)])?;
    tokens.into_iter().map(|token| facts_of(database, integration, token, now)).collect()
}

fn facts_of(database: &Database, integration: u64, token: Token, now: Timestamp) -> Result<TokenFacts, AdminError> {
    let Token { n, first_at, first_from, last_at, last_from } = token;
    let operations = operations(database, integration, n, now)?;
    Ok(TokenFacts {
        n,
        first_use: seen(first_at, &first_from)?,
        last_use: seen(last_at, &last_from)?,
        last_hour: requests(database, integration, n, now, HOUR)?,
        last_day: requests(database, integration, n, now, DAY)?,
        operations,
        sources: sources(database, integration, n)?,
    })
}

/// The recorded use for rules: how many requests since a moment, and how far apart.
pub(super) fn facts(
    database: &Database,
    question: &UsageQuestion,
    complete_since: Timestamp,
) -> Result<UsageFacts, AdminError> {
    let from = question.from;
    let store_since = Timestamp::from_seconds(state(database, "since")?);
    let complete_since = Some(complete_since);
    let mut facts = UsageFacts { from, requests: 0, largest_gap: 0, store_since, complete_since, tokens: Vec::new() };
    let Some(integration) = number_of(database, &question.integration)? else { return Ok(facts) };
    // Requests with tokens that are not live do not count as use of the integration.
    let sql = "SELECT min(first_at) AS first_at, max(last_at) AS last_at, sum(requests) AS requests FROM used_hours
        WHERE integration = ? AND n > 0 AND last_at >= ? GROUP BY hour ORDER BY hour";
    // Uses are known by the beginning of their minute.
    let first_minute = number(floor(from, MINUTE).seconds());
    let hours: Vec<Hour> = database.rows(sql, vec![number(integration), first_minute])?;
    let mut before: Option<u64> = None;
    for Hour { first_at, last_at, requests } in hours {
        facts.requests = facts.requests.saturating_add(requests);
        // Uses are known by their minutes: the gap was at most one longer, and within an hour at most an hour.
        let gap = before.map_or(0, |before| first_at.saturating_sub(before).saturating_add(MINUTE));
        let within = last_at.saturating_sub(first_at).saturating_add(if requests > 1 { MINUTE } else { 0 });
        facts.largest_gap = facts.largest_gap.max(gap).max(within);
        before = Some(last_at);
    }
    let sql =
        "SELECT n, first_at, first_from, last_at, last_from FROM tokens WHERE integration = ? AND n > 0 ORDER BY n";
    let tokens: Vec<Token> = database.rows(sql, vec![number(integration)])?;
    let at = Timestamp::from_seconds;
    let used =
        tokens.into_iter().map(|token| TokenUsed { n: token.n, first: at(token.first_at), last: at(token.last_at) });
    facts.tokens = used.collect();
    Ok(facts)
}

fn seen(at: u64, from: &str) -> Result<Seen, AdminError> {
    let UseOrigin { country, asn, user_agent, address } = parsed("where a token was used from", from)?;
    Ok(Seen { at: Moment(Timestamp::from_seconds(at)), country, asn, user_agent, address })
}

/// Rows of one token since a moment, and the values of their question marks; without the origin's answers.
fn recent(database: &Database, length: u64) -> Result<String, AdminError> {
    let hours_until = state(database, "hours_until")?;
    let classes = AnswerClass::ALL.map(|class| format!("'{}'", class.as_str())).join(", ");
    let is_request = format!("outcome NOT IN (SELECT number FROM names WHERE name IN ({classes}))");
    let of = |period, since: u64| {
        format!(
            "SELECT operation, requests FROM counts WHERE period = {period} AND integration = ?1 AND token = ?2
            AND start >= ?3 AND start >= {since} AND {is_request}"
        )
    };
    Ok(if length <= HOUR { of(MINUTE, 0) } else { [of(HOUR, 0), of(MINUTE, hours_until)].join(" UNION ALL ") })
}

/// How many requests a token had in the last hour or day; of the day, by whole hours.
fn requests(database: &Database, integration: u64, n: u32, now: Timestamp, length: u64) -> Result<u64, AdminError> {
    let sql = format!("SELECT sum(requests) AS number FROM ({})", recent(database, length)?);
    let values = [integration, n.into(), now.before(length).seconds()].map(number);
    Ok(database.number(&sql, values.to_vec())?.unwrap_or_default())
}

fn operations(database: &Database, integration: u64, n: u32, now: Timestamp) -> Result<Vec<OperationUse>, AdminError> {
    let sql = format!(
        "SELECT name, requests FROM (SELECT operation, sum(requests) AS requests FROM ({}) GROUP BY operation)
        JOIN names ON number = operation ORDER BY requests DESC, name LIMIT {MAX_OPERATIONS}",
        recent(database, DAY)?
    );
    let values = [integration, n.into(), now.before(DAY).seconds()].map(number);
    let rows: Vec<Operation> = database.rows(&sql, values.to_vec())?;
    Ok(rows.into_iter().map(|row| OperationUse { operation: row.name, requests: row.requests }).collect())
}

fn sources(database: &Database, integration: u64, n: u32) -> Result<Vec<Source>, AdminError> {
    let sql = "SELECT country, asn, last_at FROM sources WHERE integration = ? AND n = ? ORDER BY last_at DESC LIMIT 8";
    let rows: Vec<SourceRow> = database.rows(sql, vec![number(integration), number(n.into())])?;
    let source = |row: SourceRow| Source {
        country: Some(row.country).filter(|country| !country.is_empty()),
        asn: Some(row.asn).filter(|asn| *asn > 0),
        last_at: Moment(Timestamp::from_seconds(row.last_at)),
    };
    Ok(rows.into_iter().map(source).collect())
}
