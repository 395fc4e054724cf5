//! The registry's question to a usage store.

use serde_json::json;
use worker::Env;

use super::calls::{self, Object};
use crate::log;
use tidegate::usage::{FACTS, Store, UsageFacts, UsageQuestion};

/// Asks the store that has the integration. `None` where it does not answer: then nothing is known.
pub(super) async fn ask(env: &Env, question: &UsageQuestion) -> Option<UsageFacts> {
    let why = match asked(env, question).await {
        Ok(facts) => return Some(facts),
        Err(why) => why,
    };
    log::error(&json!({ "event": "usage", "reason": why }));
    None
}

async fn asked(env: &Env, question: &UsageQuestion) -> Result<UsageFacts, String> {
    let body = serde_json::to_string(question).map_err(|error| error.to_string())?;
    let answer = calls::call(env, Object::Usage(Store::of(&question.integration)), FACTS, Some(&body)).await;
    if answer.status != 200 {
        return Err(answer.why());
    }
    calls::read(&answer.text).ok_or_else(|| "the answer is malformed".to_owned())
}
