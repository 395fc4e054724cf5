//! The schema, and how it came to be.

use std::rc::Rc;

use registry::{Registry, Storage};
use serde_json::{Value, json};
use tidegate::time::Timestamp;

use crate::world::{Kv, START, With, World, settings};

cases! {
    an_empty_database_gets_every_table
    a_second_start_changes_nothing
    a_database_of_a_later_release_is_left_as_it_is
    a_database_of_the_first_release_is_brought_up_to_date
    use_is_counted_from_the_upgrade_on_and_rules_on_it_are_scheduled
    dropped_messages_that_were_told_are_not_told_again
    puts_of_an_earlier_release_are_made_again
}

const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'
    AND name NOT LIKE '#_cf%' ESCAPE '#' ORDER BY name";

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["name"].as_str().unwrap()).collect()
}

fn an_empty_database_gets_every_table(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let expected = [
        "agency",
        "automation_keys",
        "couriers",
        "documents",
        "due",
        "endpoints",
        "event_chain",
        "events",
        "features",
        "feed",
        "feed_state",
        "hand_overs",
        "idempotency",
        "idle",
        "integrations",
        "known_clients",
        "logins",
        "messages",
        "outbox",
        "people",
        "person_sessions",
        "policies",
        "policy_documents",
        "policy_parts",
        "projection",
        "publications",
        "schema",
        "sessions",
        "sub_accounts",
        "token_rules",
        "tokens",
        "tries",
        "undo",
    ];
    assert_eq!(names(&world.rows(TABLES)), expected);
    assert_eq!(world.value("SELECT version AS it FROM schema"), json!(20));
}

fn a_second_start_changes_nothing(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.create("one", &["contacts.readonly"]);
    let all = |world: &World| {
        let tables = world.rows(TABLES);
        names(&tables).into_iter().map(|name| world.rows(&format!("SELECT * FROM {name}"))).collect::<Vec<_>>()
    };
    let before = all(&world);
    let world = world.restarted();
    assert_eq!(all(&world), before);
}

fn a_database_of_a_later_release_is_left_as_it_is(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.storage.run("UPDATE schema SET version = 99; ALTER TABLE sub_accounts ADD COLUMN later TEXT", &[]).unwrap();
    let world = world.restarted();
    assert_eq!(world.value("SELECT version AS it FROM schema"), json!(99));
    assert_eq!(world.get("/sub-accounts")["total"], json!(2));
}

/// The tables of the first release, with a row in each that a migration works on.
const FIRST: &str = "
    CREATE TABLE schema (version INTEGER NOT NULL);
    INSERT INTO schema (version) VALUES (1);
    CREATE TABLE sub_accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL);
    CREATE TABLE integrations (
        id TEXT PRIMARY KEY, rev INTEGER NOT NULL, level TEXT NOT NULL, owner_id TEXT NOT NULL, name TEXT NOT NULL,
        description TEXT NOT NULL, scopes TEXT NOT NULL, last_n INTEGER NOT NULL, created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL, gone_at INTEGER
    );
    CREATE INDEX integrations_by_owner ON integrations (level, owner_id, id);
    CREATE TABLE tokens (
        integration TEXT NOT NULL, n INTEGER NOT NULL, hash TEXT NOT NULL, created_at INTEGER NOT NULL,
        not_after INTEGER, ended_at INTEGER, PRIMARY KEY (integration, n)
    );
    CREATE TABLE policies (
        rev INTEGER PRIMARY KEY, policy TEXT NOT NULL, settings TEXT NOT NULL, report TEXT NOT NULL,
        actor TEXT NOT NULL, published_at INTEGER NOT NULL
    );
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
        integration TEXT, detail TEXT NOT NULL
    );
    CREATE INDEX events_by_integration ON events (integration, seq);
    CREATE TABLE outbox (
        key TEXT PRIMARY KEY, rev INTEGER NOT NULL, value TEXT NOT NULL, ttl_seconds INTEGER, since INTEGER NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0, again_at INTEGER
    );
    CREATE TABLE sessions (digest TEXT PRIMARY KEY, created_at INTEGER NOT NULL, ends_at INTEGER NOT NULL);
    INSERT INTO sub_accounts VALUES ('acme', 'ACME Dental', 1);
    INSERT INTO integrations VALUES
        ('0000000000000001', 3, 'agency', 'us', 'Ölheizung', '', '[]', 1, 1, 1795823990, NULL),
        ('0000000000000002', 1, 'sub_account', 'acme', 'old', '', '[]', 1, 1, 1, NULL);
    INSERT INTO tokens (integration, n, hash, created_at)
        VALUES ('0000000000000001', 1, 'hash', 1), ('0000000000000002', 1, 'hash', 1);
";

