//! Rules written by hand, and parameters that look like an owner's.

use serde_json::{Value, json};
use tidegate::openapi::{Compiled, Settings, compile};
use tidegate::policy::{HeadRequests, Lookup, Operation, OwnerParameter, Place, Policy, StoredPolicy};
use tidegate::request::{Method, Path};
use tidegate::token::Authentic;

use super::{document, parsed, settings};

fn with_rules(rules: Value) -> Settings {
    Settings { rules: serde_json::from_value(rules).unwrap(), ..settings() }
}

fn harbour() -> Value {
    let operation = json!({ "security": [{ "Tenant": ["boats.readonly"] }], "summary": "From the document" });
    document("Harbour", json!({ "/boats/{boatId}": { "get": operation, "put": operation } }))
}

fn names(operations: &[Operation]) -> Vec<String> {
    let name =
        |operation: &Operation| format!("{} {} {}", operation.method.as_str(), operation.path, operation.document);
    operations.iter().map(name).collect()
}

#[test]
fn rules_are_added_and_take_the_place_of_operations() {
    let cases = [
        (json!([]), vec!["GET /boats/{boatId} Harbour", "PUT /boats/{boatId} Harbour"], 0),
        (
            json!([{ "path": "/quays", "method": "GET", "access": "public" }]),
            vec!["GET /boats/{boatId} Harbour", "PUT /boats/{boatId} Harbour", "GET /quays rules"],
            0,
        ),
        (
            json!([{ "path": "/boats/{boatId}", "method": "GET", "access": "authenticated", "document": "By hand" }]),
            vec!["GET /boats/{boatId} By hand", "PUT /boats/{boatId} Harbour"],
            1,
        ),
        (
            json!([
                { "path": "/boats/{id}", "method": "GET", "access": { "any_of": [] } },
                { "path": "/boats/{id}", "method": "PUT", "access": { "any_of": [] } }
            ]),
            vec!["GET /boats/{id} rules", "PUT /boats/{id} rules"],
            2,
        ),
        (
            json!([{ "path": "/boats/{boatId}/", "method": "GET", "access": "public" }]),
            vec!["GET /boats/{boatId} Harbour", "PUT /boats/{boatId} Harbour", "GET /boats/{boatId}/ rules"],
            0,
        ),
    ];
    for (rules, expected, replaced) in cases {
        let settings = with_rules(rules.clone());
        let Compiled { policy, report, .. } = compile(&[parsed(&harbour())], &settings);
        let operations = policy.unwrap().operations().to_vec();
        assert_eq!(names(&operations), expected, "{rules}");
        assert_eq!(report.replaced.len(), replaced);
        assert!(report.replaced.iter().all(|finding| finding.document == "Harbour"));
        for rule in settings.written() {
            let same = |operation: &&Operation| operation.path == rule.path && operation.method == rule.method;
            assert_eq!(operations.iter().find(same).unwrap().access, rule.access);
        }
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings, "{text}");
    }
    let alone = compile(&[], &with_rules(json!([{ "path": "/a", "method": "GET", "access": "public" }])));
    assert_eq!(names(alone.policy.unwrap().operations()), ["GET /a rules"]);
}

#[test]
fn a_rule_mends_what_is_wrong_in_the_place_where_it_stands() {
    let lost = json!({ "parameters": [{ "$ref": "#/nowhere" }], "security": [] });
    let rule = |owner: Value| {
        let mut rule = json!({ "path": "/a", "method": "GET", "access": { "any_of": [{ "level": "sub_account", "scopes": ["x"] }] } });
        rule.as_object_mut().unwrap().extend(owner.as_object().unwrap().clone());
        with_rules(json!([rule]))
    };
    let (silent, says) = (rule(json!({})), rule(json!({ "owner": "none" })));
    for (operation, mended, open) in [
        (json!({ "security": [{ "Tenant": ["read write"] }] }), true, true),
        (json!({ "security": null }), true, true),
        (json!({ "security": [{ "Tenant": null }] }), true, true),
        (json!({ "security": { "$ref": "#/nowhere" } }), true, true),
        (json!({ "security": { "$ref": "#/x-n" } }), true, true),
        (json!({ "security": [{ "$ref": "#/x-n" }] }), true, true),
        (json!({ "$ref": "#/x-o" }), true, true),
        // What it names its owner in is not known.
        (lost.clone(), false, true),
        (json!({ "parameters": 5, "security": [] }), false, true),
    ] {
        let mut whole = document("One", json!({ "/a": { "get": operation } }));
        (whole["x-n"], whole["x-o"]) = (json!(5), json!({ "security": null }));
        let compiled = |settings: &Settings| compile(&[parsed(&whole)], settings);
        assert!(compiled(&settings()).policy.is_none(), "{operation}");
        for (settings, expected) in [(&silent, mended), (&says, open)] {
            let Compiled { policy, report, .. } = compiled(settings);
            assert_eq!(policy.is_some(), expected, "{operation} {:?}", report.errors);
        }
    }
    // A rule elsewhere mends nothing.
    let paths = json!({ "/a": { "post": { "security": null } }, "/b": { "get": { "security": null } } });
    assert_eq!(compile(&[parsed(&document("One", paths))], &says).report.errors.len(), 2);
}

