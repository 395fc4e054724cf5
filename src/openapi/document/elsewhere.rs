//! What references lead to, beside the components of the document that are read with it. Only what is asked for is read, from the
//! text again.

use std::collections::{BTreeMap, BTreeSet};

use super::capture::{Found, capture};
use super::objects::{
    Components, Content, Flow, MediaType, OperationObject, Parameter, Parameters, PathItem, Paths, RequestBody,
    Requirement, Requirements, Schema, Schemas, Schemes, Scopes, SecurityScheme, Webhooks,
};
use super::reference::{MaybeReference, OrReference};
use super::server::{Server, Servers};
use super::target::{Kind, MOST_STEPS, Target, rebased};
use super::text::Text;
use crate::json::{self, Map, Misread, Sink, Value};

/// How many files are followed.
const MAX_FILES: usize = 1_000;

/// What was found, by its [`Target::key`].
#[derive(Default)]
pub(super) struct Elsewhere {
    pub components: Map<OrReference<Components>>,
    pub contents: Map<Content>,
    pub flow_maps: Map<OrReference<Map<OrReference<Flow>>>>,
    pub flows: Map<OrReference<Flow>>,
    pub media_types: Map<MediaType>,
    pub operations: Map<OperationObject>,
    pub parameter_lists: Map<Parameters>,
    pub parameters: Map<MaybeReference<Parameter>>,
    pub path_items: Map<PathItem>,
    pub paths: Map<OrReference<Paths>>,
    pub request_bodies: Map<MaybeReference<RequestBody>>,
    pub requirement_lists: Map<Requirements>,
    pub requirements: Map<Requirement>,
    pub schema_maps: Map<Schemas>,
    pub schemas: Map<Schema>,
    pub schemes: Map<Schemes>,
    pub scopes: Map<Scopes>,
    pub security_schemes: Map<MaybeReference<SecurityScheme>>,
    pub server_lists: Map<Servers>,
    pub servers: Map<OrReference<Server>>,
    pub webhooks: Map<OrReference<Webhooks>>,
    /// Of pointers that lead through a reference, where the reference leads, with the rest of the pointer.
    pub led_on: Map<String>,
    /// What in each of them is of a wrong type.
    pub misread: Map<Vec<Misread>>,
    /// The keys that stand twice in files, with their places.
    pub duplicates: Vec<String>,
    /// The files that could not be read, and why.
    pub unread: Map<String>,
    /// How many bytes the files have.
    pub bytes: usize,
    /// The keys of all that was found, and of what was given up.
    pub kept: BTreeSet<String>,
    tried: BTreeSet<(Kind, Target)>,
    /// The files whose errors were reported already: a file is read more than once.
    checked: BTreeSet<String>,
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
        let new = wanted.into_iter().filter(|one| self.tried.insert(one.clone()));
        let mut quests: Vec<Quest> = new.map(|(kind, target)| Quest { kind, key: target.key(), target }).collect();
        let is_any = !quests.is_empty();
        for _ in 0..MOST_STEPS {
            if quests.is_empty() {
                break;
            }
            quests = self.fetch_once(quests, text, files);
        }
        is_any
    }

    /// Notes what is wanted and was not looked for as what a chain of too many references leads to; whether there is any.
    pub fn give_up(&mut self, wanted: BTreeSet<(Kind, Target)>) -> bool {
        let left: Vec<_> = wanted.into_iter().filter(|one| !self.tried.contains(one)).collect();
        self.kept.extend(left.iter().map(|(_, target)| target.key()));
        !left.is_empty()
    }

    /// Whether it is security that a reference of this key leads to.
    pub fn has_requirements(&self, key: &str) -> bool {
        self.requirement_lists.contains_key(key) || self.requirements.contains_key(key)
    }

    /// Looks for each once, and tells where those are to be looked for that a reference on their way leads on.
    fn fetch_once(&mut self, quests: Vec<Quest>, text: Text<'_>, files: Files<'_>) -> Vec<Quest> {
        let mut of_files: BTreeMap<String, Vec<Quest>> = BTreeMap::new();
        for quest in quests {
            of_files.entry(quest.target.file.clone()).or_default().push(quest);
        }
        let mut led_on = Vec::new();
        for (file, quests) in of_files {
            let targets: Vec<&Target> = quests.iter().map(|quest| &quest.target).collect();
            let found = match self.load(&file, files) {
                None if file.is_empty() => capture(&targets, text),
                None => continue,
                Some(content) => capture(&targets, Text::of(content)),
            };
            let found = found.unwrap_or_else(|reason| {
                self.unread.insert(file.clone(), reason);
                Found::default()
            });
            // Those of the document itself are told as it is read.
            if !file.is_empty() && self.checked.insert(file.clone()) {
                self.duplicates.extend(found.misread.iter().map(|one| told(&format!("{file}#"), one)));
            }
            for quest in quests {
                let place = quest.target.key();
                match found.values.get(&place) {
                    Some(value) => self.keep(&quest, value.clone()),
                    None => led_on.extend(self.lead_on(quest, found.references.get(&place))),
                }
            }
        }
        led_on
    }

    /// Where to look on for what is not at its place, by the last reference before it and how many tokens are left there.
    fn lead_on(&mut self, quest: Quest, on_its_way: Option<&(String, usize)>) -> Option<Quest> {
        let Quest { kind, key, target: Target { file, tokens } } = quest;
        let (reference, left) = on_its_way?;
        let reference = if file.is_empty() { reference.clone() } else { rebased(&file, reference) };
        let target = Target::parse(&reference).map(|mut target| {
            let skipped = tokens.len().saturating_sub(*left);
            target.tokens.extend(tokens.into_iter().skip(skipped));
            target
        });
        self.led_on.insert(key.clone(), target.as_ref().map_or(reference, Target::key));
        target.map(|target| Quest { kind, key, target })
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

    fn keep(&mut self, quest: &Quest, mut value: Value<'static>) {
        if !quest.target.file.is_empty() {
            rebase(&mut value, &quest.target.file);
        }
        let key = quest.key.as_str();
        let misread = match quest.kind {
            Kind::Components => read_into(&mut self.components, key, value),
            Kind::Content => read_into(&mut self.contents, key, value),
            Kind::Flow => read_into(&mut self.flows, key, value),
            Kind::Flows => read_into(&mut self.flow_maps, key, value),
            Kind::MediaType => read_into(&mut self.media_types, key, value),
            Kind::Operation => read_into(&mut self.operations, key, value),
            Kind::Parameter => read_into(&mut self.parameters, key, value),
            Kind::Parameters => read_into(&mut self.parameter_lists, key, value),
            Kind::PathItem => read_into(&mut self.path_items, key, value),
            Kind::Paths => read_into(&mut self.paths, key, value),
            Kind::RequestBody => read_into(&mut self.request_bodies, key, value),
            Kind::Requirement => read_into(&mut self.requirements, key, value),
            Kind::Requirements => read_into(&mut self.requirement_lists, key, value),
            Kind::Schema => read_into(&mut self.schemas, key, value),
            Kind::Schemas => read_into(&mut self.schema_maps, key, value),
            Kind::Schemes => read_into(&mut self.schemes, key, value),
            Kind::Scopes => read_into(&mut self.scopes, key, value),
            Kind::SecurityScheme => read_into(&mut self.security_schemes, key, value),
            Kind::Server => read_into(&mut self.servers, key, value),
            Kind::Servers => read_into(&mut self.server_lists, key, value),
            Kind::Webhooks => read_into(&mut self.webhooks, key, value),
        };
        if let Some(known) = self.misread.get_mut(key) {
            known.extend(misread);
        } else if !misread.is_empty() {
            self.misread.insert(key.to_owned(), misread);
        }
        self.kept.insert(quest.key.clone());
    }
}

