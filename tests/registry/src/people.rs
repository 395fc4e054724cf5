//! People: who is added, changed and removed by whom, and how they sign in.

use std::rc::Rc;

use registry::{Credential, Storage};
use serde_json::{Value, json};
use tidegate::access::{Permissions, Place, Role, Verb};
use tidegate::admin::AdminError;

use crate::world::{With, World, based_on, proof};

cases! {
    the_first_sign_in_binds_a_person_to_their_account
    whom_nobody_added_is_no_member
    letters_that_fold_alike_are_no_invitation
    a_sign_in_counts_once
    a_proof_is_good_for_signing_in_alone
    a_person_is_added_once_whatever_the_case
    bad_input_names_the_field_and_changes_nothing
    nobody_gives_or_takes_what_they_lack
    nobody_changes_themselves
    the_last_owner_stays_without_an_owner_key
    another_role_brings_its_preset_and_other_accounts_keep_the_switch
    permissions_that_differ_by_account_stay_as_they_are
    a_move_is_told_where_both_places_are_seen
    who_added_a_person_is_told_to_those_who_may_know
    a_removal_ends_sessions_and_leaves_no_name
    sessions_are_listed_and_ended_one_by_one
    the_two_switches_of_the_help_pages
    ten_thousand_people_are_listed_and_searched
    who_created_and_changed_an_integration_is_told_to_those_who_may_know
}

fn field(answer: Result<crate::world::Answer, AdminError>) -> String {
    match answer.unwrap_err() {
        AdminError::Invalid { field, .. } => field,
        AdminError::BeyondOwn { field, .. } => format!("beyond {field}"),
        other => format!("{other:?}"),
    }
}

fn add(world: &World, body: Value) -> Result<crate::world::Answer, AdminError> {
    world.ask("POST", "/people", body, With::default())
}

fn prove(world: &World, proof: tidegate::access::Proof) -> Result<crate::world::Answer, AdminError> {
    world.as_credential(&Credential::Proof(proof), || world.ask("POST", "/session", Value::Null, With::default()))
}

fn the_first_sign_in_binds_a_person_to_their_account(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.add_person(json!({ "email": "Ana@Example.com", "role": "auditor" }));
    prove(&world, tidegate::access::Proof { subject: "s1".to_owned(), ..proof("ana@example.com", "1") }).unwrap();
    let shown = world.get(&format!("/people/{id}"));
    assert_eq!((&shown["bound"], &shown["last_sign_in_at"]), (&json!(true), &json!("2026-11-28T00:00:00Z")));
    let other = tidegate::access::Proof { subject: "s2".to_owned(), ..proof("ana@example.com", "2") };
    assert_eq!(prove(&world, other.clone()).unwrap_err(), AdminError::AnotherAccount);
    let elsewhere = tidegate::access::Proof {
        issuer: "https://other.example".to_owned(),
        subject: "s1".to_owned(),
        ..proof("ana@example.com", "3")
    };
    assert_eq!(prove(&world, elsewhere).unwrap_err(), AdminError::AnotherAccount);
    let moved = tidegate::access::Proof { subject: "s1".to_owned(), ..proof("new@example.com", "4") };
    assert!(prove(&world, moved).is_ok(), "the address is never compared afterwards");
    let rev = world.get(&format!("/people/{id}"))["rev"].as_u64().unwrap();
    world.ok("POST", &format!("/people/{id}/rebind"), Value::Null, based_on(rev));
    assert_eq!(world.value("SELECT count(*) AS it FROM person_sessions"), json!(0));
    let before = (world.get(&format!("/people/{id}")), world.get("/events"));
    world.ok("POST", &format!("/people/{id}/rebind"), Value::Null, based_on(before.0["rev"].as_u64().unwrap()));
    assert_eq!((world.get(&format!("/people/{id}")), world.get("/events")), before, "who is free already stays so");
    assert!(prove(&world, tidegate::access::Proof { login: "5".to_owned(), ..other }).is_ok());
}

fn whom_nobody_added_is_no_member(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.add_person(json!({ "email": "ana@example.com", "role": "auditor" }));
    assert_eq!(prove(&world, proof("eve@example.com", "1")).unwrap_err(), AdminError::NotAMember);
    let unverified = tidegate::access::Proof { email: None, ..proof("ana@example.com", "2") };
    assert_eq!(prove(&world, unverified).unwrap_err(), AdminError::NotAMember);
    assert_eq!(world.value("SELECT count(*) AS it FROM person_sessions"), json!(0));
}