/// Whether the operation that the rule replaces can be called at all, and by whom, does not matter.
#[test]
fn a_rule_takes_the_owners_of_what_it_replaces_whatever_that_needs() {
    let owner =
        |place: &str| json!({ "name": "locationId", "in": place, "required": true, "schema": { "type": "string" } });
    let rule = |path: &str| {
        with_rules(
            json!([{ "path": path, "method": "GET", "access": { "any_of": [{ "level": "sub_account", "scopes": ["x"] }] } }]),
        )
    };
    for security in [json!([{ "Tenant": ["read write"] }]), json!([{ "Agency": ["x"] }]), json!([]), Value::Null] {
        let compiled = |path: &str, place: &str, settings: &Settings| {
            let mut operation = json!({ "parameters": [owner(place)], "security": security });
            if security.is_null() {
                operation.as_object_mut().unwrap().remove("security");
            }
            compile(&[parsed(&document("One", json!({ path: { "get": operation } })))], settings)
        };
        let Compiled { policy, report, .. } = compiled("/a", "header", &rule("/a"));
        let policy = policy.unwrap_or_else(|| panic!("{:?}", report.errors));
        let places: Vec<_> = policy.operations().iter().flat_map(Operation::owner_parameters).collect();
        assert_eq!(places, [&OwnerParameter { name: "locationId".to_owned(), place: Place::Header }], "{security}");
        // An owner in the path that the rule calls otherwise would not be compared.
        let Compiled { policy, report, .. } = compiled("/c/{locationId}", "path", &rule("/c/{id}"));
        assert!(policy.is_none(), "{security}");
        assert!(report.errors[0].message.contains("{locationId}"), "{security}: {:?}", report.errors);
    }
}

#[test]
fn rules_that_clash_are_an_error() {
    let rule = |path: &str| json!({ "path": path, "method": "GET", "access": "public", "document": "By hand" });
    for (first, second) in [("/a/{x}", "/a/{y}"), ("/boats/{boatId}", "/boats/{id}")] {
        let mut rules = json!([rule(first), rule(second)]);
        let joined = compile(&[parsed(&harbour())], &with_rules(rules.clone()));
        assert_eq!((joined.policy.is_some(), joined.report.joined.len()), (true, 1));
        rules[1]["access"] = json!("authenticated");
        let Compiled { policy, report, .. } = compile(&[parsed(&harbour())], &with_rules(rules));
        assert!(policy.is_none());
        let error = &report.errors[0];
        assert_eq!((&*error.document, &*error.path, &*error.method), ("By hand", second, "get"));
        assert!(error.message.contains(first), "{error:?}");
    }
}

#[test]
fn a_rule_that_looks_for_the_owner_in_vain_is_an_error() {
    for (path, owner, fits) in [
        ("/quays", json!({ "name": "locationId", "in": "query" }), true),
        ("/quays/{locationId}", json!({ "name": "locationId", "in": "path" }), true),
        ("/quays", json!({ "name": "locationId", "in": "path" }), false),
        ("/quays", json!({ "name": "locationId", "in": "body" }), false),
        ("/quays", json!({ "name": "quayId", "in": "query" }), false),
    ] {
        let access = json!({ "any_of": [{ "level": "sub_account", "scopes": [], "owner": [owner] }] });
        let rules = json!([{ "path": path, "method": "GET", "access": access }]);
        let Compiled { policy, report, .. } = compile(&[], &with_rules(rules));
        assert_eq!((policy.is_some(), report.errors.is_empty()), (fits, fits), "{path} {owner}");
    }
}

