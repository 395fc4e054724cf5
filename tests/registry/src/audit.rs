//! `GET /events`: filters, pages, exports, permissions, retention.

use std::collections::BTreeSet;
use std::rc::Rc;

use registry::{Parameter, Settings, Storage};
use serde_json::{Value, json};
use tidegate::admin::AdminError;
use tidegate::events::{Chain, canonical};

use crate::world::{DAY, START, With, World, based_on, settings};

cases! {
    a_list_is_filtered_by_everything_that_an_event_has
    filters_together_are_all_true
    bad_filters_are_named
    pages_of_a_list_have_every_event_once
    a_page_that_looks_at_too_many_events_goes_on_where_it_ended
    a_page_of_long_events_ends_early
    an_event_of_a_publication_lists_the_documents_that_it_changes
    an_export_can_be_verified
    an_export_that_is_filtered_says_so
    what_happens_during_an_export_is_not_in_it
    whoever_audits_one_sub_account_sees_nothing_else
    an_admin_of_the_agency_sees_what_they_could_see_anyway
    old_events_go_and_the_chain_goes_on
    events_that_are_young_enough_stay
    what_a_malformed_setting_is_needed_for_is_refused
    no_token_is_minted_with_a_malformed_prefix_or_key
}

fn listed(world: &World, query: &str) -> Vec<String> {
    let page = world.get(&format!("/events?{query}"));
    assert_eq!(page["cursor"], Value::Null, "{query}");
    let name = |event: &Value| event["kind"].as_str().unwrap().to_owned();
    page["events"].as_array().unwrap().iter().map(name).collect()
}

/// Six events, then three of an integration of `acme`, a person and a key.
fn busy(storage: Rc<dyn Storage>) -> (World, String) {
    let world = World::with_demo(storage);
    world.later(DAY);
    let id = world.create("one", &["contacts.readonly"]);
    world.ok("PATCH", &format!("/integrations/{id}"), json!({ "name": "two" }), based_on(1));
    world.later(DAY);
    world.ok("POST", &format!("/integrations/{id}/rotate"), json!({ "expire": "now", "leaked": true }), based_on(2));
    world.add_person(json!({ "email": "ana@example.com", "role": "auditor" }));
    (world, id)
}

fn a_list_is_filtered_by_everything_that_an_event_has(storage: Rc<dyn Storage>) {
    let (world, id) = busy(storage);
    let integration = ["token.exposed", "rotation.started", "integration.edited", "integration.created"];
    assert_eq!(listed(&world, &format!("integration={id}")), integration);
    assert_eq!(listed(&world, "place=sub_account:acme"), [&integration[..], &["sub_account.added"]].concat());
    assert_eq!(listed(&world, "place=agency"), ["person.added", "policy.published"]);
    assert_eq!(listed(&world, "kind=rotation.*,person.added"), ["person.added", "rotation.started"]);
    assert_eq!(listed(&world, "actor=registry"), [""; 0]);
    assert_eq!(listed(&world, "actor=owner-key").len(), 8);
    let moment = |at: u64| tidegate::time::Timestamp::from_seconds(at).to_string();
    let (one, two) = (moment(START + DAY), moment(START + 2 * DAY));
    assert_eq!(listed(&world, &format!("from={one}&to={two}")), ["integration.edited", "integration.created"]);
    assert_eq!(listed(&world, &format!("from={two}")), ["person.added", "token.exposed", "rotation.started"]);
    assert_eq!(listed(&world, &format!("from={}", moment(START + 3 * DAY))), [""; 0]);
    assert_eq!(listed(&world, &format!("to={}", moment(START))), [""; 0]);
    assert_eq!(world.get("/events?kind=person.added")["events"][0]["subject_name"], json!("ana@example.com"));
    let exposed = &world.get("/events?kind=token.exposed")["events"][0];
    assert_eq!((&exposed["detail"], &exposed["place"]), (&json!({ "tokens": [1] }), &json!("sub_account:acme")));
    assert_eq!(exposed["integration"], json!(id));
    let request = exposed["request"]["id"].as_str().unwrap();
    let started = &world.get("/events?kind=rotation.started")["events"][0];
    assert_eq!(started["request"]["id"], json!(request), "one request, two events");
}

