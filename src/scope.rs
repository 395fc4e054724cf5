//! Scopes (RFC 6749 section 3.3) and sets of them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::json::text;
use super::json::{self, FromJson};
use super::order::sort_and_dedup;

/// One scope-token: 1 to 128 of the characters `%x21 / %x23-5B / %x5D-7E`, case-sensitive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Scope(String);

/// The longest scope, in characters; RFC 6749 sets none, and headers need one.
pub const MAX_LENGTH: usize = 128;

/// The text is not a scope-token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a scope is 1 to 128 visible ASCII characters without \" and \\")]
pub struct InvalidScope;

/// A set of scopes, in the order of their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Scopes"))]
#[serde(transparent)]
pub struct ScopeSet(#[serde(deserialize_with = "sorted")] Vec<Scope>);

/// What changes from one set to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ScopeDiff {
    /// In the new set only.
    pub added: ScopeSet,
    /// In the old set only.
    pub removed: ScopeSet,
}

impl Scope {
    /// Reads a scope-token.
    ///
    /// # Errors
    /// [`InvalidScope`] where RFC 6749 does not allow it, or it is too long.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        let allowed = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
        if allowed && (1..=MAX_LENGTH).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(InvalidScope) }
    }

    /// The scope as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first `.` or `/`, which scopes of one subject share.
    pub fn group(&self) -> &str {
        self.0.split(['.', '/']).next().unwrap_or_default()
    }
}

impl ScopeSet {
    /// Whether the set holds `scope`.
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.binary_search(scope).is_ok()
    }

    /// Whether the set holds all of `needed`.
    pub fn covers(&self, needed: &Self) -> bool {
        needed.0.iter().all(|scope| self.contains(scope))
    }

    /// What of `self` is not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().filter(|scope| !other.contains(scope)).cloned().collect())
    }

    /// What is in `self` or in `other`.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        all.extend(other.iter().cloned());
        all
    }

    /// What changes from `self` to `next`.
    pub fn diff(&self, next: &Self) -> ScopeDiff {
        ScopeDiff { added: next.without(self), removed: self.without(next) }
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// How many scopes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Extend<Scope> for ScopeSet {
    fn extend<I: IntoIterator<Item = Scope>>(&mut self, scopes: I) {
        self.0.extend(scopes);
        sort_and_dedup(&mut self.0);
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut set = Self::default();
        set.extend(scopes);
        set
    }
}

/// Duplicates are dropped.
fn sorted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Scope>, D::Error> {
    let mut scopes = Vec::deserialize(deserializer)?;
    sort_and_dedup(&mut scopes);
    Ok(scopes)
}

impl FromJson for Scope {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        text(value, Self::parse)
    }
}

impl FromJson for ScopeSet {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Ok(Vec::from_json(value)?.into_iter().collect())
    }
}

/// Space-separated, as RFC 6749 section 3.3 writes a scope list.
impl fmt::Display for ScopeSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scopes: Vec<_> = self.iter().map(Scope::as_str).collect();
        formatter.write_str(&scopes.join(" "))
    }
}

impl TryFrom<String> for Scope {
    type Error = InvalidScope;

    fn try_from(text: String) -> Result<Self, InvalidScope> {
        Self::parse(&text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.0
    }
}
