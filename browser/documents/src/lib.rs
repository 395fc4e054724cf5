//! The browser's exports for OpenAPI documents, JSON in and JSON out. They are a bundle of their own, since few users of the page
//! publish a policy. `www/src/core/types.ts` has the types.

use serde::Serialize;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use tidegate::json::{self, FromJson, Map};
use tidegate::openapi::{Compiled, Document, Report, compile, init};
use tidegate::policy::{Policy, PolicyDiff};

/// What publishing OpenAPI documents would report, without a server: the same compiler as the registry's. Documents are in
/// JSON; the bundle of `browser/yaml` makes JSON of YAML.
///
/// # Errors
/// An `Error` if the settings or a document cannot be read. It says which document, counted from 0.
#[wasm_bindgen(js_name = policyReport)]
#[allow(clippy::needless_pass_by_value, reason = "wasm-bindgen passes lists by value")]
pub fn policy_report(documents: Vec<String>, settings: &str) -> Result<String, JsError> {
    write(&compiled(&documents, settings)?.report)
}

/// Settings to start from, and why: `{"settings","choices":[…]}`. Documents are given as for [`policy_report`]; `picked` is an
/// object with the places of the options that somebody chose, by the fields of their choices.
///
/// # Errors
/// An `Error` if a document or `picked` cannot be read. It says which document, counted from 0.
#[wasm_bindgen(js_name = policyInit)]
#[allow(clippy::needless_pass_by_value, reason = "wasm-bindgen passes lists by value")]
pub fn policy_init(documents: Vec<String>, picked: &str) -> Result<String, JsError> {
    let picked: Map<usize> = read(picked)?;
    write(&init(&parsed(&documents)?, &picked))
}

/// What is published of a document: `operations` of one of the `sources` of `PUT /policy`. The document is given as for
/// [`policy_report`].
///
/// # Errors
/// An `Error` where the document cannot be read.
#[wasm_bindgen(js_name = documentSource)]
pub fn document_source(document: &str) -> Result<String, JsError> {
    Ok(Document::parse_json(document).map_err(failure)?.to_json())
}

/// The title of a document: what the registry keeps it by. The document is given as for [`policy_report`].
///
/// # Errors
/// An `Error` where the document cannot be read.
#[wasm_bindgen(js_name = documentTitle)]
pub fn document_title(document: &str) -> Result<String, JsError> {
    let document = Document::parse_json(document).map_err(failure)?;
    Ok(document.title().to_owned())
}

/// The text of a file, in UTF-8.
///
/// # Errors
/// An `Error` where it is in another encoding, which says what to do.
#[wasm_bindgen(js_name = fileText)]
pub fn file_text(bytes: Vec<u8>) -> Result<String, JsError> {
    tidegate::request::file_text(bytes).map_err(failure)
}

/// What publishing these documents would report, and what it would change of a policy: `{"report","diff"}`; `diff` is null where
/// the report has errors. `policy` is a policy's stored form, as `GET /policy/compiled` answers it.
///
/// # Errors
/// As [`policy_report`], and an `Error` where `policy` is not a policy.
#[wasm_bindgen(js_name = policyDiff)]
#[allow(clippy::needless_pass_by_value, reason = "wasm-bindgen passes lists by value")]
pub fn policy_diff(policy: &str, documents: Vec<String>, settings: &str) -> Result<String, JsError> {
    let before = Policy::from_json(policy).map_err(failure)?;
    let Compiled { policy, report, .. } = compiled(&documents, settings)?;
    write(&Changes { diff: policy.map(|policy| before.diff(&policy)), report })
}

#[derive(Serialize)]
struct Changes {
    report: Report,
    diff: Option<PolicyDiff>,
}

fn compiled(documents: &[String], settings: &str) -> Result<Compiled, JsError> {
    let settings = read(settings)?;
    Ok(compile(&parsed(documents)?, &settings))
}

fn parsed(documents: &[String]) -> Result<Vec<Document>, JsError> {
    let documents = documents.iter().zip(0..).map(|(document, place)| {
        Document::parse_json(document).map_err(|error| JsError::new(&format!("documents[{place}]: {error}")))
    });
    documents.collect()
}

fn read<T: FromJson>(text: &str) -> Result<T, JsError> {
    T::from_json(json::Value::parse(text).map_err(failure)?).map_err(failure)
}

fn write(value: &impl Serialize) -> Result<String, JsError> {
    serde_json::to_string(value).map_err(failure)
}

fn failure(error: impl ToString) -> JsError {
    JsError::new(&error.to_string())
}
