//! Who created integrations and who changed them last, by the audit trail.

use std::collections::BTreeMap;

use serde_json::json;

use crate::context::Context;
use crate::database::row;
use crate::events::actors::told;
use crate::events::called::Told;
use crate::events::told::changes_of;
use tidegate::admin::{AdminError, Maker, Makers};
use tidegate::token::IntegrationId;

row! {
    struct Row {
        integration: IntegrationId,
        created: Option<String>,
        changed: Option<String>,
    }
}

/// The creation and the last change of each integration; what the registry does by itself does not count.
fn query() -> String {
    let changes = changes_of("ids.value");
    format!(
        "SELECT ids.value AS integration,
        (SELECT actor FROM {changes} AND kind = 'integration.created' ORDER BY seq LIMIT 1) AS created,
        (SELECT actor FROM {changes} AND actor <> 'registry' ORDER BY seq DESC LIMIT 1) AS changed
        FROM json_each(?) AS ids"
    )
}

/// The makers of some integrations, as far as the caller may know.
pub(crate) fn of_some(
    context: &Context,
    ids: &[&IntegrationId],
) -> Result<BTreeMap<IntegrationId, Makers>, AdminError> {
    let rows: Vec<Row> = context.database.rows(&query(), vec![json!(ids).to_string().into()])?;
    let actors = rows.iter().flat_map(|row| [&row.created, &row.changed]).flatten().map(String::as_str);
    let told = told(context, actors)?;
    let maker = |actor: Option<String>| -> Option<Maker> {
        let Told { actor, name } = told.get(&actor?)?.clone();
        Some(Maker { actor, name })
    };
    let of = |Row { integration, created, changed }| {
        (integration, Makers { created_by: maker(created), changed_by: maker(changed) })
    };
    Ok(rows.into_iter().map(of).collect())
}

/// Of one.
pub(crate) fn of(context: &Context, id: &IntegrationId) -> Result<Makers, AdminError> {
    Ok(of_some(context, &[id])?.remove(id).unwrap_or_default())
}
