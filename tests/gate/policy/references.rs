//! What stands elsewhere: `$ref` chains and circles, schemas made of schemas, extensions, paths that stand twice.

use serde_json::{Value, json};
use tidegate::openapi::{Compiled, Document, Settings, compile};
use tidegate::policy::{OwnerParameter, Place};

use super::{document, parsed, settings};

/// Settings by which a property of the body may name the owner.
fn with_body() -> Settings {
    let mut settings = settings();
    settings.owner_parameters.sub_account[0].body = true;
    settings
}

/// A document of one operation, with components.
fn with_components(operation: Value, components: Value) -> Value {
    let mut operation = operation;
    operation["security"] = json!([{ "Tenant": [] }]);
    let mut document = document("One", json!({ "/a": { "post": operation } }));
    document["components"] = components;
    document
}

fn compiled(document: &Value) -> Compiled {
    compile(&[parsed(document)], &with_body())
}

/// Where the only alternative of the only operation names the owner; what is wrong with the document, if anything.
fn owners(document: &Value) -> Result<Vec<OwnerParameter>, String> {
    let Compiled { policy, report, .. } = compiled(document);
    match policy {
        Some(policy) => Ok(policy.operations()[0].access.alternatives()[0].owner.to_vec()),
        None => {
            let finding = &report.errors[0];
            assert_eq!((&*finding.document, &*finding.path, &*finding.method), ("One", "/a", "post"), "{finding:?}");
            Err(finding.message.clone())
        }
    }
}

fn bound(place: Place) -> Result<Vec<OwnerParameter>, String> {
    Ok(vec![OwnerParameter { name: "locationId".into(), place }])
}

fn nowhere(reference: &str) -> Result<Vec<OwnerParameter>, String> {
    Err(match reference {
        "other.json#/a" | "other.json" => format!(
            "{reference} was not followed: the command follows files in the document's folder; bundle others into the document"
        ),
        _ => format!("{reference} leads nowhere in this document"),
    })
}

/// Components of `kind` that refer to one another: 0 to 1, and so on, the last to `end`.
fn chain(kind: &str, length: usize, end: &Value) -> Value {
    let reference = |n: usize| json!({ "$ref": format!("#/components/{kind}/C{}", n + 1) });
    let entry = |n: usize| (format!("C{n}"), if n + 1 == length { end.clone() } else { reference(n) });
    json!({ (kind): (0..length).map(entry).collect::<serde_json::Map<_, _>>() })
}

#[test]
fn chains_are_followed_and_circles_are_left() {
    let schema = json!({ "properties": { "locationId": {} } });
    let content = |schema: &Value| json!({ "content": { "application/json": { "schema": schema } } });
    let refer = |kind: &str| json!({ "$ref": format!("#/components/{kind}/C0") });
    let in_query = json!({ "name": "locationId", "in": "query" });
    for (kind, operation, end, place) in [
        ("parameters", json!({ "parameters": [refer("parameters")] }), in_query, Place::Query),
        ("requestBodies", json!({ "requestBody": refer("requestBodies") }), content(&schema), Place::Body),
        ("schemas", json!({ "requestBody": content(&refer("schemas")) }), schema.clone(), Place::Body),
    ] {
        let of = |length: usize, end: &Value| owners(&with_components(operation.clone(), chain(kind, length, end)));
        for length in [1, 2, 8, 15] {
            assert_eq!(of(length, &end), bound(place), "{kind} {length}");
        }
        for elsewhere in ["#/components/x/Nowhere", "#/components/schemas/Nowhere", "other.json#/a", "#", ""] {
            // Of a parameter the reference that stands in the operation is told, of a body the one that fails.
            let told = if kind == "parameters" { "#/components/parameters/C0" } else { elsewhere };
            assert_eq!(of(3, &json!({ "$ref": elsewhere })), nowhere(told), "{kind} {elsewhere}");
        }
        let circle = of(3, &refer(kind));
        // A schema may lie in itself, and often does; a parameter that is itself is none.
        assert!(if kind == "schemas" { circle == Ok(vec![]) } else { circle.is_err() }, "{kind} {circle:?}");
    }
    let long = with_components(json!({ "requestBody": content(&refer("schemas")) }), chain("schemas", 4097, &schema));
    assert!(owners(&long).unwrap_err().contains("so many schemas"));
}