fn filters_together_are_all_true(storage: Rc<dyn Storage>) {
    let (world, id) = busy(storage);
    let all = [
        ("integration", id.clone()),
        ("place", "sub_account:acme".to_owned()),
        ("actor", "owner-key".to_owned()),
        ("kind", "rotation.started,person.*,policy.*".to_owned()),
        ("from", "2026-11-29T00:00:00Z".to_owned()),
    ];
    for left_out in 0..=all.len() {
        let pairs = all.iter().enumerate().filter(|(place, _)| *place != left_out);
        let query: Vec<_> = pairs.map(|(_, (name, value))| format!("{name}={value}")).collect();
        let kinds = listed(&world, &query.join("&"));
        assert!(kinds.contains(&"rotation.started".to_owned()), "{query:?}: {kinds:?}");
        assert_eq!(kinds.len() == 1, left_out != 3, "{query:?}: {kinds:?}");
    }
    // More kinds than are looked up one by one.
    let many = "kind=integration.*,rotation.*,key.*,person.*";
    assert_eq!(listed(&world, many).len(), 4);
}

fn bad_filters_are_named(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    for (query, field) in [
        ("kind=rotation", "kind"),
        ("kind=", "kind"),
        ("kind=nothing.*", "kind"),
        ("kind=rotation.started,", "kind"),
        ("actor=ana", "actor"),
        ("actor=person:x", "actor"),
        ("actor=administrator", "actor"),
        ("place=acme", "place"),
        ("integration=x", "integration"),
        ("from=yesterday", "from"),
        ("to=1795824000", "to"),
        ("from=2026-11-29T00:00:00Z&to=2026-11-29T00:00:00Z", "to"),
        ("format=xml", "format"),
        ("limit=201", "limit"),
        ("limit=0", "limit"),
        ("format=csv&limit=1001", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=5-9", "cursor"),
        ("format=csv&cursor=5", "cursor"),
        ("kinds=rotation.started", "query"),
        ("kind=rotation.due&kind=rotation.due", "kind"),
    ] {
        let refused = world.ask("GET", &format!("/events?{query}"), Value::Null, With::default()).unwrap_err();
        assert!(matches!(&refused, AdminError::Invalid { field: named, .. } if named == field), "{query}: {refused:?}");
    }
}

fn pages_of_a_list_have_every_event_once(storage: Rc<dyn Storage>) {
    let (world, _) = busy(storage);
    for filter in
        ["", "actor=owner-key&", "kind=integration.*,rotation.*,sub_account.added&", "place=sub_account:acme&"]
    {
        let whole = world.get(&format!("/events?{filter}limit=200"))["events"].as_array().unwrap().clone();
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let page = world.get(&format!("/events?{filter}limit=2{after}"));
            seen.extend(page["events"].as_array().unwrap().clone());
            let Some(cursor) = page["cursor"].as_str() else { break };
            after = format!("&cursor={cursor}");
        }
        assert_eq!(seen, whole, "{filter}");
    }
}

/// Adds `count` events of other actors and kinds by SQL; they have no chain.
fn fill(world: &World, count: u64) {
    let sql = "INSERT INTO events (at, actor, kind, place, integration, detail)
        WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
        SELECT 1795824000, 'registry', 'rotation.due', 'sub_account:globex', NULL, '{}' FROM counted";
    world.storage.run(sql, &[Parameter::Number(count)]).unwrap();
}

fn a_page_that_looks_at_too_many_events_goes_on_where_it_ended(storage: Rc<dyn Storage>) {
    let (world, id) = busy(storage);
    fill(&world, 25_000);
    world.later(DAY);
    let mut pages = 0;
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        // The place leads to 25,000 events, of which the actor did one.
        let page = world.get(&format!("/events?actor=owner-key&place=sub_account:globex{after}"));
        let scanned = world.get(&format!("/events?kind=integration.*,rotation.*,person.*&integration={id}{after}"));
        assert!(scanned["events"].as_array().unwrap().len() <= 4);
        pages += 1;
        seen.extend(page["events"].as_array().unwrap().iter().map(|event| event["kind"].clone()));
        let Some(cursor) = page["cursor"].as_str() else { break };
        after = format!("&cursor={cursor}");
    }
    assert_eq!(seen, ["sub_account.added"]);
    assert_eq!(pages, 1, "the actor's index leads, which has few");
    let mut cursors = BTreeSet::new();
    let mut found = Vec::new();
    let mut after = String::new();
    let many = "kind=integration.*,person.*,key.*,policy.*,endpoint.*";
    loop {
        let page = world.get(&format!("/events?{many}{after}"));
        found.extend(page["events"].as_array().unwrap().iter().map(|event| event["kind"].clone()));
        let Some(cursor) = page["cursor"].as_str() else { break };
        assert!(cursors.insert(cursor.to_owned()), "{cursor} came twice");
        after = format!("&cursor={cursor}");
    }
    assert_eq!(cursors.len(), 2, "10,000 events at a time");
    assert_eq!(found, ["person.added", "integration.edited", "integration.created", "policy.published"]);
}

