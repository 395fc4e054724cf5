//! Finds the events of a page: their numbers, by indexes, and without looking at more than [`MAX_SCANNED`] of them.
//!
//! The first condition of a filter has an index of its own. The other conditions, and what the caller may see, are judged event by
//! event. So a page can end before it is full; its cursor continues where it ended.

use std::collections::BTreeMap;

use serde_json::json;

use crate::database::{Database, bound, number, row};
use crate::storage::Parameter;
use tidegate::access::Reach;
use tidegate::admin::{AdminError, EventFilter};
use tidegate::time::Timestamp;

/// How many events of an index a page examines if a condition is judged event by event.
const MAX_SCANNED: u64 = 10_000;
/// How many kinds are each looked up by itself. More of them are judged event by event.
const MAX_KINDS_APART: usize = 10;

/// How many bytes of details a page has, beside those of its last event.
const MAX_PAGE_BYTES: u64 = 4 * 1024 * 1024;

row! {
    struct Seq {
        seq: u64,
    }
}

row! {
    struct Size {
        seq: u64,
        bytes: u64,
    }
}

/// In which order events come, and from where on.
#[derive(Clone, Copy)]
pub(super) enum Direction {
    /// The newest first: those before this one.
    Newest { before: Option<u64> },
    /// The oldest first: those after this one, up to another.
    Oldest { after: u64, until: u64 },
}

/// Numbers of events, the first included.
#[derive(Clone, Copy)]
struct Range {
    low: u64,
    high: u64,
}

/// A condition, and the values of its question marks.
#[derive(Clone, Default)]
pub(super) struct Condition {
    sql: String,
    values: Vec<Parameter>,
}

/// The numbers of a page's events.
pub(super) struct Found {
    pub seqs: Vec<u64>,
    /// The last number that was examined, if there may be more.
    pub next: Option<u64>,
}

/// Finds a page. `seen` is what the caller may see; `None` for everything.
pub(super) fn find(
    database: &Database,
    filter: &EventFilter,
    seen: Option<Condition>,
    from: Direction,
    limit: u32,
) -> Result<Found, AdminError> {
    let Some(range) = from.range(database, filter)? else { return Ok(Found { seqs: Vec::new(), next: None }) };
    let (indexes, others) = plan(filter, seen);
    let mut seqs = Vec::new();
    let mut edge = None;
    for index in indexes {
        let mut scanned = range;
        if !others.is_empty()
            && let Some(end) = end_of_scan(database, &range.condition().and(index.clone()), from)?
        {
            scanned = from.up_to(range, end);
            edge = Some(edge.map_or(end, |edge| from.nearer(edge, end)));
        }
        let condition = others.iter().cloned().fold(scanned.condition().and(index), Condition::and);
        let sql = format!("SELECT seq FROM events WHERE {} ORDER BY seq {} LIMIT ?", condition.sql, from.order());
        let most = number(u64::from(limit).saturating_add(1));
        let rows: Vec<Seq> = database.rows(&sql, [condition.values, vec![most]].concat())?;
        seqs.extend(rows.into_iter().map(|row| row.seq));
    }
    shortened(database, from.cut(seqs, edge, limit))
}

/// A page that ends before its details are too long.
fn shortened(database: &Database, found: Found) -> Result<Found, AdminError> {
    let sql = "SELECT seq, length(CAST(detail AS BLOB)) AS bytes FROM events
        WHERE seq IN (SELECT value FROM json_each(?))";
    let sizes: Vec<Size> = database.rows(sql, vec![json!(found.seqs).to_string().into()])?;
    let sizes: BTreeMap<_, _> = sizes.into_iter().map(|Size { seq, bytes }| (seq, bytes)).collect();
    let mut total = 0_u64;
    let fits = |seq: &&u64| {
        let is_within = total < MAX_PAGE_BYTES;
        total = total.saturating_add(sizes.get(*seq).copied().unwrap_or(0));
        is_within
    };
    let fitting: Vec<_> = found.seqs.iter().take_while(fits).copied().collect();
    let next = if fitting.len() < found.seqs.len() { fitting.last().copied() } else { found.next };
    Ok(Found { seqs: fitting, next })
}

/// The condition for what the caller may see: events at places where they may view events, and events of integrations that they may
/// view. `None` for everything.
pub(super) fn seen(audit: &Reach, view: &Reach) -> Option<Condition> {
    if audit.is_everywhere() {
        return None;
    }
    let (audit, view) = (at_places(audit), at_places(view));
    let sql = format!("({} OR (integration IS NOT NULL AND {}))", audit.sql, view.sql);
    Some(Condition { sql, values: [audit.values, view.values].concat() })
}

fn at_places(reach: &Reach) -> Condition {
    let ids: Vec<_> = reach.sub_accounts.iter().map(|id| format!("sub_account:{}", id.as_str())).collect();
    let (agency, every) = (u64::from(reach.agency), u64::from(reach.every_sub_account));
    let sql = "((place = 'agency' AND ?) OR (place <> 'agency' AND ?) OR place IN (SELECT value FROM json_each(?)))";
    Condition { sql: sql.to_owned(), values: vec![number(agency), number(every), json!(ids).to_string().into()] }
}

