//! Webhook endpoints, what is handed over to their couriers, and what these report.

use std::collections::BTreeSet;
use std::rc::Rc;

use registry::{Attempt, Begun, Courier, Credential, HandOver, NextHandOver, Read, Storage};
use serde_json::{Value, json};
use tidegate::admin::AdminError;
use tidegate::token::{TokenKeys, verify_key};
use tidegate::webhooks::{AddressRules, EndpointId, Sealed, SealingKeys};

use crate::world::{DAY, START, With, World, based_on, demo_policy, proof, settings};

cases! {
    a_secret_is_shown_once_and_kept_sealed
    an_event_is_handed_over_to_those_who_want_it
    kinds_in_another_order_are_no_change
    a_courier_that_does_not_answer_is_tried_again
    an_endpoint_that_cannot_be_read_holds_back_no_other
    what_came_meanwhile_is_handed_over_next
    a_hand_over_has_a_hundred_messages_or_half_a_megabyte
    the_oldest_of_too_many_that_no_courier_takes_go
    bad_input_names_the_field_and_makes_nothing
    an_address_is_taken_until_its_endpoint_is_deleted
    a_place_has_fifty_endpoints
    who_may_not_manage_webhooks_there_sees_none
    endpoints_are_listed_where_one_manages_webhooks
    nobody_has_events_sent_that_they_may_not_see
    who_made_an_endpoint_is_told_as_far_as_one_may_know
    a_rotation_keeps_the_outgoing_secret_for_a_day
    a_resync_seals_with_the_first_key
    a_start_with_another_first_key_seals_with_it
    no_key_may_go_while_a_secret_needs_it
    what_no_key_opens_is_sealed_again_once_its_key_is_back
    a_courier_reports_and_a_repeated_report_changes_nothing
    a_report_of_what_was_changed_since_disables_nothing
    an_older_report_takes_nothing_back
    that_messages_were_dropped_is_told_to_others_once_a_day
    a_courier_that_still_reports_a_deleted_endpoint_is_told_again
    an_event_is_sent_again_as_it_was
    an_integrations_endpoint_is_sent_its_own_events_alone
    an_endpoint_that_failed_is_not_sent_that_again
    what_is_sent_again_has_the_rev_of_its_own_time
    all_since_a_moment_are_its_own_however_many_others_there_are
    a_failed_command_hands_nothing_over
    a_sign_in_is_handed_over_at_once
    a_publication_goes_to_those_who_may_hear_of_it
    a_publication_goes_to_nothing_that_is_off_or_over
    what_a_publication_requires_reaches_the_courier
    what_publications_require_makes_a_hand_over_no_longer_than_a_courier_takes
    what_cannot_be_read_of_it_permits_nobody
    a_publication_is_told_once
    who_may_not_publish_there_finds_no_owner
    an_accounts_people_see_no_type_of_the_agency
}

const HOOK: &str = "https://hooks.partner.io/in";

fn create(world: &World, place: &str, url: &str, kinds: &[&str]) -> Value {
    let belongs = if tidegate::access::Place::parse(place).is_ok() { "place" } else { "integration" };
    let body = json!({ belongs: place, "url": url, "kinds": kinds });
    world.ok("POST", "/endpoints", body, With::default()).body
}

fn id(made: &Value) -> String {
    made["endpoint"]["id"].as_str().unwrap().to_owned()
}

/// All that waits for couriers, taken by them.
fn hand_over(world: &World) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    while let Some(next) = next(world) {
        world.registry.handed_over(&next, true, world.now()).unwrap();
        all.push((next.endpoint.clone(), serde_json::from_str(&next.body).unwrap()));
    }
    all
}

fn next(world: &World) -> Option<HandOver> {
    match world.registry.next_hand_over(&BTreeSet::new(), world.now()).unwrap()? {
        NextHandOver::HandOver(hand_over) => Some(hand_over),
        NextHandOver::Fault(fault) => panic!("{fault}"),
    }
}

/// What couriers get to deliver: endpoint and kind.
fn told(handed: &[(String, Value)]) -> Vec<(String, String)> {
    let each = |(endpoint, body): &(String, Value)| {
        let kinds =
            body["messages"].as_array().unwrap().iter().map(|message| message["kind"].as_str().unwrap().to_owned());
        kinds.map(|kind| (endpoint.clone(), kind)).collect::<Vec<_>>()
    };
    let mut all: Vec<_> = handed.iter().flat_map(each).collect();
    all.sort();
    all
}

fn rename(world: &World, integration: &str, name: &str, rev: u64) {
    world.ok("PATCH", &format!("/integrations/{integration}"), json!({ "name": name }), based_on(rev));
}

fn refused(world: &World, body: Value) -> AdminError {
    world.ask("POST", "/endpoints", body, With::default()).unwrap_err()
}

fn a_secret_is_shown_once_and_kept_sealed(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let made = create(&world, "agency", HOOK, &["policy.published"]);
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{}", secret.len());
    let shown = world.get(&format!("/endpoints/{}", id(&made)));
    assert_eq!(shown, made["endpoint"]);
    assert_eq!(shown["state"], "new");
    let everything = json!([world.rows("SELECT * FROM endpoints"), world.rows("SELECT * FROM events"), shown]);
    assert!(!everything.to_string().contains(secret.strip_prefix("whsec_").unwrap()));
    let [(_, told)] = &hand_over(&world)[..] else { panic!() };
    assert!(
        !told.to_string().contains(secret.strip_prefix("whsec_").unwrap())
            && told["endpoint"]["secrets"][0]["sealed"].is_string()
    );
}

fn an_event_is_handed_over_to_those_who_want_it(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let (one, other) = (world.create("one", &["contacts.readonly"]), world.create("other", &[]));
    let kinds = ["integration.edited"];
    let of_acme = id(&create(&world, "sub_account:acme", HOOK, &kinds));
    let of_globex = id(&create(&world, "sub_account:globex", HOOK, &kinds));
    let of_all = id(&create(&world, "sub_accounts", HOOK, &kinds));
    let of_agency = id(&create(&world, "agency", HOOK, &kinds));
    let of_one = id(&create(&world, &one, HOOK, &kinds));
    let of_other = id(&create(&world, &other, HOOK, &kinds));
    let deaf = id(&create(&world, "sub_account:acme", "https://hooks.partner.io/deaf", &["integration.deleted"]));
    hand_over(&world);
    rename(&world, &one, "renamed", 1);
    let handed = hand_over(&world);
    let kind = "integration.edited".to_owned();
    let mut expected: Vec<_> = [of_acme, of_all, of_one].into_iter().map(|id| (id, kind.clone())).collect();
    expected.sort();
    assert_eq!(told(&handed), expected, "not {of_globex}, {of_agency}, {of_other}, {deaf}");
    let message = &handed[0].1["messages"][0];
    let data: Value = serde_json::from_str(message["data"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&data["integration"], &data["rev"], &data["actor"]),
        (&json!(one), &json!(2), &json!({ "type": "owner_key" }))
    );
    assert_eq!(data["place"], "sub_account:acme");
    assert_eq!(message["at"], START);
    assert_eq!(world.value("SELECT count(*) AS it FROM messages"), json!(0), "what all have is forgotten");
    assert_eq!(world.value("SELECT count(*) AS it FROM couriers"), json!(0));
}

