//! Who may do what: every route, asked by every role, for something of their own sub-account, of another one, and of the agency, as
//! `tests/corpus/access.json` says. `tests/edge/access.test.ts` tries the same over HTTP.

use std::rc::Rc;

use registry::{Completion, Credential, Head, Storage};
use serde_json::{Value, json};
use tidegate::access::{Place, Verb};
use tidegate::admin::{Access, AdminError, MAX_BODY_BYTES, ROUTES, Route};
use tidegate::record::OwnerId;
use tidegate::time::Timestamp;
use tidegate::token::verify_key;

use crate::world::{DAY, With, World, based_on, demo_policy};

cases! {
    every_route_answers_every_role_at_every_place_as_it_must
    an_accounts_person_learns_nothing_of_others
    an_explanation_tells_an_accounts_person_nothing_of_the_agency
    an_explanation_names_an_accounts_person_no_operation_of_the_agency
    an_endpoints_address_is_told_to_those_who_may_see_endpoints
    lists_leave_out_what_is_elsewhere
    what_is_for_the_agency_alone_is_unknown_to_others
    a_deletion_is_undone_only_where_one_may_manage
    what_needs_attention_is_counted_of_ones_own
    use_is_asked_of_ones_own_integrations
    use_is_asked_of_ten_thousand_at_most
    a_preview_names_ones_own_integrations_alone
    what_belongs_to_two_accounts_is_for_whoever_manages_both
    only_who_sees_the_policy_asks_what_somebody_else_could_do
    owners_are_listed_to_those_who_may_see_something_there
    who_may_set_the_agency_is_told_of_its_integrations_if_they_may_see_them
    the_loss_of_a_permission_acts_at_the_next_request
    a_session_of_a_person_is_none_of_an_earlier_release
    who_asks_costs_one_more_row
    no_body_is_read_of_a_person_who_may_not_send_it
}

/// Who may do what, as `tests/gate/vectors/access.rs` makes it of the table of routes.
fn table() -> Value {
    serde_json::from_str(include_str!("../../corpus/access.json")).unwrap()
}

/// The actors, with what they are given.
fn actors() -> Vec<(String, Value)> {
    let named = |actor: &Value| (actor["name"].as_str().unwrap().to_owned(), actor["given"].clone());
    table()["actors"].as_array().unwrap().iter().map(named).collect()
}

/// What there is at a place.
struct Things {
    place: Place,
    owner: Value,
    integration: String,
    person: String,
    key: String,
    endpoint: String,
    session: String,
}

const PLACES: [&str; 3] = ["acme", "globex", "agency"];

fn place(name: &str) -> Place {
    match name {
        "agency" => Place::Agency,
        id => Place::SubAccount(OwnerId::parse(id).unwrap()),
    }
}

/// Something of everything at each place.
fn things(world: &World) -> Vec<Things> {
    world.ok("PUT", "/agency", json!({ "id": "hq-id", "name": "The Headquarters" }), based_on(0));
    PLACES
        .iter()
        .map(|name| {
            let place = place(name);
            let is_agency = place == Place::Agency;
            let owner = if is_agency {
                json!({ "level": "agency", "id": "hq-id" })
            } else {
                json!({ "level": "sub_account", "id": name })
            };
            let body = json!({ "name": format!("Integration of {name}"), "owner": owner, "scopes": [] });
            let made = world.ok("POST", "/integrations", body, With::default()).body;
            let integration = made["integration"]["id"].as_str().unwrap().to_owned();
            world.ok("POST", &format!("/integrations/{integration}/rotate"), json!({ "expire": "later" }), based_on(1));
            let permission = json!([{ "verb": "integrations.view", "place": place.to_string() }]);
            let key = json!({ "name": format!("Key of {name}"), "permissions": permission, "expires_at": "2027-01-01T00:00:00Z" });
            let key = world.ok("POST", "/keys", key, With::default()).body["key"]["id"].as_str().unwrap().to_owned();
            world.ok("POST", &format!("/keys/{key}/rotate"), json!({ "expire": "later" }), based_on(1));
            let endpoint = json!({ "place": place.to_string(), "url": format!("https://hooks.partner.io/{name}"), "kinds": ["rotation.due"] });
            let endpoint = world.ok("POST", "/endpoints", endpoint, With::default()).body["endpoint"]["id"].clone();
            let endpoint = endpoint.as_str().unwrap().to_owned();
            let email = format!("somebody@{name}.example");
            let person = if is_agency {
                json!({ "email": email, "role": "auditor" })
            } else {
                json!({ "email": email, "role": "account_viewer", "accounts": [name] })
            };
            let person = world.add_person(person);
            let Credential::PersonSession(digest) = world.sign_in(&email).unwrap() else { panic!("no session") };
            Things { place, owner, integration, person, key, endpoint, session: digest.chars().take(16).collect() }
        })
        .collect()
}

