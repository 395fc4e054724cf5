//! Writes to Workers KV, the projection that verdicts rest on. The driver reads from it, in `js/reads.js`.

use js_sys::{Object, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::Env;

use crate::platform::environment;
use tidegate::token::SignedValue;

// `worker` has it too, but writes an option with a serializer, and looks up five functions for one.
#[wasm_bindgen]
extern "C" {
    type Namespace;
    #[wasm_bindgen(method, catch)]
    fn put(this: &Namespace, key: &str, value: &str, options: &Options) -> Result<Promise, JsValue>;

    type Options;
    #[wasm_bindgen(method, setter, js_name = expirationTtl)]
    fn set_expiration_ttl(this: &Options, seconds: f64);
}

/// Writes a value. With `ttl_seconds`, it expires. Waits as long as it takes: a write that was given up could still land after a newer
/// one.
#[allow(clippy::cast_precision_loss, reason = "30 days in seconds are far below 2^53")]
pub(crate) async fn write(env: &Env, key: &str, value: &SignedValue, ttl_seconds: Option<u64>) -> Result<(), String> {
    let fault = |error: &str| format!("{key} cannot be written: {error}");
    let namespace = namespace(env).map_err(|error| fault(&error))?;
    let options = options();
    if let Some(seconds) = ttl_seconds {
        options.set_expiration_ttl(seconds as f64);
    }
    let put = async { JsFuture::from(namespace.put(key, value.as_str(), &options)?).await };
    put.await.map(drop).map_err(|error| fault(&first_line(error)))
}

/// What failed, without the stack below it.
fn first_line(error: JsValue) -> String {
    worker::Error::from(error).to_string().lines().next().unwrap_or_default().to_owned()
}

fn options() -> Options {
    Object::new().unchecked_into()
}

fn namespace(env: &Env) -> Result<Namespace, String> {
    // A bucket of R2 can be put to as well, and gives nothing of what was put.
    let bound = environment::namespace(env, "TOKENS", "getWithMetadata");
    bound.map(JsCast::unchecked_into).ok_or_else(|| "TOKENS must be bound to a KV namespace".to_owned())
}
