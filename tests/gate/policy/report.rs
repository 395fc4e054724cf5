//! What compiling reports: every finding with its document, path and method.

use std::rc::Rc;

use proptest::prelude::*;
use serde_json::{Value, json};
use tidegate::openapi::{Compiled, Finding, compile};
use tidegate::policy::{CorruptPolicy, Policy, Template};

use super::super::support::{owner, scopes};
use super::super::world::World;
use super::{compiled, document, one, parsed, settings};
use tidegate::record::{Level, Record};

fn place(finding: &Finding) -> (&str, &str, &str) {
    (&finding.document, &finding.path, &finding.method)
}

/// Documents with one error, which is expected at (document, path, method) and to say `what`.
fn one_error(documents: &[Value], at: (&str, &str, &str), what: &str) {
    let Compiled { policy, report, .. } = compiled(documents);
    assert_eq!(policy, None);
    assert_eq!(report.errors.len(), 1, "{:?}", report.errors);
    assert_eq!(place(&report.errors[0]), at);
    assert!(report.errors[0].message.contains(what), "{:?}", report.errors[0]);
}

#[test]
fn every_error_names_document_path_and_method() {
    let secured = json!({ "security": [{ "Tenant": ["a"] }] });
    for (path, what) in [
        ("/a/{b}{c}", "side by side"),
        ("/a/{b", "brace"),
        ("/a/{}", "name"),
        ("/{b}/{b}", "the same name"),
        ("/a%2Fb", "percent-encoded"),
        ("a", "slash"),
        ("/a//b", "empty segment"),
        ("/a/../b", "dot segment"),
        ("/a;b", "';', which no path may have"),
    ] {
        one_error(&[one(path, secured.clone())], ("One", path, "get"), what);
    }
    let scope = json!({ "security": [{ "Tenant": ["a b"] }] });
    one_error(&[one("/a", scope)], ("One", "/a", "get"), "\"a b\"");
    let dangling =
        json!({ "security": [{ "Tenant": ["a"] }], "parameters": [{ "$ref": "#/components/parameters/Nowhere" }] });
    one_error(&[one("/a", dangling)], ("One", "/a", "get"), "Nowhere");
}

#[test]
fn a_clash_names_document_path_and_method() {
    let paths = |name: &str| json!({ (format!("/a/{{{name}}}")): { "get": { "security": [] } } });
    let needing = json!({ "/a/{y}": { "get": { "security": [{ "Tenant": ["a"] }] } } });
    let (first, second) = (document("First", paths("x")), document("Second", needing));
    one_error(&[first.clone(), second.clone()], ("Second", "/a/{y}", "get"), "/a/{x}");
    one_error(&[second.clone(), first.clone()], ("Second", "/a/{y}", "get"), "GET /a/{x} of First");
    // All of them are told at once, and with the rest of the report.
    let mut third = paths("z");
    third["/b"] = json!({ "get": { "security": [] } });
    let third = document("Third", third);
    let mut fourth = second.clone();
    fourth["info"]["title"] = json!("Fourth");
    let Compiled { policy, report, .. } = compiled(&[first.clone(), second, third.clone(), fourth]);
    assert_eq!((policy, report.errors.len(), report.operations), (None, 2, 2));
    // Where access is the same they are one.
    let Compiled { policy, report, .. } = compiled(&[first.clone(), third]);
    assert_eq!((policy.unwrap().operations().len(), report.errors.len()), (2, 0));
    let told: Vec<_> = report.joined.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["Third, GET /a/{z}: joined with GET /a/{x} of First"]);
}

