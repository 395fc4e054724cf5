//! What the policy is to become: all of it anew, a change to it, or an earlier version.

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::AdminError;
use super::body::{made, malformed};
use crate::json::{self, FromJson, Object};
use crate::openapi::{CorruptDocument, Document, InvalidDocument, Settings};
use crate::text::{has_controls, is_seen};

/// A document's name within a policy: 1 to 200 characters, no control characters, no white space at its ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct DocumentName(String);

/// The text is not a document's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a document's name is 1 to 200 characters, without control characters, and without white space at its ends")]
pub struct InvalidDocumentName;

const UNSEEN_NAME: &str = "a document's name has no invisible characters";
const UNSEEN_TEXT: &str = "it must have no control and no invisible characters but line ends and tabs";

/// What the policy is to become.
#[derive(Clone, Debug)]
pub enum PolicyDraft {
    /// `PUT /policy`: these documents and settings, and nothing else.
    Whole(Box<WholePolicy>),
    /// `PATCH /policy` and the routes of one document: whatever is not named stays.
    Change(Box<PolicyChange>),
    /// `POST /policy/rollback`: what was published under this revision.
    Earlier(u64),
}

/// All documents and settings of a policy.
#[derive(Clone, Debug)]
pub struct WholePolicy {
    /// OpenAPI documents, each under a name of its own.
    pub documents: Vec<(DocumentName, Document)>,
    /// How to read them.
    pub settings: Settings,
}

/// A change to the policy in force.
#[derive(Clone, Debug, Default)]
pub struct PolicyChange {
    /// Documents that take the place of the ones of their names, or are added; `None` removes one.
    pub documents: Vec<(DocumentName, Option<Document>)>,
    /// The settings, if they change.
    pub settings: Option<Settings>,
}

/// How many documents a policy may have.
pub const MAX_DOCUMENTS: usize = 1_000;
const MAX_NAME_CHARACTERS: usize = 200;

impl DocumentName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that a document has by its title.
    pub fn of(title: &str) -> Self {
        let is_shown = |letter: char| is_seen(letter.encode_utf8(&mut [0; 4]));
        let all_are_shown = is_seen(title);
        let shown = title.chars().filter(|letter| all_are_shown || is_shown(*letter));
        let plain = shown.map(|letter| if letter.is_control() { ' ' } else { letter });
        let short: String = plain.collect::<String>().trim().chars().take(MAX_NAME_CHARACTERS).collect();
        let name = short.trim_end();
        Self(if name.is_empty() { "untitled" } else { name }.to_owned())
    }
}

impl TryFrom<String> for DocumentName {
    type Error = InvalidDocumentName;

    fn try_from(text: String) -> Result<Self, InvalidDocumentName> {
        let usable = !text.chars().any(char::is_control) && text.trim() == text;
        if usable && (1..=MAX_NAME_CHARACTERS).contains(&text.chars().count()) {
            return Ok(Self(text));
        }
        Err(InvalidDocumentName)
    }
}

impl From<DocumentName> for String {
    fn from(name: DocumentName) -> Self {
        name.0
    }
}

impl FromJson for DocumentName {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Self::try_from(String::from_json(value)?).map_err(json::Error::new)
    }
}

impl PolicyDraft {
    /// `PUT /policy`
    pub(super) fn parse_whole(body: &str) -> Result<Self, AdminError> {
        let [documents, sources, settings] = fields(body, "", ["documents", "sources", "settings"])?;
        Self::whole(documents, sources, settings)
    }

    /// `PATCH /policy`
    pub(super) fn parse_change(body: &str) -> Result<Self, AdminError> {
        Self::change(body, "")
    }

    /// `PUT /policy/documents/{name}`: the body is the document.
    pub(super) fn parse_document(name: DocumentName, body: &str) -> Result<Self, AdminError> {
        let json: &RawValue = serde_json::from_str(body).map_err(|error| malformed(&error))?;
        check_seen(&name, "name")?;
        let document = read("document", json.get())?.named(name.as_str());
        Ok(Self::one(name, Some(document)))
    }

