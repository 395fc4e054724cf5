//! The policy's versions and documents.

use std::rc::Rc;

use registry::{Read, Response, Storage};
use serde_json::{Value, json};
use tidegate::admin::AdminError;
use tidegate::openapi::Document;
use tidegate::policy::{CorruptPolicy, PartDigest, StoredPolicy};
use tidegate::request::Path;

use crate::world::{DAY, Kv, With, World, based_on, demo_policy};

cases! {
    nothing_is_in_force_at_first
    a_published_one_is_in_force_and_goes_to_kv
    the_same_again_is_no_version
    what_documents_are_read_as_is_published_as_they_are
    a_change_is_based_on_the_present_version
    a_text_is_kept_once_however_often_it_is_published
    a_roll_back_is_a_version_of_its_own
    a_roll_back_to_a_number_that_never_was_is_refused
    a_document_that_was_spoilt_is_a_fault
    versions_come_in_pages
    a_preview_stores_nothing_and_tells_who_loses
    types_of_events_come_from_documents_and_settings
    a_preview_tells_which_types_of_events_come_and_go
    who_has_the_compiled_policy_is_not_sent_it_again
    a_policy_too_long_for_a_row_is_kept_and_put_in_parts
    a_head_waits_for_the_parts_that_it_lists
    parts_that_no_policy_in_force_lists_go_after_a_week
    a_policy_that_fits_is_in_one_piece_before_and_after
}

fn rev(world: &World) -> Value {
    world.get("/policy")["rev"].clone()
}

fn without_contacts() -> Value {
    let mut policy = demo_policy();
    let paths = policy["documents"][0]["paths"].as_object_mut().unwrap();
    paths.retain(|path, _| !path.starts_with("/contacts"));
    policy
}

fn nothing_is_in_force_at_first(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    for path in ["/policy", "/policy/compiled"] {
        assert_eq!(world.ask("GET", path, Value::Null, With::default()).unwrap_err(), AdminError::NotFound);
    }
    assert_eq!(world.read(&Read::Policy).unwrap_err(), AdminError::NotFound);
    assert_eq!(world.get("/scopes"), json!({ "scopes": [] }));
    assert_eq!(world.get("/policy/versions"), json!({ "versions": [], "cursor": null, "total": 0 }));
}

fn a_published_one_is_in_force_and_goes_to_kv(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let published = world.ok("PUT", "/policy", demo_policy(), based_on(0));
    assert_eq!((published.rev, &published.body["changed"]), (Some(1), &json!(true)));
    assert_eq!(world.read(&Read::Policy).unwrap()["rev"], json!(1));
    assert_eq!(world.rows("SELECT key, rev FROM outbox"), [json!({ "key": "policy", "rev": 1 })]);
    assert_eq!(world.value("SELECT kind AS it FROM events"), json!("policy.published"));
    assert!(!world.get("/scopes")["scopes"].as_array().unwrap().is_empty());
}

fn the_same_again_is_no_version(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.ok("PUT", "/policy", demo_policy(), With::default());
    let again = world.ok("PUT", "/policy", demo_policy(), With::default());
    assert_eq!((again.rev, &again.body["changed"]), (Some(1), &json!(false)));
    assert_eq!(world.value("SELECT count(*) AS it FROM policies"), json!(1));
    assert_eq!(world.value("SELECT count(*) AS it FROM events"), json!(1));
}

fn what_documents_are_read_as_is_published_as_they_are(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.ok("PUT", "/policy", demo_policy(), With::default());
    let document = Document::parse(&demo_policy()["documents"][0].to_string()).unwrap();
    let operations: Value = serde_json::from_str(&document.to_json()).unwrap();
    let source = json!({ "name": document.title(), "operations": operations });
    let whole = json!({ "sources": [source], "settings": demo_policy()["settings"] });
    assert_eq!(world.ok("PUT", "/policy", whole, With::default()).body["changed"], json!(false));
    let more = json!({ "sources": [{ "name": "More", "operations": operations }] });
    assert_eq!(world.ok("PATCH", "/policy", more, based_on(1)).rev, Some(2));
    let gone = json!({ "sources": [{ "name": document.title(), "operations": null }] });
    assert_eq!(world.ok("PATCH", "/policy", gone, based_on(2)).rev, Some(3));
    assert_eq!(world.get("/policy")["documents"], json!([{ "name": "More", "operations": 14 }]));
}

