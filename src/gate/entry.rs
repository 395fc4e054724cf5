//! The two things that a verdict rests on, which stores and memory treat alike.

use std::rc::Rc;

use super::memory::Memory;
use super::registry_read::RegistryRead;
use super::remembered::Remembered;
use crate::feed::{FeedCopy, Minimum};
use crate::policy::{POLICY_KEY, StoredPolicy};
use crate::record::Record;
use crate::token::{Authentic, IntegrationId, SignedValue};

/// Something that KV and the registry hold, and an isolate remembers.
pub(super) trait Entry {
    /// What it is, once read.
    type Value;
    /// The name by which this location's cache keeps it, where one isolate's read of the registry serves the others here.
    const SHARED_AS: Option<&'static str>;
    /// Its key in KV.
    fn key(&self) -> String;
    /// What to ask the registry for.
    fn read(&self) -> RegistryRead;
    /// Reads what KV holds, or this location's cache: its MAC, then its text. The error holds nothing of it.
    fn open(&self, stored: String, memory: &Memory) -> Result<Rc<Self::Value>, String>;
    /// Reads what the registry answered; the error holds nothing of it.
    fn parse(&self, text: String, memory: &Memory) -> Result<Rc<Self::Value>, String>;
    /// What to leave in this location's cache of the registry's answer.
    fn sign(text: &str, memory: &Memory) -> Option<SignedValue>;
    /// The revision of a value.
    fn rev(value: &Self::Value) -> u64;
    /// What a feed says of it.
    fn minimum(&self, feed: &FeedCopy) -> Minimum;
    /// What the isolate remembers of it.
    fn recall(&self, memory: &mut Memory) -> Option<Remembered<Self::Value>>;
    /// Has the isolate remember it.
    fn remember(&self, memory: &mut Memory, value: Remembered<Self::Value>);
}

/// The record of an integration.
pub(super) struct RecordEntry(pub IntegrationId);

/// The policy.
pub(super) struct PolicyEntry;

impl Entry for RecordEntry {
    type Value = Record;

    const SHARED_AS: Option<&'static str> = None;

    fn key(&self) -> String {
        Record::key(&self.0)
    }

    fn read(&self) -> RegistryRead {
        RegistryRead::Record(self.0.clone())
    }

    fn open(&self, stored: String, memory: &Memory) -> Result<Rc<Record>, String> {
        let keys = memory.settings().store_keys()?;
        Record::open(&self.0, keys, &stored).map(Rc::new).map_err(|corrupt| corrupt.to_string())
    }

    fn parse(&self, text: String, _: &Memory) -> Result<Rc<Record>, String> {
        let text = Authentic::from_registry(text);
        Record::from_json(&self.0, &text).map(Rc::new).map_err(|corrupt| corrupt.to_string())
    }

    fn sign(_: &str, _: &Memory) -> Option<SignedValue> {
        None
    }

    fn rev(record: &Record) -> u64 {
        record.rev()
    }

    fn minimum(&self, feed: &FeedCopy) -> Minimum {
        feed.of_integration(&self.0)
    }

    fn recall(&self, memory: &mut Memory) -> Option<Remembered<Record>> {
        memory.record(&self.0)
    }

    fn remember(&self, memory: &mut Memory, record: Remembered<Record>) {
        memory.remember_record(record);
    }
}

impl Entry for PolicyEntry {
    type Value = StoredPolicy;

    const SHARED_AS: Option<&'static str> = Some("policy");

    fn key(&self) -> String {
        POLICY_KEY.to_owned()
    }

    fn read(&self) -> RegistryRead {
        RegistryRead::Policy
    }

    fn open(&self, stored: String, memory: &Memory) -> Result<Rc<StoredPolicy>, String> {
        let keys = memory.settings().store_keys()?;
        let read = memory.read_policy(stored, |stored| StoredPolicy::open(keys, stored));
        read.map_err(|corrupt| corrupt.to_string())
    }

    fn parse(&self, text: String, memory: &Memory) -> Result<Rc<StoredPolicy>, String> {
        let read = memory.read_policy(text, |text| StoredPolicy::parse(Authentic::from_registry(text)));
        read.map_err(|corrupt| corrupt.to_string())
    }

    fn sign(text: &str, memory: &Memory) -> Option<SignedValue> {
        StoredPolicy::sign(memory.settings().store_keys().ok()?, text).ok()
    }

    fn rev(policy: &StoredPolicy) -> u64 {
        policy.rev()
    }

    fn minimum(&self, feed: &FeedCopy) -> Minimum {
        feed.feed().of_policy()
    }

    fn recall(&self, memory: &mut Memory) -> Option<Remembered<StoredPolicy>> {
        memory.policy()
    }

    fn remember(&self, memory: &mut Memory, policy: Remembered<StoredPolicy>) {
        memory.remember_policy(policy);
    }
}
