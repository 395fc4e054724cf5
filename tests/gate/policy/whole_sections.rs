//! `$ref` in the place of a whole section or list, as documents of several files have it before a tool bundles them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tidegate::openapi::{Compiled, Document, Settings, compile, init};
use tidegate::policy::{Access, Place};

use super::parsed;

/// Settings by which every place of the document counts.
fn settings() -> Settings {
    let mut settings = super::settings();
    settings.owner_parameters.agency[0].body = true;
    settings
}

/// A document of which a part is to be replaced by a reference.
fn plain() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "One", "version": "1" },
        "servers": [{ "url": "https://a.example/v1" }],
        "security": [{ "Tenant": ["root.read"] }],
        "paths": { "/a": {
            "parameters": [{ "$ref": "#/components/parameters/Owner" }],
            "servers": [{ "url": "https://a.example/v1" }],
            "get": { "security": [{ "Tenant": ["a.read"] }, { "Agency": ["a.all"] }] },
            "post": {
                "parameters": [{ "name": "x", "in": "query" }],
                "servers": [{ "url": "https://a.example/v2" }],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/A" } } } }
            }
        } },
        "components": {
            "parameters": { "Owner": { "name": "locationId", "in": "query" } },
            "requestBodies": {},
            "schemas": { "A": { "properties": { "companyId": {} } } },
            "securitySchemes": {
                "Tenant": { "type": "oauth2", "flows": { "clientCredentials": { "scopes": { "a.read": "Read a" } } } },
                "Agency": { "type": "apiKey", "in": "header", "name": "k" }
            }
        }
    })
}

/// Where a reference may stand, by JSON pointer.
const PLACES: [&str; 20] = [
    "/servers",
    "/servers/0",
    "/security",
    "/security/0",
    "/paths",
    "/paths/~1a",
    "/paths/~1a/parameters",
    "/paths/~1a/servers",
    "/paths/~1a/get",
    "/paths/~1a/get/security",
    "/paths/~1a/get/security/1",
    "/paths/~1a/post/parameters",
    "/paths/~1a/post/servers",
    "/paths/~1a/post/requestBody/content",
    "/components",
    "/components/parameters",
    "/components/schemas",
    "/components/securitySchemes",
    "/components/securitySchemes/Tenant/flows",
    "/components/securitySchemes/Tenant/flows/clientCredentials/scopes",
];

/// The document with a reference at a place, and what stood there.
fn moved(place: &str, reference: &str) -> (Value, Value) {
    let mut document = plain();
    let part = std::mem::replace(document.pointer_mut(place).unwrap(), json!({ "$ref": reference }));
    (document, part)
}

fn outcome(document: &Document) -> (Option<String>, String) {
    let Compiled { policy, report, .. } = compile(std::slice::from_ref(document), &settings());
    (policy.map(|policy| policy.to_json()), report.to_string())
}

#[test]
fn what_stands_elsewhere_in_the_document_is_as_if_it_stood_here() {
    let expected = outcome(&parsed(&plain()));
    assert!(expected.0.is_some(), "{}", expected.1);
    for place in PLACES {
        let (mut document, part) = moved(place, "#/x-moved/some~1where");
        document["x-moved"] = json!({ "some/where": part });
        assert_eq!(outcome(&parsed(&document)), expected, "{place}");
        // By way of another reference.
        let (mut document, part) = moved(place, "#/x-first");
        document["x-first"] = json!({ "$ref": "#/x-second/0" });
        document["x-second"] = json!([part]);
        assert_eq!(outcome(&parsed(&document)), expected, "{place}");
        // The same settings are begun with.
        assert_eq!(
            init(&[parsed(&document)], &Default::default()).to_yaml(),
            init(&[parsed(&plain())], &Default::default()).to_yaml()
        );
    }
}