fn kinds_in_another_order_are_no_change(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let made = create(&world, "agency", HOOK, &["integration.created", "integration.deleted"]);
    let path = format!("/endpoints/{}", id(&made));
    let before = (world.get(&path), world.get("/events"));
    let reordered = json!({ "kinds": ["integration.deleted", "integration.created"] });
    world.ok("PATCH", &path, reordered, based_on(1));
    assert_eq!((world.get(&path), world.get("/events")), before);
    let edited = world.ok("PATCH", &path, json!({ "kinds": ["integration.deleted"] }), based_on(1)).body;
    assert_eq!((&edited["rev"], &edited["kinds"]), (&json!(2), &json!(["integration.deleted"])));
}

fn a_courier_that_does_not_answer_is_tried_again(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let down = id(&create(&world, "sub_accounts", HOOK, &["sub_account.added"]));
    world.drain(&mut crate::world::Kv::default());
    let up = id(&create(&world, "sub_accounts", "https://hooks.partner.io/up", &["sub_account.added"]));
    hand_over(&world);
    world.ok("POST", "/sub-accounts", json!({ "id": "new", "name": "New" }), With::default());
    assert_eq!(world.registry.due_in(world.now()).unwrap().map(|due| due.as_secs()), Some(0));
    let mut waits = Vec::new();
    for _ in 0..8 {
        while let Some(next) = next(&world) {
            world.registry.handed_over(&next, next.endpoint == up, world.now()).unwrap();
        }
        let due = world.registry.due_in(world.now()).unwrap().unwrap().as_secs();
        waits.push(due);
        world.later(due);
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    let handed = hand_over(&world);
    assert_eq!(told(&handed), [(down, "sub_account.added".to_owned())]);
    assert_eq!(world.value("SELECT count(*) AS it FROM couriers"), json!(0));
    let since_start: u64 = waits.iter().sum();
    let due = world.registry.due_in(world.now()).unwrap().unwrap().as_secs();
    assert_eq!(due + since_start, 401 * 86_400, "nothing is due but the end of the first event");
}

fn an_endpoint_that_cannot_be_read_holds_back_no_other(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let broken = id(&create(&world, "sub_accounts", HOOK, &["sub_account.added"]));
    let other = id(&create(&world, "sub_accounts", "https://hooks.partner.io/other", &["sub_account.added"]));
    hand_over(&world);
    let set = |because: &str| {
        let sql = format!("UPDATE endpoints SET disabled_because = {because} WHERE id = '{broken}'");
        world.storage.run(&sql, &[]).unwrap();
    };
    world.ok("POST", "/sub-accounts", json!({ "id": "new", "name": "New" }), With::default());
    set("'x'");
    let (mut faults, mut taken) = (Vec::new(), Vec::new());
    while let Some(next) = world.registry.next_hand_over(&BTreeSet::new(), world.now()).unwrap() {
        match next {
            NextHandOver::HandOver(next) => {
                world.registry.handed_over(&next, true, world.now()).unwrap();
                taken.push(next.endpoint);
            }
            NextHandOver::Fault(fault) => faults.push(fault),
        }
    }
    assert_eq!(taken, [other]);
    assert!(faults.len() == 1 && faults[0].contains(&broken), "{faults:?}");
    set("NULL");
    world.later(1);
    assert_eq!(told(&hand_over(&world)), [(broken, "sub_account.added".to_owned())]);
}

fn what_came_meanwhile_is_handed_over_next(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let endpoint = id(&create(&world, "sub_accounts", HOOK, &["sub_account.added"]));
    hand_over(&world);
    let add = |name: &str| world.ok("POST", "/sub-accounts", json!({ "id": name, "name": name }), With::default());
    add("one");
    let first = next(&world).unwrap();
    let busy = BTreeSet::from([endpoint.clone()]);
    assert!(world.registry.next_hand_over(&busy, world.now()).unwrap().is_none(), "one at a time");
    add("two");
    world.registry.handed_over(&first, true, world.now()).unwrap();
    let world = world.restarted();
    let second = hand_over(&world);
    assert_eq!(told(&second), [(endpoint, "sub_account.added".to_owned())]);
    assert!(second[0].1["messages"][0]["data"].as_str().unwrap().contains("two"));
}

fn a_hand_over_has_a_hundred_messages_or_half_a_megabyte(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    create(&world, "agency", HOOK, &["feature.changed"]);
    let integration = world.create("hears", &["contacts.readonly"]);
    create(&world, &integration, HOOK, &["contact.created"]);
    hand_over(&world);
    let handed = || {
        let handed = hand_over(&world).into_iter().map(|(_, body)| body["messages"].as_array().unwrap().clone());
        let handed: Vec<_> = handed.collect();
        (handed.iter().map(Vec::len).collect::<Vec<_>>(), handed.last().unwrap().last().unwrap().clone())
    };
    for number in 0..101 {
        let switch = json!({ "agency": number % 2 == 1 });
        world.ok("PATCH", "/features/private_integrations", switch, With::default());
    }
    let (counts, last) = handed();
    assert_eq!(counts, [100, 1]);
    assert_eq!(
        last["id"],
        world.value("SELECT 'evt_' || at || '_' || seq AS it FROM events ORDER BY seq DESC LIMIT 1")
    );
    for number in 0..10 {
        publish(&world, &format!("c-{number}"), json!(number.to_string().repeat(60_000))).unwrap();
    }
    let (counts, last) = handed();
    assert_eq!(counts, [9, 1], "the ninth goes beyond it");
    assert!(last["data"].as_str().unwrap().starts_with("\"999"));
    assert_eq!(world.value("SELECT count(*) AS it FROM couriers"), json!(0));
}

fn an_address_is_taken_until_its_endpoint_is_deleted(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let path = format!("/endpoints/{}", id(&create(&world, "agency", HOOK, &["policy.published"])));
    let own = world.ok("PATCH", &path, json!({ "url": HOOK, "description": "ours" }), based_on(1));
    assert_eq!((own.rev, &own.body["description"]), (Some(2), &json!("ours")));
    world.ok("DELETE", &path, Value::Null, based_on(2));
    create(&world, "agency", HOOK, &["policy.published"]);
}

fn the_oldest_of_too_many_that_no_courier_takes_go(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let endpoint = id(&create(&world, "sub_accounts", HOOK, &["sub_account.added"]));
    hand_over(&world);
    let many = format!(
        "INSERT INTO messages (id, kind, at, data)
            WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 10002)
            SELECT 'm' || n, 'sub_account.added', {START}, '{{}}' FROM counted;
        INSERT INTO hand_overs (endpoint, message, again) SELECT '{endpoint}', id, 0 FROM messages ORDER BY messages.rowid"
    );
    world.storage.run(&many, &[]).unwrap();
    world.ok("POST", "/sub-accounts", json!({ "id": "new", "name": "New" }), With::default());
    world.registry.handed_over(&next(&world).unwrap(), false, world.now()).unwrap();
    let left = ["messages", "hand_overs"].map(|table| world.value(&format!("SELECT count(*) AS it FROM {table}")));
    assert_eq!(left, [json!(10_000), json!(10_000)]);
    let oldest = world.rows("SELECT message FROM hand_overs ORDER BY rowid LIMIT 1");
    assert_eq!(oldest, [json!({ "message": "m4" })]);
    assert_eq!(world.get(&format!("/endpoints/{endpoint}"))["dropped"], 3);
}

