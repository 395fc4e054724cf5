//! What can be undone, in SQLite: the last change of an integration, if it can be undone.

use std::collections::BTreeMap;

use super::database::{Database, number, row};
use super::integrations::tokens;
use super::storage::Parameter;
use tidegate::admin::{AdminError, Taken, Undo};
use tidegate::json::{self, FromJson};
use tidegate::rotation::{LiveToken, Rotation};
use tidegate::scope::ScopeSet;
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;

row! {
    struct Row {
        integration: IntegrationId,
        rev: u64,
        at: u64,
        what: String,
        current: Option<u32>,
        outgoing: Option<u32>,
        until: Option<u64>,
        scopes: Option<String>,
        leaked: u64,
        over: u64,
    }
}

const COLUMNS: &str = "integration, rev, at, what, current, outgoing, until, scopes, leaked, over";

/// What can be undone of some integrations.
pub(crate) type Undos = BTreeMap<IntegrationId, Undo>;

/// What can be undone of an integration.
pub(crate) fn find(database: &Database, id: &IntegrationId) -> Result<Option<Undo>, AdminError> {
    let sql = format!("SELECT {COLUMNS} FROM undo WHERE integration = ?");
    let row: Option<Row> = database.row(&sql, vec![id.as_str().into()])?;
    row.map(|row| row.read(database)).transpose()
}

/// Of some integrations, given as a JSON list of ids, where their last change was at `since` or later.
pub(crate) fn of_some(database: &Database, ids: &str, since: Timestamp) -> Result<Undos, AdminError> {
    let sql = format!("SELECT {COLUMNS} FROM undo WHERE integration IN (SELECT value FROM json_each(?)) AND at >= ?");
    let rows: Vec<Row> = database.rows(&sql, vec![ids.into(), number(since.seconds())])?;
    rows.into_iter().map(|row| Ok((row.integration.clone(), row.read(database)?))).collect()
}

/// Keeps what the change just made has taken; with `None`, that nothing can be undone of it.
pub(crate) fn keep(database: &Database, id: &IntegrationId, undo: Option<&Undo>) -> Result<(), AdminError> {
    database.run("DELETE FROM undo WHERE integration = ?", vec![id.as_str().into()])?;
    let Some(undo) = undo else { return Ok(()) };
    let (mut current, mut outgoing, mut until, mut scopes) =
        (Parameter::Null, Parameter::Null, Parameter::Null, Parameter::Null);
    let n = |token: &LiveToken| number(token.n.into());
    match &undo.taken {
        Taken::Outgoing(token, end) => (outgoing, until) = (n(token), number(end.seconds())),
        Taken::Everything(tokens) => {
            current = n(tokens.current());
            if let Some((token, end)) = tokens.outgoing() {
                (outgoing, until) = (n(token), number(end.seconds()));
            }
        }
        Taken::Scopes(taken) => {
            let json = serde_json::to_string(taken).map_err(|error| AdminError::Registry(error.to_string()))?;
            scopes = json.into();
        }
    }
    let values = vec![
        id.as_str().into(),
        number(undo.rev),
        number(undo.at.seconds()),
        undo.taken.as_str().into(),
        current,
        outgoing,
        until,
        scopes,
        number(undo.leaked.into()),
        number(undo.over.into()),
    ];
    database.run(&format!("INSERT INTO undo ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"), values)
}

/// Notes that an integration's change cannot be undone any more, if its time is over at `now`.
pub(crate) fn note_over(database: &Database, id: &IntegrationId, now: Timestamp) -> Result<(), AdminError> {
    match find(database, id)? {
        Some(undo) if now >= undo.until() => {
            database.run("UPDATE undo SET over = 1 WHERE integration = ?", vec![id.as_str().into()])
        }
        _ => Ok(()),
    }
}

impl Row {
    fn read(self, database: &Database) -> Result<Undo, AdminError> {
        let taken = self.taken(database)?;
        let corrupt = || AdminError::Registry(format!("what can be undone of {} is inconsistent", self.integration));
        Ok(Undo {
            rev: self.rev,
            at: Timestamp::from_seconds(self.at),
            taken: taken.ok_or_else(corrupt)?,
            leaked: self.leaked != 0,
            over: self.over != 0,
        })
    }

    /// `None` where the row contradicts itself.
    fn taken(&self, database: &Database) -> Result<Option<Taken>, AdminError> {
        let token = |n: Option<u32>| match n {
            Some(n) => tokens::numbered(database, &self.integration, n),
            None => Ok(None),
        };
        let (current, outgoing) = (token(self.current)?, token(self.outgoing)?);
        let until = self.until.map(Timestamp::from_seconds);
        Ok(match (self.what.as_str(), current, outgoing, until) {
            ("finish", None, Some(outgoing), Some(until)) => Some(Taken::Outgoing(outgoing, until)),
            ("delete", Some(current), None, None) if self.outgoing.is_none() => {
                Some(Taken::Everything(Rotation::Steady(current)))
            }
            ("delete", Some(incoming), Some(outgoing), Some(until)) => {
                Some(Taken::Everything(Rotation::Rotating { outgoing, until, incoming }))
            }
            ("scopes", None, None, None) => self.scopes.as_deref().and_then(scopes).map(Taken::Scopes),
            _ => None,
        })
    }
}

fn scopes(text: &str) -> Option<ScopeSet> {
    ScopeSet::from_json(json::Value::parse(text).ok()?).ok()
}
