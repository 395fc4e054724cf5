//! The outbox: what waits to be written to KV, one row for each key. A row is removed once KV has taken it.

mod drain;
mod projection;
pub(crate) mod table;

use std::time::Duration;

use serde_json::json;

pub use self::drain::{Answered, Drain, Lease, PUT_TIMEOUT, Put, Share, Step};
use super::answer::Answer;
use super::context::Context;
use super::database::Database;
use super::endpoints;
use super::events::record::About;
use super::settings::{Random, Settings};
use tidegate::admin::{AdminError, ResyncCommand};
use tidegate::events::Kind;
use tidegate::time::Timestamp;

/// How long after a change, or after a put that failed, the alarm tries again.
pub const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Runs a command.
pub(crate) fn run(context: &Context, command: ResyncCommand) -> Result<Answer, AdminError> {
    match command {
        ResyncCommand::Start => resync(context),
        ResyncCommand::Progress => progress(context, 200),
    }
}

/// `POST /resync`
fn resync(context: &Context) -> Result<Answer, AdminError> {
    projection::restart(context.database, &projection::format(context.keys()?.store()))?;
    let mut faults = reseal(context.database, context.settings, context.random, context.now)?;
    faults.extend(projection::step(context.database, Share::OF_AN_ALARM.puts, context.now)?);
    context.faults.borrow_mut().extend(faults);
    let keys = projection::waiting(context.database, context.now)?;
    context.event(Kind::RegistryResynced, About::agency(), json!({ "keys": keys }))?;
    context.publishes.set(true);
    progress(context, 202)
}

/// Goes on with a rewrite of KV, if one has begun. Returns what kept an integration out, for the log.
pub(crate) fn go_on(database: &Database, now: Timestamp) -> Result<Vec<String>, AdminError> {
    database.transaction(|| projection::step(database, Share::OF_AN_ALARM.puts, now))
}

/// Seals the secrets of endpoints with the first token key, unless that is known to have happened. Returns what no key opens, for the log.
pub(crate) fn reseal(
    database: &Database,
    settings: &Settings,
    random: &dyn Random,
    now: Timestamp,
) -> Result<Vec<String>, AdminError> {
    let Ok(keys) = &settings.keys else { return Ok(Vec::new()) };
    database.transaction(|| {
        if projection::is_sealed(database)? {
            return Ok(Vec::new());
        }
        let faults = endpoints::reseal(database, keys, random, now)?;
        projection::sealed(database, faults.is_empty())?;
        Ok(faults)
    })
}

/// Begins to rewrite KV if it is in another format than this release writes.
pub(crate) fn begin(database: &Database, settings: &Settings) -> Result<(), AdminError> {
    match &settings.keys {
        Ok(keys) => projection::start(database, &projection::format(keys.store())),
        Err(_) => Ok(()),
    }
}

/// In how long there is something to do; `None` if nothing is left. A batch of a rewrite follows the one before at once.
pub(crate) fn due_in(database: &Database, now: Timestamp) -> Result<Option<Duration>, AdminError> {
    let reseal = (!projection::is_sealed(database)?).then_some(RETRY_AFTER);
    match table::due_in(database, now)? {
        None | Some(1..) if projection::is_pending(database)? => Ok(Some(Duration::ZERO)),
        due => Ok(due.map(|seconds| RETRY_AFTER.max(Duration::from_secs(seconds))).into_iter().chain(reseal).min()),
    }
}

/// How many keys wait, and whether all of KV is signed with the first token key, and all secrets are sealed with it.
fn progress(context: &Context, status: u16) -> Result<Answer, AdminError> {
    let format = projection::format(context.keys()?.store());
    let complete = projection::is_complete(context.database, &format)?;
    let waiting = projection::waiting(context.database, context.now)?;
    Answer::json(status, &json!({ "waiting": waiting, "complete": complete }), None)
}
