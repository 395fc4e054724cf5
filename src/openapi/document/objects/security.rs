//! Security requirements and schemes.

use crate::json::Map;

use crate::openapi::document::object_macro::object;
use crate::openapi::document::reference::{MaybeReference, OrReference};
use crate::openapi::document::words::Words;

/// How many alternatives an operation may have: every operation can share the document's.
pub const MAX_ALTERNATIVES: usize = 100;

/// A list of requirements, each of which names schemes and their scopes.
pub(in crate::openapi) type Security = Vec<Map<Vec<String>>>;

/// Such a list as a document has it.
pub type Requirements = OrReference<Vec<Requirement>>;

/// One of its requirements.
pub type Requirement = OrReference<Map<Vec<String>>>;

/// The security schemes by name.
pub type Schemes = OrReference<Map<MaybeReference<SecurityScheme>>>;

/// What is said of each scope.
pub type Scopes = OrReference<Map<Words>>;

/// A security scheme, as far as it declares scopes, in its flows or in Swagger 2.0 itself, and what suggests whom it is for.
#[derive(Clone, Debug, Default)]
pub struct SecurityScheme {
    pub kind: Words,
    pub place: Words,
    pub http: Words,
    pub flows: OrReference<Map<OrReference<Flow>>>,
    pub scopes: Scopes,
}

#[derive(Clone, Debug, Default)]
pub struct Flow {
    pub scopes: Scopes,
}

object!(SecurityScheme, "an object", {
    "type" => kind; "in" => place; "scheme" => http; "flows" => flows; "scopes" => scopes;
} strict {} required {});
object!(Flow, "an object", { "scopes" => scopes; } strict {} required {});
