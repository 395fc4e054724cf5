//! OpenAPI's objects, of 3.0, 3.1 and 3.2 and of Swagger 2.0, as far as a policy needs them; all else is read without being kept.

use crate::json::{self, Map, Misread};
use crate::json::{Collection, OrNull, Scalar, Sink, Source, Stop, read};

use super::object_macro::object;
use super::server::Server;
use super::words::{Mark, Texts, Words};

/// The OpenAPI Object: a whole document. Swagger 2.0 has other members.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenApi {
    /// The version of OpenAPI that it is written in.
    pub openapi: Words,
    /// The version of Swagger that it is written in.
    pub swagger: Words,
    pub reference: Option<String>,
    pub info: Info,
    pub servers: Vec<Server>,
    pub security: Option<Security>,
    pub paths: Paths,
    /// Since OpenAPI 3.1.
    pub webhooks: Webhooks,
    pub components: Components,
    pub of_swagger: OfSwagger,
    pub is_security_merged: Mark,
}

/// What stands at the top of a document in Swagger 2.0 alone.
#[derive(Clone, Debug, Default)]
pub(super) struct OfSwagger {
    pub base_path: Words,
    pub consumes: Texts,
    pub parameters: Map<MaybeReference<Parameter>>,
    pub definitions: Map<Schema>,
    pub security_definitions: Map<MaybeReference<SecurityScheme>>,
}

/// A list of requirements, each of which names schemes and their scopes.
pub(in crate::openapi) type Security = Vec<Map<Vec<String>>>;

#[derive(Clone, Debug, Default)]
struct Discriminator {
    mapping: Map<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Info {
    pub title: Words,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Components {
    pub parameters: Map<MaybeReference<Parameter>>,
    pub request_bodies: Map<MaybeReference<RequestBody>>,
    pub schemas: Map<Schema>,
    pub security_schemes: Map<MaybeReference<SecurityScheme>>,
    pub reference: Option<String>,
}

/// A security scheme, as far as it declares scopes, in its flows or in Swagger 2.0 itself, and what suggests whom it is for.
#[derive(Clone, Debug, Default)]
pub(super) struct SecurityScheme {
    pub kind: Words,
    pub place: Words,
    pub http: Words,
    pub flows: Map<Flow>,
    pub scopes: Map<Words>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Flow {
    pub scopes: Map<Words>,
}

/// How many paths a document may have.
const MOST_PATHS: usize = 20_000;

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
    /// By their methods, as the document has them.
    pub operations: Map<OperationObject>,
    /// Those of methods that OpenAPI has no member for, since 3.2.
    pub additional_operations: Map<OperationObject>,
    /// The members that are none of OpenAPI's.
    pub unknown: Vec<String>,
}

/// How many webhooks of a document are read.
pub(super) const MAX_WEBHOOKS: usize = 1_000;
/// The longest example of a webhook's body that is kept, in bytes.
pub(super) const MAX_EXAMPLE_BYTES: usize = 2_000;

/// The webhooks by name, since OpenAPI 3.1. Extensions are skipped.
#[derive(Clone, Debug, Default)]
pub(super) struct Webhooks {
    pub items: Map<WebhookItem>,
    /// How many there are beyond those that are read.
    pub left_out: usize,
}

/// A webhook: what is wrong with it is a fault of its own, and of no operation.
#[derive(Clone, Debug, Default)]
pub(super) struct WebhookItem {
    pub item: PathItem,
    /// An example of its body, as JSON text.
    pub example: Option<String>,
    /// What in its security is of a wrong type.
    pub wrong: Option<String>,
}

/// The members of a path item that are operations; the last one since OpenAPI 3.2.
pub(super) const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// An operation as the document has it.
#[derive(Clone, Debug, Default)]
pub(super) struct OperationObject {
    pub reference: Option<String>,
    pub operation_id: Words,
    pub summary: Words,
    pub tags: Texts,
    pub security: Option<Security>,
    pub servers: Vec<Server>,
    pub parameters: Vec<MaybeReference<Parameter>>,
    pub request_body: Option<MaybeReference<RequestBody>>,
    /// The media types of its body, in Swagger 2.0.
    pub consumes: Option<Texts>,
    pub extensions: Map<json::Value<'static>>,
}

#[derive(Clone, Debug)]
pub(super) enum MaybeReference<T> {
    Reference { reference: String },
    Inline(T),
}

/// A parameter's name and place.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameter {
    pub name: Words,
    pub place: String,
    /// What a body is, in Swagger 2.0.
    pub schema: Option<Schema>,
    /// Its type, in Swagger 2.0.
    pub kind: Words,
    /// `allowReserved`.
    pub allows_reserved: Mark,
    /// `x-multi-segment`.
    pub is_multi_segment: Mark,
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

object!(Discriminator, "an object", { "mapping" => mapping; } strict {} required {});
object!(Info, "an object", { "title" => title; } strict {} required {});
object!(Components, "an object", {
    "parameters" => parameters; "requestBodies" => request_bodies; "schemas" => schemas;
    "securitySchemes" => security_schemes;
} strict { "$ref" => reference; } required {});
object!(SecurityScheme, "an object", {
    "type" => kind; "in" => place; "scheme" => http; "flows" => flows; "scopes" => scopes;
} strict {} required {});
object!(Flow, "an object", { "scopes" => scopes; } strict {} required {});
object!(Parameter, "an object", {
    "schema" => schema; "type" => kind; "allowReserved" => allows_reserved; "x-multi-segment" => is_multi_segment;
} strict { "name" => name; "in" => place; } required { "name" "in" });
object!(RequestBody, "an object", { "content" => content; } strict {} required {});
object!(MediaType, "an object", { "schema" => schema; } strict { "$ref" => reference; } required {});

/// What a member is called in which a mapping notes that a merge key brought its `security` (see [`super::yaml`]).
pub(super) const MERGED_SECURITY: &str = "x-tidegate-merged-security";

impl Sink for OpenApi {
    fn expecting(&self) -> &'static str {
        "an OpenAPI document"
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        let strict: &mut dyn Sink = match key {
            "openapi" => &mut self.openapi,
            "swagger" => &mut self.swagger,
            "$ref" => &mut self.reference,
            "security" => &mut self.security,
            _ => {
                let field: &mut dyn Sink = match key {
                    "info" => &mut self.info,
                    "servers" => &mut self.servers,
                    "paths" => &mut self.paths,
                    "webhooks" => &mut self.webhooks,
                    "components" => &mut self.components,
                    "basePath" => &mut self.of_swagger.base_path,
                    "consumes" => &mut self.of_swagger.consumes,
                    "parameters" => &mut self.of_swagger.parameters,
                    "definitions" => &mut self.of_swagger.definitions,
                    "securityDefinitions" => &mut self.of_swagger.security_definitions,
                    MERGED_SECURITY => &mut self.is_security_merged,
                    _ => return Ok(()),
                };
                return value.read(&mut OrNull(field)).map(drop);
            }
        };
        value.read(strict).map(drop)
    }
}

impl Sink for PathItem {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        match key {
            "$ref" => return value.read(&mut self.reference).map(drop),
            "security" => return value.read(&mut self.security).map(drop),
            "servers" => return value.read(&mut OrNull(&mut self.servers)).map(drop),
            "parameters" => return value.read(&mut OrNull(&mut self.parameters)).map(drop),
            "additionalOperations" => return value.read(&mut OrNull(&mut self.additional_operations)).map(drop),
            _ if METHODS.contains(&key) => {
                // Nothing stands behind the colon: it is as if the method were not there.
                let mut operation = None::<OperationObject>;
                value.read(&mut OrNull(&mut operation))?;
                if let Some(operation) = operation {
                    self.operations.insert(key.to_owned(), operation);
                }
            }
            "summary" | "description" => {}
            _ if key.starts_with("x-") => {}
            _ => self.unknown.push(key.to_owned()),
        }
        Ok(())
    }
}

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
            return Err(Stop::because(format!("paths: more than {MOST_PATHS} paths")));
        }
        let mut item = PathItem::default();
        value.read(&mut OrNull(&mut item))?;
        self.0.insert(key.to_owned(), item);
        Ok(())
    }
}

