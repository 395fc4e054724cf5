//! Documents as owners have them: each kind that once stopped a publication, or was misread, and what it comes to.

use serde_json::{Value, json};
use tidegate::openapi::{Compiled, Document, Settings, compile};
use tidegate::policy::Policy;

use super::{document, parsed, settings};

fn with(more: Value) -> Settings {
    let mut all = serde_json::to_value(settings()).unwrap();
    for (key, value) in more.as_object().unwrap() {
        all[key] = value.clone();
    }
    serde_json::from_value(all).unwrap()
}

/// Operations that need the scope `a` of a sub-account.
fn needing() -> Value {
    json!({ "security": [{ "Tenant": ["a"] }] })
}

fn names(policy: &Policy) -> Vec<String> {
    policy.operations().iter().map(tidegate::policy::Operation::name).collect()
}

/// The operations of one document, and what is said of what may be meant otherwise.
fn read_with(document: &Value, settings: &Settings) -> (Vec<String>, Vec<String>) {
    let Compiled { policy, report, .. } = compile(&[parsed(document)], settings);
    assert_eq!(report.errors, []);
    (names(&policy.unwrap()), report.limits.iter().map(|one| one.message.clone()).collect())
}

fn errors(document: &Value, settings: &Settings) -> Vec<String> {
    let Compiled { policy, report, .. } = compile(&[parsed(document)], settings);
    assert_eq!(policy, None);
    report.errors.iter().map(ToString::to_string).collect()
}

/// The requirements of the operation of this name, as the policy keeps them.
fn access_of(text: &str, settings: &Settings, name: &str) -> Value {
    let Compiled { policy, report, .. } = compile(&[Document::parse(text).unwrap()], settings);
    assert_eq!(report.errors, [], "{text}");
    let policy = policy.unwrap();
    let operation = policy.operations().iter().find(|operation| operation.name() == name);
    serde_json::to_value(&operation.unwrap_or_else(|| panic!("{name}: {:?}", names(&policy))).access).unwrap()
}

fn scopes_of(text: &str, name: &str) -> Value {
    access_of(text, &settings(), name)["any_of"].clone()
}

#[test]
fn templates_of_other_peoples_apis_are_read() {
    for template in [
        "/v1/objects/{id}:cancel",
        "/reports/{name}.csv",
        "/2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json",
        "/odata/Customers('{id}')",
        "/odata/Orders(id={id},line={line})",
        "/users/{user-id}/microsoft.graph.reminderView(StartDateTime='{StartDateTime}',EndDateTime='{EndDateTime}')",
        "/drive/root:/{item-path}:/children",
        "/repos/{owner}/{repo}/compare/{base}...{head}",
        "/api/0/projects/{organization_slug}/{project_slug}/",
        "/café/{id}",
        "/caf%C3%A9/{id}",
        "/a b/{id}",
        "/@{user}",
    ] {
        let (operations, notes) = read_with(&document("One", json!({ (template): { "get": needing() } })), &settings());
        assert_eq!((operations.len(), notes), (1, vec![]), "{template}");
    }
}

/// One that cannot be expressed stops nothing once it is excluded, and the message says so.
#[test]
fn a_template_that_nobody_can_split_is_an_error_that_names_the_way_out() {
    let one = document("One", json!({ "/a/{b}{c}": { "get": needing() }, "/d": { "get": needing() } }));
    let told = errors(&one, &settings());
    assert!(
        told.len() == 1 && told[0].contains("side by side") && told[0].ends_with("exclude leaves the operation out"),
        "{told:?}"
    );
    let excluding = with(json!({ "exclude": ["/a/{b}{c}"] }));
    assert_eq!(read_with(&one, &excluding).0, ["GET /d"]);
}

