//! Step 3: the record that KV holds for one integration, `i:{id}`: all that a verdict needs, and nothing more.

mod owner;
mod stored;

use std::rc::Rc;

use self::stored::{StoredGone, StoredLive, True, made, parse};
use super::rotation::Rotation;
use super::scope::ScopeSet;
use super::time::Timestamp;
use super::token::{Authentic, IntegrationId, MAC_LENGTH, NotAuthentic, StoreKeys};

pub use self::owner::{InvalidOwnerId, Level, Owner, OwnerId};

/// The highest version of the record's form that this code writes and reads. It writes the lowest that can express a
/// record, so that releases before it can read all others.
pub const VERSION: u32 = 2;
/// The version without [`Live::expires_at`] and [`Live::paused`].
const FIRST_VERSION: u32 = 1;

/// The longest record, in bytes: all scopes that an integration can have, twice over.
pub const MAX_BYTES: usize = 64 * 1024;

/// One integration as KV holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// It exists. Shared, so that who was granted something is not a copy of it.
    Live(Rc<Live>),
    /// It was deleted: a tombstone, and the end of its story.
    Gone {
        /// The integration's id.
        id: IntegrationId,
        /// Grows with every change.
        rev: u64,
    },
}

/// An integration that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// The integration's id.
    pub id: IntegrationId,
    /// Grows with every change.
    pub rev: u64,
    /// Whom it belongs to.
    pub owner: Owner,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Its one or two tokens.
    pub tokens: Rotation,
    /// The first second in which all its tokens are dead, if there is one.
    pub expires_at: Option<Timestamp>,
    /// Whether its tokens are refused until somebody resumes it.
    pub paused: bool,
}

/// A record that cannot be trusted: a fault of the store, never a verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Corrupt {
    /// Not JSON, or not a record's JSON. Holds no content of the record.
    #[error("malformed at {place}")]
    Malformed {
        /// Where: a line and column of the text, or a path in the value, as in `tokens[0].hash`.
        place: String,
    },
    /// Longer than [`MAX_BYTES`].
    #[error("longer than {MAX_BYTES} bytes")]
    TooLong,
    /// Of a version that this code does not know.
    #[error("version {0}")]
    Version(u32),
    /// A record of another integration.
    #[error("it is another integration's")]
    WrongId,
    /// No token, too many, or deadlines that make no sense.
    #[error("its tokens are inconsistent")]
    Tokens,
    /// A field that only a later version has.
    #[error("version {0} has no such field")]
    Field(u32),
    /// Not proved to be the registry's: a miss, which the registry answers.
    #[error("{0}")]
    NotAuthentic(#[from] NotAuthentic),
}

impl Record {
    /// The key in KV of an integration's record.
    pub fn key(id: &IntegrationId) -> String {
        format!("i:{id}")
    }

    /// The integration whose record has this key in KV; `None` if it is the key of something else.
    pub fn id_of(key: &str) -> Option<IntegrationId> {
        IntegrationId::parse(key.strip_prefix("i:")?).ok()
    }

    /// Reads what KV holds for `id`: first its MAC, then the record.
    ///
    /// # Errors
    /// [`Corrupt`] for all but a record of this integration, of a version that this code knows, that the registry wrote.
    pub fn open(id: &IntegrationId, keys: &StoreKeys, stored: &str) -> Result<Self, Corrupt> {
        if stored.len() > MAX_BYTES.saturating_add(MAC_LENGTH) {
            return Err(Corrupt::TooLong);
        }
        Self::from_json(id, &keys.open(&Self::key(id), stored)?)
    }

    /// Reads the record of `id`.
    ///
    /// # Errors
    /// [`Corrupt`] for all but a record of this integration, of a version that this code knows.
    pub fn from_json(id: &IntegrationId, text: &Authentic) -> Result<Self, Corrupt> {
        let text = text.as_str();
        if text.len() > MAX_BYTES {
            return Err(Corrupt::TooLong);
        }
        let (v, value) = parse(text)?;
        if !(FIRST_VERSION..=VERSION).contains(&v) {
            return Err(Corrupt::Version(v));
        }
        let record = if value.has_entry("gone") {
            let StoredGone { id, rev, .. } = made(value)?;
            Self::Gone { id, rev }
        } else {
            Live::try_from(made::<StoredLive>(value)?)?.into()
        };
        if record.id() == id { Ok(record) } else { Err(Corrupt::WrongId) }
    }

    /// The text that KV keeps, before its MAC.
    pub fn to_json(&self) -> String {
        let stored = match self.clone() {
            Self::Gone { id, rev } => serde_json::to_string(&StoredGone { v: FIRST_VERSION, rev, id, gone: True }),
            Self::Live(live) => serde_json::to_string(&StoredLive::from(Rc::unwrap_or_clone(live))),
        };
        // The types hold no map with non-string keys, which is all that could fail; an empty text is never a record.
        stored.unwrap_or_default()
    }

    /// The integration that the record is of.
    pub fn id(&self) -> &IntegrationId {
        match self {
            Self::Gone { id, .. } => id,
            Self::Live(live) => &live.id,
        }
    }

    /// The lowest version that can express it.
    pub fn version(&self) -> u32 {
        match self {
            Self::Gone { .. } => FIRST_VERSION,
            Self::Live(live) => live.version(),
        }
    }

    /// Its revision.
    pub fn rev(&self) -> u64 {
        match self {
            Self::Gone { rev, .. } => *rev,
            Self::Live(live) => live.rev,
        }
    }
}

impl Live {
    fn version(&self) -> u32 {
        if self.expires_at.is_some() || self.paused { VERSION } else { FIRST_VERSION }
    }
}

impl From<Live> for Record {
    fn from(live: Live) -> Self {
        Self::Live(Rc::new(live))
    }
}