fn a_database_of_the_first_release_is_brought_up_to_date(storage: Rc<dyn Storage>) {
    let hash = "ab".repeat(24);
    storage.run(&FIRST.replace("'hash'", &format!("'{hash}'")), &[]).unwrap();
    Registry::open(Box::new(Rc::clone(&storage)), &settings(), Timestamp::from_seconds(START)).unwrap();
    let world = World::new(storage);
    assert_eq!(world.value("SELECT version AS it FROM schema"), json!(20));
    assert_eq!(world.get("/agency"), json!({ "id": "us", "name": null, "rev": 1, "integrations": 1 }));
    let found = world.get("/integrations?q=%C3%96LHEIZ");
    assert_eq!((&found["total"], &found["integrations"][0]["rev"]), (&json!(1), &json!(3)));
    assert_eq!(world.value("SELECT folded_name AS it FROM sub_accounts"), json!("acme dental"));
    for text in ["dental", "acme"] {
        assert_eq!(world.get(&format!("/sub-accounts?q={text}"))["total"], json!(1), "{text}");
    }
    assert_eq!(world.value("SELECT DISTINCT counted_since AS it FROM integrations"), json!(START));
    assert_eq!(world.get("/integrations?state=never_used")["total"], json!(0), "nobody knows");
    let recent = world.rows("SELECT key, rev FROM feed");
    assert_eq!(recent, [json!({ "key": "i:0000000000000001", "rev": 3 })], "what changed in the last 15 minutes");
    assert_eq!(world.get("/resync"), json!({ "waiting": 2, "complete": false }), "KV has no MACs yet");
}

/// Takes away what the release that counts use has added, and those after it.
const BEFORE_USE: &str = "
    ALTER TABLE projection DROP COLUMN sealed;
    DROP INDEX idempotency_by_time; DROP INDEX outbox_by_turn; DROP INDEX events_of_changes;
    ALTER TABLE policies DROP COLUMN event_types;
    DROP TABLE endpoints; DROP TABLE messages; DROP TABLE hand_overs; DROP TABLE couriers; DROP TABLE publications;
    ALTER TABLE sub_accounts DROP COLUMN folded_text;
    DROP INDEX integrations_by_use; DROP TABLE idle;
    ALTER TABLE integrations DROP COLUMN used_at; ALTER TABLE integrations DROP COLUMN counted_since;
    ALTER TABLE integrations DROP COLUMN resumed_at; ALTER TABLE integrations DROP COLUMN scopes_since;
    ALTER TABLE tokens DROP COLUMN first_used_at; ALTER TABLE tokens DROP COLUMN when_quiet;
    ALTER TABLE token_rules DROP COLUMN idle_days; ALTER TABLE token_rules DROP COLUMN idle_action;
    UPDATE schema SET version = 14;
";

fn use_is_counted_from_the_upgrade_on_and_rules_on_it_are_scheduled(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.create("one", &["contacts.readonly"]);
    let unscheduled = |world: &World| world.value("SELECT count(*) AS it FROM integrations WHERE due_rev <> rev");
    assert_eq!(unscheduled(&world), json!(0));
    world.storage.run(BEFORE_USE, &[]).unwrap();
    world.later(60);
    let world = world.restarted();
    assert_eq!(world.value("SELECT version AS it FROM schema"), json!(20));
    assert_eq!(world.value("SELECT counted_since AS it FROM integrations"), json!(START + 60));
    assert_eq!(unscheduled(&world), json!(1));
    world.ring();
    assert_eq!(unscheduled(&world), json!(0));
}

fn dropped_messages_that_were_told_are_not_told_again(storage: Rc<dyn Storage>) {
    const BEFORE: &str = "
        ALTER TABLE projection DROP COLUMN sealed;
        DROP INDEX idempotency_by_time; DROP INDEX outbox_by_turn; DROP INDEX events_of_changes;
        ALTER TABLE endpoints DROP COLUMN drops_told; ALTER TABLE endpoints DROP COLUMN drops_told_at;
        UPDATE endpoints SET dropped = 7; UPDATE schema SET version = 18;
    ";
    let world = World::with_demo(storage);
    let endpoint = json!({ "place": "agency", "url": "https://hooks.partner.io/in", "kinds": ["policy.published"] });
    world.ok("POST", "/endpoints", endpoint, With::default());
    world.storage.run(BEFORE, &[]).unwrap();
    let world = world.restarted();
    assert_eq!(world.rows("SELECT dropped, drops_told FROM endpoints"), [json!({ "dropped": 7, "drops_told": 7 })]);
}

fn puts_of_an_earlier_release_are_made_again(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    world.drain(&mut kv);
    let id = world.create("one", &[]);
    kv.refused.insert(format!("i:{id}"));
    world.drain(&mut kv);
    assert_eq!(world.get("/resync"), json!({ "waiting": 1, "complete": true }), "its own puts are known");
    // As a release before values carried a MAC notes a put.
    world.storage.run("UPDATE outbox SET tries = tries + 1", &[]).unwrap();
    assert_eq!(world.get("/resync")["complete"], json!(false));
    kv.refused.clear();
    let world = world.restarted();
    world.registry.alarm(world.now()).unwrap();
    world.drain(&mut kv);
    assert_eq!(world.get("/resync")["complete"], json!(true));
    assert_eq!(kv.puts.iter().filter(|key| *key == "policy").count(), 2, "all of KV");
}
