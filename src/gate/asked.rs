//! What a store answered, and when it was asked.

use std::rc::Rc;

use super::entry::Entry;
use super::memory::Memory;
use super::remembered::Remembered;
use crate::feed::Reading as Given;

/// What a store answered.
pub(super) enum Answer<V> {
    NotAsked,
    Failed(String),
    Has(Option<Remembered<V>>),
}

/// When a store was asked, and the number of the last change that the feed knew of then.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub at_ms: u64,
    pub feed_seq: u64,
}

impl Asked {
    pub fn now(memory: &Memory, now_ms: u64) -> Self {
        Self { at_ms: now_ms, feed_seq: memory.feed_seq() }
    }

    pub fn answered<V>(self, value: Option<Rc<V>>, now_ms: u64) -> Answer<V> {
        // Where the clock has stepped back meanwhile, it would have no age for as long as that.
        let read_at_ms = self.at_ms.min(now_ms);
        let remembered = |value| Remembered { value, read_at_ms, looked_at_ms: read_at_ms, as_of_seq: self.feed_seq };
        Answer::Has(value.map(remembered))
    }
}

impl<V> Answer<V> {
    pub fn given<T: Entry<Value = V>>(&self) -> Given {
        match self {
            Self::NotAsked => Given::NotAsked,
            Self::Failed(_) => Given::Failed,
            Self::Has(value) => Given::Has(value.as_ref().map(|held| T::rev(&held.value))),
        }
    }

    pub fn fault(&self) -> Option<String> {
        match self {
            Self::Failed(reason) => Some(reason.clone()),
            Self::NotAsked | Self::Has(_) => None,
        }
    }

    pub fn value(self) -> Option<Remembered<V>> {
        match self {
            Self::Has(value) => value,
            Self::NotAsked | Self::Failed(_) => None,
        }
    }
}
