//! Integrations.

use std::fmt;

use super::{Command, Request};
use crate::admin::body::parse;
use crate::admin::{AdminError, Description, ListIntegrations, Name, Paging};
use crate::json::{self, FromJson, Object, word};
use crate::record::Owner;
use crate::rotation::Window;
use crate::scope::ScopeSet;
use crate::token::IntegrationId;

/// Integrations.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum IntegrationCommand {
    List(ListIntegrations),
    Create(NewIntegration),
    Show(IntegrationId),
    Edit { id: IntegrationId, rev: u64, edit: Edit },
    Delete { id: IntegrationId, rev: u64 },
    Rotate { id: IntegrationId, rev: u64, rotate: Rotate },
    CancelRotation { id: IntegrationId, rev: u64 },
    FinishRotation { id: IntegrationId, rev: u64 },
    Events(IntegrationId, Paging<u64>),
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

impl IntegrationCommand {
    pub(in crate::admin) fn edit(request: &Request<'_>) -> Result<Command, AdminError> {
        let (id, rev) = (request.integration()?, request.needed_rev()?);
        Ok(Self::Edit { id, rev, edit: Edit::parse(request.body)? }.into())
    }

    pub(in crate::admin) fn rotate(request: &Request<'_>) -> Result<Command, AdminError> {
        let (id, rev) = (request.integration()?, request.needed_rev()?);
        Ok(Self::Rotate { id, rev, rotate: request.body()? }.into())
    }
}

crate::json_object!(NewIntegration { name, description: default, owner, scopes });

crate::json_object!(Edit { name: given, description: given, scopes: given });

impl Edit {
    fn parse(body: &str) -> Result<Self, AdminError> {
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
