//! docs/errors.md: every problem, and every denial code with its answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tidegate::decision::DenialCode;
use tidegate::gate::{Answer, Step};
use tidegate::reply::{Realm, Reply, answer};

use super::super::machine::drive::{Sent, drive, memory};
use super::super::vectors::replies::{admin_errors, denials};
use super::super::world::World;
use super::{read, table, unquoted};

const PAGE: &str = "docs/errors.md";

/// An answer as the tables write it: status, and the last word of the problem's type.
fn in_short(reply: &Reply) -> String {
    format!("{} `{}`", reply.status, reply.problem.kind.rsplit(':').next().unwrap())
}

/// The answers in the first two columns of a table.
fn documented(heading: &str) -> Vec<String> {
    table(PAGE, heading).iter().map(|row| format!("{} {}", row[0], row[1])).collect()
}

fn assert_same(heading: &str, in_code: BTreeSet<String>) {
    let rows = documented(heading);
    assert_eq!(rows.iter().cloned().collect::<BTreeSet<_>>(), in_code, "{PAGE}, {heading}");
    assert_eq!(rows.len(), in_code.len(), "{PAGE}, {heading}: a row stands twice");
}

#[test]
fn a_callers_problems_are_those_of_the_code() {
    let replies = denials().into_iter().map(|(denial, _)| answer(&denial, &Realm::default()));
    assert_same("Calling the API", replies.map(|reply| in_short(&reply)).collect());
}

#[test]
fn the_admin_apis_problems_are_those_of_the_code() {
    assert_same("The admin API", admin_errors().iter().map(|(_, error, _)| in_short(&error.answer())).collect());
}

/// The examples of the page: a problem, and an answer of `whoami`.
fn examples() -> [Value; 2] {
    let page = read(PAGE);
    let blocks = page.split("```json\n").skip(1).map(|block| block.split_once("```").unwrap().0);
    let examples: Vec<Value> = blocks.map(|block| serde_json::from_str(block).unwrap()).collect();
    examples.try_into().unwrap()
}

/// A value with its fields, and without what they hold.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(_) => json!([]),
        _ => Value::Null,
    }
}

#[test]
fn the_example_of_whoami_has_the_fields_of_the_code() {
    let world = World::new();
    let authorization = Some(world.tokens["outgoing, last second"].as_str());
    let sent = Sent { method: "GET", target: "/_tidegate/whoami", authorization, fields: &[], body: b"" };
    let Step::Answer(Answer { status: 200, body: Some(body), .. }) = drive(&world, &mut memory(&world.keys), sent)
    else {
        panic!("whoami was not answered");
    };
    let [_, example] = examples();
    assert_eq!(shape(&example), shape(&serde_json::from_str(&body).unwrap()), "{body}");
    assert_eq!(example["token"]["use"], "outgoing");
}

/// The body is that of a golden reply, and the page has its header fields.
#[test]
fn the_example_of_a_problem_is_an_answer_of_the_code() {
    let (page, [example, _]) = (read(PAGE), examples());
    let corpus: Value = serde_json::from_str(&read("tests/corpus/replies.json")).unwrap();
    let cases = corpus["cases"].as_array().unwrap();
    let case = cases.iter().find(|case| case["body"] == example).expect("no reply has this body");
    let fields: Vec<[String; 2]> = serde_json::from_value(case["headers"].clone()).unwrap();
    assert!(!fields.is_empty());
    for [name, value] in fields {
        assert!(page.contains(&format!("\n{name}: {value}\n")), "{name}: {value}");
    }
}

#[test]
fn denial_codes_and_their_answers_are_those_of_the_code() {
    let mut in_code: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (denial, _) in denials() {
        let reply = answer(&denial, &Realm::default());
        in_code.entry(denial.code().as_str().to_owned()).or_default().insert(in_short(&reply));
    }
    let rows = table(PAGE, "Denial codes");
    let documented: BTreeMap<String, BTreeSet<String>> =
        rows.iter().map(|row| (unquoted(&row[0]), row[1].split(", ").map(str::to_owned).collect())).collect();
    assert_eq!(documented, in_code, "{PAGE}");
    assert_eq!(rows.len(), DenialCode::ALL.len());
    assert!(DenialCode::ALL.iter().all(|code| documented.contains_key(code.as_str())));
}
