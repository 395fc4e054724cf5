//! A plain gate, until the machine of `src/gate` is there: the search for record, policy and feed as the Worker does it, over
//! `feed::choose` and `decide`, without what several requests of an isolate share.

use std::collections::BTreeMap;
use std::rc::Rc;

use registry::Read;
use tidegate::decision::{Decision, Denial, authenticate, decide};
use tidegate::feed::{CLOCK_ALLOWANCE_MS, Choice, Continuity, DUE_AFTER_MS, Feed, FeedCopy, InMemory, Known, Limits, Minimum, OnOutage, Reading, Source, choose};
use tidegate::policy::{POLICY_KEY, StoredPolicy};
use tidegate::record::Record;
use tidegate::request::Request;
use tidegate::time::Timestamp;
use tidegate::token::{Authentic, IntegrationId, OwnCredentials, Prefix, TokenKeys, VerifiedRequest, check};

use super::machine::{Given, Head, Machine, Settings, Step, Turn, Want};
use super::truth::Verdict;

const FAILED_FOR_MS: u64 = 5_000;

/// The stand-in.
pub struct StandIn;

/// What an isolate remembers.
pub struct Isolate {
    keys: TokenKeys,
    prefix: Prefix,
    limits: Limits,
    latest_ms: u64,
    feed: Option<FeedCopy>,
    policy: Option<Held<StoredPolicy>>,
    records: BTreeMap<IntegrationId, Held<Record>>,
    refreshing_since_ms: Option<u64>,
    registry_failed_ms: Option<u64>,
    kv_failed_ms: Option<u64>,
}

struct Held<T> {
    value: Rc<T>,
    rev: u64,
    read_at_ms: u64,
    looked_at_ms: u64,
    as_of_seq: u64,
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self { value: Rc::clone(&self.value), ..*self }
    }
}

/// What is under way.
pub struct Call {
    request: Option<VerifiedRequest>,
    for_denial: bool,
    feed_reads: u32,
    record: Option<Search<Record>>,
    policy: Search<StoredPolicy>,
    waits: Vec<(Thing, u64, u64)>,
    is_granted: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Thing {
    Feed,
    SharedFeed,
    Record(Source),
    Policy(Source),
    SharedPolicy,
    Origin,
}

struct Search<T> {
    memory: Option<Held<T>>,
    kv: Answer<T>,
    registry: Answer<T>,
    choice: Choice,
}

enum Answer<T> {
    NotAsked,
    Failed,
    Has(Option<Held<T>>),
}

impl<T> Default for Search<T> {
    fn default() -> Self {
        Self { memory: None, kv: Answer::NotAsked, registry: Answer::NotAsked, choice: Choice::Nothing }
    }
}

impl<T> Answer<T> {
    fn reading(&self) -> Reading {
        match self {
            Self::NotAsked => Reading::NotAsked,
            Self::Failed => Reading::Failed,
            Self::Has(held) => Reading::Has(held.as_ref().map(|held| held.rev)),
        }
    }
}

impl<T> Search<T> {
    fn asks(&mut self, held: &mut Option<Held<T>>, minimum: Minimum, is_fresh: bool, for_denial: bool, limits: &Limits, now: u64) -> bool {
        if let Some(held) = held {
            held.as_of_seq = minimum.as_of(Source::Memory, held.rev, held.as_of_seq);
        }
        self.memory = held.clone();
        let memory = self.memory.as_ref().map(|held| InMemory {
            rev: held.rev,
            age_ms: now.saturating_sub(held.read_at_ms),
            looked_ms: now.saturating_sub(held.looked_at_ms),
            as_of_seq: held.as_of_seq,
        });
        let (kv, registry) = (self.kv.reading(), self.registry.reading());
        self.choice = choose(&Known { minimum, is_fresh, for_denial, memory, kv, registry }, limits);
        matches!(self.choice, Choice::Ask(_))
    }

