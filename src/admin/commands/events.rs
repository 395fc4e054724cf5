//! Events of the whole gate: the filter, the place to start from, and the format.

use crate::access::Place;
use crate::admin::query::{NOT_A_CURSOR, Parameters, parse_rev};
use crate::admin::{AdminError, MAX_LIMIT};
use crate::events::{EventActor, Kind};
use crate::time::Timestamp;
use crate::token::IntegrationId;

/// Events of the whole gate.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum EventsCommand {
    List(ListEvents),
}

/// `GET /events`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListEvents {
    /// Which events.
    pub filter: EventFilter,
    /// Only those behind this one: in a list the older ones, in an export the newer ones.
    pub after: Option<EventCursor>,
    /// How many at most: 1 to 200, in an export 1 to 1,000.
    pub limit: u32,
    /// How they are written.
    pub format: EventFormat,
}

/// Which events: those of which all that is given here is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// They are of one of these kinds; empty for all.
    pub kinds: Vec<Kind>,
    /// Only events of this actor: [`EventActor::to_text`].
    pub actor: Option<String>,
    /// They happened at this place.
    pub place: Option<Place>,
    /// They are about this integration.
    pub integration: Option<IntegrationId>,
    /// They happened then or later.
    pub from: Option<Timestamp>,
    /// They happened before.
    pub to: Option<Timestamp>,
}

/// Where in the events a page ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventCursor {
    /// The number of the last event that was examined.
    pub seq: u64,
    /// In an export, the number of the last event of all, when its first page was made: what happens later is not in it.
    pub until: Option<u64>,
}

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventFormat {
    /// A page of a list, the newest first.
    Json,
    /// An export in JSON Lines, the oldest first.
    Lines,
    /// An export as CSV, the oldest first.
    Csv,
}

/// The most events of a page of an export.
const MAX_EXPORTED: u32 = 1_000;

impl ListEvents {
    pub(in crate::admin) fn parse(query: Option<&str>) -> Result<Self, AdminError> {
        const PARAMETERS: [&str; 9] =
            ["kind", "actor", "place", "integration", "from", "to", "format", "cursor", "limit"];
        let given = Parameters::parse(query, &PARAMETERS)?;
        let format = given.read("format", parse_format)?.unwrap_or(EventFormat::Json);
        let (usual, most) = if format == EventFormat::Json { (50, MAX_LIMIT) } else { (MAX_EXPORTED, MAX_EXPORTED) };
        let filter = EventFilter {
            kinds: given.read("kind", parse_kinds)?.unwrap_or_default(),
            actor: given.read("actor", parse_actor)?,
            place: given.read("place", Place::parse)?,
            integration: given.read("integration", IntegrationId::parse)?,
            from: given.read("from", Timestamp::from_rfc3339)?,
            to: given.read("to", Timestamp::from_rfc3339)?,
        };
        if filter.from.zip(filter.to).is_some_and(|(from, to)| from >= to) {
            return Err(AdminError::invalid("to", "it must be after from"));
        }
        let after = given.read("cursor", |text| {
            EventCursor::parse(text)
                .filter(|cursor| cursor.until.is_some() == (format != EventFormat::Json))
                .ok_or(NOT_A_CURSOR)
        })?;
        Ok(Self { filter, after, limit: given.limit_up_to(usual, most)?, format })
    }
}

impl EventFilter {
    /// Whether every event is wanted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl EventCursor {
    /// As answers have it.
    pub fn to_text(self) -> String {
        self.until.map_or_else(|| self.seq.to_string(), |until| format!("{}-{until}", self.seq))
    }

    fn parse(text: &str) -> Option<Self> {
        let (seq, until) = match text.split_once('-') {
            Some((seq, until)) => (seq, Some(parse_rev(until)?)),
            None => (text, None),
        };
        Some(Self { seq: parse_rev(seq)?, until })
    }
}

impl EventFormat {
    /// The word in the query.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Lines => "jsonl",
            Self::Csv => "csv",
        }
    }
}

fn parse_format(text: &str) -> Result<EventFormat, &'static str> {
    let all = [EventFormat::Json, EventFormat::Lines, EventFormat::Csv];
    all.into_iter().find(|format| format.as_str() == text).ok_or("it must be json, jsonl or csv")
}

/// Names of kinds, separated by commas; `group.*` stands for a whole group.
fn parse_kinds(text: &str) -> Result<Vec<Kind>, String> {
    let mut kinds = Vec::new();
    for name in text.split(',') {
        match name.strip_suffix(".*") {
            Some(group) => {
                let before = kinds.len();
                kinds.extend(Kind::ALL.iter().filter(|kind| kind.group() == group));
                if kinds.len() == before {
                    return Err(format!("there is no group of kinds {group:?}"));
                }
            }
            None => kinds.push(Kind::parse(name).map_err(|error| error.to_string())?),
        }
    }
    crate::order::sort_and_dedup(&mut kinds);
    Ok(kinds)
}

fn parse_actor(text: &str) -> Result<String, &'static str> {
    let has_id = |id: &str| IntegrationId::parse(id).is_ok();
    let is_one = match text.split_once(':') {
        Some(("person" | "key", id)) => has_id(id),
        _ => ["owner-key", EventActor::registry().to_text().as_str()].contains(&text),
    };
    if is_one { Ok(text.to_owned()) } else { Err("it must be owner-key, person:{id}, key:{id} or registry") }
}
