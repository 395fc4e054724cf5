//! Documents made to exhaust their reader: an answer with a place, within a bound on the work, on a stack as small as
//! Wasm's. How long the largest of them take is measured by `cargo xtask bench compile`.

use std::fmt::Write;
use std::thread;

use tidegate::openapi::{Document, compile};

use super::hostile_documents::{
    as_yaml, crossing, document, list, look_alike, operations, reference, shared_parameters, sharing,
};
use super::settings;

/// What a Worker has.
const STACK: usize = 1024 * 1024;

/// What parsing and compiling say: the first error, or how many operations there are.
fn outcome(text: &str) -> Result<usize, String> {
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    let compiled = compile(&[document], &settings());
    match compiled.policy {
        Some(policy) => Ok(policy.operations().len()),
        None => Err(compiled.report.errors[0].message.clone()),
    }
}

/// The same, on a small stack.
fn bounded(what: &'static str, text: String) -> Result<usize, String> {
    let judge = move || outcome(&text);
    let judge = thread::Builder::new().name(what.to_owned()).stack_size(STACK).spawn(judge).unwrap();
    judge.join().unwrap()
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
        ("deep laugh", deep_laugh(), "more than 127 levels at line "),
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
    let deep = |inner: &str| {
        format!("{HEAD}components: {{schemas: {{S: {}{inner}{}}}}}\n", "{allOf: [".repeat(62), "]}".repeat(62))
    };
    assert_eq!(bounded("as deep as may be", deep("true")), Ok(0));
    let error = bounded("one level deeper", deep("{}")).unwrap_err();
    assert!(error.starts_with("more than 127 levels at line 3, column "), "{error}");
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
        ("too long", " ".repeat(64 * 1024 * 1024 + 1), Err("it is longer than 67108864 bytes")),
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
    assert_eq!(error, "paths: more than 20000 paths");
    let three = many(10_000).replace("\"get\":{}", "\"get\":{},\"put\":{},\"post\":{}");
    let error = bounded("three times ten thousand operations", three).unwrap_err();
    assert_eq!(error, "with this document there are more than 20000 operations");
}

/// The first error of documents that are compiled with owners in bodies, else how many bodies are read.
fn with_owners_in_bodies(text: &str) -> Result<usize, String> {
    let mut settings = settings();
    settings.owner_parameters.sub_account[0].body = true;
    let compiled = compile(&[Document::parse(text).unwrap()], &settings);
    match compiled.policy {
        Some(policy) => Ok(policy.operations().iter().filter(|operation| operation.reads_body()).count()),
        None => Err(compiled.report.errors[0].message.clone()),
    }
}

