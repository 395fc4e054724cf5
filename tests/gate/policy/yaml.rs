//! YAML: what it says is what the same document says in JSON, and what it says wrongly has a line and a column.

use tidegate::openapi::{Compiled, Document, InvalidDocument, Settings, compile};

use super::settings;

const JSON: &str = r##"{
  "openapi": "3.1.0",
  "info": { "title": "Harbour", "version": "1" },
  "servers": [{ "url": "https://api.example/v1" }],
  "security": [{ "Tenant": ["boats.readonly"] }],
  "paths": {
    "/boats": {
      "parameters": [{ "name": "locationId", "in": "query", "required": true, "schema": { "type": "string" } }],
      "get": { "operationId": "list", "summary": "List: all boats", "responses": { "200": {}, "404": {} } },
      "post": {
        "operationId": "add",
        "security": [{ "Tenant": ["boats.write", "on"] }, { "Agency": ["boats.write"] }],
        "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Boat" } } } },
        "responses": { "201": {} }
      }
    },
    "/boats/{boatId}": { "get": { "security": [] }, "delete": { "security": [{ "Tenant": ["boats.write", "on"] }] } }
  },
  "components": {
    "schemas": { "Boat": { "properties": { "locationId": { "type": "string" }, "name": { "enum": ["null", "1.0"] } } } },
    "securitySchemes": {
      "Tenant": { "type": "oauth2", "flows": { "x": { "scopes": { "boats.write": "Change boats", "on": "A\nB" } } } },
      "Agency": { "type": "http", "scheme": "bearer" }
    }
  }
}"##;

pub const BLOCK: &str = r##"%YAML 1.2
---
# The harbour's API
openapi: 3.1.0
info: {title: Harbour, version: 1}
servers:
- url: https://api.example/v1
security:
- Tenant:
  - boats.readonly
paths:
  /boats:
    parameters:
      - name: locationId
        in: query
        required: true
        schema: { type: string }
    get:
      operationId: list
      summary: 'List: all boats'
      responses:
        200: {}
        404: {}
    post:
      operationId: "add"
      security:
        - Tenant: [boats.write, on]
        - Agency: [boats.write]
      requestBody:
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/Boat'
      responses: {201: {}}
  /boats/{boatId}:
    get:
      security: []
    delete:
      security: [Tenant: [boats.write, on]]
components:
  schemas:
    Boat:
      properties:
        locationId: {type: string}
        name:
          enum: ["null", '1.0']
  securitySchemes:
    Tenant:
      type: oauth2
      flows:
        x:
          scopes:
            boats.write: >-
              Change
              boats
            on: |-
              A
              B
    Agency:
      type: http
      scheme: bearer
...
"##;

const ANCHORS: &str = r##"
openapi: '3.1.0'
info: &info {title: Harbour}
x-info: *info
servers: [{url: "https:\/\/api.example\x2Fv1"}]
security: [{Tenant: [boats.readonly]}]
paths:
  /boats:
    parameters: [&location {name: locationId, in: query}]
    get: {operationId: list, summary: "List: all\
      \ boats"}
    post:
      operationId: add
      security:
      - &write {Tenant: &scopes [boats.write, !!str on]}
      - Agency: [boats.write]
      requestBody: {content: {application/json: {schema: {properties: {locationId: {}}}}}}
  "/boats/{boatId}": {get: {security: []}, delete: {security: [*write]}}
components:
  securitySchemes: {Tenant: {flows: {x: {scopes: {boats.write: Change boats, on: "A\nB"}}}}, Agency: {}}
"##;

fn with_body() -> Settings {
    let mut settings = settings();
    settings.owner_parameters.sub_account[0].body = true;
    settings
}

fn compiled(text: &str) -> Compiled {
    compile(&[Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))], &with_body())
}