fn bad_input_names_the_field_and_makes_nothing(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let integration = world.create("one", &[]);
    let kinds = json!(["policy.published"]);
    let with = |field: &str, value: Value| {
        let mut body = json!({ "place": "agency", "url": HOOK, "kinds": kinds });
        body[field] = value;
        body
    };
    for (body, field) in [
        (with("url", json!("http://hooks.partner.io/")), "url"),
        (with("url", json!("https://127.0.0.1/")), "url"),
        (with("url", json!("https://x.example.com/")), "url"),
        (with("url", json!("http://localhost:8787/")), "url"),
        (with("kinds", json!([])), "kinds"),
        (with("kinds", json!(["policy.published", "policy.burnt"])), "kinds[1]"),
        (with("kinds", json!(["*"])), "kinds[0]"),
        (with("kinds", json!(["policy.published", "policy.published"])), "kinds[1]"),
        (with("integration", json!(integration)), "place"),
        (with("place", Value::Null), "place"),
        (with("place", json!("sub_account")), "place"),
        (with("description", json!("\u{200b}")), "description"),
        (with("secret", json!("whsec_x")), "secret"),
    ] {
        let error = refused(&world, body.clone());
        assert!(matches!(&error, AdminError::Invalid { field: named, .. } if named == field), "{body}: {error:?}");
    }
    assert_eq!(refused(&world, with("place", json!("sub_account:nobody"))), AdminError::NoOwner("place"));
    let mut of_nobody = with("integration", json!("0000000000000000"));
    of_nobody.as_object_mut().unwrap().remove("place");
    assert_eq!(refused(&world, of_nobody), AdminError::NoOwner("integration"));
    let made = create(&world, "agency", HOOK, &["policy.published"]);
    assert_eq!(refused(&world, with("url", json!("https://Hooks.Partner.io:443/in"))), AdminError::Exists("url"));
    create(&world, "sub_account:acme", HOOK, &["policy.published"]);
    let other = create(&world, "agency", "https://hooks.partner.io/other", &["policy.published"]);
    let same = world.ask("PATCH", &format!("/endpoints/{}", id(&other)), json!({ "url": HOOK }), based_on(1));
    assert_eq!(same.unwrap_err(), AdminError::Exists("url"));
    let stale = world.ask("PATCH", &format!("/endpoints/{}", id(&made)), json!({ "enabled": false }), based_on(7));
    assert!(matches!(stale.unwrap_err(), AdminError::Stale(_)));
    assert_eq!(world.value("SELECT count(*) AS it FROM endpoints"), json!(3));
}

fn a_place_has_fifty_endpoints(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    for number in 0..50 {
        create(&world, "sub_account:acme", &format!("{HOOK}/{number}"), &["rotation.started"]);
    }
    let body = json!({ "place": "sub_account:acme", "url": HOOK, "kinds": ["rotation.started"] });
    assert_eq!(refused(&world, body), AdminError::TooManyEndpoints(50));
    let integration = world.create("one", &[]);
    create(&world, &integration, HOOK, &["rotation.started"]);
    let first = world.get("/endpoints?limit=1")["endpoints"][0].clone();
    let path = format!("/endpoints/{}", first["id"].as_str().unwrap());
    world.ok("DELETE", &path, Value::Null, based_on(1));
    assert_eq!(world.ask("GET", &path, Value::Null, With::default()).unwrap_err(), AdminError::NoEndpoint);
    assert_eq!(world.get("/endpoints")["total"], 50);
    assert_eq!(world.get(&format!("/endpoints?integration={integration}"))["total"], 1);
    let handed = hand_over(&world);
    let gone = handed.iter().find(|(id, _)| first["id"] == json!(id)).unwrap();
    assert_eq!(gone.1["endpoint"], Value::Null, "its courier forgets everything");
}

/// A key with these permissions.
fn key(world: &World, verb: &str, place: &str) -> Credential {
    let permissions = json!([{ "verb": verb, "place": place }]);
    let body = json!({ "name": "CI", "permissions": permissions, "expires_at": "2027-01-01T00:00:00Z" });
    let made = world.ok("POST", "/keys", body, With::default()).body;
    let keys: &TokenKeys = world.settings.keys.as_ref().unwrap();
    Credential::Key(verify_key(keys, made["token"].as_str().unwrap()).unwrap())
}

fn nobody_has_events_sent_that_they_may_not_see(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.add_person(json!({ "email": "ana@acme.example", "role": "account_admin", "accounts": ["acme"] }));
    let admin = world.sign_in("ana@acme.example").unwrap();
    let sends = key(&world, "webhooks.manage", "sub_account:acme");
    let ask = |who: &Credential, method: &str, path: &str, body: Value, with: With<'_>| {
        world.as_credential(who, || world.ask(method, path, body, with))
    };
    let new = |kinds: &[&str]| json!({ "place": "sub_account:acme", "url": HOOK, "kinds": kinds });
    for kind in tidegate::events::Kind::ALL {
        let body = new(&["rotation.started", kind.as_str()]);
        let made = match ask(&admin, "POST", "/endpoints", body.clone(), With::default()) {
            Ok(made) => made.body,
            Err(AdminError::Invalid { field, .. }) => {
                assert!(field == "kinds[1]", "{kind}: {field}");
                assert!(
                    *kind == tidegate::events::Kind::RotationStarted || !kind_of_integrations(kind.group()),
                    "{kind}"
                );
                continue;
            }
            Err(other) => panic!("{kind}: {other:?}"),
        };
        assert!(kind_of_integrations(kind.group()), "{kind}");
        world.ok("DELETE", &format!("/endpoints/{}", id(&made)), Value::Null, based_on(1));
        let by_its_manager = ask(&sends, "POST", "/endpoints", new(&[kind.as_str()]), With::default());
        match by_its_manager {
            Ok(made) => {
                assert!(kind.group() == "endpoint", "{kind}");
                world.ok("DELETE", &format!("/endpoints/{}", id(&made.body)), Value::Null, based_on(1));
            }
            Err(refused) => {
                assert!(kind.group() != "endpoint", "{kind}");
                assert!(matches!(refused, AdminError::Invalid { field, .. } if field == "kinds[0]"), "{kind}");
            }
        }
    }
    let path =
        format!("/endpoints/{}", id(&create(&world, "sub_account:acme", HOOK, &["key.created", "rotation.started"])));
    let edit = |body: Value, rev: u64| ask(&admin, "PATCH", &path, body, based_on(rev));
    let is_at = |error: AdminError, at: &str| matches!(error, AdminError::Invalid { field, .. } if field == at);
    let more = json!({ "kinds": ["key.created", "rotation.started", "person.added"] });
    assert!(is_at(edit(more, 1).unwrap_err(), "kinds[2]"));
    let elsewhere = json!({ "url": "https://hooks.example.net/" });
    assert!(is_at(edit(elsewhere.clone(), 1).unwrap_err(), "kinds[0]"), "another receiver");
    assert!(
        edit(json!({ "kinds": ["key.created", "rotation.due"], "description": "x" }), 1).is_ok(),
        "what was there stays"
    );
    assert!(edit(json!({ "kinds": ["rotation.due"] }), 2).is_ok());
    assert!(edit(elsewhere, 3).is_ok());
    world.create("one", &[]);
    let resend = |who: &Credential, kind: &str| {
        let sql = format!("SELECT 'evt_' || at || '_' || max(seq) AS it FROM events WHERE kind = '{kind}'");
        let message = json!({ "message": world.value(&sql) });
        ask(who, "POST", &format!("{path}/resend"), message, With::default()).map(|answer| answer.status)
    };
    for (kind, by_admin, by_manager) in [
        ("person.added", Err(AdminError::NoMessage), Err(AdminError::NoMessage)),
        ("integration.created", Ok(202), Err(AdminError::NoMessage)),
        ("endpoint.changed", Ok(202), Ok(202)),
    ] {
        assert_eq!(resend(&admin, kind), by_admin, "{kind}");
        assert_eq!(resend(&sends, kind), by_manager, "{kind}");
        assert_eq!(resend(&Credential::OwnerKey, kind), Ok(202), "{kind}");
    }
    world.ok("PATCH", &path, json!({ "kinds": ["person.added"] }), based_on(4));
    assert_eq!(resend(&sends, "person.added"), Ok(202), "it is sent there anyway");
}

