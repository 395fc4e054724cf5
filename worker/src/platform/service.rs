//! Another part of this deployment, by its binding: the registry, the asset store.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::RequestInit;

#[wasm_bindgen]
extern "C" {
    /// What has a `fetch` of its own.
    pub(crate) type Service;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn fetch(this: &Service, url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}
