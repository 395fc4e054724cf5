//! What rests on recorded use: rotations that end when quiet, idle integrations, and the copy of last uses that lists go by.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use registry::Storage;
use serde_json::{Value, json};
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::usage::{Handed, HandedUse, Moment, Store, TokenUsed, UsageFacts, UsageQuestion};

use crate::world::{DAY, Kv, START, With, World, based_on};

cases! {
    a_rotation_is_finished_once_its_old_token_is_quiet
    a_use_of_the_old_token_puts_it_off_to_the_deadline_at_the_latest
    nothing_is_finished_without_an_answer_or_with_an_incomplete_one
    what_was_finished_when_quiet_is_undone_for_good
    only_a_window_can_end_when_quiet
    an_unused_integration_is_announced_three_times_and_paused
    an_unused_integration_is_deleted_where_the_rule_says_so
    a_use_a_rotation_and_resuming_begin_the_period_anew
    no_rotation_ends_because_its_use_was_deleted
    an_idle_period_begins_anew_where_use_was_deleted
    what_is_deleted_of_use_is_deleted_in_lists_too
    what_use_was_deleted_of_is_not_listed_as_never_used
    no_rule_acts_without_an_answer_or_with_an_incomplete_one
    the_rule_can_be_changed_and_turned_off
    a_changed_rule_is_announced_anew
    an_idle_rule_that_is_out_of_bounds_is_refused
    an_answer_to_an_old_question_changes_nothing
    a_store_that_does_not_answer_is_not_asked_again
    an_entry_that_fails_is_told_and_changes_nothing
    a_first_use_is_told_once
    lists_go_by_the_last_use
    scopes_are_new_for_90_days
}

const HOUR: u64 = 3600;

/// A usage store that records every request.
#[derive(Default)]
pub(crate) struct Uses {
    by_token: RefCell<BTreeMap<(String, u32), Vec<u64>>>,
    pub(crate) complete_since: Cell<Option<u64>>,
    pub(crate) is_down: Cell<bool>,
}

impl Uses {
    pub(crate) fn new() -> Self {
        Self { complete_since: Cell::new(Some(0)), ..Self::default() }
    }

    pub(crate) fn used(&self, id: &str, n: u32, at: u64) {
        self.by_token.borrow_mut().entry((id.to_owned(), n)).or_default().push(at);
    }

    fn answer(&self, question: &UsageQuestion) -> Option<UsageFacts> {
        let of = |one: &(String, u32)| one.0 == question.integration.as_str();
        let by_token = self.by_token.borrow();
        let tokens = by_token.iter().filter(|(one, _)| of(one)).map(|((_, n), uses)| TokenUsed {
            n: *n,
            first: Timestamp::from_seconds(uses[0]),
            last: Timestamp::from_seconds(uses[uses.len() - 1]),
        });
        let from = question.from.seconds();
        let mut all: Vec<u64> = by_token.iter().filter(|(one, _)| of(one)).flat_map(|(_, uses)| uses.clone()).collect();
        all.retain(|at| *at >= from);
        all.sort_unstable();
        let facts = UsageFacts {
            from: question.from,
            requests: all.len() as u64,
            largest_gap: all.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default(),
            store_since: Timestamp::from_seconds(START),
            complete_since: self.complete_since.get().map(Timestamp::from_seconds),
            tokens: tokens.collect(),
        };
        (!self.is_down.get()).then_some(facts)
    }

    /// Lets time pass until `until`, with the alarm ringing whenever something is due.
    pub(crate) fn pass(&self, world: &World, until: u64) {
        loop {
            world.ring_with(|question| self.answer(question));
            let due = world.value("SELECT min(next_at) AS it FROM due").as_u64();
            match due.filter(|due| *due < until) {
                Some(due) => world.now.set(due),
                None => break,
            }
        }
        world.now.set(until);
        world.ring_with(|question| self.answer(question));
    }
}

fn path(id: &str) -> String {
    format!("/integrations/{id}")
}

fn rev(world: &World, id: &str) -> u64 {
    world.value(&format!("SELECT rev AS it FROM integrations WHERE id = '{id}'")).as_u64().unwrap()
}

fn act(world: &World, id: &str, what: &str, body: Value) -> Result<Value, AdminError> {
    let method = if what.is_empty() { "PATCH" } else { "POST" };
    world.ask(method, &format!("{}{what}", path(id)), body, based_on(rev(world, id))).map(|answer| answer.body)
}

