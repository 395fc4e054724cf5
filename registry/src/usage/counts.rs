//! Counts in a range, in groups.

use super::schema::{DAY, HOUR, MINUTE, list, state};
use crate::database::{Database, number, row};
use crate::storage::Parameter;
use std::collections::BTreeMap;
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::usage::{
    AnswerClass, AnswerCount, Completeness, Grouping, Moment, Outcome, OutcomeCount, OverallUsage, UsageGroup,
    UsageQuery, UsageRange, largest,
};

row! {
    /// How many requests of a group had an outcome. What the group is stands in one of the first three.
    struct Counted {
        name: Option<String>,
        number: u64,
        outcome: String,
        requests: u64,
    }
}

row! {
    struct DayRow {
        id: IntegrationId,
        day: u64,
        requests: u64,
    }
}

/// Rows of `counts`, and the values of their question marks.
struct Rows {
    sql: String,
    values: Vec<Parameter>,
}

impl Rows {
    /// The rows of a range: the longest periods that are made, and their parts where they are not. `of` is a condition on the
    /// integration.
    fn of(database: &Database, range: &UsageRange, of: &str, value: &[Parameter]) -> Result<Self, AdminError> {
        let (from, to) = (range.from.0.seconds(), range.to.0.seconds());
        let (hours_until, days_until) = (state(database, "hours_until")?, state(database, "days_until")?);
        let parts: &[_] = match range.period_seconds {
            MINUTE => &[(MINUTE, 0)],
            HOUR => &[(HOUR, 0), (MINUTE, hours_until)],
            _ => &[(DAY, 0), (HOUR, days_until), (MINUTE, hours_until)],
        };
        let mut selects = Vec::new();
        let mut values = Vec::new();
        for (period, since) in parts {
            selects.push(format!("SELECT * FROM counts WHERE period = {period} AND {of} AND start >= ? AND start < ?"));
            values.extend_from_slice(value);
            values.extend([number(from.max(*since)), number(to)]);
        }
        Ok(Self { sql: selects.join(" UNION ALL "), values })
    }
}

/// The groups of one integration.
pub(super) fn of_integration(
    database: &Database,
    integration: u64,
    range: &UsageRange,
) -> Result<Vec<UsageGroup>, AdminError> {
    let rows = Rows::of(database, range, "integration = ?", &[number(integration)])?;
    let groups = grouped(database, range, rows)?;
    Ok(if range.by == Grouping::Operation || range.by == Grouping::Outcome { largest(groups) } else { groups })
}

/// The groups of several integrations, or of all.
pub(super) fn overall(
    database: &Database,
    query: &UsageQuery,
    completeness: Completeness,
) -> Result<OverallUsage, AdminError> {
    let range = query.range;
    let (of, value) = match &query.integrations {
        None => ("integration IN (SELECT number FROM integrations)", vec![]),
        Some(ids) => (
            "integration IN (SELECT number FROM integrations WHERE id IN (SELECT value FROM json_each(?)))",
            vec![list(ids)?],
        ),
    };
    let mut groups = grouped(database, &range, Rows::of(database, &range, of, &value)?)?;
    if range.by == Grouping::Integration && range.period_seconds == DAY {
        add_days(database, &range, Rows::of(database, &range, of, &value)?, &mut groups)?;
    }
    Ok(OverallUsage::of(
        range,
        vec![OverallUsage { range, groups, total: 0, silent: 0, completeness: Some(completeness) }],
        0,
    ))
}

