//! The schemas of bodies as a graph, and what a walk through it finds.

use std::collections::BTreeMap;

use super::super::Properties;
use super::super::elsewhere::told;
use super::super::library::{Library, shortened};
use super::super::objects::Schema;
use super::super::target::{Kind, Target};
use super::STEPS_PER_BYTE;
use crate::order::{sort_and_dedup, sorted};

/// How many schemas one body may be made of.
const MAX_SCHEMAS: usize = 4096;
/// How many properties one body may have.
const MAX_PROPERTIES: usize = 1000;
/// The longest name of a property, in bytes: thousands of bodies can share it.
const MAX_PROPERTY_NAME: usize = 256;
/// How many properties all bodies of a document may have together: an extraction keeps them.
const MAX_ALL_PROPERTIES: usize = 200_000;
/// How many references that lead nowhere are told of one body.
const MAX_UNRESOLVED: usize = 16;
/// The schemas of a document as a graph. Nodes, and names of properties, are numbers.
pub(super) struct Schemas<'a, 'l> {
    library: &'l Library<'a>,
    nodes: Vec<Node<'a>>,
    /// By the key of what refers to it.
    by_key: BTreeMap<String, usize>,
    names: Vec<&'a str>,
    numbers: BTreeMap<&'a str, usize>,
    /// The last walk that came by a node or a name.
    seen_nodes: Vec<usize>,
    seen_names: Vec<usize>,
    walk: usize,
    steps_left: usize,
    /// What bodies came to: each set of properties once, and the place of each by the numbers of its names.
    pub sets: Vec<Properties>,
    places: BTreeMap<Found<'a>, usize>,
    kept_properties: usize,
    /// The places of the sets of nodes that were asked for before.
    known: BTreeMap<usize, usize>,
}

/// A named schema, or that of a body, with all that is written out within it.
#[derive(Default)]
struct Node<'a> {
    properties: Vec<usize>,
    references: Vec<Reference<'a>>,
    schemas: usize,
    /// What in it is of a wrong type.
    fault: Option<String>,
}

/// What a walk found: the properties' names, as numbers in order, and what a [`Properties`] tells beside them.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found<'a> {
    pub names: Vec<usize>,
    pub unresolved: Vec<&'a str>,
    pub incomplete: Option<String>,
}

enum Reference<'a> {
    Node(usize),
    Nowhere(&'a str),
}

impl<'a, 'l> Schemas<'a, 'l> {
    pub fn new(library: &'l Library<'a>, steps_left: usize) -> Self {
        let source = library.source;
        let named =
            source.components.here.schemas.here.iter().map(|(name, schema)| (key("components/schemas", name), schema));
        let defined =
            source.of_swagger.definitions.here.iter().map(|(name, schema)| (key("definitions", name), schema));
        let elsewhere = library.elsewhere.schemas.iter().map(|(key, schema)| (key.clone(), schema));
        let all: Vec<(String, &Schema)> = named.chain(defined).chain(elsewhere).collect();
        let mut schemas = Self {
            library,
            nodes: Vec::new(),
            by_key: BTreeMap::new(),
            names: Vec::new(),
            numbers: BTreeMap::new(),
            seen_nodes: Vec::new(),
            seen_names: Vec::new(),
            walk: 0,
            steps_left,
            sets: Vec::new(),
            places: BTreeMap::new(),
            kept_properties: 0,
            known: BTreeMap::new(),
        };
        schemas.by_key = all.iter().map(|(key, _)| key.clone()).zip(0..).collect();
        for (key, schema) in &all {
            let place = schemas.add(schema);
            let fault = library.misread_at(key).next().map(|one| told(key, one));
            if let Some(node) = schemas.nodes.get_mut(place) {
                node.fault = fault;
            }
        }
        schemas.add_subtypes(&all);
        schemas
    }

