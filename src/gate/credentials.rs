//! Which `Authorization` values were genuine lately. The driver keeps the values, by a number that stands for what was found in
//! one; this file keeps what was found. Record, hash, clock and feed are judged at every request all the same.

use std::num::NonZeroUsize;

use lru::LruCache;

use crate::token::Presented;

/// The most values that are remembered.
pub const MAX_CREDENTIALS: u32 = 1_000;
/// How long one is remembered that is not sent again, in milliseconds.
const MAX_IDLE_MS: u64 = 10 * 60_000;

/// The credentials, by slot; those not sent for longest go first. A number is a slot and a generation, so that one that was
/// given before its slot was used again stands for nothing.
pub(super) struct Credentials {
    kept: LruCache<u32, Kept>,
    generation: u64,
}

struct Kept {
    presented: Presented,
    number: u64,
    used_at_ms: u64,
}

impl Credentials {
    /// None.
    pub fn new() -> Self {
        let most = NonZeroUsize::new(MAX_CREDENTIALS as usize).unwrap_or(NonZeroUsize::MIN);
        Self { kept: LruCache::new(most), generation: 0 }
    }

    /// What was found in the value with this number, unless it was forgotten.
    pub fn recall(&mut self, number: u64, now_ms: u64) -> Option<Presented> {
        let slot = slot_of(number)?;
        let kept = self.kept.get_mut(&slot).filter(|kept| kept.number == number)?;
        if is_idle(kept, now_ms) {
            self.kept.pop(&slot);
            return None;
        }
        kept.used_at_ms = now_ms;
        Some(kept.presented.clone())
    }

    /// Remembers what was found in a genuine value. Gives its number and slot.
    pub fn remember(&mut self, presented: Presented, now_ms: u64) -> (u64, u32) {
        let next = u32::try_from(self.kept.len()).unwrap_or(MAX_CREDENTIALS);
        let slot = if next < MAX_CREDENTIALS { self.free_slot(next) } else { self.oldest().unwrap_or_default() };
        self.generation = self.generation.saturating_add(1);
        let number = self.generation.saturating_mul(u64::from(MAX_CREDENTIALS)).saturating_add(slot.into());
        self.kept.put(slot, Kept { presented, number, used_at_ms: now_ms });
        (number, slot)
    }

    /// Forgets one that was not sent for too long, if there is one. Gives its slot.
    pub fn forget_idle(&mut self, now_ms: u64) -> Option<u32> {
        let (_, oldest) = self.kept.peek_lru()?;
        if is_idle(oldest, now_ms) { self.kept.pop_lru().map(|(slot, _)| slot) } else { None }
    }

    /// A slot that is not in use: the first ones are, unless some were forgotten.
    fn free_slot(&self, next: u32) -> u32 {
        if !self.kept.contains(&next) {
            return next;
        }
        (0..MAX_CREDENTIALS).find(|slot| !self.kept.contains(slot)).unwrap_or(next)
    }

    fn oldest(&self) -> Option<u32> {
        self.kept.peek_lru().map(|(slot, _)| *slot)
    }
}

fn is_idle(kept: &Kept, now_ms: u64) -> bool {
    now_ms.saturating_sub(kept.used_at_ms) >= MAX_IDLE_MS
}

fn slot_of(number: u64) -> Option<u32> {
    u32::try_from(number.checked_rem(u64::from(MAX_CREDENTIALS))?).ok()
}