fn a_change_is_based_on_the_present_version(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.ok("PUT", "/policy", demo_policy(), based_on(0));
    let stale = world.ask("PUT", "/policy", without_contacts(), based_on(0)).unwrap_err();
    assert_eq!(stale, AdminError::Stale(world.get("/policy")));
    assert_eq!(rev(&world), json!(1));
}

fn a_text_is_kept_once_however_often_it_is_published(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    for policy in [demo_policy(), without_contacts(), demo_policy()] {
        world.ok("PUT", "/policy", policy, With::default());
    }
    assert_eq!(world.value("SELECT count(*) AS it FROM policies"), json!(3));
    assert_eq!(world.value("SELECT count(*) AS it FROM policy_documents"), json!(3));
    assert_eq!(world.value("SELECT count(DISTINCT digest) AS it FROM documents"), json!(2));
}

fn a_roll_back_is_a_version_of_its_own(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.ok("PUT", "/policy", demo_policy(), With::default());
    let first = world.get("/scopes");
    world.ok("PUT", "/policy", without_contacts(), With::default());
    assert_ne!(world.get("/scopes"), first);
    let back = world.ok("POST", "/policy/rollback", json!({ "to": 1 }), based_on(2));
    assert_eq!((back.rev, world.get("/scopes")), (Some(3), first));
    let last = "SELECT kind AS it FROM events ORDER BY seq DESC LIMIT 1";
    assert_eq!(world.value(last), json!("policy.rolled_back"));
}

fn a_roll_back_to_a_number_that_never_was_is_refused(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.ok("PUT", "/policy", demo_policy(), With::default());
    for to in [0, 2, (1 << 53) + 1, u64::MAX] {
        let refused = world.ask("POST", "/policy/rollback", json!({ "to": to }), With::default()).unwrap_err();
        assert!(matches!(&refused, AdminError::Invalid { field, .. } if field == "to"), "{to}: {refused:?}");
    }
}

fn a_document_that_was_spoilt_is_a_fault(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.ok("PUT", "/policy", demo_policy(), With::default());
    world.storage.run("UPDATE documents SET text = text || ' '", &[]).unwrap();
    let change = world.ask("PATCH", "/policy", json!({ "settings": demo_policy()["settings"] }), With::default());
    assert!(matches!(change.unwrap_err(), AdminError::Registry(_)));
}

fn versions_come_in_pages(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    for policy in [demo_policy(), without_contacts(), demo_policy()] {
        world.ok("PUT", "/policy", policy, With::default());
    }
    let first = world.get("/policy/versions?limit=2");
    let revs =
        |page: &Value| page["versions"].as_array().unwrap().iter().map(|one| one["rev"].clone()).collect::<Vec<_>>();
    assert_eq!((revs(&first), &first["total"]), (vec![json!(3), json!(2)], &json!(3)));
    assert!(first["versions"][0]["counts"]["operations"].is_u64());
    let second = world.get(&format!("/policy/versions?limit=2&cursor={}", first["cursor"].as_str().unwrap()));
    assert_eq!((revs(&second), &second["cursor"]), (vec![json!(1)], &Value::Null));
    assert_eq!(revs(&world.get(&format!("/policy/versions?cursor={}", u64::MAX))).len(), 3);
}

/// The demo API's policy, whose document has a type of events more, for these scopes.
fn with_webhook(scopes: &[&str]) -> Value {
    let mut policy = demo_policy();
    policy["documents"][0]["openapi"] = json!("3.1.0");
    policy["documents"][0]["webhooks"] = json!({ "contact.deleted": { "post": {
        "summary": "A contact was deleted", "security": [{ "Location-Access": scopes }],
    } } });
    policy
}

fn types(world: &World) -> Vec<Value> {
    let types = world.get("/event-types")["event_types"].as_array().unwrap().clone();
    types.into_iter().filter(|event| event["source"] == "api").collect()
}

fn types_of_events_come_from_documents_and_settings(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    assert_eq!(types(&world).len(), 1, "that of the settings");
    let published = world.ok("PUT", "/policy", with_webhook(&["contacts.readonly"]), based_on(1)).body;
    assert_eq!(published["event_types"], json!({ "added": ["contact.deleted"], "removed": [], "changed": [] }));
    let of_document = types(&world).pop().unwrap();
    assert_eq!(
        (&of_document["type"], &of_document["description"]),
        (&json!("contact.deleted"), &json!("A contact was deleted"))
    );
    assert_eq!(of_document["any_of"], json!([{ "level": "sub_account", "scopes": ["contacts.readonly"] }]));
    // What is kept of the documents has them: a change of the settings alone leaves them.
    let mut settings = demo_policy()["settings"].clone();
    settings["event_types"] = json!([]);
    world.ok("PATCH", "/policy", json!({ "settings": settings }), based_on(2));
    assert_eq!(types(&world).len(), 1);
    world.ok("POST", "/policy/rollback", json!({ "to": 1 }), based_on(3));
    assert_eq!(types(&world)[0]["type"], "contact.created");
    // The release before keeps those of the settings, and nothing else.
    world.storage.run("UPDATE policies SET event_types = NULL", &[]).unwrap();
    assert_eq!(types(&world).len(), 1);
}

