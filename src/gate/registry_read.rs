//! What the gate asks of the registry, which is a Durable Object: only the Worker can reach it.

use super::read::{Read, Reading};
use crate::policy::PartDigest;
use crate::token::IntegrationId;

/// What the gate reads is below this address, so that no command's path can name it.
pub const READS: &str = "https://registry-reads";

/// How long the registry may take to answer a read, in milliseconds.
const TIMEOUT_MS: u64 = 3_000;

const FEED: &str = "/feed";
const POLICY: &str = "/policy";
const PART: &str = "/policy/parts/";
const RECORD: &str = "/records/";

/// What the gate asks the registry for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryRead {
    /// The change feed.
    Feed,
    /// The policy in force, as KV should have it.
    Policy,
    /// A part of the policy in force, or of one before it.
    PolicyPart(PartDigest),
    /// An integration's record, as KV should have it.
    Record(IntegrationId),
}

impl RegistryRead {
    /// The path below [`READS`].
    pub fn to_path(&self) -> String {
        match self {
            Self::Feed => FEED.to_owned(),
            Self::Policy => POLICY.to_owned(),
            Self::PolicyPart(digest) => format!("{PART}{}", digest.as_str()),
            Self::Record(id) => format!("{RECORD}{id}"),
        }
    }

    /// Reads what [`RegistryRead::to_path`] wrote; `None` for anything else.
    pub fn from_path(path: &str) -> Option<Self> {
        match path {
            FEED => Some(Self::Feed),
            POLICY => Some(Self::Policy),
            _ if path.starts_with(PART) => PartDigest::parse(path.strip_prefix(PART)?).map(Self::PolicyPart),
            _ => IntegrationId::parse(path.strip_prefix(RECORD)?).ok().map(Self::Record),
        }
    }
}

/// The read of something from the registry.
pub(super) fn registry_read(read: &RegistryRead) -> Read {
    Read::Registry { url: format!("{READS}{}", read.to_path()), timeout_ms: TIMEOUT_MS }
}

/// The registry's answer; `None` if it has no such thing.
pub(super) fn registry_answer(reading: Reading) -> Result<Option<Vec<u8>>, String> {
    match reading {
        Reading::Response { status: 200, body } => Ok(Some(body)),
        Reading::Response { status: 404, .. } => Ok(None),
        Reading::Response { status, .. } => Err(format!("the registry answered {status}")),
        Reading::TooSlow => Err("the registry did not answer in time".to_owned()),
        Reading::Failed(fault) => Err(format!("the registry cannot be reached: {fault}")),
        Reading::Nothing | Reading::Bytes(_) | Reading::Verified(_) | Reading::TooLong => {
            Err("the registry gave no answer".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_is_read_as_it_was_written() {
        let part = RegistryRead::PolicyPart(PartDigest::of("a part"));
        let record = RegistryRead::Record(IntegrationId::from_entropy([7; 10]));
        for read in [RegistryRead::Feed, RegistryRead::Policy, part, record] {
            assert_eq!(RegistryRead::from_path(&read.to_path()), Some(read));
        }
        for path in ["", "/", "/feed/", "/records/", "/records/x", "/policy/parts/", "/policy/parts/x", "feed"] {
            assert_eq!(RegistryRead::from_path(path), None, "{path:?}");
        }
    }
}
