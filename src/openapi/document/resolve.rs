//! Following `$ref`: by any JSON pointer within the document, and to files that whoever reads it can give. What leads elsewhere, or
//! in a circle, leads nowhere.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::elsewhere::Elsewhere;
use super::objects::{MaybeReference, OpenApi, OperationObject, Parameter, PathItem, RequestBody, SecurityScheme};
use super::target::{Kind, Target};
use crate::json::Map;

/// How many references are followed one after another; a chain that is longer is a circle, or might as well be.
pub(super) const MOST_STEPS: usize = 16;
/// How many characters of a text in a document a message repeats.
const MAX_REPEATED: usize = 300;

/// A document, what was found elsewhere for its references, and what is to be looked for.
pub(super) struct Library<'a> {
    pub source: &'a OpenApi,
    pub elsewhere: &'a Elsewhere,
    wanted: RefCell<BTreeSet<(Kind, Target)>>,
}

impl<'a> Library<'a> {
    pub fn new(source: &'a OpenApi, elsewhere: &'a Elsewhere) -> Self {
        Self { source, elsewhere, wanted: RefCell::default() }
    }

    /// What references lead to that was not found yet.
    pub fn into_wanted(self) -> BTreeSet<(Kind, Target)> {
        self.wanted.into_inner()
    }

    /// Notes that something is to be looked for.
    pub fn want(&self, kind: Kind, reference: &str) {
        if let Some(target) = Target::parse(reference) {
            self.wanted.borrow_mut().insert((kind, target));
        }
    }

    /// The parameter that is meant.
    ///
    /// # Errors
    /// The reference that leads nowhere, here and below.
    pub fn parameter(&self, value: &'a MaybeReference<Parameter>) -> Result<&'a Parameter, &'a str> {
        let source = self.source;
        let within = |tokens: &[&str]| match tokens {
            ["components", "parameters", name] => source.components.parameters.get(name),
            ["parameters", name] => source.of_swagger.parameters.get(name),
            _ => None,
        };
        self.inline(value, Kind::Parameter, &within, &self.elsewhere.parameters)
    }

    /// The body that is meant.
    pub fn request_body(&self, value: &'a MaybeReference<RequestBody>) -> Result<&'a RequestBody, &'a str> {
        let source = self.source;
        let within = |tokens: &[&str]| match tokens {
            ["components", "requestBodies", name] => source.components.request_bodies.get(name),
            _ => None,
        };
        self.inline(value, Kind::RequestBody, &within, &self.elsewhere.request_bodies)
    }

    /// The security scheme that is meant, where it is none of the components.
    pub fn scheme_elsewhere(&self, reference: &str) -> Option<&'a SecurityScheme> {
        match self.elsewhere.security_schemes.get(&Target::parse(reference)?.key())? {
            MaybeReference::Inline(scheme) => Some(scheme),
            MaybeReference::Reference { .. } => None,
        }
    }

    /// The security scheme that is meant.
    pub fn security_scheme(&self, value: &'a MaybeReference<SecurityScheme>) -> Result<&'a SecurityScheme, &'a str> {
        let source = self.source;
        let within = |tokens: &[&str]| match tokens {
            ["components", "securitySchemes", name] => source.components.security_schemes.get(name),
            ["securityDefinitions", name] => source.of_swagger.security_definitions.get(name),
            _ => None,
        };
        self.inline(value, Kind::SecurityScheme, &within, &self.elsewhere.security_schemes)
    }

    /// A path item and those that it refers to, one after another, with the reference that leads nowhere, where one does.
    pub fn path_items(&self, item: &'a PathItem) -> (Vec<&'a PathItem>, Option<&'a str>) {
        let reference_of = |item: &'a PathItem| item.reference.as_deref();
        self.chain(item, Kind::PathItem, &self.elsewhere.path_items, reference_of)
    }

    /// An operation and those that it refers to, in the same way.
    pub fn operations(&self, operation: &'a OperationObject) -> (Vec<&'a OperationObject>, Option<&'a str>) {
        let reference_of = |operation: &'a OperationObject| operation.reference.as_deref();
        self.chain(operation, Kind::Operation, &self.elsewhere.operations, reference_of)
    }

    fn chain<T>(
        &self,
        first: &'a T,
        kind: Kind,
        elsewhere: &'a Map<T>,
        reference_of: impl Fn(&'a T) -> Option<&'a str>,
    ) -> (Vec<&'a T>, Option<&'a str>) {
        let mut found = vec![first];
        let mut next = reference_of(first);
        while let Some(reference) = next {
            let target = Target::parse(reference);
            match target.and_then(|target| elsewhere.get(&target.key())) {
                Some(other) if found.len() < MOST_STEPS => {
                    found.push(other);
                    next = reference_of(other);
                }
                Some(_) => return (found, Some(reference)),
                None => {
                    self.want(kind, reference);
                    return (found, Some(reference));
                }
            }
        }
        (found, None)
    }

    fn inline<T>(
        &self,
        mut value: &'a MaybeReference<T>,
        kind: Kind,
        within: &dyn Fn(&[&str]) -> Option<&'a MaybeReference<T>>,
        elsewhere: &'a Map<MaybeReference<T>>,
    ) -> Result<&'a T, &'a str> {
        let mut last = "";
        for _ in 0..MOST_STEPS {
            match value {
                MaybeReference::Inline(found) => return Ok(found),
                MaybeReference::Reference { reference } => {
                    last = reference;
                    let target = Target::parse(reference).ok_or(last)?;
                    let tokens: Vec<&str> = target.tokens.iter().map(String::as_str).collect();
                    let here = if target.file.is_empty() { within(&tokens) } else { None };
                    let Some(found) = here.or_else(|| elsewhere.get(&target.key())) else {
                        self.want(kind, reference);
                        return Err(last);
                    };
                    value = found;
                }
            }
        }
        Err(last)
    }

    /// Why a reference was not followed.
    pub fn leads_nowhere(&self, reference: &str) -> String {
        let told = shortened(reference);
        let target = Target::parse(reference);
        if let Some(reason) = target.as_ref().and_then(|target| self.elsewhere.unread.get(&target.file)) {
            return format!("{told} was not followed: {reason}");
        }
        if reference.contains("://") {
            return format!("{told} leads to another host, which is not followed; bundle it into this document");
        }
        match reference.split('#').next() {
            Some("") | None => format!("{told} leads nowhere in this document"),
            Some(_) => format!("{told} leads nowhere in this document, nor in a file in its folder that can be read"),
        }
    }
}

/// As much of a text as a message repeats.
pub(super) fn shortened(text: &str) -> &str {
    text.char_indices().nth(MAX_REPEATED).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