fn letters_that_fold_alike_are_no_invitation(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.add_person(json!({ "email": "Jess@github.com", "role": "owner" }));
    for email in ["je\u{17f}s@github.com", "jess@g\u{131}thub.com"] {
        assert_eq!(world.sign_in(email).unwrap_err(), AdminError::NotAMember, "{email}");
        let twice = add(&world, json!({ "email": email, "role": "auditor" })).unwrap_err();
        assert_eq!(twice, AdminError::Exists("email"), "nobody is added under an address that looks like another");
    }
    assert!(world.sign_in("JESS@GitHub.com").is_ok());
}

fn a_sign_in_counts_once(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.add_person(json!({ "email": "ana@example.com", "role": "auditor" }));
    assert!(prove(&world, proof("ana@example.com", "1")).is_ok());
    world.later(60 * 60);
    assert_eq!(prove(&world, proof("ana@example.com", "1")).unwrap_err(), AdminError::NotSignedIn);
    world.later(1);
    assert!(prove(&world, proof("ana@example.com", "2")).is_ok());
    assert_eq!(world.rows("SELECT id FROM logins"), [json!({ "id": "2" })], "older than any sign-in can be");
}

fn a_proof_is_good_for_signing_in_alone(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.add_person(json!({ "email": "ana@example.com", "role": "owner" }));
    *world.credential.borrow_mut() = Credential::Proof(proof("ana@example.com", "1"));
    for target in ["/session", "/policy", "/people", "/features", "/sessions"] {
        let answer = world.ask("GET", target, Value::Null, With::default());
        assert_eq!(answer.unwrap_err(), AdminError::NotSignedIn, "{target}");
    }
}

fn a_person_is_added_once_whatever_the_case(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.add_person(json!({ "email": "Ana@Example.com", "role": "auditor" }));
    let again = add(&world, json!({ "email": "ANA@example.COM", "role": "owner" }));
    assert_eq!(again.unwrap_err(), AdminError::Exists("email"));
    assert_eq!(world.get("/people")["total"], json!(1));
}

fn bad_input_names_the_field_and_changes_nothing(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.add_person(json!({ "email": "ana@example.com", "role": "account_admin", "accounts": ["acme"] }));
    let before = (world.rows("SELECT * FROM people"), world.value("SELECT count(*) AS it FROM events"));
    let at = |place: &str| json!([{ "verb": "integrations.view", "place": place }]);
    for (body, expected) in [
        (json!({ "email": "x@example.com", "role": "boss" }), "role"),
        (json!({ "email": "x", "role": "owner" }), "email"),
        (json!({ "email": "a\u{200b}@example.com", "role": "owner" }), "email"),
        (json!({ "role": "owner" }), "email"),
        (json!({ "email": "x@example.com", "role": "owner", "extra": 1 }), "extra"),
        (json!({ "email": "x@example.com", "role": "account_admin" }), "accounts"),
        (json!({ "email": "x@example.com", "role": "account_admin", "accounts": ["nobody"] }), "accounts"),
        (json!({ "email": "x@example.com", "role": "account_admin", "accounts": ["a b"] }), "accounts[0]"),
        (json!({ "email": "x@example.com", "role": "auditor", "accounts": ["acme"] }), "accounts"),
        (json!({ "email": "x@example.com", "role": "auditor", "permissions": at("nowhere") }), "permissions[0].place"),
        (
            json!({ "email": "x@example.com", "role": "auditor", "permissions": at("sub_account:nobody") }),
            "permissions",
        ),
        (
            json!({ "email": "x@example.com", "role": "auditor", "permissions": [{ "verb": "fly", "place": "agency" }] }),
            "permissions[0].verb",
        ),
        (json!({ "email": "x@example.com", "role": "owner", "permissions": at("agency") }), "permissions"),
        (
            json!({ "email": "x@example.com", "role": "account_viewer", "accounts": ["acme"], "permissions": at("sub_account:globex") }),
            "permissions",
        ),
        (
            json!({ "email": "x@example.com", "role": "account_viewer", "accounts": ["acme"], "permissions": at("sub_accounts") }),
            "permissions",
        ),
        (json!({ "email": "x@example.com", "role": "auditor", "grantable": ["a b"] }), "grantable[0]"),
    ] {
        assert_eq!(field(add(&world, body.clone())), expected, "{body}");
    }
    let path = format!("/people/{id}");
    assert_eq!(field(world.ask("PATCH", &path, json!({}), based_on(1))), "role");
    assert_eq!(field(world.ask("PATCH", &path, json!({ "role": "boss" }), based_on(1))), "role");
    assert_eq!(field(world.ask("PATCH", &path, json!({ "accounts": ["nobody"] }), based_on(1))), "accounts");
    let nowhere = json!({ "role": "auditor", "permissions": at("sub_account:nobody") });
    assert_eq!(field(world.ask("PATCH", &path, nowhere, based_on(1))), "permissions");
    assert_eq!(field(world.ask("PATCH", &path, json!({ "email": "b@example.com" }), based_on(1))), "email");
    assert!(matches!(
        world.ask("PATCH", &path, json!({ "name": "X" }), based_on(7)).unwrap_err(),
        AdminError::Stale(_)
    ));
    assert_eq!(world.ask("DELETE", &path, Value::Null, With::default()).unwrap_err(), AdminError::NeedsRev);
    assert_eq!((world.rows("SELECT * FROM people"), world.value("SELECT count(*) AS it FROM events")), before);
}

