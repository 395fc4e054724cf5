//! An integration as the registry knows it, and what each change does to it.

use serde::Serialize;
use serde_json::Value;

use super::{AdminError, Description, Edit, Name, NewIntegration, Rotate, history};
use crate::policy::Catalogue;
use crate::record::{Live, Owner, Record};
use crate::rotation::{Event, LiveToken, Rotation};
use crate::scope::ScopeSet;
use crate::time::Timestamp;
use crate::token::{IntegrationId, TokenHash};

/// The most scopes that one integration can have: they travel to the origin in one header field.
const MOST_SCOPES: usize = 200;

/// The truth about one integration that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// Its id.
    pub id: IntegrationId,
    /// Grows with every change.
    pub rev: u64,
    /// Whom it belongs to.
    pub owner: Owner,
    /// What people call it.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Its tokens.
    pub tokens: Rotation,
    /// The first second in which all its tokens are dead, if there is one.
    pub expires_at: Option<Timestamp>,
    /// Whether its tokens are refused until somebody resumes it.
    pub paused: bool,
    /// The highest number that a token of it ever had.
    pub last_n: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A change to one integration.
#[derive(Clone, Debug)]
pub enum Change {
    /// New name, description or scopes.
    Edit(Edit),
    /// A new token.
    Rotate(Rotate, TokenHash),
    /// Back to the outgoing token.
    CancelRotation,
    /// The outgoing token dies now.
    FinishRotation,
}

/// An integration as the admin API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IntegrationView {
    id: IntegrationId,
    rev: u64,
    owner: Owner,
    name: Name,
    description: Description,
    scopes: ScopeSet,
    state: &'static str,
    tokens: Vec<TokenView>,
    created_at: String,
    updated_at: String,
    /// Whether KV has taken its last change.
    published: bool,
}

/// A live token as the admin API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenView {
    /// Its number.
    pub n: u32,
    /// `current` or `outgoing`.
    #[serde(rename = "use")]
    pub token_use: &'static str,
    /// When it was made, in RFC 3339.
    pub created_at: String,
    /// When it ends, in RFC 3339, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// Checks that an integration can have these scopes: all of them known to the policy, and not too many.
///
/// # Errors
/// [`AdminError::Invalid`] for `scopes`.
pub fn check_scopes(scopes: &ScopeSet, catalogue: &Catalogue) -> Result<(), AdminError> {
    let unknown = catalogue.unknown(scopes);
    if !unknown.is_empty() {
        return Err(AdminError::invalid("scopes", format!("no operation of the policy needs {unknown}")));
    }
    if scopes.len() > MOST_SCOPES {
        return Err(AdminError::invalid("scopes", format!("an integration has at most {MOST_SCOPES} scopes")));
    }
    Ok(())
}

impl Integration {
    /// A new integration with its first token.
    pub fn create(new: NewIntegration, id: IntegrationId, hash: TokenHash, now: Timestamp) -> Self {
        let NewIntegration { name, description, owner, scopes } = new;
        let tokens = Rotation::Steady(LiveToken { n: 1, hash });
        let (expires_at, paused, last_n) = (None, false, 1);
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
    /// [`AdminError::Conflict`] where its rotation does not allow it; [`AdminError::Registry`] where a counter is full.
    pub fn apply(self, change: Change, now: Timestamp) -> Result<(Self, Value), AdminError> {
        let full = || AdminError::Registry("a counter is full".to_owned());
        let rev = self.rev.checked_add(1).ok_or_else(full)?;
        let next_n = self.last_n.checked_add(1).ok_or_else(full)?;
        let before = self.clone();
        let changed = Self { rev, updated_at: now, ..self };
        let rotate = |event| changed.clone().rotate(event, now);
        let (after, detail): (_, fn(&Self, &Self, Timestamp) -> Value) = match change {
            Change::Edit(edit) => (changed.edit(edit), |before, after, _| history::edited(before, after)),
            Change::Rotate(how, hash) => {
                let incoming = LiveToken { n: next_n, hash };
                let event = match how {
                    Rotate::Now => Event::RotateNow(incoming),
                    Rotate::Later(window) => Event::RotateLater(incoming, window),
                };
                (Self { last_n: next_n, ..rotate(event)? }, history::rotation_started)
            }
            Change::CancelRotation => (rotate(Event::Cancel)?, history::rotation_ended),
            Change::FinishRotation => (rotate(Event::Finish)?, history::rotation_ended),
        };
        let detail = detail(&before, &after, now);
        Ok((after, detail))
    }

    fn rotate(self, event: Event, now: Timestamp) -> Result<Self, AdminError> {
        let tokens = self.tokens.apply(event, now)?;
        Ok(Self { tokens, ..self })
    }

    /// Whether `change` would leave all as it is.
    pub fn is_unchanged_by(&self, change: &Change) -> bool {
        match change {
            Change::Edit(edit) => self.clone().edit(edit.clone()) == *self,
            Change::Rotate(..) | Change::CancelRotation | Change::FinishRotation => false,
        }
    }

    fn edit(self, edit: Edit) -> Self {
        let scopes = edit.scopes.unwrap_or(self.scopes);
        let name = edit.name.unwrap_or(self.name);
        let description = edit.description.unwrap_or(self.description);
        Self { name, description, scopes, ..self }
    }

    /// What KV keeps of it.
    pub fn record(&self) -> Record {
        self.live().into()
    }

    /// What the edge needs of it.
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

    /// As the admin API shows it at `now`. `created` tells when a token was made.
    pub fn view(&self, published: bool, created: impl Fn(u32) -> Timestamp, now: Timestamp) -> IntegrationView {
        let tokens = self.tokens.clone().at(now);
        let view = |token: &LiveToken, token_use, until: Option<Timestamp>| TokenView {
            n: token.n,
            token_use,
            created_at: created(token.n).to_string(),
            expires_at: until.map(|until| until.to_string()),
        };
        let outgoing = tokens.outgoing().map(|(token, until)| view(token, "outgoing", Some(until)));
        IntegrationView {
            id: self.id.clone(),
            rev: self.rev,
            owner: self.owner.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            scopes: self.scopes.clone(),
            state: if outgoing.is_some() { "rotating" } else { "steady" },
            tokens: std::iter::once(view(tokens.current(), "current", None)).chain(outgoing).collect(),
            created_at: self.created_at.to_string(),
            updated_at: self.updated_at.to_string(),
            published,
        }
    }
}
