//! Reading a part of the policy: from KV, else from this location's cache, else from the registry. A part is identified by its
//! digest, so it is never stale, and whoever gives it need not be trusted.

use std::rc::Rc;

use super::memory::Memory;
use super::read::{Read, Reading};
use super::registry_read::RegistryRead;
use super::registry_read::{registry_answer, registry_read};
use super::search::KV_TIMEOUT_MS;
use super::shared::Shared;
use super::turn::Turn;
use crate::policy::{PartDigest, StoredPolicy};

/// A part that is being read.
pub(super) struct PartReader {
    policy: Rc<StoredPolicy>,
    digest: PartDigest,
    /// Whether it is for a request without a genuine token.
    is_anyones: bool,
    asking: Asking,
    /// What KV came to, once the registry is asked.
    kv_fault: String,
}

/// What it waits for.
enum Asking {
    Kv,
    /// Another request's read of the same, or that fewer reads of the registry go on.
    Turn(Turn),
    /// This location's cache, before the registry.
    Shared(Turn),
    Registry(Turn),
}

/// What came of a read.
pub(super) enum PartProgress {
    /// The policy has it.
    Taken,
    /// This is to be read next.
    Reads(Box<PartReader>, Read),
    /// Neither store gave it.
    Failed(String),
}

impl PartReader {
    /// Begins to read a part that a policy asked for.
    pub fn begin(policy: Rc<StoredPolicy>, digest: PartDigest, is_anyones: bool) -> (Box<Self>, Read) {
        let read = Read::Kv { key: digest.key(), timeout_ms: KV_TIMEOUT_MS };
        (Box::new(Self { policy, digest, is_anyones, asking: Asking::Kv, kv_fault: String::new() }), read)
    }

    /// Takes in what came of the read that was asked for.
    pub fn take(mut self: Box<Self>, reading: Reading, memory: &mut Memory, now_ms: u64) -> PartProgress {
        match std::mem::replace(&mut self.asking, Asking::Kv) {
            Asking::Kv => match self.read_from_kv(reading) {
                Ok(()) => PartProgress::Taken,
                Err(fault) => {
                    self.kv_fault = fault;
                    let turn = Turn::new(self.digest.key(), None, self.is_anyones);
                    self.ask_registry(turn, memory, now_ms)
                }
            },
            Asking::Turn(_) if self.policy.holds(&self.digest) => PartProgress::Taken,
            Asking::Turn(turn) => self.ask_registry(turn, memory, now_ms),
            Asking::Shared(turn) => match Shared::of(reading) {
                Some(shared) if self.taken(&shared.text).is_ok() => self.end(Ok(()), turn, memory, now_ms),
                _ => self.read_registry(turn),
            },
            Asking::Registry(turn) => {
                let taken = self.read_from_registry(reading, memory, now_ms);
                self.end(taken, turn, memory, now_ms)
            }
        }
    }

    /// Reads from the registry, unless another request of this isolate does: then the policy has the part after that.
    fn ask_registry(mut self: Box<Self>, mut turn: Turn, memory: &mut Memory, now_ms: u64) -> PartProgress {
        match turn.take(&mut memory.in_flight, now_ms) {
            Ok(None) => match Shared::read(&self.digest.key(), memory) {
                Some(read) => {
                    self.asking = Asking::Shared(turn);
                    PartProgress::Reads(self, read)
                }
                None => self.read_registry(turn),
            },
            Ok(Some(pause)) => {
                self.asking = Asking::Turn(turn);
                PartProgress::Reads(self, pause)
            }
            Err(fault) => self.failed(&fault),
        }
    }

    fn read_registry(mut self: Box<Self>, turn: Turn) -> PartProgress {
        let read = registry_read(&RegistryRead::PolicyPart(self.digest.clone()));
        self.asking = Asking::Registry(turn);
        PartProgress::Reads(self, read)
    }

    fn end(self, taken: Result<(), String>, turn: Turn, memory: &mut Memory, now_ms: u64) -> PartProgress {
        turn.end(taken.is_ok(), &mut memory.in_flight, now_ms);
        match taken {
            Ok(()) => PartProgress::Taken,
            Err(fault) => self.failed(&fault),
        }
    }

    fn failed(&self, fault: &str) -> PartProgress {
        PartProgress::Failed(format!("{}: {}; {fault}", self.digest.key(), self.kv_fault))
    }

    fn read_from_kv(&self, reading: Reading) -> Result<(), String> {
        match reading {
            Reading::Bytes(bytes) => self.taken(&text(bytes)?),
            Reading::Nothing => Err("KV does not have it".to_owned()),
            Reading::TooSlow => Err("KV did not answer in time".to_owned()),
            Reading::Failed(fault) => Err(format!("KV cannot be read: {fault}")),
            Reading::Response { .. } | Reading::Verified(_) | Reading::TooLong => Err("KV gave no bytes".to_owned()),
        }
    }

    fn read_from_registry(&self, reading: Reading, memory: &mut Memory, now_ms: u64) -> Result<(), String> {
        let bytes = registry_answer(reading)?.ok_or("the registry does not have it")?;
        let text = text(bytes)?;
        self.taken(&text)?;
        Shared { text, asked_at_ms: now_ms }.leave(&self.digest.key(), memory);
        Ok(())
    }

    /// Has the policy take a text, which has to be the part that was asked for.
    fn taken(&self, text: &str) -> Result<(), String> {
        self.policy.take(text).map_err(|corrupt| corrupt.to_string())?;
        if self.policy.holds(&self.digest) { Ok(()) } else { Err("it is another part".to_owned()) }
    }
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}
