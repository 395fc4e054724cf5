//! A registry with a clock that the tests set, and a KV namespace that can refuse.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use registry::{
    Answered, Credential, Head, Outcome, Random, Read, Registry, Response, Settings, Share, Step, Storage, TextBody,
    find_session,
};
use serde_json::{Value, json};
use tidegate::access::{Email, Proof};
use tidegate::admin::{AdminError, OwnerKey};
use tidegate::time::Timestamp;
use tidegate::token::{Prefix, TokenKeys};
use tidegate::usage::{UsageFacts, UsageQuestion};
use tidegate::webhooks::AddressRules;

/// 2026-11-28T00:00:00Z.
pub const START: u64 = 1_795_824_000;
pub const DAY: u64 = 24 * 60 * 60;

const DOCUMENT: &str = include_str!("../../../examples/demo-api/openapi.json");
const SETTINGS: &str = include_str!("../../../examples/demo-api/settings.json");

pub struct World {
    pub storage: Rc<dyn Storage>,
    pub registry: Registry,
    pub settings: Settings,
    /// Seconds since the Unix epoch.
    pub now: Cell<u64>,
    pub credential: RefCell<Credential>,
    random: Counter,
}

/// An answer with JSON, or none.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub rev: Option<u64>,
    pub cookie: Option<String>,
}

/// Conditions and keys that come with a request.
#[derive(Clone, Copy, Default)]
pub struct With<'a> {
    pub rev: Option<u64>,
    pub known_rev: Option<u64>,
    pub key: Option<&'a str>,
}

/// What KV holds: the value, and after how many seconds it goes.
#[derive(Default)]
pub struct Kv {
    pub values: BTreeMap<String, (String, Option<u64>)>,
    /// Keys of which every put fails.
    pub refused: BTreeSet<String>,
    /// Keys of which no put is answered.
    pub silent: BTreeSet<String>,
    /// All puts, in order.
    pub puts: Vec<String>,
}

/// Never the same bytes twice.
struct Counter(Cell<u64>);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), String> {
        self.0.set(self.0.get() + 1);
        for (byte, counted) in bytes.iter_mut().zip(self.0.get().to_be_bytes().into_iter().cycle()) {
            *byte = counted;
        }
        Ok(())
    }
}

pub fn settings() -> Settings {
    Settings {
        keys: Ok(TokenKeys::parse("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE").unwrap()),
        prefix: Ok(Prefix::default()),
        owner_key: Ok(OwnerKey::parse(&format!("owner_{}", "A".repeat(43))).unwrap()),
        api_url: Ok(None),
        audit_days: Ok(400),
        docs_url: Ok(None),
        presets: Ok(vec![]),
        addresses: Ok(AddressRules::new(&["https://api.example.com"], None, true)),
    }
}

pub const fn based_on(rev: u64) -> With<'static> {
    With { rev: Some(rev), known_rev: None, key: None }
}

impl World {
    /// A registry over an empty database.
    pub fn new(storage: Rc<dyn Storage>) -> Self {
        Self::set(storage, settings())
    }

    /// A registry over an empty database that is set like this.
    pub fn set(storage: Rc<dyn Storage>, settings: Settings) -> Self {
        let registry =
            Registry::open(Box::new(Rc::clone(&storage)), &settings, Timestamp::from_seconds(START)).unwrap();
        let random = Counter(Cell::new(0));
        Self {
            storage,
            registry,
            settings,
            now: Cell::new(START),
            credential: RefCell::new(Credential::OwnerKey),
            random,
        }
    }

    /// One with the demo API's policy and two sub-accounts.
    pub fn with_demo(storage: Rc<dyn Storage>) -> Self {
        Self::new(storage).demo()
    }

