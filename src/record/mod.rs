//! Step 3: the record that KV holds for one integration, `i:{id}`: all that a verdict needs, and nothing more.

use std::fmt;
use std::rc::Rc;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

use super::json::{self, FromJson};
use super::json::{text, word};
use super::rotation::{LiveToken, Rotation};
use super::scope::ScopeSet;
use super::time::Timestamp;
use super::token::{Authentic, IntegrationId, MAC_LENGTH, NotAuthentic, StoreKeys, TokenHash};

/// The highest version of the record's form that this code writes and reads. It writes the lowest that can express a
/// record, so that releases before it can read all others.
pub const VERSION: u32 = 2;
/// The version without [`Live::expires_at`] and [`Live::paused`].
const FIRST_VERSION: u32 = 1;

/// The longest record, in bytes: all scopes that an integration can have, twice over.
pub const MAX_BYTES: usize = 64 * 1024;

/// The two levels that an integration can belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The one top-level organisation.
    Agency,
    /// One of its tenants.
    SubAccount,
}

/// The id of an agency or sub-account in the origin's own terms: 1 to 64 RFC 3986 unreserved characters, `:` and `@`. Path
/// and query may percent-encode these two; values are compared after exactly one percent-decoding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct OwnerId(String);

/// The text is not an owner's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an owner's id is 1 to 64 letters, digits, '-', '.', '_', '~', ':' or '@', and not only dots")]
pub struct InvalidOwnerId;

/// Whom an integration belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// Agency or sub-account.
    pub level: Level,
    /// Which one.
    pub id: OwnerId,
}

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
    #[error("malformed at line {line}, column {column}")]
    Malformed {
        /// Where in the text.
        line: usize,
        /// Where in the line.
        column: usize,
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
        let Versioned { v, gone } = parse(text)?;
        if !(FIRST_VERSION..=VERSION).contains(&v) {
            return Err(Corrupt::Version(v));
        }
        let record = match gone {
            Some(_) => parse::<StoredGone>(text).map(|StoredGone { id, rev, .. }| Self::Gone { id, rev })?,
            None => Live::try_from(parse::<StoredLive>(text)?)?.into(),
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

impl Level {
    /// The level as JSON and headers spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agency => "agency",
            Self::SubAccount => "sub_account",
        }
    }
}

impl FromJson for Level {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        word(value, &[Self::Agency, Self::SubAccount].map(|level| (level.as_str(), level)))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl OwnerId {
    /// Reads an owner's id.
    ///
    /// # Errors
    /// [`InvalidOwnerId`] where some reader of a request could take it for another.
    pub fn parse(text: &str) -> Result<Self, InvalidOwnerId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte);
        let usable = text.bytes().all(allowed) && text.bytes().any(|byte| byte != b'.');
        if usable && text.len() <= 64 { Ok(Self(text.to_owned())) } else { Err(InvalidOwnerId) }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromJson for OwnerId {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        text(value, Self::parse)
    }
}

crate::json_object!(Owner { level, id });

impl TryFrom<String> for OwnerId {
    type Error = InvalidOwnerId;

    fn try_from(text: String) -> Result<Self, InvalidOwnerId> {
        Self::parse(&text)
    }
}

impl From<OwnerId> for String {
    fn from(id: OwnerId) -> Self {
        id.0
    }
}

#[derive(Deserialize)]
struct Versioned {
    v: u32,
    #[serde(default)]
    gone: Option<IgnoredAny>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredGone {
    v: u32,
    rev: u64,
    id: IntegrationId,
    gone: True,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredLive {
    v: u32,
    rev: u64,
    id: IntegrationId,
    owner: Owner,
    name: String,
    scopes: ScopeSet,
    tokens: Vec<StoredToken>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    paused: Option<bool>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredToken {
    n: u32,
    hash: TokenHash,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_after: Option<Timestamp>,
}

/// The JSON value `true` and no other.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "bool", into = "bool")]
struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, &'static str> {
        value.then_some(Self).ok_or("not true")
    }
}

impl From<True> for bool {
    fn from(_: True) -> Self {
        true
    }
}

impl TryFrom<StoredLive> for Live {
    type Error = Corrupt;

    fn try_from(stored: StoredLive) -> Result<Self, Corrupt> {
        let StoredLive { v, rev, id, owner, name, scopes, tokens, expires_at, paused } = stored;
        if v == FIRST_VERSION && (expires_at.is_some() || paused.is_some()) {
            return Err(Corrupt::Field(v));
        }
        let (tokens, paused) = (rotation(tokens)?, paused.unwrap_or_default());
        Ok(Self { id, rev, owner, name, scopes, tokens, expires_at, paused })
    }
}

/// One token without a deadline, or the incoming one before an older one with a deadline.
fn rotation(tokens: Vec<StoredToken>) -> Result<Rotation, Corrupt> {
    let mut tokens = tokens.into_iter();
    let live = |token: StoredToken| LiveToken { n: token.n, hash: token.hash };
    match (tokens.next(), tokens.next(), tokens.next()) {
        (Some(only @ StoredToken { not_after: None, .. }), None, None) => Ok(Rotation::Steady(live(only))),
        (Some(incoming @ StoredToken { not_after: None, .. }), Some(outgoing), None) if incoming.n > outgoing.n => {
            let until = outgoing.not_after.ok_or(Corrupt::Tokens)?;
            Ok(Rotation::Rotating { outgoing: live(outgoing), until, incoming: live(incoming) })
        }
        _ => Err(Corrupt::Tokens),
    }
}

impl From<Live> for StoredLive {
    fn from(live: Live) -> Self {
        let v = live.version();
        let Live { id, rev, owner, name, scopes, tokens, expires_at, paused } = live;
        let stored = |token: LiveToken, not_after| StoredToken { n: token.n, hash: token.hash, not_after };
        let tokens = match tokens {
            Rotation::Steady(only) => vec![stored(only, None)],
            Rotation::Rotating { outgoing, until, incoming } => {
                vec![stored(incoming, None), stored(outgoing, Some(until))]
            }
        };
        Self { v, rev, id, owner, name, scopes, tokens, expires_at, paused: paused.then_some(true) }
    }
}

/// A field that may be left out, but not null.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Corrupt> {
    serde_json::from_str(text).map_err(|error| Corrupt::Malformed { line: error.line(), column: error.column() })
}
