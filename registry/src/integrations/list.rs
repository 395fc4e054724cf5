//! A page of the list of integrations. It takes ten statements, however long it is, and one more for each deletion or finished
//! rotation of the last 30 minutes on it.

use serde::Serialize;

use super::makers;
use super::table::{self, COLUMNS, Row};
use super::{tokens, used};
use crate::context::Context;
use crate::database::{Database, bound, number};
use crate::outbox::table as outbox;
use crate::paging::{cut, limit_and_one};
use crate::storage::Parameter;
use crate::token_rules::table as token_rules;
use crate::undo;
use tidegate::access::Reach;
use tidegate::admin::{
    AdminError, Beside, Cursor, Filter, Integration, IntegrationView, ListIntegrations, SortBy, SortKey, State,
    UNDO_SECONDS, UseFacts,
};
use tidegate::text::folded;
use tidegate::time::Timestamp;

/// A page, as the admin API shows it.
#[derive(Serialize)]
pub(crate) struct Page {
    integrations: Vec<IntegrationView>,
    /// Where the next page begins; `None` after the last.
    cursor: Option<String>,
    /// How many integrations there are on all pages.
    total: u64,
}

/// Conditions on `integrations`, and the values of their question marks.
struct Conditions {
    sql: String,
    values: Vec<Parameter>,
}

/// When the current token was made.
const TOKEN_MADE: &str = "(SELECT created_at FROM tokens
    WHERE integration = integrations.id AND ended_at IS NULL AND not_after IS NULL)";

/// Its use is counted from its beginning, and there was none.
pub(super) const NEVER_USED: &str = "used_at IS NULL AND counted_since IS NULL";
/// The rule for idle integrations has announced it.
pub(super) const IDLE: &str = "paused = 0 AND id IN (SELECT integration FROM idle)";
/// When it was last used; 0 where no use is known.
const LAST_USED: &str = "coalesce(used_at, 0)";

/// The integrations within `reach` that `list` asks for, as they are now.
pub(crate) fn page(context: &Context, list: &ListIntegrations, reach: &Reach) -> Result<Page, AdminError> {
    let (database, now) = (context.database, context.now);
    let total = total(database, &list.filter, reach, now)?;
    let mut rows = rows(database, list, reach, now)?;
    let more = cut(&mut rows, list.limit);

    let ids: Vec<_> = rows.iter().map(|row| &row.id).collect();
    let mut makers = makers::of_some(context, &ids)?;
    let ids = serde_json::to_string(&ids).map_err(|error| AdminError::Registry(error.to_string()))?;
    let (mut tokens, unpublished) = (tokens::of_some(database, &ids)?, outbox::unpublished(database, &ids)?);
    let undos = undo::of_some(database, &ids, now.before(UNDO_SECONDS))?;
    let (rules, mut used) = (token_rules::find(database)?.rules, used::of_some(database, &ids, now)?);
    let (mut integrations, mut cursor) = (Vec::with_capacity(rows.len()), None);
    for row in rows {
        let tokens = tokens.remove(&row.id).unwrap_or_default();
        let integration = table::assemble(row, &tokens)?;
        let created = |n| tokens::created_at(&tokens, n);
        let used = used.remove(&integration.id).unwrap_or_default();
        let key = || key(list.sort.by, &integration, created, &used);
        cursor = more.then(|| Cursor { key: key(), id: integration.id.clone() });
        let published = !unpublished.contains(&integration.id);
        let token = |n| tokens::facts(&tokens, n);
        let undo = undos.get(&integration.id);
        let beside = Beside { published, token: &token, rules: &rules, undo, used: &used };
        let makers = makers.remove(&integration.id).unwrap_or_default();
        integrations.push(integration.view(&beside, now).made_by(makers));
    }
    let cursor = cursor.map(|cursor| cursor.to_text(list.sort));
    Ok(Page { integrations, cursor, total })
}

fn total(database: &Database, filter: &Filter, reach: &Reach, now: Timestamp) -> Result<u64, AdminError> {
    let Conditions { sql, values } = Conditions::of(filter, reach, now);
    database.count(&format!("integrations WHERE {sql}"), values)
}

/// The page's rows, and one more if there is one.
fn rows(database: &Database, list: &ListIntegrations, reach: &Reach, now: Timestamp) -> Result<Vec<Row>, AdminError> {
    let mut conditions = Conditions::of(&list.filter, reach, now);
    let (comparison, direction) = if list.sort.descending { ("<", "DESC") } else { (">", "ASC") };
    let key = column(list.sort.by);
    if let Some(Cursor { key: after, id }) = &list.after {
        match after {
            SortKey::Id => conditions.and(&format!("id {comparison} ?"), vec![]),
            SortKey::Time(time) => conditions.and(&format!("({key}, id) {comparison} (?, ?)"), vec![bound(*time)]),
            SortKey::Name(name) => {
                conditions.and(&format!("({key}, id) {comparison} (?, ?)"), vec![name.as_str().into()]);
            }
        }
        conditions.values.push(id.as_str().into());
    }
    let order = if list.sort.by == SortBy::Id { String::new() } else { format!("{key} {direction}, ") };
    let Conditions { sql, mut values } = conditions;
    values.push(limit_and_one(list.limit));
    let sql = format!("SELECT {COLUMNS} FROM integrations WHERE {sql} ORDER BY {order}id {direction} LIMIT ?");
    database.rows(&sql, values)
}