    /// Publishes the demo API's policy, and adds two sub-accounts.
    pub fn demo(self) -> Self {
        let world = self;
        world.ok("PUT", "/policy", demo_policy(), With::default());
        for (id, name) in [("acme", "Acme Dental"), ("globex", "Globex Fitness")] {
            world.ok("POST", "/sub-accounts", json!({ "id": id, "name": name }), With::default());
        }
        world
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.now.get())
    }

    pub fn later(&self, seconds: u64) {
        self.now.set(self.now.get() + seconds);
    }

    /// A new start of the object: all that is only in memory is gone.
    pub fn restarted(self) -> Self {
        let registry = Registry::open(Box::new(Rc::clone(&self.storage)), &self.settings, self.now()).unwrap();
        Self { registry, ..self }
    }

    pub fn ask(&self, method: &str, target: &str, body: Value, with: With<'_>) -> Result<Answer, AdminError> {
        self.ask_where(method, target, body, with, |_| None)
    }

    /// The same, where usage stores answer.
    pub fn ask_where(
        &self,
        method: &str,
        target: &str,
        body: Value,
        with: With<'_>,
        answer: impl Fn(&UsageQuestion) -> Option<UsageFacts>,
    ) -> Result<Answer, AdminError> {
        let mut outcome = self.begin(method, target, body, with)?;
        if let Some(facts) = outcome.question().and_then(answer) {
            outcome.learn(facts);
        }
        self.complete(outcome)
    }

    /// The transaction of a command, without its answer.
    pub fn begin(&self, method: &str, target: &str, body: Value, with: With<'_>) -> Result<Outcome, AdminError> {
        let head = Head {
            method: method.to_owned(),
            target: target.to_owned(),
            actor: self.credential.borrow().to_header(),
            request: None,
            port: Some(8787),
            if_match: with.rev.map(|rev| format!("\"{rev}\"")),
            if_none_match: with.known_rev.map(|rev| format!("\"{rev}\"")),
            idempotency_key: with.key.map(str::to_owned),
        };
        let accepted = self.registry.accept(head, self.now())?;
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.registry.carry_out(accepted, &body, &self.settings, &self.random, self.now())
    }

    /// The answer to a command whose transaction is over.
    pub fn complete(&self, outcome: Outcome) -> Result<Answer, AdminError> {
        self.registry.complete(outcome, self.now()).map(Answer::from)
    }

    /// Asks for what must be done.
    pub fn ok(&self, method: &str, target: &str, body: Value, with: With<'_>) -> Answer {
        self.ask(method, target, body, with).unwrap_or_else(|error| panic!("{method} {target}: {error:?}"))
    }

    pub fn get(&self, target: &str) -> Value {
        self.ok("GET", target, Value::Null, With::default()).body
    }

    /// Creates an integration of `acme`; gives its id.
    pub fn create(&self, name: &str, scopes: &[&str]) -> String {
        let body = json!({ "name": name, "owner": { "level": "sub_account", "id": "acme" }, "scopes": scopes });
        let made = self.ok("POST", "/integrations", body, With::default());
        made.body["integration"]["id"].as_str().unwrap().to_owned()
    }

    /// Asks as somebody else.
    pub fn as_credential<T>(&self, credential: &Credential, work: impl FnOnce() -> T) -> T {
        let before = self.credential.replace(credential.clone());
        let value = work();
        *self.credential.borrow_mut() = before;
        value
    }

    /// Adds a person with the owner key; gives their id.
    pub fn add_person(&self, body: Value) -> String {
        let added = self.as_credential(&Credential::OwnerKey, || self.ok("POST", "/people", body, With::default()));
        added.body["id"].as_str().unwrap().to_owned()
    }

    /// Signs a person in, as their identity provider proves them; gives their session.
    pub fn sign_in(&self, email: &str) -> Result<Credential, AdminError> {
        let proof = proof(email, &format!("login-{}", self.random.0.get()));
        let answer = self
            .as_credential(&Credential::Proof(proof), || self.ask("POST", "/session", Value::Null, With::default()))?;
        let cookie = answer.cookie.unwrap();
        let pair = cookie.split(';').next().unwrap();
        let keys = self.settings.keys.as_ref().unwrap();
        Ok(find_session(pair, keys, self.settings.owner_key.as_ref().ok()).unwrap())
    }

    /// What the gate is answered.
    pub fn read(&self, read: &Read) -> Result<Value, AdminError> {
        self.registry.read(read, self.now.get() * 1000).map(|response| Answer::from(response).body)
    }

    /// What the alarm does with what is due, until nothing is, while no usage store answers. Gives how many entries there were.
    pub fn ring(&self) -> u64 {
        self.ring_with(|_| None)
    }

    /// The same, where usage stores answer.
    pub fn ring_with(&self, answer: impl Fn(&UsageQuestion) -> Option<UsageFacts>) -> u64 {
        assert!(self.registry.alarm(self.now()).unwrap().is_empty());
        assert_eq!(self.reseal(), Vec::<String>::new());
        let mut entries = 0;
        loop {
            let fired = self.registry.fire(50, self.now()).unwrap();
            assert!(fired.faults.is_empty(), "{:?}", fired.faults);
            if fired.entries == 0 {
                return entries;
            }
            entries += fired.entries;
            for asked in fired.asked {
                if let Some(facts) = answer(&asked.question) {
                    assert_eq!(self.registry.learn(&asked, &facts, self.now()), None);
                }
            }
        }
    }

    /// What the alarm does with the secrets of endpoints. Gives what it had for the log.
    pub fn reseal(&self) -> Vec<String> {
        self.registry.reseal(&self.settings, &self.random, self.now()).unwrap()
    }

    /// The kinds of an integration's events, the first one first, without its creation.
    pub fn told(&self, id: &str) -> Vec<String> {
        let sql = format!(
            "SELECT kind FROM events WHERE integration = '{id}' AND kind <> 'integration.created' ORDER BY seq"
        );
        self.rows(&sql).iter().map(|row| row["kind"].as_str().unwrap().to_owned()).collect()
    }

    /// The rows of a query.
    pub fn rows(&self, sql: &str) -> Vec<Value> {
        serde_json::from_str(&self.storage.rows(sql, &[]).unwrap()).unwrap()
    }

    /// The only value of the only row of a query, whose column is called `it`.
    pub fn value(&self, sql: &str) -> Value {
        let rows = self.rows(sql);
        assert_eq!(rows.len(), 1, "{sql}");
        rows[0]["it"].clone()
    }

    /// One drain; gives what it had for the log.
    pub fn drain(&self, kv: &mut Kv) -> Vec<String> {
        let mut faults = Vec::new();
        let now_ms = self.now.get() * 1000;
        let mut drain =
            self.registry.drain(&self.settings, Share::OF_AN_ALARM, now_ms).unwrap().expect("no drain runs");
        while let Some(step) = drain.next(now_ms).unwrap() {
            match step {
                Step::Pause(_) => {}
                Step::Fault(fault) => faults.push(fault),
                Step::Put(put) => {
                    let answer = kv.put(put.key(), put.value.as_str(), put.ttl_seconds());
                    faults.extend(drain.answered(*put, answer, now_ms).unwrap());
                }
            }
        }
        drain.end(Ok(())).unwrap();
        faults
    }
}