/// Whether who may see the integrations of a place may see events of this group there.
fn kind_of_integrations(group: &str) -> bool {
    ["integration", "rotation", "token", "usage", "endpoint"].contains(&group)
}

fn who_may_not_manage_webhooks_there_sees_none(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let made = create(&world, "sub_account:acme", HOOK, &["rotation.started"]);
    let of_acme = key(&world, "webhooks.manage", "sub_account:acme");
    let of_globex = key(&world, "webhooks.manage", "sub_account:globex");
    let viewer = key(&world, "integrations.view", "sub_account:acme");
    let path = format!("/endpoints/{}", id(&made));
    let ask = |who: &Credential, method: &str, path: &str, body: Value| {
        world.as_credential(who, || world.ask(method, path, body, With::default()))
    };
    assert_eq!(ask(&of_acme, "GET", &path, Value::Null).unwrap().body["id"], made["endpoint"]["id"]);
    assert_eq!(ask(&of_acme, "GET", "/endpoints", Value::Null).unwrap().body["total"], 1);
    assert_eq!(ask(&of_globex, "GET", "/endpoints", Value::Null).unwrap().body["total"], 0);
    for target in ["", "/deliveries", "/test", "/resend"] {
        let (method, body) = match target {
            "/test" => ("POST", Value::Null),
            "/resend" => ("POST", json!({ "since": "2026-11-28T00:00:00Z" })),
            _ => ("GET", Value::Null),
        };
        let error = ask(&of_globex, method, &format!("{path}{target}"), body).unwrap_err();
        assert_eq!(error, AdminError::NoEndpoint, "{target}");
    }
    let new = |place: &str| json!({ "place": place, "url": HOOK, "kinds": ["endpoint.failing"] });
    assert_eq!(
        ask(&of_globex, "POST", "/endpoints", new("sub_account:acme")).unwrap_err(),
        AdminError::NoOwner("place")
    );
    assert_eq!(ask(&of_globex, "POST", "/endpoints", new("sub_accounts")).unwrap_err(), AdminError::NoOwner("place"));
    let lacking = ask(&viewer, "POST", "/endpoints", new("sub_account:acme")).unwrap_err();
    assert!(matches!(lacking, AdminError::Forbidden { .. }));
    assert!(ask(&of_globex, "POST", "/endpoints", new("sub_account:globex")).is_ok());
}

fn endpoints_are_listed_where_one_manages_webhooks(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let integration = world.create("one", &[]);
    for (name, place) in [
        ("agency", "agency"),
        ("every", "sub_accounts"),
        ("acme", "sub_account:acme"),
        ("globex", "sub_account:globex"),
        ("one", integration.as_str()),
    ] {
        create(&world, place, &format!("https://hooks.partner.io/{name}"), &["rotation.started"]);
    }
    let listed = |query: &str| {
        let page = world.get(&format!("/endpoints{query}"));
        let urls = page["endpoints"].as_array().unwrap().iter().map(|endpoint| endpoint["url"].as_str().unwrap());
        let mut names: Vec<_> = urls.map(|url| url.rsplit('/').next().unwrap().to_owned()).collect();
        names.sort();
        assert_eq!(page["total"], json!(names.len()));
        names
    };
    let of_one = format!("?integration={integration}");
    for (place, all, ones) in [
        ("agency", vec!["agency"], vec![]),
        ("sub_accounts", vec!["acme", "every", "globex", "one"], vec!["one"]),
        ("sub_account:acme", vec!["acme", "one"], vec!["one"]),
        ("sub_account:globex", vec!["globex"], vec![]),
    ] {
        let manager = key(&world, "webhooks.manage", place);
        world.as_credential(&manager, || {
            assert_eq!(listed(""), all, "{place}");
            assert_eq!(listed(&of_one), ones, "{place}");
        });
    }
}

fn who_made_an_endpoint_is_told_as_far_as_one_may_know(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let of_agency = key(&world, "webhooks.manage", "sub_accounts");
    let of_acme = key(&world, "webhooks.manage", "sub_account:acme");
    let body = json!({ "place": "sub_account:acme", "url": HOOK, "kinds": ["endpoint.failing"] });
    let made = world.as_credential(&of_agency, || world.ok("POST", "/endpoints", body, With::default()).body);
    let path = format!("/endpoints/{}", id(&made));
    let by = |shown: &Value| json!([shown["created_by"], shown["created_by_name"]]);
    let known = by(&world.get(&path));
    assert!(known[0].as_str().unwrap().starts_with("key:") && known[1].is_string(), "{known}");
    assert_eq!(by(&world.get("/endpoints")["endpoints"][0]), known);
    let hidden = json!(["administrator", null]);
    assert_eq!(world.as_credential(&of_acme, || by(&world.get(&path))), hidden);
    assert_eq!(world.as_credential(&of_acme, || by(&world.get("/endpoints")["endpoints"][0])), hidden);
    let stale = world.as_credential(&of_acme, || world.ask("DELETE", &path, Value::Null, based_on(7)).unwrap_err());
    let AdminError::Stale(current) = stale else { panic!("{stale:?}") };
    assert_eq!(by(&current), hidden);
    assert_eq!(by(&create(&world, "agency", HOOK, &["rotation.started"])["endpoint"]), json!(["owner-key", null]));
}

fn a_rotation_keeps_the_outgoing_secret_for_a_day(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let made = create(&world, "agency", HOOK, &["policy.published"]);
    let path = format!("/endpoints/{}/rotate", id(&made));
    let rotate = |expire: &str, rev: u64| world.ask("POST", &path, json!({ "expire": expire }), based_on(rev));
    let rotated = rotate("later", 1).unwrap().body;
    assert_ne!(rotated["secret"], made["secret"]);
    assert_eq!(rotated["endpoint"]["outgoing_secret_until"], "2026-11-29T00:00:00Z");
    let handed = hand_over(&world);
    let secrets = handed.last().unwrap().1["endpoint"]["secrets"].clone();
    assert_eq!((&secrets[0]["until"], &secrets[1]["until"]), (&Value::Null, &json!(START + DAY)));
    assert_eq!(rotate("later", 2).unwrap_err(), AdminError::SecretRotates);
    let now = rotate("now", 2).unwrap().body;
    assert_eq!(now["endpoint"]["outgoing_secret_until"], Value::Null);
    assert_eq!(hand_over(&world)[0].1["endpoint"]["secrets"].as_array().unwrap().len(), 1);
    rotate("later", 3).unwrap();
    world.later(DAY);
    assert!(rotate("later", 4).is_ok());
    let told = world.rows("SELECT detail FROM events WHERE kind = 'endpoint.secret_rotated' ORDER BY seq");
    assert!(
        told[0]["detail"].as_str().unwrap().contains("later") && told[1]["detail"].as_str().unwrap().contains("now")
    );
}

const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

fn token_keys(text: &str) -> Result<TokenKeys, AdminError> {
    Ok(TokenKeys::parse(text).unwrap())
}