    /// `DELETE /policy/documents/{name}`
    pub(super) fn remove(name: DocumentName) -> Self {
        Self::one(name, None)
    }

    /// `POST /policy/rollback`
    pub(super) fn parse_earlier(body: &str) -> Result<Self, AdminError> {
        Ok(Self::Earlier(super::body::parse::<RollBack>(body)?.0))
    }

    /// `POST /policy/preview`: the body of `PUT /policy` or of a roll back; or the body of `PATCH /policy` as `change`.
    pub(super) fn parse_preview(body: &str) -> Result<Self, AdminError> {
        match fields(body, "", ["documents", "sources", "settings", "change", "to"])? {
            [documents, sources, settings, None, None] => Self::whole(documents, sources, settings),
            [None, None, None, Some(change), None] => Self::change(change.get(), "change"),
            [None, None, None, None, Some(_)] => Self::parse_earlier(body),
            [.., None, _] => Err(AdminError::invalid("to", "nothing can stand beside it")),
            _ => Err(AdminError::invalid("change", "nothing can stand beside it")),
        }
    }

    fn whole(
        documents: Option<&RawValue>,
        sources: Option<&RawValue>,
        settings: Option<&RawValue>,
    ) -> Result<Self, AdminError> {
        let given = one_of(documents, sources, "")?;
        let given = given.ok_or_else(|| AdminError::invalid("documents", "missing field `documents`"))?;
        let settings = settings.map(|json| read_settings("settings", json)).transpose()?.unwrap_or_default();
        let documents = match given {
            Given::Documents(json) if json.starts_with('{') => {
                present(changed_documents(json, "documents")?, "documents")?
            }
            Given::Documents(json) => titled_documents(json)?,
            Given::Sources(json) => present(changed_sources(json, "sources")?, "sources")?,
        };
        Ok(Self::Whole(Box::new(WholePolicy { documents, settings })))
    }

    fn change(body: &str, place: &str) -> Result<Self, AdminError> {
        let within = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        let [documents, sources, settings] = fields(body, place, ["documents", "sources", "settings"])?;
        let settings = settings.map(|json| read_settings(&within("settings"), json)).transpose()?;
        let documents = match one_of(documents, sources, place)? {
            None => Vec::new(),
            Some(Given::Documents(json)) => changed_documents(json, &within("documents"))?,
            Some(Given::Sources(json)) => changed_sources(json, &within("sources"))?,
        };
        if documents.is_empty() && settings.is_none() {
            let what = "nothing to change: give documents, sources or settings";
            return Err(AdminError::invalid(&within("documents"), what));
        }
        Ok(Self::Change(Box::new(PolicyChange { documents, settings })))
    }

    fn one(name: DocumentName, document: Option<Document>) -> Self {
        Self::Change(Box::new(PolicyChange { documents: vec![(name, document)], settings: None }))
    }
}

/// `POST /policy/rollback`: `to`, the revision whose policy is to be in force again.
struct RollBack(u64);

impl FromJson for RollBack {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Object::of(value, &["to"])?.required("to").map(Self)
    }
}

/// Documents in a list: each is called by its title.
fn titled_documents(json: &str) -> Result<Vec<(DocumentName, Document)>, AdminError> {
    let list: Vec<&RawValue> = serde_json::from_str(json).map_err(|error| unread(&error, "documents"))?;
    check_count("documents", list.len())?;
    let mut documents: Vec<(DocumentName, Document)> = Vec::with_capacity(list.len());
    for (json, at) in list.into_iter().zip(0_usize..) {
        let place = format!("documents[{at}]");
        let document = read(&place, json.get())?;
        let name = DocumentName::of(document.title());
        if documents.iter().any(|(other, _)| *other == name) {
            let message = format!(
                "another document is called {:?} too; give documents as an object, with a name for each",
                name.as_str()
            );
            return Err(AdminError::invalid(&place, message));
        }
        let document = document.named(name.as_str());
        documents.push((name, document));
    }
    Ok(documents)
}

