//! A usage store: the counts that isolates have sent for its integrations, over SQLite. Like the registry, it has no clock and no
//! network.
//!
//! `intake` takes flushes, `rollup` sums minutes into hours and days and deletes what is old, `gaps` records what is missing, `counts`
//! and `tokens` answer questions, and `handing` hands uses to the registry.

mod counts;
mod fold;
mod gaps;
mod handing;
mod intake;
mod rollup;
mod schema;
mod tokens;

use std::time::Duration;

pub use self::intake::Taken;
use crate::database::{Database, parsed};
use crate::storage::Storage;
use serde::Serialize;
use tidegate::admin::AdminError;
use tidegate::json::FromJson;
use tidegate::time::Timestamp;
use tidegate::usage::{Forget, Handed, IntegrationUsage, UsageQuery, UsageQuestion};

/// A store. It keeps nothing in memory that SQLite cannot rebuild.
pub struct UsageStore {
    database: Database,
}

impl UsageStore {
    /// Opens the store, and brings its schema up to date.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn open(storage: Box<dyn Storage>, now: Timestamp) -> Result<Self, AdminError> {
        let database = Database::new(storage);
        database.transaction(|| schema::make(&database, now))?;
        Ok(Self { database })
    }

    /// Takes a flush, once.
    ///
    /// # Errors
    /// [`AdminError::Registry`]; then nothing of it was taken.
    pub fn flush(&self, text: &str, now: Timestamp) -> Result<Taken, AdminError> {
        self.database.transaction(|| intake::take(&self.database, text, now))
    }

    /// Answers a [`UsageQuestion`]. `awake_at` is the time by a clock that nobody sets, as for [`alarm`](Self::alarm).
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn facts(&self, question: &str, now: Timestamp, awake_at: Timestamp) -> Result<String, AdminError> {
        let question: UsageQuestion = asked(question)?;
        let complete_since = gaps::complete_since(&self.database, now, awake_at)?;
        json(&tokens::facts(&self.database, &question, complete_since)?)
    }

    /// Answers a [`UsageQuery`] of one integration.
    ///
    /// # Errors
    /// [`AdminError::Registry`]; [`AdminError::NoIntegration`] without one.
    pub fn of_integration(&self, query: &str, now: Timestamp) -> Result<String, AdminError> {
        let UsageQuery { integrations, range } = asked(query)?;
        let integration = integrations.into_iter().flatten().next().ok_or(AdminError::NoIntegration)?;
        let number = schema::number_of(&self.database, &integration)?;
        let (groups, tokens) = match number {
            Some(number) => (
                counts::of_integration(&self.database, number, &range)?,
                tokens::of_integration(&self.database, number, now)?,
            ),
            None => (Vec::new(), Vec::new()),
        };
        let completeness = gaps::completeness(&self.database, now)?;
        json(&IntegrationUsage { integration, range, groups, tokens, completeness })
    }

    /// Answers a [`UsageQuery`] of several or all integrations.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn overall(&self, query: &str, now: Timestamp) -> Result<String, AdminError> {
        let query: UsageQuery = asked(query)?;
        json(&counts::overall(&self.database, &query, gaps::completeness(&self.database, now)?)?)
    }

    /// Forgets all that it has of an integration: [`Forget`].
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn forget(&self, what: &str) -> Result<(), AdminError> {
        let Forget { integration } = asked(what)?;
        self.database.transaction(|| schema::forget(&self.database, &integration))
    }

    /// What the alarm does first: it sums hours and days, and deletes what is old. `awake_at` is the time by a clock that nobody sets, which
    /// shows whether the store was down.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn alarm(&self, now: Timestamp, awake_at: Timestamp) -> Result<(), AdminError> {
        self.database.transaction(|| {
            gaps::note_absence(&self.database, now, awake_at)?;
            rollup::advance(&self.database, now)
        })
    }

    /// The uses to hand to the registry. `None` if there are none, or if it got some within the last minute. `store` is the store's
    /// number.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn to_hand(&self, store: u32, now: Timestamp) -> Result<Option<Handed>, AdminError> {
        handing::due(&self.database, store, now)
    }

    /// Notes that the registry has taken them.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn handed(&self, handed: &Handed) -> Result<(), AdminError> {
        self.database.transaction(|| handing::done(&self.database, handed))
    }

    /// Notes that the registry could not be reached. The hand-over is repeated a minute later.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn not_handed(&self, now: Timestamp) -> Result<(), AdminError> {
        schema::set_state(&self.database, "handed_at", now.seconds())
    }

    /// In how long the alarm is due.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn due_in(&self, now: Timestamp) -> Result<Duration, AdminError> {
        let handing = handing::due_in(&self.database, now)?;
        let rollup = rollup::due_in(&self.database, now)?;
        Ok(Duration::from_secs(handing.map_or(rollup, |handing| handing.min(rollup))))
    }
}

fn asked<T: FromJson>(text: &str) -> Result<T, AdminError> {
    parsed("the question", text)
}

fn json(answer: &impl Serialize) -> Result<String, AdminError> {
    serde_json::to_string(answer).map_err(|error| AdminError::Registry(error.to_string()))
}
