//! A JSON body's own properties.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Sent;
use super::owner::{Said, could_be};

/// What the body says of `name`.
pub fn said(sent: &Sent, name: &str, names: &[&str]) -> Said {
    if sent.body.is_empty() {
        return Said::Nothing;
    }
    let readable = sent.header("content-type").is_some_and(is_json) && sent.header("content-encoding").is_none();
    let Some(Pairs(pairs)) = readable.then(|| serde_json::from_slice(&sent.body).ok()).flatten() else {
        return Said::Unclear;
    };
    let same = pairs.iter().filter(|(key, _)| could_be(key, name) && (key == name || !names.contains(&key.as_str())));
    Said::of(same.map(|(key, value)| if key == name { id(value) } else { None }).collect())
}

/// An id is a text or a whole number.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        _ => None,
    }
}

/// JSON by its media type, and in UTF-8.
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(|part| part.trim().to_ascii_lowercase());
    let essence = parts.next().unwrap();
    let is_token = |text: &str| {
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
        !text.is_empty() && text.chars().all(allowed)
    };
    let named = essence.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    let is_utf8 = |part: &String| part == "charset=utf-8" || part == "charset=\"utf-8\"";
    named
        && (essence == "application/json" || essence.ends_with("+json"))
        && parts.filter(|part| part.contains("charset")).all(|part| is_utf8(&part))
}

/// An object's pairs, those that stand twice included.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Pairs;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(All)
    }
}
