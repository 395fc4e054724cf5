//! Events as CSV (RFC 4180), for spreadsheets.

use serde_json::Value;

use super::chain::Chain;
use super::event::Event;

/// The columns.
const COLUMNS: [&str; 13] = [
    "seq",
    "at",
    "kind",
    "actor",
    "actor_id",
    "actor_name",
    "place",
    "integration",
    "request_id",
    "address",
    "user_agent",
    "detail",
    "chain",
];

/// The first line.
pub fn csv_head() -> String {
    line(COLUMNS.map(str::to_owned))
}

impl Event {
    /// The event's line. `name` is what the actor is called now.
    pub fn csv(&self, name: Option<&str>, chain: Option<&Chain>) -> String {
        let Self { seq, at, kind, actor, place, integration, request, detail } = self;
        let empty_if_none = |text: Option<String>| text.unwrap_or_default();
        let request = request.clone();
        let (id, address, user_agent) =
            request.map(|request| (Some(request.id), request.address, request.user_agent)).unwrap_or_default();
        line([
            seq.to_string(),
            at.to_string(),
            kind.clone(),
            actor.actor_type.clone(),
            empty_if_none(actor.id.clone()),
            empty_if_none(name.map(str::to_owned)),
            place.to_string(),
            empty_if_none(integration.as_ref().map(ToString::to_string)),
            empty_if_none(id),
            empty_if_none(address),
            empty_if_none(user_agent),
            if *detail == Value::Object(serde_json::Map::new()) { String::new() } else { detail.to_string() },
            empty_if_none(chain.map(ToString::to_string)),
        ])
    }
}

fn line<const N: usize>(cells: [String; N]) -> String {
    let cells = cells.map(|text| cell(&text));
    format!("{}\r\n", cells.join(","))
}

/// A cell. What a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection).
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_as_a_formula_does() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            let written = cell(&format!("{start}1"));
            assert!(written.trim_start_matches('"').starts_with('\''), "{written:?}");
        }
        assert_eq!(cell("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
        assert_eq!([cell("a=b"), cell(""), cell("a\nb"), cell("a,b")], ["a=b", "", "\"a\nb\"", "\"a,b\""]);
    }

    #[test]
    fn a_line_has_a_cell_for_each_column() {
        assert_eq!(csv_head().matches(',').count(), COLUMNS.len() - 1);
    }
}
