//! An integration as the registry knows it, and what each change does to it.

use serde::Serialize;
use serde_json::Value;

use super::{
    AdminError, Description, Edit, IdleAction, Name, NewIntegration, NewToken, Rotate, TokenRules, Undo, UndoView,
    history,
};
use crate::policy::Catalogue;
use crate::record::{Live, Owner, Record};
use crate::rotation::{Conflict, Event, Extension, LiveToken, Rotation};
use crate::scope::ScopeSet;
use crate::time::Timestamp;
use crate::token::{IntegrationId, TokenHash};
use crate::usage::Announced;

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
    /// New name, description, scopes or end.
    Edit(Edit),
    /// A new token, and maybe a new end.
    Rotate(NewToken, TokenHash),
    /// Back to the outgoing token.
    CancelRotation,
    /// The outgoing token dies now.
    FinishRotation {
        /// Whether it is said to have leaked.
        leaked: bool,
    },
    /// The outgoing token lives on for longer.
    ExtendRotation {
        /// When the window began.
        began: Timestamp,
        /// Its new end.
        until: Timestamp,
    },
    /// The tokens are refused from now on.
    Pause,
    /// The tokens are not refused any more, unless they have ended.
    Resume,
    /// [`Change::FinishRotation`] is undone.
    GiveBackToken(LiveToken, Timestamp),
    /// The removal of these scopes is undone.
    GiveBackScopes(ScopeSet),
}

/// What the admin API shows of an integration beside itself.
pub struct Beside<'a> {
    /// Whether KV has taken its last change.
    pub published: bool,
    /// What is known of the token with this number.
    pub token: &'a dyn Fn(u32) -> TokenFacts,
    /// The agency's rules.
    pub rules: &'a TokenRules,
    /// Its last change, if that is of a kind that can be undone.
    pub undo: Option<&'a Undo>,
    /// What is known of its use.
    pub used: &'a UseFacts,
}

/// What the registry knows of an integration's use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UseFacts {
    /// When any of its tokens was last used, to the hour; `None` where no use is known.
    pub used_at: Option<Timestamp>,
    /// Since when its use is counted, where that is not from its beginning.
    pub counted_since: Option<Timestamp>,
    /// Those of its scopes that it has had for less than 90 days.
    pub new_scopes: ScopeSet,
    /// What the rule for idle integrations has announced last.
    pub idle: Option<Announced>,
}

/// What the registry knows of a token beside its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFacts {
    /// When it was made.
    pub created_at: Timestamp,
    /// The last four characters of its text; `None` for one of before they were kept.
    pub last_four: Option<String>,
    /// When it was first used, if that is known.
    pub first_used_at: Option<Timestamp>,
    /// Of an outgoing one: whether it ends as soon as it is quiet.
    pub when_quiet: bool,
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
    /// `active`, `paused` or `ended`.
    status: &'static str,
    paused: bool,
    /// When it ends or ended, in RFC 3339, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// When the rotation of its current token is or was due, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_due_at: Option<String>,
    /// What of its last change can be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    undo: Option<UndoView>,
    tokens: Vec<TokenView>,
    /// When any of its tokens was last used, in RFC 3339 and to the hour, as far as is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    used_at: Option<String>,
    /// Since when its use is counted, in RFC 3339, where that is not from its beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    use_counted_since: Option<String>,
    /// Those of its scopes that it has had for less than 90 days.
    #[serde(skip_serializing_if = "ScopeSet::is_empty")]
    new_scopes: ScopeSet,
    /// What becomes of it if nobody uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    idle: Option<IdleView>,
    created_at: String,
    updated_at: String,
    /// Whether KV has taken its last change.
    published: bool,
    /// Who created it, as far back as the audit trail goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Maker>,
    /// Who changed it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<Maker>,
}

