//! The scopes that an actor can add to an integration.

use serde::Serialize;

use crate::json::{self, FromJson};
use crate::order::sort_and_dedup;
use crate::scope::{Scope, ScopeSet};

/// The most entries of one list.
const MAX_ENTRIES: usize = 200;

/// A list of scopes and prefixes (`contacts.*`) that limits what an actor can add to an integration. Removing a scope is never limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Grantable(Vec<String>);

impl Grantable {
    /// What of `scopes` is outside of it.
    pub fn outside(&self, scopes: &ScopeSet) -> ScopeSet {
        scopes.iter().filter(|scope| !self.has(scope.as_str())).cloned().collect()
    }

    /// The first entry of `other` that is not wholly within this one.
    pub fn lacking<'a>(&self, other: &'a Self) -> Option<&'a str> {
        other.0.iter().map(String::as_str).find(|entry| !self.has(entry))
    }

    /// Whether the list covers every scope that `entry` stands for. Only a prefix can cover a prefix.
    fn has(&self, entry: &str) -> bool {
        self.0.iter().any(|own| match own.strip_suffix('*') {
            Some(prefix) => entry.starts_with(prefix),
            None => own == entry,
        })
    }
}

impl FromJson for Grantable {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut entries: Vec<String> = Vec::from_json(value)?;
        if entries.len() > MAX_ENTRIES {
            return Err(json::Error::new(format!("a list has at most {MAX_ENTRIES} entries")));
        }
        for (index, entry) in entries.iter().enumerate() {
            let scope = entry.strip_suffix('*').unwrap_or(entry);
            let is_star = scope.is_empty() && entry == "*";
            if scope.contains('*') || !(is_star || Scope::parse(scope).is_ok()) {
                let what = "an entry is a scope, or the beginning of scopes and a *".to_owned();
                return Err(json::Error { place: format!("[{index}]"), what });
            }
        }
        sort_and_dedup(&mut entries);
        Ok(Self(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(json: &str) -> Result<Grantable, json::Error> {
        Grantable::from_json(json::Value::parse(json).unwrap())
    }

    fn scopes(text: &str) -> ScopeSet {
        text.split(' ').filter(|scope| !scope.is_empty()).map(|scope| Scope::parse(scope).unwrap()).collect()
    }

    #[test]
    fn what_is_listed_or_begins_as_listed_is_within() {
        let own = list(r#"["contacts.*","calendars.readonly"]"#).unwrap();
        let outside = own.outside(&scopes("calendars.readonly calendars.write contact contacts.readonly contacts."));
        assert_eq!(outside, scopes("calendars.write contact"));
        assert_eq!(list("[]").unwrap().outside(&scopes("a b")), scopes("a b"));
        assert_eq!(list(r#"["*"]"#).unwrap().outside(&scopes("a b")), scopes(""));
    }

    #[test]
    fn a_list_is_within_another_entry_by_entry() {
        let own = list(r#"["contacts.*","calendars.readonly"]"#).unwrap();
        for (other, lacking) in [
            (r#"["contacts.readonly","calendars.readonly"]"#, None),
            (r#"["contacts.r*"]"#, None),
            (r#"["contacts.*"]"#, None),
            (r#"["contacts*"]"#, Some("contacts*")),
            (r#"["calendars.*"]"#, Some("calendars.*")),
            (r#"["calendars.readonly*"]"#, Some("calendars.readonly*")),
            (r#"["*"]"#, Some("*")),
        ] {
            assert_eq!(own.lacking(&list(other).unwrap()), lacking, "{other}");
        }
    }

    #[test]
    fn an_entry_is_a_scope_or_a_prefix() {
        for json in [r#"["a b"]"#, r#"[""]"#, r#"["a**"]"#, r#"["*a"]"#, r#"["a*b"]"#, "[1]", "\"a\"", r#"["\""]"#] {
            assert!(list(json).is_err(), "{json}");
        }
        let many: Vec<_> = (0..=MAX_ENTRIES).map(|index| format!("\"s{index}\"")).collect();
        assert!(list(&format!("[{}]", many.join(","))).is_err());
    }
}