fn nobody_gives_or_takes_what_they_lack(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let owner = world.add_person(json!({ "email": "owner@example.com", "role": "owner" }));
    let Credential::PersonSession(of_owner) = world.sign_in("owner@example.com").unwrap() else { panic!() };
    let manager = [Verb::PeopleManage, Verb::IntegrationsManage];
    let permissions = json!(Permissions::at(&manager, &[Place::Agency, Place::SubAccounts]));
    world.add_person(json!({ "email": "m@example.com", "role": "agency_admin", "permissions": permissions, "grantable": ["contacts.*"] }));
    let session = world.sign_in("m@example.com").unwrap();
    *world.credential.borrow_mut() = session;
    let new = |role: &str| json!({ "email": "x@example.com", "role": role });
    for role in ["owner", "agency_admin", "developer", "auditor"] {
        assert_eq!(field(add(&world, new(role))), "beyond permissions", "{role}");
    }
    let bounded = |grantable: Value| {
        json!({
            "email": "x@example.com", "role": "auditor", "grantable": grantable,
            "permissions": [{ "verb": "integrations.view", "place": "agency" }],
        })
    };
    assert_eq!(field(add(&world, bounded(Value::Null))), "beyond grantable");
    assert_eq!(field(add(&world, bounded(json!(["calendars.readonly"])))), "beyond grantable");
    assert!(add(&world, bounded(json!(["contacts.readonly"]))).is_ok());
    for (method, path, body) in [
        ("PATCH", format!("/people/{owner}"), json!({ "role": "auditor" })),
        ("PATCH", format!("/people/{owner}"), json!({ "name": "Renamed" })),
        ("DELETE", format!("/people/{owner}"), Value::Null),
        ("POST", format!("/people/{owner}/rebind"), Value::Null),
    ] {
        assert_eq!(field(world.ask(method, &path, body, based_on(1))), "beyond permissions", "{method}");
    }
    let session: String = of_owner.chars().take(16).collect();
    let ended = world.ask("DELETE", &format!("/sessions/{session}"), Value::Null, With::default());
    assert_eq!(field(ended), "beyond permissions");
    assert_eq!(world.value("SELECT count(*) AS it FROM person_sessions"), json!(2));
}

fn nobody_changes_themselves(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.add_person(json!({ "email": "other@example.com", "role": "owner" }));
    let id = world.add_person(json!({ "email": "owner@example.com", "role": "owner" }));
    let session = world.sign_in("owner@example.com").unwrap();
    *world.credential.borrow_mut() = session;
    let path = format!("/people/{id}");
    for (method, path, body) in [
        ("PATCH", path.clone(), json!({ "role": "auditor" })),
        ("DELETE", path.clone(), Value::Null),
        ("POST", format!("{path}/rebind"), Value::Null),
    ] {
        assert_eq!(world.ask(method, &path, body, based_on(1)).unwrap_err(), AdminError::OwnPermissions, "{method}");
    }
    assert!(world.ask("PATCH", &path, json!({ "name": "Me" }), based_on(1)).is_ok(), "a name is no permission");
}

