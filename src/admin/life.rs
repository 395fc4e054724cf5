//! The life of an integration over time: when something about it is due. Everything here is a pure function of the integration, the
//! token rules and the time.

use super::{Integration, TokenRules, Undo};
use crate::rotation::Window;
use crate::time::Timestamp;
use crate::usage::ANNOUNCED_DAYS;

/// For how long a change can be undone, in seconds: 30 minutes.
pub const UNDO_SECONDS: u64 = 30 * 60;
/// How long before an integration's end its callers are warned, in seconds: 30 days.
pub const EXPIRING_SECONDS: u64 = Window::LONGEST.seconds();
/// How long after its start a rotation that ends when quiet is first checked, in seconds: 10 minutes.
const QUIET_AFTER_SECONDS: u64 = 10 * 60;

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// What can become due. Each is an entry of the registry's table `due`, and fires once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueKind {
    /// The last 30 days before the end begin: `integration.expiring`.
    Expiring,
    /// 15 days are left until the end: `integration.expiring`.
    Expiring15,
    /// 7 days are left.
    Expiring7,
    /// 1 day is left.
    Expiring1,
    /// The end: `integration.expired`.
    Expired,
    /// 3 days are left of an outgoing token: `rotation.old_still_used`, if it is still used.
    OldStillUsed3Days,
    /// 1 day is left.
    OldStillUsed1Day,
    /// 1 hour is left.
    OldStillUsed1Hour,
    /// The deadline of an outgoing token: `rotation.lapsed`.
    Lapsed,
    /// The current token has an age at which it should be rotated: `rotation.due`.
    RotationDue,
    /// The last change cannot be undone any more. No event.
    UndoOver,
    /// The old token of a rotation may be quiet: then the rotation is finished, where that was asked for.
    Quiet,
    /// It may have been unused for so long that the rule for idle integrations has something to say.
    Idle,
}

/// What the registry knows of an integration's life beside itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifeFacts {
    /// When its current token was made.
    pub current_made: Timestamp,
    /// When the last token that it ever got was made.
    pub newest_made: Timestamp,
    /// When it was last resumed, if ever.
    pub resumed_at: Option<Timestamp>,
    /// Whether its rotation ends when the old token is quiet.
    pub when_quiet: bool,
}

/// Whether an integration's tokens work, whatever else is true of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// They do.
    Active,
    /// Its tokens are refused until it is resumed.
    Paused,
    /// They are dead: its end has passed.
    Ended,
}

impl DueKind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Expiring,
        Self::Expiring15,
        Self::Expiring7,
        Self::Expiring1,
        Self::Expired,
        Self::OldStillUsed3Days,
        Self::OldStillUsed1Day,
        Self::OldStillUsed1Hour,
        Self::Lapsed,
        Self::RotationDue,
        Self::UndoOver,
        Self::Quiet,
        Self::Idle,
    ];

    /// As the table `due` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expiring => "expiring",
            Self::Expiring15 => "expiring_15",
            Self::Expiring7 => "expiring_7",
            Self::Expiring1 => "expiring_1",
            Self::Expired => "expired",
            Self::OldStillUsed3Days => "old_still_used_3d",
            Self::OldStillUsed1Day => "old_still_used_1d",
            Self::OldStillUsed1Hour => "old_still_used_1h",
            Self::Lapsed => "lapsed",
            Self::RotationDue => "rotation_due",
            Self::UndoOver => "undo_over",
            Self::Quiet => "quiet",
            Self::Idle => "idle",
        }
    }

    /// How long before the announced moment it is due, in seconds. `None` if it announces nothing, and for the last 30 days, which are
    /// announced however late.
    pub fn announces(self) -> Option<u64> {
        match self {
            Self::Expiring15 => Some(15 * DAY),
            Self::Expiring7 => Some(7 * DAY),
            Self::Expiring1 | Self::OldStillUsed1Day => Some(DAY),
            Self::OldStillUsed3Days => Some(3 * DAY),
            Self::OldStillUsed1Hour => Some(HOUR),
            Self::Expiring
            | Self::Expired
            | Self::Lapsed
            | Self::RotationDue
            | Self::UndoOver
            | Self::Quiet
            | Self::Idle => None,
        }
    }

    /// Reads what [`DueKind::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl Status {
    /// As the admin API has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Ended => "ended",
        }
    }
}

impl Integration {
    /// Whether its end has passed at `now`. What has ended never works again; only a rotation that gives another end makes a
    /// token that works.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| now >= end)
    }

    /// Whether its tokens work at `now`.
    pub fn status(&self, now: Timestamp) -> Status {
        match (self.has_ended(now), self.paused) {
            (true, _) => Status::Ended,
            (false, true) => Status::Paused,
            (false, false) => Status::Active,
        }
    }

    /// When the rotation of its current token is due. `created` is when that was made. An end before that makes it needless.
    pub fn rotation_due_at(&self, created: Timestamp, rules: &TokenRules) -> Option<Timestamp> {
        rules.rotation_due_at(created).filter(|due| self.expires_at.is_none_or(|end| *due < end))
    }

    /// Everything that is due of it, past or to come.
    pub fn due(&self, facts: &LifeFacts, rules: &TokenRules) -> Vec<(DueKind, Timestamp)> {
        let expiring = self.expires_at.map(|end| end.before(EXPIRING_SECONDS));
        let lapsed = self.tokens.outgoing().map(|(_, until)| until);
        let ahead =
            |kind: DueKind, end: Option<Timestamp>| (kind, end.zip(kind.announces()).map(|(end, by)| end.before(by)));
        let began = facts.current_made;
        let quiet = lapsed.filter(|_| facts.when_quiet).map(|_| began.after(QUIET_AFTER_SECONDS));
        let all = [
            (DueKind::Expiring, expiring),
            ahead(DueKind::Expiring15, self.expires_at),
            ahead(DueKind::Expiring7, self.expires_at),
            ahead(DueKind::Expiring1, self.expires_at),
            (DueKind::Expired, self.expires_at),
            ahead(DueKind::OldStillUsed3Days, lapsed),
            ahead(DueKind::OldStillUsed1Day, lapsed),
            ahead(DueKind::OldStillUsed1Hour, lapsed),
            (DueKind::Lapsed, lapsed),
            (DueKind::RotationDue, self.rotation_due_at(facts.current_made, rules)),
            (DueKind::Quiet, quiet),
            (DueKind::Idle, self.idle_from(facts, rules)),
        ];
        all.into_iter().filter_map(|(kind, at)| at.map(|at| (kind, at))).collect()
    }
}

impl Integration {
    /// When it is first announced as idle, if it is not used till then; `None` where no rule looks for idle ones, or it is paused.
    fn idle_from(&self, facts: &LifeFacts, rules: &TokenRules) -> Option<Timestamp> {
        let period = rules.idle_days.filter(|_| !self.paused)?.seconds();
        let begins = facts.begins();
        Some(begins.after(period.saturating_sub(ANNOUNCED_DAYS[0].saturating_mul(DAY))))
    }
}

impl LifeFacts {
    /// When its period without use begins, if it is not used: when its newest token was made, or it was resumed.
    pub fn begins(&self) -> Timestamp {
        self.resumed_at.into_iter().fold(self.newest_made, Timestamp::max)
    }
}

impl Undo {
    /// The first second in which the change cannot be undone any more.
    pub fn until(&self) -> Timestamp {
        self.at.after(UNDO_SECONDS)
    }
}
