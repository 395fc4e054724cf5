//! The bodies of the admin API. Unknown fields are refused; an error names its field.

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{AdminError, Description, Name};
use crate::core::openapi::{Document, InvalidDocument, Settings};
use crate::core::policy::Catalogue;
use crate::core::record::{Owner, OwnerId};
use crate::core::request::json::word;
use crate::core::request::{Fault, Fields, FromKept, Kept};
use crate::core::rotation::Window;
use crate::core::scope::ScopeSet;
use crate::core::token::IntegrationId;

/// `POST /session`
pub struct SignIn {
    /// The owner key.
    pub key: String,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// `POST /sub-accounts`
#[derive(Clone, Debug)]
pub struct NewSubAccount {
    /// Its id in the origin's terms.
    pub id: OwnerId,
    /// What people call it.
    pub name: Name,
}

/// `PATCH /sub-accounts/{id}`
#[derive(Clone, Debug)]
pub struct RenameSubAccount {
    /// What people call it from now on.
    pub name: Name,
}

/// `POST /integrations`
#[derive(Clone, Debug)]
pub struct NewIntegration {
    /// What people call it.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// Whom it belongs to.
    pub owner: Owner,
    /// What it may do.
    pub scopes: ScopeSet,
}

/// `PATCH /integrations/{id}`: what is left out stays as it is.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The new name.
    pub name: Option<Name>,
    /// The new description.
    pub description: Option<Description>,
    /// The new scopes, all of them.
    pub scopes: Option<ScopeSet>,
}

/// `POST /integrations/{id}/rotate`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotate {
    /// The present token lives on for a window.
    Later(Window),
    /// All present tokens die.
    Now,
}

/// `PUT /policy`, `POST /policy/preview`
#[derive(Clone, Debug)]
pub struct PublishPolicy {
    /// OpenAPI documents.
    pub documents: Vec<Document>,
    /// How to read them.
    pub settings: Settings,
}

/// `POST /policy/rollback`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollBack {
    /// The revision whose policy is to be in force again.
    pub to: u64,
}

/// `POST /explain`
#[derive(Clone, Debug)]
pub struct Explain {
    /// The method to ask about.
    pub method: String,
    /// Path and query to ask about.
    pub path: String,
    /// The integration that would ask.
    pub integration: Option<IntegrationId>,
    /// The scopes that it would have: instead of its own, or with `owner` for one that does not exist.
    pub scopes: Option<ScopeSet>,
    /// Whom the integration that does not exist would belong to.
    pub owner: Option<Owner>,
}

/// What `GET /scopes` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Scopes {
    /// All of them.
    pub scopes: Catalogue,
}

/// The body of the policy's two requests; a document is long, and read where it stands.
struct PolicyBody<'a>(Vec<(String, &'a RawValue)>);

/// Reads a body into its type.
pub(super) fn parse<T: FromKept>(body: &str) -> Result<T, AdminError> {
    made("", Kept::parse(body).map_err(|error| malformed(&error))?)
}

fn malformed(error: &serde_json::Error) -> AdminError {
    AdminError::Malformed { line: error.line(), column: error.column() }
}

impl SignIn {
    /// No part of the body comes back in the error: a body of the wrong form may be the key itself.
    pub(super) fn parse(body: &str) -> Result<Self, AdminError> {
        parse(body).map_err(|error| match error {
            AdminError::Invalid { .. } => AdminError::invalid("key", "the body must be {\"key\": \"<owner key>\"}"),
            error => error,
        })
    }
}

impl FromKept for SignIn {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        Ok(Self { key: Fields::of(value, &["key"])?.required("key")? })
    }
}

impl FromKept for NewSubAccount {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let mut fields = Fields::of(value, &["id", "name"])?;
        Ok(Self { id: fields.required("id")?, name: fields.required("name")? })
    }
}

impl FromKept for RenameSubAccount {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        Ok(Self { name: Fields::of(value, &["name"])?.required("name")? })
    }
}

impl FromKept for RollBack {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        Ok(Self { to: Fields::of(value, &["to"])?.required("to")? })
    }
}

impl FromKept for NewIntegration {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let mut fields = Fields::of(value, &["name", "description", "owner", "scopes"])?;
        Ok(Self {
            name: fields.required("name")?,
            description: fields.given("description")?.unwrap_or_default(),
            owner: fields.required("owner")?,
            scopes: fields.required("scopes")?,
        })
    }
}

