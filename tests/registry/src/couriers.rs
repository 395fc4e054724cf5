//! A courier: its queue, its attempts, its log, and what it reports, with a clock that the tests set.

use std::cell::Cell;
use std::rc::Rc;

use registry::{Attempt, Begun, Courier, Ended, Storage};
use serde_json::{Value, json};
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::token::TokenKeys;
use tidegate::webhooks::{AddressRules, EndpointId, Jitter, Outcome, SealingKeys, Secret, signatures};

use crate::world::{DAY, START};

cases! {
    a_message_is_delivered_once_and_its_payload_goes
    a_failure_is_repeated_by_the_schedule_and_then_kept
    the_first_kilobyte_of_an_answer_is_kept
    four_attempts_are_under_way_at_a_time
    a_new_start_makes_again_what_was_under_way
    a_410_disables_and_enabling_goes_on
    what_an_earlier_address_answers_disables_nothing
    an_older_hand_over_changes_nothing
    a_change_keeps_since_when_it_fails
    five_days_of_failures_disable
    retry_after_is_waited_for
    both_secrets_sign_until_the_outgoing_one_ends
    the_oldest_of_too_many_go_and_it_is_reported
    what_goes_during_its_attempt_stops_nothing
    what_lost_its_payload_stops_nothing
    what_is_thirty_days_old_goes
    the_log_has_an_end
    what_an_integration_may_not_hear_any_more_is_not_sent
    what_only_an_integration_may_hear_of_is_for_nobody_else
    an_address_that_is_no_longer_allowed_gets_nothing
    what_failed_is_sent_again
    a_report_is_repeated_until_it_is_heard
    a_deleted_endpoint_leaves_nothing
    a_secret_that_no_key_opens_waits
    an_outgoing_secret_that_no_key_opens_holds_back_nothing
    what_is_under_way_is_looked_after
    a_time_out_and_a_broken_connection_are_failures
    what_failed_since_a_moment_is_sent_again
    the_log_comes_in_pages_the_newest_first
}

const URL: &str = "https://hooks.partner.io/in";
const KEYS: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
const RECORD: &str = r#"{"v":1,"rev":7,"id":"0000000000000000","owner":{"level":"sub_account","id":"acme"},"name":"x","scopes":["contacts.readonly"],"tokens":[{"n":1,"hash":"000000000000000000000000000000000000000000000000"}]}"#;

struct World {
    storage: Rc<dyn Storage>,
    courier: Courier,
    rules: AddressRules,
    now: Cell<u64>,
}

fn keys() -> SealingKeys {
    SealingKeys::of(&TokenKeys::parse(KEYS).unwrap())
}

fn id() -> EndpointId {
    EndpointId::from_entropy([7; 10])
}

fn secret(byte: u8) -> Secret {
    Secret::from_entropy([byte; 32])
}

fn endpoint(rev: u64, secrets: &[(u8, Option<u64>)]) -> Value {
    let sealed = |(byte, until): &(u8, Option<u64>)| {
        let sealed = keys().seal(&id(), &secret(*byte), [*byte; 12]).unwrap();
        json!({ "sealed": sealed.as_str(), "until": until })
    };
    let secrets: Vec<_> = secrets.iter().map(sealed).collect();
    json!({ "id": id(), "rev": rev, "url": URL, "secrets": secrets, "enabled": true, "integration": null })
}

fn message(name: &str) -> Value {
    json!({ "id": name, "kind": "rotation.started", "at": START, "data": "{\"n\":1}", "requires": null, "again": false })
}

fn answered(status: u16) -> Ended {
    Ended::Made {
        outcome: Outcome::Answered { status, retry_after: None },
        duration_ms: 12,
        answer: Some("thanks".to_owned()),
    }
}