impl Sink for Webhooks {
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
        let mut item = WebhookItem::default();
        value.read(&mut item)?;
        if self.items.len() < MAX_WEBHOOKS {
            self.items.insert(key.to_owned(), item);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
        Ok(())
    }
}

impl Sink for WebhookItem {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: json::Value) -> Vec<Misread> {
        self.example = example(&value);
        match read(value, &mut OrNull(&mut self.item)) {
            Ok(misread) => {
                let wrong = misread.into_iter().find(|one| one.place.iter().any(|segment| segment == "security"));
                self.wrong = wrong.map(|one| one.what);
            }
            Err(error) => self.wrong = Some(error.to_string()),
        }
        Vec::new()
    }
}

/// The example of a webhook's body, as JSON text, where it stands in the webhook itself.
fn example(item: &json::Value) -> Option<String> {
    let content = item.entry("post")?.entry("requestBody")?.entry("content")?;
    let media_type = content.entry("application/json").or_else(|| first(content))?;
    let named = || first(media_type.entry("examples")?)?.entry("value");
    let of_schema = || media_type.entry("schema")?.entry("example");
    let example = media_type.entry("example").or_else(named).or_else(of_schema)?;
    let mut text = String::new();
    example.write(&mut text);
    (text.len() <= MAX_EXAMPLE_BYTES).then_some(text)
}

/// The value of an object's first entry.
fn first<'a, 'b>(object: &'a json::Value<'b>) -> Option<&'a json::Value<'b>> {
    match object {
        json::Value::Object(entries) => entries.first().map(|(_, value)| value),
        _ => None,
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
            "servers" => return value.read(&mut OrNull(&mut self.servers)).map(drop),
            "parameters" => return value.read(&mut OrNull(&mut self.parameters)).map(drop),
            "requestBody" => return value.read(&mut OrNull(&mut self.request_body)).map(drop),
            "tags" => &mut self.tags,
            "consumes" => return value.read(&mut OrNull(&mut self.consumes)).map(drop),
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
            "$ref" | "$dynamicRef" | "$recursiveRef" => {
                let mut reference = None::<String>;
                value.read(&mut reference)?;
                self.references.extend(reference);
            }
            "properties" => drop(value.read(&mut OrNull(&mut Properties(self)))?),
            "allOf" | "anyOf" | "oneOf" => drop(value.read(&mut OrNull(&mut self.parts))?),
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

    fn take(&mut self, value: json::Value) -> Vec<Misread> {
        if let Some(reference) = value.entry("$ref") {
            return match reference.text() {
                Some(reference) => {
                    *self = Self::Reference { reference: reference.to_owned() };
                    Vec::new()
                }
                None => vec![Misread::new("$ref must be a string".to_owned())],
            };
        }
        let mut inline = T::default();
        let misread = read(value, &mut inline);
        *self = Self::Inline(inline);
        misread.unwrap_or_else(|error| vec![Misread::new(error.to_string())])
    }
}
