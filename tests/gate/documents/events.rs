//! Kinds of events.

use serde_json::Value;
use tidegate::events::Kind;

use super::{table, unquoted};
use crate::support::project_path;

/// All names of kinds, in the order of the code.
fn names() -> Vec<&'static str> {
    Kind::ALL.iter().map(|kind| kind.as_str()).collect()
}

#[test]
fn the_admin_api_describes_every_kind() {
    let document = std::fs::read_to_string(project_path("src/admin/openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    let described = document.pointer("/components/schemas/EventKind/enum").unwrap().as_array().unwrap();
    let mut described: Vec<_> = described.iter().map(|kind| kind.as_str().unwrap()).collect();
    let mut names = names();
    described.sort_unstable();
    names.sort_unstable();
    assert_eq!(described, names);
}

#[test]
fn the_page_has_every_kind_of_event_with_the_words_of_the_code() {
    let code = std::fs::read_to_string(project_path("src/events/kind.rs")).unwrap();
    let rows = table("docs/events.md", "Kinds");
    let kinds: Vec<_> = rows.iter().map(|row| unquoted(&row[0])).collect();
    assert_eq!(kinds, names());
    for row in &rows {
        let declared = format!("    /// {}\n    ", row[1]);
        let (_, after) =
            code.split_once(&declared).unwrap_or_else(|| panic!("{}: {:?} is not its comment", row[0], row[1]));
        assert!(after.lines().next().unwrap().ends_with(&format!("= \"{}\",", unquoted(&row[0]))), "{}", row[0]);
    }
}
