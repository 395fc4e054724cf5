//! The order of a list, and the place in it where the next page begins.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

use super::query::NOT_A_CURSOR;
use crate::token::IntegrationId;

/// The order of a list: by a key, and by id where keys are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// What is compared.
    pub by: SortBy,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// The integration's id.
    #[default]
    Id,
    /// Its name, whatever the case.
    Name,
    /// When it was made.
    Created,
    /// When it last changed.
    Updated,
    /// When its current token was made.
    Token,
    /// When any of its tokens was last used; those of which no use is known come before all others.
    Used,
}

/// What one integration has to compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SortKey {
    /// Nothing but its id.
    Id,
    /// Seconds since the Unix epoch.
    Time(u64),
    /// Its name, folded.
    Name(String),
}

/// The last integration of a page; the next page begins behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// What it had to compare when the page was made.
    pub key: SortKey,
    /// Its id.
    pub id: IntegrationId,
}

const SORTS: [(&str, SortBy); 5] = [
    ("name", SortBy::Name),
    ("created", SortBy::Created),
    ("updated", SortBy::Updated),
    ("token", SortBy::Token),
    ("used", SortBy::Used),
];

impl Sort {
    /// Reads `name`, or `-name` for the greatest first.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let known = SORTS.into_iter().find(|(known, _)| *known == name);
        let (_, by) = known.ok_or("it must be name, created, updated, token or used, or one of these behind a -")?;
        Ok(Self { by, descending })
    }

    fn name(self) -> String {
        let name = SORTS.into_iter().find(|(_, by)| *by == self.by).map_or("id", |(name, _)| name);
        format!("{}{name}", if self.descending { "-" } else { "" })
    }
}

impl Cursor {
    /// As a client gets it and gives it back: opaque, and good for this sort only.
    pub fn to_text(&self, sort: Sort) -> String {
        let json = serde_json::to_vec(&(sort.name(), &self.key, &self.id)).unwrap_or_default();
        Base64UrlUnpadded::encode_string(&json)
    }

    pub(super) fn parse(text: &str, sort: Sort) -> Result<Self, &'static str> {
        let json = Base64UrlUnpadded::decode_vec(text).map_err(|_| NOT_A_CURSOR)?;
        let (name, key, id): (String, SortKey, IntegrationId) =
            serde_json::from_slice(&json).map_err(|_| NOT_A_CURSOR)?;
        if name != sort.name() {
            return Err("it belongs to a list with another sort");
        }
        match (sort.by, &key) {
            (SortBy::Id, SortKey::Id) | (SortBy::Name, SortKey::Name(_)) => Ok(Self { key, id }),
            (SortBy::Created | SortBy::Updated | SortBy::Token | SortBy::Used, SortKey::Time(_)) => {
                Ok(Self { key, id })
            }
            _ => Err(NOT_A_CURSOR),
        }
    }
}
