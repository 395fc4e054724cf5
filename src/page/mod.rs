//! The browser's exports: JSON in, JSON out. They call the core and decide nothing themselves.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::core::openapi::{Document, Settings, compile};
use crate::core::scope::ScopeSet;

/// What changes from one list of scopes to another: `{"added":[…],"removed":[…]}`.
///
/// # Errors
/// An `Error` where one of them is no JSON list of scopes.
#[wasm_bindgen(js_name = scopeDiff)]
pub fn scope_diff(before: &str, after: &str) -> Result<String, JsError> {
    let (before, after): (ScopeSet, ScopeSet) = (read(before)?, read(after)?);
    write(&before.diff(&after))
}

/// What publishing OpenAPI documents would report, without a server: the same compiler as the registry's.
///
/// # Errors
/// An `Error` where a document or the settings cannot be read.
#[wasm_bindgen(js_name = policyReport)]
pub fn policy_report(documents: Vec<String>, settings: &str) -> Result<String, JsError> {
    let settings: Settings = read(settings)?;
    let documents = documents.iter().map(|document| Document::parse(document));
    let documents: Vec<_> = documents.collect::<Result<_, _>>().map_err(|error| JsError::new(&error.to_string()))?;
    write(&compile(&documents, &settings).report)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, JsError> {
    serde_json::from_str(text).map_err(|error| JsError::new(&error.to_string()))
}

fn write(value: &impl Serialize) -> Result<String, JsError> {
    serde_json::to_string(value).map_err(|error| JsError::new(&error.to_string()))
}
