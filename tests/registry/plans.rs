//! How SQLite carries out the queries of `GET /events`, and the statements that run at each event, at each put and at each request
//! that mints a token: by an index, and without sorting. And how long a page takes over 1,000,000 events: `cargo test --release -p registry-tests --test plans -- --ignored --nocapture`

#![expect(clippy::disallowed_types, reason = "an ignored test measures")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, reason = "tests")]

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use native_storage::Sqlite;
use registry::{Completion, Courier, Parameter, Storage, StorageError};
use registry_tests::world::{Kv, With, World};
use serde_json::{Value, json};
use tidegate::time::Timestamp;

/// A database that notes what it is asked.
struct Noting {
    inner: Sqlite,
    asked: RefCell<Vec<(String, Vec<Parameter>)>>,
}

impl Storage for Noting {
    fn rows(&self, sql: &str, parameters: &[Parameter]) -> Result<String, StorageError> {
        self.asked.borrow_mut().push((sql.to_owned(), parameters.to_vec()));
        self.inner.rows(sql, parameters)
    }

    fn run(&self, sql: &str, parameters: &[Parameter]) -> Result<(), StorageError> {
        self.asked.borrow_mut().push((sql.to_owned(), parameters.to_vec()));
        self.inner.run(sql, parameters)
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Completion) -> Result<(), StorageError> {
        self.inner.transaction(work)
    }
}

/// In the order in which rows are put: the first that may be put is the one.
const IN_TURN: &str = "SCAN outbox USING INDEX outbox_by_turn";

/// Filters that each lead through another index, and some that are rarely true together.
const QUERIES: [&str; 9] = [
    "/events",
    "/events?kind=rotation.*",
    "/events?actor=owner-key",
    "/events?place=sub_account:acme",
    "/events?integration=000000000000000z",
    "/events?from=2026-11-28T00:00:00Z&to=2026-11-30T00:00:00Z",
    "/events?actor=registry&place=agency&kind=key.*",
    "/events?kind=integration.*,person.*,key.*,policy.*,endpoint.*",
    "/events?format=jsonl&limit=1000",
];

impl Noting {
    fn new() -> Rc<Self> {
        Rc::new(Self { inner: Sqlite::in_memory().unwrap(), asked: RefCell::default() })
    }

    /// The statements since the last call that have this text, each with the steps in which SQLite carries it out.
    fn plans(&self, about: &str) -> Vec<(String, Vec<String>)> {
        let asked = self.asked.take().into_iter().filter(|(sql, _)| sql.contains(about));
        let plan = |(sql, parameters): (String, Vec<Parameter>)| {
            let plan = self.inner.rows(&format!("EXPLAIN QUERY PLAN {sql}"), &parameters).unwrap();
            let steps: Vec<Value> = serde_json::from_str(&plan).unwrap();
            (sql, steps.iter().map(|step| step["detail"].as_str().unwrap().to_owned()).collect())
        };
        asked.map(plan).collect()
    }
}

fn world(events: u64) -> (World, Rc<Noting>) {
    let storage = Noting::new();
    let world = World::with_demo(Rc::clone(&storage) as Rc<dyn Storage>);
    let sql = "INSERT INTO events (at, actor, kind, place, integration, detail)
        WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
        SELECT 1795824000 + n / 100, CASE n % 3 WHEN 0 THEN 'registry' ELSE 'owner-key' END,
            CASE n % 5 WHEN 0 THEN 'rotation.due' WHEN 1 THEN 'rotation.lapsed' ELSE 'rotation.started' END,
            'sub_account:' || (n % 200), printf('%016d', n % 1000), '{\"n\":1,\"expires_at\":\"2026-11-28T00:00:00Z\"}'
        FROM counted";
    storage.inner.run(sql, &[Parameter::Number(events)]).unwrap();
    let world = world.restarted();
    storage.asked.borrow_mut().clear();
    (world, storage)
}