    /// Has every schema that has a discriminator refer to those that it is a part of, by `allOf` or by a reference: a body says by their
    /// names which of them it is. They have the discriminator too.
    fn add_subtypes(&mut self, all: &[(String, &'a Schema)]) {
        let mut parents: Vec<usize> =
            (0..).zip(all).filter(|(_, (_, schema))| schema.is_parent).map(|(place, _)| place).collect();
        if parents.is_empty() {
            return;
        }
        let mut subtypes = self.under_other_keys();
        for (place, (_, schema)) in (0..).zip(all) {
            let mut bases = vec![*schema];
            while let Some(base) = bases.pop() {
                for reference in &base.references {
                    match self.reference(reference) {
                        Reference::Node(base) => subtypes.entry(base).or_default().push(place),
                        // Behind it can be one.
                        Reference::Nowhere(reference) => self.library.want(Kind::Schema, reference),
                    }
                }
                bases.extend(base.bases());
            }
        }
        while let Some(parent) = parents.pop() {
            let Some(found) = subtypes.remove(&parent) else { continue };
            if let Some(node) = self.nodes.get_mut(parent) {
                node.references.extend(found.iter().map(|place| Reference::Node(*place)));
            }
            parents.extend(found);
        }
    }

    /// The nodes of what stands under two keys, each as if it were made of the other. Has those components looked for that stand elsewhere.
    fn under_other_keys(&self) -> BTreeMap<usize, Vec<usize>> {
        for name in self.library.schemas_elsewhere() {
            let key = key("components/schemas", name);
            if !self.by_key.contains_key(&key) {
                self.library.want(Kind::Schema, &key);
            }
        }
        let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (key, other) in self.library.elsewhere.led_on.iter() {
            if let (Some(one), Some(other)) = (self.by_key.get(key), self.by_key.get(other)) {
                found.entry(*one).or_default().push(*other);
                found.entry(*other).or_default().push(*one);
            }
        }
        found
    }

    /// Makes a schema a node, and tells its number.
    fn add(&mut self, schema: &'a Schema) -> usize {
        let mut node = Node::default();
        let mut waiting = vec![schema];
        while let Some(schema) = waiting.pop() {
            node.schemas = node.schemas.saturating_add(1);
            node.properties.extend(schema.properties.iter().map(|name| self.number(name)));
            let references = schema.references.iter().chain(&schema.meant);
            node.references.extend(references.map(|reference| self.reference(reference)));
            node.references.extend(schema.mapped.iter().map(|name| self.mapped(name)));
            waiting.extend(&schema.parts);
        }
        let place = self.nodes.len();
        self.nodes.push(node);
        self.seen_nodes.push(0);
        place
    }

    pub fn number(&mut self, name: &'a str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len();
        self.numbers.insert(name, number);
        self.names.push(name);
        self.seen_names.push(0);
        number
    }

    fn reference(&self, reference: &'a str) -> Reference<'a> {
        // Most are written as their key is.
        let node = match self.by_key.get(reference) {
            Some(node) => Some(node),
            None => Target::parse(reference).and_then(|target| self.by_key.get(&target.key())),
        };
        node.map_or(Reference::Nowhere(reference), |node| Reference::Node(*node))
    }

    /// What a discriminator's `mapping` names: the schema of that name, or else a file.
    fn mapped(&self, name: &'a str) -> Reference<'a> {
        match self.by_key.get(&key("components/schemas", name)) {
            Some(node) => Reference::Node(*node),
            None => self.reference(name),
        }
    }

    /// The place of the set of a body's properties.
    pub fn of(&mut self, schema: &'a Schema) -> usize {
        let is_mapped = !(schema.mapped.is_empty() && schema.meant.is_empty());
        let is_more = is_mapped || !(schema.properties.is_empty() && schema.parts.is_empty());
        let node = match schema.references.as_slice() {
            [reference] if !is_more => self.reference(reference),
            _ => Reference::Nowhere(""),
        };
        let Reference::Node(node) = node else {
            let node = self.add(schema);
            let found = self.walk(node);
            return self.keep(found);
        };
        if let Some(known) = self.known.get(&node) {
            return *known;
        }
        let found = self.walk(node);
        let place = self.keep(found);
        self.known.insert(node, place);
        place
    }

    pub fn keep(&mut self, found: Found<'a>) -> usize {
        if let Some(place) = self.places.get(&found) {
            return *place;
        }
        let kept = self.kept_properties.saturating_add(found.names.len());
        if kept > MAX_ALL_PROPERTIES {
            return self.keep(Found::incomplete(&format!(
                "the bodies of this document have so many properties (over {MAX_ALL_PROPERTIES})"
            )));
        }
        self.kept_properties = kept;
        let place = self.sets.len();
        let names = found.names.iter().filter_map(|number| self.names.get(*number));
        self.sets.push(Properties {
            names: sorted(names.map(|name| (*name).to_owned())),
            unresolved: found.unresolved.iter().map(|one| self.library.leads_on_to(one).to_owned()).collect(),
            incomplete: found.incomplete.clone(),
        });
        self.places.insert(found, place);
        place
    }

    fn is_too_long(&self, name: usize) -> bool {
        self.names.get(name).is_some_and(|name| name.len() > MAX_PROPERTY_NAME)
    }

    /// The properties of a node and of all that it refers to.
    fn walk(&mut self, start: usize) -> Found<'a> {
        self.walk = self.walk.saturating_add(1);
        let (mut names, mut unresolved, mut schemas) = (Vec::new(), Vec::new(), 0_usize);
        let mut waiting = vec![start];
        while let Some(place) = waiting.pop() {
            if !is_new(&mut self.seen_nodes, place, self.walk) {
                continue;
            }
            let Some(node) = self.nodes.get(place) else { continue };
            if let Some(fault) = &node.fault {
                return Found { incomplete: Some(fault.clone()), ..Found::default() };
            }
            schemas = schemas.saturating_add(node.schemas);
            let steps = node.schemas.saturating_add(node.properties.len()).saturating_add(node.references.len());
            let Some(steps_left) = self.steps_left.checked_sub(steps) else {
                self.steps_left = 0;
                return Found::incomplete(&format!(
                    "the bodies of this document take so many steps to read (over {STEPS_PER_BYTE} for each of its bytes)"
                ));
            };
            self.steps_left = steps_left;
            for name in &node.properties {
                if is_new(&mut self.seen_names, *name, self.walk) {
                    names.push(*name);
                }
            }
            if names.iter().rev().take(node.properties.len()).any(|name| self.is_too_long(*name)) {
                return Found::incomplete(&format!(
                    "its body has a property with so long a name (over {MAX_PROPERTY_NAME} bytes)"
                ));
            }
            if schemas > MAX_SCHEMAS || names.len() > MAX_PROPERTIES {
                return Found::incomplete(&format!(
                    "its body has so many schemas (over {MAX_SCHEMAS}) or properties (over {MAX_PROPERTIES})"
                ));
            }
            for reference in &node.references {
                match reference {
                    Reference::Node(place) => waiting.push(*place),
                    Reference::Nowhere(reference) => {
                        self.library.want(Kind::Schema, reference);
                        if unresolved.len() < MAX_UNRESOLVED {
                            unresolved.push(shortened(reference));
                        }
                    }
                }
            }
        }
        sort_and_dedup(&mut names);
        sort_and_dedup(&mut unresolved);
        Found { names, unresolved, incomplete: None }
    }
}

/// How a schema of the document is referred to.
fn key(place: &str, name: &str) -> String {
    format!("#/{place}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Whether a walk comes by for the first time.
fn is_new(seen: &mut [usize], place: usize, walk: usize) -> bool {
    seen.get_mut(place).is_some_and(|last| std::mem::replace(last, walk) != walk)
}

impl<'a> Found<'a> {
    pub fn nowhere(reference: &'a str) -> Self {
        Self { unresolved: vec![shortened(reference)], ..Self::default() }
    }

    pub fn incomplete(fault: &str) -> Self {
        Self { incomplete: Some(format!("{fault} that the owner's id may be missed")), ..Self::default() }
    }
}
