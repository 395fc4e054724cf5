//! Operations that the settings exclude: denied, whatever else matches their paths.

use serde_json::{Value, json};
use tidegate::openapi::{Compiled, Document, Report, Settings, compile, init};
use tidegate::policy::{Access, Lookup, Policy};
use tidegate::request::{Method, Path};

use super::{document, parsed};

fn with(exclude: Value) -> Settings {
    let mut settings: Value = serde_json::to_value(super::settings()).unwrap();
    settings["exclude"] = exclude;
    serde_json::from_value(settings).unwrap()
}

fn excluded(documents: &[Value], exclude: Value) -> Compiled {
    compile(&documents.iter().map(parsed).collect::<Vec<_>>(), &with(exclude))
}

fn access<'a>(policy: &'a Policy, method: &Method, path: &'a Path) -> &'a Access {
    match policy.lookup(method, path) {
        Lookup::Found(operation, _) => &operation.access,
        other => panic!("{other:?}"),
    }
}

fn told(compiled: &Compiled) -> Vec<String> {
    compiled.report.excluded.iter().map(ToString::to_string).collect()
}

fn boats() -> Value {
    let open = json!({ "security": [{ "Tenant": ["boats"] }], "tags": ["Boats"], "operationId": "one" });
    document("Harbour", json!({ "/boats/{id}": { "get": open, "delete": open }, "/boats/export": { "get": open } }))
}

#[test]
fn an_excluded_operation_is_denied_though_another_template_matches_its_path() {
    for exclude in [
        json!(["GET /boats/export"]),
        json!([{ "match": { "path": "/boats/export" }, "reason": "too slow" }]),
        json!([{ "match": "/**/export" }]),
    ] {
        let compiled = excluded(&[boats()], exclude.clone());
        let policy = compiled.policy.as_ref().unwrap();
        let (export, other) = (Path::parse("/boats/export").unwrap(), Path::parse("/boats/x").unwrap());
        assert_eq!(access(policy, &Method::Get, &export), &Access::AnyOf(vec![]), "{exclude}");
        assert!(matches!(access(policy, &Method::Get, &other), Access::AnyOf(some) if some.len() == 1));
        assert_eq!((compiled.report.closed, compiled.report.excluded.len()), (1, 1));
        let reason = if exclude[0]["reason"].is_null() { "exclude[0] in the settings" } else { "too slow" };
        assert_eq!(told(&compiled), [format!("Harbour, GET /boats/export: {reason}")]);
    }
}

#[test]
fn tags_that_cannot_be_read_are_told_and_an_error_where_they_select() {
    let compiled = |tags: Value, more: Value| {
        let mut boats = boats();
        boats["paths"]["/boats/export"]["get"]["tags"] = tags;
        let mut settings = serde_json::to_value(super::settings()).unwrap();
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        compile(&[parsed(&boats)], &serde_json::from_value(settings).unwrap())
    };
    let excluded = json!({ "exclude": [{ "match": { "tag": "2024" } }] });
    assert_eq!(
        compiled(json!([2024]), excluded.clone()).report.closed,
        1,
        "a number is the text that it is written as"
    );
    let set = json!({ "rules": [{ "match": { "tag": "Boats" }, "set": { "scopes": ["x"] } }] });
    let derived = json!({ "scopes": { "derive": { "by": "tag" } } });
    for tags in [json!("2024"), json!([["2024"]]), json!([{ "name": "2024" }]), json!({}), json!([null])] {
        let report = compiled(tags.clone(), json!({})).report;
        assert_eq!(report.errors, [], "{tags}");
        assert!(
            report.limits.iter().any(|one| one.path == "/boats/export" && one.message.contains("tags")),
            "{tags}: {report:?}"
        );
        for settings in [&excluded, &set, &derived] {
            let Compiled { policy, report, .. } = compiled(tags.clone(), settings.clone());
            let is_told = report.errors.iter().any(|one| one.path == "/boats/export" && one.message.contains("tags"));
            assert!(policy.is_none() && is_told, "{tags} {settings}: {:?}", report.errors);
        }
    }
}

