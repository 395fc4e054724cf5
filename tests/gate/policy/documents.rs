//! Documents that say more than a hasty reader reads (hostile-input.md, row 37): each is understood, or an error with its
//! place. Where a hasty reader skips something, the document's own security would open the operation to every token.

use serde_json::{Map, Value, json};
use tidegate::openapi::{Compiled, Document, Finding, Settings, WithoutScopes, WithoutSecurity, compile};
use tidegate::policy::Access;

use super::{compiled, document, one, operations, parsed, settings};

/// A document whose security opens all operations to every token of a sub-account.
fn open(paths: Value) -> Value {
    let mut open = document("Open", paths);
    open["security"] = json!([{ "Tenant": [] }]);
    open["components"] = json!({ "securitySchemes": { "Tenant": { "type": "http" } } });
    open
}

/// The only error of a document that can be read, as `path method: message`.
fn error(document: &Value) -> String {
    let Compiled { policy, report, .. } = compiled(std::slice::from_ref(document));
    assert_eq!((policy, report.errors.len()), (None, 1), "{document} {:?}", report.errors);
    let finding = &report.errors[0];
    format!("{} {}: {}", finding.path, finding.method, finding.message)
}

/// What is wrong with a text: why it cannot be read, or its first error.
fn wrong(text: &str) -> String {
    match Document::parse(text) {
        Err(error) => error.to_string(),
        Ok(document) => {
            let Compiled { policy, report, .. } = compile(&[document], &settings());
            assert_eq!(policy, None, "{text}");
            let Finding { path, method, message, .. } = &report.errors[0];
            format!("{path} {method}: {message}")
        }
    }
}

#[test]
fn what_stands_elsewhere_is_not_skipped() {
    let reference = json!({ "$ref": "operations/delete.yaml" });
    let local = json!({ "$ref": "#/x-operations/delete" });
    for (document, expected) in [
        (
            open(json!({ "/a": { "delete": reference } })),
            "/a delete: its operation stands elsewhere: operations/delete.yaml was not followed",
        ),
        (
            open(json!({ "/a": { "delete": local } })),
            "/a delete: its operation stands elsewhere: #/x-operations/delete leads nowhere",
        ),
        (
            open(json!({ "/a": reference })),
            "/a : its path item stands elsewhere: operations/delete.yaml was not followed",
        ),
        (
            open(json!({ "/a": { "get": { "parameters": [{ "$ref": "#/paths/~1b/parameters/0" }] } } })),
            "/a get: #/paths/~1b/parameters/0 leads nowhere",
        ),
    ] {
        let error = error(&document);
        assert!(error.starts_with(expected), "{error}");
    }
    let mut scheme = open(json!({}));
    scheme["components"]["securitySchemes"]["Other"] = json!({ "$ref": "schemes.yaml#/Other" });
    assert!(error(&scheme).starts_with(" : components.securitySchemes.Other: schemes.yaml#/Other was not followed"));
    let mut whole = open(json!({ "/a": { "get": {} } }));
    whole["$ref"] = json!("other.yaml");
    assert!(error(&whole).contains("stands elsewhere (other.yaml)"));
    for (place, value) in [
        ("/paths", json!({ "$ref": "paths.yaml" })),
        ("/paths", json!({ "/a": { "get": { "$ref": "#/paths/~1a/get" } } })),
        ("/paths", json!({ "/a": { "$ref": "#/paths/~1a" } })),
        ("/components", json!({ "securitySchemes": { "$ref": "schemes.yaml" } })),
        ("/security", json!({ "$ref": "security.yaml" })),
        ("/security", json!([{ "$ref": "#/x" }])),
        ("/servers", json!({ "$ref": "servers.yaml" })),
        ("/servers", json!([{ "$ref": "servers.yaml" }])),
        ("/paths", json!({ "/a": { "get": {}, "parameters": { "$ref": "parameters.yaml" } } })),
        ("/paths", json!({ "/a": { "get": { "security": { "$ref": "security.yaml" } } } })),
        ("/paths", json!({ "/a": { "get": { "requestBody": { "$ref": null } } } })),
        ("/paths", json!({ "/a": { "get": { "$ref": null } } })),
    ] {
        let mut document = open(json!({}));
        document["servers"] = json!([]);
        *document.pointer_mut(place).unwrap() = value.clone();
        assert!(!wrong(&document.to_string()).is_empty(), "{value}");
    }
}

