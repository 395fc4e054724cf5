//! `GET /integrations`: which of them, in which order, from where on.

use std::fmt;

use super::{AdminError, Cursor, Sort, folded};
use crate::core::record::{Level, Owner, OwnerId};
use crate::core::request::{Query, decode};
use crate::core::rotation::Timestamp;
use crate::core::scope::Scope;

/// `GET /integrations`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListIntegrations {
    /// Which integrations.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Only those behind this place.
    pub after: Option<Cursor>,
    /// How many at most: 1 to 200.
    pub limit: u32,
}

/// Which integrations are listed: those of which all that is given here is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// They are this owner's.
    pub owner: Option<Owner>,
    /// This folded text is in what can be searched, or in the folded name of their sub-account.
    pub text: Option<String>,
    /// They have this scope.
    pub scope: Option<Scope>,
    /// They are in this state.
    pub state: Option<State>,
    /// Their current token was made before this.
    pub token_created_before: Option<Timestamp>,
}

/// What a list can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// One token.
    Steady,
    /// Two tokens, in a window that is open now.
    Rotating,
    /// KV has not taken the last change.
    Unpublished,
}

/// The longest text to search for, in characters.
const LONGEST_TEXT: usize = 200;
const DEFAULT_LIMIT: u32 = 50;
const LARGEST_LIMIT: u32 = 200;
const PARAMETERS: [&str; 8] = ["owner", "q", "scope", "state", "token_created_before", "sort", "cursor", "limit"];
/// Between texts that are searched together; no name and no description has it, and no text to search for.
const SEPARATOR: &str = "\u{1f}";

/// What of an integration can be searched: its texts, folded.
pub fn searchable(name: &str, description: &str, id: &str, owner: &str) -> String {
    folded(&[name, description, id, owner].join(SEPARATOR))
}

impl ListIntegrations {
    pub(super) fn parse(query: Option<&str>) -> Result<Self, AdminError> {
        let given = Parameters::parse(query)?;
        let sort = given.read("sort", Sort::parse)?.unwrap_or_default();
        let filter = Filter {
            owner: given.read("owner", parse_owner)?,
            text: given.read("q", parse_text)?.filter(|text| !text.is_empty()),
            scope: given.read("scope", Scope::parse)?,
            state: given.read("state", parse_state)?,
            token_created_before: given.read("token_created_before", parse_time)?,
        };
        let after = given.read("cursor", |text| Cursor::parse(text, sort))?;
        let limit = given.read("limit", parse_limit)?.unwrap_or(DEFAULT_LIMIT);
        Ok(Self { filter, sort, after, limit })
    }
}

/// A query as HTML forms write it: `&` between pairs, `+` or `%20` for a space, UTF-8 in percent encoding.
struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    fn parse(query: Option<&str>) -> Result<Self, AdminError> {
        let query = Query::parse(query).map_err(|error| AdminError::invalid("query", error))?;
        let mut found: Vec<(&'static str, String)> = Vec::new();
        for pair in query.as_str().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let known = PARAMETERS.into_iter().find(|known| *known == name);
            let name = known.ok_or_else(|| AdminError::invalid("query", format!("unknown parameter {name:?}")))?;
            let value = decode(value).ok_or_else(|| AdminError::invalid(name, "it is no UTF-8"))?;
            if found.iter().any(|(other, _)| *other == name) {
                return Err(AdminError::invalid(name, "it is given more than once"));
            }
            found.push((name, value.into_owned()));
        }
        Ok(Self(found))
    }

    fn read<T, E: fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, AdminError> {
        let given = self.0.iter().find(|(given, _)| *given == name);
        given.map(|(_, text)| parse(text)).transpose().map_err(|error| AdminError::invalid(name, error))
    }
}

/// `agency:{id}` or `sub_account:{id}`
fn parse_owner(text: &str) -> Result<Owner, String> {
    let invalid = || "it must be agency:{id} or sub_account:{id}".to_owned();
    let (level, id) = text.split_once(':').ok_or_else(invalid)?;
    let level = match level {
        "agency" => Level::Agency,
        "sub_account" => Level::SubAccount,
        _ => return Err(invalid()),
    };
    Ok(Owner { level, id: OwnerId::parse(id).map_err(|error| error.to_string())? })
}

fn parse_text(text: &str) -> Result<String, &'static str> {
    let forbidden = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    if text.chars().any(forbidden) || text.chars().count() > LONGEST_TEXT {
        return Err("it must be at most 200 characters, without control characters but line ends and tabs");
    }
    Ok(folded(text))
}

fn parse_state(text: &str) -> Result<State, &'static str> {
    match text {
        "steady" => Ok(State::Steady),
        "rotating" => Ok(State::Rotating),
        "unpublished" => Ok(State::Unpublished),
        _ => Err("it must be steady, rotating or unpublished"),
    }
}

fn parse_time(text: &str) -> Result<Timestamp, &'static str> {
    text.parse::<u32>().map(|seconds| Timestamp::from_seconds(seconds.into())).map_err(|_| "it must be Unix seconds")
}

fn parse_limit(text: &str) -> Result<u32, &'static str> {
    text.parse().ok().filter(|limit| (1..=LARGEST_LIMIT).contains(limit)).ok_or("it must be 1 to 200")
}
