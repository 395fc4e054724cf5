//! The properties of request bodies. A body's schema is made of others, which thousands of operations can share: what a
//! reference leads to is worked out once, and all of it within one budget.

use std::collections::BTreeMap;

use super::objects::{MediaType, RequestBody, Schema};
use super::reference::MaybeReference;
use super::resolve::{Library, shortened};
use super::target::{Kind, MOST_STEPS, Target};
use super::{Body, Form, Properties};
use crate::order::{sort_and_dedup, sorted};

/// How many schemas one body may be made of.
const MAX_SCHEMAS: usize = 4096;
/// How many properties one body may have.
const MAX_PROPERTIES: usize = 1000;
/// The longest name of a property, in bytes: thousands of bodies can share it.
const MAX_PROPERTY_NAME: usize = 256;
/// How many media types one body may have.
const MAX_MEDIA_TYPES: usize = 100;
/// How many properties all bodies of a document may have together: an extraction keeps them.
const MAX_ALL_PROPERTIES: usize = 200_000;
/// How many references that lead nowhere are told of one body.
const MAX_UNRESOLVED: usize = 16;
/// How many schemas and properties may be looked at for each byte of a document. So a publication's work is bounded by its
/// length, however its schemas refer to one another.
pub(super) const STEPS_PER_BYTE: usize = 4;

/// Finds the properties of bodies.
pub(super) struct Bodies<'a, 'l> {
    library: &'l Library<'a>,
    schemas: Schemas<'a, 'l>,
    bodies: Vec<Body>,
    places: BTreeMap<Body, usize>,
    /// By a whole body's address in memory, its place in `bodies`: many references can lead to it.
    known: BTreeMap<*const RequestBody, usize>,
}

/// The schemas of a document as a graph. Nodes, and names of properties, are numbers.
struct Schemas<'a, 'l> {
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
    sets: Vec<Properties>,
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
}

/// What a walk found: the properties' names, as numbers in order, and what a [`Properties`] tells beside them.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Found<'a> {
    names: Vec<usize>,
    unresolved: Vec<&'a str>,
    incomplete: Option<String>,
}

enum Reference<'a> {
    Node(usize),
    Nowhere(&'a str),
}

