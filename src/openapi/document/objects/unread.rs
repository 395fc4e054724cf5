//! Members of an operation that a policy needs nothing of. What belongs to the operation can stand in them, one indentation too deep.

use crate::json::{Collection, Scalar, Sink, Skipped, Source, Stop};
use crate::openapi::document::unknown::{self, Misplaced};

/// Such a member, with the names of its extensions.
pub struct Unread<'a> {
    member: Member,
    extensions: &'a mut Vec<String>,
}

#[derive(Clone, Copy)]
enum Member {
    /// The responses of an operation.
    Responses,
    /// One of them.
    Response,
    /// One that has no members of its own which say who may call.
    Other,
}

impl<'a> Unread<'a> {
    /// The responses of an operation.
    pub fn responses(extensions: &'a mut Vec<String>) -> Self {
        Self { member: Member::Responses, extensions }
    }

    /// A member that has no members of its own which say who may call.
    pub fn other(extensions: &'a mut Vec<String>) -> Self {
        Self { member: Member::Other, extensions }
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
        unknown::meet(self.extensions, key);
        match self.member {
            Member::Other => unknown::skip(key, value),
            _ if unknown::is_of_operation(key) => value.read(&mut Misplaced).map(drop),
            Member::Responses => {
                value.read(&mut Unread { member: Member::Response, extensions: self.extensions }).map(drop)
            }
            Member::Response => Ok(()),
        }
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        value.read(&mut Skipped)
    }
}