fn a_preview_tells_which_types_of_events_come_and_go(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let hears = world.create("hears", &["contacts.readonly"]);
    world.create("writes", &["contacts.write"]);
    let mut policy = with_webhook(&["contacts.write"]);
    policy["settings"]["event_types"] = json!([]);
    let preview = world.ok("POST", "/policy/preview", policy, With::default()).body;
    let expected = json!({ "added": ["contact.deleted"], "removed": ["contact.created"], "changed": [] });
    assert_eq!(preview["event_types"], expected);
    let impact = &preview["impact"];
    assert_eq!((&impact["affected"], &impact["losing"]), (&json!(2), &json!(1)));
    let (first, second) = (&impact["integrations"][0], &impact["integrations"][1]);
    assert_eq!((&first["integration"], &first["lost"]), (&json!(hears), &json!([])));
    assert_eq!((&first["lost_events"], &first["gained_events"]), (&json!(["contact.created"]), &json!([])));
    assert_eq!(second["gained_events"], json!(["contact.deleted"]));
    let preview = world.ok("POST", "/policy/preview", with_webhook(&["contacts.write"]), With::default()).body;
    assert_eq!(preview["impact"]["losing"], 0);
}

fn a_preview_stores_nothing_and_tells_who_loses(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", &["contacts.readonly"]);
    let before = world.rows("SELECT count(*) AS n, max(rev) AS rev FROM policies");
    let preview = world.ok("POST", "/policy/preview", without_contacts(), With::default()).body;
    assert_eq!(
        (&preview["impact"]["losing"], &preview["impact"]["integrations"][0]["integration"]),
        (&json!(1), &json!(id))
    );
    assert_eq!(world.rows("SELECT count(*) AS n, max(rev) AS rev FROM policies"), before);
}

fn who_has_the_compiled_policy_is_not_sent_it_again(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.ok("PUT", "/policy", demo_policy(), With::default());
    for (known, status) in [(1, 304), (2, 200)] {
        let with = With { known_rev: Some(known), ..With::default() };
        let answer = world.ok("GET", "/policy/compiled", Value::Null, with);
        assert_eq!((answer.status, answer.rev), (status, Some(1)));
    }
}

/// A policy of so many operations, of which one may have another summary.
fn long(operations: usize, changed: Option<usize>) -> Value {
    let operation = |at: usize| {
        let summary = if changed == Some(at) { "changed".to_owned() } else { format!("{} {at}", "s".repeat(600)) };
        json!({ "summary": summary, "security": [{ "key": ["a.readonly"] }] })
    };
    let paths: serde_json::Map<_, _> =
        (0..operations).map(|at| (format!("/things{at}/{{id}}"), json!({ "get": operation(at) }))).collect();
    let document = json!({ "openapi": "3.1.0", "info": { "title": "Long", "version": "1" }, "paths": paths });
    let schemes = json!({ "key": { "level": "sub_account", "private_integrations": true } });
    json!({ "documents": [document], "settings": { "schemes": schemes } })
}

/// What KV holds says of a path what the policy says.
fn opens(world: &World, kv: &Kv, path: &str) -> usize {
    let keys = world.settings.keys.as_ref().unwrap();
    let policy = StoredPolicy::open(keys.store(), kv.values["policy"].0.clone()).unwrap();
    let path = Path::parse(path).unwrap();
    let mut read = 0;
    loop {
        match policy.concerning(&path) {
            Ok(part) => return part.operations().len() + 100 * read,
            Err(CorruptPolicy::Part(digest)) => policy.take(&kv.values[&digest.key()].0).unwrap(),
            Err(other) => panic!("{other}"),
        }
        read += 1;
    }
}