impl<'a, 'l> Bodies<'a, 'l> {
    /// For a document of so many bytes.
    pub fn new(library: &'l Library<'a>, length: usize) -> Self {
        Self {
            library,
            schemas: Schemas::new(library, length.saturating_mul(STEPS_PER_BYTE)),
            bodies: Vec::new(),
            places: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }

    /// A body's place among those that [`into_found`](Self::into_found) tells.
    pub fn of(&mut self, body: &'a MaybeReference<RequestBody>) -> usize {
        let body = match self.library.request_body(body) {
            Ok(body) => body,
            Err(reference) => {
                let properties = self.schemas.keep(Found::nowhere(reference));
                return self.keep(Body(vec![Form { media_types: Vec::new(), properties }]));
            }
        };
        if let Some(place) = self.known.get(&std::ptr::from_ref(body)) {
            return *place;
        }
        let forms = self.forms(body);
        let place = self.keep(forms);
        self.known.insert(body, place);
        place
    }

    /// The same for a body of these media types that has one schema.
    pub fn of_schema(&mut self, schema: Option<&'a Schema>, media_types: &[String]) -> usize {
        let properties = match schema {
            Some(schema) => self.schemas.of(schema),
            None => self.schemas.keep(Found::default()),
        };
        self.of_properties(properties, media_types)
    }

    /// The same for a form of these fields.
    pub fn of_form(&mut self, names: Vec<&'a str>, media_types: &[String]) -> usize {
        let mut numbers: Vec<usize> = names.into_iter().map(|name| self.schemas.number(name)).collect();
        sort_and_dedup(&mut numbers);
        let properties = self.schemas.keep(Found { names: numbers, ..Found::default() });
        self.of_properties(properties, media_types)
    }

    fn of_properties(&mut self, properties: usize, media_types: &[String]) -> usize {
        let media_types = media_types.iter().take(MAX_MEDIA_TYPES).cloned().collect();
        self.keep(Body(vec![Form { media_types, properties }]))
    }

    /// All bodies that were asked for, and the sets of properties that they have.
    pub fn into_found(self) -> (Vec<Body>, Vec<Properties>) {
        (self.bodies, self.schemas.sets)
    }

    fn keep(&mut self, body: Body) -> usize {
        if let Some(place) = self.places.get(&body) {
            return *place;
        }
        let place = self.bodies.len();
        self.places.insert(body.clone(), place);
        self.bodies.push(body);
        place
    }

    /// The media types of a body, those together that have the same properties.
    fn forms(&mut self, body: &'a RequestBody) -> Body {
        let content = match self.library.content(&body.content) {
            Ok(content) => content,
            Err(reference) => {
                let properties = self.schemas.keep(Found::nowhere(reference));
                return Body(vec![Form { media_types: Vec::new(), properties }]);
            }
        };
        if content.len() > MAX_MEDIA_TYPES {
            let fault = format!("its body has so many media types (over {MAX_MEDIA_TYPES})");
            let properties = self.schemas.keep(Found::incomplete(&fault));
            return Body(vec![Form { media_types: Vec::new(), properties }]);
        }
        let mut forms: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (name, media_type) in content.iter() {
            forms.entry(self.set(media_type)).or_default().push(name.clone());
        }
        Body(forms.into_iter().map(|(properties, media_types)| Form { media_types, properties }).collect())
    }

    fn set(&mut self, mut media_type: &'a MediaType) -> usize {
        for _ in 0..MOST_STEPS {
            let Some(reference) = &media_type.reference else {
                return match &media_type.schema {
                    Some(schema) => self.schemas.of(schema),
                    None => self.schemas.keep(Found::default()),
                };
            };
            let target = Target::parse(reference);
            match target.and_then(|target| self.library.elsewhere.media_types.get(&target.key())) {
                Some(found) => media_type = found,
                None => {
                    self.library.want(Kind::MediaType, reference);
                    return self.schemas.keep(Found::nowhere(reference));
                }
            }
        }
        self.schemas.keep(Found::nowhere(media_type.reference.as_deref().unwrap_or_default()))
    }
}

impl<'a, 'l> Schemas<'a, 'l> {
    fn new(library: &'l Library<'a>, steps_left: usize) -> Self {
        let source = library.source;
        let key = |place: &str, name: &str| format!("#/{place}/{}", name.replace('~', "~0").replace('/', "~1"));
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
        for (_, schema) in all {
            schemas.add(schema);
        }
        schemas
    }

    /// Makes a schema a node, and tells its number.
    fn add(&mut self, schema: &'a Schema) -> usize {
        let mut node = Node::default();
        let mut waiting = vec![schema];
        while let Some(schema) = waiting.pop() {
            node.schemas = node.schemas.saturating_add(1);
            node.properties.extend(schema.properties.iter().map(|name| self.number(name)));
            node.references.extend(schema.references.iter().map(|reference| self.reference(reference)));
            waiting.extend(&schema.parts);
        }
        let place = self.nodes.len();
        self.nodes.push(node);
        self.seen_nodes.push(0);
        place
    }

    fn number(&mut self, name: &'a str) -> usize {
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

    /// The place of the set of a body's properties.
    fn of(&mut self, schema: &'a Schema) -> usize {
        let node = match (schema.references.as_slice(), schema.properties.as_slice(), schema.parts.as_slice()) {
            ([reference], [], []) => self.reference(reference),
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

    fn keep(&mut self, found: Found<'a>) -> usize {
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

/// Whether a walk comes by for the first time.
fn is_new(seen: &mut [usize], place: usize, walk: usize) -> bool {
    seen.get_mut(place).is_some_and(|last| std::mem::replace(last, walk) != walk)
}

impl<'a> Found<'a> {
    fn nowhere(reference: &'a str) -> Self {
        Self { unresolved: vec![shortened(reference)], ..Self::default() }
    }

    fn incomplete(fault: &str) -> Self {
        Self { incomplete: Some(format!("{fault} that the owner's id may be missed")), ..Self::default() }
    }
}
