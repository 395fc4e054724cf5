//! The namespace of Durable Objects that the registry is in. The calls to it are the driver's, in `js/reads.js`.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::RequestInit;
use worker::Env;

use super::environment::binding;

#[wasm_bindgen]
extern "C" {
    type Namespace;
    #[wasm_bindgen(method, catch, js_name = idFromName)]
    fn id_from_name(this: &Namespace, name: &str) -> Result<ObjectId, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn get(this: &Namespace, id: &ObjectId) -> Result<Stub, JsValue>;

    /// A Durable Object, as another one reaches it.
    pub(crate) type Stub;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn fetch(this: &Stub, url: &str, init: &RequestInit) -> Result<Promise, JsValue>;

    type ObjectId;
    #[wasm_bindgen(method, js_name = toString)]
    fn text(this: &ObjectId) -> String;
}

/// The name of the one registry of a gate.
const NAME: &str = "registry";

/// The registry, for the other Durable Objects of this gate; `None` where none is bound.
pub(crate) fn registry(env: &Env) -> Option<Stub> {
    let namespace: Namespace = binding(env, "REGISTRY")?.unchecked_into();
    namespace.get(&namespace.id_from_name(NAME).ok()?).ok()
}

/// What tells this gate's registry from every other one. `None` where none is bound.
pub(crate) fn registry_id(env: &Env) -> Option<String> {
    let namespace: Namespace = binding(env, "REGISTRY")?.unchecked_into();
    Some(namespace.id_from_name(NAME).ok()?.text())
}
