//! Every body: what is accepted, and which field a refusal names.

use serde_json::{Value, json};
use tidegate::admin::{AdminError, Command, IntegrationCommand, NewToken, Rotate, SignIn, TestToken};
use tidegate::rotation::Window;

use super::super::support::at;
use super::{ID, field, send};

const CREATE: &str =
    r#"{"name":"Zapier sync","description":"x","owner":{"level":"sub_account","id":"a"},"scopes":["a.b"]}"#;

/// `CREATE` with `from` replaced, which must be there.
fn create(from: &str, to: &str) -> String {
    assert!(CREATE.contains(from), "{from}");
    CREATE.replace(from, to)
}

#[test]
fn good_bodies_are_accepted() {
    let integration = format!("/integrations/{ID}");
    let rotate = format!("{integration}/rotate");
    for (method, path, body) in [
        ("POST", "/session", r#"{"key":"k"}"#),
        ("POST", "/sub-accounts", r#"{"id":"a-1","name":"Harbour"}"#),
        ("POST", "/sub-accounts", r#"{"id":12345,"name":"Harbour"}"#),
        ("POST", "/sub-accounts", r#"{"id":9007199254740991,"name":"Harbour"}"#),
        ("PUT", "/agency", r#"{"id":0}"#),
        ("POST", "/integrations", &create(r#""id":"a""#, r#""id":7"#)),
        ("POST", "/integrations", CREATE),
        ("POST", "/integrations", &create(r#""description":"x","#, "")),
        ("POST", "/integrations", &format!("\u{feff}{CREATE}")),
        ("PUT", "/policy", "\u{feff}{\"documents\":[\"\u{feff}openapi: 3.0.0\"]}"),
        ("POST", "/integrations", &create(r#"["a.b"]"#, "[]")),
        ("PATCH", &integration, r#"{"name":"y"}"#),
        ("PATCH", &integration, r#"{"description":""}"#),
        ("PATCH", &integration, r#" {"scopes":[]} "#),
        ("POST", &rotate, r#"{"expire":"now"}"#),
        ("POST", &rotate, r#"{"expire":"later","window_seconds":60}"#),
        ("PUT", "/policy", r#"{"documents":[{"openapi":"3.0.0"}],"settings":{"without_security":"public"}}"#),
        ("POST", "/policy/preview", r#"{"documents":[]}"#),
        ("POST", "/policy/preview", r#"{"to":3}"#),
        ("POST", "/policy/preview", r#"{"change":{"settings":{}}}"#),
        ("PUT", "/policy", r#"{"documents":{"a":{"openapi":"3.0.0"},"b":"openapi: 3.0.0"}}"#),
        ("PATCH", "/policy", r#"{"documents":{"a":{"openapi":"3.0.0"},"b":null},"settings":{}}"#),
        ("PATCH", "/policy", r#"{"settings":{"without_security":"public"}}"#),
        (
            "PUT",
            "/policy",
            r#"{"sources":[{"name":"a","operations":{"v":1,"title":"","security_schemes":[],"scopes":{},"base_path":"","operations":[],"bodies":[],"properties":[]}}],"settings":{}}"#,
        ),
        ("PATCH", "/policy", r#"{"sources":[{"name":"a","operations":null}]}"#),
        (
            "POST",
            "/policy/preview",
            r#"{"change":{"sources":[{"operations":{"v":1,"title":"","security_schemes":[],"scopes":{},"base_path":"","operations":[],"bodies":[],"properties":[]},"name":"a"}]}}"#,
        ),
        ("PUT", "/policy/documents/a%20b", r#"{"openapi":"3.0.0"}"#),
        ("PUT", "/policy/documents/a", r#""openapi: 3.0.0""#),
        ("POST", "/policy/rollback", r#"{"to":3}"#),
        ("POST", "/explain", r#"{"method":"GET","path":"/a"}"#),
        ("POST", "/explain", &format!(r#"{{"method":"GET","path":"/a","integration":"{ID}","scopes":["a"]}}"#)),
    ] {
        assert!(send(method, path, body).is_ok(), "{method} {path} {body}: {:?}", send(method, path, body).err());
    }
}

/// What may be left out may not be `null`: the API's document has no such value.
#[test]
fn null_is_not_the_same_as_nothing() {
    let rotate = format!("/integrations/{ID}/rotate");
    for (path, body, named) in [
        ("/explain", r#"{"method":"GET","path":"/a","integration":null}"#, "integration"),
        ("/explain", r#"{"method":"GET","path":"/a","scopes":null}"#, "scopes"),
        ("/explain", r#"{"method":"GET","path":"/a","owner":null}"#, "owner"),
        (rotate.as_str(), r#"{"expire":"now","window_seconds":null}"#, "window_seconds"),
        (rotate.as_str(), r#"{"expire":"later","window_seconds":null}"#, "window_seconds"),
    ] {
        assert_eq!(field(send("POST", path, body)), named, "{body}");
    }
}

#[test]
fn a_new_integration_names_the_wrong_field() {
    let (long_name, long_text) = ("n".repeat(101), "d".repeat(1001));
    for (body, expected) in [
        (create(r#""name":"Zapier sync","#, ""), "name"),
        (create("Zapier sync", ""), "name"),
        (create("Zapier sync", " x"), "name"),
        (create("Zapier sync", "x\\u0000"), "name"),
        (create("Zapier sync", "x\\n"), "name"),
        (create("Zapier sync", &long_name), "name"),
        (create(r#""Zapier sync""#, "5"), "name"),
        (create(r#""Zapier sync""#, "null"), "name"),
        (create(r#":"x""#, &format!(":\"{long_text}\"")), "description"),
        (create(r#":"x""#, r#":"\u0007""#), "description"),
        (create(r#":"x""#, ":[]"), "description"),
        (create(r#""owner":{"level":"sub_account","id":"a"},"#, ""), "owner"),
        (create(r#"{"level":"sub_account","id":"a"}"#, r#""a""#), "owner"),
        (create(r#""level":"sub_account","#, ""), "owner.level"),
        (create("sub_account", "root"), "owner.level"),
        (create(r#","id":"a""#, ""), "owner.id"),
        (create(r#""id":"a""#, r#""id":"a/b""#), "owner.id"),
        (create(r#""id":"a""#, r#""id":"..""#), "owner.id"),
        (create(r#""id":"a""#, &format!(r#""id":"{}""#, "a".repeat(65))), "owner.id"),
        (create(r#""id":"a""#, r#""id":"a","x":1"#), "owner.x"),
        (create(r#","scopes":["a.b"]"#, ""), "scopes"),
        (create(r#"["a.b"]"#, r#""a.b""#), "scopes"),
        (create(r#"["a.b"]"#, r#"["a b"]"#), "scopes[0]"),
        (create(r#"["a.b"]"#, r#"["a","b\""]"#), "scopes[1]"),
        (create(r#"["a.b"]"#, &format!(r#"["{}"]"#, "s".repeat(129))), "scopes[0]"),
        (create(r#"{"name""#, r#"{"admin":true,"name""#), "admin"),
        (create(r#"{"name""#, r#"{"id":"x","name""#), "id"),
    ] {
        assert_eq!(field(send("POST", "/integrations", &body)), expected, "{body}");
    }
}

#[test]
fn a_sign_in_is_its_key_and_nothing_else() {
    assert_eq!(SignIn::parse(r#"{"key":"k"}"#).unwrap().key, "k");
    assert_eq!(SignIn::parse("\u{feff}{\"key\":\"k\"}").unwrap().key, "k");
    let test = TestToken::parse("\u{feff}{\"token\":\"t\",\"operation\":\"whoami\"}");
    assert_eq!(test.map(|test| test.token), Ok("t".to_owned()));
    for body in [r#"{}"#, r#"{"key":1}"#, r#"{"key":null}"#, r#"{"key":"k","more":1}"#, r#"["k"]"#, "\"k\"", "1"] {
        let refused = SignIn::parse(body).unwrap_err();
        assert!(matches!(&refused, AdminError::Invalid { field, .. } if field == "key"), "{body}: {refused:?}");
    }
    for body in ["", "{", r#"{"key":"k""#, r#"{"key":"k"}{"#, "k"] {
        assert!(matches!(SignIn::parse(body), Err(AdminError::Malformed { .. })), "{body}");
    }
}

#[test]
fn the_other_bodies_name_the_wrong_field() {
    let integration = format!("/integrations/{ID}");
    let rotate = format!("{integration}/rotate");
    for (method, path, body, expected) in [
        ("POST", "/sub-accounts", r#"{"name":"x"}"#, "id"),
        ("POST", "/sub-accounts", r#"{"id":"a b","name":"x"}"#, "id"),
        ("POST", "/sub-accounts", r#"{"id":9007199254740992,"name":"x"}"#, "id"),
        ("POST", "/sub-accounts", r#"{"id":-7,"name":"x"}"#, "id"),
        ("POST", "/sub-accounts", r#"{"id":1.5,"name":"x"}"#, "id"),
        ("POST", "/sub-accounts", r#"{"id":true,"name":"x"}"#, "id"),
        ("POST", "/sub-accounts", r#"{"id":"a"}"#, "name"),
        ("POST", "/sub-accounts", r#"{"id":"a","name":"x","level":"agency"}"#, "level"),
        ("PATCH", integration.as_str(), r#"{}"#, "name"),
        ("PATCH", &integration, r#"{"name":""}"#, "name"),
        ("PATCH", &integration, r#"{"name":null,"description":"d"}"#, "name"),
        ("PATCH", &integration, r#"{"scopes":{}}"#, "scopes"),
        ("PATCH", &integration, r#"{"owner":{"level":"agency","id":"a"}}"#, "owner"),
        ("PATCH", &integration, r#"{"rev":8,"name":"x"}"#, "rev"),
        ("POST", &rotate, r#"{}"#, "expire"),
        ("POST", &rotate, r#"{"expire":"soon"}"#, "expire"),
        ("POST", &rotate, r#"{"expire":"later","window_seconds":59}"#, "window_seconds"),
        ("POST", &rotate, r#"{"expire":"later","window_seconds":2592001}"#, "window_seconds"),
        ("POST", &rotate, r#"{"expire":"later","window_seconds":-60}"#, "window_seconds"),
        ("POST", &rotate, r#"{"expire":"later","window_seconds":60.5}"#, "window_seconds"),
        ("POST", &rotate, r#"{"expire":"later","window_seconds":"60"}"#, "window_seconds"),
        ("POST", &rotate, r#"{"expire":"now","window_seconds":60}"#, "window_seconds"),
        ("POST", &rotate, r#"{"expire":"later","window":60}"#, "window"),
        ("POST", "/explain", r#"{"path":"/a"}"#, "method"),
        ("POST", "/explain", r#"{"method":"GET"}"#, "path"),
        ("POST", "/explain", r#"{"method":"GET","path":"/a","integration":"x"}"#, "integration"),
        ("POST", "/explain", r#"{"method":"GET","path":"/a","token":"x"}"#, "token"),
        ("PUT", "/policy", r#"{}"#, "documents"),
        ("PUT", "/policy", r#"{"documents":{}}"#, "documents"),
        ("PUT", "/policy", r#"{"documents":[],"x":1}"#, "x"),
        ("PUT", "/policy", r#"{"documents":[{"openapi":"3.0.0"},{"openapi":"2.0"}]}"#, "documents[1]"),
        ("PUT", "/policy", r#"{"documents":["x"]}"#, "documents[0]"),
        ("PUT", "/policy", r#"{"documents":[{"openapi":"3.0.0"},{"openapi":"3.1.0"}]}"#, "documents[1]"),
        ("PUT", "/policy", r#"{"documents":{"a":{"openapi":"3.0.0"},"a":{"openapi":"3.0.0"}}}"#, "documents.a"),
        ("PUT", "/policy", r#"{"documents":{"a":null}}"#, "documents.a"),
        ("PUT", "/policy", r#"{"documents":{" a":{"openapi":"3.0.0"}}}"#, "documents. a"),
        ("PUT", "/policy", r#"{"documents":[],"to":1}"#, "to"),
        ("PUT", "/policy", r#"{"sources":[]}"#, "sources"),
        ("PUT", "/policy", r#"{"sources":{}}"#, "sources"),
        ("PUT", "/policy", r#"{"sources":[],"documents":[]}"#, "sources"),
        ("PUT", "/policy", r#"{"sources":[{"name":"a"}]}"#, "sources[0].operations"),
        ("PUT", "/policy", r#"{"sources":[{"operations":null}]}"#, "sources[0].name"),
        ("PUT", "/policy", r#"{"sources":[{"name":"a","operations":null}]}"#, "sources.a"),
        ("PUT", "/policy", r#"{"sources":[{"name":" a","operations":null}]}"#, "sources[0].name"),
        ("PUT", "/policy", r#"{"sources":[{"name":"a","operations":{"v":99}}]}"#, "sources[0].operations.v"),
        (
            "PUT",
            "/policy",
            r#"{"sources":[{"name":"a","operations":{"v":1}}]}"#,
            "sources[0].operations.security_schemes",
        ),
        (
            "PATCH",
            "/policy",
            r#"{"sources":[{"name":"a","operations":null},{"name":"a","operations":null}]}"#,
            "sources[1].name",
        ),
        ("PATCH", "/policy", r#"{"documents":{},"sources":[]}"#, "sources"),
        ("PATCH", "/policy", r#"{}"#, "documents"),
        ("PATCH", "/policy", r#"{"documents":{}}"#, "documents"),
        ("PATCH", "/policy", r#"{"documents":[]}"#, "documents"),
        ("PATCH", "/policy", r#"{"documents":{"a":"x"}}"#, "documents.a"),
        ("PATCH", "/policy", r#"{"settings":{"x":1}}"#, "settings.x"),
        ("PATCH", "/policy", r#"{"settings":null}"#, "settings"),
        ("PATCH", "/policy", r#"{"change":{}}"#, "change"),
        ("PUT", "/policy/documents/a", r#"{}"#, "document"),
        ("PUT", "/policy/documents/a", r#"null"#, "document"),
        ("POST", "/policy/rollback", r#"{"to":3,"documents":[]}"#, "documents"),
        ("POST", "/policy/rollback", r#"{"to":"3"}"#, "to"),
        ("POST", "/policy/preview", r#"{"to":3,"documents":[]}"#, "to"),
        ("POST", "/policy/preview", r#"{"change":{"settings":{}},"settings":{}}"#, "change"),
        ("POST", "/policy/preview", r#"{"change":{"settings":{},"x":1}}"#, "change.x"),
        ("POST", "/policy/preview", r#"{"change":{"documents":{"a":"x"}}}"#, "change.documents.a"),
        ("POST", "/policy/preview", r#"{"change":[]}"#, "change"),
        ("POST", "/policy/preview", r#"{"change":{"settings":{"x":1}}}"#, "change.settings.x"),
        ("PUT", "/policy", r#"{"documents":[],"settings":{"x":1}}"#, "settings.x"),
        ("PUT", "/policy", r#"{"documents":[],"settings":{"without_security":"allow"}}"#, "settings.without_security"),
        (
            "PUT",
            "/policy",
            r#"{"documents":[],"settings":{"schemes":{"a":{"level":"root","private_integrations":true}}}}"#,
            "settings.schemes.a.level",
        ),
        (
            "PUT",
            "/policy",
            r#"{"documents":[],"settings":{"schemes":{"a":{"level":"agency"}}}}"#,
            "settings.schemes.a.private_integrations",
        ),
        (
            "PUT",
            "/policy",
            r#"{"documents":[],"settings":{"owner_parameters":{"agency":[{"name":5}]}}}"#,
            "settings.owner_parameters.agency[0].name",
        ),
    ] {
        assert_eq!(field(send(method, path, body)), expected, "{method} {path} {body}");
    }
}

#[test]
fn what_nobody_sees_is_in_no_text_of_a_policy() {
    for unseen in ["\u{200b}", "a\u{202e}b", "a\u{feff}b", "a\u{0007}b", "\u{2028}"] {
        let text = json!(unseen);
        let with = |settings: Value| json!({ "documents": [{ "openapi": "3.0.0" }], "settings": settings }).to_string();
        let reason = with(json!({ "exclude": [{ "match": "GET /a", "reason": text }] }));
        let about = with(json!({ "event_types": [{ "type": "a.b", "description": text, "any_of": [] }] }));
        for (method, path) in [("PUT", "/policy"), ("POST", "/policy/preview")] {
            assert_eq!(field(send(method, path, &reason)), "settings.exclude[0].reason", "{unseen:?}");
            assert_eq!(field(send(method, path, &about)), "settings.event_types[0].description", "{unseen:?}");
        }
        let named = |document: &str| format!("{{\"documents\":{{{text}:{document}}}}}");
        assert_eq!(field(send("PATCH", "/policy", &named("{\"openapi\":\"3.0.0\"}"))), format!("documents.{unseen}"));
    }
    let removed = "{\"documents\":{\"a\u{200b}\":null}}";
    assert!(send("PATCH", "/policy", removed).is_ok(), "one that an older release named");
    let reason = json!({ "exclude": [{ "match": "GET /a", "reason": "two\n\tlines, as café 👩‍🚀" }] });
    let seen = json!({ "documents": [{ "openapi": "3.0.0" }], "settings": reason });
    assert!(send("PUT", "/policy", &seen.to_string()).is_ok());
}

#[test]
fn a_body_that_is_no_object_is_named_as_a_whole() {
    for body in ["null", "[]", "5", "\"x\"", "true"] {
        assert_eq!(field(send("POST", "/integrations", body)), "body", "{body}");
    }
}

#[test]
fn a_body_that_is_no_json_is_malformed() {
    let twice = format!("{CREATE}{CREATE}");
    let open = CREATE.trim_end_matches('}');
    for body in [
        "",
        " ",
        "{",
        "x",
        "{\"name\":}",
        "{'name':'x'}",
        "name=x",
        &twice,
        open,
        "{\"name\":\"\\ud800\"}",
        "{\"name\":\"a\nb\"}",
    ] {
        let outcome = field(send("POST", "/integrations", body));
        assert!(outcome.starts_with("Malformed"), "{body:?}: {outcome}");
    }
}

#[test]
fn a_field_given_twice_is_refused() {
    let body = create(r#"{"name""#, r#"{"name":"y","name""#);
    assert_eq!(field(send("POST", "/integrations", &body)), "name");
    for (setting, one, other) in [
        ("without_security", "\"deny\"", "\"public\""),
        ("without_security", "\"public\"", "\"deny\""),
        ("schemes", "{}", r#"{"a":{"level":"agency","private_integrations":true}}"#),
        ("rules", "[]", "[]"),
        ("exclude", "[\"/a\"]", "[]"),
    ] {
        let settings = format!("{{\"{setting}\":{one},\"{setting}\":{other}}}");
        let whole = format!("{{\"documents\":[],\"settings\":{settings}}}");
        assert_eq!(field(send("PUT", "/policy", &whole)), format!("settings.{setting}"), "{settings}");
        let change = format!("{{\"settings\":{settings}}}");
        assert_eq!(field(send("PATCH", "/policy", &change)), format!("settings.{setting}"), "{settings}");
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow() {
    let deep = "[".repeat(60_000);
    assert!(send("POST", "/integrations", &deep).is_err());
    assert!(send("PUT", "/policy", &format!("{{\"documents\":{deep}")).is_err());
    let deep = format!("{}{}", "[".repeat(60_000), "]".repeat(60_000));
    let document = |rest: &str| format!(r#"{{"documents":[{{"openapi":"3.0.0",{rest}}}]}}"#);
    let read = document(&format!(r#""paths":{{"/a":{{"get":{{"parameters":{deep}}}}}}}"#));
    assert_eq!(field(send("PUT", "/policy", &read)), "documents[0]");
    // What the policy is not made of is read as well: a key could stand twice in it.
    assert_eq!(field(send("PUT", "/policy", &document(&format!(r#""x":{deep}"#)))), "documents[0]");
    let deep = format!("{}{}", "[".repeat(120), "]".repeat(120));
    assert!(send("PUT", "/policy", &document(&format!(r#""x":{deep}"#))).is_ok());
}

#[test]
fn windows_are_seven_days_unless_chosen() {
    let rotate = |body| match send("POST", &format!("/integrations/{ID}/rotate"), body) {
        Ok(Command::Integration(IntegrationCommand::Rotate { token, .. })) => token,
        other => panic!("{other:?}"),
    };
    assert_eq!(rotate(r#"{"expire":"now"}"#), NewToken::from(Rotate::Now));
    assert_eq!(rotate(r#"{"expire":"later"}"#), NewToken::from(Rotate::Later(Window::DEFAULT)));
    assert_eq!(
        rotate(r#"{"expire":"later","window_seconds":2592000}"#),
        NewToken::from(Rotate::Later(Window::LONGEST))
    );
}

#[test]
fn an_end_may_be_lifted_where_there_is_one_already() {
    let edit = |body| match send("PATCH", &format!("/integrations/{ID}"), body) {
        Ok(Command::Integration(IntegrationCommand::Edit { edit, .. })) => edit.expires_at,
        other => panic!("{other:?}"),
    };
    assert_eq!(edit(r#"{"name":"x"}"#), None);
    assert_eq!(edit(r#"{"expires_at":null}"#), Some(None));
    assert_eq!(edit(r#"{"expires_at":"1970-01-01T00:00:09Z"}"#), Some(Some(at(9))));
    for end in ["5", "true", "\"\"", "\"tomorrow\"", "[]"] {
        let body = format!("{{\"expires_at\":{end}}}");
        for (method, path) in
            [("PATCH", format!("/integrations/{ID}")), ("POST", format!("/integrations/{ID}/rotation/extend"))]
        {
            assert_eq!(field(send(method, &path, &body)), "expires_at", "{method} {path} {end}");
        }
    }
}

#[test]
fn a_token_that_leaked_expires_now() {
    let rotate = |body: &str| send("POST", &format!("/integrations/{ID}/rotate"), body);
    assert!(rotate(r#"{"expire":"now","leaked":true}"#).is_ok());
    assert!(rotate(r#"{"expire":"later","leaked":false}"#).is_ok());
    assert_eq!(field(rotate(r#"{"expire":"later","leaked":true}"#)), "leaked");
    let finish = |body: &str| match send("POST", &format!("/integrations/{ID}/rotation/finish"), body) {
        Ok(Command::Integration(IntegrationCommand::FinishRotation { leaked, .. })) => Ok(leaked),
        other => Err(field(other)),
    };
    assert_eq!((finish(""), finish("{}"), finish(r#"{"leaked":true}"#)), (Ok(false), Ok(false), Ok(true)));
    assert_eq!(finish(r#"{"leaked":1}"#), Err("leaked".to_owned()));
    assert_eq!(finish(r#"{"undo":true}"#), Err("undo".to_owned()));
}

#[test]
fn lengths_count_characters() {
    for (name, fits) in [("é".repeat(100), true), ("é".repeat(101), false), ("\u{1f30a}".repeat(100), true)] {
        assert_eq!(send("POST", "/integrations", &create("Zapier sync", &name)).is_ok(), fits, "{name}");
    }
    for text in ["d".repeat(1000), "a\\nb\\tc\\r".to_owned()] {
        assert!(send("POST", "/integrations", &create(":\"x\"", &format!(":\"{text}\""))).is_ok(), "{text}");
    }
}

#[test]
fn what_a_document_is_read_as_is_within_the_limits_of_documents() {
    let send_source = |operation: Value, more: Value| {
        let mut source = json!({ "v": 1, "title": "", "security_schemes": [], "scopes": {}, "base_path": "",
            "operations": [operation], "bodies": [], "properties": [] });
        source.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = json!({ "sources": [{ "name": "a", "operations": source }] });
        send("PUT", "/policy", &body.to_string())
    };
    let fine = json!({ "path": "/a", "method": "get" });
    assert!(send_source(fine.clone(), json!({})).is_ok());
    let many: Vec<Value> = (0..101).map(|_| json!({})).collect();
    let parameter = |name: &str, place: &str| json!({ "name": name, "in": place });
    for (operation, more, place) in [
        (json!({ "path": "/a", "method": "GET" }), json!({}), "operations[0].method"),
        (json!({ "path": "/a", "method": "frob nicate" }), json!({}), "operations[0].method"),
        (json!({ "path": "/a", "method": "get", "security": many }), json!({}), "operations[0].security"),
        (json!({ "path": "/a", "method": "get", "body": 0 }), json!({}), "bodies"),
        (
            json!({ "path": "/a", "method": "get", "parameters": [parameter(&"n".repeat(257), "query")] }),
            json!({}),
            "operations[0].parameters",
        ),
        (
            json!({ "path": "/a", "method": "get", "parameters": [parameter("n", "body")] }),
            json!({}),
            "operations[0].parameters",
        ),
        (fine.clone(), json!({ "security": many }), "security"),
        (fine.clone(), json!({ "title": "t".repeat(201) }), "title"),
        (fine.clone(), json!({ "bodies": [[{ "media_types": [], "properties": 1 }]] }), "bodies"),
    ] {
        assert_eq!(field(send_source(operation, more)), format!("sources[0].operations.{place}"));
    }
}
