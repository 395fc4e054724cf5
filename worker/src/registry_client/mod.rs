//! The way to the registry. It is a Durable Object: only this Worker, and whoever is bound to it, can reach it.

use std::time::Duration;

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response};
use worker::Env;

use crate::platform::environment::binding;
use crate::platform::service::Service;
use crate::platform::{body, clock};
use registry::{READS, Read};

/// How long the registry may take to answer a read.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(3);

#[wasm_bindgen]
extern "C" {
    type Namespace;
    #[wasm_bindgen(method, catch, js_name = getByName)]
    fn by_name(this: &Namespace, name: &str) -> Result<Service, JsValue>;
    #[wasm_bindgen(method, catch, js_name = idFromName)]
    fn id_from_name(this: &Namespace, name: &str) -> Result<ObjectId, JsValue>;

    type ObjectId;
    #[wasm_bindgen(method, js_name = toString)]
    fn text(this: &ObjectId) -> String;
}

/// The name of the one registry of this gate.
const NAME: &str = "registry";

/// The registry, as a request's own handle on it: it serves that request only. `None` where it is not bound.
pub(crate) fn stub(env: &Env) -> Option<Result<Service, JsValue>> {
    Some(namespace(env)?.by_name(NAME))
}

/// What tells this gate's registry from every other one.
pub(crate) fn id(env: &Env) -> Option<String> {
    Some(namespace(env)?.id_from_name(NAME).ok()?.text())
}

/// What the registry answers to a read; `None` if it says that there is no such thing.
pub(crate) async fn read(env: &Env, read: &Read) -> Result<Option<Vec<u8>>, String> {
    match clock::within(TIMEOUT, answer(env, read)).await {
        Some(Ok((200, bytes))) => Ok(Some(bytes)),
        Some(Ok((404, _))) => Ok(None),
        Some(Ok((status, _))) => Err(format!("the registry answered {status}")),
        Some(Err(error)) => Err(format!("the registry cannot be reached: {}", worker::Error::from(error))),
        None => Err("the registry did not answer in time".to_owned()),
    }
}

async fn answer(env: &Env, read: &Read) -> Result<(u16, Vec<u8>), JsValue> {
    let stub = stub(env).unwrap_or_else(|| Err("REGISTRY is not bound".into()))?;
    let promise = stub.fetch(&format!("{READS}{}", read.to_path()), &RequestInit::new())?;
    let response: Response = JsFuture::from(promise).await?.unchecked_into();
    Ok((response.status(), body::whole(&response).await?))
}

fn namespace(env: &Env) -> Option<Namespace> {
    Some(binding(env, "REGISTRY")?.unchecked_into())
}
