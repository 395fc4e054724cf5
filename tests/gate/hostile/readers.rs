//! Rows 30 and 31: what parsers and routers read. The data is theirs (`cargo xtask parsers` writes it); the gate may refuse more
//! than they read, never less.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;
use serde_json::{Value, json};
use tidegate::policy::Policy;

use super::super::support::project_path;
use super::super::world::World;

/// By parameter and parser: the names that it reads as the parameter.
#[derive(Deserialize)]
struct Parsers {
    parameters: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// By router and literal: the segments that it takes for the literal.
#[derive(Deserialize)]
struct Routers {
    routers: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// A world in which `open` is open to every token, and `closed` to none.
fn with_two(open: &str, closed: &str) -> World {
    let operation = |path: &str, access: Value| json!({ "path": path, "method": "GET", "access": access });
    let policy = json!({
        "v": 3, "rev": 1, "owner_parameters": { "agency": [], "sub_account": [] },
        "operations": [operation(open, json!("authenticated")), operation(closed, json!({ "any_of": [] }))],
    });
    World::with_policy(Policy::from_json(&policy.to_string()).unwrap())
}

fn read<T: for<'de> Deserialize<'de>>(file: &str) -> T {
    serde_json::from_str(&fs::read_to_string(project_path(&format!("tests/corpus/{file}"))).unwrap()).unwrap()
}

fn refused(world: &World, query: &str) {
    let code = world.code("GET", &format!("/contacts/c1?{query}"), "tenant");
    assert!(["ambiguous_owner", "wrong_owner"].contains(&code), "{code}: {query}");
}

#[test]
fn class_30_what_a_parser_reads_as_the_owner_is_never_granted() {
    let (world, Parsers { parameters }) = (World::new(), read("parsers.json"));
    for wanted in ["locationId", "location_id"] {
        let parsers = &parameters[wanted];
        assert!(parsers["Rack"].iter().any(|name| name == &format!("[{wanted}]")), "the data is not the parsers'");
        assert!(parsers["qs allowDots"].iter().any(|name| name == &format!("{wanted}.0")));
        let names: BTreeSet<&String> = parsers.values().flatten().collect();
        assert!(names.len() > 500, "{}", names.len());
        for name in names {
            refused(&world, &format!("{name}=harbour-2"));
            refused(&world, &format!("{wanted}=harbour-1&{name}=harbour-2"));
            refused(&world, &format!("{name}=harbour-2&{wanted}=harbour-1"));
        }
    }
}

#[test]
fn class_30_what_a_parser_reads_as_a_condition_is_never_another() {
    let (world, Parsers { parameters }) = (World::new(), read("parsers.json"));
    let names: BTreeSet<&String> = parameters["altType"].values().flatten().collect();
    assert!(names.len() > 500, "{}", names.len());
    for name in names {
        refused(&world, &format!("altId=harbour-2&{name}=location"));
        refused(&world, &format!("altId=harbour-2&altType=company&{name}=location"));
        refused(&world, &format!("{name}=location&altId=harbour-2&altType=company"));
    }
    for value in ["location%20", "%20location", "+location", "location%00", "%EF%BB%BFlocation", "", "%20"] {
        refused(&world, &format!("altId=harbour-2&altType={value}"));
    }
}

#[test]
fn class_30_an_owner_after_a_thousand_others_is_not_read_by_all() {
    let world = World::new();
    let after = |count: usize| format!("{}locationId=harbour-1", "a&".repeat(count));
    refused(&world, &after(1000));
    assert_eq!(world.code("GET", &format!("/contacts/c1?{}", after(999)), "tenant"), "allowed");
    let many = format!("/contacts/c1?locationId=harbour-1{}", "&a".repeat(8000));
    assert_eq!(world.code("GET", &many, "tenant"), "allowed");
}

#[test]
fn class_31_what_a_router_takes_for_a_literal_is_judged_as_both() {
    let (world, Routers { routers }) = (World::new(), read("routers.json"));
    assert!(routers["express 4"]["export"].iter().any(|segment| segment == "Export"), "the data is not the routers'");
    assert!(routers["Rails, by its rules"]["export"].iter().any(|segment| segment == "export.json"));
    assert!(
        routers["fastify, without case and slash"]["οδός"].iter().any(|segment| segment == "%CE%9F%CE%94%CE%8C%CE%A3")
    );
    for (router, literals) in &routers {
        for (literal, segments) in literals {
            let world = with_two("/x/{id}", &format!("/x/{literal}"));
            assert_eq!(world.code("GET", "/x/y", "tenant"), "allowed");
            for segment in segments {
                let code = world.code("GET", &format!("/x/{segment}"), "tenant");
                assert_ne!(code, "allowed", "{router} takes {segment} for {literal}");
            }
        }
    }
    for (target, code) in [
        ("/contacts/Export", "ambiguous_operation"),
        ("/contacts/export.json", "ambiguous_operation"),
        ("/contacts/export%20", "ambiguous_operation"),
        ("/contacts/export%E2%80%8B", "ambiguous_operation"),
        ("/contacts/%20", "ambiguous_operation"),
        ("/contacts/EXPORT/tasks", "ambiguous_operation"),
        // Both are open to it.
        ("/contacts/Search", "allowed"),
        ("/contacts/search.json", "allowed"),
        ("/contacts/exports", "allowed"),
        ("/contacts/x-export", "allowed"),
    ] {
        assert_eq!(world.code("GET", target, "tenant"), code, "{target}");
    }
}

/// A router that trims a path takes what is white space or dots alone for nothing, also after a literal that was only resembled.
#[test]
fn class_31_a_value_that_is_dropped_ends_the_path_before_it() {
    for (open, closed, targets) in [
        (
            "/x/{id}/{part}",
            "/x/export",
            &["/x/export/%20", "/x/Export/%E2%80%8B", "/x/EXPORT/...", "/x/export/.%20"][..],
        ),
        ("/x/{id}/{part}", "/x/export/", &["/x/export/%20", "/x/Export/.%20"]),
        ("/x/{id}/{part}/", "/x/export", &["/x/export/%20/"]),
        ("/x/{rest...}", "/x/export", &["/x/export/%20", "/x/Export/%20"]),
        ("/x/{id}/tasks/{part}", "/x/export/tasks", &["/x/Export/tasks/%20"]),
        ("/x/{id}/{part}", "/x/{id}", &["/x/y/%20"]),
        ("/x/{id}", "/x/-", &["/x/-.", "/x/-.json", "/x/-%20"]),
    ] {
        let world = with_two(open, closed);
        assert_eq!(
            world.code("GET", &open.replace("{id}", "y").replace("{part}", "y").replace("{rest...}", "y/y"), "tenant"),
            "allowed"
        );
        for target in targets {
            assert_eq!(world.code("GET", target, "tenant"), "ambiguous_operation", "{target} beside {closed}");
        }
    }
}