impl World {
    fn new(storage: Rc<dyn Storage>) -> Self {
        let courier = Courier::open(Box::new(Rc::clone(&storage))).unwrap();
        let world = Self { storage, courier, rules: AddressRules::default(), now: Cell::new(START) };
        world.take(endpoint(1, &[(1, None)]), &[]);
        world
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.now.get())
    }

    fn later(&self, seconds: u64) {
        self.now.set(self.now.get() + seconds);
    }

    fn take(&self, endpoint: Value, messages: &[Value]) {
        self.courier.take(&json!({ "endpoint": endpoint, "messages": messages }).to_string(), self.now()).unwrap();
    }

    fn begin(&self) -> Option<Box<Attempt>> {
        match self.courier.begin(&keys(), &self.rules, self.now()).unwrap() {
            Some(Begun::Attempt(attempt)) => Some(attempt),
            Some(Begun::Fault(fault)) => panic!("{fault}"),
            None => None,
        }
    }

    fn end(&self, attempt: &Attempt, taken: Ended) {
        self.courier.answered(attempt, taken, Jitter(0), self.now()).unwrap();
    }

    /// Makes one attempt that is answered so.
    fn once(&self, status: u16) {
        let attempt = self.begin().expect("an attempt is due");
        self.end(&attempt, answered(status));
    }

    /// In how many seconds the last message is due; 0 if it is not.
    fn next_in(&self) -> u64 {
        let next = self.deliveries()[0]["next_at"].as_str().map(|at| Timestamp::from_rfc3339(at).unwrap().seconds());
        next.map_or(0, |at| at - self.now.get())
    }

    fn due_in(&self) -> Option<u64> {
        self.courier.due_in(self.now()).unwrap()
    }

    /// What the registry hears.
    fn report(&self) -> Option<Value> {
        let report = self.courier.report(self.now()).unwrap()?;
        self.courier.reported(&report, true, self.now()).unwrap();
        Some(serde_json::from_str(&report.body).unwrap())
    }

    fn deliveries(&self) -> Vec<Value> {
        let (status, text) = self.courier.answer("/deliveries", r#"{"after":null,"limit":200}"#, self.now()).unwrap();
        assert_eq!(status, 200);
        let page: Value = serde_json::from_str(&text).unwrap();
        page["deliveries"].as_array().unwrap().clone()
    }

    /// What it knows of failures.
    fn standing(&self) -> Value {
        let text = self.storage.rows("SELECT disabled, failing_since, failing_told FROM endpoint", &[]).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()[0].clone()
    }

    fn count(&self, of: &str) -> u64 {
        let text = self.storage.rows(&format!("SELECT count(*) AS it FROM {of}"), &[]).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()[0]["it"].as_u64().unwrap()
    }
}

fn a_message_is_delivered_once_and_its_payload_goes(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1"), message("evt_1")]);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1")]);
    assert_eq!(world.due_in(), Some(0));
    let attempt = world.begin().unwrap();
    assert_eq!(attempt.body, r#"{"type":"rotation.started","timestamp":"2026-11-28T00:00:00Z","data":{"n":1}}"#);
    assert_eq!((attempt.id.as_str(), attempt.timestamp, attempt.url.as_str()), ("evt_1", START, URL));
    assert_eq!(attempt.signature, signatures(&[secret(1)], "evt_1", world.now(), &attempt.body));
    world.end(&attempt, answered(204));
    assert!(world.begin().is_none());
    let [delivery] = &world.deliveries()[..] else { panic!() };
    assert_eq!(
        (&delivery["state"], &delivery["bytes"], &delivery["next_at"]),
        (&json!("delivered"), &json!(7), &Value::Null)
    );
    let made = json!([{ "at": "2026-11-28T00:00:00Z", "outcome": "answered", "status": 204, "duration_ms": 12, "answer": "thanks" }]);
    assert_eq!(delivery["attempts"], made);
    assert_eq!(world.count("deliveries WHERE data IS NOT NULL"), 0);
    assert_eq!(world.report().unwrap()["succeeded_at"], START);
    assert_eq!(world.due_in(), None);
}

fn the_first_kilobyte_of_an_answer_is_kept(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1")]);
    let attempt = world.begin().unwrap();
    let outcome = Outcome::Answered { status: 500, retry_after: None };
    let answer = Some(format!("{}ü{}", "a".repeat(1023), "b".repeat(1024)));
    world.end(&attempt, Ended::Made { outcome, duration_ms: 1, answer });
    assert_eq!(world.deliveries()[0]["attempts"][0]["answer"], "a".repeat(1023));
}