    /// What was chosen, and whether it came from memory; an error where nothing may be used.
    fn found(&self, held: &mut Option<Held<T>>, minimum: Minimum, now: u64) -> Result<(Option<Rc<T>>, bool), ()> {
        let has_looked = matches!(self.kv, Answer::Has(_));
        let (source, used) = match (self.choice, &self.kv, &self.registry) {
            (Choice::Use(Source::Memory), ..) => (Source::Memory, self.memory.clone()),
            (Choice::Use(Source::Kv), Answer::Has(held), _) => (Source::Kv, held.clone()),
            (Choice::Use(Source::Registry), _, Answer::Has(held)) => (Source::Registry, held.clone()),
            _ => return Err(()),
        };
        let is_new = source != Source::Memory;
        if let Some(used) = used.as_ref().filter(|_| is_new || has_looked) {
            let as_of_seq = minimum.as_of(source, used.rev, used.as_of_seq);
            let looked_at_ms = if is_new { used.looked_at_ms } else { now };
            *held = Some(Held { as_of_seq, looked_at_ms, ..used.clone() });
        }
        Ok((used.map(|used| used.value), !is_new))
    }

    fn is_degraded(&self) -> bool {
        matches!(self.kv, Answer::Failed) || matches!(self.registry, Answer::Failed)
    }
}

impl Machine for StandIn {
    type Isolate = Isolate;
    type Call = Call;

    fn isolate(settings: &Settings) -> Isolate {
        let on_outage = if settings.denies_on_outage { OnOutage::Deny } else { OnOutage::Serve };
        let Settings { max_staleness_ms, last_known_good_ms, .. } = *settings;
        Isolate {
            keys: TokenKeys::parse(settings.token_keys).unwrap(),
            prefix: Prefix::default(),
            limits: Limits { max_staleness_ms, last_known_good_ms, on_outage },
            latest_ms: 0,
            feed: None,
            policy: None,
            records: BTreeMap::new(),
            refreshing_since_ms: None,
            registry_failed_ms: None,
            kv_failed_ms: None,
        }
    }

    fn begin(isolate: &mut Isolate, head: &Head<'_>, now_ms: u64) -> Turn<Call> {
        isolate.see_clock(now_ms);
        let request = Request::parse(head.method, head.target, head.authorization).unwrap();
        let own = OwnCredentials { prefix: &isolate.prefix, is_owner_key: &|_| false };
        let request = request.authenticate(|authorization| check(&isolate.keys, own, authorization).map_err(Denial::from));
        match request {
            Err(denial) => judged(verdict(&denial), false, None),
            Ok(request) => {
                let record = request.credential().map(|_| Search::default());
                Call { request: Some(request), for_denial: false, feed_reads: 0, record, policy: Search::default(), waits: vec![], is_granted: false }
                    .go(isolate, now_ms)
            }
        }
    }

    fn resume(isolate: &mut Isolate, mut call: Call, given: Vec<Given>, now_ms: u64) -> Turn<Call> {
        isolate.see_clock(now_ms);
        let mut leaves = Vec::new();
        let mut more = Vec::new();
        for ((thing, asked_ms, seq), given) in std::mem::take(&mut call.waits).into_iter().zip(given) {
            call.take(isolate, thing, asked_ms.min(now_ms), seq, given, now_ms, &mut leaves, &mut more);
        }
        if call.is_granted {
            return turn(Step::Answered(200));
        }
        let mut next = if more.is_empty() { call.go(isolate, now_ms) } else { call.wait(isolate, more, now_ms) };
        next.leaves.extend(leaves);
        next
    }
}

fn turn<C>(step: Step<C>) -> Turn<C> {
    Turn { step, leaves: vec![], background: None }
}

fn judged(verdict: Verdict, degraded: bool, then: Option<Call>) -> Turn<Call> {
    turn(Step::Judged { verdict, degraded, then })
}

impl Isolate {
    fn see_clock(&mut self, now_ms: u64) {
        if self.latest_ms > now_ms + CLOCK_ALLOWANCE_MS {
            (self.feed, self.policy, self.refreshing_since_ms) = (None, None, None);
            (self.registry_failed_ms, self.kv_failed_ms) = (None, None);
            self.records.clear();
            self.latest_ms = now_ms;
        }
        self.latest_ms = self.latest_ms.max(now_ms);
    }

