//! A policy in parts says of every path what the same policy in one piece says, and needs no more of them than that takes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use tidegate::openapi::{Document, Settings, compile};
use tidegate::policy::{
    CorruptPolicy, Lookup, MAX_PART_BYTES, MAX_WHOLE_BYTES, PartDigest, Parted, Policy, StoredPolicy,
};
use tidegate::request::{Method, Path};
use tidegate::token::{Authentic, StoreKeys};

use super::super::support::{keys, token_keys};
use super::super::world;
use super::open_policy;

pub fn store_keys() -> StoreKeys {
    keys(&token_keys()).store().clone()
}

/// A document of so many operations, one of four under a template with two parameters, each with so long a summary; `changed`
/// has another one.
pub fn many(operations: usize, summary: usize, changed: Option<usize>) -> String {
    let summary = "s".repeat(summary);
    let operation = |at: usize| {
        let summary = if changed == Some(at) { "changed".to_owned() } else { format!("{summary} {at}") };
        json!({ "summary": summary, "security": [{ "Tenant": [format!("area{}.readonly", at % 40)] }] })
    };
    let paths: serde_json::Map<_, _> = (0..operations.div_ceil(4))
        .map(|at| {
            let area = at % 400;
            let path = if at % 4 == 0 {
                format!("/area{area}/{{id}}/things{at}/{{thing}}")
            } else {
                format!("/area{area}/things{at}")
            };
            let methods = ["get", "put", "post", "delete"];
            let methods: serde_json::Map<_, _> =
                methods.iter().zip(0..).map(|(method, n)| ((*method).to_owned(), operation(4 * at + n))).collect();
            (path, methods.into())
        })
        .collect();
    json!({ "openapi": "3.1.0", "info": { "title": "Many", "version": "1" }, "paths": paths }).to_string()
}

pub fn compiled(document: &str) -> Policy {
    let settings: Settings = serde_json::from_value(
        json!({ "schemes": { "Tenant": { "level": "sub_account", "private_integrations": true } } }),
    )
    .unwrap();
    let compiled = compile(&[Document::parse(document).unwrap()], &settings);
    assert_eq!(compiled.report.errors, []);
    compiled.policy.unwrap().with_rev(3)
}

/// The parts of a policy, as a store holds them, and its head as KV does.
fn stored(policy: &Policy) -> (BTreeMap<PartDigest, String>, String) {
    let Parted { head, parts } = Parted::split(&policy.to_json()).unwrap();
    let signed = StoredPolicy::sign(&store_keys(), &head).unwrap().into_string();
    (parts.into_iter().map(|part| (part.digest, part.text)).collect(), signed)
}

/// What a policy in parts says of a path, and how many parts had to be read for it.
pub fn concerning(policy: &StoredPolicy, path: &Path, store: &BTreeMap<PartDigest, String>) -> (Policy, usize) {
    let mut read = 0;
    loop {
        match policy.concerning(path) {
            Ok(part) => return (Policy::clone(&part), read),
            // As the gate does, with a copy of its own.
            Err(CorruptPolicy::Part(digest)) => policy.take(&store[&digest].clone()).unwrap(),
            Err(other) => panic!("{other}"),
        }
        read += 1;
    }
}

fn assert_same(policy: &Policy, paths: &[Path]) -> usize {
    let (store, head) = stored(policy);
    let parted = StoredPolicy::open(&store_keys(), head).unwrap();
    let whole = StoredPolicy::parse(Authentic::from_registry(policy.to_json())).unwrap();
    assert_eq!((parted.rev(), whole.rev()), (policy.rev(), policy.rev()));
    let mut reads = 0;
    for path in paths {
        let (part, read) = concerning(&parted, path, &store);
        reads += read;
        let one_piece = whole.concerning(path).unwrap();
        for method in Method::OPENAPI {
            let found = policy.lookup(&method, path);
            assert_eq!(part.lookup(&method, path), found, "{method:?} {path:?}");
            assert_eq!(one_piece.lookup(&method, path), found, "{method:?} {path:?}");
            if let Lookup::Found(operation, _) = found {
                let alike = policy.alike(operation, &method, path);
                assert_eq!(part.alike(operation, &method, path), alike, "{method:?} {path:?}");
                assert_eq!(one_piece.alike(operation, &method, path), alike, "{method:?} {path:?}");
            }
        }
    }
    reads
}

