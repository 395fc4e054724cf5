//! An integration as the registry keeps it, and what each change does to it.

mod change;
mod view;

use serde_json::Value;

use super::{AdminError, Description, Edit, Name, NewIntegration, NewToken, Rotate, history};
use crate::record::{Live, Owner, Record};
use crate::rotation::{Conflict, Event, Extension, LiveToken, Rotation};
use crate::scope::ScopeSet;
use crate::time::Timestamp;
use crate::token::{IntegrationId, TokenHash};

pub use self::change::Change;
pub use self::view::{Beside, IntegrationView, Maker, Makers, TokenFacts, TokenView, UseFacts};

/// The most scopes of one integration: the origin gets them in one header field.
const MAX_SCOPES: usize = 200;

/// An integration that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// Its id.
    pub id: IntegrationId,
    /// Grows with every change.
    pub rev: u64,
    /// The owner.
    pub owner: Owner,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Its tokens.
    pub tokens: Rotation,
    /// When all its tokens end, if they do: the first second in which they are dead.
    pub expires_at: Option<Timestamp>,
    /// Whether it is paused: its tokens are refused until it is resumed.
    pub paused: bool,
    /// The highest number that any of its tokens had.
    pub last_n: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Integration {
    /// A new integration with its first token.
    pub fn create(new: NewIntegration, id: IntegrationId, hash: TokenHash, now: Timestamp) -> Self {
        let NewIntegration { name, description, owner, scopes, expires_at } = new;
        let tokens = Rotation::Steady(LiveToken { n: 1, hash });
        let (paused, last_n) = (false, 1);
        let (created_at, updated_at) = (now, now);
        Self {
            id,
            rev: 1,
            owner,
            name,
            description,
            scopes,
            tokens,
            expires_at,
            paused,
            last_n,
            created_at,
            updated_at,
        }
    }

    /// The integration after `change` at `now`, and the audit event's detail.
    ///
    /// # Errors
    /// [`AdminError::Conflict`] if its rotation does not allow the change; [`AdminError::Ended`] if it has ended;
    /// [`AdminError::Invalid`] for a wrong end or deadline; [`AdminError::Registry`] if a counter is full.
    pub fn apply(self, change: Change, now: Timestamp) -> Result<(Self, Value), AdminError> {
        change.check_end(&self, now)?;
        if self.has_ended(now) && change.needs_life(&self) {
            return Err(AdminError::Ended);
        }
        let full = || AdminError::Registry("a counter is full".to_owned());
        let rev = self.rev.checked_add(1).ok_or_else(full)?;
        let next_n = self.last_n.checked_add(1).ok_or_else(full)?;
        let before = self.clone();
        let changed = Self { rev, updated_at: now, ..self };
        let (after, detail) = changed.made(change, next_n, now)?;
        let detail = detail(&before, &after, now);
        Ok((after, detail))
    }

    /// The integration after the change, except for its revision, and the function that describes the change to the audit trail.
    fn made(self, change: Change, next_n: u32, now: Timestamp) -> Result<(Self, Told), AdminError> {
        Ok(match change {
            Change::Edit(edit) => (self.edit(edit), |before, after, _| history::edited(before, after)),
            Change::Rotate(token, hash) => self.rotate_to(token, LiveToken { n: next_n, hash }, now)?,
            Change::CancelRotation => (self.rotate(Event::Cancel, now)?, history::rotation_ended),
            Change::FinishRotation { leaked: false } => (self.rotate(Event::Finish, now)?, history::rotation_ended),
            Change::FinishRotation { leaked: true } => {
                (self.rotate(Event::Finish, now)?, history::rotation_ended_after_leak)
            }
            Change::ExtendRotation { began, until } => {
                (self.extend(began, until, now)?, |before, after, _| history::extended(before, after))
            }
            Change::Pause => (Self { paused: true, ..self }, |before, after, _| history::paused(before, after)),
            Change::Resume => (Self { paused: false, ..self }, |before, after, _| history::paused(before, after)),
            Change::GiveBackToken(outgoing, until) => {
                (self.rotate(Event::Restore { outgoing, until }, now)?, history::finish_undone)
            }
            Change::GiveBackScopes(taken) => {
                let scopes = self.scopes.union(&taken);
                check_count(&scopes)?;
                (Self { scopes, ..self }, |before, after, _| history::scopes_undone(before, after))
            }
        })
    }

    fn rotate_to(self, token: NewToken, incoming: LiveToken, now: Timestamp) -> Result<(Self, Told), AdminError> {
        let NewToken { rotate, expires_at, leaked, when_quiet } = token;
        let last_n = incoming.n;
        let event = match rotate {
            Rotate::Now => Event::RotateNow(incoming),
            Rotate::Later(window) => Event::RotateLater(incoming, window),
        };
        let expires_at = expires_at.unwrap_or(self.expires_at);
        let told = match (leaked, when_quiet) {
            (true, _) => history::rotation_started_after_leak,
            (false, true) => history::rotation_started_until_quiet,
            (false, false) => history::rotation_started,
        };
        Ok((Self { last_n, expires_at, ..self.rotate(event, now)? }, told))
    }

    fn extend(self, began: Timestamp, until: Timestamp, now: Timestamp) -> Result<Self, AdminError> {
        let tokens = self.tokens.clone().at(now);
        let (_, from) = tokens.outgoing().ok_or(Conflict::Completed)?;
        let extension = Extension::new(began, from, until).map_err(|error| AdminError::invalid("expires_at", error))?;
        self.rotate(Event::Extend(extension), now)
    }

    fn rotate(self, event: Event, now: Timestamp) -> Result<Self, AdminError> {
        let tokens = self.tokens.apply(event, now)?;
        Ok(Self { tokens, ..self })
    }

    /// Whether `change` would change nothing.
    pub fn is_unchanged_by(&self, change: &Change) -> bool {
        match change {
            Change::Edit(edit) => self.clone().edit(edit.clone()) == *self,
            Change::Pause => self.paused,
            Change::Resume => !self.paused,
            _ => false,
        }
    }

    fn edit(self, edit: Edit) -> Self {
        let scopes = edit.scopes.unwrap_or(self.scopes);
        let name = edit.name.unwrap_or(self.name);
        let description = edit.description.unwrap_or(self.description);
        let expires_at = edit.expires_at.unwrap_or(self.expires_at);
        Self { name, description, scopes, expires_at, ..self }
    }

    /// Its record in KV.
    pub fn record(&self) -> Record {
        self.live().into()
    }

    /// What the gate needs to know of it.
    pub fn live(&self) -> Live {
        Live {
            id: self.id.clone(),
            rev: self.rev,
            owner: self.owner.clone(),
            name: self.name.as_str().to_owned(),
            scopes: self.scopes.clone(),
            tokens: self.tokens.clone(),
            expires_at: self.expires_at,
            paused: self.paused,
        }
    }
}

/// Describes a change to the audit trail: the integration before it and after it.
type Told = fn(&Integration, &Integration, Timestamp) -> Value;

/// Checks that an integration can have these scopes: none of them is unknown, and there are not too many.
///
/// # Errors
/// [`AdminError::Invalid`] for `scopes`.
pub fn check_scopes(scopes: &ScopeSet, unknown: &ScopeSet) -> Result<(), AdminError> {
    if !unknown.is_empty() {
        return Err(AdminError::invalid("scopes", format!("no operation of the policy needs {unknown}")));
    }
    check_count(scopes)
}

/// Checks that an integration's end is still to come.
///
/// # Errors
/// [`AdminError::Invalid`] for `expires_at`.
pub fn check_end(end: Option<Timestamp>, now: Timestamp) -> Result<(), AdminError> {
    if end.is_some_and(|end| end <= now) {
        return Err(AdminError::invalid("expires_at", "it must be in the future"));
    }
    Ok(())
}

fn check_count(scopes: &ScopeSet) -> Result<(), AdminError> {
    if scopes.len() > MAX_SCOPES {
        return Err(AdminError::invalid("scopes", format!("an integration has at most {MAX_SCOPES} scopes")));
    }
    Ok(())
}
