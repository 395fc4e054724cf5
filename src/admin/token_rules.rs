//! Token rules: what the agency sets for the life of all integrations.

use serde::Serialize;

use super::AdminError;
use crate::json::{self, FromJson, json_words};
use crate::time::Timestamp;

/// Days: 1 to 3,650, ten years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Days(u32);

/// The number of days is too small or too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be 1 to {MAX_DAYS} days")]
pub struct InvalidDays;

/// What the agency sets for the life of all integrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TokenRules {
    /// The latest end that an integration can be given, from the day of the change on; `None` where it needs no end.
    pub max_lifetime_days: Option<Days>,
    /// After how many days a token's rotation is due; `None` where nobody is reminded.
    pub rotate_every_days: Option<Days>,
    /// Which changes can be undone.
    pub undo: UndoRules,
    /// After how many days without use an integration is idle; `None` where none is.
    pub idle_days: Option<IdleDays>,
    /// What becomes of an idle integration.
    pub idle_action: IdleAction,
}

/// Days without use: 30 to 365.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct IdleDays(u32);

/// The number of days is too small or too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be {MIN_IDLE_DAYS} to {MAX_IDLE_DAYS} days")]
pub struct InvalidIdleDays;

/// What becomes of an idle integration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IdleAction {
    /// It is paused until it is resumed.
    #[default]
    Pause,
    /// It is deleted.
    Delete,
}

/// Which changes can be undone for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct UndoRules {
    /// The early end of a rotation.
    pub finish: bool,
    /// A deletion.
    pub delete: bool,
    /// The removal of scopes.
    pub scopes: bool,
}

/// `PATCH /settings`. Fields that are left out stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangeTokenRules {
    /// `null` lifts the limit.
    pub max_lifetime_days: Option<Option<Days>>,
    /// `null` turns the reminder off.
    pub rotate_every_days: Option<Option<Days>>,
    /// Which changes can be undone.
    pub undo: Option<ChangeUndoRules>,
    /// `null` turns the rule off.
    pub idle_days: Option<Option<IdleDays>>,
    /// What becomes of an idle integration.
    pub idle_action: Option<IdleAction>,
}

/// The member `undo` of [`ChangeTokenRules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the field of UndoRules")]
pub struct ChangeUndoRules {
    pub finish: Option<bool>,
    pub delete: Option<bool>,
    pub scopes: Option<bool>,
}

const MAX_DAYS: u32 = 3_650;
const MIN_IDLE_DAYS: u32 = 30;
const MAX_IDLE_DAYS: u32 = 365;
const SECONDS_A_DAY: u64 = 24 * 60 * 60;

crate::json_object!(ChangeTokenRules {
    max_lifetime_days: given,
    rotate_every_days: given,
    undo: given,
    idle_days: given,
    idle_action: given,
});
json_words!(IdleAction { Pause = "pause", Delete = "delete" });
crate::json_object!(ChangeUndoRules { finish: given, delete: given, scopes: given });

impl Days {
    /// The age at which pages and reports call a token old, where the agency sets nothing else: 90 days.
    pub const DEFAULT: Self = Self(90);

    /// So many days.
    ///
    /// # Errors
    /// [`InvalidDays`] outside 1 to 3,650.
    pub fn new(days: u32) -> Result<Self, InvalidDays> {
        if (1..=MAX_DAYS).contains(&days) { Ok(Self(days)) } else { Err(InvalidDays) }
    }

    /// The number of days.
    pub fn number(self) -> u32 {
        self.0
    }

    /// Their length in seconds.
    pub fn seconds(self) -> u64 {
        u64::from(self.0).saturating_mul(SECONDS_A_DAY)
    }
}

impl FromJson for Days {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        // A larger number than a u32 is too many days as well, and gets the same answer.
        let days = u32::try_from(u64::from_json(value)?).unwrap_or(u32::MAX);
        Self::new(days).map_err(json::Error::new)
    }
}

impl IdleDays {
    /// So many days.
    ///
    /// # Errors
    /// [`InvalidIdleDays`] outside 30 to 365.
    pub fn new(days: u32) -> Result<Self, InvalidIdleDays> {
        if (MIN_IDLE_DAYS..=MAX_IDLE_DAYS).contains(&days) { Ok(Self(days)) } else { Err(InvalidIdleDays) }
    }

