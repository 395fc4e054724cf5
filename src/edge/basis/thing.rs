//! The two things that a verdict rests on, alike as far as stores and memory go.

use std::rc::Rc;

use super::super::cache::{Isolate, Remembered};
use super::super::kv::{POLICY_KEY, record_key};
use super::super::stub;
use crate::core::feed::{Feed, Minimum};
use crate::core::policy::StoredPolicy;
use crate::core::record::Record;
use crate::core::token::IntegrationId;

/// Something that KV and the registry hold, and an isolate remembers.
pub(in crate::edge) trait Thing {
    /// What it is, once read.
    type Value;
    /// Its key in KV.
    fn key(&self) -> String;
    /// Its address in the registry.
    fn path(&self) -> String;
    /// Reads its text; the error holds nothing of it.
    fn parse(&self, text: String, isolate: &Isolate) -> Result<Rc<Self::Value>, String>;
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
pub(in crate::edge) struct RecordOf<'a>(pub &'a IntegrationId);

/// The policy.
pub(in crate::edge) struct PolicyInForce;

impl Thing for RecordOf<'_> {
    type Value = Record;

    fn key(&self) -> String {
        record_key(self.0)
    }

    fn path(&self) -> String {
        format!("{}{}", stub::RECORD, self.0)
    }

    fn parse(&self, text: String, _: &Isolate) -> Result<Rc<Record>, String> {
        Record::from_json(self.0, &text).map(Rc::new).map_err(|corrupt| corrupt.to_string())
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

impl Thing for PolicyInForce {
    type Value = StoredPolicy;

    fn key(&self) -> String {
        POLICY_KEY.to_owned()
    }

    fn path(&self) -> String {
        stub::POLICY.to_owned()
    }

    fn parse(&self, text: String, isolate: &Isolate) -> Result<Rc<StoredPolicy>, String> {
        isolate.read_policy(text).map_err(|corrupt| corrupt.to_string())
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