/// How many secrets of endpoints these keys open.
fn opened_by(world: &World, keys: &str) -> usize {
    let keys = SealingKeys::of(&token_keys(keys).unwrap());
    let rows = world.rows("SELECT id, secret, outgoing_secret FROM endpoints");
    let opens = |row: &Value, column: &str| {
        let sealed = row[column].as_str().map(|text| Sealed::from_text(text.to_owned()));
        sealed
            .is_some_and(|sealed| keys.open(&EndpointId::parse(row["id"].as_str().unwrap()).unwrap(), &sealed).is_ok())
    };
    rows.iter()
        .flat_map(|row| ["secret", "outgoing_secret"].map(|column| opens(row, column)))
        .filter(|opens| *opens)
        .count()
}

fn a_start_with_another_first_key_seals_with_it(storage: Rc<dyn Storage>) {
    let mut world = World::new(storage); // without a policy and integrations, nothing is in KV
    for url in [HOOK, "https://hooks.partner.io/other"] {
        let made = create(&world, "agency", url, &["endpoint.failing"]);
        world.ok("POST", &format!("/endpoints/{}/rotate", id(&made)), json!({ "expire": "later" }), based_on(1));
    }
    hand_over(&world);
    world.settings.keys = token_keys(&format!("{TWO},{ONE}"));
    let world = world.restarted();
    assert_eq!((world.get("/resync")["complete"].clone(), opened_by(&world, TWO)), (json!(false), 0));
    assert!(world.registry.due_in(world.now()).unwrap().unwrap() <= registry::RETRY_AFTER, "the alarm is set");
    world.ring();
    assert_eq!((world.get("/resync")["complete"].clone(), opened_by(&world, TWO)), (json!(true), 4));
    assert_eq!(hand_over(&world).len(), 2, "their couriers are told");
    world.ring();
    assert_eq!(hand_over(&world), []);
}

/// The release before wrote all of KV with the new key, and sealed nothing with it.
fn no_key_may_go_while_a_secret_needs_it(storage: Rc<dyn Storage>) {
    let mut world = World::with_demo(storage);
    create(&world, "agency", HOOK, &["policy.published"]);
    let mut kv = crate::world::Kv::default();
    world.settings.keys = token_keys(&format!("{TWO},{ONE}"));
    let world = world.restarted();
    assert!(world.registry.alarm(world.now()).unwrap().is_empty());
    world.drain(&mut kv);
    assert_eq!(world.get("/resync"), json!({ "waiting": 0, "complete": false }));
    world.ring();
    assert_eq!(world.get("/resync"), json!({ "waiting": 0, "complete": true }));
    assert_eq!(opened_by(&world, TWO), 1);
}

fn what_no_key_opens_is_sealed_again_once_its_key_is_back(storage: Rc<dyn Storage>) {
    let mut world = World::with_demo(storage);
    create(&world, "agency", HOOK, &["policy.published"]);
    world.settings.keys = token_keys(TWO);
    let mut world = world.restarted();
    let [fault] = &world.reseal()[..] else { panic!("no fault") };
    assert!(fault.contains("no token key opens"), "{fault}");
    assert_eq!(world.reseal(), Vec::<String>::new(), "told once");
    world.settings.keys = token_keys(&format!("{TWO},{ONE}"));
    let world = world.restarted();
    assert_eq!(world.reseal(), Vec::<String>::new());
    assert_eq!(opened_by(&world, TWO), 1);
}

fn a_resync_seals_with_the_first_key(storage: Rc<dyn Storage>) {
    let mut world = World::with_demo(storage);
    create(&world, "agency", HOOK, &["policy.published"]);
    let before = world.value("SELECT secret AS it FROM endpoints");
    hand_over(&world);
    world.settings.keys = token_keys(&format!("{TWO},{ONE}"));
    world.ok("POST", "/resync", Value::Null, With::default());
    let after = world.value("SELECT secret AS it FROM endpoints");
    assert_ne!(before, after);
    let [(_, told)] = &hand_over(&world)[..] else { panic!("the courier is told") };
    assert_eq!(told["endpoint"]["secrets"][0]["sealed"], after);
    assert_eq!(opened_by(&world, TWO), 1, "the other key can go");
}

fn report(rev: u64, since: Option<u64>, is_failing: bool, disabled: Option<&str>) -> String {
    json!({
        "rev": rev, "failing_since": since, "is_failing": is_failing, "succeeded_at": null, "failed_at": since,
        "dropped": 0, "disabled": disabled,
    })
    .to_string()
}

fn a_courier_reports_and_a_repeated_report_changes_nothing(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let kinds = ["endpoint.failing", "endpoint.disabled"];
    let bad = id(&create(&world, "agency", HOOK, &kinds));
    let other = id(&create(&world, "agency", "https://hooks.partner.io/other", &kinds));
    hand_over(&world);
    let state = |world: &World| world.get(&format!("/endpoints/{bad}"))["state"].clone();
    for (text, expected) in [
        (report(1, Some(START), false, None), "failing"),
        (report(1, Some(START), true, None), "failing"),
        (report(1, Some(START), true, None), "failing"),
        (report(1, Some(START), true, Some("gone")), "disabled"),
        (report(1, Some(START), true, Some("gone")), "disabled"),
    ] {
        world.registry.report(&bad, &text, world.now()).unwrap();
        assert_eq!(state(&world), expected);
    }
    let handed = told(&hand_over(&world));
    let of_other = |kind: &str| (other.clone(), kind.to_owned());
    let got: Vec<_> = handed.iter().filter(|(endpoint, _)| *endpoint == other).cloned().collect();
    assert_eq!(got, [of_other("endpoint.disabled"), of_other("endpoint.failing")]);
    assert!(!handed.contains(&(bad.clone(), "endpoint.disabled".to_owned())), "it is told nothing more");
    let shown = world.get(&format!("/endpoints/{bad}"));
    assert_eq!((&shown["disabled_because"], &shown["rev"]), (&json!("gone"), &json!(2)));
    world.ok("PATCH", &format!("/endpoints/{bad}"), json!({ "enabled": true }), based_on(2));
    assert_eq!(state(&world), "new");
    assert!(world.registry.report("nonsense", "{}", world.now()).is_err());
    assert!(world.registry.report(&bad, "{}", world.now()).is_err());
}

fn that_messages_were_dropped_is_told_to_others_once_a_day(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let full = id(&create(&world, "agency", HOOK, &["endpoint.failing"]));
    let other = id(&create(&world, "agency", "https://hooks.partner.io/other", &["endpoint.failing"]));
    hand_over(&world);
    let reported = |dropped: u64| {
        let mut text: Value = serde_json::from_str(&report(1, None, false, None)).unwrap();
        text["dropped"] = json!(dropped);
        world.registry.report(&full, &text.to_string(), world.now()).unwrap();
        told(&hand_over(&world))
    };
    let of_other = [(other, "endpoint.failing".to_owned())];
    assert_eq!(reported(1), of_other, "a full endpoint that hears of itself drops one more for it");
    for dropped in [2, 3, 9] {
        world.later(60);
        assert_eq!(reported(dropped), []);
    }
    assert_eq!(world.get(&format!("/endpoints/{full}"))["dropped"], 9);
    world.later(DAY);
    assert_eq!(reported(9), of_other, "of all since the event before");
    world.later(DAY);
    assert_eq!(reported(9), [], "of nothing");
    let details =
        world.rows("SELECT detail ->> 'dropped' AS dropped FROM events WHERE kind = 'endpoint.failing' ORDER BY seq");
    assert_eq!(details, [json!({ "dropped": 1 }), json!({ "dropped": 8 })]);
}

