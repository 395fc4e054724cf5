//! Sub-accounts.

use serde::Serialize;

use super::database::{Database, number, row};
use crate::core::admin::{AdminError, Name, NewSubAccount, folded};
use crate::core::record::{Level, Owner, OwnerId};
use crate::core::rotation::Timestamp;

row! {
    /// A sub-account as the admin API lists it.
    #[derive(Serialize)]
    pub(super) struct SubAccount {
        id: OwnerId,
        name: Name,
        /// How many it has.
        integrations: u64,
    }
}

row! {
    /// The agency as the admin API lists it.
    #[derive(Serialize)]
    pub(super) struct Agency {
        id: OwnerId,
        /// How many it has.
        integrations: u64,
    }
}

row! {
    struct NameRow {
        name: Name,
    }
}

row! {
    struct OwnerRow {
        owner_id: OwnerId,
    }
}

/// All sub-accounts, by id.
pub(super) fn all(database: &Database) -> Result<Vec<SubAccount>, AdminError> {
    let sql = "SELECT id, name, coalesce(integrations, 0) AS integrations FROM sub_accounts LEFT JOIN (
            SELECT owner_id, count(*) AS integrations FROM integrations
            WHERE level = 'sub_account' AND gone_at IS NULL GROUP BY owner_id
        ) ON owner_id = id ORDER BY id";
    database.rows(sql, vec![])
}

/// The agency, once an integration has fixed it.
pub(super) fn agency_with_count(database: &Database) -> Result<Option<Agency>, AdminError> {
    let sql = "SELECT owner_id AS id, count(*) AS integrations FROM integrations
        WHERE level = 'agency' AND gone_at IS NULL GROUP BY owner_id";
    database.row(sql, vec![])
}

pub(super) fn add(database: &Database, new: &NewSubAccount, now: Timestamp) -> Result<(), AdminError> {
    if exists(database, &new.id)? {
        return Err(AdminError::Exists("id"));
    }
    let (name, folded) = (new.name.as_str(), folded(new.name.as_str()));
    let values = vec![new.id.as_str().into(), name.into(), number(now.seconds()), folded.into()];
    database.run("INSERT INTO sub_accounts (id, name, created_at, folded_name) VALUES (?, ?, ?, ?)", values)
}

/// Gives it another name; answers with the one that it had.
pub(super) fn rename(database: &Database, id: &OwnerId, name: &Name) -> Result<Name, AdminError> {
    let before = name_of(database, id)?.ok_or(AdminError::NoSubAccount)?;
    let values = vec![name.as_str().into(), folded(name.as_str()).into(), id.as_str().into()];
    database.run("UPDATE sub_accounts SET name = ?, folded_name = ? WHERE id = ?", values)?;
    Ok(before)
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
    Ok(name_of(database, id)?.is_some())
}

fn name_of(database: &Database, id: &OwnerId) -> Result<Option<Name>, AdminError> {
    let row: Option<NameRow> = database.row("SELECT name FROM sub_accounts WHERE id = ?", vec![id.as_str().into()])?;
    Ok(row.map(|row| row.name))
}
