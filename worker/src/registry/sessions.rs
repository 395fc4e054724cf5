//! Sessions of the admin page, and who a command is from.

use wasm_bindgen::JsValue;

use super::database::{Database, number};
use crate::admin::{OWNER, SESSION};
use crate::session::LIFETIME_SECONDS;
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;

/// Who a command is from, as the audit events name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    /// The holder of the owner key.
    OwnerKey,
    /// Somebody who signed in, by the digest of the session's id.
    Session(String),
}

/// Who asks, by what the gate found in the request.
pub(super) fn check(database: &Database, actor: &str, now: Timestamp) -> Result<Actor, AdminError> {
    if actor == OWNER {
        return Ok(Actor::OwnerKey);
    }
    let digest = actor.strip_prefix(SESSION).ok_or(AdminError::NotSignedIn)?;
    let actor = Actor::Session(digest.to_owned());
    check_again(database, &actor, now)?;
    Ok(actor)
}

/// Whether who asked may still ask: a session can end while its body is on the way.
pub(super) fn check_again(database: &Database, actor: &Actor, now: Timestamp) -> Result<(), AdminError> {
    match ends_at(database, actor)? {
        Some(ends_at) if now >= ends_at => Err(AdminError::NotSignedIn),
        _ => Ok(()),
    }
}

/// When the session ends; the owner key does not.
pub(super) fn ends_at(database: &Database, actor: &Actor) -> Result<Option<Timestamp>, AdminError> {
    let Actor::Session(digest) = actor else { return Ok(None) };
    let ends_at = database.number("SELECT ends_at AS number FROM sessions WHERE digest = ?", key(digest))?;
    ends_at.map(|ends_at| Some(Timestamp::from_seconds(ends_at))).ok_or(AdminError::NotSignedIn)
}

/// Keeps a new session, and forgets those that have ended.
pub(super) fn start(database: &Database, digest: &str, now: Timestamp) -> Result<(), AdminError> {
    database.run("DELETE FROM sessions WHERE ends_at <= ?", vec![number(now.seconds())])?;
    let ends_at = now.seconds().saturating_add(LIFETIME_SECONDS);
    let values = vec![digest.into(), number(now.seconds()), number(ends_at)];
    database.run("INSERT INTO sessions (digest, created_at, ends_at) VALUES (?, ?, ?)", values)
}

pub(super) fn end(database: &Database, actor: &Actor) -> Result<(), AdminError> {
    match actor {
        Actor::Session(digest) => database.run("DELETE FROM sessions WHERE digest = ?", key(digest)),
        Actor::OwnerKey => Ok(()),
    }
}

impl Actor {
    /// What tells one actor from another.
    pub fn id(&self) -> &str {
        match self {
            Self::OwnerKey => OWNER,
            Self::Session(digest) => digest,
        }
    }

    /// The actor's name in audit events: of a session only so much that two can be told apart.
    pub fn name(&self) -> String {
        match self {
            Self::OwnerKey => "owner key".to_owned(),
            Self::Session(digest) => format!("session {}", digest.chars().take(8).collect::<String>()),
        }
    }
}

fn key(digest: &str) -> Vec<JsValue> {
    vec![digest.into()]
}