/// A request that would be answered, if whoever asks may: what a route does with the things of a place.
fn request(world: &World, route: &Route, things: &Things) -> (String, Value, With<'static>) {
    let noun = route.path.split('/').nth(1).unwrap();
    let id = match noun {
        "people" => things.person.as_str(),
        "keys" => things.key.as_str(),
        "endpoints" => things.endpoint.as_str(),
        "sub-accounts" => "acme",
        _ => things.integration.as_str(),
    };
    let target = route.path.replace("{id}", id).replace("{session}", &things.session);
    let target =
        target.replace("/features/{name}", "/features/private_integrations").replace("{name}", "Tidegate%20demo%20API");
    let rev = || {
        let get = |path: &str| {
            world.as_credential(&Credential::OwnerKey, || world.ok("GET", path, Value::Null, With::default()).rev)
        };
        let rev = match noun {
            "sub-accounts" => Some(1),
            "agency" => get("/agency"),
            "settings" => get("/settings"),
            "policy" => None,
            _ => get(&format!("/{noun}/{id}")),
        };
        With { rev, ..With::default() }
    };
    let new_person = || match &things.place {
        Place::SubAccount(id) => json!({ "email": "new@new.example", "role": "account_viewer", "accounts": [id] }),
        _ => json!({ "email": "new@new.example", "role": "auditor" }),
    };
    let permission = json!([{ "verb": "integrations.view", "place": things.place.to_string() }]);
    let policy = crate::world::demo_policy;
    let body = match (route.method, route.path) {
        ("POST", "/sub-accounts") => json!({ "id": "new", "name": "New" }),
        ("PATCH", "/sub-accounts/{id}") => json!({ "name": "Renamed" }),
        ("PUT", "/agency") => json!({ "id": "hq-id", "name": "Other" }),
        ("POST", "/integrations") => json!({ "name": "New", "owner": things.owner, "scopes": [] }),
        ("PATCH", "/integrations/{id}" | "/keys/{id}" | "/people/{id}") => json!({ "name": "Renamed" }),
        ("PATCH", "/endpoints/{id}") => json!({ "enabled": false }),
        ("POST", "/endpoints") => {
            json!({ "place": things.place.to_string(), "url": "https://hooks.partner.io/new", "kinds": ["endpoint.failing"] })
        }
        ("POST", "/endpoints/{id}/resend") => json!({ "since": "2026-11-28T00:00:00Z" }),
        ("POST", "/publications") => json!({ "type": "contact.created", "owner": things.owner, "data": {}, "id": "1" }),
        ("POST", "/integrations/{id}/rotate" | "/keys/{id}/rotate" | "/endpoints/{id}/rotate") => {
            json!({ "expire": "now" })
        }
        ("PUT" | "POST", "/policy" | "/policy/preview") => policy(),
        ("PATCH", "/policy") => json!({ "settings": policy()["settings"] }),
        ("PUT", "/policy/documents/{name}") => policy()["documents"][0].clone(),
        ("POST", "/policy/rollback") => json!({ "to": 1 }),
        ("POST", "/explain") => json!({ "method": "GET", "path": "/x", "integration": things.integration }),
        ("POST", "/integrations/{id}/test") => json!({ "operation": "whoami", "is_own": true }),
        ("POST", "/integrations/{id}/rotation/extend") => json!({ "expires_at": "2026-12-08T00:00:00Z" }),
        ("PATCH", "/settings") => json!({ "rotate_every_days": 30 }),
        ("POST", "/people") => new_person(),
        ("POST", "/keys") => json!({ "name": "New", "permissions": permission, "expires_at": "2027-01-01T00:00:00Z" }),
        ("PATCH", "/features/{name}") => json!({ "agency": false }),
        _ => Value::Null,
    };
    let with = if matches!(route.method, "PUT" | "PATCH" | "DELETE" | "POST")
        && noun != "sessions"
        && noun != "features"
    {
        if route.path.contains('{') || ["/agency", "/settings"].contains(&route.path) { rev() } else { With::default() }
    } else {
        With::default()
    };
    (target, body, with)
}

/// What is expected of a route, for an actor, at each of [`PLACES`]: 0 for an answer, or the status of the refusal.
fn expected(table: &Value, route: &Route, actor: &str) -> Vec<u16> {
    let cases = table["cases"].as_array().unwrap();
    let case = cases.iter().find(|case| case["method"] == route.method && case["path"] == route.path);
    let case = case.unwrap_or_else(|| panic!("{route:?} is not in tests/corpus/access.json: cargo xtask vectors"));
    let told = case["expected"][actor].as_str().unwrap();
    told.split(' ').map(|word| if word == "ok" { 0 } else { word.parse().unwrap() }).collect()
}