    fn registry_is_down(&self, now: u64) -> bool {
        self.registry_failed_ms.is_some_and(|at| now < at + FAILED_FOR_MS)
    }

    fn is_fresh(&self, now: u64) -> bool {
        self.feed.as_ref().is_some_and(|feed| feed.is_fresh(now, &self.limits))
    }

    fn seq(&self) -> u64 {
        self.feed.as_ref().map_or(0, |copy| copy.feed().seq)
    }

    fn see(&mut self, copy: FeedCopy, now: u64) {
        let continuity = match self.feed.as_mut() {
            Some(known) => known.see(copy, now),
            None if copy.age_ms(now).is_none() => return,
            None => {
                self.feed = Some(copy);
                Continuity::Gap
            }
        };
        if continuity == Continuity::Gap {
            self.records.clear();
        }
    }

    fn minimum(&self, of: impl FnOnce(&Feed) -> Minimum) -> Minimum {
        self.feed.as_ref().map_or(Minimum::UNKNOWN, |copy| of(copy.feed()))
    }
}

impl Call {
    fn id(&self) -> Option<IntegrationId> {
        Some(self.request.as_ref()?.credential()?.id().clone())
    }

    fn minimums(&self, isolate: &Isolate) -> (Minimum, Minimum) {
        let record = isolate.minimum(|feed| self.id().map_or(Minimum::UNKNOWN, |id| feed.of_integration(&id)));
        (record, isolate.minimum(Feed::of_policy))
    }

    /// Chooses, then waits for reads or judges.
    fn go(mut self, isolate: &mut Isolate, now: u64) -> Turn<Call> {
        let Some(id) = self.request.as_ref().map(|_| self.id()) else { return turn(Step::Over) };
        let (is_fresh, limits) = (isolate.is_fresh(now), isolate.limits);
        let reads_feed = !is_fresh && !isolate.registry_is_down(now) && self.feed_reads < 2;
        let expects = is_fresh || reads_feed;
        let (of_record, of_policy) = self.minimums(isolate);
        let mut wants = Vec::new();
        if reads_feed {
            self.feed_reads += 1;
            wants.push(Thing::SharedFeed);
        }
        if let (Some(search), Some(id)) = (self.record.as_mut(), &id) {
            let mut held = isolate.records.remove(id);
            if search.asks(&mut held, of_record, expects, self.for_denial, &limits, now)
                && let Choice::Ask(source) = search.choice
            {
                wants.push(Thing::Record(source));
            }
            if let Some(held) = held {
                isolate.records.insert(id.clone(), held);
            }
        }
        if self.policy.asks(&mut isolate.policy, of_policy, expects, self.for_denial, &limits, now)
            && let Choice::Ask(source) = self.policy.choice
        {
            wants.push(if source == Source::Kv { Thing::Policy(source) } else { Thing::SharedPolicy });
        }
        if wants.is_empty() { self.judge(isolate, now) } else { self.wait(isolate, wants, now) }
    }

    fn wait(mut self, isolate: &mut Isolate, things: Vec<Thing>, now: u64) -> Turn<Call> {
        let id = self.id();
        let mut wants = Vec::new();
        for thing in things {
            let key = || id.as_ref().map(Record::key).unwrap_or_default();
            wants.push(match thing {
                Thing::SharedFeed => Want::Shared("feed"),
                Thing::Feed => Want::Registry(Read::Feed),
                Thing::Record(Source::Kv) if isolate.kv_failed_ms.is_some_and(|at| now < at + FAILED_FOR_MS) && self.record.as_ref().is_some_and(|search| search.memory.is_some()) => Want::Pause(0),
                Thing::Record(Source::Kv) => Want::Kv(key()),
                Thing::Record(_) => Want::Registry(Read::Record(id.clone().unwrap())),
                Thing::Policy(Source::Kv) => Want::Kv(POLICY_KEY.to_owned()),
                Thing::Policy(_) => Want::Registry(Read::Policy),
                Thing::SharedPolicy => Want::Shared("policy"),
                Thing::Origin => Want::Origin,
            });
            self.waits.push((thing, now, isolate.seq()));
        }
        turn(Step::Wants(self, wants))
    }

