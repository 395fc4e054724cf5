//! Workers KV, the projection that verdicts are made from. An error is never an absence.

use std::time::Duration;

use worker::Env;
use worker::kv::KvStore;

use super::clock;
use crate::core::token::IntegrationId;

/// The key of the policy.
pub(super) const POLICY_KEY: &str = "policy";
/// Seconds that a location may keep a value: the platform's minimum.
const CACHE_TTL: u64 = 30;
/// How long a read may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The key of an integration's record.
pub(super) fn record_key(id: &IntegrationId) -> String {
    format!("i:{id}")
}

/// The integration whose record has this key.
pub(super) fn integration(key: &str) -> Option<IntegrationId> {
    IntegrationId::parse(key.strip_prefix("i:")?).ok()
}

/// The text under a key, `None` where KV says that there is none.
pub(super) async fn read(env: &Env, key: &str) -> Result<Option<String>, String> {
    let fault = |error: &dyn ToString| format!("{key} cannot be read: {}", first_line(error));
    let store = namespace(env).map_err(|error| fault(&error))?;
    match clock::within(PATIENCE, store.get(key).cache_ttl(CACHE_TTL).text()).await {
        Some(result) => result.map_err(|error| fault(&error)),
        None => Err(fault(&"no answer in time")),
    }
}

/// Writes a value. With `ttl_seconds` it goes away by itself. Waits as long as it takes: a write that was given up
/// could still land, after a newer one.
pub(super) async fn write(env: &Env, key: &str, value: &str, ttl_seconds: Option<u64>) -> Result<(), String> {
    let fault = |error: &dyn ToString| format!("{key} cannot be written: {}", first_line(error));
    let put = namespace(env).and_then(|store| store.put(key, value).map_err(|error| error.to_string()));
    let put = put.map_err(|error| fault(&error))?;
    let put = match ttl_seconds {
        Some(seconds) => put.expiration_ttl(seconds),
        None => put,
    };
    put.execute().await.map_err(|error| fault(&error))
}

/// What failed, without the stack below it.
fn first_line(error: &dyn ToString) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn namespace(env: &Env) -> Result<KvStore, String> {
    env.kv("TOKENS").map_err(|error| format!("the KV namespace TOKENS is not bound: {error}"))
}
