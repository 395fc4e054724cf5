//! What each form of an OpenAPI document compiles to.

use serde_json::json;
use tidegate::openapi::{Document, InvalidDocument, Scheme, ScopesMean, WithoutSecurity, compile};
use tidegate::policy::{Access, Alternative, OwnerParameter, OwnerPlaces, Place};
use tidegate::record::Level;

use super::super::support::scopes;
use super::{access, document, one, operations, parsed, settings};

fn way(level: Level, text: &str) -> Alternative {
    Alternative { level, scopes: scopes(text), owner: OwnerPlaces::default() }
}

fn any_of<const N: usize>(ways: [Alternative; N]) -> Access {
    Access::AnyOf(ways.into())
}

#[test]
fn security_compiles_to_access() {
    let (tenant, agency) = (Level::SubAccount, Level::Agency);
    for (security, expected) in [
        (json!([]), Access::Public),
        (json!([{}]), any_of([])),
        (json!([{ "Tenant": ["a"] }]), any_of([way(tenant, "a")])),
        (json!([{ "Tenant": [] }]), any_of([way(tenant, "")])),
        (json!([{ "Tenant": ["b", "a", "a"] }]), any_of([way(tenant, "a b")])),
        (json!([{ "Tenant": ["a"] }, { "Agency": ["b"] }]), any_of([way(agency, "b"), way(tenant, "a")])),
        (json!([{ "Tenant": ["a"] }, { "Tenant": ["a"] }]), any_of([way(tenant, "a")])),
        (json!([{ "User": ["a"] }]), any_of([])),
        (json!([{ "User": ["a"] }, { "Tenant": ["b"] }]), any_of([way(tenant, "b")])),
        (json!([{ "User": ["a"], "Tenant": ["b"] }]), any_of([])),
        (json!([{ "Agency": ["a"], "Tenant": ["b"] }]), any_of([])),
        (json!([{ "Unmapped": ["a"] }]), any_of([])),
        (json!([{ "Tenant": ["a"], "Unmapped": [] }]), any_of([])),
        (json!([{}, { "Tenant": ["a"] }]), any_of([way(tenant, "a")])),
    ] {
        assert_eq!(access(one("/a", json!({ "security": security }))), expected, "{security}");
    }
}

#[test]
fn two_schemes_of_one_level_are_one_way() {
    let mut settings = settings();
    settings.schemes.insert(
        "Key".into(),
        Scheme { level: Level::SubAccount, private_integrations: true, scopes_mean: ScopesMean::All },
    );
    let both = one("/a", json!({ "security": [{ "Tenant": ["a"], "Key": ["b"] }] }));
    let policy = compile(&[parsed(&both)], &settings).policy.unwrap();
    assert_eq!(policy.operations()[0].access, any_of([way(Level::SubAccount, "a b")]));
}

#[test]
fn a_documents_security_holds_where_an_operation_is_silent() {
    let mut all = document(
        "All",
        json!({ "/a": { "get": {}, "put": { "security": [] }, "post": { "security": [{ "Agency": [] }] } } }),
    );
    all["security"] = json!([{ "Tenant": ["a"] }]);
    let compiled = operations(&[all]);
    let access: Vec<_> =
        compiled.iter().map(|operation| (operation.method.as_str(), operation.access.clone())).collect();
    assert_eq!(
        access,
        [
            ("GET", any_of([way(Level::SubAccount, "a")])),
            ("PUT", Access::Public),
            ("POST", any_of([way(Level::Agency, "")])),
        ]
    );
}

#[test]
fn silence_is_what_the_settings_say() {
    for (without_security, expected) in [
        (WithoutSecurity::Deny, any_of([])),
        (WithoutSecurity::Authenticated, Access::Authenticated),
        (WithoutSecurity::Public, Access::Public),
    ] {
        let settings = tidegate::openapi::Settings { without_security, ..settings() };
        let policy = compile(&[parsed(&one("/a", json!({})))], &settings).policy.unwrap();
        assert_eq!(policy.operations()[0].access, expected);
    }
    assert_eq!(settings().without_security, WithoutSecurity::Deny);
}

/// The owner parameters of a document's only operation's only alternative.
fn owners(document: serde_json::Value) -> Vec<OwnerParameter> {
    let Access::AnyOf(ways) = access(document) else { panic!("no alternatives") };
    ways[0].owner.to_vec()
}

fn named(place: Place, name: &str) -> OwnerParameter {
    OwnerParameter { name: name.into(), place }
}

