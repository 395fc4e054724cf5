//! Measures how long it takes to compile a policy from OpenAPI documents: from one large document of the usual kind, and from
//! documents of 8 MiB that are made to take long. Prints lines and judges nothing.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::arithmetic_side_effects
)]

#[path = "../../../tests/gate/policy/hostile_documents.rs"]
mod hostile_documents;

use std::fs;
use std::time::{Duration, Instant};

use hostile_documents::{
    as_yaml, crossing, document, list, look_alike, operations, reference, shared_parameters, sharing,
};
use serde_json::{Map, Value, json};
use tidegate::openapi::{Document, Settings, compile, init};

const OPERATIONS: usize = 1_000;
const BYTES: usize = 10_000_000;
const RUNS: usize = 11;
/// How often a document that is made to take long is compiled.
const HOSTILE_RUNS: usize = 3;
/// How many names of owners the settings of a level may have.
const MAX_OWNER_NAMES: usize = 32;
/// The longest publication.
const PUBLICATION: usize = 8 * 1024 * 1024;

fn main() {
    large(&settings(&["locationId".to_owned()], &[]));
    suggested();
    usual(&settings(&["locationId".to_owned()], &[]));
    println!("processor time, the median of {HOSTILE_RUNS} runs:");
    let owners = |level: &str| (0..MAX_OWNER_NAMES).map(|n| format!("{level}{n}Id")).collect::<Vec<_>>();
    let settings = settings(&owners("location"), &owners("company"));
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    for (what, json) in hostile().iter().filter(|(what, _)| what.contains(&only)) {
        measure(&format!("{what}, JSON"), json, &settings);
        measure(&format!("{what}, YAML"), &as_yaml(json), &settings);
    }
    for (what, yaml) in hostile_yaml().iter().filter(|(what, _)| what.contains(&only)) {
        measure(what, yaml, &settings);
    }
}

fn settings(sub_account: &[String], agency: &[String]) -> Settings {
    let owners = |names: &[String]| names.iter().map(|name| json!({ "name": name, "body": true })).collect::<Vec<_>>();
    serde_json::from_value(json!({
        "schemes": {
            "Tenant": { "level": "sub_account", "private_integrations": true },
            "Agency": { "level": "agency", "private_integrations": true }
        },
        "owner_parameters": { "sub_account": owners(sub_account), "agency": owners(agency) }
    }))
    .unwrap()
}

/// 30 MB in three documents, and the most memory that this process ever had: text, extraction and policy together.
fn large(settings: &Settings) {
    let text = |n: usize| {
        let mut document = usual_document();
        document["servers"] = json!([{ "url": format!("/v{n}") }]);
        document.to_string()
    };
    let texts: Vec<String> = (0..3).map(text).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let start = processor_time();
    let documents: Vec<Document> = texts.iter().map(|text| Document::parse(text).unwrap()).collect();
    let report = compile(&documents, settings).report;
    let took = processor_time() - start;
    println!(
        "compile: {:.1} MB of JSON in {} documents, {} operations: {} ms of processor time (goal: 3,000), {} MB of memory at most \
         (goal: 300)",
        bytes as f64 / 1e6,
        texts.len(),
        report.operations,
        took.as_millis(),
        peak_memory() / 1_000
    );
}

/// What `tidegate policy init --yes` does with 10 MB: reading, suggesting, and compiling with what is suggested.
fn suggested() {
    let text = usual_document().to_string();
    let start = processor_time();
    let documents = [Document::parse(&text).unwrap()];
    let suggestion = init(&documents, &tidegate::json::Map::default());
    let yaml = suggestion.to_yaml();
    let report = compile(&documents, &suggestion.settings).report;
    let took = processor_time() - start;
    println!(
        "init: {:.1} MB of JSON, {} operations: {} ms of processor time (goal: 3,000), {} bytes of settings",
        text.len() as f64 / 1e6,
        report.operations,
        took.as_millis(),
        yaml.len()
    );
}

