//! Bodies of requests.

use crate::json::Map;

use super::schema::Schema;
use crate::openapi::document::object_macro::object;

#[derive(Clone, Debug, Default)]
pub struct RequestBody {
    pub content: Map<MediaType>,
}

#[derive(Clone, Debug, Default)]
pub struct MediaType {
    pub reference: Option<String>,
    pub schema: Option<Schema>,
}

object!(RequestBody, "an object", { "content" => content; } strict {} required {});
object!(MediaType, "an object", { "schema" => schema; } strict { "$ref" => reference; } required {});
