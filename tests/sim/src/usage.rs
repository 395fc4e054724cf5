//! Use in simulated time: real gates that count, real stores over SQLite, and between them a network that loses flushes, doubles them
//! and brings them late; isolates that end; stores that are away. What the stores tell is held against the truth.

use std::collections::BTreeMap;
use std::rc::Rc;

use native_storage::Sqlite;
use registry::{Taken, UsageStore};
use tidegate::gate::{Handle, Read, Reading};
use tidegate::json::{FromJson, Value};
use tidegate::openapi::{Document, Settings, compile};
use tidegate::policy::{POLICY_KEY, StoredPolicy};
use tidegate::record::{Level, Live, Owner, OwnerId, Record};
use tidegate::rotation::{LiveToken, Rotation};
use tidegate::scope::{Scope, ScopeSet};
use tidegate::time::Timestamp;
use tidegate::token::{IntegrationId, Prefix, TokenKeys, mint};
use tidegate::usage::{Flush, Grouping, IntegrationUsage, Store, UsageQuery, UsageRange};

use super::api;
use super::isolate::{Isolate, Next, Sent, TOKEN_KEYS, Turn};
use super::plan::{KvWeather, Weather};
use super::random::Random;
use super::world::EPOCH_MS;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const ISOLATES: usize = 3;
const INTEGRATIONS: u8 = 5;
/// What is asked for with each token.
const PATHS: [&str; 3] = ["/contacts?locationId=account0", "/contacts?locationId=account1", "/locations/account0"];
/// The number of each integration's outgoing token.
const OUTGOING: u32 = 1;
/// How long before its end an isolate can have counted what nobody hears of: the age of a buffer, and two tries to send it.
const UNSEEN_MS: u64 = 60 * SECOND;

/// How soon a use is sent, in milliseconds: a store that is reached has it, and everybody who asks sees it.
const SENT_WITHIN_MS: u64 = 30 * SECOND;
/// The same for the first use of an outgoing token in a minute.
const OUTGOING_SENT_WITHIN_MS: u64 = 5 * SECOND;

/// What a run came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Requests with a genuine token.
    pub requests: u64,
    /// Those that the stores have.
    pub shown: u64,
    /// Flushes that arrived, and those that arrived once more.
    pub flushes: (u64, u64),
    /// Isolates that ended.
    pub ended: u64,
    /// The longest time that an isolate kept a use before it sent it, in milliseconds.
    pub longest_ms: u64,
}

/// Requests by isolate (each that ever was), integration and minute.
type Counts = BTreeMap<(u64, u8, u64), u64>;

/// Uses of a token, in an isolate, that are not sent yet.
#[derive(Default)]
struct Unsent {
    first_ms: Option<u64>,
    /// Of the outgoing token: the first one that began a minute.
    outgoing_ms: Option<u64>,
    minute: Option<u64>,
}

enum Event {
    Ask,
    /// What an isolate waits for is there.
    Resume(usize, u64, Handle, Vec<Reading>),
    /// A flush reaches its store, whoever waits for its answer.
    Arrive(Store, String),
    Ends(usize),
    StoreAway(u64),
    Alarm(Store),
}

struct World {
    random: Random,
    now_ms: u64,
    queue: BTreeMap<(u64, u64), Event>,
    events: u64,
    isolates: Vec<(Isolate, u64)>,
    next_epoch: u64,
    stores: BTreeMap<Store, UsageStore>,
    away_until_ms: u64,
    fixture: Fixture,
    counted: Counts,
    applied: Counts,
    /// By isolate, integration and token.
    unsent: BTreeMap<(u64, u8, u32), Unsent>,
    /// The highest number of a flush, by isolate and store.
    highest: BTreeMap<(u64, Store), u64>,
    /// The names of isolates, and when those ended that did.
    names: BTreeMap<String, u64>,
    ends: BTreeMap<u64, u64>,
    outcome: Outcome,
}

/// Records and the policy, as KV has them, and tokens.
struct Fixture {
    values: BTreeMap<String, String>,
    sent: Vec<(u8, Sent)>,
    policy_rev: u64,
}

