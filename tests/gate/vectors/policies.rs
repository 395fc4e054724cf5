//! `policies.json`: documents and settings to report and policy. The command, the Registry and the browser's bundle
//! are to come to the same.

use serde_json::{Value, json};
use tidegate::openapi::{Document, Settings, compile};
use tidegate::policy::Policy;

use super::super::policy::BLOCK;
use super::super::world;

/// What, documents, settings, whether they make a policy.
type Case = (&'static str, Vec<String>, Value, bool);

fn document(title: &str, paths: &Value) -> String {
    json!({ "openapi": "3.0.3", "info": { "title": title, "version": "1" }, "paths": paths }).to_string()
}

fn settings(more: &[(&str, Value)]) -> Value {
    let mut settings = json!({
        "schemes": {
            "Tenant": { "level": "sub_account", "private_integrations": true },
            "User": { "level": "sub_account", "private_integrations": false },
            "Agency": { "level": "agency", "private_integrations": true }
        },
        "owner_parameters": { "sub_account": [{ "name": "locationId" }], "agency": [{ "name": "companyId" }] }
    });
    for (key, value) in more {
        settings[key] = value.clone();
    }
    settings
}

fn cases() -> Vec<Case> {
    let world_settings = serde_json::to_value(world::settings()).unwrap();
    let tenant = |scopes: &[&str]| json!([{ "Tenant": scopes }]);
    let in_body = json!({ "sub_account": [{ "name": "locationId", "body": true }] });
    let property = json!({ "content": { "application/json": { "schema": { "properties": { "locationId": {} } } } } });
    let findings = json!({
        "/silent": { "get": {} },
        "/nobody": { "post": { "security": [{ "User": ["u"] }] } },
        "/strange": { "put": { "security": [{ "Strange": ["u"] }] } },
        "/c/{id}/slots": { "get": { "security": tenant(&["c.readonly"]) } },
        "/c/resources/{type}": { "get": { "security": [{ "Agency": ["c.all"] }, { "Tenant": ["c.all"] }] } },
        "/alike": {
            "get": { "security": tenant(&["a"]), "parameters": [{ "name": "location_id", "in": "query" }] },
            "post": { "security": tenant(&["a"]), "requestBody": property }
        }
    });
    let errors = json!({
        "/a/{b}{c}": { "get": { "security": [] } },
        "/scope": { "get": { "security": tenant(&["a b"]) } },
        "/nowhere": { "get": { "security": tenant(&["a"]), "parameters": [{ "$ref": "#/components/parameters/N" }] } },
        "/elsewhere": { "$ref": "paths.json#/x" }
    });
    let extension = json!({ "/a": { "get": { "security": tenant(&["a"]), "x-required-scopes": ["b"] } } });
    let mistaken = json!({ "/a": { "get": { "security": tenant(&["a"]), "x-required-scopes": "b" } } });
    let rules = json!([
        { "path": "/a", "method": "GET", "access": "public" },
        { "path": "/b/{id}", "method": "PUT", "document": "By hand",
          "access": { "any_of": [{ "level": "agency", "scopes": ["b.write"] }] } }
    ]);
    let one = |operation: Value| document("One", &json!({ "/a": { "get": operation } }));
    let named = ("scope_extension", json!("x-required-scopes"));
    vec![
        ("the policy of decisions.json", vec![world::document().to_string()], world_settings, true),
        ("no document", vec![], settings(&[]), true),
        ("YAML", vec![BLOCK.to_owned()], settings(&[("owner_parameters", in_body.clone())]), true),
        ("every finding that is no error", vec![document("Findings", &findings)], settings(&[]), true),
        ("every error of a document", vec![document("Errors", &errors)], settings(&[]), false),
        (
            "two documents that clash",
            vec![one(json!({ "security": [] })), document("Two", &json!({ "/a": { "get": { "security": [{}] } } }))],
            settings(&[]),
            false,
        ),
        (
            "two documents that say the same",
            vec![one(json!({ "security": [] })), document("Two", &json!({ "/a": { "get": { "security": [] } } }))],
            settings(&[]),
            true,
        ),
        ("scopes in an extension", vec![document("One", &extension)], settings(std::slice::from_ref(&named)), true),
        ("an extension that is not configured", vec![document("One", &extension)], settings(&[]), true),
        ("an extension that is no list", vec![document("One", &mistaken)], settings(&[named]), false),
        ("silence is public", vec![one(json!({}))], settings(&[("without_security", json!("public"))]), true),
        ("silence is denied", vec![one(json!({}))], settings(&[]), true),
        ("rules", vec![one(json!({ "security": tenant(&["a"]) }))], settings(&[("rules", rules.clone())]), true),
        ("rules alone", vec![], settings(&[("rules", rules)]), true),
        ("YAML that is malformed", vec!["openapi: 3.1.0\npaths: [}\n".to_owned()], settings(&[]), false),
        ("JSON that is cut off", vec![r#"{"openapi":"3.1.0","paths":"#.to_owned()], settings(&[]), false),
        ("an older version", vec![r#"{"swagger":"1.2"}"#.to_owned()], settings(&[]), false),
    ]
}

fn vector((what, documents, settings, compiles): &Case) -> Value {
    let read: Settings = serde_json::from_value(settings.clone()).unwrap();
    let parsed: Result<Vec<_>, _> = documents.iter().map(|text| Document::parse(text)).collect();
    let expect = match parsed {
        Err(error) => json!({ "document_error": error.to_string() }),
        Ok(parsed) => {
            let compiled = compile(&parsed, &read);
            let policy = compiled.policy.as_ref().map(Policy::to_json);
            let policy: Option<Value> = policy.map(|text| serde_json::from_str(&text).unwrap());
            json!({ "report": compiled.report, "policy": policy })
        }
    };
    assert_eq!(expect["policy"].is_object(), *compiles, "{what}: {expect}");
    json!({ "what": what, "documents": documents, "settings": settings, "expect": expect })
}

#[test]
fn vectors_policies() {
    let vectors = json!({
        "about": "Read each of documents (texts, JSON or YAML), in that order, without a name of its own; compile them \
                  with settings. expect.report is the report as data, expect.policy the policy's stored form (rev 0), \
                  null where the report has errors. Where a document cannot be read, expect is document_error alone: \
                  the message for the first that cannot.",
        "cases": cases().iter().map(vector).collect::<Vec<_>>(),
    });
    super::compare("policies.json", &vectors);
}
