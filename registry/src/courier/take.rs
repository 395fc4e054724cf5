//! Takes what the registry hands over.

use serde_json::json;

use super::endpoint::Endpoint;
use super::queue::{self, Handed};
use crate::database::{Database, number};
use crate::storage::Parameter;
use tidegate::admin::AdminError;
use tidegate::json::{self, FromJson, Value};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::webhooks::EndpointId;

/// What the registry hands over.
struct HandedOver {
    endpoint: Option<Told>,
    messages: Vec<Handed>,
}

/// What an endpoint has become.
struct Told {
    id: EndpointId,
    rev: u64,
    url: String,
    secrets: Vec<Secret>,
    enabled: bool,
    integration: Option<IntegrationId>,
}

struct Secret {
    sealed: String,
    until: Option<u64>,
}

tidegate::json_object!(HandedOver { endpoint: optional, messages });
tidegate::json_object!(Told { id, rev, url, secrets, enabled, integration: optional });
tidegate::json_object!(Secret { sealed, until: optional });

/// Takes it in. The caller runs it in a transaction.
pub(super) fn take(database: &Database, text: &str, now: Timestamp) -> Result<(), AdminError> {
    let read = Value::parse(text).map_err(|error| error.to_string());
    let read = read.and_then(|value| HandedOver::from_json(value).map_err(|error: json::Error| error.to_string()));
    let HandedOver { endpoint, messages } =
        read.map_err(|error| AdminError::Registry(format!("what the registry hands over: {error}")))?;
    let Some(told) = endpoint else {
        return database.run("DELETE FROM endpoint; DELETE FROM deliveries; DELETE FROM attempts", vec![]);
    };
    become_what(database, &told)?;
    for message in &messages {
        queue::add(database, message, now)?;
    }
    queue::keep_within_limits(database, now)
}

/// After an endpoint was enabled or changed, its messages are tried again.
fn become_what(database: &Database, told: &Told) -> Result<(), AdminError> {
    let before = Endpoint::find(database)?;
    if before.as_ref().is_some_and(|before| before.rev > told.rev) {
        return Ok(());
    }
    let secrets: Vec<_> =
        told.secrets.iter().map(|secret| json!({ "sealed": secret.sealed, "until": secret.until })).collect();
    let integration = Parameter::from(told.integration.as_ref().map(|id| id.as_str()));
    let sql = "INSERT INTO endpoint (id, rev, url, secrets, enabled, integration) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, url = excluded.url, secrets = excluded.secrets,
        enabled = excluded.enabled, integration = excluded.integration,
        failing_since = iif(excluded.rev > rev AND excluded.enabled = 1 AND (disabled IS NOT NULL OR enabled = 0), NULL, failing_since),
        failing_told = iif(excluded.rev > rev AND excluded.enabled = 1 AND (disabled IS NOT NULL OR enabled = 0), 0, failing_told),
        disabled = iif(excluded.rev > rev AND excluded.enabled = 1, NULL, disabled)";
    let values = vec![
        told.id.as_str().into(),
        number(told.rev),
        told.url.as_str().into(),
        json!(secrets).to_string().into(),
        number(told.enabled.into()),
        integration,
    ];
    database.run(sql, values)
}
