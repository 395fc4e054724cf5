//! The catalogue of the API's own events: what `webhooks` and settings make of it, and what is said of conflicts.

use serde_json::{Value, json};
use tidegate::events::Kind;
use tidegate::openapi::{Compiled, Document, Settings, compile};
use tidegate::policy::{EventType, MAX_EVENT_TYPES, OWN_KINDS};

use super::{parsed, settings};

fn with(more: Value) -> Settings {
    let mut all = serde_json::to_value(settings()).unwrap();
    for (key, value) in more.as_object().unwrap() {
        all[key] = value.clone();
    }
    serde_json::from_value(all).unwrap()
}

fn titled(title: &str, webhooks: Value) -> Value {
    json!({
        "openapi": "3.1.0", "info": { "title": title, "version": "1" }, "paths": {}, "webhooks": webhooks,
        "components": {
            "securitySchemes": { "Tenant": { "type": "http", "scheme": "bearer" }, "Agency": { "type": "http", "scheme": "bearer" } },
            "pathItems": { "Shared": { "post": { "summary": "From elsewhere", "security": [{ "Tenant": ["a"] }] } } },
        },
    })
}

fn document(webhooks: Value) -> Value {
    titled("Hooks", webhooks)
}

fn hook(security: Value) -> Value {
    json!({ "post": { "summary": "It happened", "security": security } })
}

/// The types as JSON, and what is said of them.
fn read(documents: &[Value], settings: &Settings) -> (Value, Vec<String>) {
    let documents: Vec<Document> = documents.iter().map(parsed).collect();
    let Compiled { policy, report, event_types } = compile(&documents, settings);
    assert_eq!(report.errors, []);
    assert!(policy.is_some());
    assert_eq!(report.event_types, event_types.len());
    // What a registry keeps of the documents says the same.
    let kept: Vec<Document> = documents.iter().map(|one| Document::from_source(&one.to_json()).unwrap()).collect();
    assert_eq!(compile(&kept, settings).event_types, event_types);
    let said = report.events.iter().chain(&report.limits).map(ToString::to_string).collect();
    (json!(event_types), said)
}

fn of(name: &str, any_of: Value) -> Value {
    json!([{ "type": name, "description": "It happened", "any_of": any_of }])
}

const LEVEL: &str = "sub_account";

#[test]
fn a_webhook_is_a_type_with_the_scopes_of_its_security() {
    for (security, any_of) in [
        (json!([{ "Tenant": ["a"] }]), json!([{ "level": LEVEL, "scopes": ["a"] }])),
        (json!([{ "Tenant": ["b", "a"] }]), json!([{ "level": LEVEL, "scopes": ["a", "b"] }])),
        (
            json!([{ "Tenant": ["b"] }, { "Tenant": ["a"] }]),
            json!([{ "level": LEVEL, "scopes": ["a"] }, { "level": LEVEL, "scopes": ["b"] }]),
        ),
        (json!([{ "Tenant": [] }]), json!([{ "level": LEVEL, "scopes": [] }])),
        (json!([{}, { "Tenant": ["a"] }]), json!([{ "level": LEVEL, "scopes": ["a"] }])),
    ] {
        let (types, said) = read(&[document(json!({ "a.made": hook(security.clone()) }))], &settings());
        assert_eq!((types, said), (of("a.made", any_of), vec![]), "{security}");
    }
}

#[test]
fn where_it_is_not_clear_who_may_hear_nobody_does() {
    for (item, why) in [
        (json!({ "post": { "summary": "It happened" } }), "it has no security"),
        (hook(json!([])), "its security is empty"),
        (hook(json!([{}])), "{} asks for nothing"),
        (hook(json!([{ "Unknown": ["a"] }])), "Unknown is not in the settings"),
        (hook(json!([{ "Tenant": [7] }])), "its security is not read"),
        (hook(json!([{ "Tenant": ["a"] }, 7])), "its security is not read"),
        (hook(json!({ "Tenant": ["a"] })), "its security is not read"),
        (hook(json!([{ "Tenant": ["a b"] }])), "nobody hears of it: \"a b\""),
    ] {
        let (types, said) = read(&[document(json!({ "a.made": item }))], &settings());
        assert_eq!(types[0]["any_of"], json!([]), "{item}");
        assert!(said.iter().any(|one| one.contains("a.made") && one.contains(why)), "{item}: {said:?}");
    }
    let settings = with(json!({ "without_scopes": "deny" }));
    let (types, said) = read(&[document(json!({ "a.made": hook(json!([{ "Tenant": [] }])) }))], &settings);
    assert_eq!(types[0]["any_of"], json!([]));
    assert!(said[0].contains("without_scopes"), "{said:?}");
}

