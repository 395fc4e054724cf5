//! Webhooks.

use crate::json::{self, Collection, Map, Misread, OrNull, Sink, Source, Stop, read};

use super::paths::PathItem;
use crate::openapi::document::unknown::is_like_security;

/// How many webhooks of a document are read.
pub const MAX_WEBHOOKS: usize = 1_000;
/// The longest example of a webhook's body that is kept, in bytes.
pub const MAX_EXAMPLE_BYTES: usize = 2_000;

/// The webhooks by name, since OpenAPI 3.1. Extensions are skipped.
#[derive(Clone, Debug, Default)]
pub struct Webhooks {
    pub items: Map<WebhookItem>,
    /// How many there are beyond those that are read.
    pub left_out: usize,
}

/// A webhook: what is wrong with it is a fault of its own, and of no operation.
#[derive(Clone, Debug, Default)]
pub struct WebhookItem {
    pub item: PathItem,
    /// An example of its body, as JSON text.
    pub example: Option<String>,
    /// What in its security is of a wrong type.
    pub wrong: Option<String>,
}

impl Sink for Webhooks {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        if key.starts_with("x-") {
            return Ok(());
        }
        let mut item = WebhookItem::default();
        value.read(&mut item)?;
        if self.items.len() < MAX_WEBHOOKS {
            self.items.insert(key.to_owned(), item);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
        Ok(())
    }
}

impl Sink for WebhookItem {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: json::Value) -> Vec<Misread> {
        self.example = example(&value);
        match read(value, &mut OrNull::new(&mut self.item)) {
            Ok(misread) => {
                // An empty place means that there are more errors than are listed.
                let counts =
                    |one: &Misread| one.place.is_empty() || one.place.iter().any(|segment| is_like_security(segment));
                let wrong = misread.into_iter().find(counts);
                self.wrong = wrong.map(|one| one.what);
            }
            Err(error) => self.wrong = Some(error.to_string()),
        }
        Vec::new()
    }
}

/// The example of a webhook's body, as JSON text, where it stands in the webhook itself.
fn example(item: &json::Value) -> Option<String> {
    let content = item.entry("post")?.entry("requestBody")?.entry("content")?;
    let media_type = content.entry("application/json").or_else(|| first(content))?;
    let named = || first(media_type.entry("examples")?)?.entry("value");
    let of_schema = || media_type.entry("schema")?.entry("example");
    let example = media_type.entry("example").or_else(named).or_else(of_schema)?;
    let mut text = String::new();
    example.write(&mut text);
    (text.len() <= MAX_EXAMPLE_BYTES).then_some(text)
}

/// The value of an object's first entry.
fn first<'a, 'b>(object: &'a json::Value<'b>) -> Option<&'a json::Value<'b>> {
    match object {
        json::Value::Object(entries) => entries.first().map(|(_, value)| value),
        _ => None,
    }
}
