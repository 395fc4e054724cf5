//! What an isolate remembers, and since when.

use std::rc::Rc;

/// Something that was read from KV or the registry, and when.
pub(super) struct Remembered<T> {
    pub value: Rc<T>,
    pub read_at_ms: u64,
    /// When KV was last asked for something newer.
    pub looked_at_ms: u64,
    /// The number of the change as of which it is right; where it was not looked at yet, of the feed's last one when it
    /// was asked for.
    pub as_of_seq: u64,
}

impl<T> Remembered<T> {
    /// How long ago it was read, in milliseconds.
    pub fn age_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.read_at_ms)
    }
}

impl<T> Clone for Remembered<T> {
    fn clone(&self) -> Self {
        Self { value: Rc::clone(&self.value), ..*self }
    }
}
