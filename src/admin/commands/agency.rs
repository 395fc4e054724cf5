//! The agency.

use crate::admin::Name;
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

crate::json_object!(NewAgency { id, name: given });