/// As in paths: what is not read could let fewer hear of it.
#[test]
fn a_webhook_that_says_more_than_is_read_is_heard_by_nobody() {
    let open = json!([{ "Tenant": [] }]);
    let narrow = json!([{ "Tenant": ["w"] }]);
    for (item, why) in [
        (json!({ "post": { "security": open, "Security": narrow } }), "OpenAPI writes security"),
        (json!({ "post": { "$ref": "#/x-o", "security": narrow } }), "beside $ref it has members of its own"),
        (json!({ "post": { "$ref": "#/x-o", "tags": ["a"] } }), "beside $ref it has members of its own"),
        (json!({ "post": { "$ref": "#/x-none" } }), "its operation stands elsewhere"),
        (json!({ "$ref": "#/x-i", "post": { "security": open } }), "it stands here and in what $ref leads to"),
        (json!({ "$ref": "#/x-none", "post": { "security": open } }), "it stands elsewhere"),
        (json!({ "security": narrow, "post": { "security": open } }), "it has security"),
        (json!({ "Security": narrow, "post": { "security": open } }), "OpenAPI writes security"),
        (json!({ "post": { "security": open, "responses": { "Security": narrow } } }), "no member of this name"),
    ] {
        let mut document = document(json!({ "a.made": item }));
        document["x-o"] = json!({ "security": open });
        document["x-i"] = json!({ "post": { "security": narrow } });
        let (types, said) = read(&[document], &settings());
        assert_eq!(types[0]["any_of"], json!([]), "{item}");
        let is_told = |one: &String| one.contains("a.made: its security is not read") && one.contains(why);
        assert!(said.iter().any(is_told), "{item}: {said:?}");
    }
    let mut moved = document(json!({ "a.made": { "post": { "$ref": "#/x-o" } } }));
    moved["x-o"] = json!({ "summary": "It happened", "security": narrow });
    assert_eq!(read(&[moved], &settings()).0, of("a.made", json!([{ "level": LEVEL, "scopes": ["w"] }])));
}

#[test]
fn the_scopes_that_the_extension_of_the_settings_lists_count_for_a_webhook_too() {
    let item = |listed: Value| {
        let operation = json!({ "summary": "It happened", "security": [{ "Tenant": ["r"] }], "x-need": listed });
        document(json!({ "a.made": { "post": operation } }))
    };
    let heard = |scopes: &[&str]| json!({ "level": LEVEL, "scopes": scopes });
    let extension = json!({ "scope_extension": "x-need" });
    let any = json!({ "scope_extension": "x-need", "scope_extension_means": "any" });
    for (more, listed, expected) in [
        (json!({}), json!(["w"]), json!([heard(&["r"])])),
        (extension.clone(), json!(["w"]), json!([heard(&["r", "w"])])),
        (extension.clone(), json!(["w", "v"]), json!([heard(&["r", "v", "w"])])),
        (any, json!(["w", "v"]), json!([heard(&["r", "v"]), heard(&["r", "w"])])),
        (extension.clone(), json!("w"), json!([])),
    ] {
        let (types, said) = read(&[item(listed.clone())], &with(more.clone()));
        assert_eq!(types, of("a.made", expected), "{more} {listed}: {said:?}");
    }
    // At the webhook itself nothing looks at it.
    let mut beside = item(json!(["w"]));
    let path = json!({ "x-need": ["w"], "post": { "summary": "It happened", "security": [{ "Tenant": ["r"] }] } });
    beside["webhooks"]["b.made"] = path;
    let (_, said) = read(&[beside], &with(extension));
    assert!(said.iter().any(|one| one.starts_with("Hooks: x-need stands at a webhook (b.made), where")), "{said:?}");
    let text = parsed(&item(json!(["w"]))).to_json();
    assert!(text.starts_with("{\"v\":6,"), "an older release would have more hear of it: {text}");
    assert!(parsed(&document(json!({ "a.made": hook(json!([])) }))).to_json().starts_with("{\"v\":3,"));
}

#[test]
fn what_is_no_type_is_left_out_and_the_rest_stays() {
    let fine = hook(json!([{ "Tenant": ["a"] }]));
    let webhooks = json!({
        "a b": fine, "rotation.started": fine, "endpoint.test": fine, "x-internal": 7, "empty": {}, "null": null, "text": "x",
        "a.made": fine, "referred": { "$ref": "#/components/pathItems/Shared" },
        "lost": { "$ref": "#/components/pathItems/None" },
    });
    let (types, said) = read(&[document(webhooks)], &settings());
    let names: Vec<_> = types.as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(names, ["a.made", "referred"]);
    assert_eq!(types[1]["description"], "From elsewhere");
    for name in ["a b", "rotation.started", "endpoint.test", "empty", "null", "text", "lost"] {
        assert!(said.iter().any(|one| one.contains(&format!("{name}: "))), "{name}: {said:?}");
    }
}