#[test]
fn a_path_key_with_a_query_or_a_fragment_is_joined_with_its_path() {
    let paths = json!({
        "/things/{id}": { "put": needing() }, "/things/{id}#copy": { "put": needing() }, "/list?beta=true": { "get": needing() },
        "/pages{?page,size}": { "get": needing() }
    });
    let all = document("One", paths);
    let Compiled { policy, report, .. } = compile(&[parsed(&all)], &settings());
    assert_eq!(names(&policy.unwrap()), ["GET /list", "GET /pages", "PUT /things/{id}"]);
    assert_eq!((report.joined.len(), report.limits.len()), (1, 3));
    assert!(report.limits.iter().any(|one| one.message.starts_with("\"?beta=true\" is no part of a path")));
    // Where access differs nothing is guessed.
    let paths = json!({ "/things": { "get": needing() }, "/things?all=1": { "get": { "security": [] } } });
    let told = errors(&document("One", paths), &settings());
    assert!(told.len() == 1 && told[0].contains("described twice"), "{told:?}");
    assert!(told[0].contains("as /things?all=1"), "{told:?}");
    let paths = json!({ "/a/{b}?x=1": { "get": needing() }, "/a/{c}#y": { "get": { "security": [] } } });
    let told = errors(&document("One", paths), &settings());
    assert!(told[0].contains("as /a/{b}?x=1") && told[0].contains("as /a/{c}#y"), "{told:?}");
    let paths = json!({ "/café": { "get": needing() }, "/caf%c3%a9": { "get": needing() } });
    let Compiled { report, .. } = compile(&[parsed(&document("One", paths))], &settings());
    let told = report.joined[0].to_string();
    assert!(told.contains("as /caf%c3%a9") && told.contains("as /café"), "{told}");
    // Who excludes the variant keeps the path.
    let paths =
        json!({ "/things": { "get": needing() }, "/things#x": { "get": { "operationId": "x", "security": [] } } });
    assert_eq!(read_with(&document("One", paths), &with(json!({ "exclude": ["x"] }))).0, ["GET /things"]);
}

#[test]
fn one_operation_under_two_names_is_one() {
    let paths = json!({
        "/things/{id}": { "get": needing() }, "/things/{name}": { "get": needing() },
        "/parts/{id}": { "get": needing() }, "/parts/{name}": { "get": { "security": [{ "Tenant": ["b"] }] } },
        "/bolts/{id}": { "get": needing() }, "/bolts/{name}": { "get": { "security": [{ "Tenant": ["b"] }] } },
    });
    let told = errors(&document("One", paths.clone()), &settings());
    assert_eq!(told.len(), 2, "all of them at once: {told:?}");
    let rules = json!({ "rules": [
        { "path": "/parts/{x}", "method": "GET", "access": "public" }, { "path": "/bolts/{x}", "method": "GET", "access": "public" }] });
    assert_eq!(read_with(&document("One", paths), &with(rules)).0.len(), 3, "one rule takes the place of both");
}

/// The owner would be looked for in the wrong segment of what is asked for by the other name.
#[test]
fn names_of_one_template_are_joined_where_the_owner_is_in_the_same_segment() {
    for (first, second, is_joined) in [
        ("/a/{locationId}/x/{b}", "/a/{b}/x/{locationId}", false),
        ("/a/{locationId}/x/{b}", "/a/{locationId}/x/{c}", true),
        ("/a/{locationId}-{b}", "/a/{b}-{locationId}", false),
    ] {
        let paths = json!({ (first): { "get": needing() }, (second): { "get": needing() } });
        let compiled = compile(&[parsed(&document("One", paths))], &settings());
        assert_eq!(compiled.policy.is_some(), is_joined, "{first} {second} {:?}", compiled.report.errors);
    }
}

