//! Paths, path items and operations.

use crate::json::{self, Collection, Map, OrNull, Sink, Source, Stop};

use super::body::RequestBody;
use super::parameter::Parameter;
use super::security::Requirements;
use super::unread::Unread;
use crate::openapi::document::reference::{MaybeReference, OrReference};
use crate::openapi::document::server::Servers;
use crate::openapi::document::unknown;
use crate::openapi::document::words::{Texts, Words};

/// A list of parameters.
pub type Parameters = OrReference<Vec<MaybeReference<Parameter>>>;

/// How many paths a document may have.
const MOST_PATHS: usize = 20_000;

/// The path items by path.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    pub items: Map<PathItem>,
    /// The extensions that may be meant to list scopes.
    pub extensions: Vec<String>,
    /// The names of the others.
    pub others: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub struct PathItem {
    pub reference: Option<String>,
    /// Belongs to an operation or to the document, and would mean nothing here.
    pub security: Option<json::Value<'static>>,
    pub servers: Servers,
    pub parameters: Parameters,
    /// By their methods, as the document has them.
    pub operations: Map<OperationObject>,
    /// Those of methods that OpenAPI has no member for, since 3.2.
    pub additional_operations: Map<OperationObject>,
    /// The members that are none of OpenAPI's, and the extensions that may be meant to list scopes.
    pub unknown: Vec<String>,
    /// The names of its other extensions.
    pub extensions: Vec<String>,
}

/// The members of a path item that are operations; the last one since OpenAPI 3.2.
pub const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Amazon's extension for an operation of every method that a path does not have otherwise.
pub const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

/// An operation as the document has it.
#[derive(Clone, Debug, Default)]
pub struct OperationObject {
    pub reference: Option<String>,
    pub operation_id: Words,
    pub summary: Words,
    pub tags: Texts,
    pub security: Option<Requirements>,
    pub servers: Servers,
    pub parameters: Parameters,
    pub request_body: Option<MaybeReference<RequestBody>>,
    /// The media types of its body, in Swagger 2.0.
    pub consumes: Option<Texts>,
    pub extensions: Map<json::Value<'static>>,
    /// The names of the extensions in its responses and its `externalDocs`.
    pub extensions_below: Vec<String>,
    /// The members that are none of OpenAPI's.
    pub unknown: Vec<String>,
}

/// The members of an operation that a policy needs nothing of.
const UNREAD: [&str; 4] = ["deprecated", "description", "produces", "schemes"];

impl OperationObject {
    /// Whether it has a member that decides something, beside `$ref`.
    pub fn says_anything(&self) -> bool {
        let Self {
            operation_id, summary, tags, security, servers, parameters, request_body, consumes, extensions, ..
        } = self;
        let has_words = operation_id.0.is_some() || summary.0.is_some() || !tags.texts.is_empty() || tags.has_others;
        let has_lists = !(servers.is_empty() && parameters.is_empty() && extensions.is_empty());
        has_words || has_lists || security.is_some() || request_body.is_some() || consumes.is_some()
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
            "servers" => return value.read(&mut OrNull::new(&mut self.servers)).map(drop),
            "parameters" => return value.read(&mut OrNull::new(&mut self.parameters)).map(drop),
            "additionalOperations" => return value.read(&mut OrNull::new(&mut self.additional_operations)).map(drop),
            _ if METHODS.contains(&key) => {
                // Nothing stands behind the colon: it is as if the method were not there.
                let mut operation = None::<OperationObject>;
                value.read(&mut OrNull::new(&mut operation))?;
                if let Some(operation) = operation {
                    self.operations.insert(key.to_owned(), operation);
                }
            }
            "summary" | "description" => {}
            ANY_METHOD => unknown::add(&mut self.unknown, key),
            _ if key.starts_with("x-") => {
                return unknown::add_extension(&mut self.unknown, &mut self.extensions, key, value);
            }
            _ => unknown::add(&mut self.unknown, key),
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
            return unknown::add_extension(&mut self.extensions, &mut self.others, key, value);
        }
        if self.items.len() >= MOST_PATHS {
            return Err(Stop::because(format!("paths: more than {MOST_PATHS} paths")));
        }
        let mut item = PathItem::default();
        value.read(&mut OrNull::new(&mut item))?;
        self.items.insert(key.to_owned(), item);
        Ok(())
    }
}

impl Sink for OperationObject {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn may_be_null(&self) -> bool {
        true
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
            "servers" => return value.read(&mut OrNull::new(&mut self.servers)).map(drop),
            "parameters" => return value.read(&mut OrNull::new(&mut self.parameters)).map(drop),
            "requestBody" => return value.read(&mut OrNull::new(&mut self.request_body)).map(drop),
            "tags" => &mut self.tags,
            "responses" => return value.read(&mut Unread::responses(&mut self.extensions_below)).map(drop),
            "callbacks" | "externalDocs" => {
                return value.read(&mut Unread::other(&mut self.extensions_below)).map(drop);
            }
            "consumes" => return value.read(&mut OrNull::new(&mut self.consumes)).map(drop),
            _ if key.starts_with("x-") => {
                let mut extension = json::Value::default();
                value.read(&mut extension)?;
                self.extensions.insert(key.to_owned(), extension);
                return Ok(());
            }
            _ => {
                if !UNREAD.contains(&key) {
                    unknown::add(&mut self.unknown, key);
                }
                return Ok(());
            }
        };
        value.read(field).map(drop)
    }
}
