//! Upgrade and rollback: what an earlier release wrote is read, and what this one writes is what that release reads or refuses.
//! `tests/upgrade/run.sh` runs that release itself: it wrote `tests/corpus/earlier.json`, and `earlier-verdicts.json` has what it makes
//! of `later.json`, which this release writes.

use std::fs;

use serde_json::{Value, json};
use tidegate::openapi::{Document, Settings, compile};
use tidegate::policy::{Parted, Policy, StoredPolicy};
use tidegate::request::{Method, Path};
use tidegate::token::StoreKeys;

use super::super::support::{key, keys, project_path};

const LATER: &str = "tests/corpus/later.json";

fn read(file: &str) -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(project_path(file)).unwrap()).unwrap()
}

fn store_keys() -> StoreKeys {
    keys(&key(1)).store().clone()
}

fn text<'a>(form: &'a Value, member: &str) -> &'a str {
    form[member].as_str().unwrap()
}

/// What this release writes of a case: the registry's document and policy, and KV's policy.
fn written(case: &Value) -> Value {
    let settings: Settings = serde_json::from_value(case["settings"].clone()).unwrap();
    let document = Document::parse(&case["document"].to_string()).unwrap();
    let policy = compile(std::slice::from_ref(&document), &settings).policy.unwrap().with_rev(7).to_json();
    // Of one that is over 1.9 MB the registry has the head, and KV too.
    let policy = if case["name"] == "parts" { Parted::split(&policy).unwrap().head } else { policy };
    let kv = StoredPolicy::sign(&store_keys(), &policy).unwrap().into_string();
    json!({ "name": case["name"], "document": document.to_json(), "policy": policy, "kv": kv })
}

fn named<'a>(forms: &'a [Value], name: &Value) -> &'a Value {
    forms.iter().find(|form| form["name"] == *name).unwrap()
}

#[test]
fn what_an_earlier_release_wrote_is_read_as_that_release_meant_it() {
    let cases = read("tests/upgrade/cases.json");
    for form in read("tests/corpus/earlier.json") {
        let policy = Policy::from_json(text(&form, "policy")).unwrap();
        assert_eq!(policy.to_json(), text(&form, "policy"), "a text is kept as it is");
        let stored = StoredPolicy::open(&store_keys(), text(&form, "kv").to_owned()).unwrap();
        assert_eq!((stored.rev(), policy.rev()), (7, 7));
        for operation in policy.operations() {
            let path = Path::parse(&operation.path.fill(|_| "x".to_owned())).unwrap();
            let concerning = stored.concerning(&path).unwrap();
            for method in Method::OPENAPI {
                assert_eq!(concerning.lookup(&method, &path), policy.lookup(&method, &path), "{method:?} {path:?}");
            }
        }
        // The registry compiles what was kept of documents anew, for a publication or a roll back.
        let document = Document::from_json(text(&form, "document")).unwrap();
        let settings: Settings = serde_json::from_value(named(&cases, &form["name"])["settings"].clone()).unwrap();
        let again = compile(&[document], &settings).policy.unwrap().with_rev(7);
        assert_eq!(again, policy, "{}", form["name"]);
    }
}

/// So a rollback finds what it can read wherever nothing new is used, and an upgrade after it finds what it wrote itself.
#[test]
fn where_nothing_new_is_used_both_releases_write_the_same() {
    let cases = read("tests/upgrade/cases.json");
    let earlier = read("tests/corpus/earlier.json");
    assert!(earlier.iter().any(|form| form["name"] == "plain"));
    for form in earlier.iter().filter(|form| form["name"] != "parts") {
        assert_eq!(written(named(&cases, &form["name"])), *form);
    }
}

#[test]
fn vectors_of_what_this_release_writes() {
    let forms: Vec<Value> = read("tests/upgrade/cases.json").iter().map(written).collect();
    let text = serde_json::to_string_pretty(&forms).unwrap() + "\n";
    if std::env::var_os("TIDEGATE_REGENERATE_VECTORS").is_some() {
        fs::write(project_path(LATER), &text).unwrap();
    }
    assert_eq!(fs::read_to_string(project_path(LATER)).unwrap(), text, "{LATER}: run `cargo xtask vectors`");
}

/// What that release cannot express it refuses as a fault, in KV and in the registry, and never as a lesser policy.
#[test]
fn an_earlier_release_refuses_what_it_does_not_know() {
    let (later, verdicts) = (read(LATER), read("tests/corpus/earlier-verdicts.json"));
    assert_eq!(later.len(), verdicts.len(), "run tests/upgrade/run.sh");
    for form in &later {
        let told = &named(&verdicts, &form["name"])["earlier"];
        let version: u64 =
            text(form, "policy").trim_start_matches("{\"v\":").split(',').next().unwrap().parse().unwrap();
        let expected = if version == 1 { "read".to_owned() } else { format!("version {version}") };
        assert_eq!(told["policy"], expected.as_str(), "{}", form["name"]);
        assert_eq!(told["kv"] == "read", version == 1, "{}: {}", form["name"], told["kv"]);
    }
    let newer = later.iter().filter(|form| !text(form, "policy").starts_with("{\"v\":1,")).count();
    assert_eq!(newer, 3, "a policy in parts, one with CORS, one with new templates");
}
