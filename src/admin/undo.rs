//! Undo: for 30 minutes, what a change has removed can be restored, unless something else has changed since.

use serde::Serialize;
use serde_json::Value;

use super::{AdminError, Change, Integration, UndoRules};
use crate::rotation::{LiveToken, Rotation};
use crate::scope::ScopeSet;
use crate::time::Timestamp;

/// The last change to an integration, if it is of a kind that can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// The integration's revision after the change.
    pub rev: u64,
    /// When it was made.
    pub at: Timestamp,
    /// What it took.
    pub taken: Taken,
    /// Whether its token was reported as leaked. It never works again.
    pub leaked: bool,
    /// Whether its time was over at some moment, whatever the clock says now.
    pub over: bool,
}

/// What a change took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// An outgoing token that had this deadline: the rotation was finished early.
    Outgoing(LiveToken, Timestamp),
    /// All tokens: the integration was deleted.
    Everything(Rotation),
    /// These scopes.
    Scopes(ScopeSet),
}

/// Why a change is not undone: 409.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUndone {
    /// It was not such a change, or it is not the last one.
    #[error("the last change to this integration cannot be undone")]
    NotTheLast,
    /// 30 minutes have passed.
    #[error("a change can be undone for 30 minutes")]
    Over,
    /// What it took has ended meanwhile.
    #[error("the token's deadline has passed")]
    Ended,
    /// It took a token that was reported as leaked.
    #[error("the token was marked as leaked; it never works again")]
    Leaked,
    /// The agency's token rules say no.
    #[error("the token rules do not allow this to be undone")]
    NotAllowed,
    /// The integration would belong to another agency than there is now.
    #[error("the agency's id has changed since")]
    OtherAgency,
}

/// What can be undone, and until when, as the admin API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UndoView {
    what: &'static str,
    /// The first second in which it is too late, in RFC 3339.
    until: String,
}

impl Taken {
    /// The change that took it, in a word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Outgoing(..) => "finish",
            Self::Everything(_) => "delete",
            Self::Scopes(_) => "scopes",
        }
    }

    fn is_allowed(&self, rules: &UndoRules) -> bool {
        match self {
            Self::Outgoing(..) => rules.finish,
            Self::Everything(_) => rules.delete,
            Self::Scopes(_) => rules.scopes,
        }
    }
}

impl Undo {
    /// What `change` takes at `now`, where it can be undone: the early end of a rotation, and the removal of scopes.
    pub fn of(before: &Integration, change: &Change, now: Timestamp) -> Option<Self> {
        let rev = before.rev.checked_add(1)?;
        let (taken, leaked) = match change {
            Change::FinishRotation { leaked } => {
                let tokens = before.tokens.clone().at(now);
                let (outgoing, until) = tokens.outgoing()?;
                (Taken::Outgoing(outgoing.clone(), until), *leaked)
            }
            Change::Edit(edit) => {
                let removed = before.scopes.without(edit.scopes.as_ref()?);
                (Taken::Scopes(Some(removed).filter(|removed| !removed.is_empty())?), false)
            }
            _ => return None,
        };
        Some(Self { rev, at: now, taken, leaked, over: false })
    }

    /// What the deletion of `before` takes at `now`.
    pub fn of_deletion(before: &Integration, rev: u64, now: Timestamp) -> Self {
        let taken = Taken::Everything(before.tokens.clone().at(now));
        Self { rev, at: now, taken, leaked: false, over: false }
    }

    /// Checks that the change can be undone at `now`, where the integration has the revision `rev`.
    ///
    /// # Errors
    /// [`NotUndone`].
    pub fn check(&self, rev: u64, rules: &UndoRules, now: Timestamp) -> Result<(), NotUndone> {
        let has_ended = matches!(self.taken, Taken::Outgoing(_, until) if now >= until);
        match self {
            _ if self.rev != rev => Err(NotUndone::NotTheLast),
            Self { leaked: true, .. } => Err(NotUndone::Leaked),
            _ if self.over || now >= self.until() => Err(NotUndone::Over),
            _ if !self.taken.is_allowed(rules) => Err(NotUndone::NotAllowed),
            _ if has_ended => Err(NotUndone::Ended),
            _ => Ok(()),
        }
    }

    /// As the admin API shows it, where it can be undone.
    pub fn view(&self, rev: u64, rules: &UndoRules, now: Timestamp) -> Option<UndoView> {
        self.check(rev, rules, now).ok()?;
        Some(UndoView { what: self.taken.as_str(), until: self.until().to_string() })
    }
}

impl Integration {
    /// The deleted integration, with what the deletion took, less what has ended meanwhile; and the audit event's detail.
    ///
    /// # Errors
    /// [`AdminError::Registry`] where a counter is full.
    pub fn restored(self, tokens: Rotation, now: Timestamp) -> Result<(Self, Value), AdminError> {
        let rev = self.rev.checked_add(1).ok_or_else(|| AdminError::Registry("a counter is full".to_owned()))?;
        let restored = Self { rev, updated_at: now, tokens: tokens.at(now), ..self };
        let detail = super::history::restored(&restored, now);
        Ok((restored, detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::TokenHash;

    const ALL: UndoRules = UndoRules { finish: true, delete: true, scopes: true };

    #[test]
    fn the_last_change_can_be_undone_for_half_an_hour_where_the_rules_allow_it() {
        let at = Timestamp::from_seconds(1_000_000);
        let token = LiveToken { n: 1, hash: TokenHash::ASSUMED };
        let finish = |left| Taken::Outgoing(token.clone(), at.after(left));
        let delete = || Taken::Everything(Rotation::Steady(token.clone()));
        let scopes = || Taken::Scopes(ScopeSet::default());
        let undo = |taken| Undo { rev: 5, at, taken, leaked: false, over: false };
        let [no_finish, no_delete, no_scopes] = [
            UndoRules { finish: false, ..ALL },
            UndoRules { delete: false, ..ALL },
            UndoRules { scopes: false, ..ALL },
        ];
        for (undo, rev, rules, passed, outcome) in [
            (undo(scopes()), 5, ALL, 0, Ok(())),
            (undo(scopes()), 5, ALL, 1_799, Ok(())),
            (undo(scopes()), 5, ALL, 1_800, Err(NotUndone::Over)),
            (Undo { over: true, ..undo(scopes()) }, 5, ALL, 0, Err(NotUndone::Over)),
            (undo(scopes()), 4, ALL, 0, Err(NotUndone::NotTheLast)),
            (undo(scopes()), 6, ALL, 0, Err(NotUndone::NotTheLast)),
            (undo(finish(60)), 5, ALL, 59, Ok(())),
            (undo(finish(60)), 5, ALL, 60, Err(NotUndone::Ended)),
            (Undo { leaked: true, ..undo(finish(60)) }, 5, ALL, 0, Err(NotUndone::Leaked)),
            (undo(finish(60)), 5, no_finish, 0, Err(NotUndone::NotAllowed)),
            (undo(delete()), 5, no_delete, 0, Err(NotUndone::NotAllowed)),
            (undo(scopes()), 5, no_scopes, 0, Err(NotUndone::NotAllowed)),
            (undo(delete()), 5, no_finish, 0, Ok(())),
            (undo(scopes()), 5, no_delete, 0, Ok(())),
            (undo(finish(60)), 5, no_scopes, 0, Ok(())),
        ] {
            assert_eq!(undo.check(rev, &rules, at.after(passed)), outcome, "{undo:?} {passed}");
            assert_eq!(undo.view(rev, &rules, at.after(passed)).is_some(), outcome.is_ok(), "{undo:?} {passed}");
        }
    }
}
