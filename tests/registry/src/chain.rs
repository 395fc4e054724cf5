//! The chain of events.

use std::rc::Rc;

use registry::{Registry, Storage};
use serde_json::{Value, json};
use tidegate::access::Place;
use tidegate::events::{Chain, Event, EventActor, EventRequest, Kind};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;

use crate::world::{DAY, START, With, World, based_on, settings};

cases! {
    every_event_goes_on_where_the_one_before_it_ends
    an_event_is_never_earlier_than_the_one_before_it
    a_change_that_fails_leaves_no_gap
    events_of_before_begin_the_chain
    events_of_a_release_without_a_chain_are_taken_in_after_a_rollback
}

/// A row of the table as the event that was written.
fn event(row: &Value) -> Event {
    let text = |name: &str| row[name].as_str().map(str::to_owned);
    Event {
        seq: row["seq"].as_u64().unwrap(),
        at: Timestamp::from_seconds(row["at"].as_u64().unwrap()),
        kind: Kind::parse(&text("kind").unwrap()).unwrap().to_string(),
        actor: EventActor::parse(&text("actor").unwrap(), text("actor_name")),
        place: Place::parse(&text("place").unwrap()).unwrap(),
        integration: text("integration").map(|id| IntegrationId::parse(&id).unwrap()),
        request: text("request").map(|json| EventRequest::parse(&json).unwrap()),
        detail: serde_json::from_str(&text("detail").unwrap()).unwrap(),
    }
}

/// Checks the chain from the first event that has a value. Gives how many have one.
fn check(world: &World) -> usize {
    let rows = world.rows("SELECT * FROM events WHERE chain IS NOT NULL ORDER BY seq");
    let mut chain = Chain::START;
    for row in &rows {
        chain = chain.next(&event(row).canonical().unwrap());
        assert_eq!(row["chain"], json!(chain.to_string()), "{row}");
    }
    rows.len()
}

fn every_event_goes_on_where_the_one_before_it_ends(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", &["contacts.readonly"]);
    let path = format!("/integrations/{id}");
    world.ok("PATCH", &path, json!({ "name": "z\u{e9}ro \u{1f600}\"" }), based_on(1));
    world.ok("POST", &format!("{path}/rotate"), json!({ "expire": "later" }), based_on(2));
    world.later(8 * DAY);
    assert_eq!(world.ring(), 4);
    world.ok("DELETE", &path, Value::Null, based_on(3));
    assert_eq!(check(&world), 8);
    let seqs = world.rows("SELECT seq FROM events ORDER BY seq");
    assert_eq!(seqs.last().unwrap()["seq"], json!(seqs.len()), "no number is left out");
    let places = world.rows("SELECT DISTINCT place FROM events ORDER BY place");
    let expected = ["agency", "sub_account:acme", "sub_account:globex"].map(|place| json!({ "place": place }));
    assert_eq!(places, expected);
    let alarms = world.rows("SELECT actor, request FROM events WHERE kind = 'rotation.lapsed'");
    assert_eq!(alarms, [json!({ "actor": "registry", "request": null })]);
}

fn an_event_is_never_earlier_than_the_one_before_it(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.later(100);
    world.create("one", &[]);
    world.now.set(START + 40);
    world.create("two", &[]);
    assert_eq!(check(&world), 5);
    let times = world.rows("SELECT at FROM events WHERE kind = 'integration.created' ORDER BY seq");
    assert_eq!(times, [json!({ "at": START + 100 }), json!({ "at": START + 100 })]);
}

fn a_change_that_fails_leaves_no_gap(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let owner = json!({ "level": "sub_account", "id": "nobody" });
    let body = json!({ "name": "one", "owner": owner, "scopes": [] });
    world.ask("POST", "/integrations", body, With::default()).unwrap_err();
    let id = world.create("one", &[]);
    world.ask("PATCH", &format!("/integrations/{id}"), json!({ "name": "x" }), based_on(9)).unwrap_err();
    assert_eq!(check(&world), 4);
    assert_eq!(world.value("SELECT max(seq) AS it FROM events"), json!(4));
}

/// What a release without a chain writes.
const WITHOUT_CHAIN: &str = "
    INSERT INTO events (at, actor, kind, integration, detail) VALUES
        (1795824000, 'owner-key', 'session.started', NULL, '{}'),
        (1795824001, 'person:0123456789abcdef', 'session.started', NULL, '{}'),
        (1795824002, 'owner-key', 'feature.switched', NULL, '{}'),
        (1795824003, 'owner-key', 'sub_account.added', NULL, '{\"id\":\"acme\",\"name\":\"Acme\"}'),
        (1795824004, 'owner-key', 'integration.created', 'ID', '{\"name\":\"one\"}'),
        (1795824005, 'owner-key', 'integration.created', '00000000000000zz', '{}');
";

fn adopted(world: &World) -> Vec<Value> {
    world.rows("SELECT kind, place, chain IS NULL AS free FROM events ORDER BY seq DESC LIMIT 7")
}

fn as_adopted() -> Vec<Value> {
    let row = |kind: &str, place: &str, free: u64| json!({ "kind": kind, "place": place, "free": free });
    vec![
        row("chain.started", "agency", 0),
        row("integration.created", "agency", 1),
        row("integration.created", "sub_account:acme", 1),
        row("sub_account.added", "sub_account:acme", 1),
        row("feature.changed", "agency", 1),
        row("person.signed_in", "agency", 1),
        row("owner_key.used", "agency", 1),
    ]
}

fn events_of_before_begin_the_chain(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", &[]);
    // As the release before left them.
    world.storage.run("DELETE FROM events", &[]).unwrap();
    world.storage.run(&WITHOUT_CHAIN.replace("ID", &id), &[]).unwrap();
    let open = || Registry::open(Box::new(Rc::clone(&world.storage)), &settings(), world.now()).unwrap();
    let _ = (open(), open());
    assert_eq!(adopted(&world), as_adopted());
    let detail = world.value("SELECT detail AS it FROM events WHERE kind = 'chain.started'");
    let detail: Value = serde_json::from_str(detail.as_str().unwrap()).unwrap();
    assert_eq!(detail, json!({ "events": 6, "first_seq": 5, "last_seq": 10 }));
    world.ok("PATCH", &format!("/integrations/{id}"), json!({ "name": "two" }), based_on(1));
    assert_eq!(check(&world), 2);
}

fn events_of_a_release_without_a_chain_are_taken_in_after_a_rollback(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", &[]);
    world.storage.run(&WITHOUT_CHAIN.replace("ID", &id), &[]).unwrap();
    let world = world.restarted();
    assert_eq!(adopted(&world), as_adopted());
    assert_eq!(check(&world), 5, "the chain goes on behind the four that it had");
}