/// Behind these could be the owner's id.
#[test]
fn what_stands_elsewhere_in_a_body_is_not_skipped() {
    let mut settings = settings();
    settings.owner_parameters.sub_account[0].body = true;
    let found = |body: Value| {
        let mut document = open(json!({ "/a": { "post": { "requestBody": body } } }));
        document["components"]["schemas"] = json!({ "a/b": { "properties": { "locationId": {} } }, "Cat": {
            "properties": { "locationId": {} } }, "com.acme.Dog": { "properties": { "locationId": {} } } });
        let Compiled { policy, report, .. } = compile(&[parsed(&document)], &settings);
        policy.map(|policy| policy.operations()[0].reads_body()).ok_or(report.errors)
    };
    let json = |schema: Value| json!({ "content": { "application/json": { "schema": schema } } });
    for body in [
        json!({ "$ref": "bodies.yaml" }),
        json!({ "content": { "application/json": { "$ref": "media.yaml" } } }),
        json(json!({ "$ref": "schemas.yaml" })),
        json(json!({ "properties": { "$ref": "properties.yaml" } })),
        json(json!({ "then": { "$ref": "schemas.yaml" } })),
        json(json!({ "discriminator": { "propertyName": "kind", "mapping": { "dog": "dog.yaml" } } })),
    ] {
        let errors = found(body.clone()).unwrap_err();
        assert!(errors[0].message.contains(".yaml"), "{body} {errors:?}");
    }
    for schema in [
        json!({ "$ref": "#/components/schemas/a~1b" }),
        json!({ "$ref": "#/components/schemas/a%7E1b" }),
        json!({ "if": {}, "then": { "properties": { "locationId": {} } } }),
        json!({ "else": { "properties": { "locationId": {} } } }),
        json!({ "dependentSchemas": { "x": { "properties": { "locationId": {} } } } }),
        json!({ "discriminator": { "propertyName": "kind", "mapping": { "cat": "Cat" } } }),
        json!({ "discriminator": { "propertyName": "kind", "mapping": { "dog": "com.acme.Dog" } } }),
    ] {
        assert_eq!(found(json(schema.clone())), Ok(true), "{schema}");
    }
}

