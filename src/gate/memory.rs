//! What an isolate remembers between requests: the last copy of the change feed, the policy, and the records it read lately.
//! All of it is still judged against the clock, the feed and the whole policy: no verdict is remembered.

use std::rc::Rc;

use super::credentials::Credentials;
use super::in_flight::InFlight;
use super::plans::Plans;
use super::records::Records;
use super::refusals::Refusals;
use super::remembered::Remembered;
use super::settings::Settings;
use super::step::Effect;
use crate::feed::{CLOCK_ALLOWANCE_MS, Continuity, FeedCopy, Limits, Minimum};
use crate::forward::AnswerCors;
use crate::policy::{CorruptPolicy, StoredPolicy};
use crate::record::Record;
use crate::token::IntegrationId;
use crate::usage::{Buffer, Store, UseOrigin};

/// One isolate's memory.
pub struct Memory {
    settings: Rc<Settings>,
    /// What requests of this isolate are reading, so that others need not.
    pub(super) in_flight: InFlight,
    latest_ms: u64,
    feed: Option<FeedCopy>,
    policy: Option<Remembered<StoredPolicy>>,
    /// Whether a policy is read whole before it is believed: one was corrupt in a part that was not looked at.
    reads_whole: bool,
    records: Records,
    /// Which `Authorization` values were genuine lately.
    pub(super) credentials: Credentials,
    /// How requests of the same identity are forwarded.
    pub(super) plans: Plans,
    /// How many requests it has refused lately, for the log.
    pub(super) refusals: Refusals,
    /// What it has counted.
    pub(super) usage: Buffer,
    effects: Vec<Effect>,
}

impl Memory {
    /// An empty memory.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings: Rc::new(settings),
            in_flight: InFlight::default(),
            latest_ms: 0,
            feed: None,
            policy: None,
            reads_whole: false,
            records: Records::new(),
            credentials: Credentials::new(),
            plans: Plans::new(),
            refusals: Refusals::default(),
            usage: Buffer::new(),
            effects: Vec::new(),
        }
    }

    /// What the deployment has chosen.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The effects since they were last taken, in order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Notes where a request came from, as [`Effect::Look`] asks. The address does not stay as it is, unless the deployment says so.
    pub fn came_from(&mut self, code: u32, mut origin: UseOrigin, now_ms: u64) {
        let settings = self.shared_settings();
        let name =
            |address: String| settings.usage.and_then(|addresses| addresses.name(&settings.keys, &address, now_ms));
        origin.address = origin.address.and_then(name);
        self.usage.came_from(code, origin.cut());
    }

    /// Counts how the origin answered requests whose [`Forward`](super::Forward) has this code: `class` is a position in
    /// [`AnswerClass::ALL`](crate::usage::AnswerClass::ALL).
    pub fn answered(&mut self, code: u32, class: usize, count: u32) {
        self.usage.answered(code, class, count);
    }

    /// When a store was last heard of by this isolate.
    pub fn heard_of_store(&mut self, store: Store) -> Option<u64> {
        self.usage.senders().heard_at_ms(store)
    }

    /// Whether there are effects to be taken.
    pub fn has_effects(&self) -> bool {
        !self.effects.is_empty()
    }

    pub(super) fn shared_settings(&self) -> Rc<Settings> {
        Rc::clone(&self.settings)
    }

    pub(super) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Takes note of the time, in milliseconds. Where the clock has stepped back, no age of what is remembered means anything, so
    /// all of it is forgotten.
    pub(super) fn see_clock(&mut self, now_ms: u64) {
        let is_back = self.latest_ms > now_ms.saturating_add(CLOCK_ALLOWANCE_MS);
        self.latest_ms = if is_back { now_ms } else { self.latest_ms.max(now_ms) };
        if is_back {
            self.feed = None;
            self.policy = None;
            self.records.forget();
            self.in_flight = InFlight::default();
        }
    }

    /// Whether a verdict may rest on the copy of the feed that is there.
    pub(super) fn feed_is_fresh(&self, now_ms: u64, limits: &Limits) -> bool {
        self.feed.as_ref().is_some_and(|feed| feed.is_fresh(now_ms, limits))
    }

    /// Whether a newer copy should be asked for, and nobody does.
    pub(super) fn should_refresh(&self, now_ms: u64) -> bool {
        let is_due = self.feed.as_ref().is_none_or(|feed| feed.is_due(now_ms));
        is_due && !self.in_flight.registry_just_failed(now_ms) && self.in_flight.feed_is_free(now_ms)
    }

    /// How old the copy is, in milliseconds.
    pub(super) fn feed_age_ms(&self, now_ms: u64) -> Option<u64> {
        self.feed.as_ref().and_then(|feed| feed.age_ms(now_ms))
    }

    /// The number of the last change that the copy knows of.
    pub(super) fn feed_seq(&self) -> u64 {
        self.feed.as_ref().map_or(0, |copy| copy.feed().seq)
    }

    /// What the copy says of one thing, however old it is.
    pub(super) fn minimum(&self, of: impl FnOnce(&FeedCopy) -> Minimum) -> Minimum {
        self.feed.as_ref().map_or(Minimum::UNKNOWN, of)
    }

    /// Takes in a copy. Where it may have missed something, the records are forgotten; the policy's revision is in every
    /// copy, so that one cannot be missed.
    pub(super) fn see(&mut self, copy: FeedCopy, now_ms: u64) {
        let continuity = match self.feed.as_mut() {
            Some(known) => known.see(copy, now_ms),
            None if copy.age_ms(now_ms).is_none() => return,
            None => {
                self.feed = Some(copy);
                Continuity::Gap
            }
        };
        if continuity == Continuity::Gap {
            self.records.forget();
        }
    }

    /// The policy.
    pub(super) fn policy(&self) -> Option<Remembered<StoredPolicy>> {
        self.policy.clone()
    }

    /// What an answer has for other origins' scripts, by the policy that is remembered; `None` where CORS is off, or none is.
    pub(super) fn cors(&self, origin: Option<&str>) -> Option<AnswerCors> {
        self.policy.as_ref()?.value.cors().map(|cors| AnswerCors::of(cors, origin))
    }

    /// Reads a policy; the same text as before is not read again.
    pub(super) fn read_policy(
        &self,
        text: String,
        read: impl FnOnce(String) -> Result<StoredPolicy, CorruptPolicy>,
    ) -> Result<Rc<StoredPolicy>, CorruptPolicy> {
        if let Some(known) = self.policy.as_ref().filter(|known| known.value.is_of(&text)) {
            return Ok(Rc::clone(&known.value));
        }
        let policy = read(text)?;
        if self.reads_whole {
            policy.check()?;
        }
        if let Some(known) = &self.policy {
            policy.adopt(&known.value);
        }
        Ok(Rc::new(policy))
    }

    /// Forgets the policy, a part of which is corrupt, and believes none any more that was not read whole.
    pub(super) fn distrust_policy(&mut self) {
        self.policy = None;
        self.reads_whole = true;
    }

    /// Remembers the policy.
    pub(super) fn remember_policy(&mut self, policy: Remembered<StoredPolicy>) {
        self.policy = Some(policy);
    }

    /// The record of `id`.
    pub(super) fn record(&mut self, id: &IntegrationId) -> Option<Remembered<Record>> {
        self.records.recall(id)
    }

    /// Remembers a record; absence is never remembered, or a new token would not work at once.
    pub(super) fn remember_record(&mut self, record: Remembered<Record>) {
        self.records.remember(record);
    }
}
