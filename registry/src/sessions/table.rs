//! Sessions in SQLite.

use super::actor::Actor;
use super::cookie::LIFETIME_SECONDS;
use crate::database::{Database, number};
use crate::storage::Parameter;
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;

/// Checks that the actor may still ask: a session can end, also while a body is on its way.
pub(crate) fn check(database: &Database, actor: &Actor, now: Timestamp) -> Result<(), AdminError> {
    match ends_at(database, actor)? {
        Some(ends_at) if now >= ends_at => Err(AdminError::NotSignedIn),
        _ => Ok(()),
    }
}

/// When the session ends; `None` for the owner key, which does not.
pub(crate) fn ends_at(database: &Database, actor: &Actor) -> Result<Option<Timestamp>, AdminError> {
    let Actor::Session(digest) = actor else { return Ok(None) };
    let ends_at = database.number("SELECT ends_at AS number FROM sessions WHERE digest = ?", key(digest))?;
    ends_at.map(|ends_at| Some(Timestamp::from_seconds(ends_at))).ok_or(AdminError::NotSignedIn)
}

/// Keeps a new session, and forgets those that have ended.
pub(crate) fn start(database: &Database, digest: &str, now: Timestamp) -> Result<(), AdminError> {
    database.run("DELETE FROM sessions WHERE ends_at <= ?", vec![number(now.seconds())])?;
    let ends_at = now.seconds().saturating_add(LIFETIME_SECONDS);
    let values = vec![digest.into(), number(now.seconds()), number(ends_at)];
    database.run("INSERT INTO sessions (digest, created_at, ends_at) VALUES (?, ?, ?)", values)
}

/// Forgets a session.
pub(crate) fn end(database: &Database, actor: &Actor) -> Result<(), AdminError> {
    match actor {
        Actor::Session(digest) => database.run("DELETE FROM sessions WHERE digest = ?", key(digest)),
        Actor::OwnerKey => Ok(()),
    }
}

fn key(digest: &str) -> Vec<Parameter> {
    vec![digest.into()]
}
