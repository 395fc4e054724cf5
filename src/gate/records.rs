//! The records that an isolate read lately, bounded by how many they are and by how large they are together.

use std::num::NonZeroUsize;

use lru::LruCache;

use super::remembered::Remembered;
use crate::record::{Live, Record};
use crate::token::IntegrationId;

/// The most records that are remembered.
const MAX_RECORDS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9_999);
/// The most bytes that they take together: an eighth of what an isolate may have, whatever its integrations look like.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// What a record, and each of its scopes, takes beside its text: about, and rather too much.
const OVERHEAD_BYTES: usize = 512;
const SCOPE_OVERHEAD_BYTES: usize = 64;

/// The records, those that were not asked for longest to be forgotten first.
pub(super) struct Records {
    kept: LruCache<IntegrationId, Remembered<Record>>,
    bytes: usize,
}

impl Records {
    /// None.
    pub fn new() -> Self {
        Self { kept: LruCache::new(MAX_RECORDS), bytes: 0 }
    }

    /// The record of `id`.
    pub fn recall(&mut self, id: &IntegrationId) -> Option<Remembered<Record>> {
        self.kept.get(id).cloned()
    }

    /// Remembers a record.
    pub fn remember(&mut self, record: Remembered<Record>) {
        self.bytes = self.bytes.saturating_add(size(&record.value));
        if let Some((_, replaced)) = self.kept.push(record.value.id().clone(), record) {
            self.bytes = self.bytes.saturating_sub(size(&replaced.value));
        }
        while self.bytes > MAX_BYTES
            && let Some((_, oldest)) = self.kept.pop_lru()
        {
            self.bytes = self.bytes.saturating_sub(size(&oldest.value));
        }
    }

    /// Forgets all of them.
    pub fn forget(&mut self) {
        self.kept.clear();
        self.bytes = 0;
    }
}

/// About how many bytes a record takes.
fn size(record: &Record) -> usize {
    match record {
        Record::Gone { .. } => OVERHEAD_BYTES,
        Record::Live(live) => live_size(live),
    }
}

/// About how many bytes an integration takes.
pub(super) fn live_size(live: &Live) -> usize {
    let scopes = live.scopes.iter().map(|scope| scope.as_str().len().saturating_add(SCOPE_OVERHEAD_BYTES));
    scopes.fold(live.name.len(), usize::saturating_add).saturating_add(OVERHEAD_BYTES)
}
