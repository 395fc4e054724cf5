//! Settings to start from.

use serde_json::{Value, json};
use tidegate::json::{self as tidegate_json, Map};
use tidegate::openapi::{By, Compiled, Document, Settings, Suggestion, WithoutSecurity, compile, init, yaml_to_json};
use tidegate::record::Level;

use super::{document, parsed};

fn suggested(documents: &[Value]) -> (Suggestion, Compiled) {
    let documents: Vec<Document> = documents.iter().map(parsed).collect();
    let suggestion = init(&documents, &Map::default());
    // What is written is what was decided.
    let json = yaml_to_json(&suggestion.to_yaml()).unwrap();
    let read = Settings::read(tidegate_json::Value::parse(&json).unwrap());
    assert_eq!(read.as_ref(), Ok(&suggestion.settings), "{}", suggestion.to_yaml());
    let compiled = compile(&documents, &suggestion.settings);
    (suggestion, compiled)
}

fn with_schemes(mut document: Value, schemes: Value) -> Value {
    document["components"] = json!({ "securitySchemes": schemes });
    document
}

fn shop() -> Value {
    let of = |tag: &str| json!({ "tags": [tag], "security": [{ "apiKey": [] }] });
    let paths = json!({
        "/{tenantId}/orders": { "get": of("Orders"), "post": of("Orders") },
        "/{tenantId}/items": { "get": of("Items") },
        "/admin/users": { "get": { "tags": ["Admin"], "security": [{ "adminToken": [] }] } },
        "/me": { "get": { "tags": ["Me"], "security": [{ "session": [] }] } },
        "/health": { "get": { "security": [], "tags": ["Health"] } },
    });
    with_schemes(
        document("Shop", paths),
        json!({
            "apiKey": { "type": "apiKey", "in": "header", "name": "X-Key" },
            "adminToken": { "type": "http", "scheme": "bearer" },
            "session": { "type": "apiKey", "in": "cookie", "name": "sid" },
        }),
    )
}

#[test]
fn it_says_whom_schemes_are_for_which_parameters_name_owners_and_derives_scopes() {
    let (Suggestion { settings, choices }, compiled) = suggested(&[shop()]);
    let scheme = |name: &str| settings.schemes.get(name).map(|scheme| (scheme.level, scheme.private_integrations));
    assert_eq!(scheme("apiKey"), Some((Level::SubAccount, true)));
    assert_eq!(scheme("adminToken"), Some((Level::Agency, true)));
    assert_eq!(scheme("session").map(|(_, usable)| usable), Some(false));
    assert_eq!(settings.owner_parameters.sub_account[0].name, "tenantId");
    assert_eq!(settings.scopes.derive.as_ref().map(|derive| derive.by), Some(By::Tag));
    assert_eq!((settings.without_security, settings.empty_security), (WithoutSecurity::Deny, None));
    assert_eq!((compiled.report.errors.len(), compiled.report.needs_no_scope.len(), compiled.report.public), (0, 0, 1));
    assert!(choices.iter().all(|choice| !choice.why.is_empty()));
    let asked: Vec<_> =
        choices.iter().filter(|choice| choice.options.len() > 1).map(|choice| choice.field.as_str()).collect();
    assert_eq!(
        asked,
        [
            "schemes.adminToken",
            "schemes.apiKey",
            "schemes.session",
            "empty_security",
            "owner_parameters.tenantId",
            "scopes.derive"
        ]
    );
}

#[test]
fn what_is_picked_goes_before_what_is_suggested() {
    let documents = [parsed(&shop())];
    let mut picked = Map::default();
    for (field, option) in
        [("schemes.apiKey", 1), ("scopes.derive", 2), ("owner_parameters.tenantId", 1), ("empty_security", 99)]
    {
        picked.insert(field.to_owned(), option);
    }
    let settings = init(&documents, &picked).settings;
    assert_eq!(settings.schemes.get("apiKey").unwrap().level, Level::Agency);
    assert_eq!(settings.scopes.derive, None);
    assert_eq!((settings.owner_parameters.agency.len(), settings.owner_parameters.sub_account.len()), (1, 0));
    assert_eq!(settings.empty_security, None);
}

