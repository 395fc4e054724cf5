//! What an isolate holds of a policy with as many operations as one may have.

use tidegate::openapi::MAX_OPERATIONS;
use tidegate::policy::{
    Access, Alternative, MAX_BYTES, MAX_PATHS_BYTES, Operation, OwnerNames, OwnerPlaces, PartDigest, Parted, Policy,
    StoredPolicy, Template,
};
use tidegate::record::Level;
use tidegate::request::{Method, Path};

use std::collections::BTreeMap;

use super::super::counted::held_by;
use super::parts::store_keys;

/// What an isolate may hold of a policy. On this machine's 64 bits the same takes more than in WebAssembly.
const MOST_HELD: usize = 24_000_000;
/// So many templates are asked for, each with four methods that need so many scopes: more than are kept.
const ASKED: usize = 500;
const SCOPES: usize = 60;

fn is_asked_for(template: usize) -> bool {
    template.is_multiple_of(MAX_OPERATIONS / 4 / ASKED)
}

fn operation(place: usize) -> Operation {
    let (template, methods) = (place / 4, [Method::Get, Method::Put, Method::Post, Method::Delete]);
    let count = if is_asked_for(template) { SCOPES } else { 1 };
    let scopes = (0..count).map(|n| format!("\"area{:05}.of-things-{n:02}.readonly\"", template % 4_000));
    let scopes = format!("[{}]", scopes.collect::<Vec<_>>().join(","));
    let scopes = serde_json::from_str(&scopes).unwrap();
    let path = if template % 4 == 0 { "/{id}/parts/{part}" } else { "" };
    Operation {
        path: Template::parse(&format!("/v1/area{}/things{template}{path}", template % 50)).unwrap(),
        method: methods[place % 4].clone(),
        access: Access::AnyOf(vec![Alternative { level: Level::SubAccount, scopes, owner: OwnerPlaces::default() }]),
        owner: OwnerPlaces::default(),
        is_routed_exactly: false,
        takes_encoded: false,
        is_multipart_unchecked: false,
        id: Some(format!("operation{place}")),
        summary: None,
        document: "Things".to_owned(),
    }
}

/// A path of so many bytes that begins as no other does.
fn long_path(number: usize, bytes: usize) -> String {
    let digits: Vec<u8> = number.to_string().bytes().rev().collect();
    let letters = digits.iter().cycle().take(bytes.saturating_sub(1)).map(|digit| char::from(digit + 49));
    format!("/{}", letters.collect::<String>())
}

#[test]
fn an_isolate_holds_at_most_24_mb_of_long_paths_and_of_templates_that_cross() {
    const BYTES: usize = 8_000;
    let mut operations: Vec<Operation> = (0..MAX_PATHS_BYTES / BYTES - 1)
        .map(|number| Operation {
            path: Template::parse(&long_path(number + 1_000, BYTES)).unwrap(),
            method: Method::Get,
            ..operation(5)
        })
        .collect();
    operations.push(Operation { path: Template::parse("/{path...}").unwrap(), method: Method::Get, ..operation(5) });
    let mut paths: Vec<Path> =
        operations.iter().step_by(20).map(|one| Path::parse(&one.path.fill(|_| "x/y".to_owned())).unwrap()).collect();
    paths.push(Path::parse("/x/y").unwrap());
    let text = Policy::new(1, operations, OwnerNames::default()).unwrap().to_json();
    let Parted { head, parts } = Parted::split(&text).unwrap();
    let head = StoredPolicy::sign(&store_keys(), &head).unwrap().into_string();
    let store: BTreeMap<PartDigest, String> = parts.into_iter().map(|part| (part.digest, part.text)).collect();
    let (_, most, after) = held_by(|| {
        let policy = StoredPolicy::open(&store_keys(), head.clone()).unwrap();
        for path in &paths {
            let (found, _) = super::parts::concerning(&policy, path, &store);
            assert!(found.operation(&Method::Get, path).is_some(), "{path:?}");
        }
        policy
    });
    println!("{most} bytes at most, {after} in the end");
    assert!(most <= MOST_HELD && most > MAX_PATHS_BYTES, "{most} bytes at most, {after} in the end");
}

#[test]
fn an_isolate_holds_at_most_24_mb_of_20_000_operations() {
    let operations: Vec<Operation> = (0..MAX_OPERATIONS).map(operation).collect();
    let asked = operations.iter().step_by(4).enumerate().filter(|(template, _)| is_asked_for(*template));
    let paths: Vec<_> = asked.map(|(_, one)| Path::parse(&one.path.fill(|_| "x".to_owned())).unwrap()).collect();
    assert_eq!(paths.len(), ASKED);
    let text = Policy::new(1, operations, OwnerNames::default()).unwrap().to_json();
    assert!(text.len() > MAX_BYTES / 3 && text.len() <= MAX_BYTES, "{}", text.len());
    let Parted { head, parts } = Parted::split(&text).unwrap();
    let head = StoredPolicy::sign(&store_keys(), &head).unwrap().into_string();
    let store: BTreeMap<PartDigest, String> = parts.into_iter().map(|part| (part.digest, part.text)).collect();
    let mut reads = 0;
    let (_, most, after) = held_by(|| {
        let policy = StoredPolicy::open(&store_keys(), head.clone()).unwrap();
        for path in &paths {
            reads += super::parts::concerning(&policy, path, &store).1;
        }
        policy
    });
    assert!(reads > 50, "{reads}");
    println!("{most} bytes at most, {after} in the end, {reads} reads of {} parts", store.len());
    assert!(most <= MOST_HELD, "{most} bytes at most, {after} in the end");
    assert!(after > MOST_HELD / 5, "too few operations were asked for: {after} bytes");
}
