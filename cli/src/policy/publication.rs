//! What `tidegate policy publish` sends, and what the gate answers.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tidegate::admin::DocumentName;
use tidegate::openapi::{Document, Report, Settings};

use super::documents::Documents;

/// What to publish.
pub enum Publication<'a> {
    /// All documents and settings, in the place of those in force.
    Whole(Whole<'a>),
    /// Some of them, beside those in force.
    Change(Change<'a>),
}

/// The body of `PUT /policy`.
#[derive(Serialize)]
pub struct Whole<'a> {
    sources: Vec<Source>,
    settings: &'a Settings,
}

/// The body of `PATCH /policy`.
#[derive(Default, Serialize)]
pub struct Change<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sources: Vec<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<&'a Settings>,
}

/// What a document is read as: its operations, before settings. `None` removes the document.
#[derive(Serialize)]
struct Source {
    name: String,
    operations: Option<Box<RawValue>>,
}

impl<'a> Publication<'a> {
    /// All that is to be in force. Documents are named by their titles, as the gate would; those that share a title by their files.
    pub fn whole(documents: &Documents, settings: &'a Settings) -> Self {
        let titles: Vec<DocumentName> = documents.titles.iter().map(|title| DocumentName::of(title)).collect();
        let is_shared = |title: &DocumentName| titles.iter().filter(|other| *other == title).count() > 1;
        let name = |title: &DocumentName, document: &Document| {
            if is_shared(title) { document.title().to_owned() } else { title.as_str().to_owned() }
        };
        let sources = titles.iter().zip(&documents.readable);
        let sources = sources.map(|(title, document)| Source::of(&name(title, document), document)).collect();
        Self::Whole(Whole { sources, settings })
    }

    /// One document in the place of the one with that name, or beside the others; and other settings, where there are any.
    pub fn document(name: &str, document: &Document, settings: Option<&'a Settings>) -> Self {
        Self::Change(Change { sources: vec![Source::of(name, document)], settings })
    }

    /// All but one document; and other settings, where there are any.
    pub fn removal(name: &str, settings: Option<&'a Settings>) -> Self {
        Self::Change(Change { sources: vec![Source { name: name.to_owned(), operations: None }], settings })
    }

    /// Other settings for the documents in force.
    pub fn settings(settings: &'a Settings) -> Self {
        Self::Change(Change { settings: Some(settings), ..Change::default() })
    }

    /// The method, the path below the admin API's address, and the body.
    pub fn request(&self, preview: bool) -> (&'static str, &'static str, String) {
        const PREVIEW: &str = "/policy/preview";
        match self {
            Self::Whole(whole) if preview => ("POST", PREVIEW, json(whole)),
            Self::Change(change) if preview => ("POST", PREVIEW, json(&BTreeMap::from([("change", change)]))),
            Self::Whole(whole) => ("PUT", "/policy", json(whole)),
            Self::Change(change) => ("PATCH", "/policy", json(change)),
        }
    }
}

impl Source {
    fn of(name: &str, document: &Document) -> Self {
        Self { name: name.to_owned(), operations: RawValue::from_string(document.to_json()).ok() }
    }
}

/// Maps with keys that are strings, lists and texts: serializing them into memory cannot fail.
fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

/// What the gate answers.
#[derive(Deserialize)]
pub struct Published {
    pub rev: u64,
    /// Absent from a preview.
    #[serde(default)]
    pub changed: bool,
    pub report: Report,
    impact: Option<Impact>,
    documents: Option<Vec<DocumentChange>>,
    /// Absent from answers of a release before.
    #[serde(default)]
    event_types: EventTypeChanges,
}

#[derive(Default, Deserialize)]
struct EventTypeChanges {
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<String>,
}

#[derive(Deserialize)]
struct Impact {
    affected: u64,
    losing: u64,
    integrations: Vec<Affected>,
}

#[derive(Deserialize)]
struct Affected {
    integration: String,
    name: String,
    lost: Vec<String>,
    gained: Vec<String>,
    #[serde(default)]
    lost_events: Vec<String>,
    #[serde(default)]
    gained_events: Vec<String>,
}

