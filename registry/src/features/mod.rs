//! Labs: switches of features, for each level. A feature that was never switched is on.

use serde_json::json;

use super::answer::Answer;
use super::context::Context;
use super::database::{number, row};
use super::events::record::About;
use tidegate::access::{Feature, Features, Switch};
use tidegate::admin::{AdminError, FeatureCommand, SwitchEdit};
use tidegate::events::Kind;
use tidegate::record::Level;

row! {
    struct Row {
        agency: u64,
        sub_accounts: u64,
    }
}

/// Runs a command.
pub(crate) fn run(context: &Context, command: FeatureCommand) -> Result<Answer, AdminError> {
    match command {
        FeatureCommand::Show => Answer::json(200, &all(context)?, None),
        FeatureCommand::Set { feature, switch } => set(context, feature, switch),
    }
}

/// All switches.
pub(crate) fn all(context: &Context) -> Result<Features, AdminError> {
    if let Some(known) = context.features.get() {
        return Ok(known);
    }
    let sql = "SELECT agency, sub_accounts FROM features WHERE name = ?";
    let row: Option<Row> = context.database.row(sql, vec![Feature::PrivateIntegrations.as_str().into()])?;
    let switch = row.map(|row| Switch { agency: row.agency != 0, sub_accounts: row.sub_accounts != 0 });
    let features = Features { private_integrations: switch.unwrap_or(Switch::ON) };
    context.features.set(Some(features));
    Ok(features)
}

/// Refuses what the feature is for, where it is off. Reading and revoking never ask.
pub(crate) fn check(context: &Context, feature: Feature, level: Level) -> Result<(), AdminError> {
    if all(context)?.of(feature).at(level) { Ok(()) } else { Err(AdminError::FeatureOff(feature, level)) }
}

/// `PATCH /features/{name}`
fn set(context: &Context, feature: Feature, edit: SwitchEdit) -> Result<Answer, AdminError> {
    let before = all(context)?.of(feature);
    let after = edit.of(before);
    context.features.set(None);
    if after != before {
        let values = vec![feature.as_str().into(), number(after.agency.into()), number(after.sub_accounts.into())];
        let sql = "INSERT INTO features (name, agency, sub_accounts) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET agency = excluded.agency, sub_accounts = excluded.sub_accounts";
        context.database.run(sql, values)?;
        let detail = json!({ "name": feature.as_str(), "from": before, "to": after });
        context.event(Kind::FeatureChanged, About::agency(), detail)?;
    }
    Answer::json(200, &json!({ feature.as_str(): after }), None)
}