#[test]
fn a_rule_has_one_form() {
    let any_of = |alternative: Value| json!({ "any_of": [alternative] });
    let owner = json!([{ "name": "locationId", "in": "body" }, { "name": "locationId", "in": "query" }]);
    let full = any_of(json!({ "level": "sub_account", "scopes": ["a", "b"], "owner": owner }));
    for access in [json!("public"), json!("authenticated"), any_of(json!({ "level": "agency", "scopes": [] })), full] {
        let rule =
            json!({ "path": "/a/{b}", "method": "POST", "access": access, "id": "x", "summary": "y", "document": "z" });
        let read: Operation = serde_json::from_value(rule.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), rule);
    }
    for (pointer, value) in [
        ("/method", json!("get")),
        ("/method", json!("PROP FIND")),
        ("/path", json!("a")),
        ("/path", json!("/a/{b}{c}")),
        ("/access", json!("deny")),
        ("/access", any_of(json!({ "level": "root", "scopes": [] }))),
        ("/access", any_of(json!({ "level": "agency", "scopes": ["a b"] }))),
        ("/access", any_of(json!({ "level": "agency" }))),
        ("/access", any_of(json!({ "level": "agency", "scopes": [], "owner": [{ "name": "a", "in": "cookie" }] }))),
        ("/strange", json!(1)),
    ] {
        let mut rule = json!({ "path": "/a", "method": "GET", "access": "public", "strange": 0 });
        if pointer != "/strange" {
            rule.as_object_mut().unwrap().remove("strange");
        }
        *rule.pointer_mut(pointer).unwrap() = value.clone();
        assert!(serde_json::from_value::<Operation>(rule).is_err(), "{pointer} {value}");
    }
}

#[test]
fn what_looks_like_an_owner_is_told() {
    let parameter = |place: &str, name: &str| json!({ "parameters": [{ "name": name, "in": place }] });
    let property = |name: &str| json!({ "requestBody": { "content": { "application/json": { "schema": { "properties": { (name): {} } } } } } });
    for (path, operation, expected) in [
        ("/a", parameter("query", "locationId"), None),
        ("/a", parameter("query", "location_id"), Some(("location_id", "query"))),
        ("/a", parameter("query", "LocationID"), Some(("LocationID", "query"))),
        ("/a", parameter("query", "locationId[]"), Some(("locationId[]", "query"))),
        ("/a", parameter("header", "LOCATIONID"), None),
        ("/a", parameter("header", "Location-Id"), Some(("Location-Id", "header"))),
        ("/a", parameter("cookie", "locationId"), None),
        ("/a", parameter("query", "altId"), None),
        ("/a/{locationId}", json!({}), None),
        ("/a/{location-id}", json!({}), Some(("location-id", "path"))),
        ("/a/{locationId}", parameter("path", "locationId"), None),
        ("/a/{+locationId}", parameter("path", "locationId"), Some(("+locationId", "path"))),
        ("/a/{id}", parameter("path", "location_id"), Some(("location_id", "path"))),
        ("/a/{id}", parameter("path", "other"), None),
        ("/a", parameter("query", "company_id"), Some(("company_id", "query"))),
        ("/a", property("locationId"), Some(("locationId", "body"))),
        ("/a", property("location_id"), Some(("location_id", "body"))),
        ("/a", property("title"), None),
    ] {
        let mut operation = operation;
        operation["security"] = json!([{ "Tenant": [] }, { "Agency": [] }]);
        let report = compile(&[parsed(&document("One", json!({ (path): { "get": operation } })))], &settings()).report;
        let found: Vec<_> = report.looks_like_owner.iter().map(|finding| finding.message.as_str()).collect();
        let mut places = report.looks_like_owner.iter().map(|at| (&*at.document, &*at.path, &*at.method));
        assert!(places.all(|place| place == ("One", path, "get")));
        assert_eq!(found.len(), usize::from(expected.is_some()), "{path} {operation}: {found:?}");
        let (name, place) = expected.unwrap_or_default();
        assert!(found.iter().all(|found| found.starts_with(name) && found.contains(place)), "{found:?}");
        // In the query it is refused, as a parser could take it for the owner's.
        let what = if place == "query" { "is refused" } else { "is not compared" };
        assert!(found.iter().all(|found| found.contains(what)), "{found:?}");
    }
}

