//! Row 32: the owner is compared wherever there is an identity, whatever the access is.

use serde_json::{Value, json};
use tidegate::openapi::{Compiled, Document, compile};

use super::super::world::World;

/// How an operation can be open.
const ACCESSES: [&str; 6] = ["any_of", "authenticated", "public", "rule any_of", "rule authenticated", "rule public"];
const PLACES: [&str; 4] = ["path", "query", "header", "body"];
/// Level, its parameter, the token of an integration, its owner, another owner.
const LEVELS: [(&str, &str, &str, &str, &str); 2] = [
    ("sub_account", "locationId", "tenant", "harbour-1", "harbour-2"),
    ("agency", "companyId", "agency", "fleet", "navy"),
];

/// One operation, `POST /x` or `POST /x/{name}`, which names its owner in one place.
fn world(access: &str, place: &str, level: &str, name: &str, owner: Option<&str>) -> World {
    let path = if place == "path" { format!("/x/{{{name}}}") } else { "/x".to_owned() };
    let mut operation = json!({});
    match place {
        "body" => {
            let schema = json!({ "properties": { (name): {} } });
            operation["requestBody"] = json!({ "content": { "application/json": { "schema": schema } } });
        }
        "path" => {}
        _ => operation["parameters"] = json!([{ "in": place, "name": name }]),
    }
    match access {
        "any_of" | "rule public" => operation["security"] = json!([{ (level): [] }]),
        "public" => operation["security"] = json!([]),
        _ => {}
    }
    let mut settings = json!({
        "schemes": {
            "sub_account": { "level": "sub_account", "private_integrations": true },
            "agency": { "level": "agency", "private_integrations": true }
        },
        "owner_parameters": {
            "sub_account": [{ "name": "locationId", "body": true }], "agency": [{ "name": "companyId", "body": true }]
        },
        "without_security": "authenticated"
    });
    if let Some(kind) = access.strip_prefix("rule ") {
        let access = match kind {
            "any_of" => json!({ "any_of": [{ "level": level, "scopes": [] }] }),
            kind => json!(kind),
        };
        let mut rule = json!({ "method": "POST", "path": path, "access": access });
        if let Some(owner) = owner {
            rule["owner"] = owner.into();
        }
        settings["rules"] = json!([rule]);
    }
    let document = json!({ "openapi": "3.1.0", "info": { "title": "x" }, "paths": { (path): { "post": operation } } });
    let document = Document::parse(&document.to_string()).unwrap();
    let Compiled { policy, report, .. } = compile(&[document], &serde_json::from_value(settings).unwrap());
    assert_eq!(report.errors, []);
    World::with_policy(policy.unwrap())
}

/// The verdict on a request that names `id` in the place, or nothing there.
fn code(world: &World, place: &str, name: &str, id: Option<&str>, token: Option<&str>) -> &'static str {
    let target = match (place, id) {
        ("path", Some(id)) => format!("/x/{id}"),
        ("query", Some(id)) => format!("/x?{name}={id}"),
        _ => "/x".to_owned(),
    };
    let mut headers = vec![("Content-Type", "application/json")];
    headers.extend(id.filter(|_| place == "header").map(|id| (name, id)));
    let body = match id {
        Some(id) if place == "body" => json!({ (name): id }),
        _ => Value::Object(serde_json::Map::new()),
    };
    let token = token.map(|token| world.tokens[token].as_str());
    let outcome = world.judge_with_body("POST", &target, token, &headers, body.to_string().as_bytes());
    outcome.err().map_or("allowed", |denial| denial.code().as_str())
}

