//! The JSON form of the policy, as KV and the registry keep it.

use serde::Serialize;

use super::labels::Labels;
use super::{Cors, HeadRequests, Operation, OwnerNames, PartDigest, Policy, PolicyError};
use crate::json::{self, FromJson, Object};
use crate::token::NotAuthentic;

/// The version of a policy that needs nothing newer than version 1.
const VERSION: u64 = 1;
/// The version that adds parameters beside literals and over several segments, methods beyond OpenAPI 3.1, operations that take
/// percent-encoded delimiters, and CORS. A release that does not know it refuses it. (Version 2 is the head of a policy in parts.)
const NEWEST_VERSION: u64 = 3;

/// The longest policy that is kept in one piece, in bytes: SQLite in a Durable Object takes values of up to 2 MB. A longer one
/// is kept in [parts](super::Parted).
pub const MAX_WHOLE_BYTES: usize = 1_900_000;

/// The longest policy that can be kept, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The most bytes that the paths of all operations may have together. Of a policy in parts an isolate holds them twice, and parts of
/// them once more.
pub const MAX_PATHS_BYTES: usize = 4 * 1024 * 1024;

/// The most that the policy, the report and the settings of a version take together, in bytes: SQLite in a Durable Object takes
/// rows of up to 2 MB, and a version has a few other columns.
pub const MAX_VERSION_BYTES: usize = 1_990_000;

/// A stored policy that cannot be trusted: a fault of the store, never a verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorruptPolicy {
    /// Not JSON, or not a policy's JSON. Holds no content of the policy.
    #[error("malformed at {place}")]
    Malformed {
        /// The place: a line and column of the text, or a path in the value, as in `operations[0].path`.
        place: String,
    },
    /// Of a version that this code does not know.
    #[error("version {0}")]
    Version(u64),
    /// Longer than any policy that the registry keeps.
    #[error("too long")]
    TooLong,
    /// Not signed by the registry. It counts as a miss, and the registry is asked.
    #[error("{0}")]
    NotAuthentic(#[from] NotAuthentic),
    /// An operation that is not the one that was signed.
    #[error("operation {0} is not the one that was signed")]
    Line(usize),
    /// A part that must be read first.
    #[error("the part {} was not read", .0.as_str())]
    Part(PartDigest),
    /// A part that the head does not list.
    #[error("a part is not the one that the head lists")]
    ForeignPart,
    /// Operations that cannot be told apart.
    #[error("{0}")]
    Operations(#[from] PolicyError),
}

/// The end of the line before the operations. Each of them has a line of its own, in order; [`super::stored`] finds them by this.
pub(super) const HEAD_END: &str = "\"operations\":[";
/// How the line of an operation begins.
pub(super) const LINE_START: &str = "{\"path\":\"";
/// How the line after the last operation begins.
pub(super) const TAIL_START: char = ']';
/// The end of the text. A text that was cut off lacks it.
pub(super) const END: &str = "\n}";

struct Stored {
    rev: u64,
    operations: Vec<Operation>,
    owner_parameters: OwnerNames,
    head: HeadRequests,
    cors: Option<Cors>,
    labels: Labels,
}

impl Policy {
    /// Reads a stored policy.
    ///
    /// # Errors
    /// [`CorruptPolicy`] for all but a policy of this version.
    pub fn from_json(text: &str) -> Result<Self, CorruptPolicy> {
        let value = json::Value::parse(text).map_err(|error| CorruptPolicy::Malformed {
            place: format!("line {} column {}", error.line(), error.column()),
        })?;
        if let Some(json::Value::Unsigned(v)) = value.entry("v")
            && ![VERSION, NEWEST_VERSION].contains(v)
        {
            return Err(CorruptPolicy::Version(*v));
        }
        let stored = Stored::from_json(value).map_err(|fault| CorruptPolicy::Malformed { place: fault.place })?;
        Ok(stored.into_policy()?)
    }

    /// The text that KV and registry keep.
    pub fn to_json(&self) -> String {
        let is_newest = self.cors.is_some() || self.operations.iter().any(Operation::is_of_version_3);
        let version = if is_newest { NEWEST_VERSION } else { VERSION };
        let mut text = format!("{{\"v\":{version},\"rev\":{},", self.rev);
        add(&mut text, "\"owner_parameters\":", &self.owner_names);
        text.push(',');
        if !self.head.is_default() {
            add(&mut text, "\"head\":", &self.head);
            text.push(',');
        }
        if let Some(cors) = &self.cors {
            add(&mut text, "\"cors\":", cors);
            text.push(',');
        }
        text.push_str(HEAD_END);
        for (index, operation) in self.operations.iter().enumerate() {
            add(&mut text, if index == 0 { "\n" } else { ",\n" }, operation);
        }
        text.push('\n');
        text.push(TAIL_START);
        let labels = self.labels.written();
        if !labels.is_empty() {
            add(&mut text, ",\"descriptions\":", &labels);
        }
        text.push_str(END);
        text
    }
}

/// No value of a policy can fail to serialise. If one did, the text would be a corrupt policy, which denies.
fn add(text: &mut String, before: &str, value: &impl Serialize) {
    text.push_str(before);
    text.push_str(&serde_json::to_string(value).unwrap_or_default());
}

impl Stored {
    fn into_policy(self) -> Result<Policy, PolicyError> {
        let Self { rev, operations, owner_parameters, head, cors, labels } = self;
        Ok(Policy { head, cors, labels, ..Policy::new(rev, operations, owner_parameters)? })
    }
}

impl FromJson for Stored {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let names = ["v", "rev", "operations", "owner_parameters", "head", "cors", "descriptions"];
        let mut fields = Object::of(value, &names)?;
        let _: u64 = fields.required("v")?;
        Ok(Self {
            rev: fields.required("rev")?,
            operations: fields.required("operations")?,
            owner_parameters: fields.required("owner_parameters")?,
            head: fields.given("head")?.unwrap_or_default(),
            cors: fields.given("cors")?,
            labels: Labels::read(&fields.given("descriptions")?.unwrap_or_default()),
        })
    }
}
