//! Row 29 in the body: another owner's id, smuggled to an origin that reads JSON differently.

use serde_json::json;
use tidegate::decision::{Denial, locate};
use tidegate::openapi::{Document, compile};
use tidegate::record::Level;
use tidegate::reply::{Realm, answer};
use tidegate::request::{MAX_BODY_BYTES, Request};

use super::super::world::{World, document, settings};

const JSON: &str = "application/json";
const OWN: &str = r#""locationId":"harbour-1""#;

#[test]
fn class_29_no_reader_of_a_body_finds_another_owner() {
    let world = World::new();
    for smuggled in [
        r#""locationId":"harbour-2""#,
        r#""location\u0049d":"harbour-2""#,
        r#""LocationId":"harbour-2""#,
        r#""LOCATIONID":"harbour-2""#,
        r#""location_id":"harbour-2""#,
        r#""location-id":"harbour-2""#,
        r#""location.id":"harbour-2""#,
        r#"" locationId":"harbour-2""#,
        r#""locationId\u0000":"harbour-2""#,
        r#""locationId\u0000x":"harbour-2""#,
        r#""location\u0000Id":"harbour-2""#,
        r#""locationId[]":"harbour-2""#,
        r#""locationId[0]":"harbour-2""#,
        r#""\ufefflocationId":"harbour-2""#,
        r#""location\u200bId":"harbour-2""#,
        r#""locat\u0131onId":"harbour-2""#,
        r#""locat\u0130onId":"harbour-2""#,
        r#""locationId":null"#,
        r#""locationId":{"$ne":""}"#,
        r#""x":"\ud800""#,
        r#""x":1e999"#,
        r#""x":01"#,
        r#""x":"harbour-1","#,
        r#""x":NaN"#,
        r#""x":1 /* } */"#,
        r#""x":'y'"#,
        r#"x:1"#,
    ] {
        for body in [format!("{{{OWN},{smuggled}}}"), format!("{{{smuggled},{OWN}}}")] {
            assert_eq!(world.code_of_body("POST", "/notes", JSON, body.as_bytes()), "ambiguous_owner", "{body}");
        }
    }
    // What is not a property of the object itself is data.
    for harmless in [r#""x":{"locationId":"harbour-2"}"#, r#""x":["locationId","harbour-2"]"#, r#""location":"2""#] {
        let body = format!("{{{OWN},{harmless}}}");
        assert_eq!(world.code_of_body("POST", "/notes", JSON, body.as_bytes()), "allowed", "{body}");
    }
}

