//! Parameters.

use super::schema::Schema;
use crate::openapi::document::object_macro::object;
use crate::openapi::document::unknown::Misplaced;
use crate::openapi::document::words::{Mark, Needed, Words};

/// A parameter's name and place.
#[derive(Clone, Debug, Default)]
pub struct Parameter {
    pub name: Needed,
    pub place: String,
    /// What a body is, in Swagger 2.0.
    pub schema: Option<Schema>,
    /// Its type, in Swagger 2.0.
    pub kind: Words,
    /// `allowReserved`.
    pub allows_reserved: Mark,
    pub style: Words,
    /// `x-multi-segment`.
    pub is_multi_segment: Mark,
    /// The names of its other extensions.
    pub extensions: Vec<String>,
    misplaced: Misplaced,
}

object!(Parameter, "an object", {
    "schema" => schema; "type" => kind; "style" => style; "allowReserved" => allows_reserved; "x-multi-segment" => is_multi_segment;
} strict {
    "name" => name; "in" => place;
    "parameters" => misplaced; "requestBody" => misplaced; "servers" => misplaced;
} required { "name" "in" } extensions extensions);