fn a_failure_is_repeated_by_the_schedule_and_then_kept(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1")]);
    let mut waits = Vec::new();
    for status in [500, 302, 404, 429, 503, 500, 500, 500] {
        world.once(status);
        let wait = world.next_in();
        waits.push(wait);
        world.later(wait);
    }
    assert_eq!(waits, [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000, 0]);
    let delivery = &world.deliveries()[0];
    assert_eq!((&delivery["state"], delivery["attempts"].as_array().unwrap().len()), (&json!("failed"), 8));
    assert_eq!(world.count("deliveries WHERE data IS NOT NULL"), 1, "it can be sent again");
}

fn four_attempts_are_under_way_at_a_time(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let messages: Vec<_> = (0..6).map(|number| message(&format!("evt_{number}"))).collect();
    world.take(endpoint(1, &[(1, None)]), &messages);
    let begun: Vec<_> = std::iter::from_fn(|| world.begin()).collect();
    assert_eq!(
        begun.iter().map(|attempt| attempt.id.as_str()).collect::<Vec<_>>(),
        ["evt_0", "evt_1", "evt_2", "evt_3"]
    );
    world.end(&begun[1], answered(200));
    assert_eq!(world.begin().unwrap().id, "evt_4");
    assert!(world.begin().is_none());
}

fn a_new_start_makes_again_what_was_under_way(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1")]);
    let lost = world.begin().unwrap();
    assert!(world.begin().is_none());
    let courier = Courier::open(Box::new(Rc::clone(&world.storage))).unwrap();
    let world = World { courier, ..world };
    assert_eq!(world.due_in(), Some(0));
    let again = world.begin().unwrap();
    assert_eq!((&again.id, &again.body), (&lost.id, &lost.body));
    world.courier.abandon();
    assert_eq!(world.begin().unwrap().id, "evt_1", "what was given up is made again too");
}

fn a_410_disables_and_enabling_goes_on(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1"), message("evt_2")]);
    world.once(410);
    assert!(world.begin().is_none(), "it is told nothing more");
    assert_eq!(world.report().unwrap()["disabled"], "gone");
    assert_eq!(world.due_in(), None);
    assert_eq!(world.deliveries()[1]["state"], "failed");
    let standing = world.standing();
    assert_eq!(standing["disabled"], "gone");
    world.take(endpoint(1, &[(1, None)]), &[message("evt_3")]);
    assert!(world.begin().is_none(), "what has come again enables nothing");
    assert_eq!(world.standing(), standing);
    let mut disabled = endpoint(2, &[(1, None)]);
    disabled["enabled"] = json!(false);
    world.take(disabled, &[]);
    assert!(world.begin().is_none());
    world.take(endpoint(3, &[(1, None)]), &[]);
    assert_eq!(world.begin().unwrap().id, "evt_2");
}

fn an_older_hand_over_changes_nothing(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let mut moved = endpoint(2, &[(2, None)]);
    moved["url"] = json!("https://hooks.partner.io/moved");
    world.take(moved, &[]);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1")]);
    let attempt = world.begin().expect("its messages are taken");
    assert_eq!((attempt.id.as_str(), attempt.url.as_str()), ("evt_1", "https://hooks.partner.io/moved"));
    assert_eq!(attempt.signature, signatures(&[secret(2)], "evt_1", world.now(), &attempt.body));
}

fn a_change_keeps_since_when_it_fails(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1")]);
    world.once(500);
    let failing = json!({ "disabled": null, "failing_since": START, "failing_told": 0 });
    assert_eq!(world.standing(), failing);
    world.take(endpoint(2, &[(2, None)]), &[]);
    assert_eq!(world.standing(), failing, "it was not disabled");
    let mut disabled = endpoint(3, &[(2, None)]);
    disabled["enabled"] = json!(false);
    world.take(disabled, &[]);
    assert_eq!(world.standing(), failing, "nor is it enabled now");
    world.take(endpoint(4, &[(2, None)]), &[]);
    assert_eq!(world.standing()["failing_since"], Value::Null, "that it is enabled again begins anew");
}

