//! The registry owns the truth, in SQLite. A command runs in one synchronous transaction that also writes its audit event and its
//! outbox row; KV is written after that. docs/storage.md describes the tables. Two other Durable Objects are here as well: the
//! [courier](Courier) of an endpoint, and the [usage store](UsageStore).
//!
//! This crate has no clock, no randomness and no network. The time, a source of [randomness](Random) and the [database](Storage)
//! are arguments. Puts to KV and alarms are results, as [steps](Step) and [due times](Registry::due_in); the Worker carries them
//! out.
//!
//! A noun of the admin API is a folder: its commands in `mod.rs`, its SQL in `table.rs`.

mod access;
mod agency;
mod answer;
mod caller;
mod context;
mod courier;
mod database;
mod dispatch;
mod due;
mod endpoints;
mod events;
mod features;
mod feed;
mod hand_overs;
mod handed_uses;
mod idempotency;
mod integrations;
mod keys;
mod members;
mod migrations;
mod outbox;
mod outcome;
mod paging;
mod people;
mod policies;
mod protocol;
mod reads;
mod request;
mod rev;
mod sessions;
mod settings;
mod storage;
mod sub_accounts;
mod token_rules;
mod undo;
mod usage;
mod usage_questions;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use self::answer::Answer;
pub use self::answer::{Relay, Response, TextBody};
use self::context::Context;
pub use self::courier::{Attempt, Begun, Courier, Ended, Report, UNDER_WAY_SECONDS};
use self::database::Database;
pub use self::due::{Asked, Fired, SilentStores};
pub use self::hand_overs::{HandOver, MAX_HAND_OVERS, NextHandOver};
use self::outbox::Lease;
pub use self::outbox::{Answered, Drain, PUT_TIMEOUT, Put, RETRY_AFTER, Share, Step};
use self::outcome::Ending;
pub use self::outcome::Outcome;
pub use self::protocol::{ACTOR, COMMANDS, PORT, READS, REPORTS, REQUEST, Read};
pub use self::request::{Accepted, Head};
pub use self::settings::{Random, Settings};
pub use self::storage::{Completion, MAX_NUMBER, Parameter, Storage, StorageError};
pub use self::usage::{Taken, UsageStore};
use tidegate::access::{Actor, Features};
use tidegate::admin::AdminError;
pub use tidegate::admin::session::{Credential, find_session};
use tidegate::time::Timestamp;
use tidegate::usage::{Handed, UsageFacts};
use tidegate::webhooks::EndpointId;

/// The registry. It holds nothing in memory that SQLite cannot rebuild.
pub struct Registry {
    database: Database,
    lease: Lease,
    features: Cell<Option<Features>>,
    /// For how many days events are kept; `None` for ever.
    audit_days: Option<u64>,
}

