//! Words of JSON Schema that name properties without describing them.

use crate::json::{Collection, Scalar, Sink, Source, Stop, Value};
use crate::openapi::document::words::Words;

/// The properties that the value of such a word names.
pub fn of(word: &str, value: &Value<'_>) -> Vec<String> {
    match word {
        "dependentRequired" => entries(value).flat_map(|(name, needed)| with(name, texts(needed))).collect(),
        "patternProperties" => entries(value).flat_map(|(pattern, _)| literals(pattern)).collect(),
        "propertyNames" => {
            let one = value.entry("const").and_then(Value::text).map(str::to_owned);
            value.entry("enum").into_iter().flat_map(texts).chain(one).collect()
        }
        _ => Vec::new(),
    }
}

fn entries<'a>(value: &'a Value<'_>) -> impl Iterator<Item = (&'a str, &'a Value<'a>)> {
    let entries = match value {
        Value::Object(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(name, value)| (name.as_ref(), value))
}

fn with(name: &str, others: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    std::iter::once(name.to_owned()).chain(others)
}

fn texts(list: &Value<'_>) -> impl Iterator<Item = String> {
    list.items().unwrap_or_default().iter().filter_map(Value::text).map(str::to_owned)
}

/// The names that a pattern stands for, where it is nothing but them: `^a$`, `^(a|b)$`. All other patterns allow names, as a schema does that
/// has none.
fn literals(pattern: &str) -> Vec<String> {
    let is_literal = |text: &str| text.chars().all(|letter| letter.is_alphanumeric() || "_-".contains(letter));
    let Some(inner) = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$')) else { return Vec::new() };
    let group = inner.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let names: Vec<&str> = match group {
        Some(group) => group.strip_prefix("?:").unwrap_or(group).split('|').collect(),
        None => vec![inner],
    };
    if names.iter().all(|name| is_literal(name)) { names.into_iter().map(str::to_owned).collect() } else { Vec::new() }
}

/// What a property depends on, in older drafts of JSON Schema: the names of others, or a schema.
#[derive(Clone, Debug, Default)]
pub struct Dependency<S> {
    pub needed: Vec<String>,
    pub schema: S,
}

impl<S: Sink> Sink for Dependency<S> {
    fn expecting(&self) -> &'static str {
        "an object or a list"
    }

    fn may_be_null(&self) -> bool {
        true
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        self.schema.scalar(scalar)
    }

    fn open(&mut self, _: Collection) -> bool {
        true
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        self.schema.entry(key, value)
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        let mut name = Words::default();
        let is_read = value.read(&mut name)?;
        self.needed.extend(name.0);
        Ok(is_read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_literals_names_properties() {
        for (pattern, names) in [
            ("^a$", &["a"][..]),
            ("^(a|b_c)$", &["a", "b_c"]),
            ("^(?:a|b)$", &["a", "b"]),
            ("a", &[]),
            ("^a|b$", &[]),
            ("^a.*$", &[]),
            ("^[ab]$", &[]),
        ] {
            assert_eq!(literals(pattern), names, "{pattern}");
        }
    }
}
