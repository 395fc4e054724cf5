//! What lists, answers and KV show.

use std::rc::Rc;

use super::*;

cases! {
    the_last_four_characters_of_a_token_are_shown
    the_strip_counts_what_its_filters_list
    what_kv_gets_is_the_lowest_version
}

fn the_last_four_characters_of_a_token_are_shown(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let body = json!({ "name": "one", "owner": { "level": "sub_account", "id": "acme" }, "scopes": [] });
    let made = world.ok("POST", "/integrations", body, With::default()).body;
    let four = |made: &Value| {
        let token = made["token"].as_str().unwrap();
        token.get(token.len() - 4..).unwrap().to_owned()
    };
    let id = made["integration"]["id"].as_str().unwrap().to_owned();
    let second = rotate(&world, &id);
    let tokens = second["integration"]["tokens"].clone();
    assert_eq!((&tokens[0]["last_four"], &tokens[1]["last_four"]), (&json!(four(&second)), &json!(four(&made))));
    let listed = world.get("/integrations")["integrations"][0]["tokens"].clone();
    assert_eq!(listed, tokens);
    let events = world.get(&format!("{}/events", path(&id)));
    assert_eq!(events["last_fours"], json!({ "1": four(&made), "2": four(&second) }));
    assert!(!record(&world, &id).to_string().contains("last_four"), "SQLite only");
    world.storage.run("UPDATE tokens SET last_four = NULL", &[]).unwrap();
    assert!(world.get(&path(&id))["tokens"][0].get("last_four").is_none(), "tokens of before have none");
}

fn the_strip_counts_what_its_filters_list(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.create("old", BOTH);
    world.later(91 * DAY);
    for (name, window, end) in
        [("young", None, None), ("soon", Some(6 * DAY), None), ("later", Some(8 * DAY), None), ("ends", None, Some(29))]
    {
        let id = world.create(name, BOTH);
        if let Some(window) = window {
            done(&world, &id, "/rotate", json!({ "expire": "later", "window_seconds": window }));
        }
        if let Some(days) = end {
            done(&world, &id, "", json!({ "expires_at": moment(world.now.get() + days * DAY) }));
        }
    }
    let gone = world.create("gone", BOTH);
    done(&world, &gone, "", json!({ "expires_at": moment(world.now.get() + DAY) }));
    delete(&world, &gone);
    let strip = world.get("/lifecycle");
    for (name, filter, expected) in [
        ("old_tokens", "token_created_before", vec!["old"]),
        ("rotations_ending", "rotation_ends_before", vec!["soon"]),
        ("ending", "ends_before", vec!["ends"]),
    ] {
        let listed = world.get(&format!("/integrations?{filter}={}", strip[name]["before"]));
        let names: Vec<_> =
            listed["integrations"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!((names, &strip[name]["count"]), (expected.clone(), &json!(expected.len())), "{name}");
    }
    settings(&world, json!({ "rotate_every_days": 365 })).unwrap();
    assert_eq!(world.get("/lifecycle")["old_tokens"]["count"], json!(0), "by the rules");
}

fn what_kv_gets_is_the_lowest_version(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    let version = || (record(&world, &id)["v"].clone(), world.value("SELECT record_version AS it FROM integrations"));
    assert_eq!(version(), (json!(1), json!(1)));
    done(&world, &id, "/pause", Value::Null);
    assert_eq!(version(), (json!(2), json!(2)));
    done(&world, &id, "/resume", Value::Null);
    assert_eq!(version(), (json!(1), json!(1)));
    done(&world, &id, "", json!({ "expires_at": moment(START + DAY) }));
    assert_eq!(version(), (json!(2), json!(2)));
}