#[test]
fn every_method_can_be_excluded() {
    let open = json!({ "security": [{ "Tenant": ["boats"] }] });
    let mut boats = document("Boats", json!({ "/a": { "query": open, "additionalOperations": { "PURGE": open } } }));
    boats["openapi"] = json!("3.2.0");
    let compiled = excluded(&[boats], json!(["QUERY /a", "PURGE /a"]));
    assert_eq!((compiled.report.errors, compiled.report.closed), (vec![], 2));
}

#[test]
fn what_cannot_be_expressed_stops_nothing_once_it_is_excluded() {
    let open = json!({ "security": [{ "Tenant": ["a"] }] });
    let dangling = json!({ "parameters": [{ "$ref": "#/components/parameters/Nowhere" }], "security": [] });
    let paths = json!({
        "/a/{b}{c}": { "get": open }, "/a/{b}": { "get": open, "post": open }, "/c": { "get": dangling },
        "/d": { "security": [], "get": open }
    });
    let document = document("One", paths);
    assert_eq!(excluded(std::slice::from_ref(&document), json!([])).report.errors.len(), 3);
    let exclude = json!(["/a/{b}{c}", "GET /c", { "match": { "path": "/d" }, "reason": "odd" }]);
    let compiled = excluded(&[document], exclude);
    assert_eq!(compiled.report.errors, []);
    let told = told(&compiled);
    assert!(
        told.iter()
            .any(|one| one
                .starts_with("One, GET /a/{b}{c}: exclude[0] in the settings; the path template cannot be used")),
        "{told:?}"
    );
    // Nothing stands in its place, which is told where it lets something through.
    assert!(
        told.contains(&"One, GET /a/{b}: a request for the excluded /a/{b}{c} is judged as this operation".to_owned()),
        "{told:?}"
    );
    assert!(!told.iter().any(|one| one.contains("POST /a/{b}:")));
    assert_eq!(compiled.policy.unwrap().operations().len(), 4);
}

/// Nothing of its key but the path is there in a request.
#[test]
fn an_excluded_operation_with_a_query_or_a_fragment_in_its_key_is_denied() {
    let (open, public) = (json!({ "security": [{ "Tenant": ["w"] }], "operationId": "a" }), json!({ "security": [] }));
    for (key, other, path, exclude) in [
        ("/t{?x}", "/{x}", "/t", json!(["a"])),
        ("/t?x=1", "/{x}", "/t", json!(["/t"])),
        ("/t#copy", "/{x}", "/t", json!(["a"])),
        ("/t/{id}#copy", "/{x}/{y}", "/t/1", json!(["a"])),
    ] {
        let document = document("One", json!({ (key): { "get": open }, (other): { "get": public } }));
        let compiled = excluded(&[document], exclude);
        assert_eq!(compiled.report.errors, [], "{key}");
        let path = Path::parse(path).unwrap();
        assert_eq!(access(compiled.policy.as_ref().unwrap(), &Method::Get, &path), &Access::AnyOf(vec![]), "{key}");
        assert_eq!(told(&compiled), [format!("One, GET {key}: exclude[0] in the settings")]);
    }
    // The path alone is described too, and stays.
    let document = document("One", json!({ "/t?x=1": { "get": open }, "/t": { "get": public } }));
    let compiled = excluded(&[document], json!(["a"]));
    let judged = "One, GET /t: a request for the excluded /t?x=1 is judged as this operation";
    assert_eq!(told(&compiled), [judged, "One, GET /t?x=1: exclude[0] in the settings"]);
    let path = Path::parse("/t").unwrap();
    assert_eq!(access(compiled.policy.as_ref().unwrap(), &Method::Get, &path), &Access::Public);
}

#[test]
fn of_several_segments_an_exclusion_denies_one_and_that_is_told() {
    let several = json!({ "parameters": [{ "name": "path", "in": "path", "x-multi-segment": true }] });
    let document = document("One", json!({ "/files/{path*}": { "get": {} }, "/logs/{path}": { "get": several } }));
    let limits = |more: Value| {
        let mut settings = serde_json::to_value(with(json!(["/files/*", "/logs/*"]))).unwrap();
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let settings = serde_json::from_value(settings).unwrap();
        let limits = compile(&[parsed(&document)], &settings).report.limits;
        limits.into_iter().map(|one| (one.path, one.message)).collect::<Vec<_>>()
    };
    let told = limits(json!({}));
    assert!(told.len() == 2 && told.iter().all(|(_, what)| what.contains("several segments")), "{told:?}");
    assert_eq!(limits(json!({ "multi_segment": ["GET /files/{path}", "GET /logs/{path}"] })), []);
}

