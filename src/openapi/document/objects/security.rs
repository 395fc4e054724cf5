//! Security requirements and schemes.

use crate::json::Map;

use crate::openapi::document::object_macro::object;
use crate::openapi::document::words::Words;

/// A list of requirements, each of which names schemes and their scopes.
pub(in crate::openapi) type Security = Vec<Map<Vec<String>>>;

/// A security scheme, as far as it declares scopes, in its flows or in Swagger 2.0 itself, and what suggests whom it is for.
#[derive(Clone, Debug, Default)]
pub struct SecurityScheme {
    pub kind: Words,
    pub place: Words,
    pub http: Words,
    pub flows: Map<Flow>,
    pub scopes: Map<Words>,
}

#[derive(Clone, Debug, Default)]
pub struct Flow {
    pub scopes: Map<Words>,
}

object!(SecurityScheme, "an object", {
    "type" => kind; "in" => place; "scheme" => http; "flows" => flows; "scopes" => scopes;
} strict {} required {});
object!(Flow, "an object", { "scopes" => scopes; } strict {} required {});