#[test]
fn several_segments_only_where_the_settings_say_so() {
    let parameters = json!([{ "name": "path", "in": "path", "x-multi-segment": true }, { "name": "y", "in": "path", "allowReserved": true }]);
    let described =
        |parameters: Value| json!({ "get": { "security": [{ "Tenant": ["a"] }], "parameters": parameters } });
    let paths = json!({
        "/files/{+path}": described(json!([])), "/docs/{path*}": described(json!([])), "/static/*": described(json!([])),
        "/repos/{path}": described(parameters), "/go/{path...}": described(json!([])), "/things/:id": described(json!([])),
        "/x/{id:int}": described(json!([])), "/z/{id?}": described(json!([]))
    });
    let (operations, notes) = read_with(&document("One", paths.clone()), &settings());
    assert!(operations.contains(&"GET /go/{path}".to_owned()), "one segment unless they say so: {operations:?}");
    assert_eq!(notes.len(), 9, "{notes:?}");
    for expected in
        ["{+path} looks as if", "* looks as if", ":id looks like a parameter", "(x-multi-segment)", "(allowReserved)"]
    {
        assert!(notes.iter().any(|note| note.contains(expected)), "{expected}: {notes:?}");
    }
    let several = with(json!({ "multi_segment": ["GET /files/{p}", "GET /go/{p}"] }));
    let (operations, notes) = read_with(&document("One", paths.clone()), &several);
    assert!(operations.contains(&"GET /files/{+path...}".to_owned()), "{operations:?}");
    assert!(!notes.iter().any(|note| note.starts_with("{+path}")), "{notes:?}");
    let told = errors(&document("One", paths), &with(json!({ "multi_segment": ["GET /static/*"] })));
    assert!(told[0].contains("its last segment is not one parameter"), "{told:?}");
}

#[test]
fn base_path_chooses_among_servers() {
    let servers = json!([{ "url": "https://api.example.com/v1" }, { "url": "http://localhost:8080" }]);
    let mut one = document("One", json!({ "/things": { "get": needing() } }));
    one["servers"] = servers.clone();
    for (base_path, expected) in [
        (json!({ "One": 0 }), "GET /v1/things"),
        (json!({ "One": 1 }), "GET /things"),
        (json!({ "One": "/v2/" }), "GET /v2/things"),
        (json!({ "*": "" }), "GET /things"),
        (json!({ "*": 1, "One": 0 }), "GET /v1/things"),
    ] {
        assert_eq!(read_with(&one, &with(json!({ "base_path": base_path }))).0, [expected], "{base_path}");
    }
    assert!(
        errors(&one, &settings())[0]
            .ends_with("set base_path for the document in the settings, to a path or to the number of a server")
    );
    assert!(errors(&one, &with(json!({ "base_path": { "One": 2 } })))[0].contains("takes server 2, and it has 2"));
    let told = errors(&one, &with(json!({ "base_path": { "Two": "/v1" } })));
    assert!(told.iter().any(|one| one.contains("no document is called \"Two\"")), "{told:?}");
    // Of a path, and of an operation.
    let paths = json!({ "/a": { "servers": servers, "get": needing() }, "/b": { "get": { "servers": servers, "security": [] } }, "/c": { "get": needing() } });
    let one = document("One", paths);
    assert_eq!(errors(&one, &settings()).len(), 2);
    assert_eq!(read_with(&one, &with(json!({ "base_path": { "One": 0 } }))).0, ["GET /c", "GET /v1/a", "GET /v1/b"]);
    // What is kept of it says the same.
    let kept = Document::from_json(&parsed(&one).to_json()).unwrap();
    assert_eq!(kept, parsed(&one));
    for bad in
        [json!({ "One": "v1" }), json!({ "One": "/{v}" }), json!({ "One": -1 }), json!({ "One": null }), json!("/v1")]
    {
        let mut all = serde_json::to_value(settings()).unwrap();
        all["base_path"] = bad.clone();
        assert!(serde_json::from_value::<Settings>(all).is_err(), "{bad}");
    }
}

