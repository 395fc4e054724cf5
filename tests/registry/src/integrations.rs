//! Integrations and their tokens.

use std::rc::Rc;

use registry::{Read, Storage};
use serde_json::{Value, json};
use tidegate::admin::{AdminError, Cursor, Sort, SortBy, SortKey};
use tidegate::token::IntegrationId;

use crate::world::{START, With, World, based_on};

cases! {
    one_is_created_with_one_token
    an_owner_must_exist_and_scopes_be_known
    a_change_needs_the_present_revision
    an_edit_that_changes_nothing_makes_no_revision
    a_test_takes_its_own_token_alone
    a_rotation_keeps_the_old_token_until_its_deadline
    a_rotation_at_once_ends_the_old_token
    an_answer_tells_what_its_own_change_made
    a_rotation_is_cancelled_or_finished
    a_deleted_one_is_gone_and_its_tokens_have_ended
    the_list_is_filtered
    the_list_is_filtered_by_pause_and_end
    the_list_is_searched_without_case
    the_list_is_searched_for_twenty_words_and_no_more
    the_list_is_sorted_and_paged
    any_number_may_be_asked_for
    a_list_of_200_is_read_whole
    a_row_of_a_later_release_is_neither_read_nor_changed
    rows_that_contradict_each_other_are_a_fault
}

const READ: &[&str] = &["contacts.readonly"];

fn path(id: &str) -> String {
    format!("/integrations/{id}")
}

