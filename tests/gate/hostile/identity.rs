//! Row 32: the owner is compared wherever there is an identity, whatever the access is.

use serde_json::{Value, json};
use tidegate::core::openapi::{Compiled, Document, compile};

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
    let Compiled { policy, report } = compile(&[document], &serde_json::from_value(settings).unwrap());
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
    outcome.err().map_or("allowed", |denial| denial.code())
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
        assert!(["ambiguous_owner", "wrong_owner"].contains(&denial.code()), "{access}: {denial}");
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
