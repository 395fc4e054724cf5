//! Where the evidence for a verdict came from, for the log.

use serde_json::{Value, json};

use crate::feed::Source;

/// Where record and policy came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Where the record came from, and how many milliseconds ago.
    pub record: Option<(Source, u64)>,
    /// Where the policy came from, and how many milliseconds ago.
    pub policy: Option<(Source, u64)>,
    /// How old the copy of the feed is, in milliseconds.
    pub feed_age_ms: Option<u64>,
    /// What was served without, where something failed.
    pub degraded: Vec<String>,
}

impl Provenance {
    /// As log lines show it.
    pub fn to_json(&self) -> Value {
        let from =
            |of: Option<(Source, u64)>| of.map(|(source, age_ms)| json!({ "from": name(source), "age_ms": age_ms }));
        let Self { record, policy, feed_age_ms, degraded } = self;
        json!({ "record": from(*record), "policy": from(*policy), "feed_age_ms": feed_age_ms, "degraded": degraded })
    }
}

fn name(source: Source) -> &'static str {
    match source {
        Source::Memory => "memory",
        Source::Kv => "kv",
        Source::Registry => "registry",
    }
}
