//! What the machine has the driver do, as JSON.

use serde::Serialize;

use tidegate::forward::Forwarding;
use tidegate::gate::{Answer, Handle, Line, Read, Relay};

/// What the driver does.
#[derive(Serialize)]
pub(super) struct Output<'a> {
    pub effects: Vec<Work>,
    #[serde(flatten)]
    pub step: Next<'a>,
}

#[derive(Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(super) enum Next<'a> {
    Answer {
        number: Option<u64>,
        #[serde(flatten)]
        answer: Answer,
    },
    Forward {
        number: Option<u64>,
        plan: &'a Forwarding,
        counted_as: u32,
    },
    Relay(Relay),
    Needs {
        handle: Handle,
        reads: Vec<Read>,
    },
    Done,
}

#[derive(Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub(super) enum Work {
    Log(Line),
    Remember { number: u64, slot: u32 },
    Forget { slot: u32 },
    Look { code: u32 },
    Background { handle: Handle, reads: Vec<Read> },
    Share { url: String, text: String, max_age_seconds: u64 },
}

/// Nothing in it can fail to serialise.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