#[test]
fn class_32_the_owner_is_compared_wherever_there_is_an_identity() {
    let mut count = 0;
    for access in ACCESSES {
        for place in PLACES {
            for (level, name, token, own, other) in LEVELS {
                let at = format!("{access}, {place}, {level}");
                let world = world(access, place, level, name, None);
                let code = |id, token| code(&world, place, name, id, token);
                assert_eq!(code(Some(own), Some(token)), "allowed", "{at}");
                assert_eq!(code(Some(other), Some(token)), "wrong_owner", "{at}");
                let is_public = access.ends_with("public");
                if place != "path" {
                    let missing = if is_public { "allowed" } else { "missing_owner" };
                    assert_eq!(code(None, Some(token)), missing, "{at}");
                }
                let without_token = if is_public { "allowed" } else { "no_credential" };
                assert_eq!(code(Some(other), None), without_token, "{at}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 48);
}

#[test]
fn class_32_the_query_is_compared_where_no_operation_declares_it() {
    for access in ACCESSES {
        let world = world(access, "header", "sub_account", "locationId", None);
        let token = Some(world.tokens["tenant"].as_str());
        let own = [("locationId", "harbour-1")];
        let denial = world.judge("POST", "/x?locationId=harbour-2", token, &own).unwrap_err();
        assert!(["ambiguous_owner", "wrong_owner"].contains(&denial.code().as_str()), "{access}: {denial}");
    }
}

#[test]
fn a_rule_opts_out_of_the_comparison_by_name_only() {
    for access in ACCESSES.into_iter().filter(|access| access.starts_with("rule ")) {
        for place in PLACES {
            for (level, name, token, _, other) in LEVELS {
                let world = world(access, place, level, name, Some("none"));
                assert_eq!(code(&world, place, name, Some(other), Some(token)), "allowed", "{access} {place} {level}");
            }
        }
    }
}

#[test]
fn a_rule_that_renames_the_owner_in_the_path_is_an_error() {
    let settings = |path: &str, owner: Option<&str>| {
        let mut rule = json!({ "method": "GET", "path": path, "access": "authenticated" });
        if let Some(owner) = owner {
            rule["owner"] = owner.into();
        }
        let names = json!({ "sub_account": [{ "name": "locationId" }] });
        serde_json::from_value(
            json!({ "without_security": "authenticated", "owner_parameters": names, "rules": [rule] }),
        )
        .unwrap()
    };
    let document = json!({ "openapi": "3.1.0", "paths": { "/x/{locationId}": { "get": {} } } });
    let document = Document::parse(&document.to_string()).unwrap();
    for (path, owner, is_error) in
        [("/x/{id}", None, true), ("/x/{id}", Some("none"), false), ("/x/{locationId}", None, false)]
    {
        let report = compile(std::slice::from_ref(&document), &settings(path, owner)).report;
        assert_eq!(!report.errors.is_empty(), is_error, "{path} {owner:?}: {:?}", report.errors);
    }
}

/// An upload that names its owner, by a document, with these settings for bodies that are not read.
fn upload(owner_in_body: &Value, rule: bool) -> World {
    let schema = json!({ "properties": { "locationId": {} } });
    let content = json!({ "multipart/form-data": { "schema": schema }, "application/json": { "schema": schema } });
    let of = |content: Value| json!({ "security": [{ "T": [] }], "operationId": "upload", "requestBody": { "content": content } });
    let only_json = json!({ "application/json": { "schema": schema } });
    let paths = json!({ "/upload": { "post": of(content) }, "/json": { "post": of(only_json) } });
    let mut settings = json!({
        "schemes": { "T": { "level": "sub_account", "private_integrations": true } },
        "owner_parameters": { "sub_account": [{ "name": "locationId", "body": true }] },
        "owner_in_body": owner_in_body
    });
    if rule {
        settings["rules"] = json!([{ "method": "POST", "path": "/upload", "access": "authenticated" }]);
    }
    let document = Document::parse(&json!({ "openapi": "3.1.0", "paths": paths }).to_string()).unwrap();
    let Compiled { policy, report, .. } = compile(&[document], &serde_json::from_value(settings).unwrap());
    assert_eq!(report.errors, []);
    World::with_policy(policy.unwrap())
}

#[test]
fn a_multipart_body_is_the_origins_where_the_settings_say_so() {
    let multipart = "multipart/form-data; boundary=x";
    for rule in [false, true] {
        for (setting, code) in
            [(json!("gate"), "owner_not_checked"), (json!("origin"), "allowed"), (json!(["POST /upload"]), "allowed")]
        {
            let world = upload(&setting, rule);
            assert_eq!(world.code_of_body("POST", "/upload", multipart, b"--x--"), code, "{setting} {rule}");
            // Longer than is read: it is not read.
            assert_eq!(world.code_of_body("POST", "/upload", multipart, &[b'-'; 70_000]), code, "{setting} {rule}");
            // Of an operation that describes no such body it stays refused, and what can be read is compared.
            assert_eq!(world.code_of_body("POST", "/json", multipart, b"--x--"), "owner_not_checked");
            let other = br#"{"locationId":"harbour-2"}"#;
            assert_eq!(world.code_of_body("POST", "/upload", "application/json", other), "wrong_owner");
        }
    }
}

#[test]
fn a_setting_that_names_no_operation_is_an_error() {
    let document = json!({ "openapi": "3.1.0", "paths": { "/x/{id}": { "get": { "operationId": "x" } } } });
    let document = Document::parse(&document.to_string()).unwrap();
    for (setting, name, is_error) in [
        ("router_exact", "GET /x/{other}", false),
        ("router_exact", "x", false),
        ("router_exact", "GET /x", true),
        ("router_exact", "y", true),
        ("owner_in_body", "POST /x/{id}", true),
        ("owner_in_body", "GET /x/{id}", false),
    ] {
        let settings = serde_json::from_value(json!({ (setting): [name] })).unwrap();
        let report = compile(std::slice::from_ref(&document), &settings).report;
        assert_eq!(!report.errors.is_empty(), is_error, "{setting} {name}");
    }
}

#[test]
fn a_router_that_reads_exactly_is_believed() {
    let open = |scopes: Value| json!({ "get": { "security": [{ "T": scopes }] } });
    let paths = json!({ "/u/{id}": open(json!([])), "/u/export": open(json!(["export"])) });
    let document = Document::parse(&json!({ "openapi": "3.1.0", "paths": paths }).to_string()).unwrap();
    for (field, value, code) in [
        ("router", json!("tolerant"), "ambiguous_operation"),
        ("router", json!("exact"), "allowed"),
        ("router_exact", json!(["GET /u/{id}"]), "allowed"),
    ] {
        let schemes = json!({ "T": { "level": "sub_account", "private_integrations": true } });
        let settings = serde_json::from_value(json!({ "schemes": schemes, (field): value })).unwrap();
        let policy = compile(std::slice::from_ref(&document), &settings).policy.unwrap();
        let world = World::with_policy(policy);
        assert_eq!(world.code("GET", "/u/Export", "tenant"), code, "{field} {value}");
    }
}
