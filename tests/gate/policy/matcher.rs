//! The lookup against a naive second matcher, over generated policies and paths.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tidegate::policy::{Lookup, Policy, StoredPolicy, Template};
use tidegate::request::{Method, Path};
use tidegate::token::Authentic;

use super::open_policy;

/// Whether `template` matches `path`; if so, for each segment whether it is a literal, from the left.
fn shape(template: &str, path: &str) -> Option<Vec<bool>> {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let one = |(template, segment): (&&str, &&str)| match template.starts_with('{') {
        true if segment.is_empty() => None,
        true => Some(false),
        false => (template == segment).then_some(true),
    };
    if template.len() != path.len() {
        return None;
    }
    template.iter().zip(&path).map(one).collect()
}

/// The template that wins: the one with the leftmost literal where they differ.
fn naive<'a>(templates: impl Iterator<Item = &'a str>, path: &str) -> Option<&'a str> {
    let matching = templates.filter_map(|template| Some((shape(template, path)?, template)));
    matching.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, template)| template)
}

/// The values that a template's parameters have in a path, by name.
fn values<'a>(template: &'a str, path: &'a str) -> Vec<(&'a str, &'a str)> {
    let pairs = template.split('/').zip(path.split('/'));
    let name = |segment: &'a str| segment.strip_prefix('{')?.strip_suffix('}');
    pairs.filter_map(|(segment, value)| Some((name(segment)?, value))).collect()
}

const METHODS: [Method; 3] = [Method::Get, Method::Post, Method::Delete];
const SEGMENTS: [&str; 8] = ["a", "b", "ab", "abc", "resources", "b-c", "{}", "{}"];

fn template() -> impl Strategy<Value = String> {
    let segments = prop::collection::vec(prop::sample::select(&SEGMENTS), 1..5);
    (segments, any::<bool>()).prop_map(|(segments, slash)| {
        let name = |(segment, place): (&&str, usize)| segment.replace("{}", &format!("{{p{place}}}"));
        let text: Vec<_> = segments.iter().zip(1..).map(name).collect();
        format!("/{}{}", text.join("/"), if slash { "/" } else { "" })
    })
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(&["a", "b", "ab", "abc", "abcd", "resources", "b-c", "b-", "x%20y", "A"]);
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
    let others: Vec<_> = METHODS.into_iter().filter(|other| naive(of_method(routes, other), path).is_some()).collect();
    match (policy.lookup(method, &parsed), naive(of_method(routes, method), path)) {
        (Lookup::Found(operation, found), Some(template)) => {
            assert_eq!(operation.path.to_string(), template, "{at_all}");
            assert_eq!(operation.method, *method, "{at_all}");
            assert_eq!(found.iter().collect::<Vec<_>>(), values(template, path), "{at_all}");
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