#[test]
fn an_owner_in_a_servers_path_is_an_error_until_the_settings_choose() {
    let of = |url: &str, variables: Value| {
        let mut one = document("One", json!({ "/things": { "get": needing() } }));
        one["servers"] = json!([{ "url": url, "variables": variables }]);
        one
    };
    let owner = of("https://a.example/{locationId}/v1", json!({ "locationId": { "default": "globex" } }));
    let told = errors(&owner, &settings());
    assert!(told.len() == 1 && told[0].contains("the variable \"locationId\" of its server"), "{told:?}");
    for base_path in [json!({ "One": "/v1" }), json!({ "*": 0 })] {
        assert_eq!(read_with(&owner, &with(json!({ "base_path": base_path }))).1, [""; 0], "{base_path}");
    }
    let version = of("https://a.example/{basePath}", json!({ "basePath": { "default": "v2" } }));
    let (operations, notes) = read_with(&version, &settings());
    assert_eq!((operations, notes.len()), (vec!["GET /v2/things".to_owned()], 1), "{notes:?}");
    let fixed = of("https://a.example/{basePath}", json!({ "basePath": { "default": "v2", "enum": ["v2"] } }));
    assert_eq!(read_with(&fixed, &settings()).1, [""; 0]);
    // The settings choose nothing for an operation, or a path, whose servers agree.
    let servers = json!([{ "url": "/{locationId}", "variables": { "locationId": { "default": "x" } } }]);
    let mut operation = needing();
    operation["servers"] = servers.clone();
    let at_path = |servers: &Value| {
        let mut one = document("One", json!({ "/b": { "servers": servers, "get": needing() } }));
        one["servers"] = json!([{ "url": "/v1" }, { "url": "/" }]);
        one
    };
    let mut of_operation = at_path(&json!([]));
    of_operation["paths"]["/b"]["get"] = operation;
    let chosen = with(json!({ "base_path": { "*": "/v1" } }));
    for one in [of_operation, at_path(&servers)] {
        let told = errors(&one, &chosen);
        let why = "where only its default is read; it names an owner, whom nothing compares there";
        assert!(told.len() == 1 && told[0].ends_with(why), "{told:?}");
    }
    assert_eq!(read_with(&at_path(&json!([{ "url": "/v2" }, servers[0]])), &chosen).0, ["GET /v1/b"]);
    // The gate compares no host.
    for (url, is_told) in [
        ("https://{locationId}.a.example", true),
        ("https://{location_id}.a.example", true),
        ("https://{region}.a.example", false),
    ] {
        let (_, notes) = read_with(&of(url, json!({})), &settings());
        assert_eq!(notes.len(), usize::from(is_told), "{url}: {notes:?}");
        assert!(notes.iter().all(|note| note.contains("the host, which is not compared")), "{notes:?}");
    }
}

#[test]
fn base_path_mends_what_servers_do_not_say() {
    let swagger = |base_path: &str| json!({ "swagger": "2.0", "info": { "title": "One" }, "basePath": base_path, "paths": { "/things": { "get": needing() } } });
    let servers = |servers: Value| {
        let mut one = document("One", json!({ "/things": { "get": needing() } }));
        one["servers"] = servers;
        one
    };
    for one in [
        swagger("/{tenant}/api"),
        swagger("https://a.example/v1"),
        servers(json!([{}])),
        servers(json!([null])),
        servers(json!([{ "url": null }])),
        servers(json!({ "url": "https://a.example/v1" })),
        servers(json!({ "$ref": "#/nowhere" })),
        servers(json!([{ "url": "/v1", "variables": 5 }])),
    ] {
        let told = errors(&one, &settings());
        assert!(told.len() == 1 && told[0].ends_with("; base_path in the settings takes its place"), "{one}: {told:?}");
        // There is no server to take.
        assert!(!errors(&one, &with(json!({ "base_path": { "One": 0 } }))).is_empty());
        assert_eq!(read_with(&one, &with(json!({ "base_path": { "One": "/v1" } }))).0, ["GET /v1/things"], "{one}");
        let kept = Document::from_source(&parsed(&one).to_json()).unwrap();
        assert_eq!(kept, parsed(&one));
    }
    assert_eq!(read_with(&servers(json!([{ "url": "/v1", "variables": [] }])), &settings()).0, ["GET /v1/things"]);
}

