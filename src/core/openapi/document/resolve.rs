//! Following `$ref` inside a document. A reference that leads elsewhere, or in a circle, leads nowhere.

use std::collections::BTreeSet;

use crate::core::request::is_json;

use super::objects::{Components, MaybeReference, Parameter, RequestBody, Schema};

/// How many references are followed one after another; a chain that is longer is a circle, or might as well be.
const MOST_STEPS: usize = 16;
/// How many schemas are looked into for one body.
const MOST_SCHEMAS: usize = 4096;

/// How many properties one schema or one body may have. Ten thousand operations can share it, and each is looked through.
const MOST_PROPERTIES: usize = 1000;

/// What stands for a reference that leads nowhere where a body is larger than that.
pub(in crate::core::openapi) const TOO_LARGE: &str = "the body";

/// What a document tells of the JSON forms of a body.
#[derive(Default)]
pub(super) struct JsonBody<'a> {
    /// The properties of the object that it is.
    pub properties: BTreeSet<&'a str>,
    /// What could hold more properties, and leads nowhere in the document.
    pub dangling: BTreeSet<&'a str>,
}

/// The parameter that is meant.
pub(super) fn parameter<'a>(
    components: &'a Components,
    mut parameter: &'a MaybeReference<Parameter>,
) -> Option<&'a Parameter> {
    for _ in 0..MOST_STEPS {
        match parameter {
            MaybeReference::Inline(found) => return Some(found),
            MaybeReference::Reference { reference } => {
                parameter = components.parameters.get(reference.strip_prefix("#/components/parameters/")?)?;
            }
        }
    }
    None
}

/// What the document tells of the JSON forms of a body.
pub(super) fn json_body<'a>(components: &'a Components, body: &'a MaybeReference<RequestBody>) -> JsonBody<'a> {
    let mut found = JsonBody::default();
    let body = match request_body(components, body) {
        Ok(body) => body,
        Err(reference) => return JsonBody { dangling: [reference].into(), ..found },
    };
    let json = body.content.iter().filter(|(media_type, _)| is_json(media_type));
    let mut waiting: Vec<&Schema> = json.filter_map(|(_, media_type)| media_type.schema.as_ref()).collect();
    let mut seen = BTreeSet::new();
    for _ in 0..MOST_SCHEMAS {
        let Some(schema) = waiting.pop() else { return found };
        if schema.properties.len().max(found.properties.len()) > MOST_PROPERTIES {
            found.dangling.insert(TOO_LARGE);
            return found;
        }
        found.properties.extend(schema.properties.iter().map(String::as_str));
        waiting.extend(&schema.parts);
        let Some(reference) = schema.reference.as_deref().filter(|reference| seen.insert(*reference)) else { continue };
        match reference.strip_prefix("#/components/schemas/").and_then(|name| components.schemas.get(name)) {
            Some(schema) => waiting.push(schema),
            None => drop(found.dangling.insert(reference)),
        }
    }
    if !waiting.is_empty() {
        found.dangling.insert(TOO_LARGE);
    }
    found
}

fn request_body<'a>(
    components: &'a Components,
    mut body: &'a MaybeReference<RequestBody>,
) -> Result<&'a RequestBody, &'a str> {
    let mut last = "";
    for _ in 0..MOST_STEPS {
        match body {
            MaybeReference::Inline(found) => return Ok(found),
            MaybeReference::Reference { reference } => {
                last = reference;
                let name = reference.strip_prefix("#/components/requestBodies/");
                body = name.and_then(|name| components.request_bodies.get(name)).ok_or(last)?;
            }
        }
    }
    Err(last)
}
