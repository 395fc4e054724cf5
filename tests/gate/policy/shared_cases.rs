//! The documents outside the project that once failed (`../shared/cases/openapi`), each with what its README says is right; where
//! they are absent the tests say so. The kinds themselves are in `cases` and `documents`; tests of the
//! command have what it alone can follow.

use std::collections::BTreeSet;
use std::fs;

use tidegate::openapi::{Compiled, Document, Settings, compile};
use tidegate::policy::{Access, Policy};

use super::super::support::shared;

/// What a case must come to: the operations with what they need, or the errors; and what the report says beside them. A text may be
/// a part of what is said.
enum Right {
    Operations(&'static [&'static str], &'static [&'static str]),
    Errors(&'static [&'static str]),
}

use Right::{Errors, Operations};

const CASES: [(&str, Right); 24] = [
    ("01-operation-ref.yaml", Errors(&["operations/delete-thing.yaml"])),
    ("02-operation-ref-local.yaml", Operations(&["DELETE /things/{id}: things.write"], &[])),
    (
        "03-scope-free-alternative.yaml",
        Operations(
            &["GET /things: nothing", "DELETE /things/{id}: nothing or things.write"],
            &["needs_no_scope 2", "things.write is superfluous"],
        ),
    ),
    ("04-scheme-twice-in-a-requirement.json", Errors(&["oauth\" stands twice"])),
    ("06-security-null.yaml", Errors(&["security"])),
    ("07-servers-of-a-path.yaml", Operations(&["POST /api/2.0/files/content: things.write"], &[])),
    ("09-partial-segment-verb.yaml", Operations(&["POST /things/{id}:archive: things.write"], &[])),
    ("10-partial-segment-extension.yaml", Operations(&["GET /things/{id}.json: things.read"], &[])),
    ("12-fragment-in-path-key.yaml", Operations(&["PUT /things/{id}: things.write"], &["joined 1", "#copy"])),
    ("13-query-in-path-key.yaml", Operations(&["GET /things: things.read"], &["?beta=true"])),
    ("14-servers-differ.yaml", Errors(&["different base paths: \"/v1\", \"\"; set base_path"])),
    ("15-server-without-scheme.yaml", Operations(&["GET /v1/things: things.read"], &[])),
    (
        "17-two-names-of-one-template.yaml",
        Operations(&["GET /parts/{id}: things.read", "GET /things/{id}: things.read"], &["joined 2"]),
    ),
    ("19-swagger-2.json", Operations(&["GET /things: nothing"], &[])),
    ("20-openapi-3.2.yaml", Operations(&["GET /things: things.read"], &[])),
    ("21-ref-to-local-path-item.yaml", Operations(&["GET /things: things.read"], &[])),
    ("22-ref-to-other-file.yaml", Errors(&["paths/things.yaml"])),
    ("24-ref-with-escapes.yaml", Operations(&["GET /things: things.read"], &[])),
    ("25-anonymous-or-scoped.yaml", Operations(&["GET /things: things.read"], &["optional_security 1"])),
    (
        "26-multi-segment-parameter.yaml",
        Operations(
            &["GET /docs/{path*}: things.read", "GET /files/{+path}: things.read", "GET /static/*: things.read"],
            &["limits 3"],
        ),
    ),
    ("27-colon-parameter.yaml", Operations(&["GET /things/:id: things.read"], &["limits 1", "{id}"])),
    ("29-number-as-text.yaml", Operations(&["GET /things: things.read"], &[])),
    ("30-scope-description-null.yaml", Operations(&["GET /things: things.read"], &[])),
    ("32-merge-key.yaml", Operations(&["GET /things: things.read"], &[])),
];

/// What each operation needs, as text.
fn operations(policy: &Policy) -> Vec<String> {
    let needs = |access: &Access| match access {
        Access::Public => "public".to_owned(),
        Access::Authenticated => "a token".to_owned(),
        Access::AnyOf(ways) => {
            let ways = ways
                .iter()
                .map(|way| if way.scopes.is_empty() { "nothing".to_owned() } else { way.scopes.to_string() });
            ways.collect::<Vec<_>>().join(" or ")
        }
    };
    let all = policy.operations().iter();
    all.map(|operation| format!("{}: {}", operation.name(), needs(&operation.access))).collect()
}

#[test]
fn every_case_does_what_its_readme_says() {
    let Some(directory) = shared("cases").map(|cases| cases.join("openapi")) else { return };
    let settings: Settings =
        serde_json::from_str(&fs::read_to_string(directory.join("settings.json")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for (file, right) in &CASES {
        let text = fs::read_to_string(directory.join(file)).unwrap();
        let said = match Document::parse(&text) {
            Err(error) => (vec![], vec![error.to_string()], String::new()),
            Ok(document) => {
                let Compiled { policy, report, .. } = compile(&[document], &settings);
                let errors = report.errors.iter().map(|error| error.message.clone()).collect();
                let counts = [
                    ("needs_no_scope", report.needs_no_scope.len()),
                    ("joined", report.joined.len()),
                    ("optional_security", report.optional_security.len()),
                    ("limits", report.limits.len()),
                ];
                let counts: String = counts.iter().map(|(list, count)| format!("{list} {count}\n")).collect();
                (policy.as_ref().map(operations).unwrap_or_default(), errors, counts + &report.to_string())
            }
        };
        let (found, errors, report) = &said;
        let is_right = match right {
            Operations(expected, told) => {
                errors.is_empty() && found == expected && told.iter().all(|text| report.contains(text))
            }
            Errors(parts) => {
                found.is_empty() && parts.iter().all(|part| errors.iter().any(|error| error.contains(part)))
            }
        };
        if !is_right {
            wrong.push(format!("{file}: {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A case that is added outside is not forgotten here.
#[test]
fn no_case_is_missing() {
    let Some(directory) = shared("cases").map(|cases| cases.join("openapi")) else { return };
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let there: BTreeSet<String> =
        names.filter(|name| name.starts_with(|letter: char| letter.is_ascii_digit())).collect();
    let here: BTreeSet<String> = CASES.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(here, there);
}