#[test]
fn an_api_that_says_nothing_of_security_needs_tokens_and_scopes() {
    let paths = json!({ "/pets": { "get": {}, "post": {} }, "/v1/owners/{id}": { "delete": {} } });
    let (suggestion, compiled) = suggested(&[document("Pets", paths.clone())]);
    assert_eq!(suggestion.settings.without_security, WithoutSecurity::Authenticated);
    let scopes: Vec<_> =
        compiled.policy.unwrap().catalogue().entries().iter().map(|entry| entry.scope.as_str().to_owned()).collect();
    assert_eq!(scopes, ["owners.write", "pets.readonly", "pets.write"]);

    let mut open = document("Pets", paths);
    open["security"] = json!([]);
    let (suggestion, compiled) = suggested(&[open]);
    assert_eq!(suggestion.settings.empty_security, Some(WithoutSecurity::Authenticated));
    assert_eq!((compiled.report.public, compiled.report.needs_no_scope.len()), (0, 0));
}

#[test]
fn what_cannot_be_expressed_is_excluded_and_the_rest_can_be_published() {
    let open = json!({ "security": [{ "key": ["a"] }] });
    let paths = json!({
        "/a": { "get": open }, "/b;{c}": { "get": open }, "/d;e": { "get": open, "put": open },
        "/f": { "security": [], "get": open },
        "/g": { "get": { "security": [{ "key": ["not a scope"] }] } },
        "/h": { "get": { "parameters": [{ "$ref": "#/nowhere" }], "security": [] } },
    });
    let (suggestion, compiled) = suggested(&[document("Odd", paths)]);
    assert_eq!(compiled.report.errors, []);
    assert_eq!(compiled.report.excluded.len(), 6, "{:?}", suggestion.settings.exclude);
    let policy = compiled.policy.unwrap();
    let open: Vec<_> =
        policy.operations().iter().filter(|one| !one.access.alternatives().is_empty()).map(|one| one.name()).collect();
    assert_eq!(open, ["GET /a"]);
}

#[test]
fn a_path_key_without_a_slash_stops_nothing_once_it_is_excluded() {
    let open = json!({ "security": [{ "key": ["a"] }] });
    let keys = ["things", "", " /a", "X-foo", "https://a.example/a", "good"];
    for (key, base, id) in
        keys.into_iter().flat_map(|key| [(key, "", None), (key, "", Some("odd")), (key, "/v1", None)])
    {
        let mut odd = open.clone();
        if let Some(id) = id {
            odd["operationId"] = json!(id);
        }
        let mut whole = document("Odd", json!({ (key): { "get": odd }, "/good": { "get": open, "put": open } }));
        whole["servers"] = json!([{ "url": base }]);
        let told = compile(&[parsed(&whole)], &Settings::default()).report.errors;
        assert!(told.len() == 1 && told[0].message.contains("does not start with a slash; exclude"), "{key}: {told:?}");
        let (suggestion, compiled) = suggested(&[whole]);
        assert_eq!(compiled.report.errors, [], "{}", suggestion.to_yaml());
        let policy = compiled.policy.unwrap();
        let open = policy.operations().iter().filter(|one| !one.access.alternatives().is_empty());
        let open: Vec<_> = open.map(|one| one.name()).collect();
        let mut expected = vec![format!("GET {base}/good"), format!("PUT {base}/good")];
        // The settings cannot tell the two apart by their paths.
        if (key, base, id) == ("good", "", None) {
            expected.remove(0);
        }
        assert_eq!(open, expected, "{key:?} {id:?}");
    }
}

#[test]
fn what_is_excluded_takes_no_other_operation_with_it_where_that_can_be_said() {
    let open = json!({ "security": [{ "key": ["a"] }] });
    for id in [None, Some("odd")] {
        let mut odd = open.clone();
        if let Some(id) = id {
            odd["operationId"] = json!(id);
        }
        let (suggestion, compiled) = suggested(&[document(
            "Odd",
            json!({ "/a//b": { "get": odd }, "/a/{id}/b": { "get": open, "put": open } }),
        )]);
        assert_eq!((compiled.report.errors.len(), suggestion.settings.exclude.len()), (0, 1));
        let reason = suggestion.settings.exclude[0].reason.clone().unwrap();
        assert_eq!(reason.starts_with("for \"/a//b\", beside others: "), id.is_none(), "{reason}");
        assert_eq!(compiled.report.closed, usize::from(id.is_none()), "{}", suggestion.to_yaml());
    }
}

