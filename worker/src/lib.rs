//! The rules as a Cloudflare Worker: the only package with clocks, randomness and I/O. Arrows between its modules point one way:
//! `gate`, `registry` -> `admin` -> `evidence` -> `registry_client`, `config` -> `log`, `platform`.

mod admin;
mod config;
mod durable_objects;
mod evidence;
#[cfg(feature = "faults")]
mod faults;
mod gate;
mod log;
mod platform;
mod registry_client;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Headers, Request, Response};
use worker::{Context, Env, event};

use self::evidence::Isolate;
use self::evidence::RequestContext;
use self::platform::head::Head;

/// Judges a request where nothing has to be read: gives a response; or, as text, how to forward the request, for `forward` in
/// http.js. `undefined` where it takes more: then `fetch` does it all. No future, so nothing that could be left behind.
#[wasm_bindgen]
pub fn answer_at_once(
    env: Env,
    method: String,
    url: String,
    authorization: Option<String>,
    names: String,
    headers: Headers,
) -> worker::Result<Option<JsValue>> {
    let head = Head { method, url, authorization, names, headers };
    #[cfg(feature = "faults")]
    if !faults::is_at_once(&head) {
        return Ok(None);
    }
    match gate::handle_at_once(&head, &Isolate::of(&env)) {
        Some(Ok(plan)) => Ok(Some(plan.into())),
        Some(Err(answer)) => Ok(Some(answer?.into())),
        None => Ok(None),
    }
}

/// Answers a request of which `forward` gave no response, but this.
#[wasm_bindgen]
pub fn answer_failure(request: Request, env: Env, error: JsValue) -> worker::Result<Response> {
    gate::handle_failure(&Head::of(&request), &Isolate::of(&env), &gate::origin::failed(&error))
}

/// Whether an origin's `Set-Cookie` line sets a cookie of ours, for `forward` in http.js.
#[wasm_bindgen]
pub fn is_cookie_of_ours(line: &str) -> bool {
    tidegate::forward::sets_cookie_of_ours(line)
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    #[cfg(feature = "faults")]
    faults::panic_in_gate(&request);
    #[cfg(feature = "faults")]
    if let Some(told) = faults::memory(&request) {
        return told;
    }
    gate::handle(&request, &RequestContext::new(env, context)).await
}