impl Registry {
    /// Opens the registry, brings its schema up to date, and begins to rewrite KV if this release writes another format.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn open(storage: Box<dyn Storage>, settings: &Settings, now: Timestamp) -> Result<Self, AdminError> {
        let database = Database::new(storage);
        migrations::migrate(&database, now)?;
        database.transaction(|| events::adopt(&database, now))?;
        outbox::begin(&database, settings)?;
        let audit_days = settings.audit_days.as_ref().ok().copied();
        Ok(Self { database, lease: Lease::default(), features: Cell::default(), audit_days })
    }

    /// Answers a read of the gate, at `now_ms` (milliseconds since the Unix epoch).
    ///
    /// # Errors
    /// [`AdminError::NotFound`] or [`AdminError::NoIntegration`] if there is no such thing; [`AdminError::Registry`].
    pub fn read(&self, read: &Read, now_ms: u64) -> Result<Response, AdminError> {
        Ok(Response::Json { status: 200, body: reads::answer(&self.database, read, now_ms)?, rev: None })
    }

    /// Checks who asks and whether the route is open to them, before the body is read.
    ///
    /// # Errors
    /// Those of [`Route::find`]; [`AdminError::NotSignedIn`], [`AdminError::WrongKey`] or [`AdminError::Forbidden`];
    /// [`AdminError::Invalid`] for the idempotency key.
    pub fn accept(&self, head: Head, now: Timestamp) -> Result<Accepted, AdminError> {
        Accepted::check(head, &self.database, now)
    }

    /// Forgets what SQLite can rebuild. Call it after rolling back a transaction around the registry's own.
    pub fn forget(&self) {
        self.features.set(None);
    }

    /// Carries out a command in one transaction.
    ///
    /// # Errors
    /// [`AdminError`]; then nothing has changed.
    pub fn carry_out(
        &self,
        accepted: Accepted,
        body: &str,
        settings: &Settings,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<Outcome, AdminError> {
        let run = || self.run(&accepted, body, settings, random, now);
        self.database.transaction(run).inspect_err(|_| self.features.set(None))
    }

    /// Finds the actor, and runs the command. All of this is one transaction.
    fn run(
        &self,
        accepted: &Accepted,
        body: &str,
        settings: &Settings,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<Outcome, AdminError> {
        let credential = accepted.credential.clone();
        let request = accepted.event_request(random)?;
        if let Some(proof) = accepted.proof() {
            let nobody = (credential.clone(), Actor::nobody(), request, accepted.head.port);
            let context = Context::new(&self.database, settings, random, nobody, &self.features, now);
            let ending = Ending::of(sessions::sign_in_with(&context, proof)?, &context)?;
            return Ok(Outcome { ending, publishes: false, schedules: self.hands_over(now)?, faults: Vec::new() });
        }
        let actor = accepted.actor(&self.database, now)?;
        caller::note_use(&self.database, &credential, now)?;
        let caller = (credential, actor, request, accepted.head.port);
        let context = Context::new(&self.database, settings, random, caller, &self.features, now);
        let (command, repeatable) = accepted.command(body, &context.actor)?;
        if let Some(repeatable) = &repeatable {
            repeatable.check(&context)?;
        }
        let answer = dispatch::run(&context, command)?;
        if let (Some(repeatable), Answer::Integration { integration, .. }) = (&repeatable, &answer) {
            repeatable.done(&self.database, integration, now)?;
        }
        let ending = Ending::of(answer, &context)?;
        let (publishes, schedules) = (context.publishes.get(), context.schedules.get() || self.hands_over(now)?);
        Ok(Outcome { ending, publishes, schedules, faults: context.faults.into_inner() })
    }

    /// Whether something waits for a courier, so that the alarm is to be set.
    fn hands_over(&self, now: Timestamp) -> Result<bool, AdminError> {
        Ok(hand_overs::due_in(&self.database, now)?.is_some())
    }

    /// The answer to a command, after the outbox was drained.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn complete(&self, outcome: Outcome, now: Timestamp) -> Result<Response, AdminError> {
        outcome.ending.complete(&self.database, now)
    }

    /// What the alarm does first. Returns failures that did not end it, for the log.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn alarm(&self, now: Timestamp) -> Result<Vec<String>, AdminError> {
        let mut faults = outbox::go_on(&self.database, now)?;
        faults.extend(due::catch_up(&self.database, Share::OF_AN_ALARM.puts, now)?);
        if let Some(days) = self.audit_days {
            events::prune(&self.database, days, Share::OF_AN_ALARM.puts, now)?;
        }
        Ok(faults)
    }

    /// Seals the secrets of webhook endpoints with the first token key, if another one may have sealed them. The alarm does this too.
    /// Returns what no key opens, for the log.
    ///
    /// # Errors
    /// [`AdminError::Registry`]; then nothing has changed.
    pub fn reseal(&self, settings: &Settings, random: &dyn Random, now: Timestamp) -> Result<Vec<String>, AdminError> {
        outbox::reseal(&self.database, settings, random, now)
    }

    /// What the alarm does then: works off at most `most` due entries. It is called repeatedly, until none is left or the alarm's share
    /// is used up.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn fire(&self, most: u64, now: Timestamp) -> Result<Fired, AdminError> {
        due::fire(&self.database, most, now)
    }

    /// Goes on with what a usage store has answered to a question of [`Registry::fire`]. Without an answer, nothing is done: the
    /// question comes again. Returns what went wrong, for the log; then nothing has changed, and the question comes again too.
    pub fn learn(&self, asked: &Asked, answer: &UsageFacts, now: Timestamp) -> Option<String> {
        let learnt = self.database.transaction(|| due::learn(&self.database, asked, answer, now));
        learnt.err().map(|error| asked.fault(&error))
    }

    /// Takes what a usage store hands over. It may do so again.
    ///
    /// # Errors
    /// [`AdminError::Registry`]; then nothing has changed.
    pub fn take_uses(&self, handed: &Handed, now: Timestamp) -> Result<(), AdminError> {
        self.database.transaction(|| handed_uses::take(&self.database, handed, now))
    }

    /// The next hand-over to a courier that has none under way.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn next_hand_over(
        &self,
        under_way: &BTreeSet<String>,
        now: Timestamp,
    ) -> Result<Option<NextHandOver>, AdminError> {
        hand_overs::next(&self.database, under_way, now)
    }

    /// Notes whether a courier has taken a hand-over.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn handed_over(&self, hand_over: &HandOver, taken: bool, now: Timestamp) -> Result<(), AdminError> {
        self.database.transaction(|| hand_overs::ended(&self.database, hand_over, taken, now))
    }

    /// Takes a courier's report about its endpoint.
    ///
    /// # Errors
    /// [`AdminError::NoEndpoint`] for an id of another form; [`AdminError::Registry`].
    pub fn report(&self, endpoint: &str, text: &str, now: Timestamp) -> Result<(), AdminError> {
        let id = EndpointId::parse(endpoint).map_err(|_| AdminError::NoEndpoint)?;
        self.database.transaction(|| endpoints::report::take(&self.database, &id, text, now))
    }

    /// In how long the alarm is due; `None` if nothing is left to do.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn due_in(&self, now: Timestamp) -> Result<Option<Duration>, AdminError> {
        let outbox = outbox::due_in(&self.database, now)?;
        let due = due::due_in(&self.database, now)?.map(Duration::from_secs);
        let prune = self.audit_days.map(|days| events::due_in(&self.database, days, now)).transpose()?.flatten();
        let hand_overs = hand_overs::due_in(&self.database, now)?;
        let seconds = prune.into_iter().chain(hand_overs).map(Duration::from_secs);
        Ok(outbox.into_iter().chain(due).chain(seconds).min())
    }

    /// Begins to write the outbox to KV; `None` while another drain is under way.
    ///
    /// # Errors
    /// [`AdminError::Misconfigured`] without token keys.
    pub fn drain<'a>(
        &'a self,
        settings: &'a Settings,
        share: Share,
        now_ms: u64,
    ) -> Result<Option<Drain<'a>>, AdminError> {
        let keys = settings.keys.as_ref().map_err(AdminError::clone)?;
        Ok(self.lease.drain(&self.database, keys, share, now_ms))
    }
}