fn read_into<T: Sink + Default>(all: &mut Map<T>, key: &str, value: Value<'static>) -> Vec<Misread> {
    let mut read = T::default();
    let misread = misread(&mut read, value);
    all.insert(key.to_owned(), read);
    misread
}

fn misread(into: &mut dyn Sink, value: Value<'static>) -> Vec<Misread> {
    json::read(value, into).unwrap_or_else(|error| vec![Misread::new(error.to_string())])
}

/// What is wrong with what a reference of this key leads to.
pub(super) fn told(key: &str, Misread { place, what, .. }: &Misread) -> String {
    format!("{key}{}: {what}", pointer(place))
}

fn pointer(place: &[String]) -> String {
    place.iter().flat_map(|segment| ["/", segment.trim_matches(['[', ']'])]).collect()
}

/// Something that is looked for.
struct Quest {
    kind: Kind,
    /// That of the reference, under which what is found is kept.
    key: String,
    /// Where it stands, as far as is known.
    target: Target,
}

/// Makes the references in a value of `file` those that the document itself would have.
fn rebase(value: &mut Value<'static>, file: &str) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| rebase(item, file)),
        Value::Object(entries) => {
            for (key, value) in entries {
                match (&**key, &mut *value) {
                    ("$ref" | "$dynamicRef" | "$recursiveRef", Value::Text(reference)) => {
                        *reference = rebased(file, reference).into()
                    }
                    ("mapping", Value::Object(mapping)) => {
                        mapping.iter_mut().for_each(|(_, mapped)| rebase_mapped(mapped, file));
                    }
                    ("defaultMapping", mapped) => rebase_mapped(mapped, file),
                    _ => rebase(value, file),
                }
            }
        }
        _ => {}
    }
}

/// The same for what a discriminator names, which may be the name of a schema.
fn rebase_mapped(mapped: &mut Value<'static>, file: &str) {
    if let Value::Text(reference) = mapped
        && reference.contains(['#', '.', '/'])
    {
        *reference = rebased(file, reference).into();
    }
}