/// A week of it.
///
/// # Panics
/// Where the stores tell more than the truth, or less without a word.
pub fn week(seed: u64, requests_a_day: u64) -> Outcome {
    let mut world = World::new(seed);
    world.plan(requests_a_day);
    world.until(EPOCH_MS + 7 * DAY + HOUR);
    // The isolates that are left have the stores hear of what they lost.
    for isolate in 0..ISOLATES {
        world.ask_each(isolate);
    }
    world.until(EPOCH_MS + 7 * DAY + 8 * HOUR);
    world.look_back();
    world.outcome
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            random: Random::of(seed, &[22]),
            now_ms: EPOCH_MS,
            queue: BTreeMap::new(),
            events: 0,
            isolates: Vec::new(),
            next_epoch: 0,
            stores: BTreeMap::new(),
            away_until_ms: 0,
            fixture: Fixture::new(),
            counted: Counts::new(),
            applied: Counts::new(),
            unsent: BTreeMap::new(),
            highest: BTreeMap::new(),
            names: BTreeMap::new(),
            ends: BTreeMap::new(),
            outcome: Outcome::default(),
        };
        for _ in 0..ISOLATES {
            let isolate = world.isolate();
            world.isolates.push(isolate);
        }
        for number in 0..INTEGRATIONS {
            let store = Store::of(&id(number));
            world.stores.entry(store).or_insert_with(|| {
                UsageStore::open(Box::new(Rc::new(Sqlite::in_memory().unwrap())), seconds(EPOCH_MS)).unwrap()
            });
        }
        for store in world.stores.keys().copied().collect::<Vec<_>>() {
            world.later(HOUR, Event::Alarm(store));
        }
        world
    }

    fn isolate(&mut self) -> (Isolate, u64) {
        self.next_epoch += 1;
        (Isolate::that_counts(&calm()), self.next_epoch)
    }

    /// Requests come in bursts; isolates end and stores are away now and then.
    fn plan(&mut self, requests_a_day: u64) {
        for _ in 0..7 * requests_a_day / 10 {
            let burst = self.random.below(7 * DAY);
            for _ in 0..10 {
                let at = burst + self.random.below(2 * MINUTE);
                self.later(at, Event::Ask);
            }
        }
        for _ in 0..40 {
            let (at, isolate) = (self.random.below(7 * DAY), self.random.below(ISOLATES as u64));
            self.later(at, Event::Ends(usize::try_from(isolate).unwrap()));
        }
        for _ in 0..10 {
            let (at, length) = (self.random.below(7 * DAY), self.random.below(HOUR));
            self.later(at, Event::StoreAway(length));
        }
    }

    fn later(&mut self, in_ms: u64, event: Event) {
        self.events += 1;
        self.queue.insert((self.now_ms + in_ms, self.events), event);
    }

    fn until(&mut self, end_ms: u64) {
        while let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= end_ms) {
            let ((at_ms, _), event) = entry.remove_entry();
            self.now_ms = at_ms;
            self.happen(event);
        }
        self.now_ms = end_ms;
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Ask => {
                let isolate = usize::try_from(self.random.below(ISOLATES as u64)).unwrap();
                let which = usize::try_from(self.random.below(self.fixture.sent.len() as u64)).unwrap();
                self.ask(isolate, which);
            }
            Event::Resume(number, epoch, handle, readings) => {
                let (isolate, current) = &mut self.isolates[number];
                if *current != epoch {
                    return;
                }
                if let Some(turn) = isolate.resume(handle, readings, None, self.now_ms) {
                    self.follow(number, turn);
                }
            }
            Event::Arrive(store, text) => {
                self.arrive(store, &text);
            }
            Event::Ends(number) => {
                let (_, epoch) = self.isolates[number];
                self.ends.insert(epoch, self.now_ms);
                self.outcome.ended += 1;
                self.isolates[number] = self.isolate();
            }
            Event::StoreAway(length) => self.away_until_ms = self.away_until_ms.max(self.now_ms + length),
            Event::Alarm(store) => {
                let now = seconds(self.now_ms);
                self.stores[&store].alarm(now, now).unwrap();
                let due = self.stores[&store].due_in(now).unwrap().as_secs().max(60);
                self.later(due * SECOND, Event::Alarm(store));
            }
        }
    }

    /// A request, to its verdict; and what it has sent in the background.
    fn ask(&mut self, number: usize, which: usize) {
        let (integration, sent) = self.fixture.sent[which].clone();
        let epoch = self.isolates[number].1;
        let mut turn = self.isolates[number].0.begin(&sent, self.now_ms);
        while let Next::Read(handle, reads) = turn.next {
            let readings = reads.iter().map(|read| self.reading(read, &sent)).collect();
            for background in turn.background {
                self.background(number, background);
            }
            turn = self.isolates[number].0.resume(handle, readings, Some(&sent), self.now_ms).unwrap();
        }
        assert!(is_verdict(&turn.next), "a genuine token is granted, or refused for what it asks");
        *self.counted.entry((epoch, integration, self.now_ms / MINUTE)).or_default() += 1;
        self.outcome.requests += 1;
        self.note_use(epoch, integration, Fixture::token(which));
        self.follow(number, turn);
    }

    /// What the driver reads for a request.
    fn reading(&self, read: &Read, sent: &Sent) -> Reading {
        match (read, &sent.authorization) {
            (Read::Authorization, Some(text)) => Reading::Bytes(text.as_bytes().to_vec()),
            _ => self.fixture.reading(read, self.now_ms),
        }
    }

    /// A use waits to be sent.
    fn note_use(&mut self, epoch: u64, integration: u8, n: u32) {
        let (now_ms, minute) = (self.now_ms, self.now_ms / MINUTE);
        let unsent = self.unsent.entry((epoch, integration, n)).or_default();
        unsent.first_ms.get_or_insert(now_ms);
        if n == OUTGOING && unsent.minute != Some(minute) {
            unsent.outgoing_ms.get_or_insert(now_ms);
        }
        unsent.minute = Some(minute);
    }

    /// Each use is sent in time; whether it arrives is another matter.
    fn check_in_time(&mut self, store: Store, body: &str) {
        let flush = Flush::from_json(Value::parse(body).unwrap()).unwrap();
        let epoch = self.names[&flush.isolate];
        let highest = self.highest.entry((epoch, store)).or_default();
        if flush.seq <= *highest {
            return; // the second try
        }
        *highest = flush.seq;
        for token in &flush.tokens {
            let integration = (0..INTEGRATIONS).find(|number| id(*number) == token.integration).unwrap();
            let Some(unsent) = self.unsent.get_mut(&(epoch, integration, token.n)) else { continue };
            for (since_ms, limit_ms) in
                [(unsent.first_ms.take(), SENT_WITHIN_MS), (unsent.outgoing_ms.take(), OUTGOING_SENT_WITHIN_MS)]
            {
                let waited_ms = since_ms.map_or(0, |since_ms| self.now_ms - since_ms);
                assert!(
                    waited_ms <= limit_ms,
                    "a use of token {} of {integration} is sent after {waited_ms} ms",
                    token.n
                );
                self.outcome.longest_ms = self.outcome.longest_ms.max(waited_ms);
            }
        }
    }

    fn ask_each(&mut self, number: usize) {
        for which in 0..self.fixture.sent.len() {
            self.ask(number, which);
        }
    }

    fn follow(&mut self, number: usize, turn: Turn) {
        let next = if let Next::Read(handle, reads) = turn.next { Some((handle, reads)) } else { None };
        for background in turn.background.into_iter().chain(next) {
            self.background(number, background);
        }
    }

    /// Carries out reads that no request waits for.
    fn background(&mut self, number: usize, (handle, reads): (Handle, Vec<Read>)) {
        let epoch = self.isolates[number].1;
        let mut ready_ms = 0;
        let mut readings = Vec::new();
        for read in &reads {
            let (after_ms, reading) = match read {
                Read::Pause { pause_ms } => (*pause_ms, Reading::Nothing),
                Read::Random { length } => {
                    let name = epoch.to_be_bytes().into_iter().cycle().take(*length).collect::<Vec<_>>();
                    self.names.insert(name.iter().map(|byte| format!("{byte:02x}")).collect(), epoch);
                    (0, Reading::Bytes(name))
                }
                Read::Usage { store, body, timeout_ms, .. } => self.send(store, body, *timeout_ms),
                read => (5, self.fixture.reading(read, self.now_ms)),
            };
            ready_ms = ready_ms.max(after_ms);
            readings.push(reading);
        }
        self.later(ready_ms, Event::Resume(number, epoch, handle, readings));
    }

    /// A flush on its way: mostly it arrives. Its answer is decided now, as nobody changes it meanwhile.
    fn send(&mut self, store: &str, body: &str, timeout_ms: u64) -> (u64, Reading) {
        let store = Store::named(store).unwrap();
        self.check_in_time(store, body);
        let (text, late_ms) = (body.to_owned(), self.random.between(timeout_ms, 2 * HOUR));
        if self.now_ms < self.away_until_ms {
            return (10, Reading::Failed("away".to_owned()));
        }
        match self.random.below(100) {
            0..=5 => (timeout_ms, Reading::TooSlow), // lost
            6..=8 => {
                self.later(late_ms, Event::Arrive(store, text));
                (timeout_ms, Reading::TooSlow)
            }
            9..=11 => {
                self.arrive(store, body); // it arrives, and its answer does not
                (timeout_ms, Reading::TooSlow)
            }
            other => {
                if other < 15 {
                    self.later(late_ms, Event::Arrive(store, text));
                }
                (20, Reading::Response { status: self.arrive(store, body), body: Vec::new() })
            }
        }
    }

    fn arrive(&mut self, store: Store, text: &str) -> u16 {
        let taken = self.stores[&store].flush(text, seconds(self.now_ms)).unwrap();
        let flush = Flush::from_json(Value::parse(text).unwrap()).unwrap();
        match taken {
            Taken::Counted => {
                self.outcome.flushes.0 += 1;
                let epoch = self.names[&flush.isolate];
                for token in &flush.tokens {
                    let integration = (0..INTEGRATIONS).find(|number| id(*number) == token.integration).unwrap();
                    for cell in &token.cells {
                        let requests: u64 = cell.outcomes.iter().map(|count| count.requests).sum();
                        *self.applied.entry((epoch, integration, cell.minute)).or_default() += requests;
                    }
                }
                200
            }
            Taken::Repeated => {
                self.outcome.flushes.1 += 1;
                200
            }
            Taken::TooLate => 410,
            Taken::Malformed => panic!("a gate sent garbage"),
        }
    }

    /// Holds what the stores tell against the truth.
    fn look_back(&mut self) {
        for (key, applied) in &self.applied {
            assert!(applied <= self.counted.get(key).unwrap_or(&0), "more than the truth: {key:?}");
        }
        for number in 0..INTEGRATIONS {
            let usage = self.usage(number);
            self.outcome.shown += self.check_shown(number, &usage);
            for ((epoch, _, minute), counted) in
                self.counted.iter().filter(|((_, integration, _), _)| *integration == number)
            {
                let shown = self.applied.get(&(*epoch, number, *minute)).copied().unwrap_or_default();
                let (start, end) = (*minute * MINUTE, (*minute + 1) * MINUTE);
                let is_told = usage
                    .completeness
                    .gaps
                    .iter()
                    .any(|gap| gap.from.0.seconds() * SECOND <= end && gap.to.0.seconds() * SECOND >= start);
                // Who counts nothing any more sends nothing: what it lost last is not heard of when it ends.
                let later = self.counted.keys().filter(|(of, _, at)| of == epoch && *at > *minute + 2).count();
                let is_unseen = |end_ms: &u64| start + MINUTE + UNSEEN_MS >= *end_ms || later < 20;
                let has_ended = self.ends.get(epoch).is_some_and(is_unseen);
                assert!(
                    shown == *counted || is_told || has_ended,
                    "integration {number}, isolate {epoch}, minute {minute}: {shown} of {counted} without a word"
                );
            }
        }
        assert!(self.outcome.shown <= self.outcome.requests);
    }

    fn usage(&self, number: u8) -> IntegrationUsage {
        let (from, now) = (seconds(EPOCH_MS), seconds(self.now_ms));
        let range = UsageRange::new(Some(from), None, Grouping::Hour, now).unwrap();
        let query = UsageQuery { integrations: Some(vec![id(number)]), range };
        let store = &self.stores[&Store::of(&id(number))];
        let text = store.of_integration(&serde_json::to_string(&query).unwrap(), now).unwrap();
        IntegrationUsage::from_json(Value::parse(&text).unwrap()).unwrap()
    }

    /// Each hour has what reached the store, no more and no less.
    fn check_shown(&self, number: u8, usage: &IntegrationUsage) -> u64 {
        let mut expected: BTreeMap<u64, u64> = BTreeMap::new();
        for ((_, _, minute), applied) in self.applied.iter().filter(|((_, integration, _), _)| *integration == number) {
            *expected.entry(minute * 60 / 3_600 * 3_600).or_default() += applied;
        }
        let told: BTreeMap<u64, u64> =
            usage.groups.iter().map(|group| (group.at.unwrap().0.seconds(), group.requests)).collect();
        assert_eq!(told, expected, "integration {number}");
        told.values().sum()
    }
}

