//! The lookup against a naive second matcher, over generated policies and paths.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tidegate::policy::{Lookup, Policy, StoredPolicy, Template};
use tidegate::request::{Method, Path};
use tidegate::token::Authentic;

use super::naive::matched;
use super::open_policy;

/// The template that wins: at the first segment in which two differ, the one that says more.
fn winner<'a>(templates: impl Iterator<Item = &'a str>, path: &str) -> Option<&'a str> {
    let matching = templates.filter_map(|template| Some((matched(template, path)?.says, template)));
    matching.max_by(|one, other| one.0.cmp(&other.0)).map(|(_, template)| template)
}

const METHODS: [Method; 3] = [Method::Get, Method::Post, Method::Delete];
const SEGMENTS: [&str; 20] = [
    "a",
    "b",
    "ab",
    "abc",
    "resources",
    "b-c",
    "{}",
    "{}",
    "{}",
    "{}:b",
    "a{}",
    "{}b",
    "{}-{}",
    "{}...{}",
    "b('{}')",
    "{}.csv",
    "caf%C3%A9",
    "{}%C3%A9",
    "{}20",
    "{...}",
];

fn template() -> impl Strategy<Value = String> {
    let segments = prop::collection::vec(prop::sample::select(&SEGMENTS), 1..5);
    (segments, any::<bool>()).prop_map(|(segments, slash)| {
        let rest = segments.iter().position(|segment| *segment == "{...}");
        let segments = &segments[..rest.map_or(segments.len(), |rest| rest + 1)];
        let name = |(segment, place): (&&str, usize)| {
            let first =
                segment.replacen("{}", &format!("{{p{place}}}"), 1).replace("{...}", &format!("{{p{place}...}}"));
            first.replace("{}", &format!("{{q{place}}}"))
        };
        let text: Vec<_> = segments.iter().zip(1..).map(name).collect();
        format!("/{}{}", text.join("/"), if slash && rest.is_none() { "/" } else { "" })
    })
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(&[
        "a",
        "b",
        "ab",
        "abc",
        "abcd",
        "resources",
        "b-c",
        "b-",
        "x%20y",
        "A",
        "x:b",
        "ab:b",
        "a-b-c",
        "a....b",
        "a...b",
        "b('x')",
        "x.csv",
        "a.csv",
        "caf%c3%a9",
        "x%C3%A9",
        "x%20",
        "x%2020",
    ]);
    (prop::collection::vec(segment, 1..6), any::<bool>())
        .prop_map(|(segments, slash)| format!("/{}{}", segments.join("/"), if slash { "/" } else { "" }))
}

/// Templates of one method that can be told apart, each with its method.
fn routes() -> impl Strategy<Value = Vec<(Method, String)>> {
    prop::collection::vec((prop::sample::select(&METHODS), template()), 1..16).prop_map(|mut routes| {
        let mut seen = BTreeSet::new();
        routes.retain(|route| seen.insert(route.clone()));
        routes
    })
}

fn policy(routes: &[(Method, String)]) -> Policy {
    open_policy(&routes.iter().map(|(method, path)| (method.clone(), path.as_str())).collect::<Vec<_>>())
}

fn of_method<'a>(routes: &'a [(Method, String)], method: &'a Method) -> impl Iterator<Item = &'a str> {
    routes.iter().filter(move |route| route.0 == *method).map(|route| route.1.as_str())
}

/// As a whole, and as far as a path asks for it.
fn agree(policy: &Policy, stored: &StoredPolicy, routes: &[(Method, String)], method: &Method, path: &str) {
    let part = stored.concerning(&Path::parse(path).unwrap()).unwrap();
    for policy in [policy, &part] {
        agrees(policy, routes, method, path);
    }
}

fn agrees(policy: &Policy, routes: &[(Method, String)], method: &Method, path: &str) {
    let parsed = Path::parse(path).unwrap();
    let at_all = format!("{method:?} {path} in {routes:?}");
    let others: Vec<_> = METHODS.into_iter().filter(|other| winner(of_method(routes, other), path).is_some()).collect();
    match (policy.lookup(method, &parsed), winner(of_method(routes, method), path)) {
        (Lookup::Found(operation, found), Some(template)) => {
            assert_eq!(operation.path.to_string(), template, "{at_all}");
            assert_eq!(operation.method, *method, "{at_all}");
            let values = matched(template, path).unwrap().values;
            let values: Vec<_> = values.iter().map(|(name, all)| (*name, (all.len() == 1).then(|| all[0]))).collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), values, "{at_all}");
        }
        (Lookup::OtherMethods(mut found), None) => {
            found.sort();
            let mut others = others;
            others.sort();
            assert_eq!(found, others, "{at_all}");
        }
        (Lookup::Nothing, None) => assert_eq!(others, [], "{at_all}"),
        (found, naive) => panic!("{at_all}: {found:?}, naively {naive:?}"),
    }
}