    /// The number of days.
    pub fn number(self) -> u32 {
        self.0
    }

    /// Their length in seconds.
    pub fn seconds(self) -> u64 {
        u64::from(self.0).saturating_mul(SECONDS_A_DAY)
    }
}

impl FromJson for IdleDays {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let days = u32::try_from(u64::from_json(value)?).unwrap_or(u32::MAX);
        Self::new(days).map_err(json::Error::new)
    }
}

impl IdleAction {
    /// As the admin API has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Delete => "delete",
        }
    }

    /// Reads what [`IdleAction::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pause, Self::Delete].into_iter().find(|action| action.as_str() == text)
    }
}

impl Default for TokenRules {
    fn default() -> Self {
        let undo = UndoRules { finish: true, delete: true, scopes: true };
        let (idle_days, idle_action) = (None, IdleAction::default());
        Self { max_lifetime_days: None, rotate_every_days: Some(Days::DEFAULT), undo, idle_days, idle_action }
    }
}

impl TokenRules {
    /// The rules after a change.
    #[must_use]
    pub fn changed(self, change: ChangeTokenRules) -> Self {
        let ChangeTokenRules { max_lifetime_days, rotate_every_days, undo, idle_days, idle_action } = change;
        let undo = undo.map_or(self.undo, |undo| UndoRules {
            finish: undo.finish.unwrap_or(self.undo.finish),
            delete: undo.delete.unwrap_or(self.undo.delete),
            scopes: undo.scopes.unwrap_or(self.undo.scopes),
        });
        Self {
            max_lifetime_days: max_lifetime_days.unwrap_or(self.max_lifetime_days),
            rotate_every_days: rotate_every_days.unwrap_or(self.rotate_every_days),
            undo,
            idle_days: idle_days.unwrap_or(self.idle_days),
            idle_action: idle_action.unwrap_or(self.idle_action),
        }
    }

    /// Checks that an integration may have this end, from `now` on.
    ///
    /// # Errors
    /// [`AdminError::Invalid`] for `expires_at` where the maximum lifetime asks for an end, or for an earlier one.
    pub fn check_end(&self, end: Option<Timestamp>, now: Timestamp) -> Result<(), AdminError> {
        let Some(days) = self.max_lifetime_days else { return Ok(()) };
        let latest = now.after(days.seconds());
        if end.is_some_and(|end| end <= latest) {
            return Ok(());
        }
        let message = format!("the maximum lifetime is {} days: give an end of {latest} at the latest", days.number());
        Err(AdminError::invalid("expires_at", message))
    }

    /// When the rotation of a token that was made at `created` is due; `None` where nobody is reminded.
    pub fn rotation_due_at(&self, created: Timestamp) -> Option<Timestamp> {
        self.rotate_every_days.map(|days| created.after(days.seconds()))
    }

    /// From which age on a token counts as old.
    pub fn old_after(&self) -> Days {
        self.rotate_every_days.unwrap_or(Days::DEFAULT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_bounds() {
        for (days, fits) in [(0, false), (1, true), (3_650, true), (3_651, false), (u32::MAX, false)] {
            assert_eq!(Days::new(days).is_ok(), fits, "{days}");
        }
        for (days, fits) in [(0, false), (29, false), (30, true), (365, true), (366, false)] {
            assert_eq!(IdleDays::new(days).is_ok(), fits, "{days}");
        }
    }

    #[test]
    fn an_end_is_within_the_maximum_lifetime() {
        let now = Timestamp::from_seconds(1_000_000);
        let rules = |max_lifetime_days| TokenRules { max_lifetime_days, ..TokenRules::default() };
        let two_days = rules(Days::new(2).ok());
        for (end, fits) in
            [(None, false), (Some(now), true), (Some(now.after(172_800)), true), (Some(now.after(172_801)), false)]
        {
            assert_eq!(two_days.check_end(end, now).is_ok(), fits, "{end:?}");
            assert!(rules(None).check_end(end, now).is_ok(), "{end:?}");
        }
    }
}
