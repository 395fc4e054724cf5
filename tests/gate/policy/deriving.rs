//! Scopes for documents that have none.

use serde_json::{Value, json};
use tidegate::openapi::{Compiled, Settings, compile};
use tidegate::policy::ScopeAccess;

use super::{document, parsed};

fn settings(derive: Value, more: Value) -> Settings {
    let mut settings: Value = serde_json::to_value(super::settings()).unwrap();
    settings["scopes"] = json!({ "derive": derive });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(settings).unwrap()
}

fn shop() -> Value {
    let key = json!([{ "Tenant": [] }]);
    let mut document = document(
        "Shop",
        json!({
            "/v1/payment_intents": {
                "get": { "tags": ["Payment Intents"] },
                "post": { "tags": ["Payment Intents"], "summary": "Create one" }
            },
            "/v1/payment_intents/search": { "post": { "tags": ["Payment Intents"], "summary": "Search" } },
            "/v1/{shopId}/refunds/{id}": { "delete": { "tags": ["Refunds", "Money"] }, "head": {} },
            "/v1/open": { "get": { "security": [] } },
            "/v1/scoped": { "put": { "security": [{ "Tenant": ["special"] }, { "Agency": [] }] } },
            "/v1/closed": { "get": { "security": [{ "User": [] }] } },
        }),
    );
    document["security"] = key;
    document
}

/// Each operation's alternatives: level and scopes.
fn needs(compiled: &Compiled) -> Vec<String> {
    let operations = compiled.policy.as_ref().unwrap().operations().iter();
    let line = |operation: &tidegate::policy::Operation| {
        let ways = operation.access.alternatives().iter();
        let ways: Vec<_> = ways.map(|way| format!("{} {}", json!(way.level).as_str().unwrap(), way.scopes)).collect();
        let access = if ways.is_empty() { json!(operation.access).to_string() } else { ways.join(", ") };
        format!("{}: {access}", operation.name())
    };
    operations.map(line).collect()
}

fn compiled(derive: Value, more: Value) -> Compiled {
    let compiled = compile(&[parsed(&shop())], &settings(derive, more));
    assert_eq!(compiled.report.errors, []);
    compiled
}

#[test]
fn scopes_are_named_after_tags() {
    let compiled = compiled(json!({ "by": "tag" }), json!({}));
    assert_eq!(
        needs(&compiled),
        [
            "GET /v1/closed: {\"any_of\":[]}",
            "GET /v1/open: \"public\"",
            "GET /v1/payment_intents: sub_account payment-intents.readonly",
            "POST /v1/payment_intents: sub_account payment-intents.write",
            "POST /v1/payment_intents/search: sub_account payment-intents.readonly",
            "PUT /v1/scoped: agency scoped.write, sub_account special",
            "DELETE /v1/{shopId}/refunds/{id}: sub_account refunds.write",
            "HEAD /v1/{shopId}/refunds/{id}: sub_account refunds.readonly",
        ]
    );
    let told: Vec<_> = compiled.report.reading_by_name.iter().map(ToString::to_string).collect();
    let expected = "Shop, POST /v1/payment_intents/search: counts as reading, and needs payment-intents.readonly";
    assert_eq!(told, [expected]);
    assert_eq!(compiled.report.needs_no_scope, []);
    let catalogue = compiled.policy.as_ref().unwrap().catalogue();
    let reading: Vec<_> = catalogue.entries().iter().filter(|entry| entry.access == ScopeAccess::Read).collect();
    assert_eq!(
        reading.iter().map(|entry| entry.scope.as_str()).collect::<Vec<_>>(),
        ["payment-intents.readonly", "refunds.readonly"]
    );
}

#[test]
fn scopes_are_named_after_paths_beside_those_that_there_are() {
    let derive = json!({ "by": "path", "read": "read:{area}", "write": "write:{area}", "when": "always" });
    let needs = needs(&compiled(derive, json!({})));
    for expected in [
        "GET /v1/payment_intents: sub_account read:payment-intents",
        "PUT /v1/scoped: agency write:scoped, sub_account special write:scoped",
        "DELETE /v1/{shopId}/refunds/{id}: sub_account write:refunds",
    ] {
        assert!(needs.contains(&expected.to_owned()), "{expected}: {needs:?}");
    }
}