fn a_policy_too_long_for_a_row_is_kept_and_put_in_parts(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::new(storage), Kv::default());
    world.ok("PUT", "/policy", long(4_000, None), With::default());
    let longest = world.value(
        "SELECT max(max(length(policy)), max((SELECT max(length(text)) FROM policy_parts))) AS it FROM policies",
    );
    assert!(longest.as_u64().unwrap() < 1_000_000, "{longest}");
    while world.value("SELECT count(*) AS it FROM outbox") != json!(0) {
        assert_eq!(world.drain(&mut kv), [""; 0]);
    }
    assert_eq!(kv.puts.last().map(String::as_str), Some("policy"), "after all parts");
    let reads = opens(&world, &kv, "/things777/x");
    assert!(reads % 100 == 1 && reads < 800, "{reads}");
    // Where KV has no part, the registry gives it; the policy itself is the same.
    let digest = kv.values.keys().find_map(|key| PartDigest::of_key(key)).unwrap();
    match world.registry.read(&Read::PolicyPart(digest.clone()), 0).unwrap() {
        Response::Json { body, .. } => assert_eq!(PartDigest::of(&body), digest),
        _ => panic!("no part"),
    }
    let unknown = Read::PolicyPart(PartDigest::of("nobody's"));
    assert_eq!(world.registry.read(&unknown, 0).err(), Some(AdminError::NotFound));
    let compiled = world.get("/policy/compiled");
    assert_eq!((compiled["v"].clone(), compiled["operations"].as_array().unwrap().len()), (json!(1), 4_000));
    assert_eq!(world.get("/scopes")["scopes"][0]["operations"].as_array().unwrap().len(), 4_000);
    let again = world.ok("PUT", "/policy", long(4_000, None), With::default());
    assert_eq!(again.body["changed"], json!(false));
}

fn a_head_waits_for_the_parts_that_it_lists(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::new(storage), Kv::default());
    world.ok("PUT", "/policy", long(4_000, None), With::default());
    let part = world.value("SELECT max(key) AS it FROM outbox WHERE key LIKE 'policy/%'");
    kv.refused.insert(part.as_str().unwrap().to_owned());
    world.drain(&mut kv);
    world.later(5);
    world.drain(&mut kv);
    assert!(!kv.values.contains_key("policy") && kv.values.len() > 10);
    kv.refused.clear();
    world.later(5);
    world.drain(&mut kv);
    assert!(kv.values.contains_key("policy") && opens(&world, &kv, "/things1/x") > 0);
}

fn parts_that_no_policy_in_force_lists_go_after_a_week(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::new(storage), Kv::default());
    world.ok("PUT", "/policy", long(4_000, None), With::default());
    world.drain(&mut kv);
    let before = kv.puts.len();
    world.ok("PUT", "/policy", long(4_000, Some(2_000)), With::default());
    world.drain(&mut kv);
    let changed = kv.puts.len() - before;
    assert!(changed < 8, "{changed} of {before}: what both list is there");
    let ending = |kv: &Kv| {
        kv.values.iter().filter(|(_, (_, ttl))| ttl.is_some()).map(|(key, _)| key.clone()).collect::<Vec<_>>()
    };
    let gone = ending(&kv);
    assert!(!gone.is_empty() && gone.iter().all(|key| kv.values[key].1 == Some(7 * DAY)));
    assert!(opens(&world, &kv, "/things2000/x") > 0);
    // A roll back lists them again.
    world.ok("POST", "/policy/rollback", json!({ "to": 1 }), With::default());
    world.drain(&mut kv);
    let now = ending(&kv);
    assert!(gone.iter().all(|key| !now.contains(key)) && !now.is_empty());
    assert!(opens(&world, &kv, "/things2000/x") > 0);
}

fn a_policy_that_fits_is_in_one_piece_before_and_after(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::new(storage), Kv::default());
    for (policy, version) in [(demo_policy(), 1), (long(4_000, None), 2), (demo_policy(), 1), (long(4_000, None), 2)] {
        world.ok("PUT", "/policy", policy, With::default());
        world.drain(&mut kv);
        let head: Value = serde_json::from_str(&kv.values["policy"].0).unwrap();
        assert_eq!(head["v"], json!(version));
        assert_eq!(world.read(&Read::Policy).unwrap()["v"], json!(version));
    }
    // All of KV afresh: each part, and then the head.
    kv = Kv::default();
    world.ok("POST", "/resync", Value::Null, With::default());
    world.drain(&mut kv);
    assert!(opens(&world, &kv, "/things3999/x") > 0 && kv.values.values().all(|(_, ttl)| ttl.is_none()));
}