pub(crate) fn done(world: &World, id: &str, what: &str, body: Value) -> Value {
    act(world, id, what, body).unwrap_or_else(|error| panic!("{what}: {error:?}"))
}

fn rotate_until_quiet(world: &World, id: &str) -> Value {
    done(world, id, "/rotate", json!({ "expire": "later", "when_quiet": true }))
}

pub(crate) fn settings(world: &World, change: Value) -> Result<Value, AdminError> {
    let rev = world.get("/settings")["rev"].as_u64().unwrap();
    world.ask("PATCH", "/settings", change, based_on(rev)).map(|answer| answer.body)
}

/// The events of a kind: when, and their detail.
pub(crate) fn events(world: &World, id: &str, kind: &str) -> Vec<(u64, Value)> {
    let sql = format!("SELECT at, detail FROM events WHERE integration = '{id}' AND kind = '{kind}' ORDER BY seq");
    let read =
        |row: &Value| (row["at"].as_u64().unwrap(), serde_json::from_str(row["detail"].as_str().unwrap()).unwrap());
    world.rows(&sql).iter().map(read).collect()
}

fn times(world: &World, id: &str, kind: &str) -> Vec<u64> {
    events(world, id, kind).into_iter().map(|(at, _)| at).collect()
}

/// One that was used every hour for 100 days, and whose rotation has just begun.
fn rotating(world: &World, uses: &Uses) -> (String, u64) {
    let id = world.create("one", &["contacts.readonly"]);
    (0..2400).for_each(|hour| uses.used(&id, 1, START + hour * HOUR));
    world.now.set(START + 100 * DAY);
    let rotated = rotate_until_quiet(world, &id);
    assert_eq!(rotated["integration"]["tokens"][1]["when_quiet"], json!(true));
    (id, START + 100 * DAY)
}

fn a_rotation_is_finished_once_its_old_token_is_quiet(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    let (id, began) = rotating(&world, &uses);
    assert_eq!(events(&world, &id, "rotation.started")[0].1["when_quiet"], json!(true));
    let last = began + 3 * HOUR;
    uses.used(&id, 1, last);
    uses.used(&id, 2, last + 60);
    uses.pass(&world, last + DAY - 1);
    assert_eq!(world.get(&path(&id))["state"], json!("rotating"));
    uses.pass(&world, last + DAY + 20 * 60);
    let shown = world.get(&path(&id));
    assert_eq!((&shown["state"], &shown["undo"]["what"]), (&json!("steady"), &json!("finish")));
    let told = events(&world, &id, "rotation.finished");
    assert_eq!(told.len(), 1);
    assert!((last + DAY..=last + DAY + 10 * 60).contains(&told[0].0), "{}", told[0].0);
    let quiet = &told[0].1["when_quiet"];
    assert_eq!((&quiet["reason"], &quiet["safe"]), (&json!("quiet"), &json!(true)));
    // The last hourly use was one hour before the rotation began; then three hours passed.
    assert_eq!((&quiet["gap_seconds"], &quiet["quiet_seconds"]), (&json!(4 * HOUR), &json!(DAY)));
    assert_eq!(world.value("SELECT actor AS it FROM events WHERE kind = 'rotation.finished'"), json!("registry"));
    let mut kv = Kv::default();
    world.drain(&mut kv);
    assert_eq!(kv.rev(&format!("i:{id}")), Some(rev(&world, &id)), "the edge is told");
}

fn a_use_of_the_old_token_puts_it_off_to_the_deadline_at_the_latest(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    let (id, began) = rotating(&world, &uses);
    for hour in 0..7 * 24 {
        uses.used(&id, 1, began + hour * HOUR);
        uses.pass(&world, began + hour * HOUR + 1);
        assert_eq!(world.get(&path(&id))["state"], json!("rotating"), "hour {hour}");
    }
    uses.pass(&world, began + 9 * DAY);
    assert_eq!(times(&world, &id, "rotation.lapsed"), [began + 7 * DAY]);
    assert_eq!(times(&world, &id, "rotation.finished"), [0; 0]);
}