/// They would be open to whomever the document's own security lets in.
#[test]
fn what_is_not_told_is_not_published() {
    let paths: serde_json::Map<_, _> =
        (0..150).map(|n| (format!("/a{n}"), json!({ "get": { "security": null } }))).collect();
    let mut whole = with_schemes(
        document("Many", paths.into()),
        json!({ "key": { "type": "apiKey", "in": "header", "name": "k" } }),
    );
    whole["security"] = json!([{ "key": [] }]);
    let (_, compiled) = suggested(&[whole]);
    assert!(compiled.policy.is_none() && !compiled.report.errors.is_empty());
}

#[test]
fn what_is_described_twice_is_excluded() {
    let of = |title: &str, name: &str, scope: &str| {
        let path = format!("/a/{{{name}}}");
        document(title, json!({ (path): { "get": { "security": [{ "key": [scope] }] } }, "/b": {} }))
    };
    let (_, compiled) = suggested(&[of("First", "x", "one"), of("Second", "y", "two")]);
    assert_eq!(compiled.report.errors, []);
    assert_eq!(compiled.report.closed, 1);
}

/// Those that OpenAPI has no member for, too.
#[test]
fn of_a_path_only_the_method_that_is_wrong_is_excluded() {
    let open = json!({ "security": [{ "key": ["a"] }] });
    let wrong = json!({ "security": [{ "key": ["not a scope"] }] });
    let mut whole = document(
        "Odd",
        json!({ "/a": { "get": open, "query": wrong }, "/b": { "get": open, "additionalOperations": { "PURGE": wrong } } }),
    );
    whole["openapi"] = json!("3.2.0");
    let (suggestion, compiled) = suggested(&[whole]);
    let open: Vec<_> = compiled
        .policy
        .unwrap()
        .operations()
        .iter()
        .filter(|one| !one.access.alternatives().is_empty())
        .map(|one| one.name())
        .collect();
    assert_eq!(open, ["GET /a", "GET /b"], "{}", suggestion.to_yaml());
}

#[test]
fn odd_names_and_texts_are_written_as_they_are() {
    let names = ["yes", "a b", "é\"\\", "1", "x: y # z", "a\u{85}b", "- a", "\u{feff}b"];
    let schemes: Value = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "type": "apiKey\n# not: a comment" })))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let requirement: Value = names.iter().map(|name| json!({ (*name): [] })).collect();
    let paths = json!({ "/{a}": { "get": { "security": requirement } } });
    let (suggestion, _) = suggested(&[with_schemes(document("Odd\nnames: here", paths), schemes)]);
    assert_eq!(suggestion.settings.schemes.len(), names.len());
}

#[test]
fn the_settings_do_not_depend_on_the_order_of_documents() {
    let mut second = shop();
    second["info"]["title"] = json!("Second");
    second["paths"] = json!({ "/x": { "get": { "security": [{ "apiKey": [] }] } } });
    let (one, other) = ([parsed(&shop()), parsed(&second)], [parsed(&second), parsed(&shop())]);
    assert_eq!(init(&one, &Map::default()).to_yaml(), init(&other, &Map::default()).to_yaml());
}

#[test]
fn of_servers_that_differ_the_first_that_can_be_told_is_suggested() {
    let mut one = shop();
    one["servers"] =
        json!([{ "url": "https://{region}.example/{v}" }, { "url": "https://a.example/v1" }, { "url": "/v2" }]);
    let (suggestion, compiled) = suggested(&[one.clone()]);
    assert_eq!(compiled.report.errors, []);
    assert!(
        compiled.policy.unwrap().operations().iter().all(|operation| operation.path.to_string().starts_with("/v1/"))
    );
    assert!(
        suggestion.choices.iter().any(|choice| choice.field.starts_with("base_path.") && choice.options.len() == 3)
    );
    assert_eq!(serde_json::to_value(&suggestion.settings).unwrap()["base_path"].as_object().unwrap().len(), 1);
}

#[test]
fn what_only_derived_scopes_tell_apart_is_excluded_too() {
    let of = |tag: &str| json!({ "put": { "tags": [tag], "security": [{ "key": [] }] } });
    let paths = json!({ "/files/{id}": of("Files"), "/files/{id}#share": of("Links"), "/folders": of("Folders") });
    let (_, compiled) = suggested(&[document("Variants", paths)]);
    assert_eq!(compiled.report.errors, []);
    assert_eq!((compiled.report.operations, compiled.report.closed), (2, 1));
}
