//! `GET /integrations`: the filter, the order, and the place to start from.

use super::query::Parameters;
use super::{AdminError, Cursor, Paging, Sort};
use crate::record::{Level, Owner, OwnerId};
use crate::scope::Scope;
use crate::text::{folded, has_controls, unmarked};
use crate::time::Timestamp;

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
    /// Each of these words is in what can be searched of them or of their sub-account.
    pub words: Vec<String>,
    /// They have this scope.
    pub scope: Option<Scope>,
    /// They are in this state.
    pub state: Option<State>,
    /// Their current token was made before this.
    pub token_created_before: Option<Timestamp>,
    /// Their rotation's window is open now, and ends before this.
    pub rotation_ends_before: Option<Timestamp>,
    /// They have an end that is still to come, and before this.
    pub ends_before: Option<Timestamp>,
    /// They were made before this, and no use of them since is known.
    pub unused_since: Option<Timestamp>,
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
    /// Somebody paused it.
    Paused,
    /// Its end has passed.
    Ended,
    /// No use of it is known.
    NeverUsed,
    /// The rule for idle integrations has announced it.
    Idle,
}

/// The longest text to search for, in characters.
const LONGEST_TEXT: usize = 200;
/// How many words are searched for at once: each takes two of the 100 parameters that a statement can have.
const MOST_WORDS: usize = 20;
const PARAMETERS: [&str; 11] = [
    "owner",
    "q",
    "scope",
    "state",
    "token_created_before",
    "rotation_ends_before",
    "ends_before",
    "unused_since",
    "sort",
    "cursor",
    "limit",
];
/// Between texts that are searched together; no name and no description has it, and no text to search for.
const SEPARATOR: &str = "\u{1f}";

/// What of an integration can be searched: its texts, folded.
pub fn searchable(name: &str, description: &str, id: &str, owner: &str) -> String {
    unmarked(&[name, description, id, owner].join(SEPARATOR))
}

impl ListIntegrations {
    pub(super) fn parse(query: Option<&str>) -> Result<Self, AdminError> {
        let given = Parameters::parse(query, &PARAMETERS)?;
        let sort = given.read("sort", Sort::parse)?.unwrap_or_default();
        let filter = Filter {
            owner: given.read("owner", parse_owner)?,
            words: given.read("q", parse_words)?.unwrap_or_default(),
            scope: given.read("scope", Scope::parse)?,
            state: given.read("state", parse_state)?,
            token_created_before: given.read("token_created_before", parse_time)?,
            rotation_ends_before: given.read("rotation_ends_before", parse_time)?,
            ends_before: given.read("ends_before", parse_time)?,
            unused_since: given.read("unused_since", parse_time)?,
        };
        let after = given.read("cursor", |text| Cursor::parse(text, sort))?;
        Ok(Self { filter, sort, after, limit: given.limit()? })
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

/// `GET /sub-accounts`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListSubAccounts {
    /// Each of these words is in their name or id.
    pub words: Vec<String>,
    /// Which page.
    pub paging: Paging<OwnerId>,
}

impl ListSubAccounts {
    pub(super) fn parse(query: Option<&str>) -> Result<Self, AdminError> {
        let given = Parameters::parse(query, &["q", "cursor", "limit"])?;
        let words = given.read("q", parse_words)?.unwrap_or_default();
        Ok(Self { words, paging: Paging::of_ids(&given)? })
    }
}

/// The words of a search, each once, in any order, as [`searchable`] has them.
fn parse_words(text: &str) -> Result<Vec<String>, &'static str> {
    parse_text(text)?;
    let mut words: Vec<String> = Vec::new();
    for word in unmarked(text).split_whitespace() {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    if words.len() > MOST_WORDS { Err("it must have at most 20 different words") } else { Ok(words) }
}

pub(super) fn parse_text(text: &str) -> Result<String, &'static str> {
    if has_controls(text) || text.chars().count() > LONGEST_TEXT {
        return Err("it must be at most 200 characters, without control characters but line ends and tabs");
    }
    Ok(folded(text))
}

fn parse_state(text: &str) -> Result<State, &'static str> {
    match text {
        "steady" => Ok(State::Steady),
        "rotating" => Ok(State::Rotating),
        "unpublished" => Ok(State::Unpublished),
        "paused" => Ok(State::Paused),
        "ended" => Ok(State::Ended),
        "never_used" => Ok(State::NeverUsed),
        "idle" => Ok(State::Idle),
        _ => Err("it must be steady, rotating, unpublished, paused, ended, never_used or idle"),
    }
}

fn parse_time(text: &str) -> Result<Timestamp, &'static str> {
    text.parse::<u32>().map(|seconds| Timestamp::from_seconds(seconds.into())).map_err(|_| "it must be Unix seconds")
}