/// Its integrations could name any owner in the template's own parameter.
#[test]
fn an_owner_in_the_path_that_its_template_does_not_have_is_an_error() {
    let owner = json!([{ "name": "locationId", "in": "path", "required": true }]);
    let security = json!([{ "Tenant": ["a"] }]);
    for item in [
        json!({ "get": { "parameters": owner, "security": security } }),
        json!({ "parameters": owner, "get": { "security": security } }),
        json!({ "parameters": [{ "$ref": "#/x-owner/0" }], "get": { "security": security } }),
    ] {
        let mut document =
            document("One", json!({ "/owners/{id}/things": item, "/b": { "get": { "security": security } } }));
        document["x-owner"] = owner.clone();
        let Compiled { policy, report, .. } = compile(&[parsed(&document)], &settings());
        assert_eq!((policy, report.errors.len()), (None, 1), "{item}");
        let told = report.errors[0].to_string();
        assert!(
            told.contains("GET /owners/{id}/things: its parameter locationId is in the path, and {locationId}"),
            "{told}"
        );
        // What is kept of it says the same.
        let kept = tidegate::openapi::Document::from_source(&parsed(&document).to_json()).unwrap();
        assert_eq!(compile(&[kept], &settings()).report, report);
        let excluded = json!({ "exclude": ["GET /owners/{id}/things"] });
        let rule = json!({ "rules": [{ "path": "/owners/{locationId}/things", "method": "GET", "access": { "any_of": [
            { "level": "sub_account", "scopes": ["a"], "owner": [{ "name": "locationId", "in": "path" }] }] } }] });
        for more in [excluded, rule] {
            let mut all = serde_json::to_value(settings()).unwrap();
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let Compiled { policy, report, .. } = compile(&[parsed(&document)], &serde_json::from_value(all).unwrap());
            assert!(policy.is_some(), "{more}: {:?}", report.errors);
        }
    }
}

/// No part of a path, so the origin may take another owner from it.
#[test]
fn an_owner_in_the_query_or_fragment_of_a_path_is_an_error() {
    for path in ["/t?loc={locationId}", "/t#{locationId}", "/t{?locationId}"] {
        let owner = json!([{ "name": "locationId", "in": "path", "required": true }]);
        let operation = json!({ "parameters": owner, "security": [{ "Tenant": ["a"] }] });
        let report = compile(&[parsed(&super::one(path, operation))], &settings()).report;
        let told = report.errors.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(told.len() == 1 && told[0].contains("its parameter locationId is in the path"), "{path}: {told:?}");
    }
}

#[test]
fn head_finds_the_operation_of_get_where_the_settings_say_so() {
    let paths = json!({
        "/boats/{boatId}": { "get": { "operationId": "boat" }, "head": { "operationId": "head of a boat" } },
        "/boats/latest": { "get": { "operationId": "latest" } },
        "/quays": { "post": { "operationId": "build" } }
    });
    let policy =
        |settings: &Settings| compile(&[parsed(&document("Harbour", paths.clone()))], settings).policy.unwrap();
    let (described, get) = (policy(&settings()), policy(&Settings { head: HeadRequests::AsGet, ..settings() }));
    let found = |policy: &Policy, path: &str| {
        let path = Path::parse(path).unwrap();
        let part = StoredPolicy::parse(Authentic::from_registry(policy.to_json())).unwrap().concerning(&path).unwrap();
        assert_eq!(policy.operation(&Method::Head, &path), part.operation(&Method::Head, &path), "{path:?}");
        match part.lookup(&Method::Head, &path) {
            Lookup::Found(operation, _) => operation.id.clone().unwrap(),
            Lookup::OtherMethods(methods) => format!("{methods:?}"),
            Lookup::Nothing => "nothing".to_owned(),
        }
    };
    for (path, as_described, as_get) in [
        ("/boats/1", "head of a boat", "head of a boat"),
        ("/boats/latest", "head of a boat", "latest"),
        ("/quays", "[Post]", "[Post]"),
        ("/piers", "nothing", "nothing"),
    ] {
        assert_eq!(
            (found(&described, path), found(&get, path)),
            (as_described.to_owned(), as_get.to_owned()),
            "{path}"
        );
    }
    let latest = Path::parse("/boats/latest").unwrap();
    let Lookup::OtherMethods(methods) = get.lookup(&Method::Put, &latest) else { panic!("found") };
    assert_eq!(methods, [Method::Get, Method::Head]);
    assert_eq!(described.diff(&get).head.unwrap().after, HeadRequests::AsGet);
    assert!(described.diff(&described).is_empty() && !described.diff(&get).is_empty());
    assert!(described.diff(&get).to_string().contains("HEAD uses the operation of GET"));
    assert!(!described.to_json().contains("\"head\":"), "an older release reads a policy that does not use it");
    assert_eq!(Policy::from_json(&get.to_json()).unwrap(), get);
    for (text, is_known) in [("as_get", true), ("as_described", true), ("asGet", false), ("", false)] {
        assert_eq!(serde_json::from_value::<Settings>(json!({ "head": text })).is_ok(), is_known, "{text}");
    }
}