fn a_report_of_what_was_changed_since_disables_nothing(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let endpoint = id(&create(&world, "agency", HOOK, &["policy.published"]));
    let path = format!("/endpoints/{endpoint}");
    world.ok("PATCH", &path, json!({ "url": "https://hooks.partner.io/new" }), based_on(1));
    world.registry.report(&endpoint, &report(1, Some(START), true, Some("gone")), world.now()).unwrap();
    assert_eq!(world.get(&path)["disabled_at"], Value::Null);
    world.ok("DELETE", &path, Value::Null, based_on(2));
    world.registry.report(&endpoint, &report(2, Some(START), true, Some("gone")), world.now()).unwrap();
}

fn an_older_report_takes_nothing_back(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let endpoint = id(&create(&world, "agency", HOOK, &["policy.published"]));
    for (succeeded_at, failed_at, dropped) in
        [(json!(START + 60), json!(START + 30), 5), (json!(START), Value::Null, 3)]
    {
        let mut text: Value = serde_json::from_str(&report(1, None, false, None)).unwrap();
        (text["succeeded_at"], text["failed_at"], text["dropped"]) = (succeeded_at, failed_at, json!(dropped));
        world.registry.report(&endpoint, &text.to_string(), world.now()).unwrap();
        let shown = world.get(&format!("/endpoints/{endpoint}"));
        assert_eq!(
            (&shown["succeeded_at"], &shown["failed_at"]),
            (&json!("2026-11-28T00:01:00Z"), &json!("2026-11-28T00:00:30Z"))
        );
        assert_eq!((&shown["dropped"], &shown["state"]), (&json!(5), &json!("healthy")));
    }
}

fn a_courier_that_still_reports_a_deleted_endpoint_is_told_again(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let endpoint = id(&create(&world, "sub_account:acme", HOOK, &["integration.edited"]));
    world.ok("DELETE", &format!("/endpoints/{endpoint}"), Value::Null, based_on(1));
    let is_deletion = |handed: &[(String, Value)]| {
        let [(courier, told)] = handed else { return false };
        *courier == endpoint && told["endpoint"].is_null()
    };
    assert!(is_deletion(&hand_over(&world)));
    world.registry.report(&endpoint, &report(1, None, false, None), world.now()).unwrap();
    assert!(is_deletion(&hand_over(&world)), "a hand-over from before has reached it late");
}

fn an_event_is_sent_again_as_it_was(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let endpoint = id(&create(&world, "sub_accounts", HOOK, &["sub_account.added"]));
    let elsewhere = id(&create(&world, "sub_account:acme", HOOK, &["sub_account.added"]));
    world.ok("POST", "/sub-accounts", json!({ "id": "one", "name": "One" }), With::default());
    let first = hand_over(&world);
    let message = first.iter().find_map(|(_, body)| body["messages"].get(0)).unwrap();
    let resend = |id: &str, body: Value| world.ask("POST", &format!("/endpoints/{id}/resend"), body, With::default());
    assert_eq!(resend(&endpoint, json!({ "message": message["id"] })).unwrap().status, 202);
    let again = hand_over(&world);
    let resent = &again[0].1["messages"][0];
    assert_eq!((&resent["id"], &resent["data"], &resent["again"]), (&message["id"], &message["data"], &json!(true)));
    assert_eq!(resend(&elsewhere, json!({ "message": message["id"] })).unwrap_err(), AdminError::NoMessage);
    for unknown in ["evt_1_99", "evt_1_9007199254740993", "evt_1_18446744073709551615"] {
        let error = resend(&endpoint, json!({ "message": unknown })).unwrap_err();
        assert_eq!(error, AdminError::NoMessage, "{unknown}");
    }
    let asked = resend(&endpoint, json!({ "since": "2026-11-28T00:00:00Z" })).unwrap().body;
    assert_eq!((&asked["courier"], &asked["path"]), (&json!(endpoint), &json!("/resend")));
    assert!(asked["body"].as_str().unwrap().contains("\"queued\":3"), "its own events, and no others: {asked}");
    let asked = resend(&endpoint, json!({ "message": "pub_1" })).unwrap().body;
    assert_eq!(asked["body"], json!({ "message": "pub_1" }).to_string());
    let wrong = resend(&endpoint, json!({})).unwrap_err();
    assert!(matches!(wrong, AdminError::Invalid { field, .. } if field == "message"));
}

fn an_integrations_endpoint_is_sent_its_own_events_alone(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let (one, other) = (world.create("one", &[]), world.create("other", &[]));
    let endpoint = id(&create(&world, &one, HOOK, &["integration.edited"]));
    let of_place = id(&create(&world, "sub_account:acme", HOOK, &["integration.edited"]));
    rename(&world, &one, "renamed", 1);
    rename(&world, &other, "renamed", 1);
    let foreign = json!({ "name": "x", "owner": { "level": "sub_account", "id": "globex" }, "scopes": [] });
    world.ok("POST", "/integrations", foreign, With::default());
    let resend = |endpoint: &str, message: &str| {
        let path = format!("/endpoints/{endpoint}/resend");
        world.ask("POST", &path, json!({ "message": message }), With::default()).map(|answer| answer.status)
    };
    let events = world.rows("SELECT 'evt_' || at || '_' || seq AS id, place, integration FROM events");
    for event in &events {
        let message = event["id"].as_str().unwrap();
        let is_own = |own: bool| if own { Ok(202) } else { Err(AdminError::NoMessage) };
        assert_eq!(resend(&endpoint, message), is_own(event["integration"] == json!(one)), "{event}");
        assert_eq!(resend(&of_place, message), is_own(event["place"] == "sub_account:acme"), "{event}");
    }
    assert!(events.len() >= 9, "{events:?}");
}

fn an_endpoint_that_failed_is_not_sent_that_again(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let bad = id(&create(&world, "agency", HOOK, &["endpoint.failing"]));
    let other = id(&create(&world, "agency", "https://hooks.partner.io/other", &["endpoint.failing"]));
    hand_over(&world);
    world.registry.report(&bad, &report(1, Some(START), true, None), world.now()).unwrap();
    let handed = hand_over(&world);
    assert_eq!(told(&handed), [(other.clone(), "endpoint.failing".to_owned())]);
    let message = handed.iter().find_map(|(_, body)| body["messages"].get(0)).unwrap()["id"].clone();
    let resend = |id: &str, body: &Value| {
        let asked = world.ask("POST", &format!("/endpoints/{id}/resend"), body.clone(), With::default());
        (asked, told(&hand_over(&world)))
    };
    let (one, all) = (json!({ "message": message }), json!({ "since": "2026-11-28T00:00:00Z" }));
    for body in [&one, &all] {
        assert_eq!(resend(&other, body).1, [(other.clone(), "endpoint.failing".to_owned())], "{body}");
    }
    let (asked, handed) = resend(&bad, &all);
    assert_eq!(handed, []);
    assert!(asked.unwrap().body["body"].as_str().unwrap().contains("\"queued\":0"));
    let (asked, handed) = resend(&bad, &one);
    assert_eq!((asked.unwrap_err(), handed), (AdminError::NoMessage, vec![]));
}