fn the_last_owner_stays_without_an_owner_key(storage: Rc<dyn Storage>) {
    let mut world = World::with_demo(storage);
    let id = world.add_person(json!({ "email": "owner@example.com", "role": "owner" }));
    let rev = || world.get(&format!("/people/{id}"))["rev"].as_u64().unwrap();
    let path = format!("/people/{id}");
    let at = rev();
    world.settings.owner_key = Err(AdminError::Misconfigured("OWNER_KEY must be set".to_owned()));
    assert_eq!(world.ask("DELETE", &path, Value::Null, based_on(at)).unwrap_err(), AdminError::LastOwner);
    let demoted = world.ask("PATCH", &path, json!({ "role": "auditor" }), based_on(at));
    assert_eq!(demoted.unwrap_err(), AdminError::LastOwner);
    world.add_person(json!({ "email": "second@example.com", "role": "owner" }));
    assert!(world.ask("DELETE", &path, Value::Null, based_on(at)).is_ok());
}

fn another_role_brings_its_preset_and_other_accounts_keep_the_switch(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.add_person(json!({ "email": "a@example.com", "role": "account_admin", "accounts": ["acme"] }));
    let path = format!("/people/{id}");
    let preset = |role: Role, accounts: &[&str]| {
        let accounts: Vec<_> = accounts.iter().map(|id| tidegate::record::OwnerId::parse(id).unwrap()).collect();
        json!(role.preset(&accounts))
    };
    assert_eq!(world.get(&path)["permissions"], preset(Role::AccountAdmin, &["acme"]));
    let two = world.ok("PATCH", &path, json!({ "accounts": ["globex", "acme"] }), based_on(1)).body;
    assert_eq!(two["permissions"], preset(Role::AccountAdmin, &["acme", "globex"]));
    world.ok("PATCH", &path, json!({ "permissions": [] }), based_on(2));
    let off = world.ok("PATCH", &path, json!({ "accounts": ["globex"] }), based_on(3)).body;
    assert_eq!((&off["permissions"], &off["accounts"]), (&json!([]), &json!(["globex"])));
    let other = world.ok("PATCH", &path, json!({ "role": "developer" }), based_on(4)).body;
    assert_eq!((&other["permissions"], &other["accounts"]), (&preset(Role::Developer, &[]), &json!([])));
    let same = world.ok("PATCH", &path, json!({ "role": "developer" }), based_on(5));
    assert_eq!(same.rev, Some(5), "nothing has changed");
}

fn permissions_that_differ_by_account_stay_as_they_are(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.ok("POST", "/sub-accounts", json!({ "id": "initech", "name": "Initech" }), With::default());
    let at = |verb: &str, account: &str| json!({ "verb": verb, "place": format!("sub_account:{account}") });
    let permissions = json!([at("integrations.view", "globex"), at("integrations.manage", "acme")]);
    let id = world.add_person(json!({
        "email": "a@example.com", "role": "account_admin", "accounts": ["acme", "globex"], "permissions": permissions,
    }));
    let path = format!("/people/{id}");
    for (rev, edit) in [(1, json!({ "name": "Ana" })), (2, json!({ "grantable": ["contacts.*"] }))] {
        let edited = world.ok("PATCH", &path, edit.clone(), based_on(rev)).body;
        assert_eq!(edited["permissions"], permissions, "{edit} widens nothing");
    }
    let more = world.ok("PATCH", &path, json!({ "accounts": ["globex", "initech"] }), based_on(3)).body;
    let expected = json!([
        at("integrations.view", "globex"),
        at("integrations.view", "initech"),
        at("integrations.manage", "initech")
    ]);
    assert_eq!(more["permissions"], expected, "the sub-account that stays gets nothing new");
}

