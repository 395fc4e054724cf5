//! The values at some places of a text, which is read once and not kept.

use super::target::Target;
use super::text::Text;
use crate::json::{Collection, Map, Misread, Scalar, Sink, Source, Stop, Value};

/// What there is at some places of a text.
#[derive(Default)]
pub(super) struct Found {
    /// By the places' keys.
    pub values: Map<Value<'static>>,
    /// Of places that a reference stands before: the last such reference, and how many of the pointer's tokens are left there.
    pub references: Map<(String, usize)>,
    /// The duplicate keys, anywhere in the text.
    pub misread: Vec<Misread>,
}

impl Found {
    fn add(&mut self, whole: &Value<'static>, sought: &[Sought<'_>]) {
        for Sought { mut rest, key } in sought.iter().copied() {
            let mut value = whole;
            while let Some((token, after)) = rest.split_first() {
                let Some(next) = value.at(token) else {
                    self.refer(value.entry("$ref").and_then(Value::text), &[Sought { rest, key }]);
                    break;
                };
                (value, rest) = (next, after);
            }
            if rest.is_empty() {
                self.values.insert(key.to_owned(), value.clone());
            }
        }
    }

    /// Notes that a reference stands where these lead on.
    fn refer(&mut self, reference: Option<&str>, sought: &[Sought<'_>]) {
        for Sought { rest, key } in sought {
            let is_nearer = self.references.get(key).is_none_or(|(_, left)| rest.len() < *left);
            if let (Some(reference), true) = (reference, is_nearer) {
                self.references.insert((*key).to_owned(), (reference.to_owned(), rest.len()));
            }
        }
    }
}

/// The values at these places of a text.
pub(super) fn capture(targets: &[&Target], text: Text<'_>) -> Result<Found, String> {
    let keys: Vec<String> = targets.iter().map(|target| target.key()).collect();
    let all = targets.iter().zip(&keys).map(|(target, key)| Sought { rest: &target.tokens, key });
    // All of a document is not a part of it, and neither is a whole section.
    let is_section = |sought: &Sought<'_>| {
        let section = ["paths", "components", "definitions", "webhooks"];
        sought.key.starts_with('#')
            && match sought.rest {
                [] => true,
                [only] => section.contains(&only.as_str()),
                _ => false,
            }
    };
    let all: Vec<_> = all.filter(|sought| !is_section(sought)).collect();
    let mut found = Found::default();
    if all.iter().any(|sought| sought.rest.is_empty()) {
        let mut whole = Value::default();
        found.misread = text.read(&mut whole)?;
        found.add(&whole, &all);
    } else if !all.is_empty() {
        found.misread = text.read(&mut Capture { sought: all, index: 0, found: &mut found })?;
    }
    Ok(found)
}

/// A place that is looked for.
#[derive(Clone, Copy)]
struct Sought<'a> {
    /// The tokens that lead on from here.
    rest: &'a [String],
    key: &'a str,
}

/// Reads the values at some places, and nothing else.
struct Capture<'a> {
    sought: Vec<Sought<'a>>,
    /// The next item, in a list.
    index: usize,
    found: &'a mut Found,
}

impl Capture<'_> {
    fn take(&mut self, token: &str, value: &mut dyn Source) -> Result<bool, Stop> {
        let here = self.sought.iter().filter_map(|sought| {
            let (first, rest) = sought.rest.split_first()?;
            (first == token).then_some(Sought { rest, key: sought.key })
        });
        let here: Vec<_> = here.collect();
        if token == "$ref" && here.is_empty() {
            let mut reference = Value::default();
            let is_read = value.read(&mut reference)?;
            self.found.refer(reference.text(), &self.sought);
            return Ok(is_read);
        }
        if !here.iter().any(|sought| sought.rest.is_empty()) {
            return value.read(&mut Capture { sought: here, index: 0, found: self.found });
        }
        let mut whole = Value::default();
        let is_read = value.read(&mut whole)?;
        if is_read {
            self.found.add(&whole, &here);
        }
        Ok(is_read)
    }
}

impl Sink for Capture<'_> {
    fn expecting(&self) -> &'static str {
        "a value"
    }

    fn open(&mut self, _: Collection) -> bool {
        true
    }

    fn scalar(&mut self, _: Scalar<'_>) -> bool {
        true
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        if self.sought.is_empty() { Ok(()) } else { self.take(key, value).map(drop) }
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        let token = self.index.to_string();
        self.index = self.index.saturating_add(1);
        self.take(&token, value)
    }
}
