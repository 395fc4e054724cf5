//! docs/errors.md: every problem, and every denial code with its answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tidegate::decision::DenialCode;
use tidegate::reply::{Realm, Reply, answer};

use super::super::vectors::replies::{admin_errors, denials};
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

/// The first JSON in the page is an answer of the code, as golden replies have it.
#[test]
fn the_example_of_a_problem_is_an_answer_of_the_code() {
    let page = read(PAGE);
    let (_, example) = page.split_once("```json\n").unwrap();
    let example: Value = serde_json::from_str(example.split_once("```").unwrap().0).unwrap();
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