impl Affected {
    /// `; events: loses a.made, gains b.made`, where there are any.
    fn events(&self) -> String {
        let named = |what: &str, names: &[String]| {
            let names: Vec<_> = names.iter().map(|name| name.escape_debug().to_string()).collect();
            (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")))
        };
        let parts: Vec<_> =
            [named("loses", &self.lost_events), named("gains", &self.gained_events)].into_iter().flatten().collect();
        if parts.is_empty() { String::new() } else { format!("; events: {}", parts.join(", ")) }
    }
}

#[derive(Deserialize)]
struct DocumentChange {
    name: String,
    change: String,
    operations: u64,
}

/// How many integrations are printed as text.
const MAX_PRINTED: usize = 20;

impl fmt::Display for Published {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.report)?;
        for DocumentChange { name, change, operations } in self.documents.iter().flatten() {
            writeln!(formatter, "  {change:9}  {} ({operations} operations)", name.escape_debug())?;
        }
        let EventTypeChanges { added, removed, changed } = &self.event_types;
        for (what, names) in [("added", added), ("removed", removed), ("changed", changed)] {
            for name in names {
                writeln!(formatter, "  {what:9}  event type {}", name.escape_debug())?;
            }
        }
        let Some(Impact { affected, losing, integrations }) = &self.impact else { return Ok(()) };
        writeln!(formatter, "\nIntegrations that lose something: {losing}; for which anything changes: {affected}")?;
        for one @ Affected { integration, name, lost, gained, .. } in integrations.iter().take(MAX_PRINTED) {
            let (name, lost, gained, events) = (name.escape_debug(), lost.len(), gained.len(), one.events());
            writeln!(formatter, "  {integration} \"{name}\": loses {lost}, gains {gained}{events}")?;
        }
        if integrations.len() > MAX_PRINTED {
            writeln!(formatter, "  […]")?;
        }
        writeln!(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(titles: &[&str]) -> Documents {
        let readable = (0..titles.len()).map(|at| Document::default().named(&format!("{at}.json"))).collect();
        let titles = titles.iter().map(|title| (*title).to_owned()).collect();
        Documents { readable, titles, ..Documents::default() }
    }

    fn names(sent: &str) -> Vec<String> {
        let sent: serde_json::Value = serde_json::from_str(sent).unwrap();
        sent["sources"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn types_of_events_are_told() {
        let answer = serde_json::json!({
            "rev": 2, "report": Report::default(), "documents": null,
            "event_types": { "added": ["b.made"], "removed": [], "changed": ["c\u{1b}"] },
            "impact": { "affected": 1, "losing": 1, "integrations": [{
                "integration": "i", "name": "Zapier", "lost": [], "gained": ["GET /a"],
                "lost_events": ["c.made"], "gained_events": ["b.made"],
            }] },
        });
        let published: Published = serde_json::from_value(answer).unwrap();
        let text = published.to_string();
        assert!(text.contains("  added      event type b.made\n  changed    event type c\\u{1b}\n"), "{text}");
        assert!(text.contains("  i \"Zapier\": loses 0, gains 1; events: loses c.made, gains b.made\n"), "{text}");
    }

    #[test]
    fn what_documents_are_read_as_is_sent() {
        let settings = Settings::default();
        let (method, path, sent) = Publication::whole(&documents(&["A", " B\n"]), &settings).request(false);
        assert_eq!((method, path), ("PUT", "/policy"));
        assert!(sent.starts_with(r#"{"sources":[{"name":"A","operations":{"v":1,"title":"","#), "{sent}");
        assert_eq!(names(&sent), ["A", "B"]);
    }

    #[test]
    fn documents_of_one_title_are_called_by_their_files() {
        let settings = Settings::default();
        let (_, _, sent) = Publication::whole(&documents(&["API", "Other", " API"]), &settings).request(false);
        assert_eq!(names(&sent), ["0.json", "Other", "2.json"]);
    }

    #[test]
    fn one_document_changes_alone() {
        let (method, path, sent) = Publication::document("A", &Document::default(), None).request(false);
        assert_eq!((method, path, names(&sent)), ("PATCH", "/policy", vec!["A".to_owned()]));
        let (method, path, sent) = Publication::removal("A", None).request(true);
        let expected = r#"{"change":{"sources":[{"name":"A","operations":null}]}}"#;
        assert_eq!((method, path, sent.as_str()), ("POST", "/policy/preview", expected));
        let settings = Settings::default();
        let (_, _, sent) = Publication::settings(&settings).request(false);
        assert!(sent.starts_with(r#"{"settings":{"#), "{sent}");
    }

    #[test]
    fn what_changes_is_told() {
        let answer = r#"{"rev":3,"changed":true,"report":{},"diff":{},"impact":{"affected":2,"losing":1,"integrations":
            [{"integration":"i","name":"n\u001b","owner":{},"lost":["GET /a"],"gained":[]}]},
            "documents":[{"name":"A","change":"replaced","operations":4}]}"#;
        let told = serde_json::from_str::<Published>(answer).unwrap().to_string();
        assert!(told.contains("  replaced   A (4 operations)\n"), "{told}");
        assert!(told.contains("lose something: 1; for which anything changes: 2\n"), "{told}");
        assert!(told.contains("  i \"n\\u{1b}\": loses 1, gains 0\n"), "{told}");
    }
}
