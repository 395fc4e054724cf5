//! Calls from one Durable Object to another, and to webhook endpoints.

use js_sys::Promise;
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::Env;

use crate::platform::namespace::{REGISTRY_NAME, objects};
use registry::Attempt;
use tidegate::admin::AdminError;
use tidegate::json::{self, FromJson};
use tidegate::usage::Store;
use tidegate::webhooks::{SIGNED_HEADERS, TIMEOUT_MS};

#[wasm_bindgen(module = "/js/webhooks.js")]
extern "C" {
    fn deliver(egress: &JsValue, url: &str, fields: &str, body: &str, timeout_ms: f64) -> Promise;
    fn ask(namespace: &JsValue, name: &str, url: &str, body: Option<&str>, timeout_ms: f64) -> Promise;
}

/// What the registry says to a courier is below this address.
pub(super) const COURIER: &str = "https://courier";

/// What an object answers to an address that it does not know: another class was meant.
pub(super) fn wrong_class() -> AdminError {
    let what = "[[durable_objects.bindings]] must name their classes: REGISTRY is Registry, USAGE is Usage, COURIER is Courier";
    AdminError::Misconfigured(what.to_owned())
}

/// A Durable Object of this gate.
pub(super) enum Object<'a> {
    Registry,
    /// The courier of an endpoint.
    Courier(&'a str),
    /// A usage store.
    Usage(Store),
}

/// What an object answers; status 0 where it does not, and the text says why.
pub(super) struct Answered {
    pub status: u16,
    pub text: String,
}

tidegate::json_object!(Said { status, text });

struct Said {
    status: u32,
    text: String,
}

/// What an endpoint answers.
pub(super) struct Delivered {
    pub status: Option<u32>,
    pub retry_after: Option<String>,
    pub answer: Option<String>,
    /// Why there is no answer.
    pub failed: Option<String>,
    pub duration_ms: u64,
}

tidegate::json_object!(Delivered {
    status: optional,
    retry_after: optional,
    answer: optional,
    failed: optional,
    duration_ms
});

impl Object<'_> {
    /// Its namespace, its name there, and how long it may take to answer, in milliseconds.
    fn place(&self) -> (&'static str, String, f64) {
        match self {
            Self::Registry => ("REGISTRY", REGISTRY_NAME.to_owned(), 10_000.0),
            Self::Courier(endpoint) => ("COURIER", (*endpoint).to_owned(), 10_000.0),
            Self::Usage(store) => ("USAGE", store.name(), 5_000.0),
        }
    }
}

impl Answered {
    /// Why it is not the expected answer.
    pub fn why(self) -> String {
        if self.status == 0 { self.text } else { format!("status {}", self.status) }
    }
}

/// Asks an object; by `POST` where there is a body.
pub(super) async fn call(env: &Env, object: Object<'_>, url: &str, body: Option<&str>) -> Answered {
    let (namespace, name, timeout_ms) = object.place();
    let Some(bound) = objects(env, namespace) else {
        return Answered { status: 0, text: format!("{namespace} must be bound to its Durable Object") };
    };
    let said = promised(ask(&bound, &name, url, body, timeout_ms)).await;
    let Said { status, text } = said.unwrap_or_else(|| Said { status: 0, text: "no answer".to_owned() });
    Answered { status: u16::try_from(status).unwrap_or(0), text }
}

/// Sends a webhook, by the service `egress` where there is one.
#[allow(clippy::cast_precision_loss, reason = "20 seconds")]
pub(super) async fn send(egress: Option<&JsValue>, attempt: &Attempt) -> Option<Delivered> {
    let [id, timestamp, signature] = SIGNED_HEADERS;
    let fields = json!({
        "content-type": "application/json", "user-agent": "Tidegate", id: attempt.id,
        timestamp: attempt.timestamp.to_string(), signature: attempt.signature,
    });
    promised(deliver(
        egress.unwrap_or(&JsValue::UNDEFINED),
        &attempt.url,
        &fields.to_string(),
        &attempt.body,
        TIMEOUT_MS as f64,
    ))
    .await
}

/// What JavaScript promises, as JSON.
async fn promised<T: FromJson>(promise: Promise) -> Option<T> {
    let value = JsFuture::from(promise).await.ok()?;
    read(&value.dyn_into::<js_sys::JsString>().map(String::from).ok()?)
}

/// Reads JSON; `None` if the text is not JSON, or not a `T`.
pub(super) fn read<T: FromJson>(text: &str) -> Option<T> {
    T::from_json(json::Value::parse(text).ok()?).ok()
}
