//! How long it takes to make a policy of one large OpenAPI document. Prints a line; judges nothing.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use tidegate::core::openapi::{Document, Settings, compile};

const OPERATIONS: usize = 1_000;
const BYTES: usize = 10_000_000;
const RUNS: usize = 11;

fn main() {
    let settings: Settings = serde_json::from_value(json!({
        "schemes": {
            "Tenant": { "level": "sub_account", "private_integrations": true },
            "Agency": { "level": "agency", "private_integrations": true }
        },
        "owner_parameters": { "sub_account": [{ "name": "locationId", "body": true }] }
    }))
    .unwrap();
    let text = document().to_string();
    let mut runs: Vec<(Duration, Duration)> = (0..RUNS).map(|_| run(&text, &settings)).collect();
    runs.sort_by_key(|(parse, compile)| *parse + *compile);
    let (least, median, most) = (runs[0], runs[RUNS / 2], runs[RUNS - 1]);
    let total = |(parse, compile): (Duration, Duration)| (parse + compile).as_micros() as f64 / 1_000.0;
    println!(
        "compile: {:.1} MB of JSON, {OPERATIONS} operations: median of {RUNS} runs {:.1} ms \
         (reading {:.1}, compiling {:.1}), least {:.1}, most {:.1}",
        text.len() as f64 / 1e6,
        total(median),
        median.0.as_micros() as f64 / 1_000.0,
        median.1.as_micros() as f64 / 1_000.0,
        total(least),
        total(most)
    );
}

fn run(text: &str, settings: &Settings) -> (Duration, Duration) {
    let start = Instant::now();
    let documents = [Document::parse(text).unwrap()];
    let parsed = start.elapsed();
    let report = compile(&documents, settings).report;
    assert_eq!((report.operations, report.errors.len()), (OPERATIONS, 0));
    (parsed, start.elapsed() - parsed)
}

/// Operations of one method and few lengths, so that every pair may cross, each with a description that fills it up.
fn document() -> Value {
    let filler = "All of it is described at length. ".repeat(BYTES / OPERATIONS / 34 - 14);
    let mut paths = Map::new();
    for n in 0..OPERATIONS {
        let path = match n % 3 {
            0 => format!("/group{}/{{id}}/items{n}", n % 40),
            1 => format!("/{{locationId}}/group{}/items{n}", n % 40),
            _ => format!("/group{}/sub{n}/{{itemId}}", n % 40),
        };
        paths.insert(path, json!({ "post": operation(n, &filler) }));
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Large", "version": "1" },
        "paths": paths,
        "components": {
            "securitySchemes": { "Tenant": { "type": "http", "scheme": "bearer" }, "Agency": { "type": "http", "scheme": "bearer" } },
            "schemas": { "Item": { "properties": { "locationId": { "type": "string" }, "name": { "type": "string" } } } }
        }
    })
}

fn operation(n: usize, filler: &str) -> Value {
    json!({
        "operationId": format!("operation{n}"),
        "summary": "An operation",
        "description": filler,
        "security": [{ "Tenant": [format!("group{}.write", n % 40)] }, { "Agency": [] }],
        "parameters": [{ "name": "limit", "in": "query", "schema": { "type": "integer" } }],
        "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Item" } } } },
        "responses": { "200": { "description": "It went well" } }
    })
}
