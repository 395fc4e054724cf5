//! What `cargo xtask policy publish` sends, and what the gate answers.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use tidegate::core::openapi::{Report, Settings};

use super::files::Documents;

/// What is to be published.
pub enum Publication {
    /// All documents and settings.
    Whole(String),
    /// Some of them: the others stay.
    Change(String),
}

#[derive(Serialize)]
struct Whole<'a, D> {
    documents: D,
    settings: &'a Settings,
}

#[derive(Serialize)]
struct Change<'a> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    documents: BTreeMap<&'a str, Option<Box<RawValue>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<&'a Settings>,
}

impl Publication {
    /// All that is to be in force. The gate calls documents by their titles; those that share one are told apart by their files.
    pub fn whole(documents: &Documents, settings: &Settings) -> Result<Self> {
        let raw: Vec<_> = documents.texts.iter().map(|text| raw(text)).collect::<Result<_>>()?;
        let shared = |title: &String| documents.titles.iter().filter(|other| other.trim() == title.trim()).count() > 1;
        if !documents.titles.iter().any(shared) {
            return Ok(Self::Whole(serde_json::to_string(&Whole { documents: raw, settings })?));
        }
        let names = documents.titles.iter().zip(&documents.readable);
        let names = names.map(|(title, document)| if shared(title) { document.title() } else { title.trim() });
        let documents: BTreeMap<&str, _> = names.zip(raw).collect();
        Ok(Self::Whole(serde_json::to_string(&Whole { documents, settings })?))
    }

    /// A change to what is in force.
    pub fn change(document: Option<(&str, Option<&str>)>, settings: Option<&Settings>) -> Result<Self> {
        let mut documents = BTreeMap::new();
        if let Some((name, text)) = document {
            documents.insert(name, text.map(raw).transpose()?);
        }
        if documents.is_empty() && settings.is_none() {
            bail!("name FILE…, --document, --remove or --settings");
        }
        Ok(Self::Change(serde_json::to_string(&Change { documents, settings })?))
    }

    /// The method, the address below the policy's, and the body.
    pub fn request(self, preview: bool) -> (&'static str, &'static str, String) {
        match self {
            Self::Whole(body) if preview => ("POST", "/preview", body),
            Self::Change(body) if preview => ("POST", "/preview", format!("{{\"change\":{body}}}")),
            Self::Whole(body) => ("PUT", "", body),
            Self::Change(body) => ("PATCH", "", body),
        }
    }
}

/// JSON goes as it is, for a parsed one would have lost keys that stand twice; YAML goes as a string.
fn raw(text: &str) -> Result<Box<RawValue>> {
    match serde_json::from_str::<&RawValue>(text.trim_start_matches('\u{feff}')) {
        Ok(json) => Ok(json.to_owned()),
        Err(_) => Ok(to_raw_value(text)?),
    }
}

/// What the gate answers.
#[derive(Deserialize)]
pub struct Published {
    pub rev: u64,
    /// Missing in a preview.
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

/// How many integrations are printed.
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
    use tidegate::core::openapi::Document;

    fn documents(titles: &[&str], texts: &[&str]) -> Documents {
        let readable = (0..titles.len()).map(|at| Document::default().named(&format!("{at}.json"))).collect();
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Documents { readable, texts: owned(texts), titles: owned(titles), ..Documents::default() }
    }

    #[test]
    fn json_is_sent_as_it_is_and_yaml_as_text() {
        let documents = documents(&["A", "B"], &["\u{feff}{\"a\": 1, \"a\": 2}", "openapi: 3.0.3\n"]);
        let (method, path, sent) = Publication::whole(&documents, &Settings::default()).unwrap().request(false);
        assert_eq!((method, path), ("PUT", ""));
        assert!(sent.starts_with(r#"{"documents":[{"a": 1, "a": 2},"openapi: 3.0.3\n"],"settings":{"#), "{sent}");
    }

    #[test]
    fn documents_of_one_title_are_called_by_their_files() {
        let documents = documents(&["API", "Other", " API"], &["{}", "{}", "{}"]);
        let (_, _, sent) = Publication::whole(&documents, &Settings::default()).unwrap().request(false);
        assert!(sent.starts_with(r#"{"documents":{"0.json":{},"2.json":{},"Other":{}},"#), "{sent}");
    }

    #[test]
    fn one_document_changes_alone() {
        let (method, path, sent) = Publication::change(Some(("A", Some("{}"))), None).unwrap().request(false);
        assert_eq!((method, path, sent.as_str()), ("PATCH", "", r#"{"documents":{"A":{}}}"#));
        let (method, path, sent) = Publication::change(Some(("A", None)), None).unwrap().request(true);
        assert_eq!((method, path, sent.as_str()), ("POST", "/preview", r#"{"change":{"documents":{"A":null}}}"#));
        let (_, _, sent) = Publication::change(None, Some(&Settings::default())).unwrap().request(false);
        assert!(sent.starts_with(r#"{"settings":{"#), "{sent}");
        assert!(Publication::change(None, None).is_err());
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