/// What documents are given as.
enum Given<'a> {
    /// As they are: OpenAPI.
    Documents(&'a str),
    /// As what a policy is made of: [`Document::to_json`].
    Sources(&'a str),
}

fn one_of<'a>(
    documents: Option<&'a RawValue>,
    sources: Option<&'a RawValue>,
    place: &str,
) -> Result<Option<Given<'a>>, AdminError> {
    match (documents, sources) {
        (None, None) => Ok(None),
        (Some(documents), None) => Ok(Some(Given::Documents(documents.get()))),
        (None, Some(sources)) => Ok(Some(Given::Sources(sources.get()))),
        (Some(_), Some(_)) => {
            let place = if place.is_empty() { "sources".to_owned() } else { format!("{place}.sources") };
            Err(AdminError::invalid(&place, "it cannot stand beside documents"))
        }
    }
}

/// Documents of which none is to go, and of which there is one at least.
fn present(
    documents: Vec<(DocumentName, Option<Document>)>,
    place: &str,
) -> Result<Vec<(DocumentName, Document)>, AdminError> {
    if documents.is_empty() {
        return Err(AdminError::invalid(place, "it names no document"));
    }
    let present = |(name, document): (DocumentName, Option<Document>)| match document {
        Some(document) => Ok((name, document)),
        None => Err(AdminError::invalid(&format!("{place}.{}", name.as_str()), "it is null")),
    };
    documents.into_iter().map(present).collect()
}

/// What documents were read as, by their names: `{"name","operations"}`; null operations say that one is to go.
fn changed_sources(json: &str, place: &str) -> Result<Vec<(DocumentName, Option<Document>)>, AdminError> {
    let list: Vec<&RawValue> = serde_json::from_str(json).map_err(|error| unread(&error, place))?;
    check_count(place, list.len())?;
    let mut documents: Vec<(DocumentName, Option<Document>)> = Vec::with_capacity(list.len());
    for (json, at) in list.into_iter().zip(0_usize..) {
        let place = format!("{place}[{at}]");
        let [name, operations] = fields(json.get(), &place, ["name", "operations"])?;
        let missing =
            |field: &str| AdminError::invalid(&format!("{place}.{field}"), format!("missing field `{field}`"));
        let name = name.ok_or_else(|| missing("name"))?;
        let operations = operations.ok_or_else(|| missing("operations"))?;
        let at_name = format!("{place}.name");
        let name: String = serde_json::from_str(name.get()).map_err(|error| unread(&error, &at_name))?;
        let name = DocumentName::try_from(name).map_err(|error| AdminError::invalid(&at_name, error))?;
        if documents.iter().any(|(other, _)| *other == name) {
            return Err(AdminError::invalid(&at_name, "it is given more than once"));
        }
        let document = match operations.get() {
            "null" => None,
            json => {
                check_seen(&name, &at_name)?;
                Some(read_source(&format!("{place}.operations"), json)?.named(name.as_str()))
            }
        };
        documents.push((name, document));
    }
    Ok(documents)
}

/// A document as [`Document::to_json`] writes it.
fn read_source(place: &str, json: &str) -> Result<Document, AdminError> {
    Document::from_source(json).map_err(|error| match error {
        CorruptDocument::Malformed { place: within } => {
            AdminError::invalid(&format!("{place}.{within}"), "it is not what a document is read as")
        }
        CorruptDocument::Version(_) => AdminError::invalid(&format!("{place}.v"), "this gate reads version 1"),
    })
}

/// Documents by their names; a null says that one is to go.
fn changed_documents(json: &str, place: &str) -> Result<Vec<(DocumentName, Option<Document>)>, AdminError> {
    let Entries(entries) = serde_json::from_str(json).map_err(|error| unread(&error, place))?;
    check_count(place, entries.len())?;
    let mut documents: Vec<(DocumentName, Option<Document>)> = Vec::with_capacity(entries.len());
    for (name, json) in entries {
        let place = format!("{place}.{name}");
        let name = DocumentName::try_from(name).map_err(|error| AdminError::invalid(&place, error))?;
        if documents.iter().any(|(other, _)| *other == name) {
            return Err(AdminError::invalid(&place, "it is given more than once"));
        }
        let document = match json.get() {
            "null" => None,
            json => {
                check_seen(&name, &place)?;
                Some(read(&place, json)?.named(name.as_str()))
            }
        };
        documents.push((name, document));
    }
    Ok(documents)
}