fn paths(policy: &Policy) -> Vec<Path> {
    let filled = policy.operations().iter().map(|operation| operation.path.fill(|_| "x".to_owned()));
    filled.chain(["/nothing".to_owned()]).map(|path| Path::parse(&path).unwrap()).collect()
}

#[test]
fn in_parts_it_says_what_it_says_in_one_piece() {
    for policy in [
        world::policy(),
        open_policy(&[]),
        open_policy(&[(Method::Get, "/"), (Method::Put, "/{a}")]),
        compiled(&many(2_000, 400, None)),
    ] {
        assert_same(&policy, &paths(&policy));
        let text = policy.to_json();
        let Parted { head, parts } = Parted::split(&text).unwrap();
        let store: BTreeMap<_, _> = parts.iter().map(|part| (part.digest.clone(), part.text.clone())).collect();
        assert_eq!(Parted::join(&head, &mut |digest| store.get(digest).cloned()).unwrap(), text);
        assert!(
            parts.iter().all(|part| part.text.len() <= MAX_PART_BYTES && PartDigest::of(&part.text) == part.digest)
        );
        assert!(Parted::is_head(&head) && !Parted::is_head(&text));
        assert!(Policy::from_json(&head).is_err(), "as a policy in one piece it is refused");
    }
}

#[test]
fn a_request_needs_few_parts_of_20_000_operations() {
    let policy = compiled(&many(20_000, 300, None));
    assert_eq!(policy.operations().len(), 20_000);
    assert!(policy.to_json().len() > 4 * MAX_WHOLE_BYTES);
    let (store, head) = stored(&policy);
    let parted = StoredPolicy::open(&store_keys(), head).unwrap();
    let all = paths(&policy);
    let (part, first) = concerning(&parted, &all[10_000], &store);
    assert!(part.operations().len() < 100 && first < 12, "{first} of {}", store.len());
    let (_, next) = concerning(&parted, &all[10_001], &store);
    assert!(next <= 1, "{next}");
    // All that was read is forgotten now and then; what is asked for after that is right.
    let picked: Vec<_> = all.into_iter().step_by(613).collect();
    assert!(assert_same(&policy, &picked) > 20);
}

#[test]
fn a_path_reads_only_what_it_comes_by_however_many_templates_cross() {
    let literals = (0..2_000).map(|n| format!("/v1/area{}/things{n}", n % 50));
    let patterns = (0..2_000).map(|n| format!("/v1/{{id}}:verb{n}"));
    let crossing = ["/{path...}", "/v1/{area}/{thing}", "/v1/{area}/Things7", "/v1/{id}", "/v1/{id}:{verb}"];
    let all: Vec<String> = literals.chain(patterns).chain(crossing.map(str::to_owned)).collect();
    let operations: Vec<_> = all.iter().map(|path| (Method::Get, path.as_str())).collect();
    let policy = open_policy(&operations);
    let asked = [
        "/x",
        "/x/y/z",
        "/v1/area7/things7",
        "/v1/area7/THINGS7",
        "/v1/Area7/things7.json",
        "/v1/x/y",
        "/v1/area7/things7/",
        "/v1/x:verb7",
        "/v1/x:Verb7",
        "/v1/x:verb7.json",
        "/v1/a:b:verb70",
        "/v1/x:verb7:verb8",
        "/v1",
        "/v1/",
        "/V1/x",
    ];
    let asked = asked.map(|path| Path::parse(path).unwrap());
    assert_same(&policy, &asked);
    let (store, head) = stored(&policy);
    let parted = StoredPolicy::open(&store_keys(), head).unwrap();
    let (part, read) = concerning(&parted, &Path::parse("/x/y").unwrap(), &store);
    let of_paths = Parted::listed(&Parted::split(&policy.to_json()).unwrap().head, false).unwrap().len();
    assert!(
        part.operations().len() < 5 && read < of_paths,
        "{} operations, {read} of {of_paths}",
        part.operations().len()
    );
}

