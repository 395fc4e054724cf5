//! What an isolate knows of the flushes that it sent: their numbers, which are under way, and how many requests were lost.

use crate::usage::flush::{FLUSH_VERSION, Flush};
use crate::usage::store::{STORES, Store};

/// The most flushes that are under way at a time. Any more are lost, and counted as lost.
const MAX_UNDER_WAY: usize = 256;
/// How long a flush can be under way, in milliseconds: longer than its time-outs together.
const UNDER_WAY_MS: u64 = 120_000;

/// What an isolate knows of its flushes.
#[derive(Default)]
pub struct Senders {
    isolate: Option<String>,
    since_ms: u64,
    stores: Vec<Sender>,
    under_way: Vec<UnderWay>,
}

#[derive(Clone, Default)]
struct Sender {
    seq: u64,
    lost: u64,
    /// How many of the lost requests the store knows of.
    told: u64,
    heard_at_ms: Option<u64>,
}

struct UnderWay {
    store: Store,
    seq: u64,
    requests: u64,
    lost: u64,
    since_ms: u64,
}

impl Senders {
    /// The name of this isolate, once it has one.
    pub fn isolate(&self) -> Option<&str> {
        self.isolate.as_deref()
    }

    /// Names the isolate after fresh random bytes, unless it has a name.
    pub fn name(&mut self, random: &[u8]) {
        if self.isolate.is_none() {
            self.isolate = Some(hex::encode(random));
        }
    }

    /// When this isolate last heard from a store.
    pub fn heard_at_ms(&self, store: Store) -> Option<u64> {
        self.stores.get(usize::from(store.number()))?.heard_at_ms
    }

    /// Whether one more flush can be sent.
    pub fn has_room(&self) -> bool {
        self.under_way.len() < MAX_UNDER_WAY
    }

    /// Notes that a flush is sent.
    pub fn sent(&mut self, store: Store, flush: &Flush, now_ms: u64) {
        let (seq, requests, lost) = (flush.seq, flush.requests(), flush.lost);
        self.under_way.push(UnderWay { store, seq, requests, lost, since_ms: now_ms });
    }

    /// Notes that a store has taken a flush.
    pub fn arrived(&mut self, store: Store, seq: u64, now_ms: u64) {
        let place = self.under_way.iter().position(|sent| (sent.store, sent.seq) == (store, seq));
        let told = place.map_or(0, |place| self.under_way.swap_remove(place).lost);
        if let Some(sender) = self.sender(store) {
            sender.heard_at_ms = Some(now_ms);
            sender.told = sender.told.max(told);
        }
    }

    /// Notes that a flush with this many requests is given up.
    pub fn lost(&mut self, store: Store, seq: u64, requests: u64) {
        self.under_way.retain(|sent| (sent.store, sent.seq) != (store, seq));
        if let Some(sender) = self.sender(store) {
            sender.lost = sender.lost.saturating_add(requests);
        }
    }

    /// The stores that do not know yet of lost requests.
    pub(super) fn untold(&self) -> Vec<Store> {
        let untold = Store::all().zip(&self.stores).filter(|(_, sender)| sender.lost > sender.told);
        untold.map(|(store, _)| store).collect()
    }

    /// Notes when the isolate first counts.
    pub(super) fn begin(&mut self, now_ms: u64) {
        if self.since_ms == 0 {
            self.since_ms = now_ms;
        }
    }

    /// The next flush to a store, without counts.
    pub(super) fn flush(&mut self, store: Store, from_ms: u64, now_ms: u64) -> Flush {
        self.give_up_overdue(now_ms);
        let (isolate, since_ms) = (self.isolate.clone().unwrap_or_default(), self.since_ms);
        let (mut seq, mut lost) = (0, 0);
        if let Some(sender) = self.sender(store) {
            sender.seq = sender.seq.saturating_add(1);
            (seq, lost) = (sender.seq, sender.lost);
        }
        Flush { v: FLUSH_VERSION, isolate, seq, lost, since_ms, from_ms, made_at_ms: now_ms, tokens: Vec::new() }
    }

    /// Gives up flushes that nobody waits for: the platform has ended the request that sent them.
    fn give_up_overdue(&mut self, now_ms: u64) {
        let is_overdue = |sent: &UnderWay| now_ms.saturating_sub(sent.since_ms) > UNDER_WAY_MS;
        let overdue: Vec<_> = self
            .under_way
            .iter()
            .filter(|sent| is_overdue(sent))
            .map(|sent| (sent.store, sent.seq, sent.requests))
            .collect();
        for (store, seq, requests) in overdue {
            self.lost(store, seq, requests);
        }
    }

    fn sender(&mut self, store: Store) -> Option<&mut Sender> {
        if self.stores.is_empty() {
            self.stores = vec![Sender::default(); usize::from(STORES)];
        }
        self.stores.get_mut(usize::from(store.number()))
    }
}
