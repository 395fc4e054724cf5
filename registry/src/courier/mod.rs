//! A courier: what one Durable Object `Courier` knows of its endpoint and of the messages to it. Like the registry, it is rules
//! without I/O; the object carries out the [attempts](Attempt).

mod attempts;
mod deliveries;
mod endpoint;
mod queue;
mod take;

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::json;

use self::endpoint::Endpoint;
use crate::database::{Database, number};
use crate::storage::Storage;
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;

pub use self::attempts::{Attempt, Begun, Ended};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS endpoint (
        id TEXT PRIMARY KEY, rev INTEGER NOT NULL, url TEXT NOT NULL, secrets TEXT NOT NULL, enabled INTEGER NOT NULL,
        integration TEXT, disabled TEXT, failing_since INTEGER, failing_told INTEGER NOT NULL DEFAULT 0,
        succeeded_at INTEGER, failed_at INTEGER, dropped INTEGER NOT NULL DEFAULT 0, changes INTEGER NOT NULL DEFAULT 0,
        report INTEGER NOT NULL DEFAULT 0, reported_at INTEGER NOT NULL DEFAULT 0, report_next_at INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS deliveries (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, at INTEGER NOT NULL,
        bytes INTEGER NOT NULL, data TEXT, requires TEXT, state TEXT NOT NULL, made INTEGER NOT NULL, next_at INTEGER,
        queued_at INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS deliveries_by_time ON deliveries (next_at) WHERE next_at IS NOT NULL;
    CREATE INDEX IF NOT EXISTS deliveries_by_age ON deliveries (queued_at);
    CREATE INDEX IF NOT EXISTS deliveries_kept ON deliveries (seq) WHERE data IS NOT NULL;
    CREATE TABLE IF NOT EXISTS attempts (
        message TEXT NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL, status INTEGER, duration_ms INTEGER NOT NULL,
        answer TEXT
    );
    CREATE INDEX IF NOT EXISTS attempts_by_message ON attempts (message);
    CREATE INDEX IF NOT EXISTS attempts_by_age ON attempts (at);
";

/// After how many seconds the alarm rings for attempts under way, in case the object ends before their outcome is known.
pub const UNDER_WAY_SECONDS: u64 = 30;

/// A courier. Only the attempts under way are in memory: after a restart they are made again.
pub struct Courier {
    database: Database,
    under_way: RefCell<BTreeSet<String>>,
}

/// A report to the registry about an endpoint.
pub struct Report {
    /// The endpoint's id.
    pub endpoint: String,
    /// JSON.
    pub body: String,
    changes: u64,
}

impl Courier {
    /// Opens the courier.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn open(storage: Box<dyn Storage>) -> Result<Self, AdminError> {
        let database = Database::new(storage);
        database.run(TABLES, vec![])?;
        Ok(Self { database, under_way: RefCell::default() })
    }

    /// Takes what the registry hands over: what the endpoint has become, and messages. What is known already is not taken twice.
    ///
    /// # Errors
    /// [`AdminError::Registry`]; then nothing was taken.
    pub fn take(&self, text: &str, now: Timestamp) -> Result<(), AdminError> {
        self.database.transaction(|| take::take(&self.database, text, now))
    }

    /// Answers the registry's questions of `/deliveries` and `/resend`: a status, and JSON.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] for another path; [`AdminError::NoMessage`]; [`AdminError::Registry`].
    pub fn answer(&self, path: &str, text: &str, now: Timestamp) -> Result<(u16, String), AdminError> {
        self.database.transaction(|| match path {
            "/deliveries" => Ok((200, deliveries::page(&self.database, text)?.to_string())),
            "/resend" => Ok((202, json!({ "messages": queue::resend(&self.database, text, now)? }).to_string())),
            _ => Err(AdminError::NotFound),
        })
    }

    /// Forgets which attempts are under way: for who has given them up.
    pub fn abandon(&self) {
        self.under_way.borrow_mut().clear();
    }

    /// In how many seconds there is something to do; `None` if nothing is left. What is under way is looked after too: if the object
    /// ends, nothing else sets off what it has begun.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn due_in(&self, now: Timestamp) -> Result<Option<u64>, AdminError> {
        let Some(endpoint) = Endpoint::find(&self.database)? else { return Ok(None) };
        let under_way = self.under_way.borrow();
        let lost_at = (!under_way.is_empty()).then(|| now.after(UNDER_WAY_SECONDS));
        let under_way = json!(*under_way).to_string();
        let queued = if endpoint.is_told() { queue::next_at(&self.database, &under_way)? } else { None };
        let at = queued.into_iter().chain(endpoint.report_at()).chain(lost_at).min();
        Ok(at.map(|at| at.seconds().saturating_sub(now.seconds())))
    }

    /// The report to the registry, if it is due. [`Courier::reported`] notes whether it arrived.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn report(&self, now: Timestamp) -> Result<Option<Report>, AdminError> {
        let endpoint = Endpoint::find(&self.database)?;
        let endpoint = endpoint.filter(|endpoint| endpoint.report_at().is_some_and(|at| at <= now));
        Ok(endpoint.map(|endpoint| Report {
            endpoint: endpoint.id.to_string(),
            body: endpoint.report(),
            changes: endpoint.changes,
        }))
    }

    /// Notes whether the registry has taken a report. Changes since then are reported again.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn reported(&self, report: &Report, heard: bool, now: Timestamp) -> Result<(), AdminError> {
        if !heard {
            let again_at = now.after(endpoint::REPORT_AGAIN_SECONDS);
            return self.database.run("UPDATE endpoint SET report_next_at = ?", vec![number(again_at.seconds())]);
        }
        let sql = "UPDATE endpoint SET reported_at = ?, report_next_at = 0,
            report = CASE WHEN changes = ? THEN 0 ELSE report END";
        self.database.run(sql, vec![number(now.seconds()), number(report.changes)])
    }
}