fn what_is_sent_again_has_the_rev_of_its_own_time(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let kinds =
        ["integration.edited", "rotation.started", "token.exposed", "integration.deleted", "integration.restored"];
    let endpoint = id(&create(&world, "sub_accounts", HOOK, &kinds));
    let integration = world.create("one", &[]);
    hand_over(&world);
    let path = format!("/integrations/{integration}");
    rename(&world, &integration, "two", 1);
    world.ok("POST", &format!("{path}/rotate"), json!({ "expire": "now", "leaked": true }), based_on(2));
    world.ok("POST", &format!("{path}/pause"), Value::Null, based_on(3));
    world.ok("POST", &format!("{path}/resume"), Value::Null, based_on(4));
    world.ok("DELETE", &path, Value::Null, based_on(5));
    world.ok("POST", &format!("{path}/undo"), Value::Null, based_on(6));
    let revs = |handed: &[(String, Value)]| {
        let messages = handed.iter().flat_map(|(_, body)| body["messages"].as_array().unwrap().clone());
        let data = messages.map(|message| (message["id"].clone(), message["data"].as_str().unwrap().to_owned()));
        let rev = |(id, data): (Value, String)| (id, serde_json::from_str::<Value>(&data).unwrap()["rev"].clone());
        data.map(rev).collect::<Vec<_>>()
    };
    let first = revs(&hand_over(&world));
    assert_eq!(first.iter().map(|(_, rev)| rev.clone()).collect::<Vec<_>>(), [2, 3, 3, 6, 7]);
    let body = json!({ "since": "2026-11-28T00:00:00Z" });
    world.ok("POST", &format!("/endpoints/{endpoint}/resend"), body, With::default());
    assert_eq!(revs(&hand_over(&world)), first, "an old event does not look like the newest one");
}

fn all_since_a_moment_are_its_own_however_many_others_there_are(storage: Rc<dyn Storage>) {
    let world = World::with_demo(Rc::clone(&storage));
    let integration = world.create("one", &[]);
    let endpoints: Vec<_> = ["sub_account:acme", "sub_accounts", &integration]
        .iter()
        .map(|place| id(&create(&world, place, HOOK, &["integration.edited"])))
        .collect();
    let of_globex = id(&create(&world, "sub_account:globex", HOOK, &["integration.edited"]));
    world.later(1);
    for number in 0..1_001 {
        let switch = json!({ "agency": number % 2 == 1 });
        world.ok("PATCH", "/features/private_integrations", switch, With::default());
    }
    rename(&world, &integration, "renamed", 1);
    hand_over(&world);
    let resend = |id: &str| {
        let body = json!({ "since": "2026-11-28T00:00:01Z" });
        world.ok("POST", &format!("/endpoints/{id}/resend"), body, With::default());
        told(&hand_over(&world))
    };
    for endpoint in endpoints {
        assert_eq!(resend(&endpoint), [(endpoint.clone(), "integration.edited".to_owned())]);
    }
    assert_eq!(resend(&of_globex), []);
}

fn a_failed_command_hands_nothing_over(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    create(&world, "sub_accounts", HOOK, &["sub_account.added"]);
    hand_over(&world);
    let add = |id: &str| world.ask("POST", "/sub-accounts", json!({ "id": id, "name": "x" }), With::default());
    assert!(add("acme").is_err());
    assert!(hand_over(&world).is_empty());
    let test = world.get("/endpoints")["endpoints"][0]["id"].clone();
    let path = format!("/endpoints/{}/test", test.as_str().unwrap());
    assert_eq!(world.ok("POST", &path, Value::Null, With::default()).status, 202);
    assert_eq!(told(&hand_over(&world))[0].1, "endpoint.test");
}

/// Publishes an event of the demo API's own.
fn a_sign_in_is_handed_over_at_once(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.add_person(json!({ "email": "ana@acme.example", "role": "account_admin", "accounts": ["acme"] }));
    let sign_in = |login: &str| {
        let credential = Credential::Proof(proof("ana@acme.example", login));
        world.as_credential(&credential, || world.begin("POST", "/session", Value::Null, With::default())).unwrap()
    };
    assert!(!sign_in("one").schedules);
    create(&world, "sub_account:acme", HOOK, &["person.signed_in"]);
    hand_over(&world);
    assert!(sign_in("two").schedules);
    assert_eq!(told(&hand_over(&world)).len(), 1);
}

fn publish(world: &World, id: &str, data: Value) -> Result<crate::world::Answer, AdminError> {
    let owner = json!({ "level": "sub_account", "id": "acme" });
    let body = json!({ "type": "contact.created", "owner": owner, "data": data, "id": id });
    world.ask("POST", "/publications", body, With::default())
}

fn a_publication_goes_to_those_who_may_hear_of_it(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let hears = world.create("hears", &["contacts.readonly"]);
    let lacks = world.create("lacks", &["locations.readonly"]);
    let paused = world.create("paused", &["contacts.readonly"]);
    let deaf = world.create("deaf", &["contacts.readonly"]);
    let endpoint = id(&create(&world, &hears, HOOK, &["contact.created"]));
    for (integration, kind) in [(&lacks, "contact.created"), (&paused, "contact.created"), (&deaf, "rotation.due")] {
        create(&world, integration, HOOK, &[kind]);
    }
    world.ok("POST", &format!("/integrations/{paused}/pause"), Value::Null, based_on(1));
    hand_over(&world);
    let told_of = publish(&world, "c-1", json!({ "id": 7 })).unwrap();
    assert_eq!((told_of.status, &told_of.body["endpoints"]), (202, &json!(1)));
    let handed = hand_over(&world);
    assert_eq!(told(&handed), [(endpoint, "contact.created".to_owned())]);
    let message = &handed[0].1["messages"][0];
    assert_eq!((&message["data"], &message["id"]), (&json!("{\"id\":7}"), &told_of.body["message"]));
    assert_eq!(message["requires"][0]["scopes"], json!(["contacts.readonly"]));
    let of_place = json!({ "place": "sub_account:acme", "url": HOOK, "kinds": ["contact.created"] });
    assert!(matches!(refused(&world, of_place), AdminError::Invalid { field, .. } if field == "kinds[0]"));
    let unknown =
        json!({ "type": "contact.burnt", "owner": { "level": "sub_account", "id": "acme" }, "data": {}, "id": "1" });
    let error = world.ask("POST", "/publications", unknown, With::default()).unwrap_err();
    assert!(matches!(error, AdminError::Invalid { field, .. } if field == "type"));
}

fn a_publication_goes_to_nothing_that_is_off_or_over(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let scopes = ["contacts.readonly"];
    let [last, ended, gone, disabled, removed] =
        ["last", "ended", "gone", "disabled", "removed"].map(|name| world.create(name, &scopes));
    let foreign = json!({ "name": "x", "owner": { "level": "sub_account", "id": "globex" }, "scopes": scopes });
    let foreign = world.ok("POST", "/integrations", foreign, With::default()).body["integration"]["id"].clone();
    let integrations: [&str; 6] = [&last, &ended, &gone, &disabled, &removed, foreign.as_str().unwrap()];
    let endpoints = integrations.map(|integration| create(&world, integration, HOOK, &["contact.created"]));
    let [hears, _, _, disabled, removed, _] = endpoints.map(|made| format!("/endpoints/{}", id(&made)));
    for (integration, end) in [(&last, START + 61), (&ended, START + 60)] {
        let end = json!({ "expires_at": tidegate::time::Timestamp::from_seconds(end).to_string() });
        world.ok("PATCH", &format!("/integrations/{integration}"), end, based_on(1));
    }
    world.ok("DELETE", &format!("/integrations/{gone}"), Value::Null, based_on(1));
    world.ok("PATCH", &disabled, json!({ "enabled": false }), based_on(1));
    world.ok("DELETE", &removed, Value::Null, based_on(1));
    hand_over(&world);
    world.later(60);
    assert_eq!(publish(&world, "c-1", json!({ "id": 7 })).unwrap().body["endpoints"], json!(1));
    let [(endpoint, kind)] = &told(&hand_over(&world))[..] else { panic!("one hears of it") };
    assert_eq!((&format!("/endpoints/{endpoint}"), kind.as_str()), (&hears, "contact.created"));
}