#[test]
fn the_settings_say_what_reads_and_what_writes() {
    let derive = json!({ "by": "tag", "reads": [{ "path": "/v1/payment_intents", "method": "POST" }],
        "writes": ["POST /v1/payment_intents/search", "GET /v1/payment_intents"] });
    let compiled = compiled(derive, json!({}));
    let needs = needs(&compiled);
    for expected in [
        "GET /v1/payment_intents: sub_account payment-intents.write",
        "POST /v1/payment_intents: sub_account payment-intents.readonly",
        "POST /v1/payment_intents/search: sub_account payment-intents.write",
    ] {
        assert!(needs.contains(&expected.to_owned()), "{expected}: {needs:?}");
    }
    assert_eq!(compiled.report.reading_by_name.len(), 1);
}

#[test]
fn an_api_without_any_security_gets_scopes_for_both_levels() {
    let mut document = shop();
    document.as_object_mut().unwrap().remove("security");
    let settings = settings(json!({ "by": "path" }), json!({ "without_security": "authenticated" }));
    let compiled = compile(&[parsed(&document)], &settings);
    let needs = needs(&compiled);
    let expected = "GET /v1/payment_intents: agency payment-intents.readonly, sub_account payment-intents.readonly";
    assert!(needs.contains(&expected.to_owned()), "{needs:?}");
    assert_eq!(compiled.report.needs_no_scope, []);
}

#[test]
fn a_derived_scope_that_is_none_is_an_error_and_names_that_fall_together_are_told() {
    let long = "x".repeat(120);
    let operation = |tag: &str| json!({ "get": { "tags": [tag], "security": [{ "Tenant": [] }] } });
    let document = document(
        "Odd",
        json!({ "/a": operation("C#"), "/b": operation("C++"), "/c": operation("c") , "/d": operation("Über") }),
    );
    let read = format!("{{area}}.{long}");
    let compile = |derive: Value| compile(&[parsed(&document)], &settings(derive, json!({})));
    let errors = compile(json!({ "by": "tag", "read": read })).report.errors;
    assert_eq!(errors.len(), 0, "one letter and 121 others are a scope");
    let read = format!("{{area}}-{{area}}.{}", "x".repeat(119));
    let settings = serde_json::from_value::<Settings>(json!({ "scopes": { "derive": { "by": "tag", "read": read } } }));
    assert!(settings.unwrap_err().to_string().contains("scopes.derive.read"));
    let compiled = compile(json!({ "by": "tag" }));
    let told: Vec<_> = compiled.report.shared_areas.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(told, ["C#, C++, c share the scopes of c"]);
    // A name that loses letters is none: the path has a better one.
    assert!(needs(&compiled).contains(&"GET /d: sub_account d.readonly".to_owned()));

    let derive = json!({ "by": "tag", "reads": ["POST /nowhere"], "writes": ["/a", "nobody"] });
    let errors: Vec<_> = compile(derive).report.errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "settings: scopes.derive.reads[0]: it matches no operation",
            "settings: scopes.derive.writes[1]: it matches no operation",
        ]
    );
}

#[test]
fn a_scope_that_an_area_makes_too_long_names_field_and_operation() {
    let tag = "word ".repeat(12);
    let operation = json!({ "get": { "tags": [tag], "security": [{ "Tenant": [] }] } });
    let document = document("Long", json!({ "/a": operation }));
    let settings = settings(json!({ "by": "tag", "read": format!("{{area}}.{}", "x".repeat(100)) }), json!({}));
    let errors = compile(&[parsed(&document)], &settings).report.errors;
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].to_string().starts_with("Long, GET /a: scopes.derive.read in the settings makes \"word-word"),
        "{}",
        errors[0]
    );
}

#[test]
fn a_rule_goes_before_what_is_derived() {
    let more = json!({ "rules": [{ "match": { "tag": "Refunds" }, "set": { "scopes": ["money"] } }] });
    let needs = needs(&compiled(json!({ "by": "tag" }), more));
    assert!(needs.contains(&"DELETE /v1/{shopId}/refunds/{id}: sub_account money".to_owned()), "{needs:?}");
}