fn a_move_is_told_where_both_places_are_seen(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let auditor = json!([{ "verb": "audit.view", "place": "sub_account:acme" }]);
    world.add_person(
        json!({ "email": "a@acme.example", "role": "account_viewer", "accounts": ["acme"], "permissions": auditor }),
    );
    let session = world.sign_in("a@acme.example").unwrap();
    let was = [json!({ "role": "account_viewer", "accounts": ["globex"] }), json!({ "role": "auditor" })];
    for (number, mut person) in was.into_iter().enumerate() {
        person["email"] = format!("p{number}@example.com").into();
        let id = world.add_person(person);
        let moved = json!({ "role": "account_viewer", "accounts": ["acme"] });
        world.ok("PATCH", &format!("/people/{id}"), moved, based_on(1));
    }
    let permission = |account: &str| json!([{ "verb": "events.publish", "place": format!("sub_account:{account}") }]);
    let key = json!({ "name": "CI", "permissions": permission("globex"), "expires_at": "2027-01-01T00:00:00Z" });
    let key = world.ok("POST", "/keys", key, With::default()).body["key"]["id"].as_str().unwrap().to_owned();
    world.ok("PATCH", &format!("/keys/{key}"), json!({ "permissions": permission("acme") }), based_on(1));
    let seen = world.as_credential(&session, || world.get("/events"));
    assert!(!seen.to_string().contains("globex") && !seen.to_string().contains("auditor"), "{seen}");
    let all = world.get("/events?kind=person.changed,key.changed");
    let places: Vec<_> = all["events"].as_array().unwrap().iter().map(|event| event["place"].clone()).collect();
    assert_eq!(places, ["sub_accounts", "agency", "sub_accounts"]);
}

fn who_added_a_person_is_told_to_those_who_may_know(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let admin = world.add_person(json!({ "email": "owner@example.com", "role": "owner" }));
    let as_admin = world.sign_in("owner@example.com").unwrap();
    let manages = json!([
        { "verb": "people.manage", "place": "sub_account:acme" },
        { "verb": "keys.manage", "place": "sub_account:acme" },
        { "verb": "integrations.view", "place": "sub_account:acme" },
    ]);
    let person = json!({
        "email": "a@acme.example", "role": "account_viewer", "accounts": ["acme"], "permissions": manages,
    });
    let permissions = json!([{ "verb": "integrations.view", "place": "sub_account:acme" }]);
    let key = json!({ "name": "CI", "permissions": permissions, "expires_at": "2027-01-01T00:00:00Z" });
    let (person, key) = world.as_credential(&as_admin, || {
        let key = world.ok("POST", "/keys", key, With::default()).body["key"]["id"].clone();
        (world.ok("POST", "/people", person, With::default()).body["id"].clone(), key)
    });
    let paths =
        [("people", person), ("keys", key)].map(|(noun, id)| (noun, format!("/{noun}/{}", id.as_str().unwrap())));
    let session = world.sign_in("a@acme.example").unwrap();
    for (noun, path) in &paths {
        assert_eq!(world.get(path)["created_by"], json!(format!("person:{admin}")));
        let told = world.as_credential(&session, || json!([world.get(path), world.get(&format!("/{noun}"))]));
        assert_eq!(told[0]["created_by"], "administrator");
        assert!(!told.to_string().contains(&admin), "{told}");
        let stale = world.as_credential(&session, || world.ask("PATCH", path, json!({ "name": "X" }), based_on(9)));
        assert!(matches!(stale.unwrap_err(), AdminError::Stale(now) if now["created_by"] == "administrator"));
    }
}

fn a_removal_ends_sessions_and_leaves_no_name(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.add_person(json!({ "email": "a@example.com", "role": "agency_admin" }));
    let session = world.sign_in("a@example.com").unwrap();
    let integration = world.as_credential(&session, || world.create("one", &[]));
    let event = |world: &World| world.get(&format!("/integrations/{integration}/events"))["events"][0].clone();
    let made = event(&world);
    assert_eq!((&made["actor"], &made["actor_name"]), (&json!(format!("person:{id}")), &json!("a@example.com")));
    world.ok("DELETE", &format!("/people/{id}"), Value::Null, based_on(1));
    let made = event(&world);
    assert_eq!((&made["actor"], &made["actor_name"]), (&json!(format!("person:{id}")), &Value::Null));
    assert_eq!(world.value("SELECT count(*) AS it FROM person_sessions"), json!(0));
    assert_eq!(world.get("/events")["events"][0]["kind"], json!("person.removed"));
}

