//! The document that describes the admin API, against the routes that there are.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use tidegate::admin::{AdminError, Command, IncomingRequest, ROUTES, Route};

use super::super::support::project_path;
use super::ID;

fn document() -> Value {
    serde_json::from_str(&fs::read_to_string(project_path("src/admin/openapi.json")).unwrap()).unwrap()
}

/// What a `$ref` leads to, or the value itself.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => {
            document.pointer(reference.strip_prefix('#').unwrap()).unwrap_or_else(|| panic!("{reference}"))
        }
        None => value,
    }
}

#[test]
fn it_describes_every_route_and_nothing_else() {
    let document = document();
    let methods = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())))
        .filter(|(method, _)| methods.contains(&method.as_str()))
        .map(|(method, path)| (method.to_uppercase(), path))
        .collect();
    let routes: BTreeSet<_> = ROUTES.iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    assert_eq!(described, routes);
}

#[test]
fn a_body_is_described_where_one_is_taken() {
    let document = document();
    for route in &ROUTES {
        let Route { method, path, .. } = *route;
        let operation = &document["paths"][path][method.to_lowercase()];
        assert_eq!(operation["requestBody"].is_object(), route.max_body.is_some(), "{method} {path}");
        assert_eq!(operation["responses"]["413"].is_object(), route.max_body.is_some(), "{method} {path}");
    }
}

#[test]
fn an_example_has_what_its_schema_requires() {
    let document = document();
    let mut seen = 0;
    for Route { method, path, .. } in &ROUTES {
        let responses = document["paths"][*path][method.to_lowercase()]["responses"].as_object().unwrap();
        for (status, response) in responses {
            for content in
                resolve(&document, response)["content"].as_object().into_iter().flat_map(|kinds| kinds.values())
            {
                let Some(example) = content["example"].as_object() else { continue };
                let required =
                    resolve(&document, &content["schema"])["required"].as_array().cloned().unwrap_or_default();
                for name in required.iter().filter_map(Value::as_str) {
                    assert!(example.contains_key(name), "{method} {path} {status}: {name}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(document: &Value, value: &Value) {
        resolve(document, value);
        match value {
            Value::Object(fields) => fields.values().for_each(|value| walk(document, value)),
            Value::Array(values) => values.iter().for_each(|value| walk(document, value)),
            _ => {}
        }
    }
    let document = document();
    walk(&document, &document);
}

#[test]
fn query_parameters_are_those_that_are_read() {
    let document = document();
    for route in &ROUTES {
        let Route { method, path, .. } = *route;
        let operation = &document["paths"][path][method.to_lowercase()];
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let described: BTreeSet<String> = parameters
            .iter()
            .map(|parameter| resolve(&document, parameter))
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(!described.is_empty(), route.takes_query, "{method} {path}");
        for name in described {
            assert_eq!(refused_field(&path.replace("{id}", ID), &format!("{name}=%00")), name, "{method} {path}");
        }
    }
}

/// The field that a list names in its refusal of a query.
fn refused_field(path: &str, query: &str) -> String {
    let request =
        IncomingRequest { method: "GET", path, query: Some(query), if_match: None, if_none_match: None, body: "" };
    match Command::parse(request) {
        Err(AdminError::Invalid { field, .. }) => field,
        other => format!("{other:?}"),
    }
}

#[test]
fn a_change_is_described_with_if_match() {
    let document = document();
    for route in ROUTES.iter().filter(|route| route.path.contains("{id}")) {
        let Route { method, path, .. } = *route;
        let target = path.replace("{id}", ID);
        let request =
            IncomingRequest { method, path: &target, query: None, if_match: None, if_none_match: None, body: "" };
        let needed = matches!(Command::parse(request), Err(AdminError::NeedsRev));
        let operation = &document["paths"][path][method.to_lowercase()];
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let described = parameters.iter().any(|parameter| resolve(&document, parameter)["name"] == "If-Match");
        assert_eq!(described, needed, "{route:?}");
        assert_eq!(operation["responses"]["428"].is_object(), needed, "{route:?}");
    }
}