fn names(world: &World, query: &str) -> Vec<String> {
    let page = world.get(&format!("/integrations?{query}"));
    page["integrations"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

fn tokens(world: &World) -> Vec<Value> {
    world.rows("SELECT n, not_after, ended_at FROM tokens ORDER BY n")
}

fn one_is_created_with_one_token(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let body = json!({ "name": "Zäpier", "owner": { "level": "sub_account", "id": "acme" }, "scopes": READ });
    let made = world.ok("POST", "/integrations", body, With::default());
    assert_eq!((made.status, made.rev), (201, Some(1)));
    let token = made.body["token"].as_str().unwrap();
    let id = made.body["integration"]["id"].as_str().unwrap();
    assert!(token.starts_with(&format!("pit_{id}_")));
    let shown = world.get(&path(id));
    assert_eq!(shown, made.body["integration"]);
    assert_eq!(shown["published"], json!(false));
    assert_eq!(tokens(&world), [json!({ "n": 1, "not_after": null, "ended_at": null })]);
    let row = "SELECT level, owner_id, folded_name, scopes, record_version, last_n FROM integrations";
    let expected = json!({
        "level": "sub_account", "owner_id": "acme", "folded_name": "zäpier", "scopes": "[\"contacts.readonly\"]",
        "record_version": 1, "last_n": 1,
    });
    assert_eq!(world.rows(row), [expected]);
    let kept = json!([world.rows("SELECT * FROM tokens"), world.rows("SELECT * FROM outbox")]).to_string();
    assert!(!kept.contains(token));
}

fn an_owner_must_exist_and_scopes_be_known(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    for (owner, scopes, field) in [("nobody", "contacts.readonly", "owner.id"), ("acme", "nobody.knows", "scopes")] {
        let body = json!({ "name": "x", "owner": { "level": "sub_account", "id": owner }, "scopes": [scopes] });
        let AdminError::Invalid { field: found, .. } =
            world.ask("POST", "/integrations", body, With::default()).unwrap_err()
        else {
            panic!("{field}")
        };
        assert_eq!(found, field);
    }
    assert_eq!(world.value("SELECT count(*) AS it FROM integrations"), json!(0));
    assert_eq!(world.value("SELECT count(*) AS it FROM outbox WHERE key LIKE 'i:%'"), json!(0));
    let id = world.create("one", READ);
    let unknown = world.ask("PATCH", &path(&id), json!({ "scopes": ["nobody.knows"] }), based_on(1)).unwrap_err();
    assert!(matches!(&unknown, AdminError::Invalid { field, .. } if field == "scopes"), "{unknown:?}");
    assert_eq!(world.get(&path(&id))["scopes"], json!(READ));
}

fn a_change_needs_the_present_revision(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", READ);
    world.ok("PATCH", &path(&id), json!({ "name": "two" }), based_on(1));
    let stale = world.ask("PATCH", &path(&id), json!({ "name": "three" }), based_on(1)).unwrap_err();
    assert_eq!(stale, AdminError::Stale(world.get(&path(&id))));
    assert_eq!(world.ask("DELETE", &path(&id), Value::Null, With::default()).unwrap_err(), AdminError::NeedsRev);
    assert_eq!(world.value("SELECT rev AS it FROM integrations"), json!(2));
}

fn an_edit_that_changes_nothing_makes_no_revision(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", READ);
    let same = world.ok("PATCH", &path(&id), json!({ "name": "one", "scopes": READ }), based_on(1));
    assert_eq!((same.status, same.rev), (200, Some(1)));
    assert_eq!(world.value("SELECT count(*) AS it FROM events WHERE integration IS NOT NULL"), json!(1));
}

fn a_test_takes_its_own_token_alone(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", READ);
    let test = |is_own: bool, operation: &str| {
        let body = json!({ "is_own": is_own, "operation": operation });
        world.ask("POST", &format!("{}/test", path(&id)), body, With::default())
    };
    for (is_own, operation, named) in [(false, "whoami", "token"), (true, "GET /nothing", "operation")] {
        let refused = test(is_own, operation).unwrap_err();
        assert!(matches!(&refused, AdminError::Invalid { field, .. } if field == named), "{operation}: {refused:?}");
    }
    assert_eq!(world.told(&id), [""; 0]);
    assert_eq!(test(true, "whoami").unwrap().body, json!({ "path": null }));
    assert_eq!(world.told(&id), ["integration.tested"]);
}

fn a_rotation_keeps_the_old_token_until_its_deadline(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", READ);
    let how = json!({ "expire": "later", "window_seconds": 3600 });
    let rotated = world.ok("POST", &format!("{}/rotate", path(&id)), how.clone(), based_on(1));
    assert!(rotated.body["token"].is_string());
    assert_eq!(rotated.body["integration"]["state"], json!("rotating"));
    let open = json!({ "n": 1, "not_after": START + 3600, "ended_at": null });
    assert_eq!(tokens(&world), [open.clone(), json!({ "n": 2, "not_after": null, "ended_at": null })]);
    let again = world.ask("POST", &format!("{}/rotate", path(&id)), how, based_on(2)).unwrap_err();
    assert!(matches!(again, AdminError::Conflict(_)), "{again:?}");
    world.later(3600);
    assert_eq!(world.get(&path(&id))["state"], json!("steady"));
    assert_eq!(tokens(&world)[0], open, "a deadline passes without a write");
}

fn a_rotation_at_once_ends_the_old_token(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", READ);
    world.later(5);
    world.ok("POST", &format!("{}/rotate", path(&id)), json!({ "expire": "now" }), based_on(1));
    let expected = [
        json!({ "n": 1, "not_after": null, "ended_at": START + 5 }),
        json!({ "n": 2, "not_after": null, "ended_at": null }),
    ];
    assert_eq!(tokens(&world), expected);
}

fn an_answer_tells_what_its_own_change_made(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", READ);
    world.later(60);
    let post = |what: &str| format!("{}/{what}", path(&id));
    let outcome = world.begin("POST", &post("rotate"), json!({ "expire": "later" }), based_on(1)).unwrap();
    // Somebody else is faster than KV, for which the answer waits.
    world.ok("POST", &post("rotation/finish"), Value::Null, based_on(2));
    world.ok("POST", &post("rotate"), json!({ "expire": "now" }), based_on(3));
    let told = world.complete(outcome).unwrap().body["integration"].clone();
    assert_eq!((&told["rev"], &told["state"]), (&json!(2), &json!("rotating")));
    let made = [START + 60, START].map(|at| json!(tidegate::time::Timestamp::from_seconds(at).to_string()));
    assert_eq!([&told["tokens"][0]["created_at"], &told["tokens"][1]["created_at"]], [&made[0], &made[1]]);
    assert!(told["tokens"][1]["last_four"].is_string(), "{told}");
}

fn a_rotation_is_cancelled_or_finished(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    for (end, live) in [("cancel", 1), ("finish", 2)] {
        let id = world.create(end, READ);
        world.ok("POST", &format!("{}/rotate", path(&id)), json!({ "expire": "later" }), based_on(1));
        let ended = world.ok("POST", &format!("{}/rotation/{end}", path(&id)), Value::Null, based_on(2));
        assert_eq!(ended.body["tokens"][0]["n"], json!(live), "{end}");
        let sql = format!("SELECT n AS it FROM tokens WHERE integration = '{id}' AND ended_at IS NULL");
        assert_eq!(world.value(&sql), json!(live), "{end}");
        let again = world.ask("POST", &format!("{}/rotation/{end}", path(&id)), Value::Null, based_on(3));
        assert!(matches!(again.unwrap_err(), AdminError::Conflict(_)), "{end}");
    }
}

fn a_deleted_one_is_gone_and_its_tokens_have_ended(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", READ);
    assert_eq!(world.ok("DELETE", &path(&id), Value::Null, based_on(1)).status, 204);
    for (method, rev) in [("GET", None), ("DELETE", Some(2)), ("PATCH", Some(2))] {
        let with = With { rev, ..With::default() };
        let body = if method == "PATCH" { json!({ "name": "x" }) } else { Value::Null };
        assert_eq!(world.ask(method, &path(&id), body, with).unwrap_err(), AdminError::NoIntegration);
    }
    assert_eq!(world.rows("SELECT rev, gone_at FROM integrations"), [json!({ "rev": 2, "gone_at": START })]);
    assert_eq!(tokens(&world), [json!({ "n": 1, "not_after": null, "ended_at": START })]);
    let read = Read::from_path(&format!("/records/{id}")).unwrap();
    let record = world.read(&read).unwrap();
    assert_eq!((&record["gone"], &record["rev"]), (&json!(true), &json!(2)));
}

fn the_list_is_filtered(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let one = world.create("one", READ);
    world.create("two", &["contacts.write"]);
    let ours = json!({ "name": "ours", "owner": { "level": "agency", "id": "us" }, "scopes": [] });
    world.ok("POST", "/integrations", ours, With::default());
    world.ok("POST", &format!("{}/rotate", path(&one)), json!({ "expire": "later" }), based_on(1));
    for (query, expected) in [
        ("sort=name", vec!["one", "ours", "two"]),
        ("sort=name&owner=sub_account:acme", vec!["one", "two"]),
        ("sort=name&owner=agency:us", vec!["ours"]),
        ("sort=name&scope=contacts.write", vec!["two"]),
        ("sort=name&state=rotating", vec!["one"]),
        ("sort=name&state=steady", vec!["ours", "two"]),
        ("sort=name&state=unpublished", vec!["one", "ours", "two"]),
    ] {
        assert_eq!(names(&world, query), expected, "{query}");
    }
}

fn the_list_is_filtered_by_pause_and_end(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let [_, paused, ends] = ["runs", "paused", "ends"].map(|name| world.create(name, READ));
    world.ok("POST", &format!("{}/pause", path(&paused)), Value::Null, based_on(1));
    let end = tidegate::time::Timestamp::from_seconds(START + 60).to_string();
    world.ok("PATCH", &path(&ends), json!({ "expires_at": end }), based_on(1));
    for (seconds, ended) in [(59, vec![]), (1, vec!["ends"])] {
        world.later(seconds);
        assert_eq!(names(&world, "state=ended"), ended);
        assert_eq!(names(&world, "state=paused"), ["paused"]);
    }
}

fn the_list_is_searched_without_case(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.create("Öl-Import", READ);
    world.create("100%_done", READ);
    for (query, expected) in [
        ("q=%C3%B6l", vec!["Öl-Import"]),
        ("q=O%CC%88L", vec!["Öl-Import"]),
        ("q=%25_", vec!["100%_done"]),
        ("q=DENTAL&sort=name", vec!["100%_done", "Öl-Import"]),
        ("q=nothing", vec![]),
    ] {
        assert_eq!(names(&world, query), expected, "{query}");
    }
}

fn the_list_is_searched_for_twenty_words_and_no_more(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.create("booking", READ);
    // `b` is in the name, `d` in the name of the sub-account alone.
    let words = |last: &str| format!("q={}%20{last}", ["b"; 99].join("%20"));
    assert_eq!(names(&world, &words("d")), ["booking"]);
    assert_eq!(names(&world, &words("x")), Vec::<String>::new());
    let found = |path: &str, most: u32| {
        let filters = "scope=contacts.readonly&owner=sub_account:acme&state=rotating&token_created_before=9&ends_before=9\
            &rotation_ends_before=9&unused_since=9&sort=-name";
        let cursor = Cursor { key: SortKey::Name("x".to_owned()), id: IntegrationId::from_entropy([7; 10]) };
        let cursor = cursor.to_text(Sort { by: SortBy::Name, descending: true });
        let q = (10..10 + most).map(|word| word.to_string()).collect::<Vec<_>>().join("+");
        let query = if path == "/integrations" { format!("&{filters}&cursor={cursor}") } else { String::new() };
        world.ask("GET", &format!("{path}?q={q}{query}"), Value::Null, With::default())
    };
    for path in ["/integrations", "/sub-accounts"] {
        assert_eq!(found(path, 20).unwrap().body["total"], json!(0), "{path}");
        let error = found(path, 21).unwrap_err();
        assert!(matches!(&error, AdminError::Invalid { field, .. } if field == "q"), "{path}: {error:?}");
    }
}

fn the_list_is_sorted_and_paged(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    for name in ["b", "a", "c", "B", "d"] {
        world.later(1);
        world.create(name, READ);
    }
    for (sort, expected) in [
        ("sort=created", vec!["b", "a", "c", "B", "d"]),
        ("sort=-created", vec!["d", "B", "c", "a", "b"]),
        ("sort=-token", vec!["d", "B", "c", "a", "b"]),
    ] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        for _ in 0..3 {
            let query = format!("{sort}&limit=2{cursor}");
            seen.extend(names(&world, &query));
            let next = world.get(&format!("/integrations?{query}"))["cursor"].clone();
            cursor = next.as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
        }
        assert_eq!((seen, cursor.as_str()), (expected.into_iter().map(str::to_owned).collect(), ""), "{sort}");
    }
}

fn any_number_may_be_asked_for(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.create("one", READ);
    for (number, found) in [(u64::MAX, 0), ((1 << 53) + 1, 0), ((1 << 53) - 1, 0), (0, 1)] {
        let sort = Sort { by: SortBy::Created, descending: false };
        let id = IntegrationId::from_entropy([0; 10]);
        let cursor = Cursor { key: SortKey::Time(number), id }.to_text(sort);
        assert_eq!(names(&world, &format!("sort=created&cursor={cursor}")).len(), found, "{number}");
    }
}

fn a_list_of_200_is_read_whole(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    for index in 0..201 {
        world.create(&format!("n{index:03}"), READ);
    }
    let page = world.get("/integrations?sort=name&limit=200");
    assert_eq!((page["integrations"].as_array().unwrap().len(), &page["total"]), (200, &json!(201)));
    assert!(page["cursor"].is_string());
}

fn a_row_of_a_later_release_is_neither_read_nor_changed(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", READ);
    world.storage.run("UPDATE integrations SET record_version = 99", &[]).unwrap();
    let read = Read::from_path(&format!("/records/{id}")).unwrap();
    assert!(matches!(world.read(&read).unwrap_err(), AdminError::Registry(_)));
    let edited = world.ask("PATCH", &path(&id), json!({ "name": "two" }), based_on(1));
    assert!(matches!(edited.unwrap_err(), AdminError::Registry(_)));
    world.ok("DELETE", &path(&id), Value::Null, based_on(1));
    let undone = world.ask("POST", &format!("{}/undo", path(&id)), Value::Null, based_on(2));
    assert_eq!(undone.unwrap_err(), AdminError::NoIntegration, "it would come back as less than it was");
    assert_eq!(world.read(&read).unwrap()["gone"], json!(true));
}

fn rows_that_contradict_each_other_are_a_fault(storage: Rc<dyn Storage>) {
    for spoil in [
        "DELETE FROM tokens",
        "UPDATE tokens SET not_after = 1",
        "UPDATE integrations SET scopes = 'contacts'",
        "UPDATE integrations SET level = 'nobody'",
        "UPDATE tokens SET hash = 'short'",
        "UPDATE integrations SET rev = 9007199254740993",
    ] {
        let undone = &mut || {
            let world = World::with_demo(Rc::clone(&storage));
            let id = world.create("one", READ);
            world.storage.run(spoil, &[]).unwrap();
            let error = world.ask("GET", &path(&id), Value::Null, With::default()).unwrap_err();
            assert!(matches!(error, AdminError::Registry(_)), "{spoil}: {error:?}");
            registry::Completion::RollBack
        };
        storage.transaction(undone).unwrap();
    }
}
