//! Following `$ref` inside a document. A reference that leads elsewhere, or in a circle, leads nowhere.

use std::collections::BTreeSet;

use crate::core::request::is_json;

use super::objects::{Components, MaybeReference, Parameter, RequestBody, Schema};

/// How many references are followed one after another; a chain that is longer is a circle, or might as well be.
const MOST_STEPS: usize = 16;
/// How many schemas are looked into for one body.
const MOST_SCHEMAS: usize = 256;

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

/// The properties of the JSON forms of a body.
pub(super) fn body_properties<'a>(
    components: &'a Components,
    body: &'a MaybeReference<RequestBody>,
) -> BTreeSet<&'a str> {
    let Some(body) = request_body(components, body) else { return BTreeSet::new() };
    let json = body.content.iter().filter(|(media_type, _)| is_json(media_type));
    let mut waiting: Vec<&Schema> = json.filter_map(|(_, media_type)| media_type.schema.as_ref()).collect();
    let (mut seen, mut properties) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..MOST_SCHEMAS {
        let Some(schema) = waiting.pop() else { break };
        properties.extend(schema.properties.iter().map(String::as_str));
        waiting.extend(&schema.parts);
        let name = schema.reference.as_deref().and_then(|reference| reference.strip_prefix("#/components/schemas/"));
        if let Some(name) = name.filter(|name| seen.insert(*name)) {
            waiting.extend(components.schemas.get(name));
        }
    }
    properties
}

fn request_body<'a>(components: &'a Components, mut body: &'a MaybeReference<RequestBody>) -> Option<&'a RequestBody> {
    for _ in 0..MOST_STEPS {
        match body {
            MaybeReference::Inline(found) => return Some(found),
            MaybeReference::Reference { reference } => {
                body = components.request_bodies.get(reference.strip_prefix("#/components/requestBodies/")?)?;
            }
        }
    }
    None
}
