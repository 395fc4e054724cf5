//! OpenAPI's objects, as far as a policy needs them; all else is read without being kept.

use crate::json::{self, Map};
use crate::json::{Collection, Scalar, Sink, Source, Stop, read};

use super::object_macro::object;
use super::server::Server;

/// The OpenAPI Object: a whole document.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenApi {
    /// The version of OpenAPI that it is written in.
    pub openapi: String,
    pub reference: Option<String>,
    pub info: Info,
    pub servers: Vec<Server>,
    pub security: Option<Security>,
    pub paths: Paths,
    pub components: Components,
}

/// A list of requirements, each of which names schemes and their scopes.
pub(in crate::openapi) type Security = Vec<Map<Vec<String>>>;

#[derive(Clone, Debug, Default)]
struct Discriminator {
    mapping: Map<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Info {
    pub title: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Components {
    pub parameters: Map<MaybeReference<Parameter>>,
    pub request_bodies: Map<MaybeReference<RequestBody>>,
    pub schemas: Map<Schema>,
    pub security_schemes: Map<MaybeReference<SecurityScheme>>,
    pub reference: Option<String>,
}

/// A security scheme, as far as it declares scopes, and what suggests whom it is for.
#[derive(Clone, Debug, Default)]
pub(super) struct SecurityScheme {
    pub kind: Words,
    pub place: Words,
    pub http: Words,
    pub flows: Map<Flow>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Flow {
    pub scopes: Map<Words>,
}

/// How many paths a document may have.
const MOST_PATHS: usize = 10_000;

/// The path items by path. Extensions are skipped.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths(pub Map<PathItem>);

#[derive(Clone, Debug, Default)]
pub(super) struct PathItem {
    pub reference: Option<String>,
    /// Belongs to an operation or to the document, and would mean nothing here.
    pub security: Option<json::Value<'static>>,
    pub servers: Vec<Server>,
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
pub(super) struct OperationObject {
    pub reference: Option<String>,
    pub operation_id: Words,
    pub summary: Words,
    pub tags: Vec<String>,
    pub security: Option<Security>,
    pub servers: Vec<Server>,
    pub parameters: Vec<MaybeReference<Parameter>>,
    pub request_body: Option<MaybeReference<RequestBody>>,
    pub extensions: Map<json::Value<'static>>,
}

/// A text that decides nothing. `null` is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(pub Option<String>);

#[derive(Clone, Debug)]
pub(super) enum MaybeReference<T> {
    Reference { reference: String },
    Inline(T),
}

/// A parameter's name and place.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameter {
    pub name: String,
    pub place: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct RequestBody {
    pub content: Map<MediaType>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct MediaType {
    pub reference: Option<String>,
    pub schema: Option<Schema>,
}

/// A schema's own properties and the schemas that it is made of. JSON Schema allows `true` and `false` as well.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    pub references: Vec<String>,
    pub properties: Vec<String>,
    pub parts: Vec<Schema>,
}

object!(OpenApi, "an OpenAPI document",
    "openapi", "openapi" => openapi; "$ref" => reference; "info" => info; "servers" => servers; "security" => security;
    "paths" => paths; "components" => components);
object!(Discriminator, "an object", "mapping" => mapping);
object!(Info, "struct Info", "title" => title);
object!(Components, "struct Components",
    "parameters" => parameters; "requestBodies" => request_bodies; "schemas" => schemas;
    "securitySchemes" => security_schemes; "$ref" => reference);
object!(SecurityScheme, "struct SecurityScheme", "type" => kind; "in" => place; "scheme" => http; "flows" => flows);
object!(Flow, "struct Flow", "scopes" => scopes);
object!(PathItem, "struct PathItem",
    "$ref" => reference; "security" => security; "servers" => servers; "parameters" => parameters; "get" => get; "put" => put; "post" => post; "delete" => delete;
    "options" => options; "head" => head; "patch" => patch; "trace" => trace);
object!(Parameter, "struct Parameter", "name", "name" => name; "in", "in" => place);
object!(RequestBody, "struct RequestBody", "content" => content);
object!(MediaType, "struct MediaType", "$ref" => reference; "schema" => schema);

impl Sink for Paths {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        if key.starts_with("x-") {
            return Ok(());
        }
        if self.0.len() >= MOST_PATHS {
            return Err(Stop::because(format!("more than {MOST_PATHS} paths")));
        }
        let mut item = PathItem::default();
        value.read(&mut item)?;
        self.0.insert(key.to_owned(), item);
        Ok(())
    }
}

impl Sink for OperationObject {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        let field: &mut dyn Sink = match key {
            "$ref" => &mut self.reference,
            "operationId" => &mut self.operation_id,
            "summary" => &mut self.summary,
            "security" => &mut self.security,
            "servers" => &mut self.servers,
            "parameters" => &mut self.parameters,
            "requestBody" => &mut self.request_body,
            "tags" => return value.read(&mut Texts(&mut self.tags)).map(drop),
            _ if key.starts_with("x-") => {
                let mut extension = json::Value::default();
                value.read(&mut extension)?;
                self.extensions.insert(key.to_owned(), extension);
                return Ok(());
            }
            _ => return Ok(()),
        };
        value.read(field).map(drop)
    }
}

impl Sink for Schema {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    /// JSON Schema's `true` and `false`: an object without entries.
    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        matches!(scalar, Scalar::Boolean(_))
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        match key {
            "$ref" => {
                let mut reference = String::new();
                value.read(&mut reference)?;
                self.references.push(reference);
            }
            "properties" => drop(value.read(&mut Properties(self))?),
            "allOf" | "anyOf" | "oneOf" => drop(value.read(&mut self.parts)?),
            "if" | "then" | "else" => {
                let mut part = Self::default();
                value.read(&mut part)?;
                self.parts.push(part);
            }
            "dependentSchemas" => {
                let mut parts: Map<Self> = Map::default();
                value.read(&mut parts)?;
                self.parts.extend(parts.values().cloned());
            }
            "discriminator" => {
                let mut discriminator = Discriminator::default();
                value.read(&mut discriminator)?;
                self.references.extend(discriminator.mapping.values().map(|name| mapped(name)));
            }
            _ => {}
        }
        Ok(())
    }
}

/// What a discriminator's `mapping` names: a reference, or the name of a schema.
fn mapped(name: &str) -> String {
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_name { format!("#/components/schemas/{name}") } else { name.to_owned() }
}

/// The names of a schema's properties; their values are skipped.
struct Properties<'a>(&'a mut Schema);

