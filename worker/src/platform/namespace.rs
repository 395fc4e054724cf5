//! Namespaces of Durable Objects. The driver calls the one that holds the registry, in `js/reads.js`.

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

use super::environment::namespace;

#[wasm_bindgen]
extern "C" {
    type Namespace;
    #[wasm_bindgen(method, catch, js_name = idFromName)]
    fn id_from_name(this: &Namespace, name: &str) -> Result<ObjectId, JsValue>;

    type ObjectId;
    #[wasm_bindgen(method, js_name = toString)]
    fn text(this: &ObjectId) -> String;
}

/// The name of the one registry of a gate.
pub(crate) const REGISTRY_NAME: &str = "registry";

/// The namespace of Durable Objects that is bound by this name. `None` where nothing is, or something else.
pub(crate) fn objects(env: &Env, name: &str) -> Option<JsValue> {
    namespace(env, name, "idFromName")
}

/// The id of this gate's registry, which no other gate's has; `None` if none is bound.
pub(crate) fn registry_id(env: &Env) -> Option<String> {
    let namespace: Namespace = objects(env, "REGISTRY")?.unchecked_into();
    Some(namespace.id_from_name(REGISTRY_NAME).ok()?.text())
}