fn nothing_is_finished_without_an_answer_or_with_an_incomplete_one(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    let (id, began) = rotating(&world, &uses);
    for (is_down, complete_since) in [(true, Some(START)), (false, None), (false, Some(began - DAY))] {
        uses.is_down.set(is_down);
        uses.complete_since.set(complete_since);
        uses.pass(&world, world.now.get() + DAY + DAY / 2);
        assert_eq!(world.get(&path(&id))["state"], json!("rotating"), "{is_down} {complete_since:?}");
    }
    uses.complete_since.set(Some(START));
    uses.pass(&world, world.now.get() + 2 * HOUR);
    assert_eq!(times(&world, &id, "rotation.finished").len(), 1, "an answer that comes late is heard");
}

fn what_was_finished_when_quiet_is_undone_for_good(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    let (id, began) = rotating(&world, &uses);
    let finished = || times(&world, &id, "rotation.finished");
    // The alarm rings often enough to stop within the half hour that an undo has.
    while finished().is_empty() {
        uses.pass(&world, world.now.get() + 5 * 60);
    }
    done(&world, &id, "/undo", Value::Null);
    let shown = world.get(&path(&id));
    assert_eq!((&shown["state"], &shown["tokens"][1]["when_quiet"]), (&json!("rotating"), &Value::Null));
    uses.pass(&world, began + 8 * DAY);
    assert_eq!((finished().len(), times(&world, &id, "rotation.lapsed")), (1, vec![began + 7 * DAY]));
}

fn only_a_window_can_end_when_quiet(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    let id = world.create("one", &[]);
    let refused = act(&world, &id, "/rotate", json!({ "expire": "now", "when_quiet": true }));
    assert!(matches!(refused, Err(AdminError::Invalid { field, .. }) if field == "when_quiet"));
    rotate_until_quiet(&world, &id);
    done(&world, &id, "/rotation/cancel", Value::Null);
    let rotated = done(&world, &id, "/rotate", json!({ "expire": "later" }));
    assert_eq!(rotated["integration"]["tokens"][1]["when_quiet"], Value::Null, "of another rotation");
    uses.pass(&world, START + 8 * DAY);
    assert_eq!((times(&world, &id, "rotation.finished").len(), times(&world, &id, "rotation.lapsed").len()), (0, 1));
}

fn an_unused_integration_is_announced_three_times_and_paused(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    let rules = settings(&world, json!({ "idle_days": 60 })).unwrap();
    assert_eq!((&rules["idle_days"], &rules["idle_action"]), (&json!(60), &json!("pause")));
    let id = world.create("one", &[]);
    let last = START + 3 * DAY;
    uses.used(&id, 1, last);
    let end = last + 60 * DAY;
    uses.pass(&world, end - 10 * DAY);
    let idle = &world.get(&path(&id))["idle"];
    assert_eq!(
        (&idle["acts_at"], &idle["action"]),
        (&json!(Timestamp::from_seconds(end).to_string()), &json!("pause"))
    );
    assert_eq!(world.get("/lifecycle")["idle"], json!(1));
    assert_eq!(world.get("/integrations?state=idle")["total"], json!(1));
    uses.pass(&world, end + 60);
    assert_eq!(times(&world, &id, "integration.idle"), [15, 7, 1].map(|days| end - days * DAY));
    let told = events(&world, &id, "integration.idle");
    assert_eq!(told.iter().map(|(_, detail)| &detail["days_left"]).collect::<Vec<_>>(), [15, 7, 1]);
    assert_eq!(times(&world, &id, "integration.paused"), [end]);
    assert_eq!(
        events(&world, &id, "integration.paused")[0].1["idle_since"],
        json!(Timestamp::from_seconds(last).to_string())
    );
    let shown = world.get(&path(&id));
    assert_eq!((&shown["status"], &shown["idle"]), (&json!("paused"), &Value::Null));
    uses.pass(&world, end + 100 * DAY);
    assert_eq!(
        world.told(&id),
        ["integration.idle", "integration.idle", "integration.idle", "integration.paused", "rotation.due"]
    );
}

fn an_unused_integration_is_deleted_where_the_rule_says_so(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    settings(&world, json!({ "idle_days": 30, "idle_action": "delete", "rotate_every_days": null })).unwrap();
    let id = world.create("one", &[]);
    uses.pass(&world, START + 30 * DAY + 60);
    assert_eq!(times(&world, &id, "integration.deleted"), [START + 30 * DAY]);
    let deleted = world.get("/lifecycle")["deleted"][0].clone();
    let answer =
        world.ask("POST", &format!("{}/undo", path(&id)), Value::Null, based_on(deleted["rev"].as_u64().unwrap()));
    assert_eq!(answer.unwrap().body["status"], json!("active"));
    let back = world.now.get();
    uses.pass(&world, back + 14 * DAY);
    assert_eq!(world.get(&path(&id))["status"], json!("active"), "it is announced anew");
    uses.pass(&world, back + 20 * DAY);
    assert_eq!((times(&world, &id, "integration.idle").len(), times(&world, &id, "integration.deleted").len()), (6, 2));
}

