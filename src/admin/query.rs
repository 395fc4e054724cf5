//! The query of a list, and the place where a page begins.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};

use super::AdminError;
use crate::record::OwnerId;
use crate::request::{Query, decode};

const DEFAULT_LIMIT: u32 = 50;
/// The most entries of a page of a list.
pub(super) const MAX_LIMIT: u32 = 200;
/// What is wrong with a cursor that no page of the list has given out.
pub const NOT_A_CURSOR: &str = "it is not a cursor of this list";

/// Which page of a list that has one order only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging<T> {
    /// Only those behind this one.
    pub after: Option<T>,
    /// How many at most: 1 to 200.
    pub limit: u32,
}

impl Paging<u64> {
    /// By a number: a revision, or that of an event. The last one of a page is the cursor of the next.
    pub(super) fn by_number(query: Option<&str>) -> Result<Self, AdminError> {
        let given = Parameters::parse(query, &["cursor", "limit"])?;
        let after = given.read("cursor", |text| parse_rev(text).ok_or(NOT_A_CURSOR))?;
        Ok(Self { after, limit: given.limit()? })
    }
}

impl Paging<String> {
    /// By a text that the list is in the order of.
    pub(super) fn by_text(query: Option<&str>) -> Result<Self, AdminError> {
        let given = Parameters::parse(query, &["cursor", "limit"])?;
        let after = given.read("cursor", |text| decode_cursor(text).ok_or(NOT_A_CURSOR))?;
        Ok(Self { after, limit: given.limit()? })
    }

    /// The cursor of the page that follows the one that ends with `last`.
    pub fn cursor_behind(last: &str) -> String {
        Base64UrlUnpadded::encode_string(last.as_bytes())
    }
}

/// What [`Paging::cursor_behind`] wrote.
pub(super) fn decode_cursor(text: &str) -> Option<String> {
    let text = String::from_utf8(Base64UrlUnpadded::decode_vec(text).ok()?).ok()?;
    Some(text).filter(|text| !text.is_empty())
}

impl Paging<OwnerId> {
    /// By id.
    pub(super) fn of_ids(given: &Parameters) -> Result<Self, AdminError> {
        let id = |text: &str| OwnerId::parse(&decode_cursor(text)?).ok();
        let after = given.read("cursor", |text| id(text).ok_or(NOT_A_CURSOR))?;
        Ok(Self { after, limit: given.limit()? })
    }

    /// The cursor of the page that follows the one that ends with `last`.
    pub fn cursor(last: &OwnerId) -> String {
        Base64UrlUnpadded::encode_string(last.as_str().as_bytes())
    }
}

/// A query as HTML forms write it: `&` between pairs, `+` or `%20` for a space, UTF-8 in percent encoding.
pub(super) struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// Reads a query that has none but these parameters.
    pub(super) fn parse(query: Option<&str>, parameters: &[&'static str]) -> Result<Self, AdminError> {
        let query = Query::parse(query).map_err(|error| AdminError::invalid("query", error))?;
        let mut found: Vec<(&'static str, String)> = Vec::new();
        for pair in query.as_str().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let known = parameters.iter().find(|known| **known == name);
            let name = *known.ok_or_else(|| AdminError::invalid("query", format!("unknown parameter {name:?}")))?;
            let value = decode(value).ok_or_else(|| AdminError::invalid(name, "it is not UTF-8"))?;
            if found.iter().any(|(other, _)| *other == name) {
                return Err(AdminError::invalid(name, "it is given more than once"));
            }
            found.push((name, value.into_owned()));
        }
        Ok(Self(found))
    }

    /// One of them, if it is given.
    pub(super) fn read<T, E: fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, AdminError> {
        let given = self.0.iter().find(|(given, _)| *given == name);
        given.map(|(_, text)| parse(text)).transpose().map_err(|error| AdminError::invalid(name, error))
    }

    /// How many entries a page may have.
    pub(super) fn limit(&self) -> Result<u32, AdminError> {
        self.limit_up_to(DEFAULT_LIMIT, MAX_LIMIT)
    }

    /// How many entries a page may have, where that is `most`; `usual` where nothing is said.
    pub(super) fn limit_up_to(&self, usual: u32, most: u32) -> Result<u32, AdminError> {
        let in_range = |text: &str| text.parse().ok().filter(|limit| (1..=most).contains(limit));
        let given = self.read("limit", |text| in_range(text).ok_or_else(|| format!("it must be 1 to {most}")))?;
        Ok(given.unwrap_or(usual))
    }
}

/// A revision, as it is written.
pub(super) fn parse_rev(digits: &str) -> Option<u64> {
    digits.parse().ok().filter(|rev: &u64| rev.to_string() == digits)
}