/// All pages of an export, as one text.
fn exported(world: &World, query: &str) -> String {
    let mut text = String::new();
    let mut after = String::new();
    loop {
        let page = world.get(&format!("/events?{query}{after}"));
        text.push_str(page["text"].as_str().unwrap());
        let Some(cursor) = page["next"].as_str() else { return text };
        after = format!("&cursor={cursor}");
    }
}

/// Checks each line's chain value, from the first line's anchor to its last. Gives how many events there are.
fn verify(text: &str) -> usize {
    let mut lines = text.lines().map(|line| (line, serde_json::from_str::<Value>(line).unwrap()));
    let (_, head) = lines.next().unwrap();
    assert_eq!(head["export"]["verifiable"], json!(true));
    let value = |end: &str| Chain::parse(head["export"][end]["chain"].as_str().unwrap()).unwrap();
    let mut chain = value("anchor");
    let mut count = 0;
    for (line, mut event) in lines {
        assert_eq!(canonical(&event).unwrap(), line);
        let own = event.as_object_mut().unwrap().remove("chain").unwrap();
        chain = chain.next(&canonical(&event).unwrap());
        assert_eq!(own, json!(chain.to_string()), "{line}");
        count += 1;
    }
    assert_eq!(chain, value("last"));
    count
}

fn a_page_of_long_events_ends_early(storage: Rc<dyn Storage>) {
    let (world, _) = busy(storage);
    let long = "INSERT INTO events (at, actor, kind, place, integration, detail)
        WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 12)
        SELECT 1795996800, 'registry', 'rotation.due', 'sub_account:globex', NULL,
            '{\"is\":\"' || replace(hex(zeroblob(250000)), '0', 'a') || '\"}' FROM counted";
    world.storage.run(long, &[]).unwrap();
    for query in ["limit=200", "format=jsonl", "format=csv"] {
        let (mut found, mut pages, mut after) = (0, 0, String::new());
        loop {
            let page = world.get(&format!("/events?kind=rotation.due&{query}{after}"));
            let text = page.to_string();
            assert!(text.len() < 6_000_000, "{query}: {}", text.len());
            (found, pages) = (found + text.matches("rotation.due").count(), pages + 1);
            let Some(cursor) = page["cursor"].as_str().or(page["next"].as_str()) else { break };
            after = format!("&cursor={cursor}");
        }
        assert_eq!((found, pages), (12, 2), "{query}");
    }
}

fn an_event_of_a_publication_lists_the_documents_that_it_changes(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let document = json!({ "openapi": "3.1.0", "info": { "title": "More", "version": "1" }, "paths": {} });
    let added = world.ok("PATCH", "/policy", json!({ "documents": { "More": document } }), based_on(1)).body;
    assert_eq!(added["documents"].as_array().unwrap().len(), 2, "the answer lists all");
    let last = world.get("/events?kind=policy.published&limit=1")["events"][0].clone();
    assert_eq!(last["detail"]["documents"], json!([{ "name": "More", "change": "added", "operations": 0 }]));
}

fn an_export_can_be_verified(storage: Rc<dyn Storage>) {
    let (world, _) = busy(storage);
    assert_eq!(verify(&exported(&world, "format=jsonl")), 8);
    assert_eq!(exported(&world, "format=jsonl&limit=3"), exported(&world, "format=jsonl"));
    let csv = exported(&world, "format=csv&limit=3");
    let lines: Vec<_> = csv.split("\r\n").collect();
    assert_eq!(lines.len(), 8 + 2, "a head, and an end of line at the end");
    assert!(lines[0].starts_with("seq,at,kind,actor,"));
    assert!(lines[1].starts_with("1,2026-11-28T00:00:00Z,policy.published,owner_key,,,agency,,"), "{}", lines[1]);
    assert!(!csv.contains("ana@example.com"), "a person appears by their id");
}

