//! Sub-accounts.

use super::{Command, Request};
use crate::admin::{AdminError, ListSubAccounts, Name};
use crate::record::OwnerId;

/// Sub-accounts.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum SubAccountCommand {
    List(ListSubAccounts),
    Add(NewSubAccount),
    Rename { id: OwnerId, rev: u64, name: Name },
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

impl SubAccountCommand {
    pub(in crate::admin) fn rename(request: &Request<'_>) -> Result<Command, AdminError> {
        let (id, rev) = (request.sub_account()?, request.needed_rev()?);
        let RenameSubAccount { name } = request.body()?;
        Ok(Self::Rename { id, rev, name }.into())
    }
}

crate::json_object!(NewSubAccount { id, name });

crate::json_object!(RenameSubAccount { name });