impl Fixture {
    fn new() -> Self {
        let keys = TokenKeys::parse(TOKEN_KEYS).unwrap();
        let published = api::policy(15);
        let document = Document::parse(&published["documents"][0].to_string()).unwrap();
        let settings = Settings::from_json(Value::parse(&published["settings"].to_string()).unwrap()).unwrap();
        let policy = compile(&[document], &settings).policy.unwrap().with_rev(1);
        let mut values = BTreeMap::new();
        let signed = StoredPolicy::sign(keys.store(), &policy.to_json()).unwrap().into_string();
        values.insert(POLICY_KEY.to_owned(), signed);
        let mut sent = Vec::new();
        for number in 0..INTEGRATIONS {
            let [old, new] = [1, 2].map(|n| mint(&keys, &Prefix::default(), id(number), [n; 24]));
            let live = |n, hash| LiveToken { n, hash };
            let tokens = Rotation::Rotating {
                outgoing: live(1, old.hash),
                until: Timestamp::from_seconds(EPOCH_MS / SECOND + 30 * 24 * 3_600),
                incoming: live(2, new.hash),
            };
            let owner = Owner { level: Level::SubAccount, id: OwnerId::parse("account0").unwrap() };
            let scopes: ScopeSet = [Scope::parse(api::SCOPES[0]).unwrap()].into_iter().collect();
            let (name, expires_at, paused) = (format!("integration {number}"), None, false);
            let record: Record =
                Live { id: id(number), rev: 1, owner, name, scopes, tokens, expires_at, paused }.into();
            let key = Record::key(&id(number));
            values.insert(key.clone(), keys.store().sign(&key, &record.to_json()).unwrap().into_string());
            for plaintext in [old.plaintext, new.plaintext] {
                let authorization: Rc<str> = format!("Bearer {}", plaintext.reveal()).into();
                for path in PATHS {
                    let url = format!("https://gate.example{path}").into();
                    sent.push((number, Sent { method: "GET", url, authorization: Some(Rc::clone(&authorization)) }));
                }
            }
        }
        Self { values, sent, policy_rev: 1 }
    }