#[test]
fn only_what_the_head_lists_is_believed() {
    let policy = compiled(&many(2_000, 400, None));
    let (store, head) = stored(&policy);
    let parted = StoredPolicy::open(&store_keys(), head.clone()).unwrap();
    for text in store.values().filter(|text| text.contains("readonly")) {
        let mut other = text.clone();
        let _ = other.pop();
        assert_eq!(parted.take(&other), Err(CorruptPolicy::ForeignPart));
        assert_eq!(parted.take(&text.replace("readonly", "readonlY")), Err(CorruptPolicy::ForeignPart));
        assert_eq!(parted.take(text), Ok(()));
    }
    let foreign = stored(&compiled(&many(2_000, 401, None))).0;
    let path = &paths(&policy)[500];
    assert!(foreign.values().any(|text| parted.take(text).is_err()));
    assert!(matches!(parted.concerning(path), Err(CorruptPolicy::Part(_))) || parted.concerning(path).is_ok());
    let whole = StoredPolicy::parse(Authentic::from_registry(policy.to_json())).unwrap();
    assert_eq!(whole.take("x"), Err(CorruptPolicy::ForeignPart));
    // The head's MAC is of its list and of its revision.
    for (from, to) in [("\"rev\":3", "\"rev\":4"), ("\"parts\":[", "\"parts\":[ "), ("area", "aren")] {
        let text = head.replacen(from, to, 1);
        assert_ne!(text, head);
        assert!(matches!(StoredPolicy::open(&store_keys(), text), Err(CorruptPolicy::NotAuthentic(_))), "{from}");
    }
    let unsigned = Parted::split(&policy.to_json()).unwrap().head;
    assert!(matches!(StoredPolicy::open(&store_keys(), unsigned), Err(CorruptPolicy::NotAuthentic(_))));
}

#[test]
fn another_revision_needs_only_what_has_changed() {
    let (before, after) = (compiled(&many(8_000, 300, None)), compiled(&many(8_000, 300, Some(4_000))));
    let (old, new) = (stored(&before), stored(&after.with_rev(4)));
    let changed = new.0.keys().filter(|digest| !old.0.contains_key(digest)).count();
    assert!(changed <= 3, "{changed} of {}", new.0.len());
    let first = StoredPolicy::open(&store_keys(), old.1).unwrap();
    let path = paths(&before)[0].clone();
    concerning(&first, &path, &old.0);
    let second = StoredPolicy::open(&store_keys(), new.1).unwrap();
    second.adopt(&first);
    assert_eq!(concerning(&second, &path, &new.0).1, 0);
}

#[test]
fn an_operation_longer_than_a_part_is_refused() {
    let scopes: Vec<String> =
        (0..MAX_PART_BYTES / 40).map(|n| format!("a-scope-whose-name-is-40-characters.{n:05}")).collect();
    let document = json!({ "openapi": "3.1.0", "paths": { "/a": { "get": { "security": [{ "Tenant": scopes }] } } } });
    assert_eq!(Parted::split(&compiled(&document.to_string()).to_json()), Err(CorruptPolicy::TooLong));
}