/// M5: each of 9,600 bodies is the same chain of 2,000 schemas, or a chain of its own within it. What is refused is refused
/// for the number of steps that it takes, not for the time.
#[test]
fn a_shared_chain_of_schemas_is_read_once_and_chains_of_their_own_within_a_budget() {
    assert_eq!(with_owners_in_bodies(&sharing(9_600, 2_000, &|_| reference(0))), Ok(0));
    let owned =
        |n: usize| format!(r#"{{"allOf":[{},{{"properties":{{"locationId":{{}}}}}}]}}"#, reference(1_990 + n % 10));
    assert_eq!(with_owners_in_bodies(&sharing(2_000, 2_000, &owned)), Ok(2_000));
    let many = |n: usize| format!(r#"{{"allOf":[{},{}]}}"#, reference(n % 2_000), reference(n * 7 % 2_000));
    let error = with_owners_in_bodies(&sharing(9_600, 2_000, &many)).unwrap_err();
    assert!(error.contains("so many steps to read (over 4 for each of its bytes)"), "{error}");
}

/// What one part of a document says can stand for each of ten thousand operations.
#[test]
fn what_is_shared_by_all_operations_is_bounded() {
    let paths: String = (0..9_600).map(|n| format!("\"/a{n}\":{{\"get\":{{}}}},")).collect();
    let with = |rest: &str| format!("{{\"openapi\":\"3.1.0\",{rest},\"paths\":{{{}}}}}", paths.trim_end_matches(','));
    let scopes = list(60, &|n| format!("\"s{n}\""));
    for (what, rest, expected) in [
        (
            "scopes",
            format!("\"security\":[{{\"Tenant\":[{scopes}]}}]"),
            "more than 500000 scopes, owners and alternatives",
        ),
        (
            "alternatives",
            format!("\"security\":[{}]", list(101, &|n| format!("{{\"Strange\":[\"s{n}\"]}}"))),
            "security: it has over 100 alternatives",
        ),
        ("an address", format!("\"servers\":[{{\"url\":\"/{}\"}}]", "v".repeat(2_000_000)), "it is too long"),
    ] {
        let error = bounded(what, with(&rest)).unwrap_err();
        assert!(error.contains(expected), "{what}: {error}");
    }
    let named = format!(
        "\"security\":[{{\"{}\":[]}}],\"info\":{{\"title\":\"{}\"}}",
        "x".repeat(1_000_000),
        "t".repeat(1_000_000)
    );
    let compiled = compile(&[Document::parse(&with(&named)).unwrap()], &settings());
    assert!(serde_json::to_string(&compiled.report).unwrap().len() < 3_000_000);
    assert_eq!(compiled.report.left_out.keys().collect::<Vec<_>>(), ["undeclared_schemes", "unsatisfiable"]);
    assert!(compiled.policy.unwrap().to_json().len() < 4_000_000);
}

/// A chain of references, an alias of a scheme, a variable of a server: each is short where it stands and long where it leads.
#[test]
fn what_many_lead_to_is_read_once_or_is_too_long_to_be_read() {
    let long = "x".repeat(100_000);
    let component =
        |kind: &str, members: &str| format!(r#""components":{{"{kind}":{{{members}}}}},"paths":{{"/a":{{}}}}"#);
    let to_a = r##"{"$ref":"#/components/parameters/A"}"##;
    let shared = |members: &str| {
        let parameters = shared_parameters(to_a, 1);
        document(&format!(r#"{parameters},"components":{{"parameters":{{{members}}}}}"#))
    };
    let chain = format!(r##""A":{{"$ref":"#/components/parameters/{long}"}},"{long}":{{"name":"a","in":"query"}}"##);
    let variable = format!(
        r#""servers":[{{"url":"{}","variables":{{"a":{{"default":"{long}"}}}}}}],"paths":{{"/a":{{"get":{{}}}}}}"#,
        "{a}".repeat(300)
    );
    for (what, text, expected) in [
        ("a long reference", shared(&chain), "A leads nowhere in this document"),
        ("a long name", shared(&format!(r#""A":{{"name":"{long}","in":"query"}}"#)), "x… has a name of over 256 bytes"),
        ("a long place", shared(&format!(r#""A":{{"name":"a","in":"{long}"}}"#)), "which is none of path, query"),
        ("a variable", document(&variable), "it is too long"),
    ] {
        let error = bounded(what, text).unwrap_err();
        assert!(error.contains(expected) && error.len() < 1_000, "{what}: {error}");
    }
    let aliases = list(20_000, &|n| format!(r##""B{n}":{{"$ref":"#/components/securitySchemes/A"}}"##));
    let scopes = list(20_000, &|n| format!(r#""s{n}":"""#));
    let scheme = format!(r#""A":{{"type":"oauth2","flows":{{"implicit":{{"scopes":{{{scopes}}}}}}}}},{aliases}"#);
    assert_eq!(bounded("aliases of a scheme", document(&component("securitySchemes", &scheme))), Ok(0));
}

/// The parameters of a path are those of each of its methods, and owners those of each alternative.
#[test]
fn what_each_operation_repeats_is_counted() {
    let parameters = |count: usize| {
        let parameters = list(count, &|n| format!(r#"{{"name":"p{n}","in":"query"}}"#));
        document(&shared_parameters(&parameters, 100))
    };
    assert_eq!(bounded("25,000 parameters, eight times", parameters(25_000)), Ok(8));
    let error = bounded("one more", parameters(25_001)).unwrap_err();
    assert_eq!(error, "with it the operations of this document have over 200000 parameters");
    let owners = |count: usize| {
        let security = list(100, &|n| format!(r#"{{"Tenant":["s{n}"]}}"#));
        let parameter = r#"[{"name":"locationId","in":"query"}]"#;
        let operation = |_: usize| format!(r#""security":[{security}],"parameters":{parameter}"#);
        document(&operations(count, &operation))
    };
    assert_eq!(bounded("owners", owners(1_666)), Ok(1_666));
    let error = bounded("more owners", owners(1_667)).unwrap_err();
    assert!(error.ends_with("more than 500000 scopes, owners and alternatives"), "{error}");
}

/// Faults of the document's security stand for all operations: few of them are told, and the document is refused.
#[test]
fn faults_that_operations_share_are_few() {
    let security = list(100, &|n| format!(r#"{{"Tenant":["{n} "]}}"#));
    let paths = operations(9_600, &|_| String::new());
    let text = document(&format!(r#""security":[{security}],{paths}"#));
    let compiled = compile(&[Document::parse(&as_yaml(&text)).unwrap()], &settings());
    assert!(compiled.policy.is_none());
    assert_eq!((compiled.report.errors.len(), compiled.report.left_out["errors"]), (1_000, 8 * 9_600 - 1_000));
}

/// A body's look-alikes are told up to eight, whatever its forms are, and a name that is longer than names are is a fault.
#[test]
fn names_of_properties_are_few_and_short() {
    let form = |n: usize| {
        let names = list(10, &|m| format!(r#""{}":{{}}"#, look_alike("locationId", 10 * n + m)));
        format!(r#""application/x{n}+json":{{"schema":{{"properties":{{{names}}}}}}}"#)
    };
    let body = format!(r#""security":[{{"Tenant":["a"]}}],"requestBody":{{"content":{{{}}}}}"#, list(90, &form));
    let text = document(&operations(1, &|_| body.clone()));
    let compiled = compile(&[Document::parse(&text).unwrap()], &settings());
    assert!((8..=9).contains(&compiled.report.looks_like_owner.len()), "{:?}", compiled.report.looks_like_owner);
    let long = format!(r#"{{"properties":{{"{}":{{}}}}}}"#, "x".repeat(257));
    let error = with_owners_in_bodies(&sharing(1, 1, &|_| long.clone())).unwrap_err();
    assert!(error.contains("a property with so long a name (over 256 bytes)"), "{error}");
}

/// The work of comparing templates is counted in segments, as a template can have ten times as many as another.
#[test]
fn templates_are_compared_up_to_a_number_of_segments() {
    let told = |count: usize| {
        let text = crossing(count, 201);
        let compiled = compile(&[Document::parse(&text).unwrap()], &settings());
        assert_eq!(compiled.policy.unwrap().operations().len(), count);
        compiled.report.crossing.iter().filter(|one| one.message.contains("were not compared")).count()
    };
    // 4,950 pairs, and 499,500.
    assert_eq!((told(100), told(1_000)), (0, 1));
}
