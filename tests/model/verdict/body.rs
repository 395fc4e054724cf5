//! A body's own properties: of JSON, or of a form.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::owner::{Said, could_be};
use super::{Sent, query};

/// What the body says of `name`.
pub fn said(sent: &Sent, name: &str, names: &[&str]) -> Said {
    if sent.body.is_empty() {
        return Said::Nothing;
    }
    let content_type = sent.header("content-type").unwrap_or_default();
    if !is_utf8(content_type) || sent.header("content-encoding").is_some() {
        return Said::Unclear;
    }
    if essence(content_type) == "application/x-www-form-urlencoded" {
        let text = std::str::from_utf8(&sent.body).unwrap_or("\0");
        let is_plain =
            text.chars().all(|letter| ('!'..='~').contains(&letter)) && !text.starts_with(['{', '[', '"', '/', '<']);
        return if is_plain { query::said(text, name, names) } else { Said::Unclear };
    }
    let without_mark = sent.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&sent.body);
    let Some(Pairs(pairs)) = is_json(content_type).then(|| serde_json::from_slice(without_mark).ok()).flatten() else {
        return Said::Unclear;
    };
    let same = pairs.iter().filter(|(key, _)| could_be(key, name) && (key == name || !names.contains(&key.as_str())));
    Said::of(same.map(|(key, value)| if key == name { id(value) } else { None }).collect())
}

/// Whether the body is of the kind that is not read.
pub fn is_multipart(sent: &Sent) -> bool {
    sent.header("content-type").is_some_and(|content_type| essence(content_type) == "multipart/form-data")
}

/// Type and subtype; nothing where a reader could take the field for another kind of body as well.
fn essence(content_type: &str) -> String {
    let field = content_type.to_ascii_lowercase();
    let essence = field.split(';').next().unwrap().trim_matches([' ', '\t']);
    let others: &[&str] = match essence {
        "multipart/form-data" => &[",", "urlencoded"],
        "application/x-www-form-urlencoded" => &[",", "json", "multipart", "form-data"],
        _ => &[",", "urlencoded", "multipart", "form-data"],
    };
    if others.iter().any(|other| field.contains(other)) { String::new() } else { essence.to_owned() }
}

/// An id is a text or a whole number that JavaScript keeps: up to 2^53 - 1.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => number.as_u64().filter(|number| *number < 1 << 53).map(|number| number.to_string()),
        _ => None,
    }
}

/// No charset, or UTF-8.
fn is_utf8(content_type: &str) -> bool {
    let mut parts = content_type.split(';').skip(1).map(|part| part.trim().to_ascii_lowercase());
    parts.all(|part| !part.contains("charset") || part == "charset=utf-8" || part == "charset=\"utf-8\"")
}

/// JSON by its media type.
fn is_json(content_type: &str) -> bool {
    let essence = essence(content_type);
    let is_token = |text: &str| {
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
        !text.is_empty() && text.chars().all(allowed)
    };
    let named = essence.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    named && (essence == "application/json" || essence.ends_with("+json"))
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
