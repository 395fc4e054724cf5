//! The browser's reader of YAML: a bundle of its own, since few documents that are dropped on the page are YAML.

use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use tidegate::openapi::yaml_to_json;

/// Converts a document in YAML to JSON, which the browser's other bundles take.
///
/// # Errors
/// An `Error` if the text cannot be read. It names the place.
#[wasm_bindgen(js_name = yamlToJson)]
pub fn convert(text: &str) -> Result<String, JsError> {
    yaml_to_json(text).map_err(|error| JsError::new(&error.to_string()))
}
