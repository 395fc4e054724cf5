//! Members of an operation that a policy needs nothing of. What belongs to the operation can stand in them, one indentation too deep.

use crate::json::{Collection, Scalar, Sink, Skipped, Source, Stop};
use crate::openapi::document::unknown::{self, Misplaced};

/// The responses of an operation.
#[derive(Default)]
pub struct Responses {
    /// Whether it is one of them.
    is_one: bool,
}

/// A member that has no members of its own which say who may call.
pub struct Unread;

impl Sink for Responses {
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
        match self.is_one {
            _ if unknown::is_of_operation(key) => value.read(&mut Misplaced).map(drop),
            false => value.read(&mut Self { is_one: true }).map(drop),
            true => Ok(()),
        }
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        value.read(&mut Skipped)
    }
}

impl Sink for Unread {
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
        unknown::skip(key, value)
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        value.read(&mut Skipped)
    }
}
