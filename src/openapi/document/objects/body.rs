//! Bodies of requests.

use crate::json::{Collection, Map, OrNull, Sink, Source, Stop};

use super::schema::Schema;
use crate::openapi::document::object_macro::object;
use crate::openapi::document::reference::OrReference;
use crate::openapi::document::unknown::{self, Misplaced};

/// The media types by name.
pub type Content = OrReference<Map<MediaType>>;

#[derive(Clone, Debug, Default)]
pub struct RequestBody {
    pub content: Content,
    /// The names of its extensions.
    pub extensions: Vec<String>,
    misplaced: Misplaced,
}

#[derive(Clone, Debug, Default)]
pub struct MediaType {
    pub reference: Option<String>,
    /// With that of the items, where it is a sequence of them (since OpenAPI 3.2).
    pub schema: Option<Schema>,
    /// The names of its extensions.
    pub extensions: Vec<String>,
}

object!(RequestBody, "an object", { "content" => content; } strict {
    "parameters" => misplaced; "requestBody" => misplaced; "servers" => misplaced;
    "schema" => misplaced;
} required {} extensions extensions);

impl Sink for MediaType {
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
        match key {
            "$ref" => value.read(&mut self.reference).map(drop),
            "schema" | "itemSchema" => {
                let mut read = None::<Schema>;
                value.read(&mut OrNull::new(&mut read))?;
                match &mut self.schema {
                    Some(schema) => schema.parts.extend(read),
                    none => *none = read,
                }
                Ok(())
            }
            _ => {
                unknown::meet(&mut self.extensions, key);
                unknown::skip(key, value)
            }
        }
    }
}