fn what_an_earlier_address_answers_disables_nothing(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1")]);
    let attempt = world.begin().unwrap();
    let mut moved = endpoint(2, &[(1, None)]);
    moved["url"] = json!("https://hooks.partner.io/moved");
    world.take(moved, &[]);
    world.end(&attempt, answered(410));
    assert_eq!(world.report(), None, "nothing is known of the new address");
    world.later(5);
    let again = world.begin().expect("it is sent to the new address");
    assert_eq!((again.id.as_str(), again.url.as_str()), ("evt_1", "https://hooks.partner.io/moved"));
    world.end(&again, answered(200));
    assert_eq!(world.deliveries()[0]["state"], "delivered");
}

fn five_days_of_failures_disable(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let mut told = Vec::new();
    for day in 0..6 {
        world.take(endpoint(1, &[(1, None)]), &[message(&format!("evt_{day}"))]);
        while world.due_in() == Some(0) && world.begin().map(|attempt| world.end(&attempt, answered(500))).is_some() {}
        while let Some(report) = world.report() {
            told.push((day, report["is_failing"].clone(), report["disabled"].clone()));
        }
        world.later(DAY);
    }
    assert_eq!(told.last(), Some(&(5, json!(true), json!("failing"))));
    assert!(told.iter().all(|(day, _, disabled)| *day == 5 || disabled.is_null()), "{told:?}");
    assert!(world.begin().is_none());
    let failed = json!({ "disabled": "failing", "failing_since": START, "failing_told": 1 });
    assert_eq!(world.standing(), failed);
    world.take(endpoint(1, &[(1, None)]), &[]);
    assert_eq!(world.standing(), failed, "what has come again enables nothing");
    world.take(endpoint(2, &[(1, None)]), &[]);
    assert_eq!(world.standing(), json!({ "disabled": null, "failing_since": null, "failing_told": 0 }));
}

fn retry_after_is_waited_for(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1")]);
    let attempt = world.begin().unwrap();
    let outcome = Outcome::Answered { status: 429, retry_after: Some(world.now().after(120)) };
    world.end(&attempt, Ended::Made { outcome, duration_ms: 1, answer: None });
    world.report();
    world.later(119);
    assert!(world.begin().is_none());
    world.later(1);
    assert!(world.begin().is_some());
}

fn both_secrets_sign_until_the_outgoing_one_ends(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(2, &[(2, None), (1, Some(START + DAY))]), &[message("evt_1"), message("evt_2")]);
    let attempt = world.begin().unwrap();
    assert_eq!(attempt.signature, signatures(&[secret(2), secret(1)], "evt_1", world.now(), &attempt.body));
    world.later(DAY);
    let attempt = world.begin().unwrap();
    assert_eq!(attempt.signature, signatures(&[secret(2)], "evt_2", world.now(), &attempt.body));
}

fn the_oldest_of_too_many_go_and_it_is_reported(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    fill(&world);
    let more: Vec<_> = (0..100).map(|number| message(&format!("evt_100_{number}"))).collect();
    world.take(endpoint(1, &[(1, None)]), &more);
    assert_eq!(world.count("deliveries WHERE data IS NOT NULL"), 10_000);
    assert_eq!(world.count("deliveries WHERE state = 'dropped' AND message LIKE 'evt_0_%'"), 100);
    assert_eq!(world.report().unwrap()["dropped"], 100);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_101")]);
    assert_eq!(world.report(), None, "each of many is not worth a report");
    world.later(60);
    assert_eq!(world.report().unwrap()["dropped"], 101);
    assert_eq!(world.begin().unwrap().id, "evt_1_1");
}

fn fill(world: &World) {
    for batch in 0..100 {
        let messages: Vec<_> = (0..100).map(|number| message(&format!("evt_{batch}_{number}"))).collect();
        world.take(endpoint(1, &[(1, None)]), &messages);
    }
}

fn what_goes_during_its_attempt_stops_nothing(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    fill(&world);
    let begun: Vec<_> = std::iter::from_fn(|| world.begin()).collect();
    let more: Vec<_> = (0..4).map(|number| message(&format!("evt_more_{number}"))).collect();
    world.take(endpoint(1, &[(1, None)]), &more);
    let timed_out = Ended::Made { outcome: Outcome::TimedOut, duration_ms: 20_000, answer: None };
    for (attempt, taken) in begun.iter().zip([timed_out, answered(500), answered(410), answered(200)]) {
        world.end(attempt, taken);
    }
    let states = world.storage.rows("SELECT state, next_at FROM deliveries ORDER BY seq LIMIT 4", &[]).unwrap();
    let of = |state: &str| json!({ "state": state, "next_at": null });
    let states: Value = serde_json::from_str(&states).unwrap();
    assert_eq!(states, json!([of("dropped"), of("dropped"), of("dropped"), of("delivered")]));
    world.take(endpoint(2, &[(1, None)]), &[]); // it is enabled again after the 410
    world.later(DAY);
    assert_eq!(world.begin().unwrap().id, "evt_0_4");
}

