//! The search for one thing: what was asked so far, what came of it, and what is to be asked next.

use std::rc::Rc;

use super::in_flight::{MAX_POLLS, poll_delay};
use super::isolate::Isolate;
use super::location_cache::{self, Shared};
use super::remembered::Remembered;
use crate::evidence::context::RequestContext;
use crate::evidence::entry::Entry;
use crate::platform::{body, kv};
use crate::registry_client;
use tidegate::decision::Denial;
use tidegate::feed::{Choice, DUE_AFTER_MS, InMemory, Known, Limits, Reading, Source, choose};

/// The search for one thing, on behalf of one request.
pub(crate) struct Search<T: Entry> {
    thing: T,
    for_denial: bool,
    memory: Option<Remembered<T::Value>>,
    kv: Answer<T::Value>,
    registry: Answer<T::Value>,
    choice: Choice,
    /// Whether it has waited for another request's read already.
    has_waited: bool,
}

enum Answer<V> {
    NotAsked,
    Failed(String),
    Has(Option<Remembered<V>>),
}

/// When a store was asked, and the number of the last change that the feed knew of then.
struct Asked {
    at_ms: u64,
    feed_seq: u64,
}

/// What was found.
pub(crate) struct Found<V> {
    pub value: Option<Rc<V>>,
    pub source: Source,
    pub age_ms: u64,
}

impl<T: Entry> Search<T> {
    pub fn new(thing: T, for_denial: bool) -> Self {
        let (kv, registry) = (Answer::NotAsked, Answer::NotAsked);
        Self { thing, for_denial, memory: None, kv, registry, choice: Choice::Nothing, has_waited: false }
    }

    /// Chooses; tells whether a store is to be asked. Memory that the copy at hand vouches for is right as of that copy.
    pub fn asks(&mut self, isolate: &Isolate, limits: &Limits, is_fresh: bool, now_ms: u64) -> bool {
        let minimum = isolate.minimum(|feed| self.thing.minimum(feed));
        self.memory = self.thing.recall(isolate).map(|held| {
            let as_of_seq = minimum.as_of(Source::Memory, T::rev(&held.value), held.as_of_seq);
            if as_of_seq != held.as_of_seq {
                self.thing.remember(isolate, Remembered { as_of_seq, ..held.clone() });
            }
            Remembered { as_of_seq, ..held }
        });
        let memory = self.memory.as_ref();
        let known = Known {
            minimum,
            is_fresh,
            for_denial: self.for_denial,
            memory: memory.map(|held| InMemory {
                rev: T::rev(&held.value),
                age_ms: held.age_ms(now_ms),
                looked_ms: now_ms.saturating_sub(held.looked_at_ms),
                as_of_seq: held.as_of_seq,
            }),
            kv: self.kv.given::<T>(),
            registry: self.registry.given::<T>(),
        };
        self.choice = choose(&known, limits);
        matches!(self.choice, Choice::Ask(_))
    }

    /// Asks the store that was chosen.
    pub async fn fetch(&mut self, context: &RequestContext) {
        match self.choice {
            Choice::Ask(Source::Kv) => self.kv = self.ask_kv(context).await,
            Choice::Ask(_) => self.registry = self.ask_registry(context).await,
            Choice::Use(_) | Choice::Nothing => {}
        }
    }

    /// What was chosen. `degraded` gets what had to be done without.
    pub fn found(
        self,
        isolate: &Isolate,
        is_fresh: bool,
        now_ms: u64,
        degraded: &mut Vec<String>,
    ) -> Result<Found<T::Value>, Denial> {
        let Self { thing, memory, kv, registry, choice, .. } = self;
        let (kv_fault, registry_fault) = (kv.fault(), registry.fault());
        let has_looked = matches!(kv, Answer::Has(_));
        let used = match choice {
            Choice::Use(Source::Memory) => memory,
            Choice::Use(Source::Kv) => kv.value(),
            Choice::Use(Source::Registry) => registry.value(),
            Choice::Ask(_) | Choice::Nothing => {
                let stale = (!is_fresh).then(|| "the change feed is too old".to_owned());
                let faults: Vec<_> = [stale, kv_fault, registry_fault].into_iter().flatten().collect();
                let faults = if faults.is_empty() { "nothing new enough".to_owned() } else { faults.join("; ") };
                return Err(Denial::Store(format!("{}: {faults}", thing.key())));
            }
        };
        degraded.extend(kv_fault.into_iter().chain(registry_fault));
        let source = if let Choice::Use(source) = choice { source } else { Source::Memory };
        let is_new = source != Source::Memory;
        if let Some(used) = used.as_ref().filter(|_| is_new || has_looked) {
            let minimum = isolate.minimum(|feed| thing.minimum(feed));
            let as_of_seq = minimum.as_of(source, T::rev(&used.value), used.as_of_seq);
            let looked_at_ms = if is_new { used.looked_at_ms } else { now_ms };
            thing.remember(isolate, Remembered { as_of_seq, looked_at_ms, ..used.clone() });
        }
        let age_ms = used.as_ref().map_or(0, |used| used.age_ms(now_ms));
        Ok(Found { value: used.map(|used| used.value), source, age_ms })
    }

