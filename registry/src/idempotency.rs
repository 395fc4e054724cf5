//! Idempotency keys: a request that mints a token is carried out once, however often its sender repeats it.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::context::Context;
use super::database::{Database, number, row};
use super::integrations::makers;
use super::integrations::table as integrations;
use super::integrations::view::view;
use tidegate::access::{Actor, Identity, Place, Verb};
use tidegate::admin::session::Credential;
use tidegate::admin::{AdminError, IdempotencyKey, Integration};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;

/// How long a key is kept, in seconds.
const KEPT_SECONDS: u64 = 24 * 60 * 60;

/// A request that its sender may repeat without being carried out twice.
pub(crate) struct Repeatable {
    /// As it is kept: nobody meets another person's.
    key: String,
    /// Of who asked for what.
    request: String,
}

row! {
    struct Row {
        request: String,
        integration: IntegrationId,
    }
}

impl Repeatable {
    pub fn new(key: IdempotencyKey, credential: &Credential, actor: &Actor, request: [&str; 3]) -> Self {
        let (who, key) = match (credential, &actor.identity) {
            (Credential::Session(digest), _) => (digest.clone(), key.as_str().to_owned()),
            (_, Identity::OwnerKey) => ("owner-key".to_owned(), key.as_str().to_owned()),
            (_, identity) => (identity.to_text(), format!("{} {}", identity.to_text(), key.as_str())),
        };
        let mut digest = Sha256::new();
        for part in std::iter::once(who.as_str()).chain(request) {
            // The length keeps two parts from being read as one.
            digest.update(part.len().to_be_bytes());
            digest.update(part.as_bytes());
        }
        Self { key, request: hex::encode(digest.finalize()) }
    }

    /// Refuses what was carried out under this key already.
    pub fn check(&self, context: &Context) -> Result<(), AdminError> {
        let (database, now) = (context.database, context.now);
        let sql = "SELECT request, integration FROM idempotency WHERE key = ? AND at > ?";
        let row: Option<Row> = database.row(sql, vec![self.key.as_str().into(), number(start(now))])?;
        match row {
            None => Ok(()),
            Some(row) if row.request == self.request => {
                Err(AdminError::AlreadyDone(current(context, &row.integration)?))
            }
            Some(_) => Err(AdminError::invalid("Idempotency-Key", "it was used for another request already")),
        }
    }

    /// Notes that the request was carried out, and deletes old entries.
    pub fn done(&self, database: &Database, integration: &Integration, now: Timestamp) -> Result<(), AdminError> {
        database.run("DELETE FROM idempotency WHERE at <= ?", vec![number(start(now))])?;
        let (key, request, id) = (self.key.as_str(), self.request.as_str(), integration.id.as_str());
        let values = vec![key.into(), request.into(), id.into(), number(now.seconds())];
        database.run("INSERT INTO idempotency (key, request, integration, at) VALUES (?, ?, ?, ?)", values)
    }
}

/// The integration as it is now; `null` if it was deleted since, or is out of the sight of the caller.
fn current(context: &Context, id: &IntegrationId) -> Result<Value, AdminError> {
    let found = integrations::find(context.database, id)?;
    match found.filter(|found| context.actor.may(Verb::IntegrationsView, &Place::from(&found.owner))) {
        None => Ok(Value::Null),
        Some(integration) => {
            let makers = makers::of(context, id)?;
            Ok(json!(view(context.database, &integration, makers, context.now)?))
        }
    }
}

fn start(now: Timestamp) -> u64 {
    now.seconds().saturating_sub(KEPT_SECONDS)
}