fn what_lost_its_payload_stops_nothing(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1"), message("evt_2")]);
    // As the release before left it.
    world.storage.run("UPDATE deliveries SET data = NULL WHERE message = 'evt_1'", &[]).unwrap();
    world.once(200);
    world.report();
    assert_eq!((world.deliveries()[0]["state"].clone(), world.due_in()), (json!("delivered"), None));
    world.later(30 * DAY);
    world.take(endpoint(1, &[(1, None)]), &[]);
    assert_eq!(world.count("deliveries"), 0);
}

fn what_is_thirty_days_old_goes(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1"), message("evt_2")]);
    world.once(200);
    world.later(30 * DAY);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_3")]);
    assert_eq!(world.begin().unwrap().id, "evt_3");
    let names: Vec<_> = world.deliveries().iter().map(|delivery| delivery["message"].clone()).collect();
    assert_eq!((names, world.count("attempts")), (vec![json!("evt_3")], 0));
    assert_eq!(world.report().unwrap()["dropped"], 1);
}

fn the_log_has_an_end(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1"), message("evt_2")]);
    world.once(204);
    world.once(500);
    // As if many others had come since.
    let later = "INSERT INTO deliveries (seq, message, kind, at, bytes, state, made, queued_at)
            VALUES (99999, 'later', 'rotation.started', 1795824000, 2, 'delivered', 1, 1795824000);
        INSERT INTO attempts (rowid, message, at, outcome, duration_ms) VALUES (100000, 'evt_2', 1795824000, 'failed', 1)";
    world.storage.run(later, &[]).unwrap();
    world.take(endpoint(1, &[(1, None)]), &[message("evt_3")]);
    assert_eq!((world.count("deliveries"), world.count("attempts")), (4, 3));
    world.take(endpoint(1, &[(1, None)]), &[message("evt_4"), message("evt_5")]);
    world.storage.run("INSERT INTO attempts SELECT 'evt_2', 1795824000, 'failed', NULL, 1, NULL", &[]).unwrap();
    world.take(endpoint(1, &[(1, None)]), &[]);
    let left: Vec<_> = world.deliveries().iter().map(|delivery| delivery["message"].clone()).collect();
    assert_eq!(left, ["evt_5", "evt_4", "evt_3", "later", "evt_2"], "what still has its payload stays");
    assert_eq!(world.count("attempts"), 3);
}

