//! The rotation state machine: a pure function of (state, event, now). Rotation never revives or extends a dead token.

use super::time::Timestamp;
use super::token::TokenHash;

/// How long an outgoing token lives on: 60 seconds to 30 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(u64);

/// The window is too short or too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rotation window is 60 to 2592000 seconds (30 days)")]
pub struct InvalidWindow;

/// A token of an integration: its number, counted from 1, and its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveToken {
    /// Grows with every token that the integration gets; never used again.
    pub n: u32,
    /// What is kept of the token.
    pub hash: TokenHash,
}

/// The one or two tokens of an integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// One token, without a deadline.
    Steady(LiveToken),
    /// Two tokens, until the deadline of the outgoing one.
    Rotating {
        /// The token that is being replaced.
        outgoing: LiveToken,
        /// The first second in which the outgoing token is dead.
        until: Timestamp,
        /// The token that replaces it.
        incoming: LiveToken,
    },
}

/// What can happen to the tokens of an integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A new token; the present one lives on for a window.
    RotateLater(LiveToken, Window),
    /// A new token; all others die.
    RotateNow(LiveToken),
    /// Back to the outgoing token, its deadline lifted; the incoming one dies.
    Cancel,
    /// The outgoing token dies before its deadline.
    Finish,
    /// The outgoing token lives on until a later deadline.
    Extend(Extension),
    /// [`Event::Finish`] is undone: its outgoing token lives on until the deadline that it had.
    Restore {
        /// The token that was ended.
        outgoing: LiveToken,
        /// The deadline that it had.
        until: Timestamp,
    },
}

/// A later deadline of an outgoing token. Only [`Extension::new`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension(Timestamp);

/// The deadline is too early or too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidExtension {
    /// It would end the window sooner.
    #[error("it must be after the current end of the window")]
    NotLater,
    /// The window would be longer than [`Window::LONGEST`].
    #[error("it must be at most 30 days after the window began")]
    TooLong,
}

/// Why an event is refused: 409.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// A second window would extend or shorten the first.
    #[error("a rotation is under way: finish or cancel it first")]
    UnderWay,
    /// There is nothing to cancel or finish any more, or never was.
    #[error("no rotation is under way: it is already completed, or none was started")]
    Completed,
}

/// Which of its integration's tokens a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// The one that stays.
    Current,
    /// The one that is being replaced.
    Outgoing {
        /// The first second in which it is dead.
        until: Timestamp,
    },
}

impl Rotation {
    /// The state at `now`: a window whose deadline has passed is over, without any write.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self {
            Self::Rotating { until, incoming, .. } if now >= until => Self::Steady(incoming),
            state => state,
        }
    }

    /// The state after `event` at `now`.
    ///
    /// # Errors
    /// [`Conflict`] where the present state does not allow it; nothing has changed then.
    pub fn apply(self, event: Event, now: Timestamp) -> Result<Self, Conflict> {
        match (self.at(now), event) {
            (_, Event::RotateNow(incoming)) => Ok(Self::Steady(incoming)),
            (Self::Steady(outgoing), Event::RotateLater(incoming, window)) => {
                Ok(Self::Rotating { outgoing, until: now.after(window.seconds()), incoming })
            }
            (Self::Rotating { .. }, Event::RotateLater(..)) => Err(Conflict::UnderWay),
            (Self::Rotating { outgoing, .. }, Event::Cancel) => Ok(Self::Steady(outgoing)),
            (Self::Rotating { incoming, .. }, Event::Finish) => Ok(Self::Steady(incoming)),
            (Self::Rotating { outgoing, incoming, .. }, Event::Extend(Extension(until))) => {
                Ok(Self::Rotating { outgoing, until, incoming })
            }
            (Self::Steady(incoming), Event::Restore { outgoing, until }) if now < until => {
                Ok(Self::Rotating { outgoing, until, incoming })
            }
            (Self::Rotating { .. }, Event::Restore { .. }) => Err(Conflict::UnderWay),
            (Self::Steady(_), Event::Cancel | Event::Finish | Event::Extend(_) | Event::Restore { .. }) => {
                Err(Conflict::Completed)
            }
        }
    }

    /// Which live token has this hash at `now`, if any. Takes as long for a wrong hash as for a right one.
    pub fn find(&self, hash: &TokenHash, now: Timestamp) -> Option<TokenUse> {
        match self {
            Self::Steady(token) => (token.hash == *hash).then_some(TokenUse::Current),
            Self::Rotating { outgoing, until, incoming } => {
                let is_incoming = incoming.hash == *hash;
                let is_outgoing = outgoing.hash == *hash;
                match (is_incoming, is_outgoing && now < *until) {
                    (true, _) => Some(TokenUse::Current),
                    (false, true) => Some(TokenUse::Outgoing { until: *until }),
                    (false, false) => None,
                }
            }
        }
    }

    /// The token that stays.
    pub fn current(&self) -> &LiveToken {
        match self {
            Self::Steady(token) | Self::Rotating { incoming: token, .. } => token,
        }
    }

    /// The token that is being replaced, and its deadline.
    pub fn outgoing(&self) -> Option<(&LiveToken, Timestamp)> {
        match self {
            Self::Steady(_) => None,
            Self::Rotating { outgoing, until, .. } => Some((outgoing, *until)),
        }
    }
}

impl Extension {
    /// Moves the deadline `from` of a window that began at `began` to `until`.
    ///
    /// # Errors
    /// [`InvalidExtension`] where the window would not become longer, or longer than 30 days.
    pub fn new(began: Timestamp, from: Timestamp, until: Timestamp) -> Result<Self, InvalidExtension> {
        if until <= from {
            return Err(InvalidExtension::NotLater);
        }
        if until > began.after(Window::LONGEST.0) { Err(InvalidExtension::TooLong) } else { Ok(Self(until)) }
    }
}

impl Window {
    /// Seven days.
    pub const DEFAULT: Self = Self(7 * 24 * 60 * 60);
    /// One minute.
    pub const SHORTEST: Self = Self(60);
    /// Thirty days.
    pub const LONGEST: Self = Self(30 * 24 * 60 * 60);

    /// A window of this many seconds.
    ///
    /// # Errors
    /// [`InvalidWindow`] outside 60 seconds to 30 days.
    pub fn from_seconds(seconds: u64) -> Result<Self, InvalidWindow> {
        if (Self::SHORTEST.0..=Self::LONGEST.0).contains(&seconds) { Ok(Self(seconds)) } else { Err(InvalidWindow) }
    }

    /// Its length in seconds.
    pub const fn seconds(self) -> u64 {
        self.0
    }
}
