//! Kinds of events.

use tidegate::events::Kind;

use super::{table, unquoted};
use crate::support::project_path;

#[test]
fn the_page_has_every_kind_of_event_with_the_words_of_the_code() {
    let code = std::fs::read_to_string(project_path("src/events/kind.rs")).unwrap();
    let rows = table("docs/events.md", "Kinds");
    let kinds: Vec<_> = rows.iter().map(|row| unquoted(&row[0])).collect();
    assert_eq!(kinds, Kind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>());
    for row in &rows {
        let declared = format!("    /// {}\n    ", row[1]);
        let (_, after) =
            code.split_once(&declared).unwrap_or_else(|| panic!("{}: {:?} is not its comment", row[0], row[1]));
        assert!(after.lines().next().unwrap().ends_with(&format!("= \"{}\",", unquoted(&row[0]))), "{}", row[0]);
    }
}
