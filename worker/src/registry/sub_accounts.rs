//! Sub-accounts.

use serde::Serialize;
use serde_json::{Value, json};

use super::agency;
use super::database::{Database, number, row};
use super::listing::{cut, limit_and_one};
use tidegate::admin::{AdminError, Name, NewSubAccount, Paging, Stored};
use tidegate::record::{Level, Owner, OwnerId};
use tidegate::text::folded;
use tidegate::time::Timestamp;

row! {
    /// A sub-account as the admin API shows it.
    #[derive(Serialize)]
    pub(super) struct SubAccount {
        pub id: OwnerId,
        /// Grows with every change.
        pub rev: u64,
        pub name: Stored<Name>,
        /// How many it has.
        integrations: u64,
    }
}

const SELECT: &str = "SELECT id, rev, name, (SELECT count(*) FROM integrations
        WHERE level = 'sub_account' AND owner_id = sub_accounts.id AND gone_at IS NULL) AS integrations
    FROM sub_accounts";

/// A page of them by id, and the agency, as the admin API shows it.
pub(super) fn page(database: &Database, paging: &Paging<OwnerId>) -> Result<Value, AdminError> {
    let after = paging.after.as_ref().map_or("", OwnerId::as_str);
    let sql = format!("{SELECT} WHERE id > ? ORDER BY id LIMIT ?");
    let mut rows: Vec<SubAccount> = database.rows(&sql, vec![after.into(), limit_and_one(paging.limit)])?;
    let more = cut(&mut rows, paging.limit);
    let cursor = rows.last().filter(|_| more).map(|row| Paging::cursor(&row.id));
    let total = database.count("sub_accounts", vec![])?;
    let agency = Some(agency::find(database)?).filter(|agency| agency.id.is_some());
    Ok(json!({ "agency": agency, "sub_accounts": rows, "cursor": cursor, "total": total }))
}

/// The sub-account with this id, if there is one.
pub(super) fn find(database: &Database, id: &OwnerId) -> Result<Option<SubAccount>, AdminError> {
    database.row(&format!("{SELECT} WHERE id = ?"), vec![id.as_str().into()])
}

pub(super) fn add(database: &Database, new: NewSubAccount, now: Timestamp) -> Result<SubAccount, AdminError> {
    let NewSubAccount { id, name } = new;
    if find(database, &id)?.is_some() {
        return Err(AdminError::Exists("id"));
    }
    let values =
        vec![id.as_str().into(), name.as_str().into(), number(now.seconds()), folded(name.as_str()).into(), number(1)];
    database.run("INSERT INTO sub_accounts (id, name, created_at, folded_name, rev) VALUES (?, ?, ?, ?, ?)", values)?;
    Ok(SubAccount { id, rev: 1, name: Stored(name), integrations: 0 })
}

/// Gives it another name.
pub(super) fn rename(database: &Database, before: SubAccount, name: Name) -> Result<SubAccount, AdminError> {
    let rev = before.rev.checked_add(1).ok_or_else(|| AdminError::Registry("a counter is full".to_owned()))?;
    let values = vec![name.as_str().into(), folded(name.as_str()).into(), number(rev), before.id.as_str().into()];
    database.run("UPDATE sub_accounts SET name = ?, folded_name = ?, rev = ? WHERE id = ?", values)?;
    Ok(SubAccount { name: Stored(name), rev, ..before })
}

/// Checks that an integration can belong to `owner`. Where no agency is set, any id can be the agency's.
pub(super) fn check_owner(database: &Database, owner: &Owner) -> Result<(), AdminError> {
    match owner.level {
        Level::SubAccount if find(database, &owner.id)?.is_some() => Ok(()),
        Level::SubAccount => Err(AdminError::invalid("owner.id", "there is no sub-account with this id")),
        Level::Agency => match agency::find(database)?.id {
            Some(agency) if agency != owner.id => {
                let message = format!("this gate's agency is {}; there is one only", agency.as_str());
                Err(AdminError::invalid("owner.id", message))
            }
            _ => Ok(()),
        },
    }
}
