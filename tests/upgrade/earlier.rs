//! What an earlier release writes of a policy, and what it makes of what this one writes. `run.sh` builds this file there, so it uses
//! nothing that came later.
//! `earlier write` prints a list of stored forms; `earlier read FILE` prints, for each of a list, what comes of reading it.

use std::rc::Rc;

use serde_json::{Map, Value, json};
use tidegate::openapi::{Document, Settings, compile};
use tidegate::policy::{Policy, StoredPolicy};
use tidegate::token::TokenKeys;

/// As the tests have them: bytes of 1.
const KEYS: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let told = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", file] => written(&list(file)),
        ["read", file] => read(&list(file)),
        _ => panic!("earlier write CASES | earlier read FORMS"),
    };
    println!("{}", serde_json::to_string_pretty(&told).unwrap());
}

fn list(file: &str) -> Vec<Value> {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// The stored forms of the cases that this release knows.
fn written(cases: &[Value]) -> Value {
    let keys = TokenKeys::parse(KEYS).unwrap();
    let forms = cases.iter().filter_map(|case| {
        let settings: Settings = serde_json::from_value(case["settings"].clone()).ok()?;
        let document = Document::parse(&case["document"].to_string()).ok()?;
        let policy = compile(std::slice::from_ref(&document), &settings).policy?.with_rev(7).to_json();
        let kv = StoredPolicy::sign(keys.store(), &policy).unwrap().into_string();
        Some(json!({ "name": case["name"], "document": document.to_json(), "policy": policy, "kv": kv }))
    });
    forms.collect()
}

/// For each form, "read" or why it is refused.
fn read(forms: &[Value]) -> Value {
    let keys = TokenKeys::parse(KEYS).unwrap();
    let text = |form: &Value, member: &str| form[member].as_str().unwrap().to_owned();
    let verdicts = forms.iter().map(|form| {
        let mut verdicts = Map::new();
        let mut told = |member: &str, outcome: Result<(), String>| {
            verdicts.insert(member.to_owned(), outcome.map_or_else(Value::from, |()| "read".into()));
        };
        told("document", Document::from_json(&text(form, "document")).map(drop).map_err(|error| error.to_string()));
        told("policy", Policy::from_json(&text(form, "policy")).map(drop).map_err(|error| error.to_string()));
        let opened = StoredPolicy::open(keys.store(), text(form, "kv"));
        told("kv", opened.and_then(|policy| policy.whole()).map(drop::<Rc<Policy>>).map_err(|error| error.to_string()));
        json!({ "name": form["name"], "earlier": verdicts })
    });
    verdicts.collect()
}