fn what_an_integration_may_not_hear_any_more_is_not_sent(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let mut told = message("pub_1");
    told["requires"] = json!([{ "level": "sub_account", "scopes": ["contacts.readonly"] }]);
    let mut endpoint = endpoint(1, &[(1, None)]);
    endpoint["integration"] = json!("0000000000000000");
    world.take(endpoint, &[told]);
    let attempt = world.begin().unwrap();
    assert_eq!(attempt.integration().unwrap().as_str(), "0000000000000000");
    for (record, permitted) in [
        (RECORD.to_owned(), Some(true)),
        (RECORD.replace("contacts.readonly", "contacts.write"), Some(false)),
        (RECORD.replace("\"level\":\"sub_account\"", "\"level\":\"agency\""), Some(false)),
        (RECORD.replace("\"v\":1", "\"v\":2,\"paused\":true"), Some(false)),
        (RECORD.replace("\"v\":1", &format!("\"v\":2,\"expires_at\":{START}")), Some(false)),
        (r#"{"v":1,"rev":9,"id":"0000000000000000","gone":true}"#.to_owned(), Some(false)),
        (RECORD.replace("0000000000000000\"", "1111111111111111\""), None),
        ("{}".to_owned(), None),
    ] {
        assert_eq!(attempt.is_permitted(&record, world.now()), permitted, "{record}");
    }
    world.end(&attempt, Ended::Unknown);
    assert_eq!(world.due_in(), Some(30), "whether it may is asked again");
    world.later(30);
    let attempt = world.begin().unwrap();
    world.end(&attempt, Ended::NotPermitted);
    assert_eq!(
        (world.deliveries()[0]["state"].clone(), world.count("deliveries WHERE data IS NOT NULL")),
        (json!("not_permitted"), 0)
    );
    assert_eq!((world.report(), world.due_in()), (None, None), "that is no failure of the endpoint");
}

fn what_only_an_integration_may_hear_of_is_for_nobody_else(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let mut told = message("pub_1");
    told["requires"] = json!([{ "level": "sub_account", "scopes": [] }]);
    world.take(endpoint(1, &[(1, None)]), &[told, message("evt_1")]);
    assert_eq!(world.begin().unwrap().id, "evt_1");
    let states: Vec<_> = world.deliveries().iter().map(|delivery| delivery["state"].clone()).collect();
    assert_eq!(states, [json!("waiting"), json!("not_permitted")]);
}

fn an_address_that_is_no_longer_allowed_gets_nothing(storage: Rc<dyn Storage>) {
    let mut world = World::new(storage);
    world.rules = AddressRules::new(&["https://api.partner.io"], None, false);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1")]);
    assert!(world.begin().is_none());
    assert_eq!(world.deliveries()[0]["attempts"][0]["outcome"], "address_refused");
    assert_eq!(world.report().unwrap()["failing_since"], START);
}

fn what_failed_is_sent_again(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let ask = |text: Value| world.courier.answer("/resend", &text.to_string(), world.now());
    world.take(endpoint(1, &[(1, None)]), &[message("pub_1"), message("pub_2")]);
    world.once(200);
    for _ in 0..8 {
        world.once(500);
        world.later(world.next_in());
    }
    assert_eq!(ask(json!({ "message": "pub_1" })).unwrap_err(), AdminError::NoMessage, "its payload is gone");
    assert_eq!(ask(json!({ "message": "pub_9" })).unwrap_err(), AdminError::NoMessage);
    assert_eq!(ask(json!({ "message": "pub_2" })).unwrap(), (202, r#"{"messages":1}"#.to_owned()));
    world.once(200);
    assert_eq!(ask(json!({ "since": START, "queued": 3 })).unwrap().1, r#"{"messages":3}"#);
    let mut again = message("pub_1");
    again["again"] = json!(true);
    world.take(endpoint(1, &[(1, None)]), &[again]);
    assert_eq!(world.begin().unwrap().id, "pub_1");
    assert!(matches!(world.courier.answer("/else", "{}", world.now()), Err(AdminError::NotFound)));
}

fn a_report_is_repeated_until_it_is_heard(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1"), message("evt_2"), message("evt_3")]);
    world.once(500);
    let first = world.courier.report(world.now()).unwrap().unwrap();
    world.courier.reported(&first, false, world.now()).unwrap();
    assert!(world.courier.report(world.now()).unwrap().is_none());
    world.later(5);
    let second = world.courier.report(world.now()).unwrap().unwrap();
    assert_eq!(first.body, second.body);
    world.once(200); // while the report is under way
    world.courier.reported(&second, true, world.now()).unwrap();
    assert_eq!(world.report().unwrap()["failing_since"], Value::Null, "what changed meanwhile is told too");
    world.once(200);
    assert_eq!(world.report(), None, "that all is well can wait");
    world.later(60);
    assert!(world.report().is_some());
}

fn a_deleted_endpoint_leaves_nothing(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1"), message("evt_2")]);
    let attempt = world.begin().unwrap();
    world.take(Value::Null, &[]);
    world.end(&attempt, answered(500));
    assert!(world.begin().is_none());
    let left = ["deliveries", "attempts", "endpoint"].map(|table| world.count(table));
    assert_eq!((left, world.due_in()), ([0, 0, 0], None));
}

fn a_secret_that_no_key_opens_waits(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1")]);
    let other = SealingKeys::of(&TokenKeys::parse("AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI").unwrap());
    let begun = world.courier.begin(&other, &world.rules, world.now()).unwrap();
    assert!(matches!(begun, Some(Begun::Fault(fault)) if fault.contains("no token key opens")));
    assert_eq!(world.due_in(), Some(300));
    world.later(300);
    assert!(world.begin().is_some());
}

fn an_outgoing_secret_that_no_key_opens_holds_back_nothing(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let other = SealingKeys::of(&TokenKeys::parse("AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI").unwrap());
    let mut told = endpoint(1, &[(1, None)]);
    let outgoing = other.seal(&id(), &secret(2), [2; 12]).unwrap();
    told["secrets"].as_array_mut().unwrap().push(json!({ "sealed": outgoing.as_str(), "until": START + DAY }));
    world.take(told, &[message("evt_1")]);
    let attempt = world.begin().unwrap();
    assert_eq!(attempt.signature, signatures(&[secret(1)], "evt_1", world.now(), &attempt.body));
}

fn what_is_under_way_is_looked_after(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1"), message("evt_2")]);
    let first = world.begin().unwrap();
    assert_eq!(world.due_in(), Some(0), "the other one");
    let second = world.begin().unwrap();
    // What is told again meanwhile leaves an alarm for both, should the object end now.
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1")]);
    assert_eq!(world.due_in(), Some(30));
    world.end(&first, answered(500));
    assert_eq!(world.due_in(), Some(0), "the first failure is reported at once");
    world.report();
    assert_eq!(world.due_in(), Some(5));
    world.end(&second, answered(204));
    world.report();
    world.later(5);
    world.once(204);
    world.report();
    world.later(60);
    world.report();
    assert_eq!(world.due_in(), None);
}

fn a_time_out_and_a_broken_connection_are_failures(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &[message("evt_1")]);
    for (outcome, word) in [(Outcome::TimedOut, "timed_out"), (Outcome::Failed, "failed")] {
        let attempt = world.begin().unwrap();
        world.end(&attempt, Ended::Made { outcome, duration_ms: 20_000, answer: None });
        let made = world.deliveries()[0]["attempts"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&made["outcome"], &made["status"]), (&json!(word), &Value::Null));
        assert_eq!(world.deliveries()[0]["state"], "waiting");
        world.later(world.next_in());
    }
    world.once(200);
    assert_eq!(world.deliveries()[0]["state"], "delivered");
}

fn what_failed_since_a_moment_is_sent_again(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let mut old = message("pub_old");
    old["at"] = json!(START - 1);
    world.take(endpoint(1, &[(1, None)]), &[old, message("pub_1"), message("pub_2")]);
    world.once(410); // the oldest
    world.take(endpoint(2, &[(1, None)]), &[]);
    world.once(200);
    world.once(500);
    let ask = |since: u64| world.courier.answer("/resend", &json!({ "since": since }).to_string(), world.now());
    assert_eq!(ask(START).unwrap_err(), AdminError::NoMessage, "what waits anyway is not sent twice");
    assert_eq!(ask(START - 1).unwrap().1, r#"{"messages":1}"#);
    let again = world.begin().unwrap();
    assert_eq!(again.id, "pub_old");
    assert_eq!(again.timestamp, world.now().seconds(), "signed anew");
}

fn the_log_comes_in_pages_the_newest_first(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.take(endpoint(1, &[(1, None)]), &["evt_1", "evt_2", "evt_3"].map(message));
    world.once(500);
    let page = |after: Value| {
        let asked = json!({ "after": after, "limit": 2 }).to_string();
        let page: Value =
            serde_json::from_str(&world.courier.answer("/deliveries", &asked, world.now()).unwrap().1).unwrap();
        assert_eq!(page["total"], 3);
        let of = |delivery: &Value| json!([delivery["message"], delivery["attempts"].as_array().unwrap().len()]);
        let page_of = page["deliveries"].as_array().unwrap().iter().map(of).collect::<Vec<_>>();
        (page_of, page["cursor"].clone())
    };
    let (first, cursor) = page(Value::Null);
    assert_eq!(first, [json!(["evt_3", 0]), json!(["evt_2", 0])]);
    let after: u64 = cursor.as_str().unwrap().parse().unwrap();
    assert_eq!(page(json!(after)), (vec![json!(["evt_1", 1])], Value::Null));
}