fn a_use_a_rotation_and_resuming_begin_the_period_anew(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    settings(&world, json!({ "idle_days": 30 })).unwrap();
    let ids = ["used", "rotated", "resumed"].map(|name| world.create(name, &[]));
    let [used, rotated, resumed] = &ids;
    let anew = START + 29 * DAY + HOUR;
    uses.pass(&world, anew);
    for id in &ids {
        assert_eq!(times(&world, id, "integration.idle").len(), 3);
    }
    uses.used(used, 1, anew);
    done(&world, rotated, "/rotate", json!({ "expire": "now" }));
    done(&world, resumed, "/pause", Value::Null);
    done(&world, resumed, "/resume", Value::Null);
    for id in [rotated, resumed] {
        assert_eq!(world.get(&path(id))["idle"], Value::Null);
    }
    uses.pass(&world, anew + 30 * DAY + 20 * 60);
    for id in &ids {
        let told = times(&world, id, "integration.idle");
        assert_eq!(told.len(), 6, "{id}");
        let paused = *times(&world, id, "integration.paused").last().unwrap();
        assert!((anew + 30 * DAY..anew + 30 * DAY + 20 * 60).contains(&paused), "{paused}");
    }
}

/// Deletes the use of an integration, in the registry and in its store.
fn forget(world: &World, uses: &Uses, id: &str) {
    let asked = world.ok("DELETE", &format!("{}/usage", path(id)), Value::Null, With::default());
    assert_eq!(asked.body["integration"], json!(id));
    uses.by_token.borrow_mut().retain(|(one, _), _| one != id);
}

fn no_rotation_ends_because_its_use_was_deleted(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    let (id, began) = rotating(&world, &uses);
    uses.used(&id, 1, began + HOUR);
    uses.pass(&world, began + HOUR + 1);
    forget(&world, &uses, &id);
    world.later(DAY);
    let target = format!("{}/rotation", path(&id));
    let shown = world.ask_where("GET", &target, Value::Null, With::default(), |question| uses.answer(question));
    let safe = &shown.unwrap().body["safe_to_expire"];
    assert_eq!((&safe["safe"], &safe["reason"]), (&json!(false), &json!("incomplete")));
    uses.pass(&world, began + 7 * DAY + 60);
    assert_eq!(times(&world, &id, "rotation.finished"), [0; 0]);
    assert_eq!(times(&world, &id, "rotation.lapsed"), [began + 7 * DAY], "the deadline holds");
}

fn an_idle_period_begins_anew_where_use_was_deleted(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    settings(&world, json!({ "idle_days": 30, "rotate_every_days": null })).unwrap();
    let id = world.create("one", &[]);
    uses.used(&id, 1, START + 10 * DAY);
    let deleted = START + 34 * DAY;
    uses.pass(&world, deleted);
    assert_eq!(times(&world, &id, "integration.idle").len(), 2, "15 and 7 days before");
    forget(&world, &uses, &id);
    assert_eq!(world.get(&path(&id))["idle"], Value::Null);
    uses.pass(&world, deleted + 15 * DAY - 1);
    assert_eq!(times(&world, &id, "integration.idle").len(), 2);
    uses.pass(&world, deleted + 31 * DAY);
    assert_eq!(times(&world, &id, "integration.idle")[2..], [15, 23, 29].map(|days| deleted + days * DAY));
    assert_eq!(times(&world, &id, "integration.paused"), [deleted + 30 * DAY]);
}

