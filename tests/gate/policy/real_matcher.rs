//! The lookup against a naive matcher over the templates of a real API, its paths mutated: 100,000 pairs.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use tidegate::policy::{Lookup, Policy, StoredPolicy};
use tidegate::request::{Method, Path};
use tidegate::token::Authentic;

use super::super::support::shared;
use super::super::world;
use super::open_policy;

const PAIRS: usize = 100_000;
const METHODS: [Method; 5] = [Method::Get, Method::Put, Method::Post, Method::Delete, Method::Patch];

/// Numbers that look random and are the same every time (a linear congruential generator, Knuth's constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn of<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

type Route = (Method, String, Vec<String>);

/// Every method and template, those of the real documents where they are there.
fn routes() -> Vec<Route> {
    let texts = match shared("highlevel") {
        Some(directory) => fs::read_dir(directory.join("openapi"))
            .unwrap()
            .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect(),
        None => vec![world::document().to_string()],
    };
    let mut routes = Vec::new();
    for text in texts {
        let document: Value = serde_json::from_str(&text).unwrap();
        for (template, item) in document["paths"].as_object().unwrap() {
            let methods = METHODS.into_iter().filter(|method| item.get(method.as_str().to_lowercase()).is_some());
            let segments: Vec<String> = template.split('/').map(str::to_owned).collect();
            routes.extend(methods.map(|method| (method, template.clone(), segments.clone())));
        }
    }
    routes
}

/// One way to bend a path that some template matches.
fn mutate(segments: &mut Vec<String>, literals: &[&str], dice: &mut Dice) {
    let place = 1 + dice.below(segments.len() - 1);
    match dice.below(12) {
        0 => segments[place] = segments[place].to_uppercase(),
        1 => segments.push(String::new()),
        2 if segments.len() > 2 => drop(segments.pop()),
        3 => segments.insert(place, dice.of(literals).to_owned()),
        4 if segments.len() > 2 => drop(segments.remove(place)),
        5 => segments[place].push_str(dice.of(&["%20", "%C3%A9", "x", "-", "%61", "%2f", ".", ";"])),
        6 | 7 => segments[place] = dice.of(literals).to_owned(),
        8 => {
            let other = 1 + dice.below(segments.len() - 1);
            segments.swap(place, other);
        }
        9 => segments[place] = segments[place].chars().rev().collect(),
        _ => {}
    }
}

/// Whether `template` matches, and which of its segments are literals.
fn shape(template: &[String], path: &[&str]) -> Option<Vec<bool>> {
    let is_parameter = |segment: &String| segment.starts_with('{');
    let mut pairs = template.iter().zip(path);
    let fits = template.len() == path.len()
        && pairs
            .all(|(template, segment)| if is_parameter(template) { !segment.is_empty() } else { template == segment });
    fits.then(|| template.iter().map(|segment| !is_parameter(segment)).collect())
}

/// The winner of each method.
fn naive<'a>(routes: &'a [Route], path: &str) -> BTreeMap<&'a Method, (Vec<bool>, &'a str)> {
    let path: Vec<_> = path.split('/').collect();
    let mut best: BTreeMap<&Method, (Vec<bool>, &str)> = BTreeMap::new();
    for (method, template, segments) in routes {
        if let Some(shape) = shape(segments, &path) {
            let better = best.get(method).is_none_or(|(other, _)| shape > *other);
            if better {
                best.insert(method, (shape, template));
            }
        }
    }
    best
}

#[test]
fn lookup_agrees_with_the_naive_matcher_on_a_real_api() {
    let routes = routes();
    let policy: Policy =
        open_policy(&routes.iter().map(|(method, path, _)| (method.clone(), path.as_str())).collect::<Vec<_>>());
    let stored = StoredPolicy::parse(Authentic::from_registry(policy.to_json())).unwrap();
    let is_literal = |segment: &&str| !segment.is_empty() && !segment.starts_with('{');
    let literals: Vec<&str> = routes.iter().flat_map(|route| &route.2).map(String::as_str).filter(is_literal).collect();
    let mut dice = Dice(29);
    let (mut refused, mut found, mut others, mut nothing) = (0_usize, 0_usize, 0_usize, 0_usize);
    for _ in 0..PAIRS {
        let (method, _, template) = &routes[dice.below(routes.len())];
        let value = |segment: &String| if segment.starts_with('{') { "x1".to_owned() } else { segment.clone() };
        let mut segments: Vec<String> = template.iter().map(value).collect();
        for _ in 0..dice.below(3) {
            mutate(&mut segments, &literals, &mut dice);
        }
        let path = segments.join("/");
        let method = if dice.below(4) == 0 { &METHODS[dice.below(5)] } else { method };
        let Ok(parsed) = Path::parse(&path) else {
            refused += 1;
            continue;
        };
        let part = stored.concerning(&parsed).unwrap();
        assert_eq!(part.lookup(method, &parsed), policy.lookup(method, &parsed), "{path}");
        let expected = naive(&routes, &path);
        match (policy.lookup(method, &parsed), expected.get(method)) {
            (Lookup::Found(operation, _), Some((_, template))) => {
                assert_eq!(
                    (&operation.path.to_string(), &operation.method),
                    (&(*template).to_owned(), method),
                    "{path}"
                );
                found += 1;
            }
            (Lookup::OtherMethods(mut methods), None) => {
                methods.sort();
                assert!(methods.iter().eq(expected.keys().copied()), "{path}: {methods:?}, naively {expected:?}");
                others += 1;
            }
            (Lookup::Nothing, None) => {
                assert!(expected.is_empty(), "{path}: naively {expected:?}");
                nothing += 1;
            }
            (looked_up, expected) => panic!("{method:?} {path}: {looked_up:?}, naively {expected:?}"),
        }
    }
    println!("of {PAIRS}: {found} found, {others} of other methods, {nothing} nowhere, {refused} no path");
    assert_eq!(refused + found + others + nothing, PAIRS);
    assert!(found > PAIRS / 4 && nothing > PAIRS / 20 && others > PAIRS / 100 && refused < PAIRS / 4);
}