#[test]
fn owner_parameters_are_found_wherever_they_are_declared() {
    let security = json!([{ "Tenant": ["a"] }]);
    let location = json!({ "name": "locationId", "in": "query", "required": true, "schema": {} });
    let referring = json!({ "$ref": "#/components/parameters/L" });
    let expected = [named(Place::Query, "locationId")];
    assert_eq!(owners(one("/a", json!({ "security": security, "parameters": [location] }))), expected);
    let on_path = json!({ "/a": { "parameters": [location], "get": { "security": security } } });
    assert_eq!(owners(document("Path level", on_path)), expected);
    let mut by_reference = one("/a", json!({ "security": security, "parameters": [referring] }));
    by_reference["components"] = json!({ "parameters": { "L": location } });
    assert_eq!(owners(by_reference), expected);
    let mut shared = document(
        "Both",
        json!({ "/a": { "parameters": [referring], "get": { "security": security, "parameters": [location] } } }),
    );
    shared["components"] = json!({ "parameters": { "L": location } });
    assert_eq!(owners(shared), expected);
}

#[test]
fn owner_parameters_in_every_place() {
    let operation = |place: &str, name: &str| json!({ "security": [{ "Tenant": [] }], "parameters": [{ "name": name, "in": place }] });
    assert_eq!(owners(one("/a/{locationId}", operation("path", "locationId"))), [named(Place::Path, "locationId")]);
    assert_eq!(owners(one("/a/{locationId}", operation("query", "x"))), [named(Place::Path, "locationId")]);
    assert_eq!(owners(one("/a", operation("header", "locationId"))), [named(Place::Header, "locationId")]);
    assert_eq!(owners(one("/a", operation("header", "LocationID"))), [named(Place::Header, "LocationID")]);
    for (place, name) in [("query", "locationid"), ("query", "companyId"), ("cookie", "locationId"), ("query", "x")] {
        assert_eq!(owners(one("/a", operation(place, name))), [], "{place} {name}");
    }
}

#[test]
fn a_server_address_goes_before_the_paths() {
    let path_below = |servers: serde_json::Value| {
        let mut document = one("/a", json!({ "security": [] }));
        document["servers"] = servers;
        operations(&[document])[0].path.to_string()
    };
    for (url, expected) in [
        ("https://api.example", "/a"),
        ("https://api.example/", "/a"),
        ("https://api.example/v1", "/v1/a"),
        ("https://api.example/v1/", "/v1/a"),
        ("/v2", "/v2/a"),
        ("/", "/a"),
        ("https://api.example:8443/x/y", "/x/y/a"),
    ] {
        assert_eq!(path_below(json!([{ "url": url }])), expected, "{url}");
    }
    assert_eq!(path_below(json!([])), "/a");
    let variable = json!([{ "url": "https://{host}/{base}", "variables": { "host": { "default": "h" }, "base": { "default": "v3" } } }]);
    assert_eq!(path_below(variable), "/v3/a");
    let alike = json!([{ "url": "https://a.example/v1" }, { "url": "https://b.example/v1/" }]);
    assert_eq!(path_below(alike), "/v1/a");
}

#[test]
fn servers_that_disagree_are_refused() {
    let mut document = one("/a", json!({}));
    document["servers"] = json!([{ "url": "https://a.example/v1" }, { "url": "https://a.example/v2" }]);
    let report = compile(&[parsed(&document)], &settings()).report;
    let messages: Vec<_> = report.errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            r#"servers: its servers have different base paths: "/v1", "/v2"; set base_path for the document in the settings, to a path or to the number of a server"#
        ]
    );
}

#[test]
fn openapi_3_0_to_3_2_and_swagger_2_0_are_read() {
    let version = |text: &str| Document::parse(&json!({ "openapi": text }).to_string()).map(|_| ());
    for text in ["3.0.0", "3.0.3", "3.1.0", "3.1.1", "3.0", "3.1", "3.2.0", "3.2"] {
        assert_eq!(version(text), Ok(()), "{text}");
        for yaml in [format!("openapi: {text}"), format!("---\n'openapi': \"{text}\" # yes\n...\n")] {
            assert!(Document::parse(&yaml).is_ok(), "{yaml}");
        }
    }
    for text in ["2.0", "3", "4.0.0", "3.3.0", "3.10.0", "3.0x"] {
        assert_eq!(version(text), Err(InvalidDocument::Version(text.into())), "{text}");
    }
    for text in ["swagger: 2.0", "{\"swagger\":\"2.0\"}", "swagger: '2.0'", "openapi: 3.0"] {
        assert!(Document::parse(text).is_ok(), "{text}");
    }
    for text in ["{\"swagger\":\"1.2\"}", "{\"swagger\":\"2.0\",\"openapi\":\"3.0.0\"}"] {
        assert!(matches!(Document::parse(text), Err(InvalidDocument::Version(_))), "{text}");
    }
    for text in ["", "null", "[]", "{}", "{\"openapi\":\"\"}", "openapi:", "{\"openapi\":{}}"] {
        assert!(matches!(Document::parse(text), Err(InvalidDocument::Malformed(_))), "{text}");
    }
}