/// Who made a change, as far as whoever asks may know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Maker {
    /// `owner-key`, `person:…`, `key:…`, or `administrator` for somebody out of sight.
    pub actor: String,
    /// A person's address, a key's name; `None` for whoever is no longer there.
    pub name: Option<String>,
}

/// Who created an integration, and who changed it last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what its name says")]
pub struct Makers {
    pub created_by: Option<Maker>,
    pub changed_by: Option<Maker>,
}

/// What becomes of an integration that nobody uses, as the admin API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct IdleView {
    /// Since when nothing has happened, in RFC 3339.
    since: String,
    /// When the rule acts, in RFC 3339.
    acts_at: String,
    action: IdleAction,
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
    /// The last four characters of its text, if they were kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_four: Option<String>,
    /// When it ends, in RFC 3339, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// When it was first used, in RFC 3339, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_used_at: Option<String>,
    /// Of an outgoing one: whether it ends as soon as it is quiet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub when_quiet: bool,
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
    check_count(scopes)
}

impl Change {
    /// Whether it only ends tokens: that is possible even where the feature is switched off.
    pub fn revokes(&self) -> bool {
        matches!(self, Self::FinishRotation { .. } | Self::Pause)
    }

    /// Whether it is made because a token leaked.
    pub fn is_after_leak(&self) -> bool {
        matches!(self, Self::Rotate(NewToken { leaked: true, .. }, _) | Self::FinishRotation { leaked: true })
    }
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
    /// [`AdminError::Conflict`] where its rotation does not allow it; [`AdminError::Ended`] where its end does not;
    /// [`AdminError::Invalid`] for an end or a deadline; [`AdminError::Registry`] where a counter is full.
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