#[test]
fn an_exclusion_that_matches_nothing_is_an_error_and_so_is_a_rule_for_what_is_excluded() {
    let compiled = excluded(&[boats()], json!(["/ships/**", "GET /boats/{id}", { "match": { "tag": "boats" } }]));
    let told: Vec<_> = compiled.report.errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["settings: exclude[0]: it matches no operation", "settings: exclude[2]: it matches no operation"]
    );

    let mut settings = serde_json::to_value(with(json!(["/boats/export"]))).unwrap();
    settings["rules"] = json!([
        { "path": "/quays", "method": "GET", "access": "public" },
        { "path": "/boats/export", "method": "GET", "access": "public" }
    ]);
    let compiled = compile(&[parsed(&boats())], &serde_json::from_value(settings).unwrap());
    let first = compiled.report.errors.iter().find(|error| error.document == "settings").unwrap();
    assert_eq!(
        first.message,
        "rules[1]: exclude denies GET /boats/export: exclude[0] in the settings; take one of them out"
    );
}

#[test]
fn no_change_opens_what_is_excluded_and_two_documents_may_describe_it() {
    let mut settings = serde_json::to_value(with(json!(["DELETE /boats/{boat}"]))).unwrap();
    settings["rules"] = json!([{ "match": "/boats/**", "set": { "access": "authenticated" } }]);
    let mut second = boats();
    second["paths"] = json!({ "/boats/{other}": { "delete": { "security": [] } } });
    second["info"]["title"] = json!("Second");
    let compiled = compile(&[parsed(&boats()), parsed(&second)], &serde_json::from_value(settings).unwrap());
    assert_eq!(compiled.report.errors, []);
    let policy = compiled.policy.unwrap();
    let path = Path::parse("/boats/x").unwrap();
    assert_eq!(access(&policy, &Method::Delete, &path), &Access::AnyOf(vec![]));
    assert_eq!(access(&policy, &Method::Get, &path), &Access::Authenticated);
}

/// Its operation, or all that refers to a component, and nothing else.
#[test]
fn what_is_wrong_where_a_reference_leads_is_excluded_with_the_operation() {
    let open = json!({ "security": [{ "Tenant": ["a"] }] });
    let referring = |name: &str, reference: &str| json!({ "get": { "security": [], (name): { "$ref": reference } } });
    let parameter = json!([{ "$ref": "#/components/parameters/P" }]);
    for (item, place, value, told) in [
        (
            json!({ "$ref": "#/x-g" }),
            "x-g",
            json!({ "get": { "security": null }, "put": open }),
            "#/x-g/get/security: null",
        ),
        (
            json!({ "$ref": "#/components/pathItems/A" }),
            "components",
            json!({ "pathItems": { "A": { "get": { "parameters": 5 }, "put": open } } }),
            "#/components/pathItems/A/get/parameters: the number 5",
        ),
        (json!({ "get": { "$ref": "#/x-g" } }), "x-g", json!({ "security": null }), "#/x-g/security: null"),
        (referring("parameters", "#/x-p"), "x-p", json!([{ "name": "x" }]), "#/x-p/0: \"in\" is missing"),
        (referring("servers", "#/x-s"), "x-s", json!([{}]), "#/x-s/0: \"url\" is missing"),
        (
            json!({ "get": { "security": [], "parameters": parameter } }),
            "components",
            json!({ "parameters": { "P": { "name": "x", "schema": {} } } }),
            "#/components/parameters/P: \"in\" is missing",
        ),
        (
            referring("requestBody", "#/components/requestBodies/B"),
            "components",
            json!({ "requestBodies": { "B": { "content": 5 } } }),
            "#/components/requestBodies/B/content: the number 5",
        ),
        (
            json!({ "get": { "security": [], "requestBody": { "content": { "$ref": "#/x-c" } } } }),
            "x-c",
            json!({ "application/json": 5 }),
            "#/x-c/application/json: the number 5",
        ),
    ] {
        let mut document = document("One", json!({ "/a": item, "/b": { "get": open } }));
        document[place] = value;
        let compiled = excluded(std::slice::from_ref(&document), json!([]));
        let errors: Vec<_> = compiled.report.errors.iter().map(ToString::to_string).collect();
        assert!(
            compiled.policy.is_none() && errors.iter().all(|error| error.starts_with("One, GET /a: ")),
            "{errors:?}"
        );
        assert!(errors.iter().any(|error| error.contains(told)), "{told}: {errors:?}");
        let compiled = excluded(std::slice::from_ref(&document), json!(["GET /a"]));
        assert_eq!(compiled.report.errors, [], "{document}");
        let policy = compiled.policy.unwrap();
        let open = policy.operations().iter().filter(|one| one.access != Access::AnyOf(vec![]));
        assert!(open.clone().any(|one| one.name() == "GET /b") && !open.clone().any(|one| one.name() == "GET /a"));
        let settings = init(&[parsed(&document)], &Default::default()).settings;
        assert_eq!(compile(&[parsed(&document)], &settings).report.errors, []);
    }
}

