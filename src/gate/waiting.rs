//! What waits for reads: a request, or what goes on in the background.

use super::memory::Memory;
use super::read::Reading;
use super::step::Step;

/// Something that waits for the reads of its last step.
pub struct Waiting(Box<dyn Resume>);

/// How something goes on that waited for reads.
pub trait Resume {
    /// Goes on with what came of the reads, in their order. One that is missing counts as one that gave nothing.
    fn resume(self: Box<Self>, memory: &mut Memory, readings: Vec<Reading>, now_ms: u64) -> Step;

    /// What becomes of it where too many wait already.
    fn refuse(self: Box<Self>, memory: &mut Memory, now_ms: u64) -> Step;

    /// Whether anybody can have it wait, without a credential. Of these fewer may wait at a time, so that they leave room for others.
    fn is_anyones(&self) -> bool {
        false
    }
}

impl Waiting {
    /// What is to wait.
    pub fn new(waits: impl Resume + 'static) -> Self {
        Self(Box::new(waits))
    }

    /// [`Resume::resume`].
    pub fn resume(self, memory: &mut Memory, readings: Vec<Reading>, now_ms: u64) -> Step {
        memory.see_clock(now_ms);
        self.0.resume(memory, readings, now_ms)
    }

    /// [`Resume::refuse`].
    pub fn refuse(self, memory: &mut Memory, now_ms: u64) -> Step {
        self.0.refuse(memory, now_ms)
    }

    /// [`Resume::is_anyones`].
    pub fn is_anyones(&self) -> bool {
        self.0.is_anyones()
    }
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Waiting")
    }
}