/// Outside of the components each step of a chain is looked for when the one before it was found.
#[test]
fn a_chain_that_is_too_long_is_not_said_to_lead_nowhere() {
    let of = |length: usize| {
        let end = json!({ "security": [{ "Tenant": ["a"] }] });
        let mut document = document("One", json!({ "/a": { "get": { "$ref": "#/x-c/operations/C0" } } }));
        let text = chain("operations", length, &end).to_string().replace("#/components/", "#/x-c/");
        document["x-c"] = serde_json::from_str(&text).unwrap();
        compiled(&document).report.errors.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(of(15), [""; 0]);
    for length in [16, 17, 40] {
        let errors = of(length);
        assert!(errors.len() == 1 && errors[0].ends_with("or by way of over 16 references"), "{length}: {errors:?}");
    }
}

#[test]
fn bodies_are_made_of_schemas() {
    let owner = || json!({ "properties": { "locationId": { "type": "string" } } });
    let body = |schema: Value| json!({ "requestBody": { "content": { "application/json": { "schema": schema } } } });
    let components = json!({ "schemas": {
        "Owner": owner(), "Tree": { "properties": { "x": {} }, "allOf": [{ "$ref": "#/components/schemas/Tree" }, owner()] },
        "Any": true, "None": false
    } });
    for (schema, binds) in [
        (owner(), true),
        (json!({ "allOf": [{}, owner()] }), true),
        (json!({ "anyOf": [owner(), { "properties": { "x": {} } }] }), true),
        (json!({ "oneOf": [{ "allOf": [{ "anyOf": [owner()] }] }] }), true),
        (json!({ "$ref": "#/components/schemas/Tree" }), true),
        (json!({ "oneOf": [true, false, { "$ref": "#/components/schemas/Owner" }] }), true),
        (json!({ "$ref": "#/components/schemas/Any" }), false),
        (json!({ "$ref": "#/components/schemas/None" }), false),
        (json!(true), false),
        (json!(false), false),
        (json!({ "properties": { "note": owner() } }), false),
        (json!({ "type": "array", "items": owner() }), false),
        (json!({ "properties": { "locationid": {} } }), false),
        (json!({ "not": owner() }), false),
        (json!({ "required": ["locationId"] }), true),
        (json!({ "anyOf": [{ "required": ["locationId"] }, { "required": ["x"] }] }), true),
        (json!({ "dependentRequired": { "x": ["locationId"] } }), true),
        (json!({ "dependentRequired": { "locationId": ["x"] } }), true),
        (json!({ "dependentSchemas": { "locationId": {} } }), true),
        (json!({ "dependencies": { "x": ["locationId"], "y": {} } }), true),
        (json!({ "dependencies": { "locationId": [] } }), true),
        (json!({ "dependencies": { "x": { "allOf": [{ "required": ["locationId"] }] } } }), true),
        (json!({ "discriminator": { "propertyName": "locationId" } }), true),
        (json!({ "propertyNames": { "enum": ["x", "locationId"] } }), true),
        (json!({ "propertyNames": { "const": "locationId" } }), true),
        (json!({ "patternProperties": { "^locationId$": {} } }), true),
        (json!({ "patternProperties": { "^x-": {} } }), false),
    ] {
        let found = owners(&with_components(body(schema.clone()), components.clone()));
        assert_eq!(found, if binds { bound(Place::Body) } else { Ok(vec![]) }, "{schema}");
    }
    // What the gate cannot read it refuses: an owner counts in a body of whatever type.
    for media_type in [
        "application/json; charset=utf-8",
        "application/merge-patch+json",
        "APPLICATION/JSON",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "*/*",
    ] {
        let operation =
            json!({ "requestBody": { "content": { (media_type): { "schema": owner() }, "text/plain": {} } } });
        assert_eq!(owners(&with_components(operation, json!({}))), bound(Place::Body), "{media_type}");
    }
    // Without `"body": true` a body is neither looked into nor complained of.
    let dangling = with_components(body(json!({ "$ref": "other.json" })), json!({}));
    assert_eq!(owners(&dangling), nowhere("other.json"));
    assert!(compile(&[parsed(&dangling)], &settings()).policy.is_some());
}

/// A body says by the name of a schema which it is (OpenAPI 3.2 section 4.25, "Discriminator Object"; Swagger 2.0 in the same way).
#[test]
fn a_discriminator_means_every_schema_that_is_made_of_its_own() {
    let part = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let owner = || json!({ "properties": { "locationId": {} } });
    let by = |more: Value| {
        let mut discriminator = json!({ "propertyName": "kind" });
        discriminator.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "properties": { "kind": {} }, "discriminator": discriminator })
    };
    let cat = json!({ "allOf": [part("Pet"), owner()] });
    for (schemas, binds) in [
        (json!({ "Pet": by(json!({})), "Cat": cat }), true),
        (json!({ "Pet": { "discriminator": "kind" }, "Cat": cat }), true),
        (
            json!({ "Pet": by(json!({ "mapping": { "dog": "Dog" } })), "Dog": { "allOf": [part("Pet")] }, "Cat": cat }),
            true,
        ),
        (json!({ "Pet": { "allOf": [by(json!({}))] }, "Cat": cat }), true),
        (
            json!({ "Pet": by(json!({})), "Cat": { "allOf": [part("Pet")] }, "Lion": { "allOf": [part("Cat"), owner()] } }),
            true,
        ),
        (json!({ "Pet": by(json!({})), "Cat": { "allOf": [{ "allOf": [part("Pet")] }, owner()] } }), true),
        (json!({ "Pet": by(json!({ "defaultMapping": "Cat" })), "Cat": owner() }), true),
        (json!({ "Pet": by(json!({ "defaultMapping": "#/components/schemas/Cat" })), "Cat": owner() }), true),
        (json!({ "Pet": { "properties": { "kind": {} } }, "Cat": cat }), false),
        (json!({ "Pet": { "discriminator": null }, "Cat": cat }), false),
        (
            json!({ "Pet": by(json!({})), "Envelope": { "anyOf": [part("Pet")], "properties": { "locationId": {} } } }),
            false,
        ),
        (json!({ "Pet": by(json!({})), "Cat": { "allOf": [part("Pet")] }, "Other": owner() }), false),
    ] {
        let body = json!({ "requestBody": { "content": { "application/json": { "schema": part("Pet") } } } });
        let found = owners(&with_components(body, json!({ "schemas": schemas })));
        assert_eq!(found, if binds { bound(Place::Body) } else { Ok(vec![]) }, "{schemas}");
    }
}

