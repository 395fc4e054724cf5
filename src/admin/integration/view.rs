//! An integration as the admin API shows it.

use serde::Serialize;

use super::Integration;
use crate::admin::{Description, IdleAction, Name, TokenRules, Undo, UndoView};
use crate::record::Owner;
use crate::rotation::LiveToken;
use crate::scope::ScopeSet;
use crate::time::Timestamp;
use crate::token::IntegrationId;
use crate::usage::Announced;

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

/// Who made a change, as far as the caller may know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Maker {
    /// `owner-key`, `person:…`, `key:…`, or `administrator` for an actor whom the caller may not see.
    pub actor: String,
    /// The address of a person or the name of a key; `None` if they no longer exist.
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

impl Integration {
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

    /// Of one that is paused, nothing is announced.
    fn idle(&self, beside: &Beside<'_>) -> Option<IdleView> {
        let Announced { since, acts_at, .. } =
            beside.used.idle.filter(|_| !self.paused && beside.rules.idle_days.is_some())?;
        Some(IdleView { since: since.to_string(), acts_at: acts_at.to_string(), action: beside.rules.idle_action })
    }
}

impl IntegrationView {
    /// The same, with who made it.
    #[must_use]
    pub fn made_by(self, Makers { created_by, changed_by }: Makers) -> Self {
        Self { created_by, changed_by, ..self }
    }

    /// The same, with fresh knowledge of whether KV has taken its last change.
    #[must_use]
    pub fn published(self, published: bool) -> Self {
        Self { published, ..self }
    }
}

impl TokenView {
    fn of(token: &LiveToken, token_use: &'static str, facts: TokenFacts, until: Option<Timestamp>) -> Self {
        let TokenFacts { created_at, last_four, first_used_at, when_quiet } = facts;
        let (created_at, expires_at) = (created_at.to_string(), until.map(|until| until.to_string()));
        let first_used_at = first_used_at.map(|at| at.to_string());
        let when_quiet = when_quiet && until.is_some();
        Self { n: token.n, token_use, created_at, last_four, expires_at, first_used_at, when_quiet }
    }
}
