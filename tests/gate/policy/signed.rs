//! The policy as KV holds it, in the hands of somebody who can write KV.

use proptest::prelude::*;
use proptest::sample::Index;
use tidegate::policy::{CorruptPolicy, Policy, StoredPolicy};
use tidegate::request::{Method, Path};
use tidegate::token::{NotAuthentic, StoreKeys};

use super::super::support::{key, keys, token_keys};
use super::super::world;
use super::open_policy;

fn store_keys() -> StoreKeys {
    keys(&token_keys()).store().clone()
}

fn signed(policy: &Policy) -> String {
    StoredPolicy::sign(&store_keys(), &policy.to_json()).unwrap().into_string()
}

fn open(stored: &str) -> Result<StoredPolicy, CorruptPolicy> {
    StoredPolicy::open(&store_keys(), stored.to_owned())
}

fn four() -> Policy {
    let operations =
        [(Method::Get, "/a/{id}"), (Method::Post, "/a/b"), (Method::Put, "/a/{other}"), (Method::Get, "/c")];
    open_policy(&operations)
}

/// A path of each operation, and of none.
fn paths(policy: &Policy) -> Vec<Path> {
    let filled = policy.operations().iter().map(|operation| operation.path.fill(|_| "x".to_owned()));
    filled.chain(["/nothing".to_owned()]).map(|path| Path::parse(&path).unwrap()).collect()
}

/// Whatever was stored says of no path anything that `genuine` does not say: it is refused, as a whole or where it is used.
fn assert_nothing_new(stored: &str, genuine: &Policy, paths: &[Path]) -> usize {
    let Ok(policy) = open(stored) else { return 0 };
    assert_eq!(policy.rev(), genuine.rev());
    let mut believed = 0;
    for path in paths {
        let Ok(part) = policy.concerning(path) else { continue };
        assert_eq!(part.owner_names(), genuine.owner_names(), "{stored}");
        for method in Method::OPENAPI {
            assert_eq!(part.lookup(&method, path), genuine.lookup(&method, path), "{method:?} {path:?}: {stored}");
        }
        believed += 1;
    }
    believed
}

#[test]
fn what_was_signed_is_what_is_read() {
    for policy in [world::policy(), four(), open_policy(&[])] {
        let (stored, paths) = (signed(&policy), paths(&policy));
        assert_eq!(assert_nothing_new(&stored, &policy, &paths), paths.len());
        assert_eq!(open(&stored).unwrap().whole().unwrap().operations(), policy.operations());
        let value: serde_json::Value = serde_json::from_str(&stored).expect("it is JSON too");
        assert_eq!(value["operations"].as_array().unwrap().len(), policy.operations().len());
    }
}

#[test]
fn however_the_text_is_laid_out_it_is_signed_alike() {
    let text = world::policy().to_json();
    let other = serde_json::from_str::<serde_json::Value>(&text).unwrap().to_string();
    assert_eq!(StoredPolicy::sign(&store_keys(), &other).unwrap().as_str(), signed(&world::policy()));
    for broken in ["", "{}", &text[..text.len() - 1], &text.replace("\"v\":1", "\"v\":2")] {
        assert!(StoredPolicy::sign(&store_keys(), broken).is_err(), "{broken}");
    }
}

#[test]
fn a_policy_without_a_right_mac_is_a_miss() {
    let policy = four();
    let (text, stored) = (policy.to_json(), signed(&policy));
    let foreign = StoredPolicy::sign(keys(&key(9)).store(), &text).unwrap().into_string();
    let retired = StoredPolicy::sign(keys(&key(2)).store(), &text).unwrap().into_string();
    let as_record = store_keys().sign("policy", &text.replace('\n', "")).unwrap().into_string();
    let outcome = |stored: &str| open(stored).map(drop);
    assert_eq!(outcome(&retired), Ok(()));
    for (stored, error) in [
        (&text, NotAuthentic::NoMac),
        (&foreign, NotAuthentic::WrongMac),
        (&as_record, NotAuthentic::NoMac),
        (&stored.replace("\"rev\":1,", "\"rev\":2,"), NotAuthentic::WrongMac),
        (&format!("{stored} "), NotAuthentic::NoMac),
    ] {
        assert_eq!(outcome(stored), Err(error.into()), "{stored}");
    }
    assert_eq!(outcome(&"x".repeat(9_000_000)), Err(CorruptPolicy::TooLong));
}

#[test]
fn no_byte_can_be_changed_removed_or_added() {
    let policy = four();
    let (stored, paths) = (signed(&policy), paths(&policy));
    for (at, _) in stored.char_indices() {
        let (before, after) = stored.split_at(at);
        let rest = after.get(1..).unwrap();
        for byte in ["\n", "\"", "x"] {
            assert_nothing_new(&[before, byte, rest].concat(), &policy, &paths);
            assert_nothing_new(&[before, byte, after].concat(), &policy, &paths);
        }
        assert_nothing_new(&[before, rest].concat(), &policy, &paths);
        assert_nothing_new(before, &policy, &paths);
    }
}