#[test]
fn what_is_no_error_is_reported_as_well() {
    let paths = json!({
        "/silent": { "get": {} },
        "/nobody": { "post": { "security": [{ "User": ["u"] }] } },
        "/strange": { "put": { "security": [{ "Strange": ["u"] }] } },
        "/c/{id}/slots": { "get": { "security": [{ "Tenant": ["a"] }] } },
        "/c/resources/{type}": { "get": { "security": [{ "Agency": ["b"] }, { "Tenant": ["b"] }] } },
        "/open": { "get": { "security": [] } }
    });
    let Compiled { policy, report, .. } = compiled(&[document("All", paths)]);
    assert!(policy.is_some());
    let places =
        |findings: &[Finding]| findings.iter().map(|finding| format!("{:?}", place(finding))).collect::<Vec<_>>();
    assert_eq!(places(&report.without_security), [r#"("All", "/silent", "get")"#]);
    assert_eq!(places(&report.unsatisfiable), [r#"("All", "/nobody", "post")"#, r#"("All", "/strange", "put")"#]);
    assert_eq!(report.unmapped_schemes, ["Strange"]);
    assert_eq!(report.crossing.len(), 1);
    assert!(!report.crossing[0].document.is_empty());
    let counts = (report.operations, report.public, report.agency, report.sub_account, report.scopes);
    assert_eq!(counts, (6, 1, 2, 3, 2));
}

/// With what is compared for the agency alone, a sub-account's integration names nobody.
#[test]
fn an_owner_of_the_agency_names_no_sub_account() {
    let paths = json!({
        "/companies/{companyId}/things": { "get": {} },
        "/locations/{locationId}/things": { "get": {} },
        "/both/{companyId}/{locationId}": { "get": {} },
    });
    let mut settings = serde_json::to_value(settings()).unwrap();
    settings["without_security"] = json!("authenticated");
    let report = compile(&[parsed(&document("All", paths))], &serde_json::from_value(settings).unwrap()).report;
    let told: Vec<_> = report.names_no_owner.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(told, ["/companies/{companyId}/things"]);
}

#[test]
fn the_order_of_documents_does_not_matter() {
    let secured = |scope: &str| json!({ "security": [{ "Tenant": [scope] }] });
    let documents = [
        one("/a", secured("x")),
        one("/b", json!({})),
        one("/c/{d}", secured("y")),
        one("/c/e", json!({ "security": [] })),
    ];
    let once = compiled(&documents);
    let again = compiled(&documents.into_iter().rev().collect::<Vec<_>>());
    assert_eq!((once.policy, once.report), (again.policy, again.report));
}

#[test]
fn a_stored_policy_that_is_damaged_is_refused() {
    let whole: Value = serde_json::from_str(&World::new().policy.to_json()).unwrap();
    let damaged = |pointer: &str, value: Value| {
        let mut policy = whole.clone();
        *policy.pointer_mut(pointer).unwrap() = value;
        Policy::from_json(&policy.to_string()).unwrap_err()
    };
    assert_eq!(damaged("/v", json!(2)), CorruptPolicy::Version(2));
    for (pointer, value) in [
        ("/v", json!("1")),
        ("/rev", json!(-1)),
        ("/operations", json!({})),
        ("/operations/0/method", json!("BR EW")),
        ("/operations/0/method", json!("get")),
        ("/operations/0/path", json!("a")),
        ("/operations/0/access", json!("all")),
        ("/operations/0/access", json!({ "any_of": [{ "level": "root", "scopes": [] }] })),
    ] {
        assert!(matches!(damaged(pointer, value.clone()), CorruptPolicy::Malformed { .. }), "{pointer} {value}");
    }
    let twice = whole["operations"][0].clone();
    assert!(matches!(damaged("/operations/1", twice), CorruptPolicy::Operations(_)));
}

#[test]
fn templates_print_as_they_were_read() {
    for text in ["/", "/a", "/a/", "/a/{b}", "/{a}/{b}/", "/a:b/{c-d}", "/{*rest}", "/{p1}/{p0}"] {
        assert_eq!(Template::parse(text).unwrap().to_string(), text);
    }
}

const SCOPES: [&str; 8] = [
    "contacts.readonly",
    "locations.readonly",
    "locations.write",
    "invoices.readonly",
    "invoices.write",
    "users.readonly",
    "users.search",
    "export.all",
];
const REQUESTS: [(&str, &str); 8] = [
    ("GET", "/contacts/c1"),
    ("GET", "/locations/harbour-1"),
    ("PUT", "/locations/harbour-1"),
    ("DELETE", "/invoices/i1"),
    ("GET", "/users/u1"),
    ("GET", "/export"),
    ("GET", "/export/"),
    ("GET", "/me"),
];

/// The requests that a sub-account's, or the agency's, integration with these scopes may make.
fn reachable(level: Level, held: &[&str]) -> Vec<(&'static str, &'static str)> {
    let mut world = World::new();
    for record in world.records.values_mut() {
        let Record::Live(live) = record else { continue };
        let live = Rc::make_mut(live);
        live.scopes = scopes(&held.join(" "));
        live.owner = owner(level, "harbour-1");
    }
    REQUESTS.into_iter().filter(|(method, target)| world.code(method, target, "tenant") == "allowed").collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn more_scopes_never_open_less(
        held in prop::sample::subsequence(&SCOPES, 0..=8),
        more in prop::sample::subsequence(&SCOPES, 0..=8),
        level in prop::sample::select(&[Level::Agency, Level::SubAccount]),
    ) {
        let both: Vec<_> = held.iter().chain(&more).copied().collect();
        let (fewer, larger) = (reachable(level, &held), reachable(level, &both));
        prop_assert!(fewer.iter().all(|request| larger.contains(request)), "{held:?} + {more:?}: {fewer:?} {larger:?}");
    }
}

/// Of a range the gate reads what it reads.
#[test]
fn of_a_range_of_media_types_it_is_told_what_is_refused() {
    let mut settings = settings();
    settings.owner_parameters.sub_account[0].body = true;
    let told = |media_types: &[&str]| {
        let owner = json!({ "schema": { "properties": { "locationId": {} } } });
        let content: serde_json::Map<_, _> =
            media_types.iter().map(|name| ((*name).to_owned(), owner.clone())).collect();
        let operation = json!({ "security": [{ "Tenant": ["a"] }], "requestBody": { "content": content } });
        let report = compile(&[parsed(&one("/a", operation))], &settings).report;
        let unread = report.unread_bodies.into_iter().map(|finding| finding.message).collect::<Vec<_>>();
        (unread, report.names_no_owner.len())
    };
    let refused = "is compared in JSON and application/x-www-form-urlencoded; any other body is refused";
    for range in ["*/*", "application/*", "*/*; q=1"] {
        assert_eq!(told(&[range]), (vec![format!("locationId in {range} {refused}")], 0), "{range}");
    }
    let both = vec![format!("locationId in */* {refused}"), "locationId in text/plain is not compared".to_owned()];
    assert_eq!(told(&["*/*", "text/plain"]), (both, 0));
    assert_eq!(told(&["application/json"]), (Vec::new(), 0));
    let (unread, names_none) = told(&["multipart/form-data", "text/*"]);
    assert_eq!((unread, names_none), (vec!["locationId in multipart/form-data, text/* is not compared".to_owned()], 1));
}