    /// The change without its revision, and what tells the audit trail of it.
    fn made(self, change: Change, next_n: u32, now: Timestamp) -> Result<(Self, Told), AdminError> {
        Ok(match change {
            Change::Edit(edit) => (self.edit(edit), |before, after, _| history::edited(before, after)),
            Change::Rotate(NewToken { rotate, expires_at, leaked, when_quiet }, hash) => {
                let incoming = LiveToken { n: next_n, hash };
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
                (Self { last_n: next_n, expires_at, ..self.rotate(event, now)? }, told)
            }
            Change::CancelRotation => (self.rotate(Event::Cancel, now)?, history::rotation_ended),
            Change::FinishRotation { leaked: false } => (self.rotate(Event::Finish, now)?, history::rotation_ended),
            Change::FinishRotation { leaked: true } => {
                (self.rotate(Event::Finish, now)?, history::rotation_ended_after_leak)
            }
            Change::ExtendRotation { began, until } => {
                let tokens = self.tokens.clone().at(now);
                let (_, from) = tokens.outgoing().ok_or(Conflict::Completed)?;
                let extension =
                    Extension::new(began, from, until).map_err(|error| AdminError::invalid("expires_at", error))?;
                (self.rotate(Event::Extend(extension), now)?, |before, after, _| history::extended(before, after))
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

    fn rotate(self, event: Event, now: Timestamp) -> Result<Self, AdminError> {
        let tokens = self.tokens.apply(event, now)?;
        Ok(Self { tokens, ..self })
    }

    /// Whether `change` would leave all as it is.
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

    /// As the admin API shows it at `now`.
    pub fn view(&self, beside: &Beside<'_>, now: Timestamp) -> IntegrationView {
        let tokens = self.tokens.clone().at(now);
        let current = (beside.token)(tokens.current().n);
        let outgoing = tokens.outgoing().map(|(token, until)| {
            let facts = (beside.token)(token.n);
            TokenView::of(token, "outgoing", facts, Some(until))
        });
        let rotation_due_at = self.rotation_due_at(current.created_at, beside.rules);
        IntegrationView {
            id: self.id.clone(),
            rev: self.rev,
            owner: self.owner.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            scopes: self.scopes.clone(),
            state: if outgoing.is_some() { "rotating" } else { "steady" },
            status: self.status(now).as_str(),
            paused: self.paused,
            expires_at: self.expires_at.map(|end| end.to_string()),
            rotation_due_at: rotation_due_at.map(|due| due.to_string()),
            undo: beside.undo.and_then(|undo| undo.view(self.rev, &beside.rules.undo, now)),
            tokens: [TokenView::of(tokens.current(), "current", current, None)].into_iter().chain(outgoing).collect(),
            used_at: beside.used.used_at.map(|at| at.to_string()),
            use_counted_since: beside.used.counted_since.map(|since| since.to_string()),
            new_scopes: beside.used.new_scopes.clone(),
            idle: self.idle(beside),
            created_at: self.created_at.to_string(),
            updated_at: self.updated_at.to_string(),
            published: beside.published,
            created_by: None,
            changed_by: None,
        }
    }
}

impl IntegrationView {
    /// The same, with who made it.
    #[must_use]
    pub fn made_by(self, Makers { created_by, changed_by }: Makers) -> Self {
        Self { created_by, changed_by, ..self }
    }
}

impl Integration {
    /// Of one that is paused, nothing is announced.
    fn idle(&self, beside: &Beside<'_>) -> Option<IdleView> {
        let Announced { since, acts_at, .. } =
            beside.used.idle.filter(|_| !self.paused && beside.rules.idle_days.is_some())?;
        Some(IdleView { since: since.to_string(), acts_at: acts_at.to_string(), action: beside.rules.idle_action })
    }
}

/// What the audit trail keeps of a change, by what was before and after it.
type Told = fn(&Integration, &Integration, Timestamp) -> Value;

impl TokenView {
    fn of(token: &LiveToken, token_use: &'static str, facts: TokenFacts, until: Option<Timestamp>) -> Self {
        let TokenFacts { created_at, last_four, first_used_at, when_quiet } = facts;
        let (created_at, expires_at) = (created_at.to_string(), until.map(|until| until.to_string()));
        let first_used_at = first_used_at.map(|at| at.to_string());
        let when_quiet = when_quiet && until.is_some();
        Self { n: token.n, token_use, created_at, last_four, expires_at, first_used_at, when_quiet }
    }
}

impl Change {
    /// Whether it would bring back what has ended with the integration: such a change is refused then. A rotation may, where
    /// it ends all tokens and gives another end.
    pub fn needs_life(&self, before: &Integration) -> bool {
        match self {
            Self::Edit(edit) => edit.expires_at.is_some_and(|end| end != before.expires_at),
            Self::Rotate(NewToken { rotate: Rotate::Now, expires_at: Some(_), .. }, _) => false,
            Self::Rotate(..)
            | Self::CancelRotation
            | Self::FinishRotation { .. }
            | Self::ExtendRotation { .. }
            | Self::GiveBackToken(..) => true,
            Self::Pause | Self::Resume | Self::GiveBackScopes(_) => false,
        }
    }

    /// Whether the maximum lifetime has a say in it. It has none in what only ends or gives back.
    pub fn obeys_max_lifetime(&self, before: &Integration, after: &Integration) -> bool {
        match self {
            Self::Edit(_) => before.scopes != after.scopes || before.expires_at != after.expires_at,
            Self::Rotate(..) | Self::ExtendRotation { .. } => true,
            _ => false,
        }
    }

    /// Checks that the end that it gives, if it gives one, is still to come.
    fn check_end(&self, before: &Integration, now: Timestamp) -> Result<(), AdminError> {
        match self {
            Self::Edit(Edit { expires_at: Some(end), .. }) if *end != before.expires_at => check_end(*end, now),
            Self::Rotate(NewToken { expires_at: Some(end), .. }, _) => check_end(*end, now),
            _ => Ok(()),
        }
    }
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
    if scopes.len() > MOST_SCOPES {
        return Err(AdminError::invalid("scopes", format!("an integration has at most {MOST_SCOPES} scopes")));
    }
    Ok(())
}