/// Publishes to an endpoint of this integration; the attempt that a courier makes of what the registry hands over. The two have no table
/// in common, so they can share a database.
fn attempt_of_a_publication(world: &World, integration: &str, storage: &Rc<dyn Storage>, before: &str) -> Attempt {
    create(world, integration, HOOK, &["contact.created"]);
    publish(world, "c-1", json!({ "id": 7 })).unwrap();
    storage.run(before, &[]).unwrap();
    let [(_, body)] = &hand_over(world)[..] else { panic!() };
    let courier = Courier::open(Box::new(Rc::clone(storage))).unwrap();
    courier.take(&body.to_string(), world.now()).unwrap();
    let keys = SealingKeys::of(settings().keys.as_ref().unwrap());
    match courier.begin(&keys, &AddressRules::default(), world.now()).unwrap() {
        Some(Begun::Attempt(attempt)) => *attempt,
        _ => panic!("nothing to send"),
    }
}

fn is_permitted(world: &World, attempt: &Attempt, integration: &str) -> Option<bool> {
    let record = world.read(&Read::from_path(&format!("/records/{integration}")).unwrap()).unwrap();
    attempt.is_permitted(&record.to_string(), world.now())
}

fn what_a_publication_requires_reaches_the_courier(storage: Rc<dyn Storage>) {
    let world = World::with_demo(Rc::clone(&storage));
    let hears = world.create("hears", &["contacts.readonly"]);
    let attempt = attempt_of_a_publication(&world, &hears, &storage, "SELECT 1");
    assert_eq!(attempt.integration().unwrap().as_str(), hears);
    assert_eq!(is_permitted(&world, &attempt, &hears), Some(true));
    let edit = json!({ "scopes": ["locations.readonly"] });
    world.ok("PATCH", &format!("/integrations/{hears}"), edit, based_on(1));
    assert_eq!(is_permitted(&world, &attempt, &hears), Some(false));
}

fn what_publications_require_makes_a_hand_over_no_longer_than_a_courier_takes(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let integration = world.create("one", &[]);
    let endpoint = id(&create(&world, &integration, HOOK, &["rotation.started"]));
    hand_over(&world);
    let requires = json!([{ "level": "sub_account", "scopes": ["s".repeat(60_000)] }]).to_string();
    let many = format!(
        "INSERT INTO messages (id, kind, at, data, requires)
            WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 100)
            SELECT 'pub_' || n, 'contact.created', {START}, '{{}}', '{requires}' FROM counted;
        INSERT INTO hand_overs (endpoint, message, again) SELECT '{endpoint}', id, 0 FROM messages ORDER BY messages.rowid;
        INSERT INTO couriers (endpoint, generation, tries, next_at) VALUES ('{endpoint}', 1, 0, 0)"
    );
    world.storage.run(&many, &[]).unwrap();
    let handed = hand_over(&world);
    let longest = handed.iter().map(|(_, body)| body.to_string().len()).max().unwrap();
    assert!(longest < 1_000_000, "{longest}");
    let messages = handed.iter().map(|(_, body)| body["messages"].as_array().unwrap().len()).sum::<usize>();
    assert_eq!(messages, 100);
}

fn what_cannot_be_read_of_it_permits_nobody(storage: Rc<dyn Storage>) {
    let world = World::with_demo(Rc::clone(&storage));
    let hears = world.create("hears", &["contacts.readonly"]);
    let attempt = attempt_of_a_publication(&world, &hears, &storage, "UPDATE messages SET requires = '['");
    assert_eq!(is_permitted(&world, &attempt, &hears), Some(false));
}

fn a_publication_is_told_once(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let integration = world.create("hears", &["contacts.readonly"]);
    create(&world, &integration, HOOK, &["contact.created"]);
    hand_over(&world);
    let first = publish(&world, "c-1", json!({ "id": 7 })).unwrap();
    let again = publish(&world, "c-1", json!({ "id": 7 })).unwrap();
    assert_eq!((first.status, again.status, &first.body), (202, 200, &again.body));
    assert_eq!(publish(&world, "c-1", json!({ "id": 8 })).unwrap_err(), AdminError::PublishedOtherwise);
    assert_eq!(told(&hand_over(&world)).len(), 1);
    world.later(3 * DAY);
    let other = publish(&world, "c-1", json!({ "id": 8 })).unwrap();
    assert_eq!(other.status, 202);
    assert_ne!(
        first.body["message"], other.body["message"],
        "couriers remember a message for 30 days, and would drop it"
    );
    assert_eq!(world.value("SELECT count(*) AS it FROM publications"), json!(1));
    let long = json!("x".repeat(64 * 1024));
    hand_over(&world);
    assert_eq!(publish(&world, "c-2", long).unwrap_err(), AdminError::TooLarge(64 * 1024));
    assert!(hand_over(&world).is_empty(), "nothing is sent of what is refused");
}

fn who_may_not_publish_there_finds_no_owner(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let of_acme = key(&world, "events.publish", "sub_account:acme");
    let of_globex = key(&world, "events.publish", "sub_account:globex");
    assert!(world.as_credential(&of_acme, || publish(&world, "1", json!({}))).is_ok());
    let foreign = world.as_credential(&of_globex, || publish(&world, "2", json!({}))).unwrap_err();
    assert_eq!(foreign, AdminError::NoOwner("owner"));
    let nobody =
        json!({ "type": "contact.created", "owner": { "level": "sub_account", "id": "x" }, "data": {}, "id": "1" });
    let unknown = world.ask("POST", "/publications", nobody, With::default()).unwrap_err();
    assert_eq!(unknown, AdminError::NoOwner("owner"));
    let to_agency = |id: &str| {
        let owner = json!({ "level": "agency", "id": id });
        let body = json!({ "type": "contact.created", "owner": owner, "data": {}, "id": "1" });
        world.ask("POST", "/publications", body, With::default()).map(|answer| answer.status)
    };
    assert_eq!(to_agency("hq"), Err(AdminError::NoOwner("owner")), "no agency is set");
    world.ok("PUT", "/agency", json!({ "id": "hq" }), based_on(0));
    assert_eq!((to_agency("hq"), to_agency("other")), (Ok(202), Err(AdminError::NoOwner("owner"))));
    let other = key(&world, "webhooks.manage", "sub_account:acme");
    let lacking = world.as_credential(&other, || publish(&world, "3", json!({}))).unwrap_err();
    assert!(matches!(lacking, AdminError::Forbidden { .. }));
}

fn an_accounts_people_see_no_type_of_the_agency(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let mut policy = demo_policy();
    let access = |level: &str| json!({ "level": level, "scopes": ["contacts.readonly"] });
    policy["settings"]["event_types"] = json!([
        { "type": "contact.created", "description": "", "any_of": [access("agency"), access("sub_account")] },
        { "type": "invoice.paid", "description": "", "any_of": [access("agency")] },
    ]);
    world.ok("PUT", "/policy", policy, based_on(1));
    let types = |world: &World| -> Vec<(Value, usize)> {
        let all = world.get("/event-types")["event_types"].as_array().unwrap().clone();
        let of_api = all.iter().filter(|event| event["source"] == "api");
        of_api.map(|event| (event["type"].clone(), event["any_of"].as_array().unwrap().len())).collect()
    };
    assert_eq!(types(&world), [(json!("contact.created"), 2), (json!("invoice.paid"), 1)]);
    let of_acme = key(&world, "webhooks.manage", "sub_account:acme");
    assert_eq!(world.as_credential(&of_acme, || types(&world)), [(json!("contact.created"), 1)]);
}