#[test]
fn a_document_in_yaml_is_the_document_in_json() {
    let expected = compiled(JSON);
    assert_eq!(expected.report.errors, []);
    let policy = expected.policy.unwrap();
    assert_eq!(policy.operations().len(), 4);
    assert!(policy.to_json().contains(r#"{"name":"locationId","in":"body"}"#));
    let marked = format!("\u{feff}{BLOCK}");
    let windows = BLOCK.replace('\n', "\r\n");
    let flow = JSON.replacen('{', "--- {", 1);
    for text in [BLOCK, ANCHORS, &marked, &windows, &flow, &format!("\u{feff}{JSON}"), &format!(" \r\n\t{JSON}\n")] {
        let found = compiled(text);
        assert_eq!(found.policy.as_ref(), Some(&policy), "{text}");
        assert_eq!(found.policy.unwrap().to_json(), policy.to_json());
        assert_eq!(found.report, expected.report, "{text}");
    }
}

fn malformed(text: &str) -> String {
    match Document::parse(text) {
        Err(InvalidDocument::Malformed(message)) => message,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn malformed_yaml_names_line_and_column() {
    for (text, line, column) in [
        ("openapi: 3.1.0\npaths:\n  /a:\n   get: {\n", 5, 1),
        ("openapi: 3.1.0\npaths: [}\n", 2, 9),
        ("openapi: \"3.1.0\npaths: {}\n", 1, 10),
        ("openapi: 3.1.0\npaths: *nothing\n", 2, 8),
        ("openapi: 3.1.0\npaths: {}\npaths: {}\n", 3, 1),
        ("openapi: 3.1.0\npaths:\n  /a: {}\n  /a: {}\n", 4, 3),
        ("openapi: 3.1.0\nx: &x 1\npaths: {<<: *x}\n", 3, 15),
        ("openapi: 3.1.0\n!set paths: {}\n", 2, 1),
        ("openapi: 3.1.0\n? [a]\n: b\n", 2, 3),
        ("openapi: 3.1.0\n---\nopenapi: 3.1.0\n", 2, 1),
        ("openapi: 3.1.0\n  paths: {}\n", 2, 8),
    ] {
        let message = malformed(text);
        let place = [format!("line {line}, column {column}"), format!("line {line} column {column}")];
        assert!(place.iter().any(|place| message.ends_with(place)), "{text}: {message}");
    }
}

#[test]
fn what_is_yaml_and_no_document_names_its_place_in_the_tree() {
    for (text, expected) in [
        ("openapi: 3.1.0\npaths: [1]\n", " : paths: an array stands where an object is expected"),
        (
            "openapi: 3.1.0\npaths:\n  /a: {get: {security: {}}}\n",
            "/a get: security: an object stands where an array is expected",
        ),
        (
            "openapi: 3.1.0\npaths:\n  /a: {get: {security: [{T: [1]}]}}\n",
            "/a get: security[0].T[0]: the number 1 stands where a string is expected",
        ),
        (
            "openapi: 3.1.0\npaths:\n  /a: {get: {parameters: [{in: query}]}}\n",
            "/a get: parameters[0]: \"name\" is missing",
        ),
    ] {
        let errors = compiled(text).report.errors;
        let told: Vec<_> = errors.iter().map(|one| format!("{} {}: {}", one.path, one.method, one.message)).collect();
        assert_eq!(told, [expected], "{text}");
    }
    for (text, expected) in
        [("openapi", "a string stands where an OpenAPI document is expected"), ("", "it holds no document")]
    {
        assert_eq!(malformed(text), expected);
    }
    // All that is wrong is told at once.
    let text = "openapi: 3.1.0\ninfo: 5\npaths:\n  /a: {get: {security: {}}, put: {parameters: {}}}\n  /b: [1]\n";
    assert_eq!(compiled(text).report.errors.len(), 4);
}

#[test]
fn what_a_tagged_merge_key_brings_counts() {
    let text = |key: &str| {
        format!(
            "openapi: 3.1.0\nsecurity: [{{Tenant: []}}]\nx-write: &write {{security: [{{Tenant: [boats.write]}}]}}\npaths:\n  \
             /boats:\n    delete:\n      {key}: *write\n"
        )
    };
    let plain = compiled(&text("<<"));
    assert!(plain.policy.as_ref().unwrap().to_json().contains("boats.write"));
    assert_eq!(plain.report.limits.len(), 1, "merged security is told");
    for key in ["!!merge <<", "!<tag:yaml.org,2002:merge> <<", "!!merge \"<<\""] {
        let tagged = compiled(&text(key));
        assert_eq!((tagged.policy, tagged.report), (plain.policy.clone(), plain.report.clone()), "{key}");
    }
    for key in ["\"<<\"", "'<<'", "!!str <<"] {
        let errors = compiled(&text(key)).report.errors;
        assert!(errors.len() == 1 && errors[0].message.contains("\"<<\" is not read"), "{key}: {errors:?}");
    }
}

#[test]
fn merged_paths_tell_of_their_security_too() {
    let text = "openapi: 3.1.0\nx-paths: &paths\n  /boats: {get: {security: [{Tenant: [boats.readonly]}]}}\npaths:\n  <<: *paths\n";
    let limits = compiled(text).report.limits;
    assert!(limits.len() == 1 && limits[0].path == "/boats" && limits[0].message.contains("merge key"), "{limits:?}");
}

/// Read as an empty text, they would say something that nobody wrote.
#[test]
fn an_address_or_a_name_that_cannot_be_read_is_an_error() {
    let three = |members: &str, operation: &str| {
        format!("openapi: 3.1.0\n{members}\npaths: {{/boats: {{get: {{security: [], {operation}}}}}}}\n")
    };
    let two = |members: &str| format!("swagger: '2.0'\n{members}\npaths: {{/boats: {{get: {{security: []}}}}}}\n");
    for (text, place) in [
        (three("servers: [{url: !Sub 'https://a.example/v1'}]", ""), "servers[0].url"),
        (three("servers:\n- url:", ""), "servers[0].url"),
        (three("servers: [{url: '/{v}', variables: {v: {default: !Sub v1}}}]", ""), "servers[0].variables.v.default"),
        (three("servers: [{url: '/{v}', variables: {v: {default: 1e-9}}}]", ""), "servers[0].variables.v.default"),
        (three("", "parameters: [{in: query, name: !Ref X}]"), "parameters[0]"),
        (three("", "parameters: [{in: query, name: }]"), "parameters[0]"),
        (two("basePath: !Sub /v1"), "basePath"),
    ] {
        let errors = compiled(&text).report.errors;
        assert!(errors.iter().any(|error| error.message.contains(place)), "{text} {errors:?}");
    }
    for text in [
        three("servers: [{url: '/{v}', variables: {v: {default: 1}}}]", "parameters: [{in: query, name: 2}]"),
        two("basePath:"),
    ] {
        assert!(compiled(&text).policy.is_some(), "{text}");
    }
}

#[test]
fn a_tag_of_others_is_an_error_only_where_it_decides() {
    let text = |place: &str| {
        let [extension, summary, security] =
            ["extension", "summary", "security"].map(|name| if name == place { "!Sub " } else { "" });
        format!(
            "openapi: 3.1.0\npaths:\n  /boats:\n    get:\n      x-integration: {extension}{{uri: a}}\n      summary: \
             {summary}s\n      security: {security}[{{Tenant: [boats.readonly]}}]\n"
        )
    };
    for place in ["extension", "summary"] {
        let policy = compiled(&text(place)).policy.unwrap_or_else(|| panic!("{place}"));
        assert_eq!(policy.operations()[0].access, compiled(&text("")).policy.unwrap().operations()[0].access);
    }
    let errors = compiled(&text("security")).report.errors;
    assert!(
        errors.len() == 1
            && errors[0].to_string().contains("GET /boats: security: a long number, or a value with a tag"),
        "{errors:?}"
    );
}
