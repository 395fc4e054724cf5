//! Automation keys.

use crate::access::{Grantable, KeyId, Permissions};
use crate::admin::body::parse;
use crate::admin::{AdminError, Moment, Name, Paging, Rotate};
use crate::json::{self, FromJson, Object};
use crate::time::Timestamp;

/// The longest that an automation key can live, from when its end is set, in seconds: 366 days.
pub const MAX_KEY_SECONDS: u64 = 366 * 24 * 60 * 60;

/// Automation keys.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum KeyCommand {
    List(Paging<String>),
    Create(NewKey),
    Show(KeyId),
    Edit { id: KeyId, rev: u64, edit: EditKey },
    Delete { id: KeyId, rev: u64 },
    Rotate { id: KeyId, rev: u64, rotate: Rotate },
    CancelRotation { id: KeyId, rev: u64 },
    FinishRotation { id: KeyId, rev: u64 },
}

/// `POST /keys`
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What people call it.
    pub name: Name,
    /// What it may do.
    pub permissions: Permissions,
    /// Which scopes it can add; all, if it is left out.
    pub grantable: Option<Grantable>,
    /// The first second in which it is dead.
    pub expires_at: Timestamp,
}

/// `PATCH /keys/{id}`. Fields that are left out stay as they are.
#[derive(Clone, Debug)]
pub struct EditKey {
    /// The new name.
    pub name: Option<Name>,
    /// The new permissions, all of them.
    pub permissions: Option<Permissions>,
    /// The new bound of scopes; null lifts it.
    pub grantable: Option<Option<Grantable>>,
    /// The new end.
    pub expires_at: Option<Timestamp>,
}

impl FromJson for NewKey {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["name", "permissions", "grantable", "expires_at"])?;
        let (name, permissions) = (fields.required("name")?, fields.required("permissions")?);
        let (grantable, Moment(expires_at)) = (fields.optional("grantable")?, fields.required("expires_at")?);
        Ok(Self { name, permissions, grantable, expires_at })
    }
}

impl FromJson for EditKey {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["name", "permissions", "grantable", "expires_at"])?;
        Ok(Self {
            name: fields.given("name")?,
            permissions: fields.given("permissions")?,
            grantable: fields.given("grantable")?,
            expires_at: fields.given("expires_at")?.map(|Moment(end)| end),
        })
    }
}

impl EditKey {
    pub(in crate::admin) fn parse(body: &str) -> Result<Self, AdminError> {
        let edit: Self = parse(body)?;
        match edit {
            Self { name: None, permissions: None, grantable: None, expires_at: None } => {
                Err(AdminError::invalid("name", "nothing to change: give name, permissions, grantable or expires_at"))
            }
            edit => Ok(edit),
        }
    }
}