fn grouped(database: &Database, range: &UsageRange, Rows { sql, values }: Rows) -> Result<Vec<UsageGroup>, AdminError> {
    let (name, key) = match range.by {
        Grouping::Operation => ("(SELECT name FROM names WHERE number = grouped)", "operation".to_owned()),
        Grouping::Integration => ("(SELECT id FROM integrations WHERE number = grouped)", "integration".to_owned()),
        Grouping::Token => ("NULL", "token".to_owned()),
        Grouping::Outcome => ("NULL", "0".to_owned()),
        Grouping::Hour => {
            let period = range.period_seconds;
            ("NULL", format!("start - start % {period}"))
        }
    };
    let sql = format!(
        "SELECT {name} AS name, grouped AS number, names.name AS outcome, requests FROM
        (SELECT {key} AS grouped, outcome, sum(requests) AS requests FROM ({sql}) GROUP BY grouped, outcome)
        JOIN names ON names.number = outcome ORDER BY grouped, outcome"
    );
    let rows: Vec<Counted> = database.rows(&sql, values)?;
    if range.by == Grouping::Outcome {
        return Ok(rows.into_iter().filter_map(of_outcome).collect());
    }
    let mut groups: BTreeMap<u64, UsageGroup> = BTreeMap::new();
    for Counted { name, number, outcome, requests } in rows {
        let group = groups.entry(number).or_insert_with(|| of(range.by, name, number));
        add(group, &outcome, requests);
    }
    Ok(groups.into_values().filter(|group| group.requests > 0 || !group.answers.is_empty()).collect())
}

/// A group without counts.
fn of(by: Grouping, name: Option<String>, number: u64) -> UsageGroup {
    let mut group = UsageGroup::default();
    match by {
        Grouping::Operation => group.operation = name,
        Grouping::Integration => group.integration = name.and_then(|id| IntegrationId::parse(&id).ok()),
        Grouping::Token => group.token = u32::try_from(number).ok(),
        Grouping::Hour => group.at = Some(Moment(Timestamp::from_seconds(number))),
        Grouping::Outcome => {}
    }
    group
}

/// The group of one outcome; answers are of the granted ones.
fn of_outcome(Counted { outcome, requests, .. }: Counted) -> Option<UsageGroup> {
    let outcome = Outcome::parse(&outcome).ok()?;
    let outcomes = vec![OutcomeCount { outcome, requests }];
    Some(UsageGroup { outcome: Some(outcome), requests, outcomes, ..UsageGroup::default() })
}

/// Adds a count to a group: of requests, or of how the origin answered.
fn add(group: &mut UsageGroup, name: &str, requests: u64) {
    if let Ok(outcome) = Outcome::parse(name) {
        group.requests = group.requests.saturating_add(requests);
        group.outcomes.push(OutcomeCount { outcome, requests });
    } else if let Some(class) = AnswerClass::ALL.into_iter().find(|class| class.as_str() == name) {
        group.answers.push(AnswerCount { class, requests });
    }
}

/// Adds to each integration its requests of every day.
fn add_days(
    database: &Database,
    range: &UsageRange,
    Rows { sql, values }: Rows,
    groups: &mut [UsageGroup],
) -> Result<(), AdminError> {
    let classes = AnswerClass::ALL.map(|class| format!("'{}'", class.as_str())).join(", ");
    let from = range.from.0.seconds();
    let sql = format!(
        "SELECT id, (start - {from}) / {DAY} AS day, sum(requests) AS requests FROM ({sql})
        JOIN integrations ON integrations.number = integration
        WHERE outcome NOT IN (SELECT number FROM names WHERE name IN ({classes})) GROUP BY id, day"
    );
    let mut days: BTreeMap<String, Vec<(u64, u64)>> = BTreeMap::new();
    for DayRow { id, day, requests } in database.rows(&sql, values)? {
        days.entry(id.as_str().to_owned()).or_default().push((day, requests));
    }
    let length = range.to.0.seconds().saturating_sub(from) / DAY;
    for group in groups {
        let known = group.integration.as_ref().and_then(|id| days.get(id.as_str()));
        let of =
            |day| known.and_then(|known| known.iter().find(|(known, _)| *known == day)).map_or(0, |(_, count)| *count);
        group.days = (0..length).map(of).collect();
    }
    Ok(())
}