fn column(by: SortBy) -> &'static str {
    match by {
        SortBy::Id => "id",
        SortBy::Name => "folded_name",
        SortBy::Created => "created_at",
        SortBy::Updated => "updated_at",
        SortBy::Token => TOKEN_MADE,
        SortBy::Used => LAST_USED,
    }
}

/// The value that SQLite compared.
fn key(by: SortBy, integration: &Integration, created: impl Fn(u32) -> Timestamp, used: &UseFacts) -> SortKey {
    match by {
        SortBy::Id => SortKey::Id,
        SortBy::Name => SortKey::Name(folded(integration.name.as_str())),
        SortBy::Created => SortKey::Time(integration.created_at.seconds()),
        SortBy::Updated => SortKey::Time(integration.updated_at.seconds()),
        SortBy::Token => SortKey::Time(created(integration.tokens.current().n).seconds()),
        SortBy::Used => SortKey::Time(used.used_at.map_or(0, Timestamp::seconds)),
    }
}

/// The condition on `integrations` that their owner is within `reach`; none where that is everywhere.
pub(crate) fn within(reach: &Reach) -> Option<(String, Vec<Parameter>)> {
    if reach.is_everywhere() {
        return None;
    }
    let agency = if reach.agency { "level = 'agency'" } else { "0" };
    if reach.every_sub_account {
        return Some((format!("({agency} OR level = 'sub_account')"), vec![]));
    }
    let ids = serde_json::to_string(&reach.sub_accounts).unwrap_or_default();
    let own = "level = 'sub_account' AND owner_id IN (SELECT value FROM json_each(?))";
    Some((format!("({agency} OR ({own}))"), vec![ids.into()]))
}

impl Conditions {
    fn of(filter: &Filter, reach: &Reach, now: Timestamp) -> Self {
        let Filter { owner, words, scope, state, .. } = filter;
        let Filter { token_created_before, rotation_ends_before, ends_before, unused_since, .. } = filter;
        let mut conditions = Self { sql: "gone_at IS NULL".to_owned(), values: Vec::new() };
        if let Some((sql, values)) = within(reach) {
            conditions.and(&sql, values);
        }
        if let Some(owner) = owner {
            conditions.and("level = ? AND owner_id = ?", vec![owner.level.as_str().into(), owner.id.as_str().into()]);
        }
        for word in words {
            let sql = "(instr(folded_text, ?) > 0 OR (level = 'sub_account' AND owner_id IN
                (SELECT id FROM sub_accounts WHERE instr(folded_text, ?) > 0)))";
            conditions.and(sql, vec![word.as_str().into(), word.as_str().into()]);
        }
        if let Some(scope) = scope {
            // The column is a JSON list, and no scope has a quotation mark or a backslash.
            conditions.and("instr(scopes, ?) > 0", vec![format!("\"{}\"", scope.as_str()).into()]);
        }
        if let Some(state) = state {
            conditions.and_state(*state, now);
        }
        if let Some(before) = token_created_before {
            conditions.and(&format!("{TOKEN_MADE} < ?"), vec![bound(before.seconds())]);
        }
        if let Some(before) = rotation_ends_before {
            let sql =
                "id IN (SELECT integration FROM tokens WHERE ended_at IS NULL AND not_after > ? AND not_after < ?)";
            conditions.and(sql, vec![number(now.seconds()), bound(before.seconds())]);
        }
        if let Some(before) = ends_before {
            conditions.and("expires_at > ? AND expires_at < ?", vec![number(now.seconds()), bound(before.seconds())]);
        }
        if let Some(since) = unused_since {
            conditions.and("coalesce(used_at, counted_since, created_at) < ?", vec![bound(since.seconds())]);
        }
        conditions
    }

    fn and_state(&mut self, state: State, now: Timestamp) {
        let open = "EXISTS (SELECT 1 FROM tokens
            WHERE integration = integrations.id AND ended_at IS NULL AND not_after > ?)";
        match state {
            State::Steady => self.and(&format!("NOT {open}"), vec![number(now.seconds())]),
            State::Rotating => self.and(open, vec![number(now.seconds())]),
            State::Paused => self.and("paused <> 0", vec![]),
            State::Ended => self.and("expires_at <= ?", vec![number(now.seconds())]),
            State::NeverUsed => self.and(NEVER_USED, vec![]),
            State::Idle => self.and(IDLE, vec![]),
            State::Unpublished => self.and(&format!("id IN ({})", outbox::UNPUBLISHED), vec![]),
        }
    }

    fn and(&mut self, sql: &str, values: Vec<Parameter>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(sql);
        self.values.extend(values);
    }
}
