//! Members of an operation that a policy needs nothing of. What belongs to the operation can stand in them, one indentation too deep.

use crate::json::{Collection, Scalar, Sink, Skipped, Source, Stop};
use crate::openapi::document::unknown::{self, Misplaced};

/// The responses of an operation.
pub struct Responses<'a> {
    /// Whether it is one of them.
    is_one: bool,
    /// The names of their extensions.
    extensions: &'a mut Vec<String>,
}

/// A member that has no members of its own which say who may call, with the names of its extensions.
pub struct Unread<'a>(pub &'a mut Vec<String>);

impl<'a> Responses<'a> {
    /// Those that are to be read.
    pub fn new(extensions: &'a mut Vec<String>) -> Self {
        Self { is_one: false, extensions }
    }
}

impl Sink for Responses<'_> {
    fn expecting(&self) -> &'static str {
        "a value"
    }

    fn open(&mut self, _: Collection) -> bool {
        true
    }

    fn scalar(&mut self, _: Scalar<'_>) -> bool {
        true
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        unknown::meet(self.extensions, key);
        match self.is_one {
            _ if unknown::is_of_operation(key) => value.read(&mut Misplaced).map(drop),
            false => value.read(&mut Responses { is_one: true, extensions: self.extensions }).map(drop),
            true => Ok(()),
        }
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        value.read(&mut Skipped)
    }
}

impl Sink for Unread<'_> {
    fn expecting(&self) -> &'static str {
        "a value"
    }

    fn open(&mut self, _: Collection) -> bool {
        true
    }

    fn scalar(&mut self, _: Scalar<'_>) -> bool {
        true
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        unknown::meet(self.0, key);
        unknown::skip(key, value)
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        value.read(&mut Skipped)
    }
}
