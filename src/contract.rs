//! The contract: the JSON that the rules read and write, as JSON Schemas derived from the types, in `src/schemas.json`. From these,
//! `www/schema.mjs` makes parts of the admin API's description, and the types of the admin page.

use std::path::Path;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::admin::Scopes;
use crate::decision::{Abilities, Explanation, Holder, ScopeChange, ScopePreview};
use crate::openapi::{Report, Settings, Suggestion};
use crate::policy::{OwnerParameter, OwnerPlaces, PolicyDiff};
use crate::record::Owner;
use crate::scope::ScopeDiff;
use crate::token::{Found, TokenForm};
use crate::usage::{
    EditReplay, IntegrationUsage, OverallUsage, PolicyReplay, Replay, RotationProgress, ScopeUse, ScopesInUse,
};

const FILE: &str = "src/schemas.json";

impl JsonSchema for OwnerPlaces {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OwnerPlaces".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [generator.subschema_for::<Vec<OwnerParameter>>(), { "const": "none" }] })
    }
}

/// All schemas, by name.
fn schemas() -> Map<String, Value> {
    let mut generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .with_transform(RecursiveTransform(without_format))
        .into_generator();
    macro_rules! add {
        ($($type:ty),* $(,)?) => { $(let _ = generator.subschema_for::<$type>();)* };
    }
    add!(Scopes, Settings, Suggestion, Report, PolicyDiff, Explanation, Owner);
    add!(ScopeDiff, Holder, Abilities, ScopeChange, ScopePreview, Found, TokenForm);
    add!(IntegrationUsage, OverallUsage, RotationProgress);
    add!(EditReplay, PolicyReplay, Replay, ScopesInUse, ScopeUse);
    let mut schemas = generator.take_definitions(true);
    for schema in schemas.values_mut() {
        without_null(schema);
    }
    for (name, fields) in OPTIONAL_IN_REQUESTS {
        let required = schemas[name]["required"].as_array_mut().unwrap();
        let before = required.len();
        required.retain(|field| !fields.contains(&field.as_str().unwrap()));
        assert_eq!(before, required.len().saturating_add(fields.len()), "{name}");
    }
    schemas
}

/// What answers always have, and requests may leave out.
const OPTIONAL_IN_REQUESTS: [(&str, &[&str]); 6] = [
    ("EventType", &["description"]),
    ("Cors", &["max_age_seconds"]),
    ("Derive", &["read", "write", "when"]),
    ("Settings", &["schemes", "owner_parameters", "without_security", "scope_extension", "rules"]),
    ("OwnerNames", &["agency", "sub_account"]),
    ("Operation", &["document"]),
];

/// What an answer leaves out is never null. Requests, whose objects have no other fields, may have null for what they may
/// leave out.
fn without_null(schema: &mut Value) {
    let required = schema["required"].clone();
    if let Some(Value::Array(variants)) = schema.get_mut("oneOf") {
        variants.iter_mut().for_each(without_null);
    }
    if schema["additionalProperties"] == false {
        return;
    }
    let is_required = |name: &str| required.as_array().is_some_and(|names| names.iter().any(|other| other == name));
    for (name, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        if is_required(name) {
            continue;
        }
        if let Some(Value::Array(types)) = property.get_mut("type") {
            types.retain(|kind| kind != "null");
            property["type"] = types[0].clone();
        }
        if let Some(Value::Array(variants)) = property.get_mut("anyOf") {
            variants.retain(|variant| variant["type"] != "null");
            if let [only] = variants.as_slice() {
                let reference = only["$ref"].clone();
                property.as_object_mut().unwrap().remove("anyOf");
                property["$ref"] = reference;
            }
        }
    }
}

/// Rust's integers are JSON's: their sizes say nothing to a client.
fn without_format(schema: &mut Schema) {
    if schema.get("type").is_some_and(|kind| kind == "integer") {
        schema.remove("format");
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test reads what it compares")]
fn vectors_schemas_are_those_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let expected = serde_json::to_string_pretty(&schemas()).unwrap() + "\n";
    if std::env::var_os("TIDEGATE_REGENERATE_VECTORS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), expected, "{FILE}: run `cargo xtask vectors`");
}
