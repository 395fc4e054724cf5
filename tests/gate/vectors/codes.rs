//! `www/src/core/codes.ts`: the words that the page has to know all of, as types.

use serde_json::Value;
use tidegate::decision::DenialCode;

use super::super::support::project_path;

const FILE: &str = "www/src/core/codes.ts";
const DESCRIPTION: &str = "src/admin/openapi.json";

/// A union of literals, one a line.
fn union<'a>(about: &str, name: &str, words: impl Iterator<Item = &'a str>) -> String {
    let members: String = words.map(|word| format!("\n  | \"{word}\"")).collect();
    format!("\n/** {about} */\nexport type {name} ={members};\n")
}

/// The kinds of an integration's events, as the admin API's description lists them.
fn event_kinds(description: &Value) -> Vec<&str> {
    let kinds = description.pointer("/components/schemas/Events/properties/events/items/properties/kind/enum").unwrap();
    kinds.as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect()
}

#[test]
fn vectors_codes_of_the_page() {
    let text = std::fs::read_to_string(project_path(DESCRIPTION)).unwrap();
    let description: Value = serde_json::from_str(&text).unwrap();
    let codes = DenialCode::ALL.iter().map(|code| code.as_str());
    let expected = [
        "// Made by `cargo xtask vectors` of the lists that the gate's code has. A test compares it with them.\n"
            .to_owned(),
        union("Every reason to refuse a request: docs/errors.md explains them.", "DenialCode", codes),
        union("Every kind of event of an integration.", "EventKind", event_kinds(&description).into_iter()),
    ]
    .concat();
    if std::env::var_os("TIDEGATE_REGENERATE_VECTORS").is_some() {
        std::fs::write(project_path(FILE), &expected).unwrap();
    }
    assert_eq!(std::fs::read_to_string(project_path(FILE)).unwrap(), expected, "{FILE}: run `cargo xtask vectors`");
}
