//! The reads of the gate: the change feed, and a record or the policy instead of KV.

use super::database::Database;
use super::feed;
use super::integrations::table as integrations;
use super::policies::{parts, table as policies};
use super::protocol::Read;
use tidegate::admin::AdminError;
use tidegate::record::Record;
use tidegate::token::IntegrationId;

/// Answers a read with JSON.
pub(crate) fn answer(database: &Database, read: &Read, now_ms: u64) -> Result<String, AdminError> {
    match read {
        Read::Feed => Ok(feed::copy(database, now_ms)?.to_json()),
        Read::Policy => policies::compiled(database)?.map(|compiled| compiled.policy).ok_or(AdminError::NotFound),
        Read::PolicyPart(digest) => parts::text(database, digest)?.ok_or(AdminError::NotFound),
        Read::Record(id) => Ok(record(database, id)?.to_json()),
    }
}

/// As KV should have it.
fn record(database: &Database, id: &IntegrationId) -> Result<Record, AdminError> {
    if let Some(integration) = integrations::find(database, id)? {
        integrations::check_version(database, id)?;
        return Ok(integration.record());
    }
    let rev = integrations::last_rev(database, id)?.ok_or(AdminError::NoIntegration)?;
    Ok(Record::Gone { id: id.clone(), rev })
}