#[test]
fn references_lead_anywhere_in_the_document() {
    let head = r#"{"openapi":"3.1.0","security":[{"Tenant":[]}],"#;
    let security = r#""security":[{"Tenant":["w"]}]"#;
    for rest in [
        format!(
            r##""paths":{{"/a":{{"get":{{"$ref":"#/x-operations/one"}}}}}},"x-operations":{{"one":{{{security}}}}}}}"##
        ),
        format!(
            r##""paths":{{"/a":{{"$ref":"#/components/pathItems/one"}}}},"components":{{"pathItems":{{"one":{{"get":{{{security}}}}}}}}}}}"##
        ),
        format!(r##""paths":{{"/a":{{"$ref":"#/paths/~1b"}},"/b":{{"get":{{{security}}}}}}}}}"##),
        format!(
            r##""paths":{{"/a":{{"get":{{"$ref":"#/paths/~1b~1%7Bid%7D/put"}}}},"/b/{{id}}":{{"put":{{{security}}}}}}}}}"##
        ),
        format!(r##""x-list":[{{}},{{"get":{{{security}}}}}],"paths":{{"/a":{{"$ref":"#/x-list/1"}}}}}}"##),
        format!(
            r##""x-a":{{"$ref":"#/x-b"}},"x-b":{{"get":{{"$ref":"#/x-c/d~1e~0"}}}},"x-c":{{"d/e~":{{{security}}}}},"paths":{{"/a":{{"$ref":"#/x-a"}}}}}}"##
        ),
    ] {
        let text = format!("{head}{rest}");
        assert_eq!(scopes_of(&text, "GET /a")[0]["scopes"], json!(["w"]), "{text}");
        assert_eq!(scopes_of(&format!("# YAML\n{text}"), "GET /a")[0]["scopes"], json!(["w"]), "{text}");
    }
    let owner = |parameters: &str, rest: &str| {
        let text = format!(
            r##"{{"openapi":"3.1.0","paths":{{"/a":{{"get":{{{security},"parameters":[{parameters}]}}}}}},{rest}}}"##
        );
        scopes_of(&text, "GET /a")[0]["owner"].clone()
    };
    let bound = json!([{ "name": "locationId", "in": "query" }]);
    let parameter = r#"{"name":"locationId","in":"query"}"#;
    for (reference, rest) in [
        (
            "#/components/parameters/page~1size",
            format!(r##""components":{{"parameters":{{"page/size":{parameter}}}}}"##),
        ),
        ("#/components/parameters/a%20b", format!(r##""components":{{"parameters":{{"a b":{parameter}}}}}"##)),
        ("#/x-shared/0", format!(r##""x-shared":[{parameter}]"##)),
        (
            "#/x-shared/a",
            format!(
                r##""x-shared":{{"a":{{"$ref":"#/components/parameters/L"}}}},"components":{{"parameters":{{"L":{parameter}}}}}"##
            ),
        ),
    ] {
        assert_eq!(owner(&format!(r#"{{"$ref":"{reference}"}}"#), &rest), bound, "{reference}");
    }
}

#[test]
fn a_schema_anywhere_can_name_the_owner() {
    let mut settings = settings();
    settings.owner_parameters.sub_account[0].body = true;
    for (body, rest) in [
        (r##"{"$ref":"#/x-schemas/Thing"}"##, r##""x-schemas":{"Thing":{"properties":{"locationId":{}}}}"##),
        (
            r##"{"$ref":"#/components/schemas/Outer/properties/inner"}"##,
            r##""components":{"schemas":{"Outer":{"properties":{"inner":{"properties":{"locationId":{}}}}}}}"##,
        ),
        (
            r##"{"allOf":[{"$ref":"#/paths/~1b/post/requestBody/content/application~1json/schema"}]}"##,
            r##""x-none":1"##,
        ),
        (
            r##"{"$dynamicRef":"#/components/schemas/Thing"}"##,
            r##""components":{"schemas":{"Thing":{"properties":{"locationId":{}}}}}"##,
        ),
        (r##"{"$ref":"#/definitions/Thing"}"##, r##""definitions":{"Thing":{"properties":{"locationId":{}}}}"##),
    ] {
        let other = r#""/b":{"post":{"security":[],"requestBody":{"content":{"application/json":{"schema":{"properties":{"locationId":{}}}}}}}}"#;
        let text = format!(
            r##"{{"openapi":"3.1.0","paths":{{{other},"/a":{{"post":{{"security":[{{"Tenant":["w"]}}],"requestBody":{{"content":{{"application/json":{{"schema":{body}}}}}}}}}}}}},{rest}}}"##
        );
        let access = access_of(&text, &settings, "POST /a");
        assert_eq!(access["any_of"][0]["owner"], json!([{ "name": "locationId", "in": "body" }]), "{body}");
    }
}

#[test]
fn what_a_reference_is_beside_is_not_guessed() {
    for (paths, what) in [
        (json!({ "/a": { "$ref": "#/x-a", "get": needing() } }), "it stands here and in what $ref leads to"),
        (json!({ "/a": { "get": { "$ref": "#/x-a/get", "security": [] } } }), "beside $ref it has members of its own"),
        (json!({ "/a": { "$ref": "#/x-circle" } }), "its path item stands elsewhere"),
        (
            json!({ "/a": { "$ref": "#/x-wrong" } }),
            "#/x-wrong/get/security: an object stands where an array is expected",
        ),
    ] {
        let mut one = document("One", paths);
        one["x-a"] = json!({ "get": needing() });
        one["x-circle"] = json!({ "$ref": "#/x-circle" });
        one["x-wrong"] = json!({ "get": { "security": {} } });
        let told = errors(&one, &settings());
        assert!(told.iter().any(|error| error.contains(what)), "{what}: {told:?}");
    }
}

#[test]
fn openapi_3_2_has_more_methods() {
    let text = |version: &str| {
        json!({ "openapi": version, "paths": { "/a": {
            "get": needing(), "query": needing(), "additionalOperations": { "PURGE": needing() } } } })
    };
    assert_eq!(
        read_with(&text("3.2.0"), &settings()),
        (vec!["GET /a".into(), "PURGE /a".into(), "QUERY /a".into()], vec![])
    );
    let (operations, notes) = read_with(&text("3.1.0"), &settings());
    assert_eq!((operations, notes.len()), (vec!["GET /a".to_owned()], 1), "they are not read before");
    for name in ["GET", "get", "query", "a b", ""] {
        let mut one = text("3.2.0");
        one["paths"]["/a"]["additionalOperations"] = json!({ (name): needing() });
        assert!(errors(&one, &settings())[0].contains("additionalOperations"), "{name}");
    }
    let capitals = document("One", json!({ "/a": { "GET": needing(), "get": needing(), "Post": needing() } }));
    let (operations, notes) = read_with(&capitals, &settings());
    assert_eq!(operations, ["GET /a"]);
    assert!(notes[0].starts_with("GET is not read") && notes[1].starts_with("Post is not read"), "{notes:?}");
}

#[test]
fn swagger_2_0_is_read() {
    let text = r##"{"swagger":"2.0","info":{"title":"Pets","version":"1"},"host":"api.example","basePath":"/v1","consumes":["application/json"],
      "securityDefinitions":{"Tenant":{"type":"oauth2","flow":"accessCode","scopes":{"pets.read":"Read pets","x-internal":1}},"Agency":{"type":"basic"}},
      "security":[{"Tenant":["pets.read"]}],
      "parameters":{"Owner":{"name":"locationId","in":"query","type":"string"},"Body":{"name":"body","in":"body","schema":{"$ref":"#/definitions/Pet"}}},
      "definitions":{"Pet":{"discriminator":"kind","properties":{"locationId":{"type":"string"}}}},
      "paths":{
        "/pets":{"parameters":[{"$ref":"#/parameters/Owner"}],"get":{"responses":{}},"post":{"security":[{"Tenant":["pets.write"]}],"parameters":[{"$ref":"#/parameters/Body"}]}},
        "/form":{"post":{"security":[{"Tenant":["f"]}],"consumes":["application/x-www-form-urlencoded"],"parameters":[{"name":"locationId","in":"formData","type":"string"}]}},
        "/file":{"post":{"security":[{"Tenant":["f"]}],"parameters":[{"name":"locationId","in":"formData","type":"string"},{"name":"f","in":"formData","type":"file"}]}},
        "/open":{"get":{"security":[]}}}}"##;
    let mut settings = settings();
    settings.owner_parameters.sub_account[0].body = true;
    let compiled = compile(&[Document::parse(text).unwrap()], &settings);
    assert_eq!(compiled.report.errors, []);
    let policy = compiled.policy.unwrap();
    assert_eq!(names(&policy), ["POST /v1/file", "POST /v1/form", "GET /v1/open", "GET /v1/pets", "POST /v1/pets"]);
    assert!(policy.to_json().contains("Read pets") && !policy.to_json().contains("x-internal"));
    let of = |name: &str| access_of(text, &settings, name);
    let (in_query, in_body) =
        (json!({ "name": "locationId", "in": "query" }), json!({ "name": "locationId", "in": "body" }));
    assert_eq!(
        of("GET /v1/pets"),
        json!({ "any_of": [{ "level": "sub_account", "scopes": ["pets.read"], "owner": [in_query] }] })
    );
    assert_eq!(of("POST /v1/pets")["any_of"][0]["owner"], json!([in_query, in_body]));
    assert_eq!(of("POST /v1/form")["any_of"][0]["owner"], json!([in_body]));
    assert_eq!(of("GET /v1/open"), json!("public"));
    // A form with a file is multipart, which nobody reads here.
    let unread: Vec<_> = compiled.report.unread_bodies.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(unread, ["/file"]);
}

/// The owner could stand in the one that does not count.
#[test]
fn swagger_2_0_has_one_body() {
    let body = |name: &str| json!({ "name": name, "in": "body", "schema": { "properties": { (name): {} } } });
    let field = json!({ "name": "locationId", "in": "formData", "type": "string" });
    let (one, other) = (body("one"), body("locationId"));
    for (of_path, own, fault) in [
        (json!([]), json!([one, field]), "several bodies"),
        (json!([field]), json!([one]), "several bodies"),
        (json!([]), json!([one, other]), "several bodies"),
        (json!([other]), json!([one]), "several bodies"),
        (
            json!([]),
            json!([one, { "name": "one", "in": "body", "schema": { "properties": { "locationId": {} } } }]),
            "several bodies",
        ),
        // What an operation has goes before what its path has with the same name.
        (json!([one]), json!([body("one")]), ""),
        (json!([{ "$ref": "#/parameters/One" }]), json!([{ "$ref": "#/parameters/One" }]), ""),
        (json!([one]), json!([]), ""),
    ] {
        let operation = json!({ "security": [{ "Tenant": ["a"] }], "parameters": own });
        let paths = json!({ "/a": { "parameters": of_path, "post": operation } });
        let document = json!({ "swagger": "2.0", "paths": paths, "parameters": { "One": one } });
        let Compiled { policy, report, .. } = compile(&[parsed(&document)], &settings());
        assert_eq!(policy.is_some(), fault.is_empty(), "{document}");
        assert!(
            report.errors.iter().all(|error| error.path == "/a" && error.message.contains(fault)),
            "{:?}",
            report.errors
        );
    }
    let operation = json!({ "security": [], "requestBody": { "content": {} } });
    let document = json!({ "swagger": "2.0", "paths": { "/a": { "post": operation } } });
    assert!(errors(&document, &settings())[0].contains("POST /a: requestBody is of OpenAPI 3"));
}

#[test]
fn yaml_merges_are_expanded_and_merged_security_is_told() {
    let text = "openapi: 3.0.3\nx-read: &read {security: [{Tenant: [things.read]}], tags: [x]}\npaths:\n  /things:\n    get:\n      <<: *read\n      \
                summary: all\n    put:\n      <<: *read\n      security: [{Tenant: [things.write]}]\n";
    assert_eq!(scopes_of(text, "GET /things")[0]["scopes"], json!(["things.read"]));
    assert_eq!(scopes_of(text, "PUT /things")[0]["scopes"], json!(["things.write"]));
    let told = |document: Document| {
        let report = compile(&[document], &settings()).report;
        report.limits.iter().map(|one| format!("{} {}: {}", one.method, one.path, one.message)).collect::<Vec<_>>()
    };
    let expected = ["get /things: its security comes from a merge key (<<); make sure that it is meant"];
    assert_eq!(told(Document::parse(text).unwrap()), expected);
    // The page converts YAML to JSON first.
    let converted = tidegate::openapi::yaml_to_json(text).unwrap();
    assert_eq!(told(Document::parse_json(&converted).unwrap()), expected);
}

#[test]
fn a_list_of_scopes_that_means_one_of_them() {
    let one = json!({ "security": [{ "Tenant": ["p:read", "p:admin"] }], "x-scopes": ["s1", "s2"] });
    let one = document("One", json!({ "/a": { "get": one } }));
    let ways = |settings: &Settings| {
        let access = access_of(&one.to_string(), settings, "GET /a");
        access["any_of"].as_array().unwrap().iter().map(|way| way["scopes"].clone()).collect::<Vec<_>>()
    };
    let told = compile(&[parsed(&one)], &settings()).report.limits;
    assert!(told[0].message.starts_with("x-scopes lists s1, s2, which nothing looks at"), "{told:?}");
    assert_eq!(ways(&settings()), [json!(["p:admin", "p:read"])]);
    assert_eq!(ways(&with(json!({ "scope_extension": "x-scopes" }))), [json!(["p:admin", "p:read", "s1", "s2"])]);
    let any = json!({ "scope_extension": "x-scopes", "scope_extension_means": "any" });
    assert_eq!(ways(&with(any)), [json!(["p:admin", "p:read", "s1"]), json!(["p:admin", "p:read", "s2"])]);
    let mut scheme = settings();
    scheme.schemes.get_mut("Tenant").unwrap().scopes_mean = tidegate::openapi::ScopesMean::Any;
    assert_eq!(ways(&scheme), [json!(["p:admin"]), json!(["p:read"])]);
}

#[test]
fn any_scalar_is_a_text_where_nothing_is_decided() {
    let text = "openapi: 3.0.3\ninfo: {title: 2024, version: 1.0}\npaths:\n  /things:\n    get: {summary: 404, operationId: 1, tags: [1], security: []}\n\
                components: {securitySchemes: {o: {flows: {clientCredentials: {scopes: {things.read: , things.write: 5}}}}}}\n";
    let document = Document::parse(text).unwrap();
    assert_eq!(document.title(), "2024");
    assert!(compile(&[document], &settings()).policy.is_some());
    // A list or an object counts as no text.
    for other in ["{en: T}", "[T, [U]]"] {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: {other}}}\npaths:\n  /things:\n    get: {{summary: {other}, operationId: {other}, security: []}}\n\
             components: {{securitySchemes: {{o: {{type: {other}, flows: {{x: {{scopes: {{a: {other}}}}}}}}}}}}}\n"
        );
        let document = Document::parse(&text).unwrap();
        assert_eq!(document.title(), "");
        let Compiled { policy, report, .. } = compile(&[document], &settings());
        assert!(policy.is_some() && report.unused_scopes == ["a"], "{other}: {report:?}");
    }
}
