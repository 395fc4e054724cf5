//! What an isolate remembers between requests: its configuration, the last copy of the change feed, the policy, and the
//! records it read lately. Whatever comes from here is still judged against the clock, the feed and the whole policy: no
//! verdict is remembered.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsValue;
use worker::Env;

use crate::config::Config;
use crate::evidence::in_flight::InFlight;
use crate::evidence::records::Records;
use crate::evidence::remembered::Remembered;
use crate::log::Refusals;
use crate::platform::clock;
use tidegate::feed::{CLOCK_ALLOWANCE_MS, Continuity, Feed, FeedCopy, Limits, Minimum};
use tidegate::policy::{CorruptPolicy, StoredPolicy};
use tidegate::record::Record;
use tidegate::token::{IntegrationId, StoreKeys, TokenKeys};

/// One isolate's memory.
pub(crate) struct Isolate {
    env: JsValue,
    config: Config,
    /// What requests of this isolate are busy with, so that others need not be.
    pub in_flight: InFlight,
    latest_ms: Cell<u64>,
    feed: RefCell<Option<FeedCopy>>,
    policy: RefCell<Option<Remembered<StoredPolicy>>>,
    /// Whether a policy is read whole before it is believed: one was corrupt in a part that was not looked at.
    reads_whole: Cell<bool>,
    records: RefCell<Records>,
    /// How many requests it has refused lately, for the log.
    pub refusals: Refusals,
}

thread_local! {
    static ISOLATE: RefCell<Option<Rc<Isolate>>> = const { RefCell::new(None) };
}

impl Isolate {
    /// This isolate's memory; forgotten where the environment is another one.
    pub fn of(env: &Env) -> Rc<Self> {
        let env_value: &JsValue = env.as_ref();
        ISOLATE.with_borrow_mut(|isolate| match isolate {
            Some(known) if known.env == *env_value => Rc::clone(known),
            _ => {
                let fresh = Rc::new(Self {
                    env: env_value.clone(),
                    config: Config::read(env),
                    in_flight: InFlight::default(),
                    latest_ms: Cell::new(0),
                    feed: RefCell::new(None),
                    policy: RefCell::new(None),
                    reads_whole: Cell::new(false),
                    records: RefCell::new(Records::new()),
                    refusals: Refusals::default(),
                });
                *isolate = Some(Rc::clone(&fresh));
                fresh
            }
        })
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The time, in milliseconds. Where the clock has stepped back, no age of what is remembered means anything, so all
    /// of it is forgotten.
    pub fn now_ms(&self) -> u64 {
        let now = clock::now_ms();
        let latest = self.latest_ms.replace(now.max(self.latest_ms.get()));
        if latest > now.saturating_add(CLOCK_ALLOWANCE_MS) {
            self.latest_ms.set(now);
            self.feed.replace(None);
            self.policy.replace(None);
            self.records.borrow_mut().forget();
            self.in_flight.forget();
        }
        now
    }

    /// Whether a verdict may rest on the copy of the feed that is there.
    pub fn feed_is_fresh(&self, now_ms: u64, limits: &Limits) -> bool {
        self.feed.borrow().as_ref().is_some_and(|feed| feed.is_fresh(now_ms, limits))
    }

    /// Whether a newer copy should be asked for, and nobody does.
    pub fn should_refresh(&self, now_ms: u64) -> bool {
        let is_due = self.feed.borrow().as_ref().is_none_or(|feed| feed.is_due(now_ms));
        is_due && !self.in_flight.registry_just_failed(now_ms) && self.in_flight.feed_is_free(now_ms)
    }

    /// How old the copy is, in milliseconds.
    pub fn feed_age_ms(&self, now_ms: u64) -> Option<u64> {
        self.feed.borrow().as_ref().and_then(|feed| feed.age_ms(now_ms))
    }

    /// The number of the last change that the copy knows of.
    pub fn feed_seq(&self) -> u64 {
        self.feed.borrow().as_ref().map_or(0, |copy| copy.feed().seq)
    }

    /// What the copy says of one thing, however old it is.
    pub fn minimum(&self, of: impl FnOnce(&Feed) -> Minimum) -> Minimum {
        self.feed.borrow().as_ref().map_or(Minimum::UNKNOWN, |copy| of(copy.feed()))
    }

    /// Takes in a copy. Where it may have missed something, the records are forgotten; the policy's revision is in every
    /// copy, so that one cannot be missed.
    pub fn see(&self, copy: FeedCopy) {
        let now = self.now_ms();
        let mut feed = self.feed.borrow_mut();
        let continuity = match feed.as_mut() {
            Some(known) => known.see(copy, now),
            None if copy.age_ms(now).is_none() => return,
            None => {
                *feed = Some(copy);
                Continuity::Gap
            }
        };
        if continuity == Continuity::Gap {
            self.records.borrow_mut().forget();
        }
    }

    /// The policy.
    pub fn policy(&self) -> Option<Remembered<StoredPolicy>> {
        self.policy.borrow().clone()
    }

    /// Reads a policy; the same text as before is not read again.
    pub fn read_policy(
        &self,
        text: String,
        read: impl FnOnce(String) -> Result<StoredPolicy, CorruptPolicy>,
    ) -> Result<Rc<StoredPolicy>, CorruptPolicy> {
        if let Some(known) = self.policy.borrow().as_ref().filter(|known| known.value.is_of(&text)) {
            return Ok(Rc::clone(&known.value));
        }
        let policy = read(text)?;
        if self.reads_whole.get() {
            policy.whole()?;
        }
        Ok(Rc::new(policy))
    }

    /// The keys of the MACs on what KV holds.
    pub fn store_keys(&self) -> Result<&StoreKeys, String> {
        self.config.keys.as_ref().map(TokenKeys::store).map_err(ToString::to_string)
    }

    /// Forgets the policy, a part of which is corrupt, and believes none any more that was not read whole.
    pub fn distrust_policy(&self) {
        self.policy.replace(None);
        self.reads_whole.set(true);
    }

    /// Remembers the policy.
    pub fn remember_policy(&self, policy: Remembered<StoredPolicy>) {
        self.policy.replace(Some(policy));
    }

    /// The record of `id`.
    pub fn record(&self, id: &IntegrationId) -> Option<Remembered<Record>> {
        self.records.borrow_mut().recall(id)
    }

    /// Remembers a record; absence is never remembered, or a new token would not work at once.
    pub fn remember_record(&self, record: Remembered<Record>) {
        self.records.borrow_mut().remember(record);
    }
}