impl FromKept for Edit {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let mut fields = Fields::of(value, &["name", "description", "scopes"])?;
        Ok(Self {
            name: fields.given("name")?,
            description: fields.given("description")?,
            scopes: fields.given("scopes")?,
        })
    }
}

impl Edit {
    pub(super) fn parse(body: &str) -> Result<Self, AdminError> {
        let edit: Self = parse(body)?;
        match edit {
            Self { name: None, description: None, scopes: None } => {
                Err(AdminError::invalid("name", "nothing to change: give name, description or scopes"))
            }
            edit => Ok(edit),
        }
    }
}

impl FromKept for Rotate {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let mut fields = Fields::of(value, &["expire", "window_seconds"])?;
        let Expire(later) = fields.required("expire")?;
        let window: Option<u64> = fields.given("window_seconds")?;
        let wrong = |what: &dyn fmt::Display| Fault { place: "window_seconds".to_owned(), what: what.to_string() };
        match window {
            None if later => Ok(Self::Later(Window::DEFAULT)),
            None => Ok(Self::Now),
            Some(seconds) if later => Window::from_seconds(seconds).map(Self::Later).map_err(|error| wrong(&error)),
            Some(_) => Err(wrong(&"there is no window where all tokens expire now")),
        }
    }
}

/// Whether the tokens live on.
struct Expire(bool);

impl FromKept for Expire {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        word(value, &[("now", false), ("later", true)]).map(Self)
    }
}

impl PublishPolicy {
    pub(super) fn parse(body: &str) -> Result<Self, AdminError> {
        let PolicyBody(fields) = serde_json::from_str(body).map_err(|error| unread(&error, "body"))?;
        let (mut documents, mut settings) = (None, None);
        for (name, value) in fields {
            let field = match name.as_str() {
                "documents" => &mut documents,
                "settings" => &mut settings,
                _ => return Err(AdminError::invalid(&name, format!("unknown field `{name}`"))),
            };
            if field.replace(value.get()).is_some() {
                return Err(AdminError::invalid(&name, format!("duplicate field `{name}`")));
            }
        }
        let documents = documents.ok_or_else(|| AdminError::invalid("documents", "missing field `documents`"))?;
        let documents: Vec<&RawValue> = serde_json::from_str(documents).map_err(|error| unread(&error, "documents"))?;
        let settings = settings.map_or_else(
            || Ok(Settings::default()),
            |settings| made("settings", Kept::parse(settings).map_err(|error| malformed(&error))?),
        )?;
        let documents = documents.iter().zip(0_usize..).map(|(document, place)| {
            parse_document(document.get()).map_err(|error| AdminError::invalid(&format!("documents[{place}]"), error))
        });
        Ok(Self { documents: documents.collect::<Result<_, _>>()?, settings })
    }
}

/// What stands at `place` is of another type than it must be, unless the body is no JSON at all.
fn unread(error: &serde_json::Error, place: &str) -> AdminError {
    if error.is_syntax() || error.is_eof() {
        return malformed(error);
    }
    let message = error.to_string();
    AdminError::invalid(place, message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message))
}

impl<'de> Deserialize<'de> for PolicyBody<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = PolicyBody<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(PolicyBody(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

impl FromKept for Explain {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let mut fields = Fields::of(value, &["method", "path", "integration", "scopes", "owner"])?;
        Ok(Self {
            method: fields.required("method")?,
            path: fields.required("path")?,
            integration: fields.given("integration")?,
            scopes: fields.given("scopes")?,
            owner: fields.given("owner")?,
        })
    }
}

/// Makes something of what stands at `place` in the body.
fn made<T: FromKept>(place: &str, value: Kept) -> Result<T, AdminError> {
    T::from_kept(value).map_err(|fault| {
        let Fault { place: inner, what } = fault;
        let field = match (place, inner.as_str()) {
            ("", "") => "body".to_owned(),
            ("", only) | (only, "") => only.to_owned(),
            (place, inner) => format!("{place}.{inner}"),
        };
        AdminError::invalid(&field, what)
    })
}

/// A document as JSON, or as a JSON string that holds its text in JSON or YAML.
fn parse_document(json: &str) -> Result<Document, InvalidDocument> {
    match serde_json::from_str::<String>(json) {
        Ok(text) => Document::parse(&text),
        Err(_) => Document::parse(json),
    }
}