fn sessions_are_listed_and_ended_one_by_one(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.add_person(json!({ "email": "a@example.com", "role": "account_admin", "accounts": ["acme"] }));
    world.add_person(json!({ "email": "b@example.com", "role": "auditor" }));
    let first = world.sign_in("a@example.com").unwrap();
    world.later(1);
    let second = world.sign_in("a@example.com").unwrap();
    world.later(1);
    let auditor = world.sign_in("b@example.com").unwrap();
    world.ok("POST", "/session", json!({ "key": "" }), With::default());
    assert_eq!(world.get("/sessions")["total"], json!(4), "the owner key sees all, its own sessions too");
    let pages = world.get("/sessions?limit=3");
    let rest = world.get(&format!("/sessions?limit=3&cursor={}", pages["cursor"].as_str().unwrap()));
    assert_eq!((pages["sessions"].as_array().unwrap().len(), rest["sessions"].as_array().unwrap().len()), (3, 1));
    let seen = world.as_credential(&auditor, || world.get("/sessions"));
    assert_eq!(seen["total"], json!(3), "an auditor sees people's, and not the owner key's");
    let own = world.as_credential(&second, || world.get("/sessions"));
    assert_eq!(own["total"], json!(2));
    assert_eq!((&own["sessions"][0]["current"], &own["sessions"][1]["current"]), (&json!(true), &json!(false)));
    let other = own["sessions"][1]["id"].as_str().unwrap();
    let end = |id: &str| world.ask("DELETE", &format!("/sessions/{id}"), Value::Null, With::default());
    let by_auditor = world.as_credential(&auditor, || end(other));
    assert!(matches!(by_auditor.unwrap_err(), AdminError::Forbidden { verb: Verb::PeopleManage, .. }));
    world.as_credential(&second, || end(other)).unwrap();
    let ended = world.as_credential(&first, || world.ask("GET", "/session", Value::Null, With::default()));
    assert_eq!(ended.unwrap_err(), AdminError::NotSignedIn);
    let owners = world.get("/sessions")["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["person"].is_null())
        .unwrap()["id"]
        .clone();
    let hidden = world.as_credential(&second, || end(owners.as_str().unwrap()));
    assert_eq!(hidden.unwrap_err(), AdminError::NoSession);
    end(owners.as_str().unwrap()).unwrap();
    assert_eq!(end("0000000000000000").unwrap_err(), AdminError::NoSession);
}

/// The sentences of the help pages of the products that this replaces, word by word.
fn the_two_switches_of_the_help_pages(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let create = |owner: Value| {
        let body = json!({ "name": "one", "owner": owner, "scopes": [] });
        world.ask("POST", "/integrations", body, With::default())
    };
    let agency = || create(json!({ "level": "agency", "id": "hq" }));
    let acme = || create(json!({ "level": "sub_account", "id": "acme" }));
    // "By default, all agency admins can create and manage Private Integrations."
    let id = world.add_person(json!({ "email": "a@example.com", "role": "agency_admin" }));
    let session = world.sign_in("a@example.com").unwrap();
    world.as_credential(&session, || assert!(agency().is_ok() && acme().is_ok()));
    // "allow the agency admin to view and manage the agency's private integrations"
    let preset: Vec<Value> = world.get(&format!("/people/{id}"))["permissions"].as_array().unwrap().clone();
    let without = |place: &str| -> Vec<Value> {
        preset
            .iter()
            .filter(|given| **given != json!({ "verb": "integrations.manage", "place": place }))
            .cloned()
            .collect()
    };
    world.ok("PATCH", &format!("/people/{id}"), json!({ "permissions": without("agency") }), based_on(1));
    world.as_credential(&session, || {
        assert_eq!(agency().unwrap_err(), AdminError::NoOwner("owner.id"));
        assert!(acme().is_ok());
        assert_eq!(world.get("/integrations")["total"], json!(2));
    });
    // "… the sub-accounts' private integrations"
    world.ok("PATCH", &format!("/people/{id}"), json!({ "permissions": without("sub_accounts") }), based_on(2));
    world.as_credential(&session, || {
        assert_eq!(acme().unwrap_err(), AdminError::NoOwner("owner.id"));
        assert!(agency().is_ok());
    });
    // "by default all account admins can create and manage Private Integrations … enable/disable Private Integrations for the user"
    let id = world.add_person(json!({ "email": "b@example.com", "role": "account_admin", "accounts": ["acme"] }));
    let session = world.sign_in("b@example.com").unwrap();
    world.as_credential(&session, || assert!(acme().is_ok()));
    world.ok("PATCH", &format!("/people/{id}"), json!({ "permissions": [] }), based_on(1));
    let off = world.as_credential(&session, acme);
    assert_eq!(off.unwrap_err(), AdminError::Forbidden { verb: Verb::IntegrationsManage, place: None });
}

fn ten_thousand_people_are_listed_and_searched(storage: Rc<dyn Storage>) {
    let world = World::with_demo(Rc::clone(&storage));
    let id = world.add_person(json!({ "email": "p@example.com", "name": "Somebody", "role": "auditor" }));
    let copies = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        INSERT INTO people SELECT 'p' || printf('%015d', i), 'p' || i || '@example.com', 'p' || i || '@example.com', name, folded_name,
            role, accounts, permissions, grantable, NULL, NULL, 1, created_at, created_by, updated_at, NULL
        FROM people, n WHERE people.id = '{id}'"
    );
    storage.run(&copies, &[]).unwrap();
    assert_eq!(world.get("/people?limit=200")["people"].as_array().unwrap().len(), 200);
    let found = world.get("/people?q=P9999%40");
    assert_eq!((&found["total"], &found["people"][0]["email"]), (&json!(1), &json!("p9999@example.com")));
    assert_eq!(world.get("/people?q=some")["total"], json!(10_001));
}

