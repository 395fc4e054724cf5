//! The name of a document within a policy.

use serde::Serialize;

use crate::json::{self, FromJson};
use crate::text::is_seen;

/// A document's name within a policy: 1 to 200 characters, no control characters, no white space at its ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct DocumentName(String);

/// The text is not a document's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a document's name is 1 to 200 characters, without control characters, and without white space at its ends")]
pub struct InvalidDocumentName;

const MAX_NAME_CHARACTERS: usize = 200;

impl DocumentName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that a document has by its title.
    pub fn of(title: &str) -> Self {
        let is_shown = |letter: char| is_seen(letter.encode_utf8(&mut [0; 4]));
        let all_are_shown = is_seen(title);
        let shown = title.chars().filter(|letter| all_are_shown || is_shown(*letter));
        let plain = shown.map(|letter| if letter.is_control() { ' ' } else { letter });
        let short: String = plain.collect::<String>().trim().chars().take(MAX_NAME_CHARACTERS).collect();
        let name = short.trim_end();
        Self(if name.is_empty() { "untitled" } else { name }.to_owned())
    }
}

impl TryFrom<String> for DocumentName {
    type Error = InvalidDocumentName;

    fn try_from(text: String) -> Result<Self, InvalidDocumentName> {
        let usable = !text.chars().any(char::is_control) && text.trim() == text;
        if usable && (1..=MAX_NAME_CHARACTERS).contains(&text.chars().count()) {
            return Ok(Self(text));
        }
        Err(InvalidDocumentName)
    }
}

impl From<DocumentName> for String {
    fn from(name: DocumentName) -> Self {
        name.0
    }
}

impl FromJson for DocumentName {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Self::try_from(String::from_json(value)?).map_err(json::Error::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::Document;

    #[test]
    fn a_title_becomes_a_name() {
        let long = "é".repeat(250);
        for (title, name) in [
            ("Contacts API", "Contacts API"),
            (" a\\tb\\n", "a b"),
            ("", "untitled"),
            ("\\u0000", "untitled"),
            ("\u{200b}", "untitled"),
            ("a\u{202e}b", "ab"),
            (&long, long.get(..400).unwrap()),
        ] {
            let text = format!(r#"{{"openapi":"3.0.0","info":{{"title":"{title}","version":"1"}},"paths":{{}}}}"#);
            let name_found = DocumentName::of(Document::parse(&text).unwrap().title());
            assert_eq!(name_found.as_str(), name);
            assert_eq!(DocumentName::try_from(name_found.as_str().to_owned()), Ok(name_found));
        }
    }
}
