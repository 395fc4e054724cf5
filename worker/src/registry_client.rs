//! The way to the registry. It is a Durable Object: only this Worker, and whoever is bound to it, can reach it.

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

use crate::platform::environment::binding;
use crate::platform::service::Service;

#[wasm_bindgen]
extern "C" {
    type Namespace;
    #[wasm_bindgen(method, catch, js_name = getByName)]
    fn by_name(this: &Namespace, name: &str) -> Result<Service, JsValue>;
    #[wasm_bindgen(method, catch, js_name = idFromName)]
    fn id_from_name(this: &Namespace, name: &str) -> Result<ObjectId, JsValue>;

    type ObjectId;
    #[wasm_bindgen(method, js_name = toString)]
    fn text(this: &ObjectId) -> String;
}

/// The name of the one registry of this gate.
const NAME: &str = "registry";

/// The registry, as a request's own handle on it: it serves that request only. `None` where it is not bound.
pub(crate) fn stub(env: &Env) -> Option<Result<Service, JsValue>> {
    Some(namespace(env)?.by_name(NAME))
}

/// What tells this gate's registry from every other one.
pub(crate) fn id(env: &Env) -> Option<String> {
    Some(namespace(env)?.id_from_name(NAME).ok()?.text())
}

fn namespace(env: &Env) -> Option<Namespace> {
    Some(binding(env, "REGISTRY")?.unchecked_into())
}