/// Checks the name of a document that is to stay. One that goes may have a name that an older release took.
fn check_seen(name: &DocumentName, place: &str) -> Result<(), AdminError> {
    if is_seen(name.as_str()) { Ok(()) } else { Err(AdminError::invalid(place, UNSEEN_NAME)) }
}

fn check_count(place: &str, count: usize) -> Result<(), AdminError> {
    if count <= MAX_DOCUMENTS {
        return Ok(());
    }
    Err(AdminError::invalid(place, format!("a policy has at most {MAX_DOCUMENTS} documents")))
}

/// A document as JSON, or as a JSON string that holds its text in JSON or YAML.
fn read(place: &str, json: &str) -> Result<Document, AdminError> {
    let document = match serde_json::from_str::<String>(json) {
        Ok(text) => Document::parse(&text),
        Err(_) => Document::parse(json),
    };
    document.map_err(|error: InvalidDocument| AdminError::invalid(place, error))
}

fn read_settings(place: &str, json: &RawValue) -> Result<Settings, AdminError> {
    let settings: Settings = made(place, json::Value::parse(json.get()).map_err(|error| malformed(&error))?)?;
    let reasons = settings.exclude.iter().map(|exclusion| exclusion.reason.as_deref()).zip(0_usize..);
    let reasons = reasons.map(|(text, at)| (text.unwrap_or_default(), format!("exclude[{at}].reason")));
    let types = settings.event_types.iter().map(|event| event.description.as_str()).zip(0_usize..);
    let descriptions = types.map(|(text, at)| (text, format!("event_types[{at}].description")));
    match reasons.chain(descriptions).find(|(text, _)| has_controls(text) || !is_seen(text)) {
        Some((_, field)) => Err(AdminError::invalid(&format!("{place}.{field}"), UNSEEN_TEXT)),
        None => Ok(settings),
    }
}

/// An object's members, read where they stand: a document is long.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

/// The named fields of an object that has no others.
fn fields<'a, const N: usize>(
    json: &'a str,
    place: &str,
    names: [&str; N],
) -> Result<[Option<&'a RawValue>; N], AdminError> {
    let Entries(entries) =
        serde_json::from_str(json).map_err(|error| unread(&error, if place.is_empty() { "body" } else { place }))?;
    let mut found = [None; N];
    for (name, value) in entries {
        let within = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        let mut known = names.iter().zip(&mut found);
        let Some((_, field)) = known.find(|(known, _)| **known == name) else {
            return Err(AdminError::invalid(&within, format!("unknown field `{name}`")));
        };
        if field.replace(value).is_some() {
            return Err(AdminError::invalid(&within, format!("duplicate field `{name}`")));
        }
    }
    Ok(found)
}

/// What stands at `place` is of another type than it must be, unless the body is not JSON at all.
fn unread(error: &serde_json::Error, place: &str) -> AdminError {
    if error.is_syntax() || error.is_eof() {
        return malformed(error);
    }
    let message = error.to_string();
    AdminError::invalid(place, message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message))
}

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Entries<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_name() {
        let long = "é".repeat(250);
        for (title, name) in [
            ("Contacts API", "Contacts API"),
            (" a\\tb\\n", "a b"),
            ("", "untitled"),
            ("\\u0000", "untitled"),
            ("\u{200b}", "untitled"),
            ("a\u{202e}b", "ab"),
            (&long, long.get(..400).unwrap()),
        ] {
            let text = format!(r#"{{"openapi":"3.0.0","info":{{"title":"{title}","version":"1"}},"paths":{{}}}}"#);
            let name_found = DocumentName::of(Document::parse(&text).unwrap().title());
            assert_eq!(name_found.as_str(), name);
            assert_eq!(DocumentName::try_from(name_found.as_str().to_owned()), Ok(name_found));
        }
    }
}