fn what_is_deleted_of_use_is_deleted_in_lists_too(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    let ids = ["one", "two"].map(|name| world.create(name, &[]));
    let [id, other] = &ids;
    world.later(100 * DAY);
    hand(&world, &[(id, 1, START, START + 9 * DAY), (other, 1, START, START + 9 * DAY)]);
    forget(&world, &uses, id);
    hand(&world, &[(id, 1, START, START + 9 * DAY)]); // it was under way
    let shown = world.get(&path(id));
    assert_eq!(shown["used_at"], Value::Null);
    assert_eq!(shown["use_counted_since"], json!(world.now().to_string()));
    assert_eq!(shown["tokens"][0]["first_used_at"], json!(Timestamp::from_seconds(START).to_string()));
    let last = |id| world.value(&format!("SELECT last_used_at AS it FROM tokens WHERE integration = '{id}'"));
    assert_eq!((last(id), last(other)), (Value::Null, json!(START + 9 * DAY)));
    assert_eq!(world.get(&path(other))["used_at"], json!(Timestamp::from_seconds(START + 9 * DAY).to_string()));
    world.later(60);
    hand(&world, &[(id, 1, START, world.now.get())]);
    assert_eq!(world.get(&path(id))["used_at"], json!(world.now().to_string()), "a use since then");
    assert_eq!(last(id), json!(world.now.get()));
}

