//! Variables, secrets and bindings, by their names in wrangler.toml.

use tidegate::config::ConfigError;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

/// A variable or secret that is set to something. An empty text sets nothing.
///
/// # Errors
/// [`ConfigError`] for anything but a text: a number, a list or a table of `wrangler.toml`, a binding.
pub(crate) fn text(env: &Env, name: &'static str) -> Result<Option<String>, ConfigError> {
    let Some(value) = binding(env, name) else { return Ok(None) };
    let text =
        value.as_string().ok_or_else(|| ConfigError::new(name, "must be a text: in wrangler.toml, in quotes"))?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// A binding that has this method and, unlike a service, no `fetch`: any name is a method of a service.
pub(crate) fn namespace(env: &Env, name: &str, method: &str) -> Option<JsValue> {
    binding(env, name).filter(|bound| has(bound, method) && !is_service(bound))
}

/// Whether a binding can be asked for a response. A table of `wrangler.toml` cannot, nor can a KV namespace.
pub(crate) fn is_service(bound: &JsValue) -> bool {
    has(bound, "fetch")
}

fn has(bound: &JsValue, method: &str) -> bool {
    bound.is_object() && js_sys::Reflect::get(bound, &method.into()).is_ok_and(|method| method.is_function())
}

/// A binding of any kind.
pub(crate) fn binding(env: &Env, name: &str) -> Option<JsValue> {
    let value = js_sys::Reflect::get(env.unchecked_ref(), &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}