fn every_route_answers_every_role_at_every_place_as_it_must(storage: Rc<dyn Storage>) {
    let world = World::with_demo(Rc::clone(&storage));
    let things = things(&world);
    let (table, mut tried, mut wrong) = (table(), 0, Vec::new());
    for (name, given) in actors() {
        let mut person = given.clone();
        person["email"] = format!("{name}@actors.example").into();
        world.add_person(person);
        let session = world.sign_in(&format!("{name}@actors.example")).unwrap();
        for route in ROUTES.iter().filter(|route| matches!(route.access, Access::Admin | Access::SignedIn)) {
            for (things, expected) in things.iter().zip(expected(&table, route, &name)) {
                let (target, body, with) = request(&world, route, things);
                let mut status = 0;
                let mut told = String::new();
                let undone = &mut || {
                    let answer = world.as_credential(&session, || world.ask(route.method, &target, body.clone(), with));
                    status = answer.map_or_else(
                        |error| {
                            told = format!("{error:?}");
                            // That its last change was no deletion is told to whoever may undo it.
                            if route.path.ends_with("/undo") && error.answer().status == 409 {
                                0
                            } else {
                                error.answer().status
                            }
                        },
                        |_| 0,
                    );
                    Completion::RollBack
                };
                storage.transaction(undone).unwrap();
                world.registry.forget();
                tried += 1;
                if status != expected {
                    wrong.push(format!("{name}: {route:?} at {}: {status} instead of {expected} {told}", things.place));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried > 1000, "{tried}");
}

fn an_accounts_person_learns_nothing_of_others(storage: Rc<dyn Storage>) {
    let world = World::with_demo(Rc::clone(&storage));
    let things = things(&world);
    for (name, role) in [("admin", "account_admin"), ("viewer", "account_viewer")] {
        let email = format!("{name}@acme.example");
        world.add_person(json!({ "email": email, "role": role, "accounts": ["acme"] }));
        let session = world.sign_in(&email).unwrap();
        let (own, others) = things.split_first().unwrap();
        let mut secret: Vec<String> =
            ["globex", "Globex", "hq-id", "Headquarters", "somebody@agency"].map(str::to_owned).to_vec();
        for other in others {
            secret.extend(
                [&other.integration, &other.person, &other.key, &other.endpoint, &other.session].map(String::clone),
            );
        }
        let queries =
            ["/integrations?q=o", "/integrations?owner=sub_account:globex", "/integrations?owner=sub_account:nobody"];
        let lists = queries.map(|target| ("GET", target.to_owned(), Value::Null, With::default()));
        let asked = ROUTES.iter().filter(|route| matches!(route.access, Access::Admin | Access::SignedIn));
        let asked = asked.flat_map(|route| {
            things
                .iter()
                .map(|things| {
                    let (target, body, with) = request(&world, route, things);
                    (route.method, target, body, with)
                })
                .collect::<Vec<_>>()
        });
        let mut answered = 0;
        for (method, target, body, with) in asked.chain(lists).collect::<Vec<_>>() {
            let undone = &mut || {
                let answer = world.as_credential(&session, || world.ask(method, &target, body.clone(), with));
                let text = match answer {
                    Ok(answer) => {
                        answered += 1;
                        answer.body.to_string()
                    }
                    Err(error) => serde_json::to_string(&error.answer()).unwrap(),
                };
                for secret in &secret {
                    assert!(!text.contains(secret), "{name}: {method} {target} tells {secret}: {text}");
                }
                Completion::RollBack
            };
            storage.transaction(undone).unwrap();
        }
        assert!(answered > 10, "{answered}");
        for what in ["", "/events", "/usage", "/rotation"] {
            let [one, none] = [others[0].integration.as_str(), "0000000000000000"].map(|id| {
                let path = format!("/integrations/{id}{what}");
                world.as_credential(&session, || world.ask("GET", &path, Value::Null, With::default())).unwrap_err()
            });
            assert_eq!(one, none, "{what}: what is elsewhere is as if it were not");
        }
        let listed = world.as_credential(&session, || {
            world.ask("GET", "/integrations?owner=sub_account:globex", Value::Null, With::default())
        });
        assert_eq!(listed.unwrap_err(), AdminError::NoOwner("owner"));
        let mine = world.as_credential(&session, || world.get("/integrations"));
        assert_eq!((&mine["total"], &mine["integrations"][0]["id"]), (&json!(1), &json!(own.integration)));
    }
}

fn lists_leave_out_what_is_elsewhere(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    things(&world);
    for (name, given, integrations, sub_accounts, agency) in [
        ("a", json!({ "role": "agency_admin" }), 3, 2, true),
        ("b", actors()[2].1.clone(), 2, 2, true),
        ("c", actors()[3].1.clone(), 1, 2, true),
        ("d", json!({ "role": "account_admin", "accounts": ["acme"] }), 1, 1, false),
        ("e", json!({ "role": "account_viewer", "accounts": ["acme", "globex"] }), 2, 2, false),
    ] {
        let mut person = given;
        person["email"] = format!("{name}@lists.example").into();
        world.add_person(person);
        let session = world.sign_in(&format!("{name}@lists.example")).unwrap();
        world.as_credential(&session, || {
            assert_eq!(world.get("/integrations")["total"], json!(integrations), "{name}");
            let owners = world.get("/sub-accounts");
            assert_eq!((&owners["total"], owners["agency"].is_object()), (&json!(sub_accounts), agency), "{name}");
            let scopes = world.get("/scopes")["scopes"].to_string();
            assert_eq!(scopes.contains("\"agency\""), agency, "{name}: {scopes}");
            let policy = world.get("/policy/compiled").to_string();
            assert_eq!(policy.contains("\"level\":\"agency\""), agency, "{name}: {policy}");
        });
    }
}

fn what_is_for_the_agency_alone_is_unknown_to_others(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let mut policy = demo_policy();
    let operation = json!({ "security": [{ "Agency-Access": ["secret.readonly"] }] });
    policy["documents"][0]["paths"]["/secret/"] = json!({ "get": operation });
    let needs = json!([{ "level": "agency", "scopes": ["secret.readonly"] }]);
    policy["settings"]["event_types"] = json!([{ "type": "secret.told", "description": "", "any_of": needs }]);
    world.ok("PUT", "/policy", policy, based_on(1));
    world.add_person(json!({ "email": "ana@acme.example", "role": "account_admin", "accounts": ["acme"] }));
    let admin = world.sign_in("ana@acme.example").unwrap();
    let owner = json!({ "level": "sub_account", "id": "acme" });
    let make = |scope: &str| {
        let new = json!({ "name": scope, "owner": owner, "scopes": ["contacts.readonly", scope] });
        world.ask("POST", "/integrations", new, With::default())
    };
    let made = make("secret.readonly").unwrap().body["integration"]["id"].as_str().unwrap().to_owned();
    let path = format!("/integrations/{made}");
    let hook = |kind: &str| {
        let new = json!({ "integration": made, "url": format!("https://hooks.partner.io/{kind}"), "kinds": [kind] });
        world.ask("POST", "/endpoints", new, With::default())
    };
    let known = hook("secret.told").unwrap().body["endpoint"]["id"].as_str().unwrap().to_owned();
    let without = |error: AdminError, name: &str| format!("{error:?}").replace(name, "*");
    world.as_credential(&admin, || {
        let [hidden, absent] =
            ["secret.readonly", "absent.readonly"].map(|scope| without(make(scope).unwrap_err(), scope));
        assert_eq!(hidden, absent);
        let both = json!({ "name": "x", "owner": owner, "scopes": ["secret.readonly", "absent.readonly"] });
        let refused = world.ask("POST", "/integrations", both, With::default()).unwrap_err();
        assert!(format!("{refused:?}").contains("absent.readonly secret.readonly"), "{refused:?}");
        let [hidden, absent] = ["secret.told", "absent.told"].map(|kind| without(hook(kind).unwrap_err(), kind));
        assert_eq!(hidden, absent);
        // What is there already stays.
        let more = json!({ "scopes": ["contacts.readonly", "contacts.write", "secret.readonly"] });
        world.ok("PATCH", &path, more, based_on(1));
        let more = json!({ "kinds": ["secret.told", "rotation.started"] });
        world.ok("PATCH", &format!("/endpoints/{known}"), more, based_on(1));
    });
}

fn a_deletion_is_undone_only_where_one_may_manage(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let things = things(&world);
    let [acme, globex, agency] = &things[..] else { panic!("three places") };
    for gone in &things {
        world.ok("DELETE", &format!("/integrations/{}", gone.integration), Value::Null, based_on(2));
    }
    let at = |verb: &str, things: &Things| json!({ "verb": verb, "place": things.place.to_string() });
    let of_acme = key_with(&world, json!([at("integrations.manage", acme)]));
    let sees_globex = key_with(&world, json!([at("integrations.manage", acme), at("integrations.view", globex)]));
    let undo = |who: &Credential, gone: &Things, rev: u64| {
        let path = format!("/integrations/{}/undo", gone.integration);
        world.as_credential(who, || world.ask("POST", &path, Value::Null, based_on(rev)))
    };
    for (gone, rev) in [(globex, 3), (globex, 1), (agency, 3)] {
        assert_eq!(undo(&of_acme, gone, rev).unwrap_err(), AdminError::NoIntegration);
    }
    let place = Some(globex.place.clone());
    let forbidden = AdminError::Forbidden { verb: Verb::IntegrationsManage, place };
    assert_eq!(undo(&sees_globex, globex, 3).unwrap_err(), forbidden);
    assert_eq!(world.get("/integrations")["total"], json!(0));
    assert!(undo(&of_acme, acme, 3).is_ok());
}

fn what_needs_attention_is_counted_of_ones_own(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.ok("PUT", "/agency", json!({ "id": "hq-id" }), based_on(0));
    let path = |id: &str| format!("/integrations/{id}");
    let create = |owner: &Value, name: &str| -> String {
        let body = json!({ "name": name, "owner": owner, "scopes": [] });
        let made = world.ok("POST", "/integrations", body, With::default()).body;
        made["integration"]["id"].as_str().unwrap().to_owned()
    };
    let owners = [("sub_account", "acme"), ("sub_account", "globex"), ("agency", "hq-id")]
        .map(|(level, id)| json!({ "level": level, "id": id }));
    let old = owners.each_ref().map(|owner| create(owner, "old"));
    world.later(91 * DAY);
    let rev = world.get("/settings")["rev"].as_u64().unwrap();
    world.ok("PATCH", "/settings", json!({ "idle_days": 60 }), based_on(rev));
    let end = Timestamp::from_seconds(world.now.get() + 10 * DAY).to_string();
    for (owner, old) in owners.iter().zip(&old) {
        world.ok("PATCH", &path(old), json!({ "expires_at": end }), based_on(1));
        let turns = path(&create(owner, "turns"));
        let later = json!({ "expire": "later", "window_seconds": DAY });
        world.ok("POST", &format!("{turns}/rotate"), later, based_on(1));
        world.ok("DELETE", &path(&create(owner, "gone")), Value::Null, based_on(1));
    }
    // As the rule for idle integrations leaves them.
    let idle = "INSERT INTO idle (integration, since, days_left, acts_at)
        SELECT id, 0, 1, 1 FROM integrations WHERE name = 'turns'";
    world.storage.run(idle, &[]).unwrap();
    let strip = || {
        let shown = world.get("/lifecycle");
        let counts = ["old_tokens", "rotations_ending", "ending"].map(|name| shown[name]["count"].clone());
        let deleted = shown["deleted"].as_array().unwrap().iter();
        let mut deleted: Vec<_> = deleted.map(|gone| gone["owner"]["id"].as_str().unwrap().to_owned()).collect();
        deleted.sort();
        json!([counts, shown["never_used"], shown["idle"], deleted])
    };
    assert_eq!(strip(), json!([[3, 3, 3], 6, 3, ["acme", "globex", "hq-id"]]));
    for (places, expected) in [
        (vec!["sub_account:acme"], json!([[1, 1, 1], 2, 1, ["acme"]])),
        (vec!["agency"], json!([[1, 1, 1], 2, 1, ["hq-id"]])),
        (vec!["agency", "sub_account:acme"], json!([[2, 2, 2], 4, 2, ["acme", "hq-id"]])),
        (vec!["sub_accounts"], json!([[2, 2, 2], 4, 2, ["acme", "globex"]])),
    ] {
        let views: Value = places.iter().map(|place| json!({ "verb": "integrations.view", "place": place })).collect();
        assert_eq!(world.as_credential(&key_with(&world, views), strip), expected, "{places:?}");
    }
}

fn use_is_asked_of_ones_own_integrations(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let things = things(&world);
    let gone = world.create("gone", &[]);
    world.ok("DELETE", &format!("/integrations/{gone}"), Value::Null, based_on(1));
    assert_eq!(world.get("/usage")["integrations"], Value::Null, "all of them");
    for place in things.iter().map(|things| &things.place) {
        let viewer = key_with(&world, json!([{ "verb": "usage.view", "place": place.to_string() }]));
        let own = things.iter().filter(|things| things.place == *place).map(|things| &things.integration);
        let asked = world.as_credential(&viewer, || world.get("/usage")["integrations"].clone());
        assert_eq!(asked, json!(own.collect::<Vec<_>>()), "{place}");
    }
}

fn use_is_asked_of_ten_thousand_at_most(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let add = |first: u32, last: u32| {
        let sql = format!(
            "INSERT INTO integrations (id, rev, level, owner_id, name, description, scopes, last_n, created_at, updated_at)
            WITH RECURSIVE counted (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM counted WHERE n < {last})
            SELECT printf('%016d', n), 1, 'sub_account', 'acme', 'n', '', '[]', 1, 1, 1 FROM counted"
        );
        world.storage.run(&sql, &[]).unwrap();
    };
    let viewer = key_with(&world, json!([{ "verb": "usage.view", "place": "sub_accounts" }]));
    let asked = || world.as_credential(&viewer, || world.ask("GET", "/usage", Value::Null, With::default()));
    add(1, 10_000);
    assert_eq!(asked().unwrap().body["integrations"].as_array().unwrap().len(), 10_000);
    add(10_001, 10_001);
    let refused = asked().unwrap_err();
    assert!(matches!(&refused, AdminError::Invalid { field, .. } if field == "by"), "{refused:?}");
    assert_eq!(world.get("/usage")["integrations"], Value::Null, "all integrations: null, not a list");
}

fn a_preview_names_ones_own_integrations_alone(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let create = |account: &str| {
        let owner = json!({ "level": "sub_account", "id": account });
        let body = json!({ "name": "one", "owner": owner, "scopes": ["contacts.readonly"] });
        world.ok("POST", "/integrations", body, With::default()).body["integration"]["id"].clone()
    };
    let [own, _, gone] = ["acme", "globex", "acme"].map(create);
    world.ok("DELETE", &format!("/integrations/{}", gone.as_str().unwrap()), Value::Null, based_on(1));
    let mut policy = demo_policy();
    policy["documents"][0]["paths"].as_object_mut().unwrap().retain(|path, _| !path.starts_with("/contacts"));
    let publisher = json!([
        { "verb": "policy.publish", "place": "agency" },
        { "verb": "integrations.view", "place": "sub_account:acme" },
    ]);
    let publisher = key_with(&world, publisher);
    for (method, path) in [("POST", "/policy/preview"), ("PUT", "/policy")] {
        let told = world.as_credential(&publisher, || world.ok(method, path, policy.clone(), With::default()).body);
        let named = told["impact"]["integrations"].as_array().unwrap().iter().map(|one| &one["integration"]);
        assert_eq!(named.collect::<Vec<_>>(), [&own], "{path}");
        assert_eq!((&told["impact"]["affected"], &told["impact"]["losing"]), (&json!(1), &json!(1)), "{path}");
    }
    let event = &world.get("/events?kind=policy.published")["events"][0];
    assert_eq!(event["detail"]["losing"], json!(2), "the event counts all of them");
}

fn what_belongs_to_two_accounts_is_for_whoever_manages_both(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let at = |verbs: &[&str], places: &[&str]| -> Value {
        let each = |place: &&str| verbs.iter().map(|verb| json!({ "verb": verb, "place": place })).collect::<Vec<_>>();
        places.iter().flat_map(each).collect()
    };
    let (acme, globex) = ("sub_account:acme", "sub_account:globex");
    let mut of_both = Vec::new();
    for (name, places, accounts) in [
        ("acme", vec![acme], vec!["acme"]),
        ("globex", vec![globex], vec!["globex"]),
        ("both", vec![acme, globex], vec!["acme", "globex"]),
        ("every", vec!["sub_accounts"], vec![]),
        ("agency", vec!["agency"], vec![]),
    ] {
        let key = json!({ "name": name, "permissions": at(&["integrations.view"], &places), "expires_at": "2027-01-01T00:00:00Z" });
        let key = world.ok("POST", "/keys", key, With::default()).body["key"]["id"].as_str().unwrap().to_owned();
        let role = if accounts.is_empty() { "auditor" } else { "account_admin" };
        let person =
            json!({ "email": format!("{name}@people.example"), "name": name, "role": role, "accounts": accounts });
        let person = world.add_person(person);
        if name == "both" {
            of_both =
                vec![(format!("/people/{person}"), AdminError::NoPerson), (format!("/keys/{key}"), AdminError::NoKey)];
        }
    }
    let manager = |name: &str, role: &str, accounts: &[&str], places: &[&str]| {
        let permissions = at(&["people.manage", "keys.manage", "integrations.view"], places);
        let email = format!("{name}@managers.example");
        world.add_person(json!({ "email": email, "role": role, "accounts": accounts, "permissions": permissions }));
        world.sign_in(&email).unwrap()
    };
    let of_acme = manager("acme", "account_admin", &["acme"], &[acme]);
    let listed = |noun: &str| {
        let page = world.get(&format!("/{noun}"));
        let rows = page[noun].as_array().unwrap();
        assert_eq!(page["total"], json!(rows.len()));
        let mut names: Vec<_> = rows.iter().filter_map(|row| row["name"].as_str().map(str::to_owned)).collect();
        names.sort();
        names
    };
    for (manager, people, keys) in [
        (of_acme.clone(), vec!["acme"], vec!["acme"]),
        (
            manager("both", "account_admin", &["acme", "globex"], &[acme, globex]),
            vec!["acme", "both", "globex"],
            vec!["acme", "both", "globex"],
        ),
        (
            manager("every", "agency_admin", &[], &["sub_accounts"]),
            vec!["acme", "both", "globex"],
            vec!["acme", "both", "every", "globex"],
        ),
        (manager("agency", "agency_admin", &[], &["agency"]), vec!["agency", "every"], vec!["agency"]),
    ] {
        world.as_credential(&manager, || {
            assert_eq!(listed("people"), people);
            assert_eq!(listed("keys"), keys);
        });
    }
    let elsewhere = json!({ "email": "x@people.example", "role": "account_viewer", "accounts": ["globex"] });
    let added = world.as_credential(&of_acme, || world.ask("POST", "/people", elsewhere, With::default()));
    assert_eq!(added.unwrap_err(), AdminError::NoOwner("accounts"));
    for (path, absent) in of_both {
        for (method, body) in [("GET", Value::Null), ("PATCH", json!({ "name": "X" })), ("DELETE", Value::Null)] {
            let with = if method == "GET" { With::default() } else { based_on(1) };
            let answer = world.as_credential(&of_acme, || world.ask(method, &path, body, with));
            assert_eq!(answer.unwrap_err(), absent, "{method} {path}");
        }
    }
    let as_both = world.sign_in("both@people.example").unwrap();
    let id = world.as_credential(&as_both, || world.create("made by one of both", &[]));
    let shown = world.as_credential(&of_acme, || world.get(&format!("/integrations/{id}")));
    assert_eq!(shown["created_by"], json!({ "actor": "administrator", "name": null }));
}

fn only_who_sees_the_policy_asks_what_somebody_else_could_do(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let owner = json!({ "level": "sub_account", "id": "acme" });
    let assumed = json!({ "method": "GET", "path": "/contacts/", "owner": owner, "scopes": ["contacts.readonly"] });
    let nobody = json!({ "method": "GET", "path": "/contacts/" });
    let at = |verb: &str, place: &str| json!({ "verb": verb, "place": place });
    let views = ["sub_account:acme", "sub_accounts", "agency"].map(|place| at("integrations.view", place));
    let viewers = views.iter().map(|view| (json!([view]), false));
    for (permissions, may) in viewers.chain([(json!([at("policy.view", "agency")]), true)]) {
        let key = key_with(&world, permissions.clone());
        for question in [&assumed, &nobody] {
            let answer = world.as_credential(&key, || world.ask("POST", "/explain", question.clone(), With::default()));
            let place = Some(Place::Agency);
            let refusal = (!may).then_some(AdminError::Forbidden { verb: Verb::PolicyView, place });
            assert_eq!(answer.err(), refusal, "{permissions} {question}");
        }
    }
}

fn an_explanation_tells_an_accounts_person_nothing_of_the_agency(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("One", &["contacts.readonly"]);
    world.add_person(json!({ "email": "vi@acme.example", "role": "account_viewer", "accounts": ["acme"] }));
    let session = world.sign_in("vi@acme.example").unwrap();
    let explain = |path: &str| {
        let question = json!({ "method": "GET", "path": path, "integration": id });
        world.ok("POST", "/explain", question, With::default()).body
    };
    for (path, code) in [("/locations/", "wrong_level"), ("/contacts/?locationId=acme", "allowed")] {
        let (whole, own) = (explain(path), world.as_credential(&session, || explain(path)));
        assert_eq!((&whole["code"], &whole["allowed"]), (&json!(code), &json!(code == "allowed")), "{whole}");
        assert_eq!((&own["code"], &own["allowed"]), (&whole["code"], &whole["allowed"]), "the verdict is the gate's");
        assert!(whole.to_string().contains("agency"), "{whole}");
        assert!(!own.to_string().contains("agency"), "{own}");
        let steps = |explanation: &Value| -> Vec<Value> {
            let steps = explanation["steps"].as_array().unwrap();
            steps.iter().map(|step| json!([step["step"], step["passed"]])).collect()
        };
        assert_eq!(steps(&own), steps(&whole));
    }
    let own = world.as_credential(&session, || explain("/locations/"));
    assert_eq!(own["operation"], Value::Null);
    let told = own["steps"].to_string();
    assert!(!told.contains("locations.readonly") && !told.contains("demo API"), "{told}");
    let shared = world.as_credential(&session, || explain("/contacts/?locationId=acme"));
    assert_eq!(shared["operation"]["method"], json!("GET"), "what sub-accounts can use too is shown: {shared}");
}

fn an_explanation_names_an_accounts_person_no_operation_of_the_agency(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let mut policy = demo_policy();
    for (name, scheme, scope) in
        [("export", "Agency-Access", "contacts.readonly"), ("report", "Location-Access", "contacts.write")]
    {
        let operation = json!({ "security": [{ scheme: [scope] }], "responses": { "200": { "description": "OK" } } });
        policy["documents"][0]["paths"][format!("/contacts/{name}")] = json!({ "get": operation });
    }
    world.ok("PUT", "/policy", policy, based_on(1));
    let id = world.create("One", &["contacts.readonly"]);
    world.add_person(json!({ "email": "vi@acme.example", "role": "account_viewer", "accounts": ["acme"] }));
    let session = world.sign_in("vi@acme.example").unwrap();
    let verdict = |name: &str| {
        let question = json!({ "method": "GET", "path": format!("/contacts/{name}.json"), "integration": id });
        let explained = world.ok("POST", "/explain", question, With::default()).body;
        assert_eq!(explained["code"], json!("ambiguous_operation"), "{explained}");
        explained["steps"][3]["detail"].as_str().unwrap().to_owned()
    };
    for (name, is_named) in [("export", false), ("report", true)] {
        let operation = format!("GET /contacts/{name};");
        assert!(verdict(name).contains(&operation), "the agency's people see the whole policy");
        let own = world.as_credential(&session, || verdict(name));
        assert_eq!((own.contains(&operation), own.contains("another operation;")), (is_named, !is_named), "{own}");
    }
}

fn an_endpoints_address_is_told_to_those_who_may_see_endpoints(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("One", &[]);
    let new = json!({ "integration": id, "url": "https://hooks.partner.io/s3cret", "kinds": ["rotation.due"] });
    let endpoint = world.ok("POST", "/endpoints", new, With::default()).body["endpoint"]["id"].clone();
    let change = json!({ "url": "https://hooks.partner.io/other", "description": "ours" });
    world.ok("PATCH", &format!("/endpoints/{}", endpoint.as_str().unwrap()), change, based_on(1));
    let of_integration = format!("/integrations/{id}/events");
    for (verb, is_told) in [("integrations.view", false), ("webhooks.manage", true), ("audit.view", true)] {
        let permissions = ["integrations.view", verb].map(|verb| json!({ "verb": verb, "place": "sub_account:acme" }));
        let key = key_with(&world, json!(permissions));
        world.as_credential(&key, || {
            let told = world.get(&of_integration)["events"].to_string();
            assert!(told.contains("endpoint.changed") && told.contains("rotation.due"), "{told}");
            assert_eq!(
                (told.contains("hooks.partner.io"), told.contains("ours")),
                (is_told, is_told),
                "{verb}: {told}"
            );
            for list in ["/events", "/events?format=jsonl", "/events?format=csv"] {
                let listed = world.ask("GET", list, Value::Null, With::default());
                let told = listed.map(|answer| answer.body.to_string()).unwrap_or_default();
                assert_eq!(
                    told.contains("hooks.partner.io") && is_told,
                    told.contains("hooks.partner.io"),
                    "{verb} {list}"
                );
            }
        });
    }
}

/// A key with these permissions.
fn key_with(world: &World, permissions: Value) -> Credential {
    let end = Timestamp::from_seconds(world.now.get() + DAY).to_string();
    let body = json!({ "name": "Key", "permissions": permissions, "expires_at": end });
    let made = world.as_credential(&Credential::OwnerKey, || world.ok("POST", "/keys", body, With::default()).body);
    let keys = world.settings.keys.as_ref().unwrap();
    Credential::Key(verify_key(keys, made["token"].as_str().unwrap()).unwrap())
}

fn who_may_set_the_agency_is_told_of_its_integrations_if_they_may_see_them(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let setter = key_with(&world, json!([{ "verb": "settings.manage", "place": "agency" }]));
    let body = json!({ "id": "hq", "name": "HQ" });
    world.as_credential(&setter, || {
        let set = world.ok("PUT", "/agency", body.clone(), based_on(0)).body;
        assert_eq!(set, json!({ "id": "hq", "name": "HQ", "rev": 1 }));
        let stale = world.ask("PUT", "/agency", body.clone(), based_on(0)).unwrap_err();
        assert_eq!(stale, AdminError::Stale(set));
    });
    let set = world.ok("PUT", "/agency", body, based_on(1)).body;
    assert_eq!(set["integrations"], json!(0));
}

fn owners_are_listed_to_those_who_may_see_something_there(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    things(&world);
    let at = |verb: &str, place: &str| json!({ "verb": verb, "place": place });
    let listed = |permissions: Value| {
        let told = world.as_credential(&key_with(&world, permissions), || world.get("/sub-accounts"));
        let rows = told["sub_accounts"].as_array().unwrap();
        assert_eq!(told["total"], json!(rows.len()));
        let mut shown: Vec<Value> = rows.iter().map(|row| json!([row["id"], row["integrations"]])).collect();
        shown.extend(told["agency"].as_object().map(|agency| json!([agency["id"], agency.get("integrations")])));
        json!(shown)
    };
    let blind = ["events.publish", "sessions.launch", "settings.manage"]
        .map(|verb| [at(verb, "sub_accounts"), at(verb, "agency"), at("usage.view", "sub_account:acme")]);
    for permissions in blind {
        assert_eq!(listed(json!(permissions)), json!([["acme", null]]), "{permissions:?}");
    }
    let mixed = [at("integrations.manage", "sub_account:acme"), at("audit.view", "sub_accounts")];
    assert_eq!(listed(json!(mixed)), json!([["acme", 1], ["globex", null]]));
    assert_eq!(listed(json!([at("audit.view", "agency")])), json!([["hq-id", null]]));
    let all = [at("integrations.view", "agency"), at("integrations.view", "sub_accounts")];
    assert_eq!(listed(json!(all)), json!([["acme", 1], ["globex", 1], ["hq-id", 1]]));
}

fn the_loss_of_a_permission_acts_at_the_next_request(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.add_person(json!({ "email": "ana@example.com", "role": "developer" }));
    let session = world.sign_in("ana@example.com").unwrap();
    let policy = || world.as_credential(&session, || world.ask("GET", "/policy", Value::Null, With::default()));
    assert!(policy().is_ok());
    let rev = world.get(&format!("/people/{id}"))["rev"].as_u64().unwrap();
    let edit = json!({ "permissions": [{ "verb": "integrations.view", "place": "agency" }] });
    world.ok("PATCH", &format!("/people/{id}"), edit, based_on(rev));
    let place = Some(Place::Agency);
    assert_eq!(policy().unwrap_err(), AdminError::Forbidden { verb: Verb::PolicyView, place });
    world.ok("DELETE", &format!("/people/{id}"), Value::Null, based_on(rev + 1));
    assert_eq!(policy().unwrap_err(), AdminError::NotSignedIn);
}

fn a_session_of_a_person_is_none_of_an_earlier_release(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.add_person(json!({ "email": "ana@example.com", "role": "auditor" }));
    let Credential::PersonSession(digest) = world.sign_in("ana@example.com").unwrap() else { panic!("no person's") };
    assert_eq!(
        world.value("SELECT count(*) AS it FROM sessions"),
        json!(0),
        "an earlier release reads this table alone"
    );
    let taken_for_owners =
        world.as_credential(&Credential::Session(digest), || world.ask("GET", "/policy", Value::Null, With::default()));
    assert_eq!(taken_for_owners.unwrap_err(), AdminError::NotSignedIn);
}

/// The statements that establish who asks read one row for a key, and two for a person's session, where a session alone was one.
fn who_asks_costs_one_more_row(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.add_person(json!({ "email": "ana@example.com", "role": "auditor" }));
    world.sign_in("ana@example.com").unwrap();
    let plan = "EXPLAIN QUERY PLAN SELECT ends_at, people.id AS id, permissions, grantable FROM person_sessions
        JOIN people ON people.id = person_sessions.person WHERE digest = 'x'";
    let steps: Vec<String> = world.rows(plan).iter().map(|row| row["detail"].as_str().unwrap().to_owned()).collect();
    assert_eq!(steps.len(), 2, "{steps:?}");
    assert!(steps.iter().all(|step| step.starts_with("SEARCH") && step.contains("=?")), "{steps:?}");
}

fn no_body_is_read_of_a_person_who_may_not_send_it(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.add_person(json!({ "email": "ana@acme.example", "role": "account_viewer", "accounts": ["acme"] }));
    let viewer = world.sign_in("ana@acme.example").unwrap();
    let head = |method: &str, target: &str| Head {
        method: method.to_owned(),
        target: target.to_owned(),
        actor: viewer.to_header(),
        ..Head::default()
    };
    let accept = |head: Head| world.registry.accept(head, world.now()).map(|_| ());
    for route in ROUTES.iter().filter(|route| route.max_body.is_some_and(|most| most > MAX_BODY_BYTES)) {
        let target = route.path.replace("{name}", "Tidegate%20demo%20API");
        let refused = accept(head(route.method, &target)).unwrap_err();
        assert!(matches!(refused, AdminError::Forbidden { .. }), "{route:?}: {refused:?}");
    }
    assert_eq!(accept(head("GET", "/integrations")), Ok(()));
    let session = world.as_credential(&viewer, || world.get("/sessions"))["sessions"][0]["id"].clone();
    world.ok("DELETE", &format!("/sessions/{}", session.as_str().unwrap()), Value::Null, With::default());
    assert_eq!(accept(head("PUT", "/policy")), Err(AdminError::NotSignedIn));
}
