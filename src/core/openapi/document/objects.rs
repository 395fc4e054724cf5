//! OpenAPI's objects, as far as a policy needs them; all else is skipped without being kept.

use crate::core::request::json::{Collection, Node, Scalar, Source, Stop, read};
use crate::core::request::{Kept, Map};

/// A list of requirements, each of which names schemes and their scopes.
pub(in crate::core::openapi) type Security = Vec<Map<Vec<String>>>;

#[derive(Clone, Debug, Default)]
pub(super) struct Info {
    pub title: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Components {
    pub parameters: Map<MaybeReference<Parameter>>,
    pub request_bodies: Map<MaybeReference<RequestBody>>,
    pub schemas: Map<Schema>,
    pub security_schemes: Map<SecurityScheme>,
}

/// A security scheme, as far as it declares scopes.
#[derive(Clone, Debug, Default)]
pub(super) struct SecurityScheme {
    pub flows: Map<Flow>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Flow {
    pub scopes: Map<String>,
}

/// How many paths a document may have.
const MOST_PATHS: usize = 10_000;

/// The path items by path. Extensions are skipped; a path that stands twice is an error, since one would be lost.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths(pub Map<PathItem>);

#[derive(Clone, Debug, Default)]
pub(super) struct PathItem {
    pub reference: Option<String>,
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
    pub(super) extensions: Map<Kept<'static>>,
}

#[derive(Clone, Debug)]
pub(super) enum MaybeReference<T> {
    Reference { reference: String },
    Inline(T),
}

/// A parameter's name and place.
#[derive(Clone, Debug, Default)]
pub(in crate::core::openapi) struct Parameter {
    pub name: String,
    pub place: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct RequestBody {
    pub content: Map<MediaType>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct MediaType {
    pub schema: Option<Schema>,
}

/// A schema's own properties and the schemas that it is made of. JSON Schema allows `true` and `false` as well.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    pub reference: Option<String>,
    pub properties: Vec<String>,
    pub parts: Vec<Schema>,
}

/// A node made of an object's entries: what it is called, its fields (`!` marks those that must be there), and where
/// the value of each goes.
macro_rules! object {
    (@required) => { false };
    (@required $mark:literal) => { true };
    ($type:ty, $expecting:literal, $($key:literal $(, $required:literal)? => $field:ident);+ $(;)?) => {
        impl $crate::core::request::json::Node for $type {
            fn expecting(&self) -> &'static str {
                $expecting
            }

            fn open(&mut self, collection: $crate::core::request::json::Collection) -> bool {
                collection == $crate::core::request::json::Collection::Object
            }

            fn fields(&self) -> &'static [(&'static str, bool)] {
                &[$(($key, object!(@required $($required)?))),+]
            }

            fn entry(
                &mut self,
                key: &str,
                value: &mut dyn $crate::core::request::json::Source,
            ) -> Result<(), $crate::core::request::json::Stop> {
                match key {
                    $($key => value.read(&mut self.$field).map(drop),)+
                    _ => Ok(()),
                }
            }
        }
    };
}
pub(super) use object;

object!(Info, "struct Info", "title" => title);
object!(Components, "struct Components",
    "parameters" => parameters; "requestBodies" => request_bodies; "schemas" => schemas;
    "securitySchemes" => security_schemes);
object!(SecurityScheme, "struct SecurityScheme", "flows" => flows);
object!(Flow, "struct Flow", "scopes" => scopes);
object!(PathItem, "struct PathItem",
    "$ref" => reference; "parameters" => parameters; "get" => get; "put" => put; "post" => post; "delete" => delete;
    "options" => options; "head" => head; "patch" => patch; "trace" => trace);
object!(Parameter, "struct Parameter", "name", "!" => name; "in", "!" => place);
object!(RequestBody, "struct RequestBody", "content" => content);
object!(MediaType, "struct MediaType", "schema" => schema);

impl Node for Paths {
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
        let is_new = self.0.insert(key.to_owned(), item);
        if is_new { Ok(()) } else { Err(Stop::because(format!("the path {key} stands twice"))) }
    }
}

impl Node for OperationObject {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn fields(&self) -> &'static [(&'static str, bool)] {
        &[("security", false), ("parameters", false), ("requestBody", false)]
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        let field: &mut dyn Node = match key {
            "operationId" => &mut self.operation_id,
            "summary" => &mut self.summary,
            "security" => &mut self.security,
            "parameters" => &mut self.parameters,
            "requestBody" => &mut self.request_body,
            _ if self.extensions.contains_key(key) => return Err(Stop::because(format!("{key} stands twice"))),
            _ if key.starts_with("x-") => {
                let mut extension = Kept::default();
                value.read(&mut extension)?;
                self.extensions.insert(key.to_owned(), extension);
                return Ok(());
            }
            _ => return Ok(()),
        };
        value.read(field).map(drop)
    }
}

impl Node for Schema {
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
            "$ref" => value.read(&mut self.reference),
            "properties" => value.read(&mut Keys(&mut self.properties)),
            "allOf" | "anyOf" | "oneOf" => value.read(&mut self.parts),
            _ => return Ok(()),
        }
        .map(drop)
    }
}

/// An object's keys; its values are skipped.
struct Keys<'a>(&'a mut Vec<String>);

impl Node for Keys<'_> {
    fn expecting(&self) -> &'static str {
        "a map"
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn entry(&mut self, key: &str, _: &mut dyn Source) -> Result<(), Stop> {
        self.0.push(key.to_owned());
        Ok(())
    }
}

impl<T: Default> Default for MaybeReference<T> {
    fn default() -> Self {
        Self::Inline(T::default())
    }
}

impl<T: Node + Default> Node for MaybeReference<T> {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: Kept) -> Result<(), Stop> {
        if let Some(reference) = value.entry("$ref").and_then(Kept::text) {
            *self = Self::Reference { reference: reference.to_owned() };
            return Ok(());
        }
        let mut inline = T::default();
        read(value, &mut inline)
            .map_err(|_| Stop::because("data did not match any variant of untagged enum MaybeReference".to_owned()))?;
        *self = Self::Inline(inline);
        Ok(())
    }
}
