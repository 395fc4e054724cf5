//! The properties of request bodies. A body's schema is made of others, which thousands of operations can share: what a
//! reference leads to is worked out once, and all of it within one budget.

mod schemas;

use std::collections::BTreeMap;

use self::schemas::{Found, Schemas};
use super::library::Library;
use super::objects::{MediaType, RequestBody, Schema};
use super::reference::MaybeReference;
use super::target::{Kind, MOST_STEPS, Target};
use super::{Body, Form, Properties};
use crate::order::sort_and_dedup;

/// How many media types one body may have.
const MAX_MEDIA_TYPES: usize = 100;
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
        // What is misread on the way has to be come by for every operation.
        if !self.library.has_newly_met() {
            self.known.insert(body, place);
        }
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
            match target.and_then(|target| self.library.media_type(&target.key())) {
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
