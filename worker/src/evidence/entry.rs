//! The two things that a verdict rests on, alike as far as stores and memory go.

use std::rc::Rc;

use super::isolate::Isolate;
use super::remembered::Remembered;
use registry::Read;
use tidegate::feed::{Feed, Minimum};
use tidegate::policy::{POLICY_KEY, StoredPolicy};
use tidegate::record::Record;
use tidegate::token::{Authentic, IntegrationId, SignedValue};

/// Something that KV and the registry hold, and an isolate remembers.
pub(crate) trait Entry {
    /// What it is, once read.
    type Value;
    /// Its key in KV.
    fn key(&self) -> String;
    /// What to ask the registry for.
    fn read(&self) -> Read;
    /// Reads what KV holds, or this location's cache: its MAC, then its text. The error holds nothing of it.
    fn open(&self, stored: String, isolate: &Isolate) -> Result<Rc<Self::Value>, String>;
    /// Reads what the registry answered; the error holds nothing of it.
    fn parse(&self, text: String, isolate: &Isolate) -> Result<Rc<Self::Value>, String>;
    /// What this location's cache keeps it by, where one isolate's read of the registry serves the others here.
    const SHARED_AS: Option<&'static str>;
    /// What to leave there of the registry's answer.
    fn sign(text: &str, isolate: &Isolate) -> Option<SignedValue>;
    /// The revision of a value.
    fn rev(value: &Self::Value) -> u64;
    /// What a feed says of it.
    fn minimum(&self, feed: &Feed) -> Minimum;
    /// What the isolate remembers of it.
    fn recall(&self, isolate: &Isolate) -> Option<Remembered<Self::Value>>;
    /// Has the isolate remember it.
    fn remember(&self, isolate: &Isolate, value: Remembered<Self::Value>);
}

/// The record of an integration.
pub(crate) struct RecordEntry<'a>(pub &'a IntegrationId);

/// The policy.
pub(crate) struct PolicyEntry;

impl Entry for RecordEntry<'_> {
    type Value = Record;

    fn key(&self) -> String {
        Record::key(self.0)
    }

    fn read(&self) -> Read {
        Read::Record(self.0.clone())
    }

    fn open(&self, stored: String, isolate: &Isolate) -> Result<Rc<Record>, String> {
        let keys = isolate.store_keys()?;
        Record::open(self.0, keys, &stored).map(Rc::new).map_err(|corrupt| corrupt.to_string())
    }

    fn parse(&self, text: String, _: &Isolate) -> Result<Rc<Record>, String> {
        let text = Authentic::from_registry(text);
        Record::from_json(self.0, &text).map(Rc::new).map_err(|corrupt| corrupt.to_string())
    }

    const SHARED_AS: Option<&'static str> = None;

    fn sign(_: &str, _: &Isolate) -> Option<SignedValue> {
        None
    }

    fn rev(record: &Record) -> u64 {
        record.rev()
    }

    fn minimum(&self, feed: &Feed) -> Minimum {
        feed.of_integration(self.0)
    }

    fn recall(&self, isolate: &Isolate) -> Option<Remembered<Record>> {
        isolate.record(self.0)
    }

    fn remember(&self, isolate: &Isolate, record: Remembered<Record>) {
        isolate.remember_record(record);
    }
}

impl Entry for PolicyEntry {
    type Value = StoredPolicy;

    fn key(&self) -> String {
        POLICY_KEY.to_owned()
    }

    fn read(&self) -> Read {
        Read::Policy
    }

    fn open(&self, stored: String, isolate: &Isolate) -> Result<Rc<StoredPolicy>, String> {
        let keys = isolate.store_keys()?;
        let read = isolate.read_policy(stored, |stored| StoredPolicy::open(keys, stored));
        read.map_err(|corrupt| corrupt.to_string())
    }

    fn parse(&self, text: String, isolate: &Isolate) -> Result<Rc<StoredPolicy>, String> {
        let read = isolate.read_policy(text, |text| StoredPolicy::parse(Authentic::from_registry(text)));
        read.map_err(|corrupt| corrupt.to_string())
    }

    const SHARED_AS: Option<&'static str> = Some("policy");

    fn sign(text: &str, isolate: &Isolate) -> Option<SignedValue> {
        StoredPolicy::sign(isolate.store_keys().ok()?, text).ok()
    }

    fn rev(policy: &StoredPolicy) -> u64 {
        policy.rev()
    }

    fn minimum(&self, feed: &Feed) -> Minimum {
        feed.of_policy()
    }

    fn recall(&self, isolate: &Isolate) -> Option<Remembered<StoredPolicy>> {
        isolate.policy()
    }

    fn remember(&self, isolate: &Isolate, policy: Remembered<StoredPolicy>) {
        isolate.remember_policy(policy);
    }
}
