//! The origin: the service or address behind the gate.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, Request, RequestInit, RequestRedirect, Response, ResponseInit};
use worker::{Delay, Env};

use super::config::{binding, text};
use crate::core::decision::{Denial, Grant};
use crate::core::forward::{Plan, plan};

/// Where granted requests go.
pub(super) struct Origin {
    to: To,
    patience: Duration,
}

enum To {
    /// A service binding: host and scheme stay the client's.
    Service(Fetcher),
    /// Scheme and authority, without a path: `https://api.example.com`.
    Address(String),
}

/// How long the origin may take to begin its answer, unless `ORIGIN_TIMEOUT_SECONDS` says otherwise.
const PATIENCE_SECONDS: u64 = 60;

#[wasm_bindgen]
extern "C" {
    type Fetcher;
    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Fetcher, request: &Request, init: &RequestInit) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_name = fetch, catch)]
    fn global_fetch(request: &Request, init: &RequestInit) -> Result<Promise, JsValue>;
}

impl Origin {
    /// Reads `ORIGIN`, else `ORIGIN_URL`.
    pub fn read(env: &Env) -> Result<Self, Denial> {
        let to = match (binding(env, "ORIGIN"), text(env, "ORIGIN_URL")) {
            (Some(service), _) => To::Service(service.unchecked_into()),
            (None, Some(url)) => To::Address(address(&url)?),
            (None, None) => return Err(misconfigured("bind the service ORIGIN, or set ORIGIN_URL")),
        };
        let seconds = match text(env, "ORIGIN_TIMEOUT_SECONDS") {
            None => PATIENCE_SECONDS,
            Some(seconds) => {
                let seconds = seconds.parse().ok().filter(|seconds| (1..=600).contains(seconds));
                seconds.ok_or_else(|| misconfigured("ORIGIN_TIMEOUT_SECONDS must be 1 to 600"))?
            }
        };
        Ok(Self { to, patience: Duration::from_secs(seconds) })
    }

    /// Sends what was granted, and gives back the origin's answer as it comes. `body` is the body where it was read.
    pub async fn forward(&self, request: &Request, body: Option<&[u8]>, grant: &Grant) -> Result<Response, Denial> {
        let plan = plan_for(request, grant);
        let outgoing = self.outgoing(request, body, &plan).map_err(|error| unreachable(&error))?;
        let controller = AbortController::new().map_err(|error| unreachable(&error))?;
        let promise = self.send(&outgoing, &controller).map_err(|error| unreachable(&error))?;
        match select(JsFuture::from(promise), pin!(Delay::from(self.patience))).await {
            Either::Left((answer, _)) => {
                let answer: Response = answer.map_err(|error| unreachable(&error))?.unchecked_into();
                respond(answer, &plan).map_err(|error| unreachable(&error))
            }
            Either::Right(_) => {
                controller.abort();
                Err(Denial::OriginTooSlow)
            }
        }
    }

    fn send(&self, request: &Request, controller: &AbortController) -> Result<Promise, JsValue> {
        let init = RequestInit::new();
        init.set_redirect(RequestRedirect::Manual);
        init.set_signal(Some(&controller.signal()));
        match &self.to {
            To::Service(service) => service.fetch(request, &init),
            To::Address(_) => {
                // The origin no longer sees `Authorization`, which keeps shared caches away (RFC 9111 section 3.5):
                // without this, one owner's answer could be cached and served to another.
                init.set_cache(web_sys::RequestCache::NoStore);
                global_fetch(request, &init)
            }
        }
    }

    /// The request as the origin sees it. A body that was not read is handed over as a stream that never enters this
    /// module; one that was is sent byte for byte.
    fn outgoing(&self, request: &Request, body: Option<&[u8]>, plan: &Plan) -> Result<Request, JsValue> {
        let url = match &self.to {
            To::Service(_) => format!("{}{}", authority(&request.url()), plan.target),
            To::Address(address) => format!("{address}{}", plan.target),
        };
        let outgoing = match body {
            None => Request::new_with_str_and_init(&url, request.unchecked_ref())?,
            Some(bytes) => {
                let init = RequestInit::new();
                init.set_method(&request.method());
                init.set_headers(&request.headers());
                if !bytes.is_empty() {
                    init.set_body(&Uint8Array::from(bytes));
                }
                Request::new_with_str_and_init(&url, &init)?
            }
        };
        let headers = outgoing.headers();
        for name in &plan.remove {
            headers.delete(name)?;
        }
        for (name, value) in &plan.set {
            headers.set(name, value)?;
        }
        Ok(outgoing)
    }
}

fn plan_for(request: &Request, grant: &Grant) -> Plan {
    let headers = request.headers();
    let names = names(&headers);
    plan(grant, names.iter().map(String::as_str), |name| headers.get(name).ok().flatten())
}

fn names(headers: &Headers) -> Vec<String> {
    headers.keys().into_iter().flatten().filter_map(|name| name.as_string()).collect()
}

/// The origin's answer: itself, unless there is something to tell the client.
fn respond(answer: Response, plan: &Plan) -> Result<Response, JsValue> {
    if plan.respond.is_empty() {
        return Ok(answer);
    }
    // The answer as its own init keeps status, headers and an accepted WebSocket.
    let init: &ResponseInit = answer.unchecked_ref();
    let told = Response::new_with_opt_readable_stream_and_init(answer.body().as_ref(), init)?;
    for (name, value) in &plan.respond {
        told.headers().set(name, value)?;
    }
    Ok(told)
}

/// `https://host:port` of a URL.
pub(super) fn authority(url: &str) -> &str {
    split(url).0
}

/// Path and query of a URL, byte for byte.
pub(super) fn target(url: &str) -> &str {
    split(url).1
}

fn split(url: &str) -> (&str, &str) {
    let after_scheme = url.find("://").and_then(|at| at.checked_add(3)).unwrap_or_default();
    let at = url.bytes().skip(after_scheme).position(|byte| byte == b'/' || byte == b'?' || byte == b'#');
    at.and_then(|at| url.split_at_checked(at.checked_add(after_scheme)?)).unwrap_or((url, ""))
}

/// `ORIGIN_URL` as scheme and authority. A path would be a rewrite after the verdict.
fn address(url: &str) -> Result<String, Denial> {
    let (authority, rest) = split(url);
    let known = authority.strip_prefix("https://").or_else(|| authority.strip_prefix("http://"));
    match (known, rest) {
        (Some(host), "" | "/") if !host.is_empty() && !host.contains('@') => Ok(authority.to_owned()),
        _ => Err(misconfigured("ORIGIN_URL must be a scheme and a host, as in https://api.example.com")),
    }
}

fn misconfigured(what: &str) -> Denial {
    Denial::Misconfigured(what.to_owned())
}

/// The platform's words for what failed; they hold no header and no body.
fn unreachable(error: &JsValue) -> Denial {
    let text = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    Denial::OriginUnreachable(text.unwrap_or_else(|| "unknown error".to_owned()))
}
