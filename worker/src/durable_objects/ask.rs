//! What the registry asks of a store of use.

use std::time::Duration;

use serde_json::json;
use worker::wasm_bindgen::JsValue;
use worker::{Env, Method, Request, RequestInit};

use crate::log;
use crate::platform::clock;
use tidegate::json::{FromJson, Value};
use tidegate::usage::{FACTS, Store, UsageFacts, UsageQuestion};

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Asks the store that has the integration. `None` where it does not answer: then nothing is known.
pub(super) async fn ask(env: &Env, question: &UsageQuestion) -> Option<UsageFacts> {
    let why = match clock::within(TIMEOUT, asked(env, question)).await {
        Some(Ok(facts)) => return Some(facts),
        Some(Err(why)) => why,
        None => "no answer in time".to_owned(),
    };
    log::error(&json!({ "event": "usage", "reason": why }));
    None
}

async fn asked(env: &Env, question: &UsageQuestion) -> Result<UsageFacts, String> {
    let failed = |error: worker::Error| error.to_string();
    let store = env.durable_object("USAGE").map_err(failed)?;
    let store = store.get_by_name(&Store::of(&question.integration).name()).map_err(failed)?;
    let body = serde_json::to_string(question).map_err(|error| error.to_string())?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(JsValue::from_str(&body)));
    let request = Request::new_with_init(FACTS, &init).map_err(failed)?;
    let mut answer = store.fetch_with_request(request).await.map_err(failed)?;
    let text = answer.text().await.map_err(failed)?;
    match answer.status_code() {
        200 => {
            let value = Value::parse(&text).map_err(|error| error.to_string())?;
            UsageFacts::from_json(value).map_err(|error| error.to_string())
        }
        status => Err(format!("status {status}")),
    }
}