fn who_created_and_changed_an_integration_is_told_to_those_who_may_know(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let ana = world.add_person(json!({ "email": "ana@example.com", "role": "agency_admin" }));
    let bo = world.add_person(json!({ "email": "bo@acme.example", "role": "account_admin", "accounts": ["acme"] }));
    let [as_ana, as_bo] = ["ana@example.com", "bo@acme.example"].map(|email| world.sign_in(email).unwrap());
    let id = world.as_credential(&as_ana, || world.create("Made by Ana", &[]));
    let path = format!("/integrations/{id}");
    let makers = || {
        let (shown, listed) = (world.get(&path), world.get("/integrations")["integrations"][0].clone());
        assert_eq!((&shown["created_by"], &shown["changed_by"]), (&listed["created_by"], &listed["changed_by"]));
        (shown["created_by"].clone(), shown["changed_by"].clone())
    };
    let named = |actor: &str, name: Option<&str>| json!({ "actor": actor, "name": name });
    let by_ana = named(&format!("person:{ana}"), Some("ana@example.com"));
    assert_eq!(makers(), (by_ana.clone(), by_ana.clone()));

    let changed =
        world.as_credential(&as_bo, || world.ok("PATCH", &path, json!({ "name": "By Bo" }), based_on(1)).body);
    let administrator = named("administrator", None);
    let by_bo = named(&format!("person:{bo}"), Some("bo@acme.example"));
    assert_eq!(
        (&changed["created_by"], &changed["changed_by"]),
        (&administrator, &by_bo),
        "Bo sees no one of the agency"
    );
    assert_eq!(world.as_credential(&as_bo, makers), (administrator, by_bo.clone()));
    assert_eq!(makers(), (by_ana.clone(), by_bo.clone()));

    world.ok("POST", &format!("{path}/test"), json!({ "operation": "whoami", "is_own": true }), With::default());
    world.ok("DELETE", &format!("{path}/usage"), Value::Null, With::default());
    let url = "https://hooks.partner.io/one";
    let endpoint = json!({ "integration": id, "url": url, "kinds": ["rotation.due"] });
    world.ok("POST", "/endpoints", endpoint, With::default());
    assert_eq!(world.told(&id)[1..], ["integration.tested", "usage.deleted", "endpoint.created"]);
    assert_eq!(makers(), (by_ana, by_bo), "none of these changes the integration");

    world.later(91 * 86_400);
    world.ring();
    assert_eq!(world.told(&id).last().unwrap(), "rotation.due");
    world.ok("DELETE", &format!("/people/{ana}"), Value::Null, based_on(1));
    world.ok("POST", &format!("{path}/pause"), Value::Null, based_on(2));
    let gone = named(&format!("person:{ana}"), None);
    assert_eq!(makers(), (gone, named("owner-key", None)), "no longer a member; what the registry told is no change");
    let stale = world.ask("POST", &format!("{path}/resume"), Value::Null, based_on(1)).unwrap_err();
    assert!(matches!(stale, AdminError::Stale(current) if current["changed_by"] == named("owner-key", None)));
}