/// The largest resident set so far, in kilobytes (`VmHWM` of proc(5)).
fn peak_memory() -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn usual(settings: &Settings) {
    let text = usual_document().to_string();
    let mut runs: Vec<(Duration, Duration)> = (0..RUNS).map(|_| run(&text, settings)).collect();
    runs.sort_by_key(|(parse, compile)| *parse + *compile);
    let (least, median, most) = (runs[0], runs[RUNS / 2], runs[RUNS - 1]);
    let total = |(parse, compile): (Duration, Duration)| (parse + compile).as_micros() as f64 / 1_000.0;
    println!(
        "compile: {:.1} MB of JSON, {OPERATIONS} operations: median of {RUNS} runs {:.1} ms \
         (reading {:.1}, compiling {:.1}), least {:.1}, most {:.1}",
        text.len() as f64 / 1e6,
        total(median),
        median.0.as_micros() as f64 / 1_000.0,
        median.1.as_micros() as f64 / 1_000.0,
        total(least),
        total(most)
    );
}

fn run(text: &str, settings: &Settings) -> (Duration, Duration) {
    let start = Instant::now();
    let documents = [Document::parse(text).unwrap()];
    let parsed = start.elapsed();
    let report = compile(&documents, settings).report;
    assert_eq!((report.operations, report.errors.len()), (OPERATIONS, 0));
    (parsed, start.elapsed() - parsed)
}

/// Prints how long a document takes until it is compiled or refused, and the result.
fn measure(what: &str, text: &str, settings: &Settings) {
    assert!(text.len() <= PUBLICATION, "{what}: {}", text.len());
    let mut runs: Vec<_> = (0..HOSTILE_RUNS).map(|_| timed(text, settings)).collect();
    runs.sort_by_key(|(took, _)| *took);
    let (took, outcome) = &runs[HOSTILE_RUNS / 2];
    println!("{what}, {:.1} MB: {} ms, {outcome}", text.len() as f64 / 1e6, took.as_millis());
}

fn timed(text: &str, settings: &Settings) -> (Duration, String) {
    let start = processor_time();
    let outcome = match Document::parse(text) {
        Err(error) => format!("refused: {error}"),
        Ok(document) => {
            let compiled = compile(&[document], settings);
            match (compiled.policy, compiled.report.errors.first()) {
                (Some(policy), _) => format!("{} operations", policy.operations().len()),
                (None, error) => {
                    format!("refused: {}", error.map(|error| error.message.clone()).unwrap_or_default())
                }
            }
        }
    };
    (processor_time() - start, outcome.chars().take(100).collect())
}

/// What this thread has used of a processor, which a busy machine changes little.
fn processor_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

