//! An OpenAPI document, in JSON or YAML, compiled with settings that use everything there is.

use std::sync::LazyLock;

use serde_json::{Value, json};
use tidegate::decision::{Decision, Denial, decide};
use tidegate::openapi::{Document, Settings, compile};
use tidegate::policy::{Access, Lookup, Operation, Policy, Template};
use tidegate::request::{Path, Request};
use tidegate::time::Timestamp;

use super::text;

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    serde_json::from_value(json!({
        "schemes": {
            "Tenant": { "level": "sub_account", "private_integrations": true },
            "TenantUser": { "level": "sub_account", "private_integrations": false },
            "Agency": { "level": "agency", "private_integrations": true }
        },
        "owner_parameters": {
            "sub_account": [
                { "name": "locationId", "body": true }, { "name": "X-Location-Id" },
                { "name": "altId", "when": { "name": "altType", "is": "location" }, "body": true }
            ],
            "agency": [{ "name": "companyId" }]
        },
        "without_security": "deny",
        "scope_extension": "x-scopes"
    }))
    .unwrap()
});

pub fn run(data: &[u8]) {
    let text = text(data);
    let document = match Document::parse(&text) {
        Ok(document) => document,
        Err(error) => return drop(error.to_string()),
    };
    let compiled = compile(std::slice::from_ref(&document), &SETTINGS);
    let again = compile(std::slice::from_ref(&document), &SETTINGS);
    assert_eq!(again.report, compiled.report, "compiling twice differs");
    let kept = Document::from_json(&document.to_json());
    assert_eq!(kept.as_ref(), Ok(&document), "what is kept of it is another document");
    let by_extraction = compile(&[kept.unwrap()], &SETTINGS);
    assert_eq!(by_extraction.report, compiled.report, "what is kept of it compiles otherwise");
    assert_eq!(by_extraction.policy, compiled.policy, "what is kept of it compiles otherwise");
    assert!(!compiled.report.to_string().is_empty());
    assert_eq!(compiled.policy.is_some(), compiled.report.errors.is_empty());
    let Some(policy) = compiled.policy else { return };
    assert_eq!(Policy::from_json(&policy.to_json()).as_ref(), Ok(&policy), "the stored form is another policy");
    assert!(policy.diff(&policy).is_empty());
    let _ = (policy.catalogue(), policy.diff(&Policy::new(0, Vec::new(), policy.owner_names().clone()).unwrap()));
    let raw = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok();
    for operation in policy.operations() {
        if let (Access::Public, Some(raw)) = (&operation.access, &raw) {
            assert!(says_public(raw, operation), "{} is public, and not so described", operation.name());
        }
        asked_without_a_token(&policy, operation);
    }
}

/// Whether the document has an operation of this method and path whose own `security`, or else the document's, is `[]`.
fn says_public(raw: &Value, operation: &Operation) -> bool {
    let template = operation.path.to_string();
    let method = operation.method.as_str().to_ascii_lowercase();
    let paths = followed(raw, &raw["paths"]).as_object().expect("a policy with operations has paths");
    let is_its = |path: &str| Template::parse(path).is_ok_and(|path| template.ends_with(&path.to_string()));
    // What follows `?`, `#` or `{?` in a key is not part of the path; keys that differ in it alone are one operation.
    let cut = |key: &str, at: usize| is_its(&key[..at]) || key[..at].strip_suffix('{').is_some_and(is_its);
    let matches = |key: &String| is_its(key) || key.match_indices(['?', '&', '#']).any(|(at, _)| cut(key, at));
    let items = paths.iter().filter(|(key, _)| matches(key)).flat_map(|(_, item)| [item, followed(raw, item)]);
    let mut operations = items.map(|item| followed(raw, &item[&method])).filter(|operation| operation.is_object());
    operations.any(|operation| {
        let own = followed(raw, &operation["security"]);
        let effective = if own.is_null() { followed(raw, &raw["security"]) } else { own };
        *effective == json!([])
    })
}

/// A value, or what its `$ref` leads to in the same document.
fn followed<'a>(raw: &'a Value, value: &'a Value) -> &'a Value {
    let step = |value: &'a Value| raw.pointer(value.get("$ref")?.as_str()?.strip_prefix('#')?);
    std::iter::successors(Some(value), |value| step(value)).take(20).last().unwrap_or(value)
}

/// Without a token exactly what is public is granted, unless a tolerant router may read the path as that of an operation with
/// another access: there the gate refuses.
fn asked_without_a_token(policy: &Policy, operation: &Operation) {
    let target = operation.path.fill(|_| "x".to_owned());
    let request = Request::with_credential(operation.method.as_str(), &target, None).expect("a template's own path");
    let path = Path::parse(&target).expect("a template's own path");
    let Lookup::Found(found, _) = policy.lookup(&operation.method, &path) else { panic!("{target} is not found") };
    let decision = decide(&request, None, policy, Timestamp::from_seconds(0));
    if !matches!(decision, Decision::Deny(Denial::AmbiguousOperation(_))) {
        let granted = matches!(decision, Decision::Allow(_));
        assert_eq!(granted, found.access == Access::Public, "{} {target}", operation.method.as_str());
    }
}
