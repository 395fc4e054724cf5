//! Reading a part of the policy: from KV, else from the registry. A part is identified by its digest, so it is never stale.

use std::rc::Rc;

use super::read::{Read, Reading};
use super::registry_read::RegistryRead;
use super::registry_read::{registry_answer, registry_read};
use super::search::KV_TIMEOUT_MS;
use crate::policy::{PartDigest, StoredPolicy};

/// A part that is being read.
pub(super) struct PartReader {
    policy: Rc<StoredPolicy>,
    digest: PartDigest,
    /// What KV came to, once the registry is asked.
    kv_fault: Option<String>,
}

/// What came of a read.
pub(super) enum PartProgress {
    /// The policy has it.
    Taken,
    /// This is to be read next.
    Reads(PartReader, Read),
    /// Neither store gave it.
    Failed(String),
}

impl PartReader {
    /// Begins to read a part that a policy asked for.
    pub fn begin(policy: Rc<StoredPolicy>, digest: PartDigest) -> (Self, Read) {
        let read = Read::Kv { key: digest.key(), timeout_ms: KV_TIMEOUT_MS };
        (Self { policy, digest, kv_fault: None }, read)
    }

    /// Takes in what came of the read that was asked for.
    pub fn take(mut self, reading: Reading) -> PartProgress {
        let Some(kv_fault) = self.kv_fault.take() else {
            let taken = match reading {
                Reading::Bytes(bytes) => self.taken(bytes),
                Reading::Nothing => Err("KV does not have it".to_owned()),
                Reading::TooSlow => Err("KV did not answer in time".to_owned()),
                Reading::Failed(fault) => Err(format!("KV cannot be read: {fault}")),
                Reading::Response { .. } | Reading::Verified(_) | Reading::TooLong => {
                    Err("KV gave no bytes".to_owned())
                }
            };
            return match taken {
                Ok(()) => PartProgress::Taken,
                Err(fault) => {
                    let read = registry_read(&RegistryRead::PolicyPart(self.digest.clone()));
                    PartProgress::Reads(Self { kv_fault: Some(fault), ..self }, read)
                }
            };
        };
        let answered =
            registry_answer(reading).and_then(|bytes| bytes.ok_or_else(|| "the registry does not have it".to_owned()));
        match answered.and_then(|bytes| self.taken(bytes)) {
            Ok(()) => PartProgress::Taken,
            Err(fault) => PartProgress::Failed(format!("{}: {kv_fault}; {fault}", self.digest.key())),
        }
    }

    fn taken(&self, bytes: Vec<u8>) -> Result<(), String> {
        let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        self.policy.take(&text).map_err(|corrupt| corrupt.to_string())
    }
}
