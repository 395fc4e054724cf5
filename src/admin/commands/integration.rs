//! Integrations.

use std::fmt;

use super::{Command, Request};
use crate::admin::body::parse;
use crate::admin::{AdminError, Description, ListIntegrations, Moment, Name, Paging};
use crate::json::{self, FromJson, Object, word};
use crate::record::Owner;
use crate::rotation::Window;
use crate::scope::ScopeSet;
use crate::time::Timestamp;
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
    Rotate { id: IntegrationId, rev: u64, token: NewToken },
    CancelRotation { id: IntegrationId, rev: u64 },
    FinishRotation { id: IntegrationId, rev: u64, leaked: bool },
    ExtendRotation { id: IntegrationId, rev: u64, until: Timestamp },
    Pause { id: IntegrationId, rev: u64 },
    Resume { id: IntegrationId, rev: u64 },
    Undo { id: IntegrationId, rev: u64 },
    ShowRotation(IntegrationId),
    Test { id: IntegrationId, test: TestedToken },
    Lifecycle,
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
    /// When all its tokens end, if they do: the first second in which they are dead.
    pub expires_at: Option<Timestamp>,
}

/// `PATCH /integrations/{id}`. Fields that are left out stay as they are.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The new name.
    pub name: Option<Name>,
    /// The new description.
    pub description: Option<Description>,
    /// The new scopes, all of them.
    pub scopes: Option<ScopeSet>,
    /// The new end; `Some(None)` where it is to have none.
    pub expires_at: Option<Option<Timestamp>>,
}

/// `POST /integrations/{id}/rotate`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// What becomes of the present tokens.
    pub rotate: Rotate,
    /// The integration's new end; `None` where it stays as it is.
    pub expires_at: Option<Option<Timestamp>>,
    /// Whether a present token is reported as leaked.
    pub leaked: bool,
    /// Whether the window ends as soon as the present token is quiet.
    pub when_quiet: bool,
}

/// What becomes of the present tokens, where a new one is made.
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
        Ok(Self::Rotate { id, rev, token: request.body()? }.into())
    }

    pub(in crate::admin) fn finish(request: &Request<'_>) -> Result<Command, AdminError> {
        let (id, rev) = (request.integration()?, request.needed_rev()?);
        let Finish { leaked } = if request.body.is_empty() { Finish::default() } else { request.body()? };
        Ok(Self::FinishRotation { id, rev, leaked }.into())
    }

    pub(in crate::admin) fn extend(request: &Request<'_>) -> Result<Command, AdminError> {
        let (id, rev) = (request.integration()?, request.needed_rev()?);
        let Extend { expires_at: Moment(until) } = request.body()?;
        Ok(Self::ExtendRotation { id, rev, until }.into())
    }
}

/// `POST /integrations/{id}/test`: the token and the operation to test it with. The token never leaves the Worker that was asked.
pub struct TestToken {
    /// The token.
    pub token: String,
    /// [`WHOAMI`], or an operation as `METHOD /template`.
    pub operation: String,
}

/// What the registry gets of a [`TestToken`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestedToken {
    /// The operation.
    pub operation: String,
    /// Whether the token is one of the integration's.
    pub is_own: bool,
}

/// The operation that asks the gate what a token is.
pub const WHOAMI: &str = "whoami";

crate::json_object!(TestToken { token, operation });

crate::json_object!(TestedToken { operation, is_own });

impl TestToken {
    /// Reads a body.
    ///
    /// # Errors
    /// [`AdminError`] that names the field, and never repeats the token.
    pub fn parse(body: &str) -> Result<Self, AdminError> {
        parse(body)
    }
}

/// `POST /integrations/{id}/rotation/finish`: the body may be left out.
#[derive(Default)]
struct Finish {
    leaked: bool,
}

/// `POST /integrations/{id}/rotation/extend`
struct Extend {
    expires_at: Moment,
}

crate::json_object!(Finish { leaked: default });

crate::json_object!(Extend { expires_at });

impl FromJson for NewIntegration {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["name", "description", "owner", "scopes", "expires_at"])?;
        Ok(Self {
            name: fields.required("name")?,
            description: fields.given("description")?.unwrap_or_default(),
            owner: fields.required("owner")?,
            scopes: fields.required("scopes")?,
            expires_at: fields.optional("expires_at")?.map(|Moment(end)| end),
        })
    }
}

impl FromJson for Edit {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["name", "description", "scopes", "expires_at"])?;
        Ok(Self {
            name: fields.given("name")?,
            description: fields.given("description")?,
            scopes: fields.given("scopes")?,
            expires_at: end(&mut fields)?,
        })
    }
}

/// The member `expires_at`, which may be left out, and where it is null says that there is no end.
fn end(fields: &mut Object<'_>) -> Result<Option<Option<Timestamp>>, json::Error> {
    let given: Option<Option<Moment>> = fields.given("expires_at")?;
    Ok(given.map(|end| end.map(|Moment(end)| end)))
}

impl Edit {
    fn parse(body: &str) -> Result<Self, AdminError> {
        let edit: Self = parse(body)?;
        match edit {
            Self { name: None, description: None, scopes: None, expires_at: None } => {
                Err(AdminError::invalid("name", "nothing to change: give name, description, scopes or expires_at"))
            }
            edit => Ok(edit),
        }
    }
}

impl From<Rotate> for NewToken {
    fn from(rotate: Rotate) -> Self {
        Self { rotate, expires_at: None, leaked: false, when_quiet: false }
    }
}

/// `POST /keys/{id}/rotate`
impl FromJson for Rotate {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Self::read(&mut Object::of(value, &["expire", "window_seconds"])?)
    }
}

impl Rotate {
    /// The members `expire` and `window_seconds`.
    fn read(fields: &mut Object<'_>) -> Result<Self, json::Error> {
        let Expire(later) = fields.required("expire")?;
        let window: Option<u64> = fields.given("window_seconds")?;
        match window {
            None if later => Ok(Self::Later(Window::DEFAULT)),
            None => Ok(Self::Now),
            Some(seconds) if later => {
                Window::from_seconds(seconds).map(Self::Later).map_err(|error| wrong("window_seconds", &error))
            }
            Some(_) => Err(wrong("window_seconds", &"there is no window where all tokens expire now")),
        }
    }
}

impl FromJson for NewToken {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["expire", "window_seconds", "expires_at", "leaked", "when_quiet"])?;
        let rotate = Rotate::read(&mut fields)?;
        let leaked = fields.given("leaked")?.unwrap_or_default();
        if leaked && rotate != Rotate::Now {
            return Err(wrong("leaked", &"a token that leaked must expire now"));
        }
        let when_quiet = fields.given("when_quiet")?.unwrap_or_default();
        if when_quiet && rotate == Rotate::Now {
            return Err(wrong("when_quiet", &"there is no window where all tokens expire now"));
        }
        Ok(Self { rotate, expires_at: end(&mut fields)?, leaked, when_quiet })
    }
}

fn wrong(field: &str, what: &dyn fmt::Display) -> json::Error {
    json::Error { place: field.to_owned(), what: what.to_string() }
}

/// Whether the tokens live on.
struct Expire(bool);

impl FromJson for Expire {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        word(value, &[("now", false), ("later", true)]).map(Self)
    }
}
