//! Documents made to exhaust their reader: an answer with a place, in bounded time, on a stack as small as Wasm's.

use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

use tidegate::core::openapi::{Document, compile};

use super::settings;

/// What a Worker has.
const STACK: usize = 1024 * 1024;
/// In a debug build on a busy machine; optimised it is a small part of that.
const BOUND: Duration = Duration::from_secs(20);

/// What parsing and compiling say: the first error, or how many operations there are.
fn outcome(text: &str) -> Result<usize, String> {
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    let compiled = compile(&[document], &settings());
    match compiled.policy {
        Some(policy) => Ok(policy.operations().len()),
        None => Err(compiled.report.errors[0].message.clone()),
    }
}

/// The same, on a small stack and within the bound.
fn bounded(what: &'static str, text: String) -> Result<usize, String> {
    let judge = move || {
        let start = Instant::now();
        let outcome = outcome(&text);
        (outcome, start.elapsed())
    };
    let (outcome, took) = thread::Builder::new().stack_size(STACK).spawn(judge).unwrap().join().unwrap();
    println!("{what}: {took:?} {outcome:?}");
    assert!(took < BOUND, "{what} took {took:?}");
    outcome
}

const HEAD: &str = "openapi: 3.1.0\npaths: {}\n";

/// Each level stands for ten of the one before.
fn billion_laughs() -> String {
    let level = |n: usize| format!("a{n}: &a{n} [{}]\n", format!("*a{}, ", n - 1).repeat(10));
    format!("{HEAD}a0: &a0 [x]\n{}", (1..12).map(level).collect::<String>())
}

/// One long text, a million times.
fn long_laugh() -> String {
    format!("{HEAD}a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), "*a, ".repeat(1_000_000))
}

/// Each level is a hundred deeper than the one before, at the cost of a hundred nodes.
fn deep_laugh() -> String {
    let level = |n: usize| format!("a{n}: &a{n} {}*a{}{}\n", "[".repeat(100), n - 1, "]".repeat(100));
    format!("{HEAD}a0: &a0 [x]\n{}", (1..200).map(level).collect::<String>())
}

/// Every level is remembered, with all the levels in it.
fn remembered() -> String {
    let (open, close): (String, String) = (0..100).map(|n| (format!("&a{n} ["), "]")).unzip();
    format!("{HEAD}a: {open}{}{close}\n", "x, ".repeat(300_000))
}

#[test]
fn yaml_that_multiplies_itself_is_refused() {
    for (what, text, expected) in [
        ("billion laughs", billion_laughs(), "more than 2000000 nodes at line "),
        ("long laugh", long_laugh(), "more than 2000000 nodes at line "),
        ("deep laugh", deep_laugh(), "more than 128 levels at line "),
        ("remembered", remembered(), "more than 2000000 nodes at line "),
    ] {
        let error = bounded(what, text).unwrap_err();
        assert!(error.starts_with(expected), "{what}: {error}");
    }
}

#[test]
fn nesting_ends_where_the_stack_is_safe() {
    const MANY: usize = 100_000;
    let json = |open: &str, close: &str, times: usize| {
        let before =
            r#"{"openapi":"3.1.0","paths":{"/a":{"get":{"security":[],"x-a":X}}},"components":{"schemas":{"S":X}}}"#;
        before.replace('X', &format!("{}{{}}{}", open.repeat(times), close.repeat(times)))
    };
    for (what, open, close) in [("schemas", r#"{"allOf":["#, "]}"), ("lists", "[", "]")] {
        let error = bounded(what, json(open, close, MANY)).unwrap_err();
        assert!(error.contains("recursion limit exceeded at line 1 column "), "{what}: {error}");
    }
    assert_eq!(bounded("as deep as may be", json(r#"{"allOf":["#, "]}", 60)), Ok(1));
    for (what, open) in [("flow lists", "["), ("flow maps", "{a: "), ("block lists", "- "), ("keys", "? ")] {
        let error = bounded(what, format!("{HEAD}a:\n  {}", open.repeat(MANY))).unwrap_err();
        assert!(error.contains("line "), "{what}: {error}");
    }
    let deep = format!("{HEAD}components: {{schemas: {{S: {}{{}}{}}}}}\n", "{allOf: [".repeat(62), "]}".repeat(62));
    assert_eq!(bounded("as deep as may be", deep), Ok(0));
}

#[test]
fn a_million_lines_are_read_or_refused() {
    const MILLION: usize = 1_000_000;
    /// Where reading each line takes longest.
    const MANY: usize = 200_000;
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    for (what, text, expected) in [
        ("keys", format!("{HEAD}{}", lines(MANY, &|n| format!("k{n}: v\n"))), Ok(0)),
        ("items", format!("{HEAD}k:\n{}", "- a\n".repeat(MILLION)), Ok(0)),
        ("comments", format!("{}{HEAD}", "# a\n".repeat(MILLION)), Ok(0)),
        ("empty lines", format!("{HEAD}{}", "\n".repeat(MILLION)), Ok(0)),
        ("a block", format!("{HEAD}k: |\n{}", "  a\n".repeat(MILLION)), Ok(0)),
        ("plain text", format!("{HEAD}k: a\n{}", "  b\n".repeat(MILLION)), Ok(0)),
        (
            "JSON",
            format!("{{\"openapi\":\"3.1.0\",{}\"paths\":{{}}}}", lines(MILLION, &|n| format!("\"k{n}\":1,\n"))),
            Ok(0),
        ),
        ("documents", format!("{HEAD}{}", "---\n".repeat(MILLION)), Err("a second document starts at line ")),
        (
            "open quote",
            format!("{HEAD}k: \"{}", "a\n".repeat(MILLION)),
            Err("invalid indentation in quoted scalar at "),
        ),
        ("anchors", format!("{HEAD}k:\n{}", lines(MANY, &|n| format!("- &a{n} x\n"))), Ok(0)),
        ("too long", " ".repeat(16 * 1024 * 1024 + 1), Err("it is longer than 16777216 bytes")),
    ] {
        match (bounded(what, text), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{what}"),
            (Err(error), Err(expected)) => assert!(error.starts_with(expected), "{what}: {error}"),
            (found, _) => panic!("{what}: {found:?}"),
        }
    }
}

#[test]
fn more_operations_than_anyone_has_are_refused() {
    let many = |count: usize| {
        let mut paths = String::new();
        for n in 0..count {
            write!(paths, "\"/a/{{x}}/b{n}\":{{\"get\":{{}}}},").unwrap();
        }
        format!(
            "{{\"openapi\":\"3.1.0\",\"info\":{{\"title\":\"Many\"}},\"paths\":{{{}}}}}",
            paths.trim_end_matches(',')
        )
    };
    assert_eq!(bounded("ten thousand operations", many(10_000)), Ok(10_000));
    let error = bounded("half a million operations", many(500_000)).unwrap_err();
    assert!(error.starts_with("paths: more than 10000 paths at line 1 column "), "{error}");
    let two = many(10_000).replace("\"get\":{}", "\"get\":{},\"put\":{}");
    let error = bounded("twice ten thousand operations", two).unwrap_err();
    assert_eq!(error, "with this document there are more than 10000 operations");
}
