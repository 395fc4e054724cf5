//! What `tidegate policy publish` sends, and what the gate answers.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tidegate::openapi::{Report, Settings};

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
    documents: Documented<'a>,
    settings: &'a Settings,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Documented<'a> {
    /// The gate names each by its title.
    Untitled(Vec<Source<'a>>),
    Named(BTreeMap<&'a str, Source<'a>>),
}

/// The body of `PATCH /policy`: a document that is `None` is removed.
#[derive(Default, Serialize)]
pub struct Change<'a> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    documents: BTreeMap<&'a str, Option<Source<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<&'a Settings>,
}

/// A document's text: JSON goes as it is, because a parsed one would have lost keys that stand twice; YAML goes as a string.
#[derive(Serialize)]
#[serde(untagged)]
enum Source<'a> {
    Json(&'a RawValue),
    Yaml(&'a str),
}

impl<'a> Publication<'a> {
    /// All that is to be in force. The gate names documents by their titles; those that share a title are named by their files.
    pub fn whole(documents: &'a Documents, settings: &'a Settings) -> Self {
        let sources = documents.texts.iter().map(|text| Source::of(text));
        let shared = |title: &String| documents.titles.iter().filter(|other| other.trim() == title.trim()).count() > 1;
        let documents = if documents.titles.iter().any(shared) {
            let names = documents.titles.iter().zip(&documents.readable);
            let names = names.map(|(title, document)| if shared(title) { document.title() } else { title.trim() });
            Documented::Named(names.zip(sources).collect())
        } else {
            Documented::Untitled(sources.collect())
        };
        Self::Whole(Whole { documents, settings })
    }

    /// One document in the place of the one with that name, or beside the others; and other settings, where there are any.
    pub fn document(name: &'a str, text: &'a str, settings: Option<&'a Settings>) -> Self {
        Self::Change(Change { documents: BTreeMap::from([(name, Some(Source::of(text)))]), settings })
    }

    /// All but one document; and other settings, where there are any.
    pub fn removal(name: &'a str, settings: Option<&'a Settings>) -> Self {
        Self::Change(Change { documents: BTreeMap::from([(name, None)]), settings })
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

impl<'a> Source<'a> {
    fn of(text: &'a str) -> Self {
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_or(Self::Yaml(text), Self::Json)
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
        let Some(Impact { affected, losing, integrations }) = &self.impact else { return Ok(()) };
        writeln!(formatter, "\nIntegrations that lose operations: {losing}; for which anything changes: {affected}")?;
        for Affected { integration, name, lost, gained } in integrations.iter().take(MAX_PRINTED) {
            let (name, lost, gained) = (name.escape_debug(), lost.len(), gained.len());
            writeln!(formatter, "  {integration} \"{name}\": loses {lost}, gains {gained}")?;
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
    use tidegate::openapi::Document;

    fn documents(titles: &[&str], texts: &[&str]) -> Documents {
        let readable = (0..titles.len()).map(|at| Document::default().named(&format!("{at}.json"))).collect();
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Documents { readable, texts: owned(texts), titles: owned(titles), ..Documents::default() }
    }

    #[test]
    fn json_is_sent_as_it_is_and_yaml_as_text() {
        let settings = Settings::default();
        let documents = documents(&["A", "B"], &["\u{feff}{\"a\": 1, \"a\": 2}", "openapi: 3.0.3\n"]);
        let (method, path, sent) = Publication::whole(&documents, &settings).request(false);
        assert_eq!((method, path), ("PUT", "/policy"));
        assert!(sent.starts_with(r#"{"documents":[{"a": 1, "a": 2},"openapi: 3.0.3\n"],"settings":{"#), "{sent}");
    }

    #[test]
    fn documents_of_one_title_are_called_by_their_files() {
        let settings = Settings::default();
        let documents = documents(&["API", "Other", " API"], &["{}", "{}", "{}"]);
        let (_, _, sent) = Publication::whole(&documents, &settings).request(false);
        assert!(sent.starts_with(r#"{"documents":{"0.json":{},"2.json":{},"Other":{}},"#), "{sent}");
    }

    #[test]
    fn one_document_changes_alone() {
        let (method, path, sent) = Publication::document("A", "{}", None).request(false);
        assert_eq!((method, path, sent.as_str()), ("PATCH", "/policy", r#"{"documents":{"A":{}}}"#));
        let (method, path, sent) = Publication::removal("A", None).request(true);
        let expected = r#"{"change":{"documents":{"A":null}}}"#;
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
        assert!(told.contains("lose operations: 1; for which anything changes: 2\n"), "{told}");
        assert!(told.contains("  i \"n\\u{1b}\": loses 1, gains 0\n"), "{told}");
    }
}