fn hostile() -> Vec<(&'static str, String)> {
    let one_of = |n: usize| format!(r#"{{"allOf":[{},{}]}}"#, reference(n % 2_000), reference(n * 7 % 2_000));
    let wide = |n: usize| format!(r#"{{"allOf":[{}]}}"#, list(18, &|m| reference((n * 18 + m) * 31 % 2_000)));
    let schemas = format!(r#""components":{{"schemas":{{{}}}}}"#, list(1_000, &|n| format!(r#""C{n}":{{}}"#)));
    let media_types = |count: usize, body: &dyn Fn(usize) -> String| {
        list(count, &|n| format!(r#""application/x{n}":{{"schema":{}}}"#, body(n)))
    };
    let body_of = |content: &str| format!(r#""requestBody":{{"content":{{{content}}}}}"#);
    let spellings = |start: usize, count: usize| {
        let names = list(count, &|n| format!(r#""{}":{{}}"#, look_alike("location31Id", (start + n) % 1_024)));
        body_of(&format!(r#""application/json":{{"schema":{{"properties":{{{names}}}}}}}"#))
    };
    let divided = |n: usize| format!(r#""a.locatio[n{n}]":{{}}"#);
    let own_names = |start: usize| {
        let names = list(1_000, &|n| divided(start * 1_000 + n));
        body_of(&format!(r#""application/json":{{"schema":{{"properties":{{{names}}}}}}}"#))
    };
    let security = |count: usize, scope: &dyn Fn(usize) -> String| {
        format!(r#""security":[{}]"#, list(count, &|n| format!(r#"{{"Tenant":[{}]}}"#, scope(n))))
    };
    let any = operations(9_600, &|_| String::new());
    let parameter = |n: usize| format!(r#"{{"name":"a.{n}","in":"query"}}"#);
    let long = "x".repeat(4_000_000);
    let to_long = format!(
        r##""components":{{"parameters":{{"A":{{"$ref":"#/components/parameters/{long}"}},"{long}":{{"name":"a","in":"query"}}}}}}"##
    );
    let long_name = format!(r#""components":{{"parameters":{{"A":{{"name":"{long}","in":"query"}}}}}}"#);
    let to_a = |_: usize| r##"{"$ref":"#/components/parameters/A"}"##;
    let scheme = list(200_000, &|n| format!(r#""s{n}":"""#));
    let aliases = format!(
        r#""components":{{"securitySchemes":{{"A":{{"flows":{{"implicit":{{"scopes":{{{scheme}}}}}}}}},{}}}}}"#,
        list(70_000, &|n| format!(r##""B{n}":{{"$ref":"#/components/securitySchemes/A"}}"##))
    );
    let owners = list(MAX_OWNER_NAMES, &|n| format!(r#""location{n}Id":{{}},"company{n}Id":{{}}"#));
    let with_owners = |n: usize| {
        let names = list(900, &|m| format!(r#""p{}":{{}}"#, n * 900 + m));
        format!(r#""C{n}":{{"properties":{{{owners},{names}}}}}"#)
    };
    let of_owners = format!(r#""components":{{"schemas":{{{}}}}}"#, list(50, &with_owners));
    let of_all = |n: usize| {
        let forms = list(50, &|m| format!(r#""a/{}":{{"schema":{}}}"#, n * 50 + m, reference(m)));
        body_of(&forms)
    };
    let of_one = |_: usize| body_of(&format!(r#""application/json":{{"schema":{}}}"#, reference(0)));
    let levels = |times: usize| format!("{}{{}}{}", r#"{"allOf":["#.repeat(times), "]}".repeat(times));
    vec![
        ("a shared chain of 2,000 schemas", sharing(9_600, 2_000, &|_| reference(0))),
        ("a shared chain of 4,000 schemas", sharing(9_600, 4_000, &|_| reference(0))),
        ("a chain for each operation", sharing(9_600, 2_000, &one_of)),
        ("wide references", sharing(9_600, 2_000, &wide)),
        (
            "90,000 media types",
            document(&format!(
                "{},{schemas}",
                operations(900, &|_| body_of(&media_types(100, &|n| reference(n % 1_000))))
            )),
        ),
        (
            "90,000 media types of one body",
            document(&format!("{},{schemas}", operations(1, &|_| body_of(&media_types(90_000, &reference))))),
        ),
        ("900 look-alikes in each body", document(&operations(400, &|n| spellings(n, 900)))),
        ("200 bodies of 1,000 names of their own", document(&operations(200, &|n| own_names(n)))),
        ("2,800 crossing templates of 25 segments", crossing(2_800, 25)),
        ("10,000 crossing templates of 25 segments", crossing(10_000, 25)),
        ("10,000 crossing templates of 250 segments", crossing(10_000, 250)),
        ("60 shared scopes", document(&format!("{any},{}", security(1, &|_| list(50, &|n| format!("\"s{n}\"")))))),
        ("50 shared alternatives", document(&format!("{any},{}", security(25, &|n| format!("\"s{n}\""))))),
        ("300,000 shared alternatives", document(&format!("{any},{}", security(300_000, &|n| format!("\"s{n}\""))))),
        (
            "100 shared alternatives with faults",
            document(&format!("{any},{}", security(100, &|n| format!("\"{n} \"")))),
        ),
        (
            "300,000 shared alternatives with faults",
            document(&format!("{any},{}", security(300_000, &|n| format!("\"{n} \"")))),
        ),
        (
            "200,000 parameters of eight methods, 100 alternatives",
            document(&shared_parameters(&list(200_000, &parameter), 100)),
        ),
        (
            "25,000 parameters of eight methods, 100 alternatives",
            document(&shared_parameters(&list(25_000, &parameter), 100)),
        ),
        ("aliases of a scheme with many scopes", document(&format!("{any},{aliases}"))),
        (
            "50 forms of 1,000 properties in each body, with all owners",
            document(&format!("{},{of_owners}", operations(1_500, &of_all))),
        ),
        (
            "all owners in 50 shared alternatives",
            document(&format!("{},{of_owners},{}", operations(9_600, &of_one), security(50, &|n| format!("\"s{n}\"")))),
        ),
        (
            "references to a long name",
            document(&format!("{},{to_long}", shared_parameters(&list(4_000, &to_a), 1)))
                .replace(&long, long.get(..3_900_000).unwrap_or_default()),
        ),
        (
            "a long name for each operation",
            document(&format!("{},{long_name}", operations(500, &|_| format!(r#""parameters":[{}]"#, to_a(0))))),
        ),
        (
            "an address of variables",
            document(&format!(
                r#""servers":[{{"url":"/{}","variables":{{"a":{{"default":"{}"}}}}}}],"paths":{{}}"#,
                "{a}".repeat(100),
                long
            )),
        ),
        (
            "deep nesting",
            document(&operations(9_600, &|_| body_of(&format!(r#""application/json":{{"schema":{}}}"#, levels(50))))),
        ),
    ]
}

/// What JSON has no words for.
fn hostile_yaml() -> Vec<(&'static str, String)> {
    const HEAD: &str = "openapi: 3.1.0\npaths: {}\n";
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let level = |n: usize| format!("a{n}: &a{n} [{}]\n", format!("*a{}, ", n - 1).repeat(10));
    vec![
        ("aliases of aliases", format!("{HEAD}a0: &a0 [x]\n{}", (1..12).map(level).collect::<String>())),
        ("an alias a million times", format!("{HEAD}a: &a {}\nb: [{}]\n", "x".repeat(1_000), "*a, ".repeat(1_900_000))),
        ("anchors", format!("{HEAD}k:\n{}", lines(500_000, &|n| format!("- &a{n} x\n")))),
        ("keys", format!("{HEAD}{}", lines(600_000, &|n| format!("k{n}: v\n")))),
        ("items", format!("{HEAD}k:\n{}", "- a\n".repeat(1_900_000))),
        ("plain text", format!("{HEAD}k: a\n{}", "  b\n".repeat(2_000_000))),
        ("an open quote", format!("{HEAD}k: \"{}", "a\n".repeat(4_000_000))),
        ("documents", format!("{HEAD}{}", "---\n".repeat(2_000_000))),
        ("brackets", format!("{HEAD}a: {}", "[".repeat(8_000_000))),
    ]
}

/// Operations of one method and few lengths, so that every pair may cross, each with a description that fills it up.
fn usual_document() -> Value {
    let filler = "All of it is described at length. ".repeat(BYTES / OPERATIONS / 34 - 14);
    let mut paths = Map::new();
    for n in 0..OPERATIONS {
        let path = match n % 3 {
            0 => format!("/group{}/{{id}}/items{n}", n % 40),
            1 => format!("/{{locationId}}/group{}/items{n}", n % 40),
            _ => format!("/group{}/sub{n}/{{itemId}}", n % 40),
        };
        paths.insert(path, json!({ "post": operation(n, &filler) }));
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Large", "version": "1" },
        "paths": paths,
        "components": {
            "securitySchemes": { "Tenant": { "type": "http", "scheme": "bearer" }, "Agency": { "type": "http", "scheme": "bearer" } },
            "schemas": { "Item": { "properties": { "locationId": { "type": "string" }, "name": { "type": "string" } } } }
        }
    })
}

fn operation(n: usize, filler: &str) -> Value {
    json!({
        "operationId": format!("operation{n}"),
        "summary": "An operation",
        "description": filler,
        "security": [{ "Tenant": [format!("group{}.write", n % 40)] }, { "Agency": [] }],
        "parameters": [{ "name": "limit", "in": "query", "schema": { "type": "integer" } }],
        "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Item" } } } },
        "responses": { "200": { "description": "It went well" } }
    })
}
