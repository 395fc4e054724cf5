//! OpenAPI's objects, as far as a policy needs them; all else is skipped without being kept.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A list of requirements, each of which names schemes and their scopes.
pub(in crate::core::openapi) type Security = Vec<BTreeMap<String, Vec<String>>>;

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Info {
    #[serde(default)]
    pub title: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Components {
    pub parameters: BTreeMap<String, MaybeReference<Parameter>>,
    pub request_bodies: BTreeMap<String, MaybeReference<RequestBody>>,
    pub schemas: BTreeMap<String, Schema>,
    pub security_schemes: BTreeMap<String, SecurityScheme>,
}

/// A security scheme, as far as it declares scopes.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct SecurityScheme {
    #[serde(default)]
    pub flows: BTreeMap<String, Flow>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Flow {
    #[serde(default)]
    pub scopes: BTreeMap<String, String>,
}

/// How many paths a document may have.
const MOST_PATHS: usize = 10_000;

/// The path items by path. Extensions are skipped; a path that stands twice is an error, since one would be lost.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths(pub BTreeMap<String, PathItem>);

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct PathItem {
    #[serde(rename = "$ref")]
    pub reference: Option<String>,
    #[serde(default)]
    pub parameters: Vec<MaybeReference<Parameter>>,
    pub get: Option<OperationObject>,
    pub put: Option<OperationObject>,
    pub post: Option<OperationObject>,
    pub delete: Option<OperationObject>,
    pub options: Option<OperationObject>,
    pub head: Option<OperationObject>,
    pub patch: Option<OperationObject>,
    pub trace: Option<OperationObject>,
}

/// An operation as the document has it.
#[derive(Clone, Debug, Default)]
pub(in crate::core::openapi) struct OperationObject {
    pub operation_id: Option<String>,
    pub summary: Option<String>,
    pub(super) security: Option<Security>,
    pub(super) parameters: Vec<MaybeReference<Parameter>>,
    pub(super) request_body: Option<MaybeReference<RequestBody>>,
    pub(super) extensions: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum MaybeReference<T> {
    Reference {
        #[serde(rename = "$ref")]
        reference: String,
    },
    Inline(T),
}

/// A parameter's name and place.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::core::openapi) struct Parameter {
    pub name: String,
    #[serde(rename = "in")]
    pub place: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct RequestBody {
    #[serde(default)]
    pub content: BTreeMap<String, MediaType>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct MediaType {
    #[serde(default)]
    pub schema: Option<Schema>,
}

/// A schema's own properties and the schemas that it is made of. JSON Schema allows `true` and `false` as well.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    pub reference: Option<String>,
    pub properties: Vec<String>,
    pub parts: Vec<Schema>,
}

/// An object that is read entry by entry, so that what is not needed is never built.
trait FromEntries<'de>: Default {
    fn entry<A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error>;
}

impl<'de> FromEntries<'de> for Paths {
    fn entry<A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        if key.starts_with("x-") {
            return skip(map);
        }
        if self.0.len() >= MOST_PATHS {
            return Err(Error::custom(format!("more than {MOST_PATHS} paths")));
        }
        match self.0.insert(key.clone(), map.next_value()?) {
            None => Ok(()),
            Some(_) => Err(Error::custom(format!("the path {key} stands twice"))),
        }
    }
}

impl<'de> FromEntries<'de> for OperationObject {
    fn entry<A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "operationId" => self.operation_id = map.next_value()?,
            "summary" => self.summary = map.next_value()?,
            "security" if self.security.is_some() => return Err(Error::duplicate_field("security")),
            "security" => self.security = map.next_value()?,
            "parameters" if !self.parameters.is_empty() => return Err(Error::duplicate_field("parameters")),
            "parameters" => self.parameters = map.next_value()?,
            "requestBody" if self.request_body.is_some() => return Err(Error::duplicate_field("requestBody")),
            "requestBody" => self.request_body = map.next_value()?,
            _ if self.extensions.contains_key(&key) => return Err(Error::custom(format!("{key} stands twice"))),
            _ if key.starts_with("x-") => drop(self.extensions.insert(key, map.next_value()?)),
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'de> FromEntries<'de> for Schema {
    fn entry<A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "$ref" => self.reference = map.next_value()?,
            "properties" => self.properties.extend(map.next_value::<BTreeMap<String, IgnoredAny>>()?.into_keys()),
            "allOf" | "anyOf" | "oneOf" => self.parts.extend(map.next_value::<Vec<Self>>()?),
            _ => skip(map)?,
        }
        Ok(())
    }
}

fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: FromEntries<'de>> Visitor<'de> for Entries<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    /// JSON Schema's `true` and `false`: an object without entries.
    fn visit_bool<E: Error>(self, _: bool) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut object = T::default();
        while let Some(key) = map.next_key()? {
            object.entry(key, &mut map)?;
        }
        Ok(object)
    }
}

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

impl<'de> Deserialize<'de> for OperationObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Entries(PhantomData))
    }
}
