//! YAML 1.2 as far as it says what JSON can say, in bounded memory.

use std::borrow::Cow;
use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value};

/// How deep collections may lie in one another; serde_json's own limit.
const MOST_LEVELS: usize = 128;
/// How many nodes a document may have, those included that aliases stand for: a few lines can stand for billions.
const MOST_NODES: usize = 2_000_000;

/// Reads one YAML document. Duplicate keys, merge keys, tags other than `!!str` and keys that are no scalars are errors.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let mut loader = Loader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        loader.take(event).map_err(|what| at(&what, &span.start))?;
    }
    loader.root.ok_or_else(|| "it holds no document".to_owned())
}

fn at(what: &str, place: &Marker) -> String {
    format!("{what} at line {}, column {}", place.line(), place.col().saturating_add(1))
}

#[derive(Default)]
struct Loader {
    open: Vec<(Open, usize)>,
    anchors: BTreeMap<usize, (Value, usize)>,
    nodes: usize,
    root: Option<Value>,
}

/// A collection whose end has not come yet.
enum Open {
    Sequence(Vec<Value>, usize),
    /// With the key whose value comes next.
    Mapping(Map<String, Value>, Option<String>, usize),
}

impl Loader {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.root.is_some() => Err("a second document starts".to_owned()),
            Event::DocumentStart(_) => Ok(()),
            Event::SequenceStart(anchor, tag) => {
                self.open(Open::Sequence(Vec::new(), self.nodes), anchor, tag.as_deref())
            }
            Event::MappingStart(anchor, tag) => {
                self.open(Open::Mapping(Map::new(), None, self.nodes), anchor, tag.as_deref())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1)?;
                if let Some(Open::Mapping(map, key @ None, _)) = self.open.last_mut().map(|(open, _)| open) {
                    return start_entry(map, key, text);
                }
                let value = scalar(text, style, tag.as_deref())?;
                self.remember(anchor, &value, 1);
                self.put(value)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                let (value, size) = known.ok_or("an alias stands for what it is part of, or for nothing")?;
                self.count(size)?;
                self.put(value)
            }
        }
    }

    fn open(&mut self, open: Open, anchor: usize, tag: Option<&Tag>) -> Result<(), String> {
        self.count(1)?;
        if tag.is_some() {
            return Err("a tag that JSON has nothing for".to_owned());
        }
        if self.open.len() >= MOST_LEVELS {
            return Err(format!("more than {MOST_LEVELS} levels"));
        }
        if matches!(self.open.last(), Some((Open::Mapping(_, None, _), _))) {
            return Err("a key that is no scalar".to_owned());
        }
        self.open.push((open, anchor));
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let (value, anchor, before) = match self.open.pop() {
            Some((Open::Sequence(items, before), anchor)) => (Value::Array(items), anchor, before),
            Some((Open::Mapping(map, _, before), anchor)) => (Value::Object(map), anchor, before),
            None => return Err("an end without a start".to_owned()),
        };
        self.remember(anchor, &value, self.nodes.saturating_sub(before).saturating_add(1));
        self.put(value)
    }

    fn put(&mut self, value: Value) -> Result<(), String> {
        match self.open.last_mut().map(|(open, _)| open) {
            None => self.root = Some(value),
            Some(Open::Sequence(items, _)) => items.push(value),
            Some(Open::Mapping(map, key, _)) => {
                let key = key.take().ok_or("a key that is no scalar")?;
                map.insert(key, value);
            }
        }
        Ok(())
    }

    /// Anchors are numbered from 1; 0 is none.
    fn remember(&mut self, anchor: usize, value: &Value, size: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
    }

    fn count(&mut self, nodes: usize) -> Result<(), String> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MOST_NODES { Err(format!("more than {MOST_NODES} nodes")) } else { Ok(()) }
    }
}

fn start_entry(map: &Map<String, Value>, key: &mut Option<String>, text: Cow<'_, str>) -> Result<(), String> {
    if text == "<<" {
        return Err("a merge key (<<), which YAML 1.2 does not have".to_owned());
    }
    if map.contains_key(text.as_ref()) {
        return Err(format!("the key {text:?} stands twice"));
    }
    *key = Some(text.into_owned());
    Ok(())
}

/// A scalar by YAML's core schema (YAML 1.2.2 section 10.3.2); whatever is quoted is a string.
fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let is_string = match tag {
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => true,
        Some(_) => return Err("a tag that JSON has nothing for".to_owned()),
        None => style != ScalarStyle::Plain,
    };
    if is_string {
        return Ok(Value::String(text.into_owned()));
    }
    Ok(match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        plain => number(plain).unwrap_or_else(|| Value::String(plain.to_owned())),
    })
}

/// A number that JSON can say too; the others stay text.
fn number(plain: &str) -> Option<Value> {
    let digits = plain.strip_prefix(['-', '+']).unwrap_or(plain);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    match plain.parse::<i64>() {
        Ok(integer) => Some(integer.into()),
        Err(_) => plain.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_says_what_json_says() {
        let text = "openapi: 3.0.3\na: &x [1, -2.5, true, ~, 'yes', \"no\", on]\nb: *x\nc: {200: !!str 1}\n";
        let list = json!([1, -2.5, true, null, "yes", "no", "on"]);
        assert_eq!(parse(text), Ok(json!({ "openapi": "3.0.3", "a": list, "b": list, "c": { "200": "1" } })));
    }

    #[test]
    fn ambiguity_is_refused_with_its_place() {
        for (text, expected) in [
            ("a: 1\na: 2\n", "the key \"a\" stands twice at line 2, column 1"),
            ("a: &x {}\nb:\n  <<: *x\n", "a merge key (<<), which YAML 1.2 does not have at line 3, column 3"),
            ("a: !thing 1\n", "a tag that JSON has nothing for at line 1, column 4"),
            ("? [a]\n: 1\n", "a key that is no scalar at line 1, column 3"),
            ("a: &x [*x]\n", "an alias stands for what it is part of, or for nothing at line 1, column 8"),
            ("a: 1\n---\nb: 2\n", "a second document starts at line 2, column 1"),
            ("", "it holds no document"),
        ] {
            assert_eq!(parse(text).unwrap_err(), expected, "{text}");
        }
        assert!(parse("a: [1").is_err());
    }

    #[test]
    fn what_aliases_multiply_is_bounded() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}, ", level - 1).repeat(10);
            bomb.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        assert!(parse(&bomb).unwrap_err().starts_with("more than 2000000 nodes"));
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
