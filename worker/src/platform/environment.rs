//! Variables, secrets and bindings, by their names in wrangler.toml.

use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

/// A variable or secret that is set to something.
pub(crate) fn text(env: &Env, name: &str) -> Option<String> {
    binding(env, name)?.as_string().filter(|text| !text.is_empty())
}

/// A binding, whatever it is.
pub(crate) fn binding(env: &Env, name: &str) -> Option<JsValue> {
    let value = js_sys::Reflect::get(env.unchecked_ref(), &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}
