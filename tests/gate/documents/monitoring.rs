//! docs/monitoring.md: every event that a log line can have.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{table, unquoted};
use crate::support::project_path;

/// What stands before an event's name in the code: in a line that is written there, and in a call of the registry's `note`.
const MARKS: [&str; 3] = ["\"event\": \"", "event: \"", "note(\""];

#[test]
fn every_event_of_the_log_is_documented() {
    let rows = table("docs/monitoring.md", "Log events");
    let documented: BTreeSet<_> = rows.iter().map(|row| unquoted(&row[0])).collect();
    let mut in_code = BTreeSet::new();
    for directory in ["src/gate", "src/admin/plane", "worker/src", "worker/js"] {
        collect(&project_path(directory), &mut in_code);
    }
    assert_eq!(documented, in_code);
    assert_eq!(documented.len(), rows.len(), "an event stands twice");
}

fn collect(path: &Path, events: &mut BTreeSet<String>) {
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| collect(&entry.unwrap().path(), events));
        return;
    }
    let text = fs::read_to_string(path).unwrap();
    for mark in MARKS {
        events.extend(text.split(mark).skip(1).filter_map(|after| Some(after.split_once('"')?.0.to_owned())));
    }
}
