//! Documents and settings in the bodies of requests.

use serde_json::value::RawValue;

use super::members::{Entries, fields, unread};
use super::name::DocumentName;
use crate::admin::AdminError;
use crate::admin::body::{made, malformed};
use crate::json;
use crate::openapi::{CorruptDocument, Document, InvalidDocument, Settings};
use crate::text::{has_controls, is_seen};

/// How many documents a policy may have.
pub const MAX_DOCUMENTS: usize = 1_000;

const UNSEEN_NAME: &str = "a document's name has no invisible characters";
const UNSEEN_TEXT: &str = "it must have no control and no invisible characters but line ends and tabs";

/// Documents in a list: each is called by its title.
pub(super) fn titled_documents(json: &str) -> Result<Vec<(DocumentName, Document)>, AdminError> {
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
pub(super) enum Given<'a> {
    /// As they are: OpenAPI.
    Documents(&'a str),
    /// As what a policy is made of: [`Document::to_json`].
    Sources(&'a str),
}

pub(super) fn one_of<'a>(
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
pub(super) fn present(
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
pub(super) fn changed_sources(json: &str, place: &str) -> Result<Vec<(DocumentName, Option<Document>)>, AdminError> {
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
pub(super) fn changed_documents(json: &str, place: &str) -> Result<Vec<(DocumentName, Option<Document>)>, AdminError> {
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
pub(super) fn check_seen(name: &DocumentName, place: &str) -> Result<(), AdminError> {
    if is_seen(name.as_str()) { Ok(()) } else { Err(AdminError::invalid(place, UNSEEN_NAME)) }
}

fn check_count(place: &str, count: usize) -> Result<(), AdminError> {
    if count <= MAX_DOCUMENTS {
        return Ok(());
    }
    Err(AdminError::invalid(place, format!("a policy has at most {MAX_DOCUMENTS} documents")))
}

/// A document as JSON, or as a JSON string that holds its text in JSON or YAML.
pub(super) fn read(place: &str, json: &str) -> Result<Document, AdminError> {
    let document = match serde_json::from_str::<String>(json) {
        Ok(text) => Document::parse(&text),
        Err(_) => Document::parse(json),
    };
    document.map_err(|error: InvalidDocument| AdminError::invalid(place, error))
}

pub(super) fn read_settings(place: &str, json: &RawValue) -> Result<Settings, AdminError> {
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
