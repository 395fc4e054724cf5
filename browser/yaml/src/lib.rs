//! The browser's reader of YAML: a bundle of its own, since few documents that are dropped on the page are YAML.

use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use tidegate::openapi::yaml_to_json;

/// What the browser's other bundle takes in place of a document in YAML: the same in JSON.
///
/// # Errors
/// An `Error` where the text cannot be read; it tells the place.
#[wasm_bindgen(js_name = yamlToJson)]
pub fn convert(text: &str) -> Result<String, JsError> {
    yaml_to_json(text).map_err(|error| JsError::new(&error.to_string()))
}