fn an_export_that_is_filtered_says_so(storage: Rc<dyn Storage>) {
    let (world, _) = busy(storage);
    let text = exported(&world, "format=jsonl&kind=rotation.*");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["export"]["verifiable"], json!(false));
    assert_eq!(lines[0]["export"]["reason"], json!("filtered"));
    assert_eq!(lines[1].get("chain"), None);
}

fn what_happens_during_an_export_is_not_in_it(storage: Rc<dyn Storage>) {
    let (world, _) = busy(storage);
    let first = world.get("/events?format=jsonl&limit=4");
    world.create("later", &[]);
    let rest = exported(&world, &format!("format=jsonl&cursor={}", first["next"].as_str().unwrap()));
    assert_eq!(verify(&format!("{}{rest}", first["text"].as_str().unwrap())), 8);
}

fn whoever_audits_one_sub_account_sees_nothing_else(storage: Rc<dyn Storage>) {
    let (world, id) = busy(storage);
    let permissions = json!([{ "verb": "audit.view", "place": "sub_account:acme" }]);
    let expires_at = tidegate::time::Timestamp::from_seconds(world.now.get() + DAY).to_string();
    let body = json!({ "name": "audit", "permissions": permissions, "expires_at": expires_at });
    let made = world.ok("POST", "/keys", body, With::default()).body;
    let auditor = key(&world, &made);
    world.as_credential(&auditor, || {
        let page = world.get("/events");
        let events = page["events"].as_array().unwrap();
        assert_eq!(events.len(), 6, "four of the integration, the sub-account's, and the key's own");
        for event in events {
            assert_eq!(event["place"], json!("sub_account:acme"));
            assert_eq!(
                (&event["actor"], event.get("request"), event.get("chain")),
                (&json!("administrator"), None, None)
            );
        }
        let text = exported(&world, "format=jsonl");
        let head: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(head["export"]["reason"], json!("places"));
        assert!(!text.contains("\"chain\"") && !text.contains("policy"));
        for query in ["place=agency", "place=sub_account:globex", "place=sub_account:nobody", "actor=owner-key"] {
            let refused = world.ask("GET", &format!("/events?{query}"), Value::Null, With::default()).unwrap_err();
            assert!(matches!(refused, AdminError::NoOwner(_)), "{query}: {refused:?}");
        }
        assert_eq!(listed(&world, &format!("integration={id}")).len(), 4);
    });
}

fn key(world: &World, made: &Value) -> registry::Credential {
    let keys = world.settings.keys.as_ref().unwrap();
    registry::Credential::Key(tidegate::token::verify_key(keys, made["token"].as_str().unwrap()).unwrap())
}

fn an_admin_of_the_agency_sees_what_they_could_see_anyway(storage: Rc<dyn Storage>) {
    let (world, _) = busy(storage);
    world.add_person(json!({ "email": "admin@example.com", "role": "agency_admin" }));
    world.add_person(json!({ "email": "viewer@example.com", "role": "account_viewer", "accounts": ["acme"] }));
    let admin = world.sign_in("admin@example.com").unwrap();
    let of_accounts = |page: &Value| {
        let events = page["events"].as_array().unwrap().iter();
        let places = events.filter(|event| event["integration"].is_null()).map(|event| event["place"].clone());
        places.filter(|place| place != "agency").count()
    };
    assert_eq!(of_accounts(&world.get("/events")), 3, "two sub-accounts, and a person");
    world.as_credential(&admin, || {
        assert_eq!(of_accounts(&world.get("/events")), 0, "of sub-accounts, only what their integrations show");
        let kinds = listed(&world, "");
        assert!(kinds.contains(&"policy.published".to_owned()), "{kinds:?}");
        assert!(kinds.contains(&"rotation.started".to_owned()), "{kinds:?}");
        let text = exported(&world, "format=jsonl");
        assert!(text.starts_with("{\"export\":{\"reason\":\"places\",\"verifiable\":false}}\n"), "{text}");
    });
    let viewer = world.sign_in("viewer@example.com").unwrap();
    let refused = world.as_credential(&viewer, || world.ask("GET", "/events", Value::Null, With::default()));
    assert!(matches!(refused.unwrap_err(), AdminError::Forbidden { .. }));
}

