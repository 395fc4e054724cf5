//! The requests that wait for reads, each by a handle that the driver holds. A handle is a lease, so that a client that
//! disconnects leaves nothing behind.

use super::read::Read;
use super::waiting::Waiting;

/// The most requests that wait at a time.
pub const MAX_REQUESTS: usize = 10_000;
/// The most of them that [anybody](super::Resume::is_anyones) can have wait, at a time.
pub const MAX_OF_ANYONES: usize = 1_000;
/// How much longer than its reads a request is kept, in milliseconds.
const LEASE_MS: u64 = 10_000;
/// How often leases that have ended are looked for, in milliseconds.
const SWEEP_MS: u64 = 5_000;

/// A number that stands for a request that waits, and for no other one after it.
pub type Handle = u64;

/// The requests that wait.
#[derive(Default)]
pub struct Requests {
    slots: Vec<Slot>,
    free: Vec<usize>,
    of_anyones: usize,
    swept_at_ms: u64,
}

struct Slot {
    generation: u64,
    waiting: Option<(Waiting, u64)>,
}

impl Requests {
    /// Keeps a request until its reads were made.
    ///
    /// # Errors
    /// Gives it back where as many wait as may: none of those that wait is dropped for it.
    pub fn hold(&mut self, waiting: Waiting, reads: &[Read], now_ms: u64) -> Result<Handle, Waiting> {
        if self.is_full(&waiting) || now_ms.abs_diff(self.swept_at_ms) >= SWEEP_MS {
            self.sweep(now_ms);
        }
        if self.is_full(&waiting) {
            return Err(waiting);
        }
        let patience_ms = reads.iter().map(Read::patience_ms).max().unwrap_or_default();
        let until_ms = now_ms.saturating_add(patience_ms).saturating_add(LEASE_MS);
        let Some(place) = self.free_place() else { return Err(waiting) };
        let Some(slot) = self.slots.get_mut(place) else { return Err(waiting) };
        slot.generation = slot.generation.saturating_add(1);
        self.of_anyones = self.of_anyones.saturating_add(waiting.is_anyones().into());
        slot.waiting = Some((waiting, until_ms));
        Ok(handle(place, slot.generation))
    }

    /// The request with this handle; `None` where its lease has ended, or it goes on already.
    pub fn take(&mut self, handle: Handle) -> Option<Waiting> {
        let (place, generation) = parts(handle)?;
        let slot = self.slots.get_mut(place).filter(|slot| slot.generation == generation)?;
        let (waiting, _) = slot.waiting.take()?;
        self.free.push(place);
        self.of_anyones = self.of_anyones.saturating_sub(waiting.is_anyones().into());
        Some(waiting)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.slots.len().saturating_sub(self.free.len())
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn is_full(&self, waiting: &Waiting) -> bool {
        let has_place = !self.free.is_empty() || self.slots.len() < MAX_REQUESTS;
        !has_place || (waiting.is_anyones() && self.of_anyones >= MAX_OF_ANYONES)
    }

    fn free_place(&mut self) -> Option<usize> {
        if let Some(place) = self.free.pop() {
            return Some(place);
        }
        let place = self.slots.len();
        if place >= MAX_REQUESTS {
            return None;
        }
        self.slots.push(Slot { generation: 0, waiting: None });
        Some(place)
    }

    /// Drops the requests whose leases have ended. Where the clock has stepped back, all of them go on a little longer.
    fn sweep(&mut self, now_ms: u64) {
        self.swept_at_ms = now_ms;
        for (place, slot) in self.slots.iter_mut().enumerate() {
            if let Some((waiting, _)) = slot.waiting.take_if(|(_, until_ms)| now_ms >= *until_ms) {
                self.free.push(place);
                self.of_anyones = self.of_anyones.saturating_sub(waiting.is_anyones().into());
            }
        }
    }
}

fn handle(place: usize, generation: u64) -> Handle {
    let place = u64::try_from(place).unwrap_or_default();
    generation.saturating_mul(MAX_REQUESTS as u64).saturating_add(place)
}

fn parts(handle: Handle) -> Option<(usize, u64)> {
    let most = MAX_REQUESTS as u64;
    Some((usize::try_from(handle.checked_rem(most)?).ok()?, handle.checked_div(most)?))
}
