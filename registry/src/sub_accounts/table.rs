//! Sub-accounts.

use serde::Serialize;

use crate::database::{Database, number, row};
use crate::paging::{cut, limit_and_one};
use crate::rev::Rev;
use crate::storage::Parameter;
use tidegate::access::Reach;
use tidegate::admin::{AdminError, ListSubAccounts, Name, NewSubAccount, Paging, Stored, searchable};
use tidegate::record::OwnerId;
use tidegate::text::folded;
use tidegate::time::Timestamp;

row! {
    /// A sub-account as the admin API shows it.
    #[derive(Serialize)]
    pub(crate) struct SubAccount {
        pub id: OwnerId,
        /// Grows with every change.
        pub rev: Rev,
        pub name: Stored<Name>,
        /// How many it has; `None` where the caller may not see them.
        #[serde(skip_serializing_if = "Option::is_none")]
        integrations: Option<u64>,
    }
}

/// A page of sub-accounts.
pub(crate) struct Page {
    pub sub_accounts: Vec<SubAccount>,
    /// Where the next page begins; `None` after the last.
    pub cursor: Option<String>,
    /// How many there are on all pages.
    pub total: u64,
}

/// A page of those within `reach`, by id. Integrations are counted of those within `counted`.
pub(crate) fn page(
    database: &Database,
    list: &ListSubAccounts,
    reach: &Reach,
    counted: &Reach,
) -> Result<Page, AdminError> {
    let ListSubAccounts { words, paging } = list;
    let after = paging.after.as_ref().map_or("", OwnerId::as_str);
    let ((within, mut ids), (counted, counted_ids)) = (are_within(reach), are_within(counted));
    let found = words.iter().map(|_| " AND instr(folded_text, ?) > 0").collect::<String>();
    let within = format!("{within}{found}");
    ids.extend(words.iter().map(|word| Parameter::from(word.as_str())));
    let sql = format!("{} WHERE {within} AND id > ? ORDER BY id LIMIT ?", select(counted));
    let values = [counted_ids, ids.clone(), vec![after.into(), limit_and_one(paging.limit)]].concat();
    let mut sub_accounts: Vec<SubAccount> = database.rows(&sql, values)?;
    let more = cut(&mut sub_accounts, paging.limit);
    let cursor = sub_accounts.last().filter(|_| more).map(|last| Paging::cursor(&last.id));
    Ok(Page { sub_accounts, cursor, total: database.count(&format!("sub_accounts WHERE {within}"), ids)? })
}

/// The sub-account with this id, if there is one.
pub(crate) fn find(database: &Database, id: &OwnerId) -> Result<Option<SubAccount>, AdminError> {
    database.row(&format!("{} WHERE id = ?", select("1")), vec![id.as_str().into()])
}

/// Adds one. Its id must be new.
pub(crate) fn add(database: &Database, new: NewSubAccount, now: Timestamp) -> Result<SubAccount, AdminError> {
    let NewSubAccount { id, name } = new;
    if find(database, &id)?.is_some() {
        return Err(AdminError::Exists("id"));
    }
    let values = vec![
        id.as_str().into(),
        name.as_str().into(),
        number(now.seconds()),
        folded(name.as_str()).into(),
        searched(&id, &name).into(),
        number(1),
    ];
    let sql =
        "INSERT INTO sub_accounts (id, name, created_at, folded_name, folded_text, rev) VALUES (?, ?, ?, ?, ?, ?)";
    database.run(sql, values)?;
    Ok(SubAccount { id, rev: Rev(1), name: Stored(name), integrations: Some(0) })
}

/// Renames it.
pub(crate) fn rename(database: &Database, before: SubAccount, name: Name) -> Result<SubAccount, AdminError> {
    let rev = before.rev.next()?;
    let values = vec![
        name.as_str().into(),
        folded(name.as_str()).into(),
        searched(&before.id, &name).into(),
        number(rev.0),
        before.id.as_str().into(),
    ];
    let sql = "UPDATE sub_accounts SET name = ?, folded_name = ?, folded_text = ?, rev = ? WHERE id = ?";
    database.run(sql, values)?;
    Ok(SubAccount { name: Stored(name), rev, ..before })
}

/// Selects sub-accounts. Integrations are counted where a condition holds.
fn select(counted: &str) -> String {
    format!(
        "SELECT id, rev, name, CASE WHEN {counted} THEN (SELECT count(*) FROM integrations
            WHERE level = 'sub_account' AND owner_id = sub_accounts.id AND gone_at IS NULL) END AS integrations
        FROM sub_accounts"
    )
}

/// The condition that a sub-account is within `reach`, and the values of its question marks.
fn are_within(reach: &Reach) -> (&'static str, Vec<Parameter>) {
    if reach.every_sub_account {
        return ("1", vec![]);
    }
    let ids = serde_json::to_string(&reach.sub_accounts).unwrap_or_default();
    ("id IN (SELECT value FROM json_each(?))", vec![ids.into()])
}

/// What of it is searched.
fn searched(id: &OwnerId, name: &Name) -> String {
    searchable(name.as_str(), "", id.as_str(), "")
}