impl Kv {
    fn put(&mut self, key: &str, value: &str, ttl_seconds: Option<u64>) -> Answered {
        self.puts.push(key.to_owned());
        if self.silent.contains(key) {
            return Answered::Nothing;
        }
        if self.refused.contains(key) {
            return Answered::Failed(format!("{key} is refused"));
        }
        self.values.insert(key.to_owned(), (value.to_owned(), ttl_seconds));
        Answered::Taken
    }

    /// The revision of what is there.
    pub fn rev(&self, key: &str) -> Option<u64> {
        let value: Value = serde_json::from_str(&self.values.get(key)?.0).unwrap();
        value["rev"].as_u64()
    }
}

/// What the tests' identity provider proves of whoever has this address: the subject is the address too.
pub fn proof(email: &str, login: &str) -> Proof {
    Proof {
        issuer: "https://id.example".to_owned(),
        subject: email.to_owned(),
        email: Email::parse(email).ok(),
        login: login.to_owned(),
    }
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        match response {
            Response::NoContent { cookie, rev } => Self { status: 204, body: Value::Null, rev, cookie },
            Response::Relay(relay) => Self {
                status: 0,
                body: json!({ "courier": relay.courier, "path": relay.path, "body": relay.body }),
                rev: None,
                cookie: None,
            },
            Response::NotModified { rev } => Self { status: 304, body: Value::Null, rev: Some(rev), cookie: None },
            Response::Text(TextBody { body, next, .. }) => {
                Self { status: 200, body: json!({ "text": body, "next": next }), rev: None, cookie: None }
            }
            Response::Json { status, body, rev } => {
                Self { status, body: serde_json::from_str(&body).unwrap(), rev, cookie: None }
            }
        }
    }
}

pub fn demo_policy() -> Value {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut settings: Value = serde_json::from_str(SETTINGS).unwrap();
    // It names an operation, which is not in every policy that these tests publish.
    settings.as_object_mut().unwrap().remove("encoded");
    json!({ "documents": [document], "settings": settings })
}