    /// Which token a request comes with: those of an integration are in `sent` one after the other.
    fn token(which: usize) -> u32 {
        if which % (2 * PATHS.len()) < PATHS.len() { OUTGOING } else { OUTGOING + 1 }
    }

    fn reading(&self, read: &Read, now_ms: u64) -> Reading {
        match read {
            Read::Kv { key, .. } => {
                self.values.get(key).map_or(Reading::Nothing, |text| Reading::Bytes(text.clone().into()))
            }
            Read::Registry { .. } => {
                let feed = tidegate::feed::Feed {
                    seq: 1,
                    floor: 1,
                    made_at_ms: now_ms,
                    complete: true,
                    policy: Some(self.policy_rev),
                    revs: Default::default(),
                };
                Reading::Response { status: 200, body: feed.to_json().into() }
            }
            _ => Reading::Nothing,
        }
    }
}

/// Whether it is the answer to a genuine token, so that the request is counted.
fn is_verdict(next: &Next) -> bool {
    match next {
        Next::Forward(_) => true,
        Next::Answer(answer) => answer.status == 403,
        Next::Read(..) | Next::Nothing => false,
    }
}

fn id(number: u8) -> IntegrationId {
    IntegrationId::from_entropy([number + 1; 10])
}

fn seconds(at_ms: u64) -> Timestamp {
    Timestamp::from_seconds(at_ms / SECOND)
}

/// Nothing fails but what this file has fail.
fn calm() -> Weather {
    Weather {
        locations: 1,
        gates_each: 1,
        max_staleness_ms: 10_000,
        denies_on_outage: false,
        last_known_good_ms: 300_000,
        kv: KvWeather::CLEAR,
        registry_fails: 0,
        database_fails: 0,
        registry_latency_ms: 1,
        cache_misses: 0,
        cache_overdue_ms: 0,
        origin_fails: 0,
        clocks_drift: false,
    }
}