fn what_use_was_deleted_of_is_not_listed_as_never_used(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    let [forgotten, _] = ["forgotten", "never"].map(|name| world.create(name, &[]));
    world.later(100 * DAY);
    hand(&world, &[(&forgotten, 1, START, START + 99 * DAY)]);
    forget(&world, &uses, &forgotten);
    let names = |query: &str| -> Vec<String> {
        let listed = world.get(&format!("/integrations?{query}"));
        listed["integrations"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("state=never_used"), ["never"]);
    assert_eq!(world.get("/lifecycle")["never_used"], json!(1));
    assert_eq!(names(&format!("unused_since={}", START + 100 * DAY)), ["never"], "nothing is known of the time before");
    let since = START + 100 * DAY + 1;
    assert_eq!(names(&format!("sort=name&unused_since={since}")), ["forgotten", "never"]);
    hand(&world, &[(&forgotten, 1, START, START + 100 * DAY)]);
    assert_eq!(names(&format!("unused_since={}", START + 100 * DAY)), ["never"]);
}

fn no_rule_acts_without_an_answer_or_with_an_incomplete_one(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    settings(&world, json!({ "idle_days": 30, "rotate_every_days": null })).unwrap();
    let id = world.create("one", &[]);
    uses.is_down.set(true);
    uses.pass(&world, START + 50 * DAY);
    uses.is_down.set(false);
    uses.complete_since.set(None);
    uses.pass(&world, START + 70 * DAY);
    assert_eq!(world.told(&id), [""; 0]);
    let complete = START + 60 * DAY;
    uses.complete_since.set(Some(complete));
    uses.pass(&world, complete + 20 * DAY);
    assert_eq!(times(&world, &id, "integration.idle"), [complete + 15 * DAY]);
    let gap = complete + 20 * DAY;
    uses.complete_since.set(Some(gap));
    uses.pass(&world, gap + 14 * DAY);
    assert_eq!(times(&world, &id, "integration.idle").len(), 1, "a gap ends it as a use does");
    uses.pass(&world, gap + 31 * DAY);
    assert_eq!(times(&world, &id, "integration.paused"), [gap + 30 * DAY]);
}

fn the_rule_can_be_changed_and_turned_off(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    let id = world.create("one", &[]);
    world.now.set(START + 200 * DAY);
    settings(&world, json!({ "idle_days": 100, "rotate_every_days": null })).unwrap();
    uses.pass(&world, START + 200 * DAY + 60);
    assert_eq!(times(&world, &id, "integration.idle"), [START + 200 * DAY], "at once, and 15 days before it acts");
    settings(&world, json!({ "idle_days": null })).unwrap();
    assert_eq!(world.get(&path(&id))["idle"], Value::Null);
    uses.pass(&world, START + 260 * DAY);
    assert_eq!(world.told(&id), ["integration.idle"]);
    settings(&world, json!({ "idle_days": 365 })).unwrap();
    uses.pass(&world, START + 366 * DAY);
    assert_eq!(times(&world, &id, "integration.paused"), [START + 365 * DAY]);
}

fn a_changed_rule_is_announced_anew(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    settings(&world, json!({ "idle_days": 30, "rotate_every_days": null })).unwrap();
    let id = world.create("one", &[]);
    uses.pass(&world, START + 29 * DAY);
    assert_eq!(times(&world, &id, "integration.idle").len(), 3);
    settings(&world, json!({ "idle_action": "delete" })).unwrap();
    let changed = world.now.get();
    uses.pass(&world, changed + 60);
    let (_, detail) = events(&world, &id, "integration.idle").pop().unwrap();
    assert_eq!((&detail["action"], &detail["days_left"]), (&json!("delete"), &json!(15)));
    uses.pass(&world, changed + 14 * DAY);
    assert_eq!(world.get(&path(&id))["status"], json!("active"), "it was announced as a pause until then");
    settings(&world, json!({ "idle_days": 365 })).unwrap();
    assert_eq!(world.get(&path(&id))["idle"], Value::Null, "nothing is near");
    uses.pass(&world, START + 365 * DAY);
    let end = START + 365 * DAY;
    assert_eq!(times(&world, &id, "integration.idle")[6..], [15, 7, 1].map(|days| end - days * DAY));
    assert_eq!(times(&world, &id, "integration.deleted"), [end]);
}

fn an_idle_rule_that_is_out_of_bounds_is_refused(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    for (field, value) in [
        ("idle_days", json!(29)),
        ("idle_days", json!(366)),
        ("idle_days", json!("60")),
        ("idle_action", json!("ignore")),
        ("idle_action", Value::Null),
    ] {
        let refused = settings(&world, json!({ (field): value }));
        assert!(matches!(refused, Err(AdminError::Invalid { field: ref place, .. }) if place == field), "{refused:?}");
    }
    for days in [30, 365] {
        assert_eq!(settings(&world, json!({ "idle_days": days })).unwrap()["idle_days"], json!(days));
    }
}

fn an_answer_to_an_old_question_changes_nothing(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    let (id, began) = rotating(&world, &uses);
    world.now.set(began + 3 * DAY);
    let asked = world.registry.fire(50, world.now()).unwrap().asked;
    assert_eq!(asked.len(), 1);
    let facts = uses.answer(&asked[0].question).unwrap();
    done(&world, &id, "/rotation/cancel", Value::Null);
    done(&world, &id, "/rotate", json!({ "expire": "later" }));
    let before = rev(&world, &id);
    assert_eq!(world.registry.learn(&asked[0], &facts, world.now()), None);
    assert_eq!((rev(&world, &id), &world.get(&path(&id))["state"]), (before, &json!("rotating")));
}

fn a_store_that_does_not_answer_is_not_asked_again(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    settings(&world, json!({ "idle_days": 30, "rotate_every_days": null })).unwrap();
    (0..100).for_each(|number| drop(world.create(&format!("n{number}"), &[])));
    world.later(16 * DAY);
    let asked = world.registry.fire(50, world.now()).unwrap().asked;
    let store = |asked: &registry::Asked| Store::of(&asked.question.integration);
    let mut silent = registry::SilentStores::default();
    assert_eq!(silent.leave_out(asked.clone()), asked);
    silent.note(&asked[0]);
    let others = |asked: &[registry::Asked], of: &registry::Asked| -> Vec<_> {
        asked.iter().filter(|one| store(one) != store(of)).cloned().collect()
    };
    assert_eq!(silent.leave_out(asked.clone()), others(&asked, &asked[0]));
    let next = world.registry.fire(50, world.now()).unwrap().asked;
    assert_eq!(next.len(), 50, "what was asked comes later");
    assert_eq!(silent.leave_out(next.clone()), others(&next, &asked[0]));
}

fn an_entry_that_fails_is_told_and_changes_nothing(storage: Rc<dyn Storage>) {
    let (world, uses) = (World::with_demo(storage), Uses::new());
    settings(&world, json!({ "idle_days": 30, "rotate_every_days": null })).unwrap();
    let ids = ["one", "two"].map(|name| world.create(name, &[]));
    world.now.set(START + 16 * DAY);
    world.storage.run("UPDATE integrations SET scopes_since = '?' WHERE name = 'one'", &[]).unwrap();
    let asked = world.registry.fire(50, world.now()).unwrap().asked;
    let learn =
        |asked: &registry::Asked| world.registry.learn(asked, &uses.answer(&asked.question).unwrap(), world.now());
    let faults: Vec<_> = asked.iter().filter_map(learn).collect();
    assert_eq!(asked.len(), 2);
    assert!(faults.len() == 1 && faults[0].starts_with(&format!("idle of {}: ", ids[0])), "{faults:?}");
    assert_eq!(ids.each_ref().map(|id| times(&world, id, "integration.idle").len()), [0, 1]);
    world.storage.run("UPDATE integrations SET scopes_since = '{}' WHERE name = 'one'", &[]).unwrap();
    uses.pass(&world, START + 16 * DAY + 6 * 60);
    assert_eq!(ids.each_ref().map(|id| times(&world, id, "integration.idle").len()), [1, 1], "it is tried again");
}

fn hand(world: &World, uses: &[(&str, u32, u64, u64)]) {
    let moment = |seconds: u64| Moment(Timestamp::from_seconds(seconds));
    let one = |(id, n, first, last): &(&str, u32, u64, u64)| HandedUse {
        integration: IntegrationId::parse(id).unwrap(),
        n: *n,
        first_at: moment(*first),
        last_at: moment(*last),
    };
    let handed = Handed { store: 7, at: Moment(world.now()), uses: uses.iter().map(one).collect() };
    world.registry.take_uses(&handed, world.now()).unwrap();
}

fn a_first_use_is_told_once(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", &[]);
    hand(&world, &[(&id, 1, START, START)]);
    done(&world, &id, "/rotate", json!({ "expire": "later" }));
    world.later(HOUR);
    for last in [START + 90, START + 900] {
        hand(&world, &[(&id, 1, START, last), (&id, 2, START + 80, last), (&id, 9, START, last)]);
    }
    let told = events(&world, &id, "rotation.first_use");
    let at = Timestamp::from_seconds(START + 80).to_string();
    assert_eq!(told, [(START + HOUR, json!({ "n": 2, "used_at": at }))]);
    let last = "SELECT last_used_at AS it FROM tokens WHERE n = 1";
    assert_eq!(world.value(last), json!(START + 900), "what tells that an old token is still used");
    let shown = world.get(&path(&id));
    assert_eq!(shown["tokens"][0]["first_used_at"], json!(at));
    assert_eq!(shown["used_at"], json!(Timestamp::from_seconds(START + 900).to_string()));
    hand(&world, &[("0000000000000000", 2, START, START)]);
}

fn lists_go_by_the_last_use(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let ids = ["never", "long ago", "today"].map(|name| world.create(name, &[]));
    let [_, long_ago, today] = &ids;
    world.later(100 * DAY);
    hand(&world, &[(long_ago, 1, START, START + 5 * DAY), (today, 1, START, START + 100 * DAY)]);
    hand(&world, &[(today, 1, START, START + 99 * DAY)]);
    let names = |query: &str| -> Vec<String> {
        let listed = world.get(&format!("/integrations?{query}"));
        let rows = listed["integrations"].as_array().unwrap();
        assert_eq!(listed["total"], json!(rows.len()), "{query}");
        rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("sort=used"), ["never", "long ago", "today"]);
    assert_eq!(names("sort=-used"), ["today", "long ago", "never"]);
    assert_eq!(names("state=never_used"), ["never"]);
    assert_eq!(names(&format!("sort=-used&unused_since={}", START + 70 * DAY)), ["long ago", "never"]);
    assert_eq!(names(&format!("unused_since={}", START)), [""; 0], "what was made since is not unused for long");
    assert_eq!(world.get("/lifecycle")["never_used"], json!(1));
    let first = world.get("/integrations?sort=-used&limit=1");
    let second = world.get(&format!("/integrations?sort=-used&limit=1&cursor={}", first["cursor"].as_str().unwrap()));
    assert_eq!(second["integrations"][0]["name"], json!("long ago"));
    // A clock that runs ahead is not believed.
    hand(&world, &[(&ids[0], 1, START, START + 900 * DAY)]);
    assert_eq!(world.get(&path(&ids[0]))["used_at"], json!(world.now().to_string()));
}

fn scopes_are_new_for_90_days(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", &["contacts.readonly"]);
    let new = || world.get(&path(&id))["new_scopes"].clone();
    assert_eq!(new(), json!(["contacts.readonly"]));
    world.later(50 * DAY);
    done(&world, &id, "", json!({ "scopes": ["contacts.readonly", "contacts.write"] }));
    world.later(40 * DAY);
    assert_eq!(new(), json!(["contacts.write"]));
    done(&world, &id, "", json!({ "scopes": ["contacts.write"] }));
    done(&world, &id, "/undo", Value::Null);
    assert_eq!(new(), json!(["contacts.readonly", "contacts.write"]), "what was away begins anew");
    world.later(90 * DAY);
    assert_eq!(new(), Value::Null);
    let made = world.ok("GET", &path(&id), Value::Null, With::default());
    assert_eq!(made.body["use_counted_since"], Value::Null);
}
