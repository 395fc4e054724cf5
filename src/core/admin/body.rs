//! The bodies of the admin API. Unknown fields are refused; an error names its field.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::{AdminError, Description, Name};
use crate::core::openapi::{Document, InvalidDocument, Settings};
use crate::core::policy::Catalogue;
use crate::core::record::{Owner, OwnerId};
use crate::core::request::{Fault, Fields, FromKept, Kept};
use crate::core::rotation::Window;
use crate::core::scope::ScopeSet;
use crate::core::token::IntegrationId;

/// `POST /session`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
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
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSubAccount {
    /// Its id in the origin's terms.
    pub id: OwnerId,
    /// What people call it.
    pub name: Name,
}

/// `PATCH /sub-accounts/{id}`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameSubAccount {
    /// What people call it from now on.
    pub name: Name,
}

/// `POST /integrations`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewIntegration {
    /// What people call it.
    pub name: Name,
    /// What it is for.
    #[serde(default)]
    pub description: Description,
    /// Whom it belongs to.
    pub owner: Owner,
    /// What it may do.
    pub scopes: ScopeSet,
}

/// `PATCH /integrations/{id}`: what is left out stays as it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The new name.
    #[serde(default, deserialize_with = "given")]
    pub name: Option<Name>,
    /// The new description.
    #[serde(default, deserialize_with = "given")]
    pub description: Option<Description>,
    /// The new scopes, all of them.
    #[serde(default, deserialize_with = "given")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RotateBody {
    expire: Expire,
    #[serde(default, deserialize_with = "given")]
    window_seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expire {
    Now,
    Later,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyBody<'a> {
    #[serde(borrow)]
    documents: Vec<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    settings: Option<Kept<'a>>,
}

/// Reads a body into its type.
pub(super) fn parse<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, AdminError> {
    let mut deserializer = serde_json::Deserializer::from_str(body);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(invalid)?;
    deserializer.end().map_err(|error| AdminError::Malformed { line: error.line(), column: error.column() })?;
    Ok(parsed)
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

/// A field that may be left out, but is not `null` where it is given.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
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

impl Rotate {
    pub(super) fn parse(body: &str) -> Result<Self, AdminError> {
        match parse(body)? {
            RotateBody { expire: Expire::Now, window_seconds: None } => Ok(Self::Now),
            RotateBody { expire: Expire::Now, window_seconds: Some(_) } => {
                Err(AdminError::invalid("window_seconds", "there is no window where all tokens expire now"))
            }
            RotateBody { expire: Expire::Later, window_seconds } => {
                let window = window_seconds.map_or(Ok(Window::DEFAULT), Window::from_seconds);
                window.map(Self::Later).map_err(|error| AdminError::invalid("window_seconds", error))
            }
        }
    }
}

impl PublishPolicy {
    pub(super) fn parse(body: &str) -> Result<Self, AdminError> {
        let PolicyBody { documents, settings } = parse(body)?;
        let settings = settings.map_or_else(|| Ok(Settings::default()), |settings| made("settings", settings))?;
        let documents = documents.iter().zip(0_usize..).map(|(document, place)| {
            parse_document(document.get()).map_err(|error| AdminError::invalid(&format!("documents[{place}]"), error))
        });
        Ok(Self { documents: documents.collect::<Result<_, _>>()?, settings })
    }
}

impl Explain {
    pub(super) fn parse(body: &str) -> Result<Self, AdminError> {
        made("", parse(body)?)
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

/// An error's place as a path of fields, and its message without serde's line and column.
fn invalid(error: serde_path_to_error::Error<serde_json::Error>) -> AdminError {
    let (path, inner) = (error.path().to_string(), error.into_inner());
    if inner.is_syntax() || inner.is_eof() {
        return AdminError::Malformed { line: inner.line(), column: inner.column() };
    }
    let message = inner.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    // serde tells of these two at the object, not at the field.
    let quoted = message.strip_prefix("missing field `").or_else(|| message.strip_prefix("duplicate field `"));
    let named = quoted.and_then(|rest| rest.strip_suffix('`'));
    let field = match (path.as_str(), named) {
        (".", Some(name)) => name.to_owned(),
        (path, Some(name)) => format!("{path}.{name}"),
        (".", None) => "body".to_owned(),
        (path, None) => path.to_owned(),
    };
    AdminError::invalid(&field, message)
}
