//! Workers KV, the projection that verdicts are made from. An error is never an absence.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, select};
use worker::kv::KvStore;
use worker::{Delay, Env};

use super::cache::{Isolate, MaxAge};
use crate::core::decision::Denial;
use crate::core::policy::Policy;
use crate::core::record::Record;
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

/// The record of `id`, `None` where KV says that there is none.
pub(super) async fn record(
    isolate: &Isolate,
    env: &Env,
    id: &IntegrationId,
    max_age: MaxAge,
) -> Result<Option<Rc<Record>>, Denial> {
    if let Some(record) = isolate.record(id, max_age) {
        return Ok(Some(record));
    }
    let key = record_key(id);
    let Some(text) = read(env, &key).await? else { return Ok(None) };
    let record =
        Record::from_json(id, &text).map_err(|corrupt| Denial::Store(format!("{key} is corrupt: {corrupt}")))?;
    Ok(Some(isolate.remember_record(record)))
}

/// The published policy.
pub(super) async fn policy(isolate: &Isolate, env: &Env, max_age: MaxAge) -> Result<Rc<Policy>, Denial> {
    if let Some(policy) = isolate.policy(max_age) {
        return Ok(policy);
    }
    let Some(text) = read(env, POLICY_KEY).await? else {
        return Err(Denial::Misconfigured("no policy is published: PUT /_tidegate/api/policy".to_owned()));
    };
    isolate.remember_policy(text).map_err(|corrupt| Denial::Store(format!("{POLICY_KEY} is corrupt: {corrupt}")))
}

/// Writes a value. With `ttl_seconds` it goes away by itself. Waits as long as it takes: a write that was given up
/// could still land, after a newer one.
pub(super) async fn write(env: &Env, key: &str, value: &str, ttl_seconds: Option<u64>) -> Result<(), Denial> {
    let fault = |error: &dyn ToString| Denial::Store(format!("{key} cannot be written: {}", error.to_string()));
    let put = namespace(env)?.put(key, value).map_err(|error| fault(&error))?;
    let put = match ttl_seconds {
        Some(seconds) => put.expiration_ttl(seconds),
        None => put,
    };
    put.execute().await.map_err(|error| fault(&error))
}

async fn read(env: &Env, key: &str) -> Result<Option<String>, Denial> {
    let fault = |error: &dyn ToString| Denial::Store(format!("{key} cannot be read: {}", error.to_string()));
    match in_time(namespace(env)?.get(key).cache_ttl(CACHE_TTL).text()).await {
        Some(result) => result.map_err(|error| fault(&error)),
        None => Err(fault(&"no answer in time")),
    }
}

fn namespace(env: &Env) -> Result<KvStore, Denial> {
    env.kv("TOKENS").map_err(|error| Denial::Misconfigured(format!("the KV namespace TOKENS is not bound: {error}")))
}

/// What the future gives within [`PATIENCE`].
async fn in_time<T>(future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(Delay::from(PATIENCE))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}
