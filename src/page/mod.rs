//! The browser's exports: JSON in, JSON out. They call the core and decide nothing themselves.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::core::admin::Explain;
use crate::core::decision::{self, Subject};
use crate::core::openapi::{Compiled, Document, Settings, compile};
use crate::core::policy::Policy;
use crate::core::rotation::Timestamp;
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
/// An `Error` where the settings cannot be read, or a document; it tells which, counted from 0.
#[wasm_bindgen(js_name = policyReport)]
pub fn policy_report(documents: Vec<String>, settings: &str) -> Result<String, JsError> {
    write(&compiled(&documents, settings)?.report)
}

/// What changes from the policy of some documents to that of others, both read with their own settings.
///
/// # Errors
/// As [`policy_report`], and where one side has errors in its report: then it is no policy.
#[wasm_bindgen(js_name = policyDiff)]
pub fn policy_diff(
    before: Vec<String>,
    settings_before: &str,
    after: Vec<String>,
    settings_after: &str,
) -> Result<String, JsError> {
    write(&policy(&before, settings_before)?.diff(&policy(&after, settings_after)?))
}

/// The verdict on a request and the steps that lead to it. The question is the body of `POST /explain`, without
/// `integration`: what that one may do is the registry's to say.
///
/// # Errors
/// As [`policy_diff`], and where the question cannot be read.
#[wasm_bindgen]
pub fn explain(documents: Vec<String>, settings: &str, question: &str, now: u32) -> Result<String, JsError> {
    let Explain { method, path, integration, scopes, owner } = read(question)?;
    let subject = match (integration, owner, scopes) {
        (None, None, None) => Subject::Nobody,
        (None, Some(owner), Some(scopes)) => Subject::assumed(owner, scopes),
        _ => return Err(JsError::new("give owner and scopes, or neither, and no integration")),
    };
    let policy = policy(&documents, settings)?;
    write(&decision::explain(&method, &path, &subject, &policy, Timestamp::from_seconds(now.into())))
}

fn compiled(documents: &[String], settings: &str) -> Result<Compiled, JsError> {
    let settings: Settings = read(settings)?;
    let documents = documents.iter().zip(0..).map(|(document, place)| {
        Document::parse(document).map_err(|error| JsError::new(&format!("documents[{place}]: {error}")))
    });
    Ok(compile(&documents.collect::<Result<Vec<_>, _>>()?, &settings))
}

fn policy(documents: &[String], settings: &str) -> Result<Policy, JsError> {
    let Compiled { policy, report } = compiled(documents, settings)?;
    policy.ok_or_else(|| JsError::new(&report.to_string()))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, JsError> {
    serde_json::from_str(text).map_err(|error| JsError::new(&error.to_string()))
}

fn write(value: &impl Serialize) -> Result<String, JsError> {
    serde_json::to_string(value).map_err(|error| JsError::new(&error.to_string()))
}
