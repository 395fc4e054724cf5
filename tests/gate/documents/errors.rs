//! docs/errors.md: every problem, and every denial code with its answers.

use std::collections::{BTreeMap, BTreeSet};

use tidegate::decision::DenialCode;
use tidegate::reply::{Realm, Reply, answer};

use super::super::vectors::replies::{admin_errors, denials};
use super::{table, unquoted};

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