/// The indexes that lead to the events, and what else is true of these.
fn plan(filter: &EventFilter, seen: Option<Condition>) -> (Vec<Condition>, Vec<Condition>) {
    let EventFilter { kinds, actor, place, integration, from: _, to: _ } = filter;
    let is = |column: &str, value: String| Condition { sql: format!("{column} = ?"), values: vec![value.into()] };
    let mut conditions: Vec<Vec<Condition>> = Vec::new();
    conditions.extend(integration.as_ref().map(|id| vec![is("integration", id.to_string())]));
    conditions.extend(actor.as_ref().map(|actor| vec![is("actor", actor.clone())]));
    let apart = kinds.iter().map(|kind| is("kind", kind.to_string())).collect::<Vec<_>>();
    if (1..=MAX_KINDS_APART).contains(&apart.len()) {
        conditions.push(apart);
    }
    conditions.extend(place.as_ref().map(|place| vec![is("place", place.to_string())]));
    let mut conditions = conditions.into_iter();
    let indexes = conditions.next().unwrap_or_else(|| vec![Condition { sql: "1".to_owned(), values: vec![] }]);
    let either = |conditions: Vec<Condition>| {
        let sql: Vec<_> = conditions.iter().map(|condition| condition.sql.as_str()).collect();
        // The plus keeps SQLite from another index than the one that is meant.
        let sql = format!("(+{})", sql.join(" OR +"));
        Condition { sql, values: conditions.into_iter().flat_map(|condition| condition.values).collect() }
    };
    let mut others: Vec<_> = conditions.map(either).collect();
    if kinds.len() > MAX_KINDS_APART {
        let kinds = json!(kinds).to_string();
        others.push(Condition {
            sql: "+kind IN (SELECT value FROM json_each(?))".to_owned(),
            values: vec![kinds.into()],
        });
    }
    others.extend(seen);
    (indexes, others)
}

/// The number at which a page has examined as many events as it may; `None` if there are fewer.
fn end_of_scan(database: &Database, condition: &Condition, from: Direction) -> Result<Option<u64>, AdminError> {
    let sql = format!(
        "SELECT seq AS number FROM events WHERE {} ORDER BY seq {} LIMIT 1 OFFSET {MAX_SCANNED}",
        condition.sql,
        from.order()
    );
    database.number(&sql, condition.values.clone())
}

/// The first event that happened then or later.
fn first_at(database: &Database, at: Timestamp) -> Result<Option<u64>, AdminError> {
    let sql = "SELECT seq AS number FROM events WHERE at >= ? ORDER BY at, seq LIMIT 1";
    database.number(sql, vec![bound(at.seconds())])
}

impl Direction {
    /// The numbers that are possible; `None` if there are none.
    fn range(self, database: &Database, filter: &EventFilter) -> Result<Option<Range>, AdminError> {
        let (mut low, mut high) = match self {
            Self::Newest { before } => (0, before.unwrap_or(u64::MAX)),
            Self::Oldest { after, until } => (after.saturating_add(1), until.saturating_add(1)),
        };
        if let Some(from) = filter.from {
            let Some(first) = first_at(database, from)? else { return Ok(None) };
            low = low.max(first);
        }
        if let Some(to) = filter.to
            && let Some(first) = first_at(database, to)?
        {
            high = high.min(first);
        }
        Ok((low < high).then_some(Range { low, high }))
    }

    fn order(self) -> &'static str {
        if matches!(self, Self::Newest { .. }) { "DESC" } else { "ASC" }
    }

    /// What of a range comes in this order until `end`, and `end` itself.
    fn up_to(self, range: Range, end: u64) -> Range {
        if matches!(self, Self::Newest { .. }) {
            Range { low: end, ..range }
        } else {
            Range { high: end.saturating_add(1), ..range }
        }
    }

    /// Which of two numbers comes first in this order.
    fn nearer(self, one: u64, other: u64) -> u64 {
        if matches!(self, Self::Newest { .. }) { one.max(other) } else { one.min(other) }
    }

    /// The first `limit` of these in this order, none of them behind `edge`.
    fn cut(self, mut seqs: Vec<u64>, edge: Option<u64>, limit: u32) -> Found {
        seqs.sort_unstable();
        if matches!(self, Self::Newest { .. }) {
            seqs.reverse();
        }
        seqs.retain(|seq| edge.is_none_or(|edge| self.nearer(*seq, edge) == *seq));
        let more = crate::paging::cut(&mut seqs, limit);
        let next = if more { seqs.last().copied() } else { edge };
        Found { seqs, next }
    }
}

impl Range {
    /// One bound at each end: of two, SQLite would seek by either, and look at everything up to that one.
    fn condition(self) -> Condition {
        let values = vec![bound(self.low), bound(self.high)];
        Condition { sql: "seq >= ? AND seq < ?".to_owned(), values }
    }
}

impl Condition {
    fn and(self, other: Self) -> Self {
        let sql = format!("{} AND {}", self.sql, other.sql);
        Self { sql, values: [self.values, other.values].concat() }
    }
}