/// The first template that matches need not be the operation's: it may have other methods only.
#[test]
fn what_resembles_a_literal_of_another_method_is_in_its_part() {
    for resembling in ["/users/export/", "/users/export.json", "/users/Export", "/users/export/{rest...}"] {
        let operations = [(Method::Post, "/users/export"), (Method::Get, resembling), (Method::Get, "/users/{userId}")];
        assert_same(&open_policy(&operations), &[Path::parse("/users/export").unwrap()]);
    }
    let accented = [
        (Method::Post, "/users/caf%C3%89"),
        (Method::Get, "/users/caf%C3%A9"),
        (Method::Get, "/users/{userId}"),
        (Method::Post, "/users/%20"),
        (Method::Get, "/users"),
    ];
    let paths = ["/users/caf%C3%89", "/users/caf%c3%89", "/users/%20"].map(|path| Path::parse(path).unwrap());
    assert_same(&open_policy(&accented), &paths);
}

fn segment() -> impl Strategy<Value = &'static str> {
    select(&[
        "a", "A", "a.json", "a.xml", "a!", "_a", "%C3%89", "%C3%A9", "%20", "-", "-%20", "a+b", "a%20b", "7:a", "7:A",
    ])
}

/// No two with one method and one shape.
fn operations() -> impl Strategy<Value = BTreeSet<(&'static str, String)>> {
    let open = select(&["{*}", "{*}", "{*}:a", "{*}.json", "a{*}"]);
    let segments = prop::collection::vec(prop_oneof![segment(), segment(), open], 1..3);
    let operation = (select(&["GET", "POST"]), segments, select(&["", "", "", "/", "/{*...}"]));
    let operation = operation.prop_map(|(method, segments, end)| (method, format!("/{}{end}", segments.join("/"))));
    prop::collection::btree_set(operation, 2..9)
}

/// The template with a name for each parameter.
fn named(template: &str) -> String {
    let mut names = "abc".chars();
    template.chars().map(|letter| if letter == '*' { names.next().unwrap() } else { letter }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_part_has_all_that_a_path_resembles(
        operations in operations(),
        paths in prop::collection::vec((prop::collection::vec(segment(), 1..4), select(&["", "/"])), 12),
    ) {
        let named: Vec<_> = operations.iter().map(|(method, path)| (*method, named(path))).collect();
        let of = |method: &str| if method == "GET" { Method::Get } else { Method::Post };
        let operations: Vec<_> = named.iter().map(|(method, path)| (of(method), path.as_str())).collect();
        let paths = paths.iter().map(|(segments, end)| format!("/{}{end}", segments.join("/")));
        let paths: Vec<_> = paths.map(|path| Path::parse(&path).unwrap()).collect();
        assert_same(&open_policy(&operations), &paths);
    }
}

proptest! {
    #[test]
    fn no_text_that_is_taken_for_a_head_or_part_panics(text in ".{0,200}", digest in "[0-9a-f]{64}") {
        let head = format!("{{\"v\":2,{text}\"index\":[\"1 2 {digest} x\"],\"parts\":[],\"tail\":[]}}");
        let _ = StoredPolicy::parse(Authentic::from_registry(head)).map(|policy| policy.concerning(&Path::parse("/a").unwrap()).map(drop));
        let _ = PartDigest::of_key(&text);
    }
}

/// They make version 3 of the form, whose parts say so in their head.
#[test]
fn templates_that_version_1_cannot_say_are_found_in_parts() {
    let templates = [
        "/o/{id}:cancel",
        "/o/{id}",
        "/o/Customers('{id}')",
        "/o/{name}.csv",
        "/caf%C3%A9/{id}",
        "/files/{path...}",
        "/files/{id}/meta",
    ];
    let policy = open_policy(&templates.map(|path| (Method::Get, path))).with_rev(3);
    assert!(policy.to_json().starts_with("{\"v\":3,"));
    let path = |text: &str| Path::parse(text).unwrap();
    let paths =
        ["/o/7:cancel", "/o/7", "/o/Customers('x')", "/o/a.csv", "/caf%c3%a9/1", "/files/a/b/c", "/files/a/meta", "/x"];
    assert_same(&policy, &paths.map(path));
}
