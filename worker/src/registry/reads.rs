//! What the gate itself reads here: the change feed, and in KV's stead a record or the policy.

use worker::State;

use super::database::Database;
use super::outbox::Outbox;
use super::{feed, integrations, policies};
use crate::{clock, stub};
use tidegate::admin::AdminError;
use tidegate::record::Record;
use tidegate::token::IntegrationId;

/// Answers a read; `path` is what follows [`stub::READS`].
pub(super) async fn answer(
    database: &Database,
    state: &State,
    outbox: &Outbox,
    path: &str,
) -> Result<String, AdminError> {
    if path == stub::FEED {
        outbox.set_alarm_if_forgotten(state, database).await;
        return Ok(feed::copy(database, clock::now())?.to_json());
    }
    if path == stub::POLICY {
        return policies::compiled(database)?.map(|compiled| compiled.policy).ok_or(AdminError::NotFound);
    }
    let id = path.strip_prefix(stub::RECORD).and_then(|id| IntegrationId::parse(id).ok());
    Ok(record(database, &id.ok_or(AdminError::NotFound)?)?.to_json())
}

/// As KV should have it.
fn record(database: &Database, id: &IntegrationId) -> Result<Record, AdminError> {
    match integrations::load(database, id) {
        Err(AdminError::NoIntegration) => {
            let sql = "SELECT rev AS number FROM integrations WHERE id = ?";
            let rev = database.number(sql, vec![id.as_str().into()])?;
            Ok(Record::Gone { id: id.clone(), rev: rev.ok_or(AdminError::NoIntegration)? })
        }
        integration => {
            integrations::check_version(database, id)?;
            Ok(integration?.record())
        }
    }
}