/// The parts of a document that are elsewhere, and the files that it has beside it.
#[test]
fn the_schemas_of_a_discriminator_are_found_behind_references() {
    let part = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let owner = || json!({ "properties": { "locationId": {} } });
    let pet = || json!({ "discriminator": { "propertyName": "kind" } });
    let dog = |base: &str| json!({ "allOf": [{ "$ref": base }, owner()] });
    let of_file = |name: &str| json!({ "$ref": format!("s.json#/{name}") });
    let nothing = || json!({});
    for (components, more, file) in [
        (
            json!({ "schemas": { "Pet": of_file("Pet"), "Dog": of_file("Dog") } }),
            nothing(),
            json!({ "Pet": pet(), "Dog": dog("#/Pet") }),
        ),
        (
            json!({ "schemas": { "Pet": of_file("Pet"), "Dog": of_file("Dog") } }),
            nothing(),
            json!({ "Pet": pet(), "Mid": { "allOf": [{ "$ref": "#/Pet" }] }, "Dog": dog("#/Mid") }),
        ),
        (
            json!({ "schemas": { "Pet": pet(), "Dog": { "$ref": "#/x-s/Dog" } } }),
            json!({ "Dog": dog("#/components/schemas/Pet") }),
            nothing(),
        ),
        (
            json!({ "schemas": { "Pet": pet(), "Mid": part("Pet"), "Dog": { "allOf": [part("Mid"), owner()] } } }),
            nothing(),
            nothing(),
        ),
        (
            json!({ "schemas": { "Pet": pet(), "Dog": { "$ref": "#/components/schemas/Pet", "properties": { "locationId": {} } } } }),
            nothing(),
            nothing(),
        ),
        (
            json!({ "schemas": { "Base": pet(), "Pet": part("Base"), "Dog": { "allOf": [part("Pet"), owner()] } } }),
            nothing(),
            nothing(),
        ),
        (json!({ "$ref": "s.json" }), nothing(), json!({ "schemas": { "Pet": pet(), "Dog": dog("#/schemas/Pet") } })),
        (json!({ "schemas": { "$ref": "s.json" } }), nothing(), json!({ "Pet": pet(), "Dog": dog("#/Pet") })),
    ] {
        let body = json!({ "requestBody": { "content": { "application/json": { "schema": part("Pet") } } } });
        let mut document = with_components(body, components.clone());
        document["x-s"] = more;
        let mut read = |name: &str| if name == "s.json" { Ok(file.to_string()) } else { Err("none".to_owned()) };
        let document = Document::parse_with_files(&document.to_string(), &mut read).unwrap();
        let Compiled { policy, report, .. } = compile(&[document], &with_body());
        assert_eq!(report.errors, [], "{components}");
        let owner = policy.unwrap().operations()[0].access.alternatives()[0].owner.to_vec();
        assert_eq!(Ok(owner), bound(Place::Body), "{components}");
    }
}