#[test]
fn no_key_stands_twice_at_any_depth() {
    for (rest, place) in [
        (r#""a":1,"a":1"#, " : the key \"a\" stands twice"),
        (r#""info":{"title":"a","title":"b"}"#, " : info: the key \"title\""),
        (r#""x-a":[{"b":{"c":1,"c":1}}]"#, " : x-a[0].b: the key \"c\""),
        (r#""security":[{"oauth":["a"],"oauth":[]}]"#, " : security[0]: the key \"oauth\""),
        (r#""paths":{"/a":{"get":{"security":[{"o":["a"],"o":[]}]}}}"#, "/a get: security[0]: the key \"o\""),
        (r#""paths":{"/a":{"get":{"responses":{"200":{},"200":{}}}}}"#, "/a get: responses: the key \"200\""),
        (
            r#""paths":{"/a":{"get":{"parameters":[{"in":"query","in":"header","name":"a"}]}}}"#,
            "/a get: parameters[0]: the key",
        ),
        (
            r#""paths":{"/a":{"get":{"requestBody":{"content":{"a/b":{},"a/b":{}}}}}}"#,
            "/a get: requestBody.content: the",
        ),
        (
            r#""components":{"schemas":{"A":{"properties":{"p":{},"p":{}}}}}"#,
            " : components.schemas.A.properties: the key",
        ),
        (r#""components":{"schemas":{"A":{},"A":{}}}"#, " : components.schemas: the key \"A\""),
        (
            r#""components":{"securitySchemes":{"A":{"type":"a","type":"b"}}}"#,
            " : components.securitySchemes.A: the key",
        ),
        (
            r#""components":{"examples":{"A":{"value":{"k":1,"\u006b":2}}}}"#,
            " : components.examples.A.value: the key \"k\"",
        ),
        (r#""servers":[{"url":"/a","url":"/b"}]"#, " : servers[0]: the key \"url\""),
        (r#""tags":[{"name":"a","name":"b"}]"#, " : tags[0]: the key \"name\""),
        (r#""definitions":{"a":{"b":1,"b":2}}"#, " : definitions.a: the key \"b\""),
        (r#""parameters":{"P":{"name":"x","in":"header","name":"locationId"}}"#, " : parameters.P: the key \"name\""),
        (r#""securityDefinitions":{"a":{},"a":{}}"#, " : securityDefinitions: the key \"a\""),
    ] {
        let text = format!(r#"{{"openapi":"3.1.0",{rest}}}"#);
        assert!(wrong(&text).starts_with(place), "{text}: {}", wrong(&text));
        let error = wrong(&format!("--- {text}"));
        assert!(error.contains("stands twice at line 1, column "), "{text}: {error}");
    }
    let settings = r#"{"schemes":{"a":{"level":"agency","private_integrations":false},"a":{"level":"agency","private_integrations":true}}}"#;
    assert!(serde_json::from_str::<Settings>(settings).unwrap_err().to_string().contains("stands twice"));
}

#[test]
fn null_is_not_absence_where_it_decides_who_may_call() {
    for (paths, place) in [
        (
            json!({ "/a": { "get": { "security": null } } }),
            "/a get: security: null stands where an array is expected; write []",
        ),
        (json!({ "/a": { "get": { "security": [null] } } }), "/a get: security[0]: null"),
        (json!({ "/a": { "get": { "security": [{ "o": null }] } } }), "/a get: security[0].o: null"),
        (json!({ "/a": { "get": { "parameters": [null] } } }), "/a get: "),
        (json!({ "/a": { "get": { "requestBody": { "$ref": null } } } }), "/a get: requestBody: $ref must be a string"),
        (json!({ "/a": { "$ref": null } }), "/a : $ref: null"),
    ] {
        let error = wrong(&document("One", paths.clone()).to_string());
        assert!(error.starts_with(place), "{paths}: {error}");
    }
    let mut whole = document("One", json!({}));
    whole["security"] = Value::Null;
    assert!(wrong(&whole.to_string()).starts_with(" : security: null"));
}

/// What YAML has where nothing stands behind a colon.
#[test]
fn null_says_nothing_where_it_decides_nothing() {
    let silent = json!({
        "security": [], "summary": null, "operationId": null, "description": null, "tags": null, "parameters": null,
        "servers": null, "requestBody": null
    });
    let mut whole = document("One", json!({ "/a": { "get": silent, "put": null, "parameters": null }, "/b": null }));
    for key in ["servers", "components", "info"] {
        whole[key] = Value::Null;
    }
    let found = operations(&[whole]);
    assert_eq!(found.len(), 1, "a method or a path of which nothing is said is none");
    assert_eq!(found[0].summary, None);
    let mut whole = one("/a", json!({ "security": [] }));
    whole["components"] = json!({ "schemas": null, "parameters": null, "securitySchemes": {
        "x": { "flows": null }, "y": { "flows": { "z": { "scopes": null } } }, "s": { "flows": { "z": { "scopes": { "a": null } } } } } });
    assert_eq!(operations(std::slice::from_ref(&whole)).len(), 1);
    for place in [
        "/components/schemas/Later",
        "/components/parameters/Later",
        "/components/requestBodies/Later",
        "/components/securitySchemes/Later",
        "/components/securitySchemes/s/flows/implicit",
        "/components/schemas/A/discriminator/mapping/dog",
        "/servers/0/variables/x",
        "/paths/~1a/get/requestBody/content/application~1json",
        "/paths/~1a/additionalOperations/COPY",
    ] {
        let mut whole = one("/a", json!({ "security": [], "requestBody": { "content": {} } }));
        whole["openapi"] = json!("3.2.0");
        whole["servers"] = json!([{ "url": "/", "variables": {} }]);
        whole["components"] = json!({ "parameters": {}, "requestBodies": {}, "schemas": { "A": { "discriminator": { "mapping": {} } } },
            "securitySchemes": { "s": { "flows": {} } } });
        whole["paths"]["/a"]["additionalOperations"] = json!({});
        let (outer, key) = place.rsplit_once('/').unwrap();
        whole.pointer_mut(outer).unwrap()[key.replace("~1", "/")] = Value::Null;
        assert_eq!(operations(&[whole]).len(), 1, "{place}");
    }
}

/// PHP writes a map without entries as a list.
#[test]
fn a_map_without_entries_may_be_a_list() {
    let nothing = json!([]);
    let schema = json!({ "properties": nothing, "allOf": [nothing], "discriminator": nothing });
    let body = json!({ "content": { "application/json": { "schema": schema, "x-a": nothing } } });
    let operation = json!({ "security": [], "requestBody": body, "responses": nothing });
    let mut whole = document(
        "One",
        json!({ "/a": { "post": operation, "put": { "security": [], "requestBody": { "content": [] } } }, "/b": [] }),
    );
    whole["components"] = json!({ "schemas": nothing, "parameters": nothing, "requestBodies": nothing,
        "securitySchemes": { "x": nothing, "y": { "flows": nothing }, "z": { "flows": { "implicit": { "scopes": nothing } } } } });
    whole["servers"] = json!([{ "url": "/v1", "variables": nothing }]);
    assert_eq!(operations(std::slice::from_ref(&whole)).len(), 2);
    for place in ["components", "info"] {
        whole[place] = json!([]);
        assert_eq!(operations(std::slice::from_ref(&whole)).len(), 2, "{place}");
    }
    let Compiled { policy, .. } = compiled(&[document("One", json!([]))]);
    assert_eq!(policy.unwrap().operations(), []);
    // A list with entries is not a map, and an empty one lacks the required members.
    whole["paths"]["/a"]["post"]["requestBody"]["content"] = json!(["application/json"]);
    assert_eq!(error(&whole), "/a post: requestBody.content: an array stands where an object is expected");
    let errors = compiled(&[one("/a", json!({ "security": [], "parameters": [[]] }))]).report.errors;
    assert!(errors.iter().any(|error| error.message == "parameters[0]: \"name\" is missing"), "{errors:?}");
}

/// So many are told with their places. What is said of the others no exclusion takes away.
#[test]
fn what_is_wrong_beyond_what_is_told_stays_an_error() {
    let with = |paths: Map<String, Value>, exclude: Vec<String>, more: Value| {
        let mut whole = open(paths.into());
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut settings = serde_json::to_value(settings()).unwrap();
        settings["exclude"] = json!(exclude);
        compile(&[parsed(&whole)], &serde_json::from_value(settings).unwrap())
    };
    let paths = |count: usize| {
        (0..count).map(|n| (format!("/a{n}"), json!({ "get": { "security": null } }))).collect::<Map<_, _>>()
    };
    let told = |count: usize| {
        let excluded = (0..count).map(|n| format!("/a{n}")).collect();
        with(paths(count), excluded, json!({}))
    };
    assert_eq!(told(100).report.errors, []);
    let Compiled { policy, report, .. } = told(101);
    assert_eq!(policy, None);
    assert!(report.errors.len() == 1 && report.errors[0].message.starts_with("more than 100"), "{:?}", report.errors);
    // Members that count in Swagger 2.0 alone, and are left out otherwise.
    let wrong: Map<_, _> = (0..100).map(|n| (format!("A{n}"), json!(1))).collect();
    let mut whole = json!({ "definitions": wrong });
    whole["webhooks"] = json!({});
    let Compiled { policy, report, .. } = with(paths(1), Vec::new(), whole);
    assert!(policy.is_none() && !report.errors.is_empty(), "{report:?}");
}

#[test]
fn security_at_a_path_is_an_error() {
    let paths = json!({ "/a": { "security": [{ "Tenant": ["a"] }], "get": {} } });
    assert!(error(&open(paths)).starts_with("/a : it has security"));
}

#[test]
fn parameters_are_where_openapi_has_them() {
    for place in ["Query", "body", "formData", ""] {
        let parameters = json!([{ "name": "locationId", "in": place }]);
        let error = error(&open(json!({ "/a": { "get": { "parameters": parameters } } })));
        assert!(error.starts_with(&format!("/a get: its parameter locationId is in {place:?}")), "{error}");
    }
}

#[test]
fn the_nearest_servers_count() {
    let url = |path: &str| json!([{ "url": format!("https://api.example{path}") }]);
    let mut all = document(
        "All",
        json!({
            "/a": { "get": { "security": [] } },
            "/b": { "servers": url("/path"), "get": { "security": [] }, "put": { "servers": url("/own/"), "security": [] } },
            "/c": { "get": { "servers": url(""), "security": [] } },
            "/d": { "servers": [], "get": { "servers": [], "security": [] } },
        }),
    );
    all["servers"] = url("/whole");
    let paths: Vec<_> = operations(&[all])
        .iter()
        .map(|operation| format!("{} {}", operation.method.as_str(), operation.path))
        .collect();
    assert_eq!(paths, ["GET /c", "PUT /own/b", "GET /path/b", "GET /whole/a", "GET /whole/d"]);
}

#[test]
fn a_server_that_cannot_be_resolved_is_an_error_with_its_place() {
    for (servers, what) in [
        (json!([{ "url": "https://a.example/v1" }, { "url": "https://a.example/v2" }]), "different base paths"),
        (json!([{ "url": "https://a.example/{tenant}" }]), "a variable in its path is not declared"),
        (
            json!([{ "url": "https://a.example/{v}", "variables": { "v": { "enum": ["v1"] } } }]),
            "a variable in its path has no default",
        ),
        (
            json!([{ "url": "https://a.example/{v}/x", "variables": { "v": { "default": "/v1" } } }]),
            "the path has an empty segment",
        ),
        (json!([{ "url": "api.example/v1" }]), "it begins as a host does"),
        (json!([{ "url": format!("https://a.example/{}", "v".repeat(2000)) }]), "it is too long"),
    ] {
        let operation = json!({ "servers": servers, "security": [] });
        assert!(error(&one("/a", operation)).starts_with("/a get: "), "{servers}");
        let error_at_path = error(&document("One", json!({ "/a": { "servers": servers, "get": { "security": [] } } })));
        assert!(error_at_path.starts_with("/a get: ") && error_at_path.contains(what), "{error_at_path}");
        let mut whole = one("/a", json!({ "security": [] }));
        whole["servers"] = servers;
        assert!(error(&whole).starts_with(" : servers: "));
    }
    let mut network_path = one("/a", json!({ "security": [] }));
    network_path["servers"] = json!([{ "url": "//a.example/v1" }]);
    assert_eq!(operations(&[network_path])[0].path.to_string(), "/v1/a");
}

#[test]
fn a_document_of_3_2_says_what_its_servers_are_relative_to() {
    let mut all = one("/a", json!({ "security": [] }));
    all["servers"] = json!([{ "url": "./things" }]);
    all["$self"] = json!("https://a.example/api/openapi.yaml");
    for (version, path) in [("3.1.0", "/things/a"), ("3.2.0", "/api/things/a")] {
        all["openapi"] = json!(version);
        assert_eq!(operations(&[all.clone()])[0].path.to_string(), path, "{version}");
    }
}

#[test]
fn what_of_a_path_is_not_read_is_told() {
    let item =
        json!({ "get": { "security": [] }, "Put": {}, "purge": { "security": [] }, "x-own": {}, "summary": "s" });
    let report = compile(&[parsed(&document("One", json!({ "/a": item })))], &settings()).report;
    let told: Vec<_> = report.limits.iter().map(ToString::to_string).collect();
    assert!(
        told.len() == 2 && told[0].contains("\"purge\" is not read") && told[1].contains("lower case: put"),
        "{told:?}"
    );
}

#[test]
fn what_needs_no_scope_is_reported_and_can_be_closed() {
    let paths = json!({
        "/things": { "get": { "security": [{ "Tenant": [] }] }, "post": { "security": [{ "Agency": [] }] } },
        "/things/{id}": {
            "delete": { "security": [{ "Tenant": [] }, { "Tenant": ["things.write"] }] },
            "put": { "security": [{ "Tenant": ["things.write"] }] }
        },
        "/open": { "get": { "security": [] } },
        "/silent": { "patch": {} },
    });
    let mut settings = settings();
    settings.without_security = WithoutSecurity::Authenticated;
    settings.rules =
        serde_json::from_value(json!([{ "path": "/ruled", "method": "GET", "access": "authenticated" }])).unwrap();
    let document = parsed(&document("All", paths));
    let report = compile(std::slice::from_ref(&document), &settings).report;
    let told: Vec<_> = report.needs_no_scope.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "All, PATCH /silent: open to every integration, whatever its scopes",
            "All, GET /things: open to every integration of a sub-account, whatever its scopes",
            "All, POST /things: open to every integration of the agency, whatever its scopes",
            "All, DELETE /things/{id}: open to every integration of a sub-account, whatever its scopes; beside that, \
         things.write is superfluous",
            "rules, GET /ruled: open to every integration, whatever its scopes",
        ]
    );
    let counts = serde_json::to_value(report.unscoped).unwrap();
    assert_eq!(counts["sub_account"], json!({ "reads": 2, "changes": 1, "deletes": 1 }));
    assert_eq!(counts["agency"], json!({ "reads": 1, "changes": 2, "deletes": 0 }));
    assert_eq!(report.names_no_owner.len(), 5);

    settings.without_scopes = WithoutScopes::Deny;
    let Compiled { policy, report, .. } = compile(&[document], &settings);
    let told: Vec<_> = report.needs_no_scope.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["rules, GET /ruled: open to every integration, whatever its scopes"]);
    assert_eq!(report.public, 1);
    let closed: Vec<_> = report.unsatisfiable.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(closed, ["/things", "/things"]);
    let policy = policy.unwrap();
    let of = |path: &str, method: &str| {
        let named = |one: &&tidegate::policy::Operation| one.path.to_string() == path && one.method.as_str() == method;
        policy.operations().iter().find(named).unwrap().access.clone()
    };
    assert_eq!((of("/things", "GET"), of("/silent", "PATCH")), (Access::AnyOf(vec![]), Access::AnyOf(vec![])));
    assert_eq!(of("/things/{id}", "DELETE"), of("/things/{id}", "PUT"));
    assert_eq!((of("/ruled", "GET"), of("/open", "GET")), (Access::Authenticated, Access::Public));
}

#[test]
fn an_alternative_that_lets_anyone_in_is_reported() {
    let report = compiled(&[one("/a", json!({ "security": [{}, { "Tenant": ["a"] }] }))]).report;
    let told: Vec<_> = report.optional_security.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["One, GET /a: the document lets anyone in ({}); the gate does not"]);
}

#[test]
fn literals_beside_parameters_are_reported() {
    let security = json!({ "security": [{ "Tenant": ["a"] }] });
    let paths = json!({
        "/users/{id}": { "get": security, "put": security },
        "/users/export": { "get": security, "post": security },
        "/users/{id}/x": { "get": security },
    });
    let report = compiled(&[document("All", paths)]).report;
    let told: Vec<_> = report.overlapping.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["All, GET /users/{id}: what resembles /users/export is judged as /users/export as well"]);
}

#[test]
fn a_member_that_may_say_who_may_call_is_not_skipped() {
    for name in ["Security", "security ", "security\n", "securities", "<<", "Parameters", "ref", "$Ref", "RequestBody"]
    {
        let message = error(&open(json!({ "/a": { "delete": { name: [{ "Tenant": ["a"] }] } } })));
        assert!(message.starts_with("/a delete: ") && message.contains("is not read: "), "{name}: {message}");
    }
    let message = error(&open(json!({ "/a": { "Security": [], "get": {} } })));
    assert_eq!(message, "/a : \"Security\" is not read: OpenAPI writes security");
    let mut top = open(json!({ "/a": { "get": {} } }));
    top["Security"] = json!([{ "Tenant": ["a"] }]);
    assert_eq!(error(&top), " : \"Security\" is not read: OpenAPI writes security");
    // Behind a reference, and beside one.
    let mut moved = open(json!({ "/a": { "get": { "$ref": "#/x-get", "Security": [] } } }));
    moved["x-get"] = json!({ "security": [{ "Tenant": ["a"] }] });
    assert!(error(&moved).contains("OpenAPI writes security"));
}

/// As YAML has it where a line is indented too far.
#[test]
fn what_stands_too_deep_in_an_operation_is_not_skipped() {
    let security = json!([{ "Tenant": ["a"] }]);
    let owner = json!([{ "name": "locationId", "in": "header" }]);
    for (operation, place) in [
        (json!({ "responses": { "204": {}, "security": security } }), "responses.security: an array"),
        (json!({ "responses": { "204": { "security": security } } }), "responses.204.security: an array"),
        (json!({ "responses": { "204": {}, "Security": security } }), "responses.Security: an array"),
        (json!({ "responses": { "parameters": owner } }), "responses.parameters: an array"),
        (json!({ "responses": { "requestBody": {} } }), "responses.requestBody: an object"),
        (json!({ "requestBody": { "content": {}, "security": security } }), "requestBody.security: an array"),
        (json!({ "requestBody": { "content": {}, "parameters": owner } }), "requestBody.parameters: an array"),
        (json!({ "requestBody": { "schema": { "properties": {} } } }), "requestBody.schema: an object"),
        (
            json!({ "parameters": [{ "name": "x", "in": "query", "security": security }] }),
            "parameters[0].security: an array",
        ),
        (json!({ "externalDocs": { "url": "u", "security": security } }), "externalDocs.security: an array"),
        (json!({ "callbacks": { "onEvent": {}, "security": security } }), "callbacks.security: an array"),
        (
            json!({ "requestBody": { "content": { "a/b": { "schema": {}, "security": security } } } }),
            "requestBody.content.a/b.security: an array",
        ),
    ] {
        let message = error(&open(json!({ "/a": { "delete": operation } })));
        let expected = format!("/a delete: {place} stands where no member of this name is expected");
        assert_eq!(message, expected);
    }
    for place in ["components", "info"] {
        let mut whole = open(json!({ "/a": { "get": {} } }));
        whole[place]["security"] = security.clone();
        assert_eq!(
            error(&whole),
            format!(" : {place}.security: an array stands where no member of this name is expected")
        );
    }
    let fine = json!({ "responses": { "204": { "description": "d", "links": { "x": { "parameters": {} } } }, "x-security": 1 },
        "requestBody": { "content": { "application/json": { "schema": { "properties": { "security": {} } } } } } });
    assert_eq!(limits(&open(json!({ "/a": { "delete": fine } }))), [""; 0]);
    for nothing in [json!(null), json!([]), json!([{ "security": [] }]), json!("text")] {
        assert_eq!(limits(&open(json!({ "/a": { "delete": { "responses": nothing } } }))), [""; 0]);
    }
}

/// References lead to the places of Swagger 2.0 in documents of OpenAPI 3 too.
#[test]
fn what_is_wrong_in_the_places_of_swagger_is_an_error_of_what_refers_to_it() {
    let schema = json!({ "$ref": "#/definitions/D" });
    let body = json!({ "content": { "application/json": { "schema": schema } } });
    let mut settings = settings();
    settings.owner_parameters.sub_account[0].body = true;
    let told = |whole: &Value| {
        let report = compile(&[parsed(whole)], &settings).report;
        report.errors.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let mut whole = open(json!({ "/a": { "post": { "requestBody": body } }, "/b": { "get": {} } }));
    whole["definitions"] = json!({ "D": { "allOf": { "properties": { "locationId": {} } } }, "E": 5 });
    let expected = "Open, POST /a: #/definitions/D/allOf: an object stands where an array is expected";
    assert_eq!(told(&whole), [expected]);
    let mut whole = open(json!({ "/a": { "get": { "parameters": [{ "$ref": "#/parameters/P" }] } } }));
    whole["parameters"] = json!({ "P": { "name": "locationId", "in": 5 }, "Q": 5 });
    let errors = told(&whole);
    assert!(errors.iter().all(|error| error.starts_with("Open, GET /a: ")) && !errors.is_empty(), "{errors:?}");
}

#[test]
fn what_stands_too_deep_beside_a_reference_is_not_skipped() {
    let security = json!([{ "Tenant": ["a"] }]);
    let (parameter, body) = ("#/components/parameters/P", "#/components/requestBodies/B");
    for (item, expected) in [
        (
            json!({ "post": { "parameters": [{ "$ref": parameter, "security": security }] } }),
            "/a post: parameters[0].security",
        ),
        (
            json!({ "post": { "parameters": [{ "$ref": parameter, "requestBody": {} }] } }),
            "/a post: parameters[0].requestBody",
        ),
        (json!({ "post": { "requestBody": { "$ref": body, "security": security } } }), "/a post: requestBody.security"),
        (
            json!({ "post": {}, "parameters": [{ "$ref": parameter, "Security": security }] }),
            "/a : parameters[0].Security",
        ),
    ] {
        let mut whole = open(json!({ "/a": item }));
        whole["components"]["parameters"] = json!({ "P": { "name": "a", "in": "query" } });
        whole["components"]["requestBodies"] = json!({ "B": { "content": {} } });
        assert_eq!(error(&whole), format!("{expected}: it stands beside $ref, where nothing reads it"));
    }
    let mut fine = open(json!({ "/a": { "get": { "parameters": [{ "$ref": parameter, "description": "d" }] } } }));
    fine["components"]["parameters"] = json!({ "P": { "name": "a", "in": "query" } });
    assert_eq!(limits(&fine), [""; 0]);
}

/// What of a document is read otherwise than it may be meant.
fn limits(document: &Value) -> Vec<String> {
    let report = compiled(std::slice::from_ref(document)).report;
    assert_eq!(report.errors, []);
    report.limits.iter().map(ToString::to_string).collect()
}

#[test]
fn what_of_members_and_extensions_is_not_read_is_told() {
    let operation = |name: &str, value: Value| open(json!({ "/a": { "get": { name: value } } }));
    assert_eq!(
        limits(&operation("examples", json!({}))),
        ["Open, GET /a: \"examples\" is not read: OpenAPI has no such member of an operation"]
    );
    for value in [json!("a.read"), json!({ "all": ["a.read"] }), json!([{ "scope": "a.read" }])] {
        let told = "Open, GET /a: x-required-scopes is not a list of scopes, and nothing looks at it";
        assert_eq!(limits(&operation("x-required-scopes", value.clone())), [told], "{value}");
    }
    for nothing in [json!(null), json!(true), json!([])] {
        assert_eq!(limits(&operation("x-required-scopes", nothing)), [""; 0]);
    }
    let told = limits(&open(json!({ "/a": { "x-required-scopes": ["a.read"], "x-own": [], "get": {} } })));
    assert!(told.len() == 1 && told[0].contains("/a: x-required-scopes stands at the path"), "{told:?}");
    let mut top = open(json!({ "/a": { "get": {} } }));
    (top["x-permissions"], top["x-own"], top["basePath"]) = (json!(["a.read"]), json!([]), json!("/v1"));
    let told = limits(&top);
    assert!(told.len() == 2 && told[0].contains("basePath is of Swagger 2.0"), "{told:?}");
    assert!(told[1].contains("x-permissions stands at the top"), "{told:?}");
    let swagger = json!({ "swagger": "2.0", "servers": [{ "url": "/v1" }], "paths": { "/a": { "get": {} } } });
    let told = limits(&swagger);
    assert!(told.len() == 1 && told[0].contains("servers is of OpenAPI 3"), "{told:?}");
    for paths in [json!({}), json!({ "/a": {} }), json!({ "/a": { "parameters": [] }, "/b": null })] {
        assert_eq!(limits(&open(paths)), ["Open: it describes no operations"]);
    }
}

/// The settings say what it is for, whatever it is called.
#[test]
fn the_extension_of_the_settings_is_told_wherever_it_stands() {
    let security = json!([{ "Tenant": ["a"] }]);
    let told = |document: &Value, extension: Option<&str>| {
        let mut settings = settings();
        settings.scope_extension = extension.map(str::to_owned);
        let report = compile(&[parsed(document)], &settings).report;
        assert_eq!(report.errors, []);
        report.limits.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let operation = json!({ "security": security });
    let mut top = open(json!({ "/a": { "get": operation } }));
    top["x-needs"] = json!(["b"]);
    let unused = |name: &str| format!("settings: scope_extension: no operation has {name}");
    for (document, expected) in [
        (open(json!({ "/a": { "x-needs": ["b"], "get": operation } })), "Open, /a: x-needs stands at the path"),
        (open(json!({ "x-needs": ["b"], "/a": { "get": operation } })), "Open: x-needs stands in paths"),
        (top, "Open: x-needs stands at the top"),
        (open(json!({ "/a": { "get": { "security": security, "x-Needs": ["b"] } } })), "Open, GET /a: x-Needs lists b"),
    ] {
        let notes = told(&document, Some("x-needs"));
        assert!(notes.len() == 2 && notes[0].starts_with(expected), "{notes:?}");
        assert_eq!(notes[1], unused("x-needs"));
        assert_eq!(told(&document, None), [""; 0], "{document}");
        assert_eq!(told(&document, Some("x-others")), [unused("x-others")], "{document}");
        let kept = Document::from_source(&parsed(&document).to_json()).unwrap();
        assert_eq!(kept, parsed(&document));
    }
    let scopes = told(&open(json!({ "x-scopes": ["b"], "/a": { "get": operation } })), None);
    assert!(scopes.len() == 1 && scopes[0].starts_with("Open: x-scopes stands in paths"), "{scopes:?}");
}

/// A document whose operations have it elsewhere; of what is called as if it were one, also without that.
#[test]
fn an_extension_of_operations_is_told_once_for_each_place_where_nothing_looks_at_it() {
    let told = |item: Value, more: Value, extension: &str| {
        let fine = json!({ "security": [{ "Tenant": ["a"] }], "x-need": ["b"] });
        let mut whole = open(json!({ "/a": item, "/b": { "get": fine } }));
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut settings = settings();
        settings.scope_extension = Some(extension.to_owned());
        let report = compile(&[parsed(&whole)], &settings).report;
        assert_eq!(report.errors, []);
        let kept = Document::from_source(&parsed(&whole).to_json()).unwrap();
        assert_eq!(compile(&[kept], &settings).report, report);
        report.limits.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for value in [json!("w"), json!(["w"]), json!({ "a": ["w"] }), json!(["w", 5])] {
        for (operation, place) in [
            (json!({ "responses": { "200": { "x-need": value } } }), "in a response or in externalDocs"),
            (json!({ "responses": { "x-need": value } }), "in a response or in externalDocs"),
            (json!({ "externalDocs": { "x-need": value } }), "in a response or in externalDocs"),
            (json!({ "parameters": [{ "name": "a", "in": "query", "x-need": value }] }), "in a parameter"),
            (json!({ "requestBody": { "content": {}, "x-need": value } }), "in a body"),
            (json!({ "requestBody": { "content": { "a/b": { "x-need": value } } } }), "in a media type"),
            (json!({ "servers": [{ "url": "/", "x-need": value }] }), "in a server"),
        ] {
            let expected = format!("Open: x-need stands {place} (GET /a), where nothing looks at it");
            let notes = told(json!({ "get": operation, "put": operation }), json!({}), "x-need");
            assert!(notes.len() == 1 && notes[0].starts_with(&expected), "{operation}: {notes:?}");
            let others = told(json!({ "get": operation }), json!({}), "x-other");
            assert_eq!(others, ["settings: scope_extension: no operation has x-other"]);
        }
    }
    for value in [json!("w"), json!({ "a": ["w"] }), json!(["w", 5])] {
        let item = json!({ "x-need": value, "get": {} });
        let path = told(item, json!({}), "x-need");
        assert!(path.len() == 1 && path[0].starts_with("Open: x-need stands at a path (/a), where"), "{path:?}");
        let top = told(json!({}), json!({ "x-need": value }), "x-need");
        assert!(top.len() == 1 && top[0].starts_with("Open: x-need stands at the top, where"), "{top:?}");
        let tag = told(json!({}), json!({ "tags": [{ "name": "T", "x-need": value }] }), "x-need");
        assert!(tag.len() == 1 && tag[0].starts_with("Open: x-need stands in a tag, where"), "{tag:?}");
    }
    let item = json!({ "get": { "responses": { "200": { "x-scopes": ["w"] } } } });
    let alike = told(item, json!({}), "x-need");
    assert!(alike.len() == 1 && alike[0].starts_with("Open: x-scopes stands in a response"), "{alike:?}");
}

#[test]
fn what_else_is_not_read_is_told() {
    let operation = json!({ "security": [{ "Tenant": ["a"] }] });
    let swagger = |more: Value| {
        let mut whole =
            json!({ "swagger": "2.0", "info": { "title": "Open" }, "paths": { "/a": { "get": operation } } });
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        whole
    };
    let cookie = |name: &str| open(json!({ "/a": { "get": { "parameters": [{ "name": name, "in": "cookie" }] } } }));
    let mut moved = open(json!({ "/a": { "$ref": "#/x-a", "servers": [{ "url": "/v1" }] } }));
    moved["x-a"] = json!({ "get": operation, "servers": [{ "url": "/v2" }] });
    for (document, expected) in [
        (swagger(json!({ "host": "a.example/v1" })), Some("Open: host \"a.example/v1\" has a path")),
        (swagger(json!({ "host": "a.example:8080" })), None),
        (swagger(json!({ "x-ms-paths": { "/a?b=c": { "get": operation } } })), Some("Open: x-ms-paths is not read")),
        (swagger(json!({ "host": "{locationId}.a.example" })), Some("Open: the variable \"locationId\" of its server")),
        (swagger(json!({ "host": "{region}.a.example" })), None),
        (swagger(json!({ "x-ms-parameterized-host": {} })), Some("Open: x-ms-parameterized-host is not read")),
        (
            open(json!({ "/a": { "x-amazon-apigateway-any-method": operation, "get": operation } })),
            Some("Open, /a: x-amazon-apigateway-any-method is not read"),
        ),
        (cookie("locationId"), Some("Open, GET /a: the cookie \"locationId\" is not compared")),
        (cookie("session"), None),
        (moved, Some("Open, /a: servers stand here and in what $ref leads to")),
    ] {
        let notes = limits(&document);
        assert_eq!(notes.len(), usize::from(expected.is_some()), "{notes:?}");
        assert!(expected.is_none_or(|expected| notes[0].starts_with(expected)), "{notes:?}");
    }
}

#[test]
fn swagger_2_0_has_no_servers_of_operations_and_paths() {
    let servers = json!([{ "url": "/v2" }]);
    for (item, place) in [
        (json!({ "get": { "security": [], "servers": servers } }), "Open, GET /a: "),
        (json!({ "get": { "security": [] }, "servers": servers }), "Open, /a: "),
    ] {
        let whole =
            json!({ "swagger": "2.0", "info": { "title": "Open" }, "basePath": "/v1", "paths": { "/a": item } });
        let expected = format!("{place}servers is of OpenAPI 3, and this document is of Swagger 2.0: it is not read");
        assert_eq!(limits(&whole), [expected]);
        assert_eq!(operations(&[whole])[0].path.to_string(), "/v1/a");
    }
}

#[test]
fn a_style_that_puts_something_before_a_value_is_told() {
    let told = |style: &str| {
        let parameter = json!({ "name": "id", "in": "path", "required": true, "style": style });
        limits(&one("/a/{id}", json!({ "parameters": [parameter], "security": [] })))
    };
    for style in ["matrix", "label"] {
        assert!(
            told(style).iter().any(|note| note.contains(&format!("id has the style {style}"))),
            "{:?}",
            told(style)
        );
    }
    assert_eq!(told("simple"), Vec::<String>::new());
}

#[test]
fn nothing_stands_behind_a_document_in_json() {
    let document = open(json!({ "/a": { "get": {} } })).to_string();
    for behind in ["{}", "x", ", \"security\": []", "}"] {
        let message = wrong(&format!("{document}{behind}"));
        assert!(
            message.contains("as JSON") && message.contains("trailing characters at line 1"),
            "{behind}: {message}"
        );
    }
    let message = wrong("{openapi: 3.0.3}");
    assert!(message.contains("as JSON") && message.contains("line 1 column 2"), "{message}");
}
