//! The agency: whose the integrations of level `agency` are. There is one.

use serde::Serialize;
use serde_json::{Value, json};
use wasm_bindgen::JsValue;

use super::database::{Database, number, row};
use tidegate::admin::{AdminError, Name, NewAgency};
use tidegate::record::OwnerId;
use tidegate::time::Timestamp;

/// The agency as the admin API shows it.
#[derive(Serialize)]
pub(super) struct Agency {
    /// `None` until it is set.
    pub id: Option<OwnerId>,
    pub name: Option<Name>,
    /// Grows with every change; 0 until it is set.
    pub rev: u64,
    /// How many it has.
    pub integrations: u64,
}

row! {
    struct Row {
        id: OwnerId,
        name: Option<Name>,
        rev: u64,
    }
}

row! {
    struct Live {
        id: OwnerId,
        integrations: u64,
    }
}

/// The agency. Integrations that exist tell whose they are, also where an older release made them.
pub(super) fn find(database: &Database) -> Result<Agency, AdminError> {
    let row: Option<Row> = database.row("SELECT id, name, rev FROM agency", vec![])?;
    let sql = "SELECT owner_id AS id, count(*) AS integrations FROM integrations
        WHERE level = 'agency' AND gone_at IS NULL GROUP BY owner_id";
    let live: Option<Live> = database.row(sql, vec![])?;
    let rev = row.as_ref().map_or(0, |row| row.rev);
    Ok(match (row, live) {
        (None, None) => Agency { id: None, name: None, rev, integrations: 0 },
        (Some(row), None) => Agency { id: Some(row.id), name: row.name, rev, integrations: 0 },
        (row, Some(Live { id, integrations })) => {
            let name = row.filter(|row| row.id == id).and_then(|row| row.name);
            Agency { id: Some(id), name, rev, integrations }
        }
    })
}

/// Sets or changes it. Gives it back as it is now, and what has changed for the audit trail; `None` where nothing has.
pub(super) fn set(
    database: &Database,
    before: Agency,
    new: NewAgency,
    now: Timestamp,
) -> Result<(Agency, Option<Value>), AdminError> {
    let NewAgency { id, name } = new;
    let keeps_id = before.id.as_ref() == Some(&id);
    if keeps_id && before.name == name {
        return Ok((before, None));
    }
    if !keeps_id && before.integrations > 0 {
        return Err(AdminError::AgencyInUse(before.integrations));
    }
    let rev = before.rev.checked_add(1).ok_or_else(|| AdminError::Registry("a counter is full".to_owned()))?;
    database.run("DELETE FROM agency", vec![])?;
    let shown = name.as_ref().map_or(JsValue::NULL, |name| name.as_str().into());
    let values = vec![id.as_str().into(), shown, number(rev), number(now.seconds())];
    database.run("INSERT INTO agency (id, name, rev, updated_at) VALUES (?, ?, ?, ?)", values)?;
    let detail = json!({ "id": { "from": before.id, "to": id }, "name": { "from": before.name, "to": name } });
    Ok((Agency { id: Some(id), name, rev, integrations: before.integrations }, Some(detail)))
}