impl Sink for Properties<'_> {
    fn expecting(&self) -> &'static str {
        "a map"
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        if key == "$ref" {
            let mut kept = json::Value::default();
            value.read(&mut kept)?;
            // As the name of a property it would have a schema: the properties stand elsewhere.
            if let Some(reference) = kept.text() {
                self.0.references.push(reference.to_owned());
                return Ok(());
            }
        }
        self.0.properties.push(key.to_owned());
        Ok(())
    }
}

/// The texts of a list that decides nothing, whatever else stands there.
struct Texts<'a>(&'a mut Vec<String>);

impl Sink for Texts<'_> {
    fn expecting(&self) -> &'static str {
        "a sequence"
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: json::Value) -> Result<(), Stop> {
        let texts = value.items().unwrap_or_default().iter().filter_map(json::Value::text);
        self.0.extend(texts.map(str::to_owned));
        Ok(())
    }
}

impl Sink for Words {
    fn expecting(&self) -> &'static str {
        "a string"
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        match scalar {
            Scalar::Text(text) => self.0 = Some(text.to_owned()),
            Scalar::Null => {}
            _ => return false,
        }
        true
    }
}

impl PathItem {
    pub fn operations(&self) -> [(&'static str, Option<&OperationObject>); 8] {
        [
            ("get", self.get.as_ref()),
            ("put", self.put.as_ref()),
            ("post", self.post.as_ref()),
            ("delete", self.delete.as_ref()),
            ("options", self.options.as_ref()),
            ("head", self.head.as_ref()),
            ("patch", self.patch.as_ref()),
            ("trace", self.trace.as_ref()),
        ]
    }
}

impl<T> MaybeReference<T> {
    /// The reference that it is.
    pub fn reference(&self) -> Option<&str> {
        match self {
            Self::Reference { reference } => Some(reference),
            Self::Inline(_) => None,
        }
    }
}

impl<T: Default> Default for MaybeReference<T> {
    fn default() -> Self {
        Self::Inline(T::default())
    }
}

impl<T: Sink + Default> Sink for MaybeReference<T> {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: json::Value) -> Result<(), Stop> {
        if let Some(reference) = value.entry("$ref") {
            let not_a_text = || Stop::because("$ref must be a string".to_owned());
            *self = Self::Reference { reference: reference.text().ok_or_else(not_a_text)?.to_owned() };
            return Ok(());
        }
        let mut inline = T::default();
        read(value, &mut inline).map_err(|(place, fault)| {
            let separator = if place.is_empty() { "" } else { ": " };
            Stop::because(format!("{place}{separator}{fault}"))
        })?;
        *self = Self::Inline(inline);
        Ok(())
    }
}