#[test]
fn events_are_found_by_indexes_and_never_sorted() {
    // More than one page looks at: some of these queries end where it has looked at enough.
    let (world, storage) = world(31_000);
    for query in QUERIES {
        world.get(query);
        let plans = storage.plans("FROM events");
        assert!(!plans.is_empty(), "{query}");
        for (sql, steps) in plans {
            // SQLite seeks by one bound at each end, whichever it takes; what is up to that one it looks at.
            assert!(sql.matches("seq >").count() <= 1 && sql.matches("seq <").count() <= 1, "{query}: {sql}");
            for step in steps {
                let scans = step.starts_with("SCAN events") && !sql.contains("LIMIT 1");
                assert!(!scans && !step.contains("TEMP B-TREE"), "{query}: {step} in {sql}");
            }
        }
    }
}

#[test]
fn what_runs_at_each_change_uses_indexes() {
    let storage = Noting::new();
    let world = World::with_demo(Rc::clone(&storage) as Rc<dyn Storage>);
    let owner = json!({ "level": "sub_account", "id": "acme" });
    let body = json!({ "name": "one", "owner": owner, "scopes": ["contacts.readonly"] });
    let faults = RefCell::new(Vec::new());
    let ask = |work: &dyn Fn(), about: &str| {
        storage.asked.take();
        work();
        let plans = storage.plans(about);
        assert!(!plans.is_empty(), "{about}");
        for (sql, steps) in plans {
            let scans = |step: &str| step.starts_with("SCAN ") && !step.contains("json_each") && step != IN_TURN;
            let is_slow = |step: &String| scans(step) || step.contains("TEMP B-TREE");
            faults.borrow_mut().extend(steps.into_iter().filter(is_slow).map(|step| format!("{step} in {sql}")));
        }
    };
    let mint = || drop(world.ok("POST", "/integrations", body.clone(), With { key: Some("a"), ..With::default() }));
    ask(&mint, "DELETE FROM idempotency");
    ask(&|| drop(world.drain(&mut Kv::default())), "ttl_seconds, tries FROM outbox");
    ask(
        &|| drop(world.ok("POST", "/sub-accounts", json!({ "id": "n", "name": "N" }), With::default())),
        "json_each(kinds)",
    );
    let end = || drop(world.ask("DELETE", "/sessions/0123456789abcdef", Value::Null, With::default()).unwrap_err());
    ask(&end, "AS person FROM sessions");
    ask(&end, "digest, person FROM person_sessions");
    assert_eq!(faults.take(), Vec::<String>::new());
}

#[test]
fn what_runs_at_each_hand_over_uses_indexes() {
    let storage = Noting::new();
    let courier = Courier::open(Box::new(Rc::clone(&storage) as Rc<dyn Storage>)).unwrap();
    let endpoint = json!({ "id": "0000000000000000", "rev": 1, "url": "https://hooks.partner.io/", "secrets": [],
        "enabled": true, "integration": null });
    let message = |n: u64| json!({ "id": format!("evt_{n}"), "kind": "rotation.started", "at": n, "data": "{}", "requires": null, "again": false });
    let messages: Vec<_> = (0..10_001).map(message).collect();
    storage.asked.take();
    let handed = json!({ "endpoint": endpoint, "messages": messages }).to_string();
    courier.take(&handed, Timestamp::from_seconds(1_795_824_000)).unwrap();
    storage.asked.borrow_mut().retain(|(sql, _)| !sql.starts_with("INSERT"));
    let plans = storage.plans("");
    assert!(plans.iter().any(|(sql, _)| sql.contains("'dropped'")) && plans.len() >= 8, "{plans:?}");
    for (sql, steps) in plans {
        let is_slow = |step: &&String| {
            step.starts_with("SCAN ") && *step != "SCAN endpoint" && !step.contains("INDEX deliveries_kept")
        };
        assert_eq!(steps.iter().find(is_slow), None, "{sql}");
    }
}

