//! The bodies of the admin API. Unknown fields are refused; an error names its field.

use std::fmt;

use serde::Serialize;

use super::{AdminError, Description, Name};
use crate::json::word;
use crate::json::{self, FromJson, Object};
use crate::policy::Catalogue;
use crate::record::{Owner, OwnerId};
use crate::rotation::Window;
use crate::scope::ScopeSet;
use crate::token::IntegrationId;

/// `POST /session`, which the gate itself reads.
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

/// `PUT /agency`
#[derive(Clone, Debug)]
pub struct NewAgency {
    /// Its id in the origin's terms.
    pub id: OwnerId,
    /// What people call it.
    pub name: Option<Name>,
}

/// `POST /explain`
#[derive(Clone, Debug)]
pub struct Explain {
    /// The method to ask about.
    pub method: String,
    /// Path and query to ask about.
    pub path: String,
    /// Who would send the request.
    pub asker: Asker,
}

/// Who would send the request that [`Explain`] asks about.
#[derive(Clone, Debug)]
pub enum Asker {
    /// Somebody without a credential.
    Nobody,
    /// An integration, with other scopes than its own if some are given.
    Integration {
        /// Its id.
        id: IntegrationId,
        /// The scopes that it would have.
        scopes: Option<ScopeSet>,
    },
    /// An integration that does not exist.
    Assumed {
        /// Whom it would belong to.
        owner: Owner,
        /// The scopes that it would have.
        scopes: ScopeSet,
    },
}

/// What `GET /scopes` answers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Catalogue"))]
pub struct Scopes {
    /// All of them.
    pub scopes: Catalogue,
}

/// Reads a body into its type.
pub(super) fn parse<T: FromJson>(body: &str) -> Result<T, AdminError> {
    made("", json::Value::parse(body).map_err(|error| malformed(&error))?)
}

pub(super) fn malformed(error: &serde_json::Error) -> AdminError {
    AdminError::Malformed { line: error.line(), column: error.column() }
}

impl SignIn {
    /// Reads the body. No part of it comes back in the error: a body of the wrong form may be the key itself.
    ///
    /// # Errors
    /// [`AdminError::Malformed`] or [`AdminError::Invalid`].
    pub fn parse(body: &str) -> Result<Self, AdminError> {
        parse(body).map_err(|error| match error {
            AdminError::Invalid { .. } => AdminError::invalid("key", "the body must be {\"key\": \"<owner key>\"}"),
            error => error,
        })
    }
}

impl FromJson for SignIn {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Ok(Self { key: Object::of(value, &["key"])?.required("key")? })
    }
}

impl FromJson for NewSubAccount {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["id", "name"])?;
        Ok(Self { id: fields.required("id")?, name: fields.required("name")? })
    }
}

impl FromJson for RenameSubAccount {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Ok(Self { name: Object::of(value, &["name"])?.required("name")? })
    }
}

impl FromJson for NewAgency {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["id", "name"])?;
        Ok(Self { id: fields.required("id")?, name: fields.given("name")? })
    }
}

impl FromJson for NewIntegration {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["name", "description", "owner", "scopes"])?;
        Ok(Self {
            name: fields.required("name")?,
            description: fields.given("description")?.unwrap_or_default(),
            owner: fields.required("owner")?,
            scopes: fields.required("scopes")?,
        })
    }
}

impl FromJson for Edit {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["name", "description", "scopes"])?;
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

impl FromJson for Rotate {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["expire", "window_seconds"])?;
        let Expire(later) = fields.required("expire")?;
        let window: Option<u64> = fields.given("window_seconds")?;
        let wrong =
            |what: &dyn fmt::Display| json::Error { place: "window_seconds".to_owned(), what: what.to_string() };
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

impl FromJson for Expire {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        word(value, &[("now", false), ("later", true)]).map(Self)
    }
}

impl FromJson for Explain {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["method", "path", "integration", "scopes", "owner"])?;
        let (method, path) = (fields.required("method")?, fields.required("path")?);
        let (integration, scopes, owner) =
            (fields.given("integration")?, fields.given("scopes")?, fields.given("owner")?);
        let wrong = |field: &str, what: &str| Err(json::Error { place: field.to_owned(), what: what.to_owned() });
        let asker = match (integration, owner, scopes) {
            (None, None, None) => Asker::Nobody,
            (Some(id), None, scopes) => Asker::Integration { id, scopes },
            (None, Some(owner), Some(scopes)) => Asker::Assumed { owner, scopes },
            (Some(_), Some(_), _) => return wrong("owner", "the integration has one already"),
            (None, Some(_), None) => return wrong("scopes", "needed beside owner"),
            (None, None, Some(_)) => return wrong("owner", "needed beside scopes"),
        };
        Ok(Self { method, path, asker })
    }
}

/// Makes something of what stands at `place` in the body.
pub(super) fn made<T: FromJson>(place: &str, value: json::Value) -> Result<T, AdminError> {
    T::from_json(value).map_err(|fault| {
        let json::Error { place: inner, what } = fault;
        let field = match (place, inner.as_str()) {
            ("", "") => "body".to_owned(),
            ("", only) | (only, "") => only.to_owned(),
            (place, inner) => format!("{place}.{inner}"),
        };
        AdminError::invalid(&field, what)
    })
}