/// A body can be shared by many operations.
#[test]
fn what_is_wrong_with_a_shared_component_is_an_error_of_each_operation() {
    let operation = json!({ "security": [], "requestBody": { "$ref": "#/components/requestBodies/B" } });
    let mut document = document(
        "One",
        json!({ "/a": { "post": operation }, "/b": { "post": operation }, "/c": { "post": { "security": [] } } }),
    );
    document["components"] = json!({ "requestBodies": { "B": { "content": { "$ref": "#/x-c" } } } });
    document["x-c"] = json!({ "application/json": 5 });
    let errors = excluded(std::slice::from_ref(&document), json!([])).report.errors;
    assert_eq!(errors.iter().map(|error| error.path.as_str()).collect::<Vec<_>>(), ["/a", "/b"]);
}

#[test]
fn what_is_wrong_with_a_component_that_nothing_refers_to_is_told() {
    let body = json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/S" } } } });
    let mut document =
        document("One", json!({ "/a": { "post": { "security": [{ "Tenant": ["a"] }], "requestBody": body } } }));
    document["components"] = json!({ "parameters": { "P": { "name": "x" } }, "schemas": { "S": { "properties": 5 } },
        "securitySchemes": { "Tenant": { "flows": 5 } } });
    let told = |report: &Report| report.limits.iter().map(ToString::to_string).collect::<Vec<_>>();
    let Compiled { policy, report, .. } = excluded(std::slice::from_ref(&document), json!([]));
    assert!(policy.is_some(), "{:?}", report.errors);
    let expected = [
        "One: #/components/parameters/P: \"in\" is missing",
        "One: #/components/schemas/S/properties: the number 5 stands where a map is expected",
        "One: components.securitySchemes.Tenant.flows: the number 5 stands where an object is expected",
    ];
    assert_eq!(told(&report), expected);
    // In the schema the owner could be named.
    let mut settings = with(json!([]));
    settings.owner_parameters.sub_account[0].body = true;
    let Compiled { policy, report, .. } = compile(&[parsed(&document)], &settings);
    assert!(policy.is_none() && report.errors.len() == 1 && report.errors[0].path == "/a", "{:?}", report.errors);
    assert!(report.errors[0].message.starts_with("#/components/schemas/S/properties: "), "{:?}", report.errors);
}

#[test]
fn what_is_wrong_in_a_file_is_an_error_of_what_refers_to_it() {
    let paths = json!({ "/a": { "$ref": "p.json" }, "/b": { "get": { "security": [] } } });
    let mut read = |_: &str| Ok(r#"{"get":{"security":null},"put":{"security":[]}}"#.to_owned());
    let found = Document::parse_with_files(&document("One", paths).to_string(), &mut read).unwrap();
    let errors = compile(std::slice::from_ref(&found), &with(json!([]))).report.errors;
    assert_eq!(errors.len(), 1);
    assert!(errors[0].to_string().starts_with("One, GET /a: p.json#/get/security: null"), "{errors:?}");
    assert_eq!(compile(&[found], &with(json!(["GET /a"]))).report.errors, []);
}