#[test]
fn who_changed_an_integration_is_found_among_its_changes_alone() {
    let storage = Noting::new();
    let world = World::with_demo(Rc::clone(&storage) as Rc<dyn Storage>);
    let id = world.create("one", &[]);
    let tests = format!(
        "INSERT INTO events (at, actor, kind, place, integration, detail)
        WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 10000)
        SELECT 1795824000, 'key:0000000000000001', 'integration.tested', 'sub_account:acme', '{id}', '{{}}' FROM counted"
    );
    storage.inner.run(&tests, &[]).unwrap();
    storage.asked.take();
    let listed = world.get("/integrations")["integrations"][0].clone();
    assert_eq!(
        (&listed["created_by"]["actor"], &listed["changed_by"]["actor"]),
        (&json!("owner-key"), &json!("owner-key"))
    );
    let plans = storage.plans("AS changed");
    assert_eq!(plans.len(), 1);
    let of_events = plans[0].1.iter().filter(|step| step.contains(" events "));
    let seeks: Vec<_> = of_events.cloned().collect();
    assert_eq!(seeks, ["SEARCH events USING INDEX events_of_changes (integration=?)"; 2]);
}

/// An integration that has changed 3,000 times, and an endpoint that wants every other change.
fn changed_often() -> (World, Rc<Noting>, String) {
    let storage = Noting::new();
    let world = World::with_demo(Rc::clone(&storage) as Rc<dyn Storage>);
    let id = world.create("one", &[]);
    let body =
        json!({ "place": "sub_account:acme", "url": "https://hooks.partner.io/", "kinds": ["rotation.started"] });
    let endpoint = world.ok("POST", "/endpoints", body, With::default()).body["endpoint"]["id"].clone();
    let changes = format!(
        "INSERT INTO events (at, actor, kind, place, integration, detail)
        WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 3000)
        SELECT 1795824000, 'owner-key', iif(n % 2, 'rotation.started', 'rotation.finished'), 'sub_account:acme', '{id}',
            '{{}}' FROM counted"
    );
    storage.inner.run(&changes, &[]).unwrap();
    let rev = "UPDATE integrations SET rev = 3001 WHERE id = ?";
    storage.inner.run(rev, &[Parameter::from(id.as_str())]).unwrap();
    (world, storage, endpoint.as_str().unwrap().to_owned())
}

#[test]
fn each_change_is_counted_once_for_all_messages_that_are_sent_again() {
    let (world, storage, endpoint) = changed_often();
    storage.asked.take();
    let body = json!({ "since": "2026-11-28T00:00:00Z" });
    let asked = world.ok("POST", &format!("/endpoints/{endpoint}/resend"), body, With::default()).body;
    assert!(asked["body"].as_str().unwrap().contains("\"queued\":1000"), "{asked}");
    let counts: Vec<_> = storage.asked.take().into_iter().filter(|(sql, _)| sql.contains("seq <= ?")).collect();
    assert_eq!(counts.len(), 1_000);
    let mut counted = 0;
    for (sql, parameters) in &counts {
        let plan = storage.inner.rows(&format!("EXPLAIN QUERY PLAN {sql}"), parameters).unwrap();
        assert!(plan.contains("INDEX events_of_changes (integration=? AND"), "{plan}");
        let found: Value = serde_json::from_str(&storage.inner.rows(sql, parameters).unwrap()).unwrap();
        counted += found[0]["number"].as_u64().unwrap();
    }
    assert_eq!(counted, 2_999, "all changes since the first message");
    let revs = storage.inner.rows("SELECT data ->> 'rev' AS rev FROM messages ORDER BY length(id), id", &[]).unwrap();
    let revs: Vec<Value> = serde_json::from_str(&revs).unwrap();
    let expected: Vec<_> = (0..1_000).map(|n| json!({ "rev": 2 + 2 * n })).collect();
    assert_eq!(revs, expected);
}

#[test]
#[ignore = "a measurement over 1,000,000 events"]
fn a_page_over_a_million_events() {
    let (world, _) = world(1_000_000);
    for query in QUERIES {
        let mut times: Vec<_> = (0..5)
            .map(|_| {
                let begun = Instant::now();
                world.get(query);
                begun.elapsed()
            })
            .collect();
        times.sort();
        eprintln!("{:>10.1?}  {query}", times[2]);
    }
}
