//! Bodies of requests.

use crate::json::Map;

use super::schema::Schema;
use crate::openapi::document::object_macro::object;
use crate::openapi::document::reference::OrReference;

/// The media types by name.
pub type Content = OrReference<Map<MediaType>>;

#[derive(Clone, Debug, Default)]
pub struct RequestBody {
    pub content: Content,
}

#[derive(Clone, Debug, Default)]
pub struct MediaType {
    pub reference: Option<String>,
    pub schema: Option<Schema>,
}

object!(RequestBody, "an object", { "content" => content; } strict {} required {});
object!(MediaType, "an object", { "schema" => schema; } strict { "$ref" => reference; } required {});