fn old_events_go_and_the_chain_goes_on(storage: Rc<dyn Storage>) {
    let (world, id) = busy(storage);
    let all = exported(&world, "format=jsonl");
    // Three events are of the first day, and two of the second.
    world.now.set(START + 401 * DAY);
    assert_eq!(world.registry.due_in(world.now()).unwrap().map(|due| due.as_secs()), Some(0));
    world.ring();
    assert_eq!(world.value("SELECT count(*) AS it FROM events WHERE at < 1795910400"), json!(0));
    let rest = exported(&world, "format=jsonl");
    let head: Value = serde_json::from_str(rest.lines().next().unwrap()).unwrap();
    let third: Value = serde_json::from_str(all.lines().nth(3).unwrap()).unwrap();
    assert_eq!(head["export"]["anchor"], json!({ "seq": 3, "chain": third["chain"] }));
    assert!(verify(&rest) >= 5);
    assert!(world.get(&format!("/integrations/{id}/events"))["total"].as_u64().unwrap() >= 4);
    // Even where all of them are gone.
    world.now.set(START + 3000 * DAY);
    while world.value("SELECT count(*) AS it FROM events") != json!(0) {
        world.ring();
    }
    world.create("new", &[]);
    assert_eq!(verify(&exported(&world, "format=jsonl")), 1);
}

fn events_that_are_young_enough_stay(storage: Rc<dyn Storage>) {
    let (world, _) = busy(storage);
    world.now.set(START + 401 * DAY - 1);
    world.ring();
    assert_eq!(world.value("SELECT min(seq) AS it FROM events"), json!(1));
}

/// It is named, and all else goes on.
fn what_a_malformed_setting_is_needed_for_is_refused(storage: Rc<dyn Storage>) {
    let mut world = World::with_demo(storage);
    let malformed = |what: &str| AdminError::Misconfigured(what.to_owned());
    world.settings.audit_days = Err(malformed("AUDIT_DAYS must be 1 to 3650"));
    world.settings.docs_url = Err(malformed("DOCS_URL must be a web address"));
    for (path, what) in [
        ("/events", "AUDIT_DAYS must be 1 to 3650"),
        ("/events?format=csv", "AUDIT_DAYS must be 1 to 3650"),
        ("/session", "DOCS_URL must be a web address"),
    ] {
        let refused = world.ask("GET", path, Value::Null, With::default());
        assert_eq!(refused.unwrap_err(), malformed(what), "{path}");
    }
    world.settings.api_url = Err(malformed("API_URL must be a web address"));
    let refused = world.ask("GET", "/session", Value::Null, With::default());
    assert_eq!(refused.unwrap_err(), malformed("API_URL must be a web address"));
    let id = world.create("still made", &["contacts.readonly"]);
    assert_eq!(world.get(&format!("/integrations/{id}/events"))["total"], json!(1));
}

/// Nothing of it is left behind, and what mints no token goes on.
fn no_token_is_minted_with_a_malformed_prefix_or_key(storage: Rc<dyn Storage>) {
    let mut world = World::with_demo(storage);
    let id = world.create("made before", &["contacts.readonly"]);
    let integration = format!("/integrations/{id}");
    let owner = json!({ "level": "sub_account", "id": "acme" });
    let prefix = AdminError::Misconfigured("TOKEN_PREFIX is malformed".to_owned());
    let keys = AdminError::Misconfigured("TOKEN_KEYS is malformed".to_owned());
    for (rev, malformed, fault) in [
        (1, Settings { prefix: Err(prefix.clone()), ..settings() }, prefix),
        (2, Settings { keys: Err(keys.clone()), ..settings() }, keys),
    ] {
        world.settings = malformed;
        let new = json!({ "name": "new", "owner": owner, "scopes": ["contacts.readonly"] });
        let refused = world.ask("POST", "/integrations", new, With::default());
        assert_eq!(refused.unwrap_err(), fault);
        let refused = world.ask("POST", &format!("{integration}/rotate"), json!({ "expire": "now" }), based_on(rev));
        assert_eq!(refused.unwrap_err(), fault);
        assert_eq!(world.get("/integrations")["total"], json!(1), "{fault:?}");
        world.ok("PATCH", &integration, json!({ "name": format!("renamed after {rev}") }), based_on(rev));
        assert_eq!(world.get(&format!("{integration}/events"))["total"], json!(1 + rev), "{fault:?}");
    }
}