    #[allow(clippy::too_many_arguments)]
    fn take(&mut self, isolate: &mut Isolate, thing: Thing, asked_ms: u64, seq: u64, given: Given, now: u64, leaves: &mut Vec<(&'static str, Rc<str>, u64)>, more: &mut Vec<Thing>) {
        let held = |value, rev| Held { value, rev, read_at_ms: asked_ms, looked_at_ms: asked_ms, as_of_seq: seq };
        match (thing, given) {
            (Thing::SharedFeed, Given::Shared(Some((text, asked)))) => {
                let copy = Feed::from_json(&text).ok().and_then(|feed| FeedCopy::shared(feed, asked, now));
                match copy.filter(|copy| !copy.is_due(now)) {
                    Some(copy) => {
                        isolate.see(copy, now);
                        isolate.refreshing_since_ms = None;
                    }
                    None => more.push(Thing::Feed),
                }
            }
            (Thing::SharedFeed, _) => more.push(Thing::Feed),
            (Thing::Feed, given) => {
                isolate.refreshing_since_ms = None;
                let feed = match given {
                    Given::Text(Some(text)) => Feed::from_json(&text).ok().map(|feed| (feed, text)),
                    _ => None,
                };
                isolate.registry_failed_ms = feed.is_none().then_some(now);
                if let Some((feed, text)) = feed {
                    leaves.push(("feed", text, asked_ms));
                    isolate.see(FeedCopy::asked(feed, asked_ms), now);
                }
            }
            (Thing::Record(source), given) => {
                let id = self.id().unwrap();
                let read = |text: Rc<str>| match source {
                    Source::Kv => Record::open(&id, isolate.keys.store(), &text).ok(),
                    _ => Record::from_json(&id, &Authentic::from_registry(text.to_string())).ok(),
                };
                let answer = match given {
                    Given::Text(None) => Answer::Has(None),
                    Given::Text(Some(text)) => read(text).map_or(Answer::Failed, |record| {
                        let rev = record.rev();
                        Answer::Has(Some(held(Rc::new(record), rev)).map(|held| Held { value: held.value, rev: held.rev, read_at_ms: asked_ms, looked_at_ms: asked_ms, as_of_seq: seq }))
                    }),
                    _ => {
                        if source == Source::Kv {
                            isolate.kv_failed_ms = Some(now);
                        }
                        Answer::Failed
                    }
                };
                let search = self.record.as_mut().unwrap();
                if source == Source::Kv { search.kv = answer } else { search.registry = answer }
            }
            (Thing::SharedPolicy, Given::Shared(Some((text, asked)))) => {
                let minimum = isolate.minimum(Feed::of_policy);
                let policy = StoredPolicy::open(isolate.keys.store(), text.to_string()).ok();
                let is_young = now.checked_sub(asked).is_some_and(|age| age < DUE_AFTER_MS);
                match policy.filter(|policy| is_young && minimum.is_met_by(Some(policy.rev()))) {
                    Some(policy) => {
                        let rev = policy.rev();
                        self.policy.registry = Answer::Has(Some(Held { value: Rc::new(policy), rev, read_at_ms: asked, looked_at_ms: asked, as_of_seq: 0 }));
                    }
                    None => more.push(Thing::Policy(Source::Registry)),
                }
            }
            (Thing::SharedPolicy, _) => more.push(Thing::Policy(Source::Registry)),
            (Thing::Policy(source), given) => {
                let keys = isolate.keys.store();
                let read = |text: Rc<str>| match source {
                    Source::Kv => StoredPolicy::open(keys, text.to_string()).ok(),
                    _ => StoredPolicy::parse(Authentic::from_registry(text.to_string())).ok(),
                };
                let answer = match given {
                    Given::Text(None) => Answer::Has(None),
                    Given::Text(Some(text)) => read(Rc::clone(&text)).map_or(Answer::Failed, |policy| {
                        if source != Source::Kv && let Ok(signed) = StoredPolicy::sign(keys, &text) {
                            leaves.push(("policy", signed.into_string().into(), asked_ms));
                        }
                        let rev = policy.rev();
                        Answer::Has(Some(Held { value: Rc::new(policy), rev, read_at_ms: asked_ms, looked_at_ms: asked_ms, as_of_seq: seq }))
                    }),
                    _ => Answer::Failed,
                };
                if source == Source::Kv { self.policy.kv = answer } else { self.policy.registry = answer }
            }
            (Thing::Origin, _) => self.is_granted = true,
        }
    }

    fn judge(mut self, isolate: &mut Isolate, now: u64) -> Turn<Call> {
        let is_fresh = isolate.is_fresh(now);
        let (of_record, of_policy) = self.minimums(isolate);
        let id = self.id();
        let degraded = !is_fresh || self.policy.is_degraded() || self.record.as_ref().is_some_and(Search::is_degraded);
        let background = self.refresh(isolate, now);
        let record = match (&self.record, &id) {
            (Some(search), Some(id)) => {
                let mut held = isolate.records.remove(id);
                let found = search.found(&mut held, of_record, now);
                if let Some(held) = held {
                    isolate.records.insert(id.clone(), held);
                }
                found
            }
            _ => Ok((None, false)),
        };
        let policy = self.policy.found(&mut isolate.policy, of_policy, now);
        let request = self.request.as_ref().unwrap();
        let at = Timestamp::from_seconds(now / 1000);
        let outcome = match (&record, &policy) {
            (Err(()), _) => Err(Denial::Store(String::new())),
            (Ok((record, _)), Ok((Some(policy), _))) => {
                let policy = policy.concerning(request.path()).unwrap();
                match decide(request, record.as_deref(), &policy, at) {
                    Decision::Allow(_) => Ok(()),
                    Decision::Deny(denial) => Err(denial),
                }
            }
            (Ok((record, _)), _) => match request.credential().map(|presented| authenticate(presented, record.as_deref(), at)) {
                Some(Err(denial)) => Err(denial),
                _ => Err(Denial::Store(String::new())),
            },
        };
        let mut next = match outcome {
            Ok(()) => {
                let mut wait = self.wait(isolate, vec![Thing::Origin], now);
                if let Step::Wants(call, _) = wait.step {
                    wait = judged(Verdict::Grant, degraded, Some(call));
                }
                wait
            }
            Err(denial) => {
                let from_memory = |found: bool| found;
                let is_doubtful = denial.may_be_outdated()
                    && (record.is_ok_and(|(_, memory)| from_memory(memory)) || (!denial.is_of_record() && policy.is_ok_and(|(_, memory)| memory)));
                if is_doubtful && !self.for_denial {
                    self.for_denial = true;
                    self.feed_reads = 0;
                    self.record = self.record.map(|_| Search::default());
                    self.policy = Search::default();
                    self.go(isolate, now)
                } else {
                    judged(verdict(&denial), degraded, None)
                }
            }
        };
        next.background = next.background.or(background);
        next
    }

    fn refresh(&self, isolate: &mut Isolate, now: u64) -> Option<(Call, Vec<Want>)> {
        let is_due = isolate.feed.as_ref().is_none_or(|feed| feed.is_due(now));
        let is_busy = isolate.refreshing_since_ms.is_some_and(|since| now < since + 4_000);
        let just_failed = isolate.registry_failed_ms.is_some_and(|at| now < at + 1_000);
        (is_due && !is_busy && !just_failed).then(|| {
            isolate.refreshing_since_ms = Some(now);
            let waits = vec![(Thing::SharedFeed, now, isolate.seq())];
            let call = Call { request: None, for_denial: false, feed_reads: 0, record: None, policy: Search::default(), waits, is_granted: false };
            (call, vec![Want::Shared("feed")])
        })
    }
}

fn verdict(denial: &Denial) -> Verdict {
    match denial {
        Denial::Store(_) | Denial::Misconfigured(_) => Verdict::Unavailable,
        Denial::UnknownOperation => Verdict::NotFound,
        Denial::MissingScopes { .. } | Denial::Owner(_) => Verdict::Forbidden,
        _ => Verdict::Unauthorized,
    }
}
