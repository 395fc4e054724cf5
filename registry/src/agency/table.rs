//! The agency that owns the integrations of the level `agency`. There is one.

use serde_json::{Value, json};

use crate::database::{Database, number, row};
use crate::integrations::table as integrations;
use crate::rev::Rev;
use crate::storage::Parameter;
use tidegate::admin::{AdminError, Name, NewAgency};
use tidegate::record::OwnerId;
use tidegate::time::Timestamp;

/// The agency.
pub(crate) struct Agency {
    /// `None` until it is set.
    pub id: Option<OwnerId>,
    pub name: Option<Name>,
    /// Grows with every change; 0 until it is set.
    pub rev: Rev,
    /// How many it has.
    pub integrations: u64,
}

row! {
    struct Row {
        id: OwnerId,
        name: Option<Name>,
        rev: Rev,
    }
}

/// The agency. If an older release made integrations of the agency, they say which one it is.
pub(crate) fn find(database: &Database) -> Result<Agency, AdminError> {
    let row: Option<Row> = database.row("SELECT id, name, rev FROM agency", vec![])?;
    let live = integrations::agency(database)?;
    let rev = row.as_ref().map(|row| row.rev).unwrap_or_default();
    Ok(match (row, live) {
        (None, None) => Agency { id: None, name: None, rev, integrations: 0 },
        (Some(row), None) => Agency { id: Some(row.id), name: row.name, rev, integrations: 0 },
        (row, Some(integrations::OfAgency { id, integrations })) => {
            let name = row.filter(|row| row.id == id).and_then(|row| row.name);
            Agency { id: Some(id), name, rev, integrations }
        }
    })
}

/// Sets or changes it. Returns it, and the change for the audit trail; `None` if nothing has changed.
pub(crate) fn set(
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
    let rev = before.rev.next()?;
    database.run("DELETE FROM agency", vec![])?;
    let shown = Parameter::from(name.as_ref().map(|name| name.as_str()));
    let values = vec![id.as_str().into(), shown, number(rev.0), number(now.seconds())];
    database.run("INSERT INTO agency (id, name, rev, updated_at) VALUES (?, ?, ?, ?)", values)?;
    let detail = json!({ "id": { "from": before.id, "to": id }, "name": { "from": before.name, "to": name } });
    Ok((Agency { id: Some(id), name, rev, integrations: before.integrations }, Some(detail)))
}