#[test]
fn what_stands_in_another_file_is_as_if_it_stood_here() {
    let expected = outcome(&parsed(&plain()));
    for place in PLACES {
        let (document, part) = moved(place, "parts/part.json#/here");
        // What the file refers to stands in the document, which is a file too.
        let part = part.to_string().replace("\"#/", "\"../openapi.json#/");
        let files = BTreeMap::from([
            ("parts/part.json", format!(r#"{{"here":{part}}}"#)),
            ("openapi.json", document.to_string()),
        ]);
        let mut read = |name: &str| files.get(name).cloned().ok_or_else(|| "there is none".to_owned());
        let found = Document::parse_with_files(&document.to_string(), &mut read).unwrap();
        assert_eq!(outcome(&found), expected, "{place}");
        // Without files nothing is skipped in silence, where anything depends on it.
        let alone = outcome(&parsed(&document));
        assert!(alone.0.is_none() && alone.1.contains("parts/part.json#/here"), "{place}: {}", alone.1);
    }
}

/// All that is wrong with the document whose part is replaced.
fn wrong(place: &str, part: Value) -> String {
    let mut document = plain();
    *document.pointer_mut(place).unwrap() = part;
    let Compiled { policy, report, .. } = compile(&[parsed(&document)], &settings());
    assert!(policy.is_none(), "{place}");
    let told = report.errors.iter().map(|error| format!("{} {}: {}\n", error.path, error.method, error.message));
    told.collect()
}

#[test]
fn no_key_stands_twice_in_a_file_that_is_followed() {
    let document = json!({ "openapi": "3.1.0", "paths": { "/a": { "$ref": "paths.json#/things" } } });
    for (text, place) in [
        (
            r#"{"things":{"get":{"security":[{"Tenant":[],"Tenant":["a"]}]}}}"#,
            "paths.json#/things/get/security/0: the key \"Tenant\"",
        ),
        (r#"{"things":{"get":{"security":[]}},"x":[{"b":1,"b":2}]}"#, "paths.json#/x/0: the key \"b\""),
        (r#"{"things":{"get":{"security":[]}},"things":{}}"#, "paths.json#: the key \"things\""),
    ] {
        let mut read = |_: &str| Ok(text.to_owned());
        let found = Document::parse_with_files(&document.to_string(), &mut read).unwrap();
        let Compiled { policy, report, .. } = compile(&[found], &settings());
        assert!(policy.is_none(), "{text}");
        assert!(report.errors.len() == 1 && report.errors[0].message.starts_with(place), "{:?}", report.errors);
    }
}

#[test]
fn a_reference_that_leads_nowhere_is_an_error_at_its_place() {
    for place in PLACES {
        for reference in ["#/x-nowhere", "https://b.example/a.json#/b", "../up.yaml", place] {
            let reference = if reference == place { &format!("#{place}") } else { reference };
            let told = wrong(place, json!({ "$ref": reference }));
            assert!(told.contains(reference), "{place}: {told}");
        }
    }
    for (place, reference, expected) in [
        ("/paths/~1a/get/security", "#/x-s", "/a get: security: #/x-s leads nowhere in this document"),
        ("/paths/~1a/parameters", "#/x-p", "/a get: parameters: #/x-p leads nowhere in this document"),
        ("/paths", "#/x", " : paths: #/x leads nowhere in this document"),
        (
            "/components/securitySchemes",
            "schemes.yaml",
            " : components.securitySchemes: schemes.yaml was not followed: the command follows files in the document's \
             folder; bundle others into the document",
        ),
        (
            "/components/parameters",
            "more.yaml",
            "/a get: #/components/parameters/Owner leads on to more.yaml#/Owner, which was not followed: the command follows \
             files in the document's folder; bundle others into the document",
        ),
    ] {
        let told = wrong(place, json!({ "$ref": reference }));
        assert!(told.lines().any(|line| line == expected), "{told}");
    }
}

#[test]
fn what_stands_beside_a_reference_is_an_error_where_it_could_count() {
    for place in ["/security", "/security/0", "/servers", "/paths/~1a/get/security", "/paths/~1a/get/security/0"] {
        let told = wrong(place, json!({ "$ref": "#/x-moved", "Agency": [] }));
        assert!(told.contains("beside $ref it has entries of its own"), "{place}: {told}");
    }
    for place in ["/paths", "/components", "/components/parameters", "/components/securitySchemes"] {
        let told = wrong(place, json!({ "$ref": "#/x-moved", "/b": {} }));
        assert!(told.contains("beside $ref it has entries of its own"), "{place}: {told}");
    }
    for place in ["/security", "/paths/~1a/parameters", "/servers", "/paths/~1a/get/security"] {
        assert!(
            wrong(place, json!({ "Agency": [] })).contains("an object stands where an array is expected"),
            "{place}"
        );
        assert!(
            wrong(place, json!({ "$ref": 5 })).contains("the number 5 stands where a string is expected"),
            "{place}"
        );
        assert!(wrong(place, json!({ "$ref": null })).contains("null stands where a string is expected"), "{place}");
    }
}

/// An entry of its own goes before the same entry behind a reference, as RFC 6901 has it.
#[test]
fn a_pointer_leads_through_references() {
    let mut document = plain();
    document["components"]["parameters"] = json!({ "$ref": "#/x-more" });
    document["x-more"] = json!({ "$ref": "#/x-most" });
    document["x-most"] =
        json!({ "Owner": { "name": "companyId", "in": "header" }, "Other": { "$ref": "#/x-other/0" } });
    document["x-other"] = json!([{ "name": "locationId", "in": "query" }]);
    document["paths"]["/a"]["parameters"] = json!([{ "$ref": "#/components/parameters/Other" }]);
    let Compiled { policy, report, .. } = compile(&[parsed(&document)], &settings());
    assert_eq!(report.errors, []);
    let operation = policy.unwrap().operations()[0].clone();
    let Access::AnyOf(ways) = &operation.access else { panic!("{operation:?}") };
    assert!(
        ways.iter()
            .any(|way| way.owner.iter().any(|owner| (&*owner.name, owner.place) == ("locationId", Place::Query)))
    );
    document["x-most"] = json!({ "$ref": "#/x-more" });
    assert!(compile(&[parsed(&document)], &settings()).policy.is_none());
}

#[test]
fn what_references_multiply_is_bounded() {
    let scopes: Vec<String> = (0..10_000).map(|n| format!("scope-{n}.with-a-name-of-some-length")).collect();
    let security = json!({ "$ref": "#/x-security" });
    let item = json!({ "get": { "security": security, "summary": "s".repeat(100_000) } });
    let all = |count: usize| {
        (0..count).map(|n| (format!("/a{n}"), json!({ "$ref": "#/x-item" }))).collect::<serde_json::Map<_, _>>()
    };
    let document = |count: usize| {
        json!({
            "openapi": "3.1.0", "paths": all(count), "x-item": item, "x-security": [{ "Tenant": scopes }]
        })
    };
    let Compiled { report, .. } = compile(&[parsed(&document(2_000))], &settings());
    assert!(
        report.errors.iter().any(|error| error.message.contains("references repeat too much")),
        "{:?}",
        report.errors[0]
    );
    let schemes: serde_json::Map<_, _> = (0..2_000)
        .map(|n| (format!("s{n}"), json!({ "type": "oauth2", "flows": { "implicit": { "$ref": "#/x-flow" } } })))
        .collect();
    let scopes: serde_json::Map<_, _> = scopes.iter().map(|scope| (scope.clone(), json!(""))).collect();
    let document = json!({
        "openapi": "3.1.0", "paths": {}, "components": { "securitySchemes": schemes }, "x-flow": { "scopes": scopes }
    });
    let Compiled { report, .. } = compile(&[parsed(&document)], &settings());
    assert!(report.errors.iter().any(|error| error.message.contains("declare over")), "{:?}", report.errors);
}
