//! People.

use crate::access::{Email, Grantable, Permissions, PersonId, Role};
use crate::admin::body::parse;
use crate::admin::{AdminError, ListPeople, Name};
use crate::json::{self, FromJson, Object};
use crate::record::OwnerId;

/// People.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum PersonCommand {
    List(ListPeople),
    Add(NewPerson),
    Show(PersonId),
    Edit { id: PersonId, rev: u64, edit: EditPerson },
    Remove { id: PersonId, rev: u64 },
    Rebind { id: PersonId, rev: u64 },
}

/// `POST /people`
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// By which they are invited.
    pub email: Email,
    /// What people call them.
    pub name: Option<Name>,
    /// What they are.
    pub role: Role,
    /// The sub-accounts that the role is for.
    pub accounts: Vec<OwnerId>,
    /// What they may do, where it is not the role's preset.
    pub permissions: Option<Permissions>,
    /// Which scopes they can add; all, if it is left out.
    pub grantable: Option<Grantable>,
}

/// `PATCH /people/{id}`. Fields that are left out stay as they are. A new role without permissions gets its preset.
#[derive(Clone, Debug)]
pub struct EditPerson {
    /// The new name.
    pub name: Option<Name>,
    /// The new role.
    pub role: Option<Role>,
    /// The new sub-accounts, all of them.
    pub accounts: Option<Vec<OwnerId>>,
    /// The new permissions, all of them.
    pub permissions: Option<Permissions>,
    /// The new bound of scopes; null lifts it.
    pub grantable: Option<Option<Grantable>>,
}

crate::json_object!(NewPerson { email, name: given, role, accounts: default, permissions: given, grantable: optional });

impl FromJson for EditPerson {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["name", "role", "accounts", "permissions", "grantable"])?;
        Ok(Self {
            name: fields.given("name")?,
            role: fields.given("role")?,
            accounts: fields.given("accounts")?,
            permissions: fields.given("permissions")?,
            grantable: fields.given("grantable")?,
        })
    }
}

impl EditPerson {
    pub(in crate::admin) fn parse(body: &str) -> Result<Self, AdminError> {
        let edit: Self = parse(body)?;
        match edit {
            Self { name: None, role: None, accounts: None, permissions: None, grantable: None } => Err(
                AdminError::invalid("role", "nothing to change: give name, role, accounts, permissions or grantable"),
            ),
            edit => Ok(edit),
        }
    }
}
