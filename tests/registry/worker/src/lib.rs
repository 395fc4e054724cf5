//! The registry's tests for JavaScript: their names, and each of them on a Durable Object's storage.

use std::rc::Rc;

use durable_storage::DurableStorage;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsValue, throw_str};

/// Has a failed assertion throw its message.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| throw_str(&panic.to_string())));
}

/// The names of all tests.
#[wasm_bindgen]
pub fn names() -> Vec<String> {
    registry_tests::cases().iter().map(|case| case.name.to_owned()).collect()
}

/// Runs a test on the storage of a Durable Object that has none yet. Throws if it fails.
#[wasm_bindgen]
pub fn run(storage: &JsValue, name: &str) {
    match registry_tests::cases().into_iter().find(|case| case.name == name) {
        Some(case) => (case.run)(Rc::new(DurableStorage::new(storage))),
        None => throw_str("there is no such test"),
    }
}
