//! A draft of the policy: a whole new one, a change to the one in force, or an earlier version.

mod documents;
mod members;
mod name;

use serde_json::value::RawValue;

use self::documents::{
    Given, changed_documents, changed_sources, check_seen, one_of, present, read, read_settings, titled_documents,
};
use self::members::fields;
use super::AdminError;
use super::body::malformed;
use crate::json::{self, FromJson, Object};
use crate::openapi::{Document, Settings};

pub use self::documents::MAX_DOCUMENTS;
pub use self::name::DocumentName;

/// A draft of the policy.
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

/// `POST /policy/rollback`: `to`, the revision to return to.
struct RollBack(u64);

impl FromJson for RollBack {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Object::of(value, &["to"])?.required("to").map(Self)
    }
}
