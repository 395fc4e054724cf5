//! What references lead to, beside the components of the document that are read with it. Only what is asked for is read, from the
//! text again.

use std::collections::{BTreeMap, BTreeSet};

use super::objects::{
    MaybeReference, MediaType, OperationObject, Parameter, PathItem, RequestBody, Schema, SecurityScheme,
};
use super::target::{Kind, Target, rebased};
use super::text::Text;
use crate::json::{self, Collection, Map, Scalar, Sink, Source, Stop, Value};

/// How many files are followed.
const MAX_FILES: usize = 1_000;

/// What was found, by its [`Target::key`].
#[derive(Default)]
pub(super) struct Elsewhere {
    pub media_types: Map<MediaType>,
    pub operations: Map<OperationObject>,
    pub parameters: Map<MaybeReference<Parameter>>,
    pub path_items: Map<PathItem>,
    pub request_bodies: Map<MaybeReference<RequestBody>>,
    pub schemas: Map<Schema>,
    pub security_schemes: Map<MaybeReference<SecurityScheme>>,
    /// What in them is of a wrong type, with the place.
    pub misread: Vec<String>,
    /// The files that could not be read, and why.
    pub unread: Map<String>,
    /// How many bytes the files have.
    pub bytes: usize,
    tried: BTreeSet<(Kind, Target)>,
    files: BTreeMap<String, String>,
}

/// Gives the text of a file by its path from the document's folder.
///
/// # Errors
/// Why it cannot be read.
pub(super) type Files<'a> = &'a mut dyn FnMut(&str) -> Result<String, String>;

impl Elsewhere {
    /// Looks for what is wanted and was not looked for before; whether there was any.
    pub fn fetch(&mut self, wanted: BTreeSet<(Kind, Target)>, text: Text<'_>, files: Files<'_>) -> bool {
        let new: Vec<_> = wanted.into_iter().filter(|one| self.tried.insert(one.clone())).collect();
        let of_files: BTreeSet<String> = new.iter().map(|(_, target)| target.file.clone()).collect();
        for file in of_files {
            let sought: Vec<_> = new.iter().filter(|(_, target)| target.file == file).collect();
            let found = match self.load(&file, files) {
                None if file.is_empty() => capture(&sought, text),
                None => continue,
                Some(content) => capture(&sought, Text::of(content)),
            };
            let found = found.unwrap_or_else(|reason| {
                self.unread.insert(file.clone(), reason);
                Map::default()
            });
            for (kind, target) in sought {
                if let Some(value) = found.get(&target.key()) {
                    self.keep(*kind, target, value.clone());
                }
            }
        }
        !new.is_empty()
    }

    /// The text of a file, where there is one.
    fn load(&mut self, file: &str, files: Files<'_>) -> Option<&str> {
        if file.is_empty() || self.unread.contains_key(file) {
            return None;
        }
        if !self.files.contains_key(file) {
            let read =
                if self.files.len() < MAX_FILES { files(file) } else { Err("there are too many files".to_owned()) };
            match read {
                Ok(text) => {
                    self.bytes = self.bytes.saturating_add(text.len());
                    self.files.insert(file.to_owned(), text);
                }
                Err(reason) => {
                    self.unread.insert(file.to_owned(), reason);
                    return None;
                }
            }
        }
        self.files.get(file).map(String::as_str)
    }

    fn keep(&mut self, kind: Kind, target: &Target, mut value: Value<'static>) {
        if !target.file.is_empty() {
            rebase(&mut value, &target.file);
        }
        let key = target.key();
        let misread = match kind {
            Kind::MediaType => read_into(&mut self.media_types, &key, value),
            Kind::Operation => read_into(&mut self.operations, &key, value),
            Kind::Parameter => read_into(&mut self.parameters, &key, value),
            Kind::PathItem => read_into(&mut self.path_items, &key, value),
            Kind::RequestBody => read_into(&mut self.request_bodies, &key, value),
            Kind::Schema => read_into(&mut self.schemas, &key, value),
            Kind::SecurityScheme => read_into(&mut self.security_schemes, &key, value),
        };
        self.misread.extend(misread);
    }
}

fn read_into<T: Sink + Default>(all: &mut Map<T>, key: &str, value: Value<'static>) -> Vec<String> {
    let mut read = T::default();
    let misread = json::read(value, &mut read);
    all.insert(key.to_owned(), read);
    match misread {
        Ok(misread) => misread.iter().map(|one| format!("{key}{}: {}", pointer(&one.place), one.what)).collect(),
        Err(error) => vec![format!("{key}: {error}")],
    }
}

fn pointer(place: &[String]) -> String {
    place.iter().flat_map(|segment| ["/", segment.trim_matches(['[', ']'])]).collect()
}

/// The values at these places of a text.
fn capture(sought: &[&(Kind, Target)], text: Text<'_>) -> Result<Map<Value<'static>>, String> {
    let keys: Vec<String> = sought.iter().map(|(_, target)| target.key()).collect();
    let all = sought.iter().zip(&keys).map(|((_, target), key)| Sought { rest: &target.tokens, key });
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
    let mut found = Map::default();
    if all.iter().any(|sought| sought.rest.is_empty()) {
        let mut whole = Value::default();
        text.read(&mut whole)?;
        add(&whole, &all, &mut found);
    } else if !all.is_empty() {
        text.read(&mut Capture { sought: all, index: 0, found: &mut found })?;
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
    found: &'a mut Map<Value<'static>>,
}

impl Capture<'_> {
    fn take(&mut self, token: &str, value: &mut dyn Source) -> Result<bool, Stop> {
        let here = self.sought.iter().filter_map(|sought| {
            let (first, rest) = sought.rest.split_first()?;
            (first == token).then_some(Sought { rest, key: sought.key })
        });
        let here: Vec<_> = here.collect();
        if !here.iter().any(|sought| sought.rest.is_empty()) {
            return value.read(&mut Capture { sought: here, index: 0, found: self.found });
        }
        let mut whole = Value::default();
        let is_read = value.read(&mut whole)?;
        if is_read {
            add(&whole, &here, self.found);
        }
        Ok(is_read)
    }
}

fn add(whole: &Value<'static>, sought: &[Sought<'_>], found: &mut Map<Value<'static>>) {
    for Sought { rest, key } in sought {
        if let Some(value) = rest.iter().try_fold(whole, |value, token| value.at(token)) {
            found.insert((*key).to_owned(), value.clone());
        }
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

/// Makes the references in a value of `file` those that the document itself would have.
fn rebase(value: &mut Value<'static>, file: &str) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| rebase(item, file)),
        Value::Object(entries) => {
            for (key, value) in entries {
                match (&**key, &mut *value) {
                    ("$ref", Value::Text(reference)) => *reference = rebased(file, reference).into(),
                    ("mapping", Value::Object(mapping)) => {
                        for (_, mapped) in mapping {
                            if let Value::Text(reference) = mapped
                                && reference.contains(['#', '.', '/'])
                            {
                                *reference = rebased(file, reference).into();
                            }
                        }
                    }
                    _ => rebase(value, file),
                }
            }
        }
        _ => {}
    }
}