#[test]
fn webhooks_are_of_openapi_3_1() {
    let mut old = document(json!({ "a.made": hook(json!([{ "Tenant": ["a"] }])) }));
    old["openapi"] = json!("3.0.3");
    let (types, said) = read(&[old.clone()], &settings());
    assert_eq!(types, json!([]));
    assert!(said[0].contains("3.1"), "{said:?}");
    old["openapi"] = json!("3.2.0");
    assert_eq!(read(&[old], &settings()).0[0]["type"], "a.made");
}

#[test]
fn an_example_is_taken_where_it_is_short() {
    let with_body = |body: Value| {
        let mut item = hook(json!([{ "Tenant": ["a"] }]));
        item["post"]["requestBody"] = json!({ "content": { "application/json": body } });
        read(&[document(json!({ "a.made": item }))], &settings()).0[0]["example"].clone()
    };
    assert_eq!(with_body(json!({ "example": { "id": 1 } })), json!({ "id": 1 }));
    assert_eq!(with_body(json!({ "examples": { "one": { "value": { "id": 2 } } } })), json!({ "id": 2 }));
    assert_eq!(with_body(json!({ "schema": { "example": { "id": 3 } } })), json!({ "id": 3 }));
    assert_eq!(with_body(json!({ "schema": { "type": "object" } })), Value::Null);
    assert_eq!(with_body(json!({ "example": "x".repeat(3_000) })), Value::Null);
}

#[test]
fn the_settings_count_and_a_conflict_is_told() {
    let document = document(json!({ "a.made": hook(json!([{ "Tenant": ["a"] }])) }));
    let set = |scopes: &[&str]| {
        with(json!({ "event_types": [{ "type": "a.made", "any_of": [{ "level": LEVEL, "scopes": scopes }] }] }))
    };
    let (types, said) = read(std::slice::from_ref(&document), &set(&["b"]));
    assert_eq!(types, of("a.made", json!([{ "level": LEVEL, "scopes": ["b"] }])), "the description is the document's");
    assert!(said[0].starts_with("Hooks: a.made: ") && said[0].contains("settings"), "{said:?}");
    assert_eq!(read(&[document], &set(&["a"])).1, Vec::<String>::new());
}

#[test]
fn documents_that_disagree_leave_nobody() {
    let one = titled("One", json!({ "a.made": hook(json!([{ "Tenant": ["a"] }])) }));
    let two = titled("Two", json!({ "a.made": hook(json!([{ "Tenant": ["b"] }])) }));
    let (types, said) = read(&[one.clone(), two.clone()], &settings());
    assert_eq!(types, of("a.made", json!([])));
    assert_eq!(said.len(), 2);
    assert!(said.iter().all(|one| one.contains("disagree")), "{said:?}");
    assert_eq!(read(&[two, one.clone()], &settings()), (types, said), "in whatever order");
    assert_eq!(read(&[one.clone(), titled("Two", one["webhooks"].clone())], &settings()).1, Vec::<String>::new());
}

#[test]
fn more_types_than_are_kept_are_an_error() {
    let fine = hook(json!([{ "Tenant": ["a"] }]));
    let many = |from: usize| -> Value {
        (from..from + 600)
            .map(|number| (format!("type.{number}"), fine.clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let documents = [parsed(&titled("One", many(0))), parsed(&titled("Two", many(600)))];
    let report = compile(&documents, &settings()).report;
    assert!(report.errors[0].message.contains(&MAX_EVENT_TYPES.to_string()), "{:?}", report.errors);
}

#[test]
fn the_schemes_and_scopes_of_webhooks_are_looked_at_too() {
    let documents = [parsed(&document(json!({ "a.made": hook(json!([{ "Other": ["only.events"] }])) })))];
    let report = compile(&documents, &settings()).report;
    assert_eq!(report.unmapped_schemes, ["Other"]);
    assert_eq!(report.unused_scopes, ["only.events"], "no operation needs it, so no integration can be given it");
    assert_eq!(report.undeclared_schemes.len(), 1);
}

#[test]
fn no_type_of_the_apis_own_has_the_name_of_an_event_of_the_gate() {
    let mut own: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).chain(["endpoint.test"]).collect();
    own.sort_unstable();
    let mut reserved = OWN_KINDS.to_vec();
    reserved.sort_unstable();
    assert_eq!(reserved, own);
    assert!(OWN_KINDS.iter().all(|name| EventType::check_name(name).is_err()));
    let settings = json!({ "event_types": [{ "type": "rotation.started", "any_of": [] }] });
    let error = serde_json::from_value::<Settings>(settings).unwrap_err().to_string();
    assert!(error.contains("event_types"), "{error}");
}
