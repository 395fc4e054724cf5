//! The origin: the service or address behind the gate.

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, Response};
use worker::Env;

use crate::platform::environment::{binding, text};
use crate::platform::head::{Head, lines, split};
use tidegate::decision::{Denial, Grant};
use tidegate::forward::{Arrival, Plan, RemovedFields, WITHHELD_FIELDS, plan, sets_cookie_of_ours};

/// Where granted requests go.
pub(crate) struct Origin {
    to: To,
    /// How long the origin may take to begin its answer, in milliseconds.
    patience_ms: String,
    /// What requests leave behind, beside what they always do.
    removed: RemovedFields,
}

enum To {
    /// A service binding: host and scheme stay the client's.
    Service(JsValue),
    /// Scheme and authority, without a path: `https://api.example.com`.
    Address(String),
}

/// How long the origin may take to begin its answer, unless `ORIGIN_TIMEOUT_SECONDS` says otherwise.
const PATIENCE_SECONDS: u32 = 60;

#[wasm_bindgen(module = "/js/http.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn forward(
        service: &JsValue,
        request: &Request,
        body: Option<Uint8Array>,
        plan: &str,
        sets_cookie_of_ours: &Function,
    ) -> Result<Promise, JsValue>;
}

thread_local! {
    /// [`sets_cookie_of_ours`] as JavaScript calls it.
    static IS_COOKIE_OF_OURS: Function =
        Closure::<dyn Fn(String) -> bool>::new(|line: String| sets_cookie_of_ours(&line)).into_js_value().unchecked_into();
}

impl Origin {
    /// Reads `ORIGIN`, else `ORIGIN_URL`.
    pub fn read(env: &Env) -> Result<Self, Denial> {
        let to = match (binding(env, "ORIGIN"), text(env, "ORIGIN_URL")) {
            (Some(service), _) if service.is_object() => To::Service(service),
            (Some(_), _) => return Err(misconfigured("ORIGIN must be a service binding; an address is ORIGIN_URL")),
            (None, Some(url)) => To::Address(address(&url)?),
            (None, None) => return Err(misconfigured("bind the service ORIGIN, or set ORIGIN_URL")),
        };
        let seconds: u32 = match text(env, "ORIGIN_TIMEOUT_SECONDS") {
            None => PATIENCE_SECONDS,
            Some(seconds) => {
                let seconds = seconds.parse().ok().filter(|seconds| (1..=600).contains(seconds));
                seconds.ok_or_else(|| misconfigured("ORIGIN_TIMEOUT_SECONDS must be 1 to 600"))?
            }
        };
        let removed = text(env, "REMOVED_HEADERS")
            .map_or_else(|| Ok(RemovedFields::default()), |names| RemovedFields::parse(&names));
        let removed = removed.map_err(|error| misconfigured(&error.to_string()))?;
        Ok(Self { to, patience_ms: seconds.saturating_mul(1000).to_string(), removed })
    }

    /// Forwards what was granted, and gives back the origin's answer as it comes. `body` is the body where it was read.
    pub async fn forward(
        &self,
        request: &Request,
        body: Option<&[u8]>,
        head: &Head,
        grant: &Grant,
    ) -> Result<Response, Denial> {
        let service = if let To::Service(service) = &self.to { service } else { &JsValue::UNDEFINED };
        let (body, plan) = (body.map(Uint8Array::from), self.plan(head, grant));
        let promise = IS_COOKIE_OF_OURS.with(|is_ours| forward(service, request, body, &plan, is_ours));
        let answer = JsFuture::from(promise.map_err(|error| failed(&error))?).await.unwrap_or_else(|error| error);
        answer.dyn_into().map_err(|error| failed(&error))
    }

    /// How to forward what was granted, as `forward` in http.js reads it: URL, milliseconds to wait, fields to remove, to set,
    /// and to set on the answer; fields that the answer loses, and the statuses that it may have. A value of a field holds
    /// neither of what separates them (RFC 9110 section 5.5).
    pub fn plan(&self, head: &Head, grant: &Grant) -> String {
        let (scheme, host) = head.authority().split_once("://").unwrap_or_default();
        let arrival = Arrival { scheme, host, removed: &self.removed };
        let Plan { target, remove, set, respond, answer } =
            plan(grant, arrival, head.names.split_terminator('\n'), |name| head.header(name));
        let url = match &self.to {
            To::Service(_) => [head.authority(), &target].concat(),
            To::Address(address) => [address, target.as_str()].concat(),
        };
        let (lowest, highest, also) = answer.statuses();
        let statuses = [Some(lowest), Some(highest), also].into_iter().flatten().map(|status| status.to_string());
        let parts = [
            url,
            self.patience_ms.clone(),
            remove.join("\n"),
            lines(pairs(&set)),
            lines(pairs(&respond)),
            WITHHELD_FIELDS.join("\n"),
            statuses.collect::<Vec<_>>().join("\n"),
        ];
        parts.join("\r")
    }
}

fn pairs<'a>(fields: &'a [(&'static str, String)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str()))
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

/// Why there is no answer of the origin's: nothing, where it did not begin in time; a status, where it is none that a client may
/// get; else what the platform says. Its words hold no header and no body.
pub(crate) fn failed(error: &JsValue) -> Denial {
    if error.is_undefined() {
        return Denial::OriginTooSlow;
    }
    if let Some(status) = error.as_f64() {
        return Denial::OriginStatus(status.to_string());
    }
    let text = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    Denial::OriginUnreachable(text.unwrap_or_else(|| "unknown error".to_owned()))
}