    async fn ask_kv(&self, context: &RequestContext) -> Answer<T::Value> {
        let (isolate, key) = (&context.isolate, self.thing.key());
        if isolate.in_flight.kv_is_down(isolate.now_ms()) && self.memory.is_some() {
            return Answer::Failed("KV failed a moment ago".to_owned());
        }
        let asked = Asked::now(isolate);
        let bytes = kv::read(&context.env, &key).await;
        isolate.in_flight.kv_answered(bytes.is_ok(), isolate.now_ms());
        let opened = bytes.and_then(|bytes| self.read(bytes, |text| self.thing.open(text, isolate)));
        opened.map_or_else(|fault| Answer::Failed(format!("in KV {fault}")), |value| asked.answered(value, isolate))
    }

    /// Reads from the registry, unless another request of this isolate does: then what it brings home is in memory.
    async fn ask_registry(&mut self, context: &RequestContext) -> Answer<T::Value> {
        let (isolate, key) = (&context.isolate, self.thing.key());
        if isolate.in_flight.registry_is_down(isolate.now_ms()) {
            return Answer::Failed("the registry failed a moment ago".to_owned());
        }
        let before = self.memory.as_ref().map(|held| held.read_at_ms);
        for _ in 0..MAX_POLLS {
            let asked = Asked::now(isolate);
            if let Some(note) = isolate.in_flight.begin_read(&key, asked.at_ms) {
                let answer = match self.find_shared(context).await {
                    Some(shared) => shared,
                    None => self.read_registry(asked, context).await.unwrap_or_else(Answer::Failed),
                };
                isolate.in_flight.end_read(&key, note);
                return answer;
            }
            poll_delay().await;
            if !self.has_waited && self.thing.recall(isolate).map(|held| held.read_at_ms) > before {
                self.has_waited = true;
                return Answer::NotAsked;
            }
        }
        Answer::Failed("too many reads of the registry at a time".to_owned())
    }

    async fn read_registry(&self, asked: Asked, context: &RequestContext) -> Result<Answer<T::Value>, String> {
        let bytes = registry_client::read(&context.env, &self.thing.read()).await?;
        let value = self.read(bytes, |text| {
            Self::leave_shared(text.clone(), asked.at_ms, context);
            self.thing.parse(text, &context.isolate)
        });
        Ok(asked.answered(value?, &context.isolate))
    }

    /// What another isolate here was answered, while that is young, authentic and not older than the feed says.
    async fn find_shared(&self, context: &RequestContext) -> Option<Answer<T::Value>> {
        let Shared { text, asked_at_ms } =
            location_cache::find(&location_cache::address(&context.env, T::SHARED_AS?)?).await?;
        let isolate = &context.isolate;
        let age_ms = isolate.now_ms().checked_sub(asked_at_ms).filter(|age| *age < DUE_AFTER_MS);
        let value = self.thing.open(text, isolate).ok().filter(|_| age_ms.is_some())?;
        let is_new = isolate.minimum(|feed| self.thing.minimum(feed)).is_met_by(Some(T::rev(&value)));
        is_new.then(|| Asked { at_ms: asked_at_ms, feed_seq: 0 }.answered(Some(value), isolate))
    }

    fn leave_shared(text: String, asked_at_ms: u64, context: &RequestContext) {
        let Some(address) = T::SHARED_AS.and_then(|what| location_cache::address(&context.env, what)) else { return };
        let isolate = Rc::clone(&context.isolate);
        context.context.wait_until(async move {
            if let Some(signed) = T::sign(&text, &isolate) {
                location_cache::leave(&address, &Shared { text: signed.into_string(), asked_at_ms }).await;
            }
        });
    }

    fn read(
        &self,
        bytes: Option<Vec<u8>>,
        read: impl FnOnce(String) -> Result<Rc<T::Value>, String>,
    ) -> Result<Option<Rc<T::Value>>, String> {
        let Some(bytes) = bytes else { return Ok(None) };
        let value = body::text(bytes).map_err(str::to_owned).and_then(read);
        value.map(Some).map_err(|corrupt| format!("{} is corrupt: {corrupt}", self.thing.key()))
    }
}

impl Asked {
    fn now(isolate: &Isolate) -> Self {
        Self { at_ms: isolate.now_ms(), feed_seq: isolate.feed_seq() }
    }

    fn answered<V>(self, value: Option<Rc<V>>, isolate: &Isolate) -> Answer<V> {
        // Where the clock has stepped back meanwhile, it would have no age for as long as that.
        let read_at_ms = self.at_ms.min(isolate.now_ms());
        let remembered = |value| Remembered { value, read_at_ms, looked_at_ms: read_at_ms, as_of_seq: self.feed_seq };
        Answer::Has(value.map(remembered))
    }
}

impl<V> Answer<V> {
    fn given<T: Entry<Value = V>>(&self) -> Reading {
        match self {
            Self::NotAsked => Reading::NotAsked,
            Self::Failed(_) => Reading::Failed,
            Self::Has(value) => Reading::Has(value.as_ref().map(|held| T::rev(&held.value))),
        }
    }

    fn fault(&self) -> Option<String> {
        match self {
            Self::Failed(reason) => Some(reason.clone()),
            Self::NotAsked | Self::Has(_) => None,
        }
    }

    fn value(self) -> Option<Remembered<V>> {
        match self {
            Self::Has(value) => value,
            Self::NotAsked | Self::Failed(_) => None,
        }
    }
}