#[test]
fn class_29_a_body_that_is_not_plainly_json_is_refused() {
    let world = World::new();
    let own = format!("{{{OWN}}}");
    let code = |content_type: &str, body: &[u8]| world.code_of_body("POST", "/notes", content_type, body);
    for content_type in [
        "text/json",
        "application/jsonp",
        "application/json, text/plain",
        "application/json,application/json",
        "application/json; charset=utf-7",
        "application/json; charset=utf-16le",
        "application/json;charset=UTF-8; charset=utf-7",
        "application/json; charset='utf-8'",
        "application/json; CHARSET*=utf-7''x",
        "",
        ";",
    ] {
        assert_eq!(code(content_type, own.as_bytes()), "ambiguous_owner", "{content_type}");
    }
    for content_type in
        ["Application/JSON", "application/json;", "application/json ; charset=\"UTF-8\"", "a/b+json;x=y"]
    {
        assert_eq!(code(content_type, own.as_bytes()), "allowed", "{content_type}");
    }
    let utf_16: Vec<u8> = own.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xef\xbb\xbf", own.as_bytes()].concat();
    assert_eq!(code(JSON, &marked), "allowed");
    assert_eq!(code("multipart/form-data; boundary=x", own.as_bytes()), "owner_not_checked");
    let not_utf_8 = [&own.as_bytes()[..own.len() - 1], b",\"x\":\"\xff\"}"].concat();
    let trailing = format!("{own}\n{{\"locationId\":\"harbour-2\"}}");
    let deep = format!("{{{OWN},\"x\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000));
    for body in [utf_16.as_slice(), &not_utf_8, trailing.as_bytes(), deep.as_bytes(), b" ", b"null", b"\"\""] {
        assert_eq!(code(JSON, body), "ambiguous_owner", "{}", String::from_utf8_lossy(body));
    }
    let token = Some(world.tokens["tenant"].as_str());
    for encoding in ["gzip", "identity", ""] {
        let fields = [("Content-Type", JSON), ("Content-Encoding", encoding)];
        let denial = world.judge_with_body("POST", "/notes", token, &fields, own.as_bytes()).unwrap_err();
        assert_eq!(denial.code().as_str(), "ambiguous_owner", "{encoding}");
    }
}

#[test]
fn class_29_a_form_that_is_json_or_xml_to_another_reader_is_refused() {
    let world = World::new();
    let form = "application/x-www-form-urlencoded";
    let other = r#"{"locationId":"harbour-2","x":"&locationId=harbour-1&y="}"#;
    for body in [
        other.to_owned(),
        r#"{"locationId":"harbour-2"}&locationId=harbour-1"#.to_owned(),
        format!("[{other}]"),
        format!("/**/{other}"),
        serde_json::to_string(other).unwrap(),
        "<x><locationId>harbour-2</locationId><y><![CDATA[&locationId=harbour-1&]]></y></x>".to_owned(),
    ] {
        assert_eq!(world.code_of_body("POST", "/notes", form, body.as_bytes()), "ambiguous_owner", "{body}");
    }
    // Where the path names the owner, the body need not be a form of it at all.
    let profile = "/locations/harbour-1/profile";
    let body = br#"{"locationId":"harbour-2"}"#;
    assert_eq!(world.code_of_body("PUT", profile, form, body), "ambiguous_owner");
    // Within a form they are data, as people write them by hand.
    let body = br#"locationId=harbour-1&filter={"tags":["a/b"]}"#;
    assert_eq!(world.code_of_body("POST", "/notes", form, body), "allowed");
}

#[test]
fn class_28_a_body_longer_than_is_read_gets_413_and_no_grant() {
    let world = World::new();
    let padded = |length: usize| format!("{{{OWN}}}{}", " ".repeat(length - OWN.len() - 2)).into_bytes();
    assert_eq!(world.code_of_body("POST", "/notes", JSON, &padded(MAX_BODY_BYTES)), "allowed");
    assert_eq!(world.code_of_body("POST", "/notes", JSON, &padded(MAX_BODY_BYTES + 1)), "ambiguous_request");
    let token = Some(world.tokens["tenant"].as_str());
    let denial: Denial = world.judge_with_body("POST", "/notes", token, &[], &padded(MAX_BODY_BYTES + 1)).unwrap_err();
    let reply = answer(&denial, &Realm::default());
    assert_eq!((reply.status, &*reply.problem.kind), (413, "urn:tidegate:problem:body-too-long"));
    // Where no body is read, none is too long; and nobody's body is read.
    assert_eq!(world.code_of_body("POST", "/contacts/", JSON, &padded(MAX_BODY_BYTES + 1)), "allowed");
    let denial = world.judge_with_body("POST", "/notes", None, &[], &padded(MAX_BODY_BYTES + 1)).unwrap_err();
    assert_eq!(denial.code().as_str(), "no_credential");
}

#[test]
fn bodies_are_read_only_for_operations_that_name_their_owner_there() {
    let world = World::new();
    let is_read = |method: &str, target: &str, level| {
        let request = Request::<()>::with_credential(method, target, None).unwrap();
        locate(&world.policy, &request).owner_fields(level).body
    };
    let reads = |level| {
        let filled = world.policy.operations().iter().map(|operation| {
            let target = operation.path.fill(|_| "x".to_owned());
            (format!("{} {}", operation.method.as_str(), operation.path), operation.method.as_str(), target)
        });
        let read = filled.filter(|(_, method, target)| is_read(method, target, level));
        read.map(|(name, ..)| name).collect::<Vec<_>>()
    };
    assert_eq!(
        reads(Level::SubAccount),
        ["PUT /locations/{locationId}/profile", "GET /lookup", "POST /notes", "POST /payments", "POST /uploads"]
    );
    assert_eq!(reads(Level::Agency), [""; 0]);
    for (method, target) in [("POST", "/nothing"), ("GET", "/notes"), ("POST", "/notes/")] {
        assert!(!is_read(method, target, Level::SubAccount), "{target}");
    }
}

#[test]
fn a_body_is_read_for_the_level_whose_owner_it_names() {
    let mut described = document();
    let body = json!({ "content": { "application/json": { "schema": { "properties": { "locationId": {} } } } } });
    let operation = json!({ "security": [{ "Agency": [] }, { "Tenant": [] }], "requestBody": body });
    described["paths"]["/messages"] = json!({ "post": operation, "get": operation });
    let compiled = compile(&[Document::parse(&described.to_string()).unwrap()], &settings());
    let world = World::with_policy(compiled.policy.unwrap().with_rev(1));
    let code = |method: &str, token: &str, body: &[u8]| {
        let fields = [("Content-Type", "application/octet-stream")];
        let judged = world.judge_with_body(method, "/messages", Some(&world.tokens[token]), &fields, body);
        judged.err().map_or("allowed", |denial| denial.code().as_str())
    };
    let long = [b' '; MAX_BODY_BYTES + 1];
    for (method, body) in [("POST", &long[..]), ("POST", b"x"), ("GET", b"x")] {
        assert_eq!(code(method, "agency", body), "allowed", "{method}");
        assert!(code(method, "tenant", body).starts_with("ambiguous"), "{method}");
    }
}

#[test]
fn class_36_integers_that_javascript_rounds_name_no_owner() {
    let mut world = World::new();
    let record = world.records.values_mut().next().unwrap();
    let tidegate::record::Record::Live(live) = record else { panic!("not live") };
    let live = std::rc::Rc::make_mut(live);
    live.owner = super::super::support::owner(Level::SubAccount, "9007199254740991");
    for (value, expected) in [
        ("9007199254740991", "allowed"),
        ("\"9007199254740991\"", "allowed"),
        ("9007199254740992", "ambiguous_owner"),
        ("9007199254740993", "ambiguous_owner"),
        ("18446744073709551616", "ambiguous_owner"),
        ("9007199254740991.0", "ambiguous_owner"),
        ("1", "wrong_owner"),
        ("-1", "ambiguous_owner"),
        ("1.0", "ambiguous_owner"),
        ("true", "ambiguous_owner"),
        ("\"\"", "wrong_owner"),
    ] {
        let body = format!("{{\"locationId\":{value}}}");
        assert_eq!(world.code_of_body("POST", "/notes", JSON, body.as_bytes()), expected, "{value}");
    }
}
