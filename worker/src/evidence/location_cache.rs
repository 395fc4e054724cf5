//! This location's cache, by which the isolates here tell each other what one of them was told by the registry.

use std::time::Duration;

use js_sys::{Promise, global};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Response, ResponseInit};
use worker::Env;

use crate::platform::{body, clock};
use crate::registry_client;
use tidegate::feed::DUE_AFTER_MS;

/// How long this location's cache may take to answer.
const TIMEOUT: Duration = Duration::from_millis(500);
/// The field of a cached copy that says when it was asked for, in milliseconds by the asker's clock.
const ASKED_AT: &str = "x-asked-at";

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type Caches;
    #[wasm_bindgen(method, getter, js_name = default)]
    fn location(this: &Caches) -> Cache;

    type Cache;
    #[wasm_bindgen(method, catch, js_name = match)]
    fn find(this: &Cache, url: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn put(this: &Cache, url: &str, response: &Response) -> Result<Promise, JsValue>;
}

/// A text that another isolate here left.
pub(crate) struct Shared {
    /// As it was left; whoever can write this location's cache may have left it.
    pub text: String,
    /// When it was asked for, in milliseconds by the asker's clock.
    pub asked_at_ms: u64,
}

/// Where the copies of `what` are kept; `None` where there is no registry.
pub(crate) fn address(env: &Env, what: &str) -> Option<String> {
    Some(format!("https://{what}.tidegate.invalid/{}", registry_client::id(env)?))
}

/// The copy at this address, if the cache gives one in time.
pub(crate) async fn find(address: &str) -> Option<Shared> {
    clock::within(TIMEOUT, look_for(address)).await.flatten()
}

async fn look_for(address: &str) -> Option<Shared> {
    let found = JsFuture::from(caches()?.location().find(address).ok()?).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let asked_at_ms = response.headers().get(ASKED_AT).ok()??.parse().ok()?;
    let text = body::text(body::whole(&response).await.ok()?).ok()?;
    Some(Shared { text, asked_at_ms })
}

/// Leaves a copy for the other isolates here. Where there is no cache, or it fails, each asks for itself.
pub(crate) async fn leave(address: &str, shared: &Shared) {
    // Nothing depends on it.
    let _: Result<(), JsValue> = put(address, shared).await;
}

async fn put(address: &str, Shared { text, asked_at_ms }: &Shared) -> Result<(), JsValue> {
    let Some(caches) = caches() else { return Ok(()) };
    let headers = Headers::new()?;
    headers.set("Cache-Control", &format!("max-age={}", DUE_AFTER_MS / 1000))?;
    headers.set(ASKED_AT, &asked_at_ms.to_string())?;
    let init = ResponseInit::new();
    init.set_headers(&headers);
    let response = Response::new_with_opt_str_and_init(Some(text), &init)?;
    JsFuture::from(caches.location().put(address, &response)?).await?;
    Ok(())
}

fn caches() -> Option<Caches> {
    let caches = js_sys::Reflect::get(&global(), &"caches".into()).ok()?;
    caches.is_object().then(|| caches.unchecked_into())
}
