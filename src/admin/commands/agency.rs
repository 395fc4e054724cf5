//! The agency.

use crate::admin::Name;
use crate::json::{self, FromJson, Object};
use crate::record::OwnerId;

/// The agency.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum AgencyCommand {
    Show,
    Set { rev: u64, agency: NewAgency },
}

/// `PUT /agency`
#[derive(Clone, Debug)]
pub struct NewAgency {
    /// Its id in the origin's terms.
    pub id: OwnerId,
    /// What people call it.
    pub name: Option<Name>,
}

impl FromJson for NewAgency {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["id", "name"])?;
        Ok(Self { id: fields.required("id")?, name: fields.given("name")? })
    }
}
