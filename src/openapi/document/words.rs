//! Members whose value decides nothing, or of which only the presence counts: any value is accepted.

use super::unknown;
use crate::json::{self, Collection, Map, Misread, Scalar, Sink, Skipped, Source, Stop, decimal};

/// A text that decides nothing. Any scalar is accepted; a list or an object counts as no text.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(pub Option<String>);

/// A text that decides something. Any scalar with a written form is accepted, but neither `null` nor a tagged value.
#[derive(Clone, Debug, Default)]
pub(super) struct Needed(pub Words);

/// The texts of a list, for which any scalars will do.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    pub texts: Vec<String>,
    /// Whether it is not a list, or something else stands in it.
    pub has_others: bool,
}

/// The address of an External Documentation Object, where people can follow it.
#[derive(Clone, Debug, Default)]
pub(super) struct ExternalDocs(pub Option<String>);

/// What tags are called for people, by their names, where the document says: `x-displayName`, else `summary` (OpenAPI 3.2).
#[derive(Clone, Debug, Default)]
pub(super) struct TagTitles {
    pub titles: Map<String>,
    /// The names of their other extensions.
    pub extensions: Vec<String>,
}

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
        self.has_others = value != json::Value::Null && value.items().is_none();
        for item in value.items().unwrap_or_default() {
            match written(item) {
                Some(text) => self.texts.push(text),
                None => self.has_others = true,
            }
        }
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
            self.titles.insert(name, title);
        }
        for tag in value.items().unwrap_or_default() {
            let json::Value::Object(members) = tag else { continue };
            members.iter().for_each(|(name, _)| unknown::meet(&mut self.extensions, name));
        }
        Vec::new()
    }
}

impl Sink for Words {
    fn expecting(&self) -> &'static str {
        "a string"
    }

    /// A list or an object counts as no text.
    fn open(&mut self, _: Collection) -> bool {
        true
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        value.read(&mut Skipped)
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

impl Sink for Needed {
    fn expecting(&self) -> &'static str {
        "a string"
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        let is_written = match scalar {
            Scalar::Null => false,
            Scalar::Float(value) => decimal(value).is_some(),
            _ => true,
        };
        is_written && self.0.scalar(scalar)
    }
}

impl Needed {
    /// It, or the empty text.
    pub fn text(&self) -> &str {
        self.0.text()
    }

    /// Whether it is left out.
    pub fn is_missing(&self) -> bool {
        self.0.0.is_none()
    }
}

/// A scalar as a text, where it is written as one.
fn written(value: &json::Value) -> Option<String> {
    let scalar = match value {
        json::Value::Text(text) => Scalar::Text(text),
        json::Value::Boolean(value) => Scalar::Boolean(*value),
        json::Value::Unsigned(value) => Scalar::Unsigned(*value),
        json::Value::Signed(value) => Scalar::Signed(*value),
        json::Value::Float(value) => Scalar::Float((*value).into()),
        json::Value::Null | json::Value::List(_) | json::Value::Object(_) => return None,
    };
    let mut needed = Needed::default();
    needed.scalar(scalar).then_some(needed.0.0)?
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
