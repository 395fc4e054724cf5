//! Sub-accounts.

use serde::{Deserialize, Serialize};

use super::database::{Database, number};
use crate::core::admin::{AdminError, NewSubAccount};
use crate::core::record::{Level, Owner, OwnerId};
use crate::core::rotation::Timestamp;

/// A sub-account as the admin API shows it.
#[derive(Serialize, Deserialize)]
pub(super) struct SubAccount {
    id: OwnerId,
    name: String,
}

#[derive(Deserialize)]
struct OwnerRow {
    owner_id: OwnerId,
}

pub(super) fn all(database: &Database) -> Result<Vec<SubAccount>, AdminError> {
    database.rows("SELECT id, name FROM sub_accounts ORDER BY id", vec![])
}

pub(super) fn add(database: &Database, new: &NewSubAccount, now: Timestamp) -> Result<(), AdminError> {
    if exists(database, &new.id)? {
        return Err(AdminError::Exists("id"));
    }
    let values = vec![new.id.as_str().into(), new.name.as_str().into(), number(now.seconds())];
    database.run("INSERT INTO sub_accounts (id, name, created_at) VALUES (?, ?, ?)", values)
}

/// The agency that the integrations of this gate belong to: the first one's fixes it for the others.
pub(super) fn agency(database: &Database) -> Result<Option<OwnerId>, AdminError> {
    let sql = "SELECT owner_id FROM integrations WHERE level = 'agency' AND gone_at IS NULL LIMIT 1";
    Ok(database.row::<OwnerRow>(sql, vec![])?.map(|row| row.owner_id))
}

/// Checks that an integration can belong to `owner`.
pub(super) fn check_owner(database: &Database, owner: &Owner) -> Result<(), AdminError> {
    match owner.level {
        Level::SubAccount if exists(database, &owner.id)? => Ok(()),
        Level::SubAccount => Err(AdminError::invalid("owner.id", "there is no sub-account with this id")),
        Level::Agency => match agency(database)? {
            Some(agency) if agency != owner.id => {
                let message = format!("this gate's agency is {}; there is one only", agency.as_str());
                Err(AdminError::invalid("owner.id", message))
            }
            _ => Ok(()),
        },
    }
}

fn exists(database: &Database, id: &OwnerId) -> Result<bool, AdminError> {
    let row: Option<SubAccount> =
        database.row("SELECT id, name FROM sub_accounts WHERE id = ?", vec![id.as_str().into()])?;
    Ok(row.is_some())
}
