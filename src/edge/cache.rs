//! What an isolate remembers between requests: its configuration, the policy, and the records it read lately.
//! Whatever comes from here is still judged against the clock and the whole policy: no verdict is remembered.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::rc::Rc;

use lru::LruCache;
use wasm_bindgen::JsValue;
use worker::Env;

use super::clock;
use super::config::Config;
use crate::core::policy::{CorruptPolicy, Policy};
use crate::core::record::Record;
use crate::core::token::IntegrationId;

/// How old what is remembered may be, in milliseconds.
#[derive(Clone, Copy)]
pub(super) struct MaxAge(u64);

impl MaxAge {
    /// For a grant.
    pub const GRANT: Self = Self(5_000);
    /// For a denial: a new token or scope works at once, and asking again costs a read a second at the most.
    pub const DENIAL: Self = Self(1_000);
}

/// The most records that are remembered.
const MOST_RECORDS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9_999);

/// One isolate's memory.
pub(super) struct Isolate {
    env: JsValue,
    config: Config,
    policy: RefCell<Option<(Remembered<Policy>, String)>>,
    records: RefCell<LruCache<IntegrationId, Remembered<Record>>>,
}

struct Remembered<T> {
    value: Rc<T>,
    read_at_ms: u64,
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
                    policy: RefCell::new(None),
                    records: RefCell::new(LruCache::new(MOST_RECORDS)),
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

    /// The policy, if it was read lately enough.
    pub fn policy(&self, max_age: MaxAge) -> Option<Rc<Policy>> {
        self.policy.borrow().as_ref().and_then(|(policy, _)| policy.fresh(max_age))
    }

    /// Remembers the policy that `text` is; the same text as before is not read again.
    pub fn remember_policy(&self, text: String) -> Result<Rc<Policy>, CorruptPolicy> {
        let mut known = self.policy.borrow_mut();
        let value = match known.as_ref() {
            Some((policy, same)) if *same == text => Rc::clone(&policy.value),
            _ => Rc::new(Policy::from_json(&text)?),
        };
        *known = Some((Remembered::new(Rc::clone(&value)), text));
        Ok(value)
    }

    /// The record of `id`, if it was read lately enough.
    pub fn record(&self, id: &IntegrationId, max_age: MaxAge) -> Option<Rc<Record>> {
        self.records.borrow_mut().get(id).and_then(|record| record.fresh(max_age))
    }

    /// Remembers a record; absence is never remembered, or a new token would not work at once.
    pub fn remember_record(&self, record: Record) -> Rc<Record> {
        let record = Rc::new(record);
        self.records.borrow_mut().put(record.id().clone(), Remembered::new(Rc::clone(&record)));
        record
    }
}

impl<T> Remembered<T> {
    fn new(value: Rc<T>) -> Self {
        Self { value, read_at_ms: clock::now_ms() }
    }

    /// The value, while it is fresh. A clock that stepped back makes it stale.
    fn fresh(&self, max_age: MaxAge) -> Option<Rc<T>> {
        let age = clock::now_ms().checked_sub(self.read_at_ms)?;
        (age < max_age.0).then(|| Rc::clone(&self.value))
    }
}
