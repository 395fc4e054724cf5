//! This location's cache, in which an isolate shares with the others here what the registry told it. A copy is the
//! moment it was asked for, in milliseconds by the asker's clock, a line end, and the text.

use super::memory::Memory;
use super::read::{Read, Reading};
use super::step::Effect;
use crate::feed::DUE_AFTER_MS;

/// How long the cache may take to answer, in milliseconds.
const TIMEOUT_MS: u64 = 500;

/// A text that another isolate here left.
pub(super) struct Shared {
    /// As it was left; whoever can write this location's cache may have left it.
    pub text: String,
    /// When it was asked for, in milliseconds by the asker's clock.
    pub asked_at_ms: u64,
}

impl Shared {
    /// The read of a copy; `None` where there is no registry, and so nothing to share.
    pub fn read(what: &str, memory: &Memory) -> Option<Read> {
        Some(Read::Shared { url: address(what, memory)?, timeout_ms: TIMEOUT_MS })
    }

    /// The copy that was read, if there is one.
    pub fn of(reading: Reading) -> Option<Self> {
        let Reading::Bytes(bytes) = reading else { return None };
        let copy = String::from_utf8(bytes).ok()?;
        let (asked_at_ms, text) = copy.split_once('\n')?;
        Some(Self { asked_at_ms: asked_at_ms.parse().ok()?, text: text.to_owned() })
    }

    /// Leaves the copy for the other isolates here. Nothing depends on it.
    pub fn leave(self, what: &str, memory: &mut Memory) {
        let Some(url) = address(what, memory) else { return };
        let text = format!("{}\n{}", self.asked_at_ms, self.text);
        memory.effect(Effect::Share { url, text, max_age_seconds: DUE_AFTER_MS / 1000 });
    }
}

/// Where a copy is. A part of the policy has the name of its key in KV, `policy/{digest}`.
fn address(what: &str, memory: &Memory) -> Option<String> {
    let registry = memory.settings().registry.as_ref()?;
    Some(match what.split_once('/') {
        Some((what, part)) => format!("https://{what}.tidegate.invalid/{registry}/{part}"),
        None => format!("https://{what}.tidegate.invalid/{registry}"),
    })
}