#[test]
fn the_items_of_a_sequence_have_a_schema_too() {
    let owner = json!({ "properties": { "locationId": {} } });
    for (media_type, schema) in [
        ("application/jsonl", json!({ "itemSchema": owner })),
        ("application/jsonl", json!({ "schema": { "type": "array" }, "itemSchema": owner })),
        ("application/jsonl", json!({ "itemSchema": owner, "schema": { "type": "array" } })),
    ] {
        let operation = json!({ "requestBody": { "content": { (media_type): schema } } });
        let mut document = with_components(operation, json!({}));
        document["openapi"] = json!("3.2.0");
        let report = compiled(&document).report;
        assert_eq!((report.errors.len(), report.unread_bodies.len()), (0, 1), "{document}");
    }
}

#[test]
fn null_says_nothing_in_a_schema() {
    let schema = json!({
        "properties": { "locationId": {} }, "discriminator": null, "if": null, "then": null, "else": null, "dependentSchemas": null,
        "allOf": [{ "discriminator": { "mapping": null } }]
    });
    let body = json!({ "content": { "application/json": { "schema": schema } } });
    assert_eq!(
        owners(&super::one("/a", json!({ "requestBody": body, "security": [{ "Tenant": ["a"] }] }))),
        bound(Place::Body)
    );
}

#[test]
fn extensions_are_skipped_and_nothing_is_lost_to_a_second_entry() {
    let operation = json!({ "security": [], "x-a": [1] });
    let paths = json!({
        "x-paths": "text", "x-more": { "get": 1 }, "/a": { "x-item": [1], "summary": "s", "description": 1, "get": operation }
    });
    assert_eq!(compiled(&document("One", paths)).policy.unwrap().operations().len(), 1);
    for (twice, expected) in [
        (r#""/a":{},"/b":{},"/a":{}"#, " : paths: the key \"/a\" stands twice"),
        (r#""/a":{"get":{},"get":{}}"#, "/a : the key \"get\" stands twice"),
        (r#""/a":{"get":{"security":[{"Tenant":[]}],"security":[]}}"#, "/a get: the key \"security\" stands twice"),
        (
            r#""/a":{"get":{"parameters":[{"name":"a","in":"query"}],"parameters":[]}}"#,
            "/a get: the key \"parameters\" stands twice",
        ),
        (r#""/a":{"get":{"requestBody":{},"requestBody":{}}}"#, "/a get: the key \"requestBody\" stands twice"),
        (r#""/a":{"get":{"x-s":["a"],"x-s":[]}}"#, "/a get: the key \"x-s\" stands twice"),
    ] {
        let document = Document::parse(&format!(r#"{{"openapi":"3.1.0","paths":{{{twice}}}}}"#)).unwrap();
        let errors = compile(&[document], &settings()).report.errors;
        let error = format!("{} {}: {}", errors[0].path, errors[0].method, errors[0].message);
        assert!(error.starts_with(expected), "{twice}: {error}");
    }
    let elsewhere = document("One", json!({ "/a": { "$ref": "paths.json#/a", "get": { "security": [] } } }));
    let Compiled { policy, report, .. } = compiled(&elsewhere);
    assert_eq!((policy, report.errors.len()), (None, 1));
    let error = &report.errors[0];
    assert_eq!((&*error.document, &*error.path, &*error.method), ("One", "/a", ""));
    assert!(error.message.contains("paths.json#/a"), "{error:?}");
}

/// Settings and derived scopes go by all of these.
#[test]
fn what_says_something_beside_the_reference_of_an_operation_is_an_error() {
    for (name, value) in [
        ("tags", json!(["Internal"])),
        ("tags", json!("Internal")),
        ("operationId", json!("search")),
        ("summary", json!("Lists all")),
        ("consumes", json!(["application/json"])),
        ("parameters", json!([])),
        ("x-a", json!(1)),
    ] {
        let mut document = document("One", json!({ "/a": { "get": { "$ref": "#/x-o", (name): value } } }));
        document["x-o"] = json!({ "security": [{ "Tenant": ["r"] }] });
        let Compiled { policy, report, .. } = compiled(&document);
        let is_fine = value == json!([]);
        assert_eq!((policy.is_some(), report.errors.len()), (is_fine, usize::from(!is_fine)), "{name}");
        assert!(report.errors.iter().all(|error| error.message.starts_with("beside $ref it has members of its own")));
    }
}
