//! The policy as isolates hold it: read path by path, it says what the whole one says.

use std::rc::Rc;

use serde_json::{Value, json};
use tidegate::policy::{CorruptPolicy, Policy, StoredPolicy};
use tidegate::request::{Method, Path};
use tidegate::token::Authentic;

use super::super::world;
use super::open_policy;

fn stored(text: impl Into<String>) -> Result<StoredPolicy, CorruptPolicy> {
    StoredPolicy::parse(Authentic::from_registry(text.into()))
}

/// The operations that are read for a path.
fn read(policy: &StoredPolicy, path: &str) -> Vec<String> {
    let part = policy.concerning(&Path::parse(path).unwrap()).unwrap();
    part.operations().iter().map(tidegate::policy::Operation::name).collect()
}

fn four() -> Policy {
    let operations =
        [(Method::Get, "/a/{id}"), (Method::Post, "/a/b"), (Method::Put, "/a/{other}"), (Method::Get, "/c")];
    open_policy(&operations)
}

/// One with everything that a policy can have.
fn rich() -> Policy {
    world::policy().with_rev(7).with_descriptions([("contacts.readonly", "Reads\n\"contacts\"")])
}

#[test]
fn only_what_shares_a_path_is_read() {
    let policy = stored(four().to_json()).unwrap();
    assert_eq!(read(&policy, "/a/b"), ["POST /a/b", "GET /a/{id}", "PUT /a/{other}"]);
    assert_eq!(read(&policy, "/a/x"), ["POST /a/b", "GET /a/{id}", "PUT /a/{other}"]);
    assert_eq!(read(&policy, "/c"), ["GET /c"]);
    for nothing in ["/", "/a", "/a/", "/c/", "/c/d", "/a/b/c"] {
        assert!(read(&policy, nothing).is_empty(), "{nothing}");
    }
}

#[test]
fn what_is_no_operation_is_kept_of_every_part() {
    let (whole, policy) = (rich(), stored(rich().to_json()).unwrap());
    assert_eq!(policy.rev(), 7);
    for path in ["/nothing", "/contacts/1"] {
        let part = policy.concerning(&Path::parse(path).unwrap()).unwrap();
        assert_eq!((part.rev(), part.owner_names()), (7, whole.owner_names()), "{path}");
    }
}

#[test]
fn each_layout_says_the_same() {
    let whole = rich();
    let value: Value = serde_json::from_str(&whole.to_json()).unwrap();
    let mut reversed = value.clone();
    reversed["operations"].as_array_mut().unwrap().reverse();
    let out_of_order = |place: usize| {
        let text = whole.to_json();
        let mut lines: Vec<_> = text.lines().map(|line| line.trim_end_matches(',')).collect();
        let last = whole.operations().len();
        lines.swap(place, place + 1);
        [lines[0], &lines[1..=last].join(",\n"), &lines[last + 1..].join("\n")].join("\n")
    };
    let head_last = {
        let (owner_names, text) = (serde_json::to_string(whole.owner_names()).unwrap(), whole.to_json());
        let without = text.replace(&format!("\"owner_parameters\":{owner_names},"), "");
        without.replace("\n],", &format!("\n],\"owner_parameters\":{owner_names},"))
    };
    let escaped = whole.to_json().replace("\"path\":\"/", "\"path\":\"\\u002f");
    let layouts =
        [value.to_string(), serde_json::to_string_pretty(&value).unwrap(), reversed.to_string(), head_last, escaped];
    for text in layouts.into_iter().chain((1..whole.operations().len()).map(out_of_order)) {
        assert_eq!(Policy::from_json(&text).as_ref(), Ok(&whole), "{text}");
        let policy = stored(text.as_str()).unwrap();
        for operation in whole.operations() {
            let path = Path::parse(&operation.path.fill(|_| "x".to_owned())).unwrap();
            let part = policy.concerning(&path).unwrap();
            assert_eq!(part.lookup(&operation.method, &path), whole.lookup(&operation.method, &path), "{text}");
        }
    }
}

#[test]
fn a_part_of_the_text_is_no_policy() {
    let text = rich().to_json();
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        assert!(stored(&text[..end]).is_err(), "{}", &text[..end]);
    }
    for (at, _) in text.match_indices('\n') {
        assert!(stored(&text[at..]).is_err());
    }
}

#[test]
fn what_is_corrupt_is_told_and_never_left_out() {
    let text = four().to_json();
    let policy = stored(text.replace("\"/c\",\"method\":\"GET\"", "\"/c\",\"method\":\"got\"")).unwrap();
    let concerning = |path| policy.concerning(&Path::parse(path).unwrap());
    assert_eq!(concerning("/c"), Err(CorruptPolicy::Malformed { place: "operations[0].method".to_owned() }));
    assert!(concerning("/a/b").is_ok());
    let twice = stored(text.replace("\"POST\"", "\"GET\"").replace("/a/b", "/a/{b}")).err();
    assert!(matches!(twice, None | Some(CorruptPolicy::Operations(_))), "{twice:?}");
    for (from, to) in [("\"v\":1", "\"v\":2"), ("\"rev\":1,", ""), ("\n]\n}", "\n]\n}\n{}"), ("},\n", "\n")] {
        assert!(stored(text.replace(from, to)).is_err(), "{from} {to}");
    }
}

#[test]
fn templates_that_cross_do_not_fill_the_memory() {
    let paths: Vec<_> = (0..150).flat_map(|n| [format!("/{{a}}/x{n}"), format!("/y{n}/{{b}}")]).collect();
    let whole = open_policy(&paths.iter().map(|path| (Method::Get, path.as_str())).collect::<Vec<_>>());
    let policy = stored(whole.to_json()).unwrap();
    let mut sizes = Vec::new();
    for path in (0..150).flat_map(|n| [format!("/y{n}/z"), format!("/z/x{n}"), format!("/y{n}/x{n}")]) {
        let path = Path::parse(&path).unwrap();
        let (first, second) = (policy.concerning(&path).unwrap(), policy.concerning(&path).unwrap());
        assert!(Rc::ptr_eq(&first, &second), "{path:?} is read once");
        assert_eq!(first.lookup(&Method::Get, &path), whole.lookup(&Method::Get, &path));
        sizes.push(first.operations().len());
    }
    assert_eq!((sizes[0], sizes[1]), (151, 151), "what crosses one");
    assert_eq!(sizes.last(), Some(&300), "in the end the one whole policy");
    assert!(sizes.iter().filter(|size| **size == 151).count() < 20, "{sizes:?}");
}

#[test]
fn a_text_is_known_again_however_it_is_laid_out() {
    let laid_out = four().to_json();
    let other = serde_json::from_str::<Value>(&laid_out).unwrap().to_string();
    for (text, another) in [(&laid_out, &other), (&other, &laid_out)] {
        let policy = stored(text.as_str()).unwrap();
        assert!(policy.is_of(text) && !policy.is_of(another), "{text}");
    }
}

#[test]
fn without_operations_there_is_nothing() {
    let policy = open_policy(&[]);
    assert_eq!(serde_json::from_str::<Value>(&policy.to_json()).unwrap()["operations"], json!([]));
    assert!(read(&stored(policy.to_json()).unwrap(), "/a").is_empty());
}
