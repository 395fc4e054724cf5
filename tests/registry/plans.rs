//! How SQLite carries out the queries of `GET /events`: by an index, and without sorting. And how long a page takes over 1,000,000
//! events: `cargo test --release -p registry-tests --test plans -- --ignored --nocapture`

#![expect(clippy::disallowed_types, reason = "an ignored test measures")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, reason = "tests")]

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use native_storage::Sqlite;
use registry::{Completion, Parameter, Storage, StorageError};
use registry_tests::world::World;
use serde_json::Value;

/// A database that notes what it is asked about events.
struct Noting {
    inner: Sqlite,
    asked: RefCell<Vec<(String, Vec<Parameter>)>>,
}

impl Storage for Noting {
    fn rows(&self, sql: &str, parameters: &[Parameter]) -> Result<String, StorageError> {
        if sql.contains("FROM events") {
            self.asked.borrow_mut().push((sql.to_owned(), parameters.to_vec()));
        }
        self.inner.rows(sql, parameters)
    }

    fn run(&self, sql: &str, parameters: &[Parameter]) -> Result<(), StorageError> {
        self.inner.run(sql, parameters)
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Completion) -> Result<(), StorageError> {
        self.inner.transaction(work)
    }
}

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

fn world(events: u64) -> (World, Rc<Noting>) {
    let storage = Rc::new(Noting { inner: Sqlite::in_memory().unwrap(), asked: RefCell::default() });
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
        let asked = storage.asked.take();
        assert!(!asked.is_empty(), "{query}");
        for (sql, parameters) in asked {
            // SQLite seeks by one bound at each end, whichever it takes; what is up to that one it looks at.
            assert!(sql.matches("seq >").count() <= 1 && sql.matches("seq <").count() <= 1, "{query}: {sql}");
            let plan = storage.inner.rows(&format!("EXPLAIN QUERY PLAN {sql}"), &parameters).unwrap();
            let steps: Vec<Value> = serde_json::from_str(&plan).unwrap();
            for step in steps.iter().map(|step| step["detail"].as_str().unwrap()) {
                let scans = step.starts_with("SCAN events") && !sql.contains("LIMIT 1");
                assert!(!scans && !step.contains("TEMP B-TREE"), "{query}: {step} in {sql}");
            }
        }
    }
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