proptest! {
    // 500 policies of 48 pairs each: 24,000 pairs.
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lookup_agrees_with_the_naive_matcher(routes in routes(), paths in prop::collection::vec(path(), 16)) {
        let policy = policy(&routes);
        let stored = StoredPolicy::parse(Authentic::from_registry(policy.to_json())).unwrap();
        // Half of the paths are made to match some template, else most would name nothing.
        let filled = routes.iter().cycle().zip(&paths).take(8).map(|((_, template), path)| {
            let value = path.split('/').nth(1).unwrap_or("x").to_owned();
            Template::parse(template).unwrap().fill(|_| value.clone())
        });
        for path in filled.chain(paths.iter().take(8).cloned()) {
            for method in &METHODS {
                agree(&policy, &stored, &routes, method, &path);
            }
        }
    }

    #[test]
    fn the_order_of_operations_does_not_matter(routes in routes()) {
        let mut reversed = routes.clone();
        reversed.reverse();
        prop_assert_eq!(policy(&routes), policy(&reversed));
    }

    #[test]
    fn any_policy_survives_its_json(routes in routes()) {
        let policy = policy(&routes);
        prop_assert_eq!(Policy::from_json(&policy.to_json()), Ok(policy));
    }
}

#[test]
fn crossing_templates_prefer_the_leftmost_literal() {
    let routes: Vec<_> = ["/c/{id}/slots", "/c/resources/{type}", "/c/{id}/{x}", "/{a}/resources/slots"]
        .map(|path| (Method::Get, path.to_owned()))
        .into();
    let policy = policy(&routes);
    for (path, expected) in [
        ("/c/resources/slots", "/c/resources/{type}"),
        ("/c/1/slots", "/c/{id}/slots"),
        ("/c/1/2", "/c/{id}/{x}"),
        ("/d/resources/slots", "/{a}/resources/slots"),
    ] {
        let parsed = Path::parse(path).unwrap();
        let Lookup::Found(operation, _) = policy.lookup(&Method::Get, &parsed) else { panic!("{path}") };
        assert_eq!(operation.path.to_string(), expected, "{path}");
    }
}

#[test]
fn the_more_literal_segment_wins() {
    let templates = [
        "/o/batch:cancel",
        "/o/{id}:cancel",
        "/o/{id}:{verb}",
        "/o/{id}",
        "/o/{path...}",
        "/o/{name}.csv",
        "/o/{name}.tar.csv",
        "/o/Customers('{id}')",
        "/o/{base}...{head}",
    ];
    let routes: Vec<_> = templates.map(|path| (Method::Get, path.to_owned())).into();
    let policy = policy(&routes);
    let stored = StoredPolicy::parse(Authentic::from_registry(policy.to_json())).unwrap();
    for (path, expected) in [
        ("/o/batch:cancel", "/o/batch:cancel"),
        ("/o/7:cancel", "/o/{id}:cancel"),
        ("/o/7:start", "/o/{id}:{verb}"),
        ("/o/7", "/o/{id}"),
        ("/o/7/8", "/o/{path...}"),
        ("/o/7/", "/o/{path...}"),
        ("/o/a.csv", "/o/{name}.csv"),
        ("/o/a.tar.csv", "/o/{name}.tar.csv"),
        ("/o/Customers('A-1')", "/o/Customers('{id}')"),
        ("/o/main...next", "/o/{base}...{head}"),
        ("/o/:cancel", "/o/{id}"),
    ] {
        agree(&policy, &stored, &routes, &Method::Get, path);
        let parsed = Path::parse(path).unwrap();
        let Lookup::Found(operation, _) = policy.lookup(&Method::Get, &parsed) else { panic!("{path}") };
        assert_eq!(operation.path.to_string(), expected, "{path}");
    }
}

#[test]
fn a_dead_end_is_left_again() {
    let routes: Vec<_> =
        ["/a/b/c", "/{x}/b/d", "/a/{y}/e", "/{x}/{y}/f"].map(|path| (Method::Get, path.to_owned())).into();
    let policy = policy(&routes);
    let stored = StoredPolicy::parse(Authentic::from_registry(policy.to_json())).unwrap();
    for path in ["/a/b/c", "/a/b/d", "/a/b/e", "/a/b/f", "/a/b/g", "/a/c/d", "/b/b/e"] {
        agree(&policy, &stored, &routes, &Method::Get, path);
    }
}

#[test]
fn a_parameter_is_one_segment_and_never_empty() {
    let policy = open_policy(&[(Method::Get, "/a/{id}")]);
    for path in ["/a", "/a/", "/a/b/", "/a/b/c"] {
        assert_eq!(policy.lookup(&Method::Get, &Path::parse(path).unwrap()), Lookup::Nothing, "{path}");
    }
}