/// The MAC says nothing of what follows the signed part, so it has one form.
#[test]
fn what_follows_the_signed_part_is_whole() {
    let stored = signed(&four());
    assert!(open(&stored).is_ok());
    for (from, to) in [
        ("\n]", "\n]x"),
        ("\n]", "\n] "),
        ("\n]", "\n,{}]"),
        ("\n]", ""),
        ("\"operations\":[", "\"operationz\":["),
        ("\"operations\":[", "\"operations\":{"),
    ] {
        assert_eq!(stored.matches(from).count(), 1, "{from}");
        let outcome = open(&stored.replace(from, to)).map(drop);
        assert_eq!(outcome, Err(CorruptPolicy::Malformed { place: "operations".to_owned() }), "{to}");
    }
}

/// As the corpus of attacks has it: everything is made public, at the same rev.
#[test]
fn an_operation_cannot_be_opened() {
    let policy = world::policy();
    let (stored, text) = (signed(&policy), policy.to_json());
    let public: String = text.lines().map(|line| opened(line) + "\n").collect();
    let paths = paths(&policy);
    assert!(open(public.trim_end()).is_err());
    let in_lines: Vec<_> = stored.lines().map(opened).collect();
    assert_eq!(assert_nothing_new(&in_lines.join("\n"), &policy, &paths), 0, "its lines have other lengths");
    // A line of the same length, `public` in the place of what it needs.
    let line = stored.lines().find(|line| line.contains("\"path\":\"/export/\"")).unwrap();
    let mut other = opened(line);
    let comma = if other.ends_with(',') { "," } else { "" };
    other = other.trim_end_matches([',', '}']).to_owned();
    let padding = line.len() - other.len() - 1 - comma.len();
    other += &format!("{}}}{comma}", " ".repeat(padding));
    let believed = assert_nothing_new(&stored.replace(line, &other), &policy, &paths);
    assert!(0 < believed && believed < paths.len(), "{believed} of {}", paths.len());
}

/// An operation's line with `public` as its access.
fn opened(line: &str) -> String {
    match (line.find("\"access\":"), line.find(",\"id\"").or_else(|| line.find(",\"document\""))) {
        (Some(start), Some(end)) => format!("{}\"access\":\"public\"{}", &line[..start], &line[end..]),
        _ => line.to_owned(),
    }
}

/// Another genuine policy, at another revision.
fn other() -> Policy {
    let compiled = world::policy().with_rev(2);
    let stricter: Vec<_> = compiled.operations().iter().skip(3).cloned().collect();
    Policy::new(2, stricter, compiled.owner_names().clone()).unwrap()
}

/// What somebody does to a value who has two genuine ones.
#[derive(Clone, Debug)]
enum Edit {
    Swap(Index, Index),
    Remove(Index),
    Repeat(Index, Index),
    FromOther(Index, Index),
    TailOfOther(Index),
    Truncate(Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let two = any::<(Index, Index)>();
    prop_oneof![
        two.prop_map(|(one, other)| Edit::Swap(one, other)),
        any::<Index>().prop_map(Edit::Remove),
        any::<(Index, Index)>().prop_map(|(from, to)| Edit::Repeat(from, to)),
        any::<(Index, Index)>().prop_map(|(from, to)| Edit::FromOther(from, to)),
        any::<Index>().prop_map(Edit::TailOfOther),
        any::<Index>().prop_map(Edit::Truncate),
    ]
}

fn edited(stored: &str, other: &str, edits: &[Edit]) -> String {
    let mut lines: Vec<String> = stored.lines().map(str::to_owned).collect();
    let others: Vec<&str> = other.lines().collect();
    for edit in edits {
        let length = lines.len();
        match edit {
            Edit::Swap(one, other) => lines.swap(one.index(length), other.index(length)),
            Edit::Remove(at) if length > 1 => drop(lines.remove(at.index(length))),
            Edit::Remove(_) => {}
            Edit::Repeat(from, to) => lines.insert(to.index(length), lines[from.index(length)].clone()),
            Edit::FromOther(from, to) => lines[to.index(length)] = others[from.index(others.len())].to_owned(),
            Edit::TailOfOther(at) => {
                lines.truncate(at.index(length));
                lines.extend(others.iter().skip(at.index(length)).map(|line| (*line).to_owned()));
            }
            Edit::Truncate(at) => lines.truncate(at.index(length).max(1)),
        }
    }
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn lines_cannot_be_moved_removed_repeated_or_mixed(edits in prop::collection::vec(edit(), 1..4)) {
        let (genuine, other) = (world::policy(), other());
        let text = edited(&signed(&genuine), &signed(&other), &edits);
        let which = match open(&text) {
            Ok(policy) if policy.rev() == other.rev() => &other,
            _ => &genuine,
        };
        assert_nothing_new(&text, which, &paths(&genuine));
    }
}
