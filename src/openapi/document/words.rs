//! Members whose value decides nothing, or of which only the presence counts: any value is accepted.

use crate::json::{self, Map, Misread, Scalar, Sink, decimal};

/// A text that decides nothing, for which any scalar will do. `null` is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(pub Option<String>);

/// The texts of a list that decides nothing, whatever else stands there.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts(pub Vec<String>);

/// The address of an External Documentation Object, where people can follow it.
#[derive(Clone, Debug, Default)]
pub(super) struct ExternalDocs(pub Option<String>);

/// What tags are called for people, by their names, where the document says: `x-displayName`, else `summary` (OpenAPI 3.2).
#[derive(Clone, Debug, Default)]
pub(super) struct TagTitles(pub Map<String>);

/// The longest address that is kept, in bytes.
pub(super) const MAX_ADDRESS: usize = 1_024;
/// The longest title of a tag that is kept, in characters.
pub(super) const MAX_TAG_TITLE: usize = 100;
/// How many titles of tags are kept.
pub(super) const MAX_TAG_TITLES: usize = 1_000;

/// Whether it is a web address: a link to any other could do something.
pub(super) fn is_address(text: &str) -> bool {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    is_web && text.len() <= MAX_ADDRESS && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether there is a member, and it is neither `false` nor `null`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark(pub bool);

impl Sink for Texts {
    fn expecting(&self) -> &'static str {
        "an array"
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: json::Value) -> Vec<Misread> {
        let texts = value.items().unwrap_or_default().iter().filter_map(json::Value::text);
        self.0.extend(texts.map(str::to_owned));
        Vec::new()
    }
}

impl Sink for ExternalDocs {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: json::Value) -> Vec<Misread> {
        let address = value.entry("url").and_then(json::Value::text);
        self.0 = address.filter(|address| is_address(address)).map(str::to_owned);
        Vec::new()
    }
}

impl Sink for TagTitles {
    fn expecting(&self) -> &'static str {
        "an array"
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: json::Value) -> Vec<Misread> {
        let titled = |tag: &json::Value| {
            let text = |name: &str| tag.entry(name)?.text().map(str::trim);
            let title = text("x-displayName").or_else(|| text("summary")).filter(|title| !title.is_empty())?;
            let is_short = title.chars().count() <= MAX_TAG_TITLE;
            is_short.then(|| Some((text("name")?.to_owned(), title.to_owned())))?
        };
        for (name, title) in value.items().unwrap_or_default().iter().filter_map(titled).take(MAX_TAG_TITLES) {
            self.0.insert(name, title);
        }
        Vec::new()
    }
}

impl Sink for Words {
    fn expecting(&self) -> &'static str {
        "a string"
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        self.0 = match scalar {
            Scalar::Text(text) => Some(text.to_owned()),
            Scalar::Boolean(value) => Some(value.to_string()),
            Scalar::Unsigned(value) => Some(value.to_string()),
            Scalar::Signed(value) => Some(value.to_string()),
            Scalar::Float(value) => Some(decimal(value).unwrap_or_default()),
            Scalar::Null => None,
        };
        true
    }
}

impl Words {
    /// It, or the empty text.
    pub fn text(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl Sink for Mark {
    fn expecting(&self) -> &'static str {
        "a boolean"
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: json::Value) -> Vec<Misread> {
        self.0 = !matches!(value, json::Value::Boolean(false) | json::Value::Null);
        Vec::new()
    }
}
