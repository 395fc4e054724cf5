//! OpenAPI's objects, of 3.0, 3.1 and 3.2 and of Swagger 2.0, as far as a policy needs them; all else is read without being kept.

mod body;
mod extensions;
mod names;
mod parameter;
mod paths;
mod schema;
mod security;
mod unread;
mod webhooks;

pub(super) use self::body::{Content, MediaType, RequestBody};
pub(super) use self::extensions::listed;
pub(super) use self::parameter::Parameter;
pub(super) use self::paths::{ANY_METHOD, METHODS, OperationObject, Parameters, PathItem, Paths};
pub(super) use self::schema::{Schema, Schemas};
pub(in crate::openapi) use self::security::Security;
pub(super) use self::security::{Flow, MAX_ALTERNATIVES, Requirement, Requirements, Schemes, Scopes, SecurityScheme};
pub(super) use self::webhooks::{MAX_EXAMPLE_BYTES, MAX_WEBHOOKS, WebhookItem, Webhooks};

use super::object_macro::object;
use super::reference::{MaybeReference, OrReference};
use super::server::Servers;
use super::unknown;
use super::words::{ExternalDocs, Mark, Needed, TagTitles, Texts, Words};
use crate::json::{Collection, Map, OrNull, Sink, Source, Stop};

/// What a member is called in which a mapping notes that a merge key brought its `security` (see [`super::yaml`]).
pub(super) const MERGED_SECURITY: &str = "x-tidegate-merged-security";

/// The OpenAPI Object: a whole document. Swagger 2.0 has other members.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenApi {
    /// The version of OpenAPI that it is written in.
    pub openapi: Words,
    /// The version of Swagger that it is written in.
    pub swagger: Words,
    pub reference: Option<String>,
    /// `$self`: its own address, since OpenAPI 3.2.
    pub own_uri: Words,
    pub info: Info,
    pub servers: Servers,
    pub security: Option<Requirements>,
    pub paths: OrReference<Paths>,
    /// Since OpenAPI 3.1.
    pub webhooks: OrReference<Webhooks>,
    pub components: OrReference<Components>,
    pub of_swagger: OfSwagger,
    pub is_security_merged: Mark,
    pub external_docs: ExternalDocs,
    pub tags: TagTitles,
    pub has_x_ms_paths: bool,
    pub has_parameterized_host: bool,
    /// The members that are none of OpenAPI's, and extensions that are called as if they listed scopes.
    pub unknown: Vec<String>,
    /// The names of its other extensions.
    pub extensions: Vec<String>,
}

/// The members of a document that a policy needs nothing of.
const UNREAD: [&str; 5] = ["jsonSchemaDialect", "produces", "responses", "schemes", "$schema"];

/// Microsoft's extension for paths with a query.
pub(super) const X_MS_PATHS: &str = "x-ms-paths";

/// Microsoft's extension for a host with parameters.
pub(super) const PARAMETERIZED_HOST: &str = "x-ms-parameterized-host";

/// What stands at the top of a document in Swagger 2.0 alone.
#[derive(Clone, Debug, Default)]
pub(super) struct OfSwagger {
    pub host: Words,
    pub base_path: Needed,
    pub consumes: Texts,
    pub parameters: OrReference<Map<MaybeReference<Parameter>>>,
    pub definitions: Schemas,
    pub security_definitions: Schemes,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Info {
    pub title: Words,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Components {
    pub parameters: OrReference<Map<MaybeReference<Parameter>>>,
    pub request_bodies: OrReference<Map<MaybeReference<RequestBody>>>,
    pub schemas: Schemas,
    pub security_schemes: Schemes,
}

impl OpenApi {
    /// Whether it is written in OpenAPI 3.2.
    pub fn is_of_3_2(&self) -> bool {
        self.openapi.text() == "3.2" || self.openapi.text().starts_with("3.2.")
    }
}

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
                    "$self" => &mut self.own_uri,
                    "info" => &mut self.info,
                    "servers" => &mut self.servers,
                    "paths" => &mut self.paths,
                    "webhooks" => &mut self.webhooks,
                    "components" => &mut self.components,
                    "host" => &mut self.of_swagger.host,
                    "basePath" => &mut self.of_swagger.base_path,
                    "consumes" => &mut self.of_swagger.consumes,
                    "parameters" => &mut self.of_swagger.parameters,
                    "definitions" => &mut self.of_swagger.definitions,
                    "securityDefinitions" => &mut self.of_swagger.security_definitions,
                    "externalDocs" => &mut self.external_docs,
                    "tags" => &mut self.tags,
                    MERGED_SECURITY => &mut self.is_security_merged,
                    X_MS_PATHS => {
                        self.has_x_ms_paths = true;
                        return Ok(());
                    }
                    PARAMETERIZED_HOST => {
                        self.has_parameterized_host = true;
                        return Ok(());
                    }
                    _ if key.starts_with("x-") => {
                        return unknown::add_extension(&mut self.unknown, &mut self.extensions, key, value);
                    }
                    _ => {
                        if !UNREAD.contains(&key) {
                            unknown::add(&mut self.unknown, key);
                        }
                        return Ok(());
                    }
                };
                return value.read(&mut OrNull::new(field)).map(drop);
            }
        };
        value.read(strict).map(drop)
    }
}

object!(Info, "an object", { "title" => title; } strict {} required {});
object!(Components, "an object", {
    "parameters" => parameters; "requestBodies" => request_bodies; "schemas" => schemas;
    "securitySchemes" => security_schemes;
} strict {} required {});
