//! The limits of settings: exactly so much is taken, and one more is not.

use serde_json::{Value, json};
use tidegate::openapi::{ScopesMean, Settings, compile};

use super::{one, parsed, settings};

/// What is wrong with settings.
fn errors(settings: &Value) -> Vec<String> {
    let text = settings.to_string();
    let read = Settings::read(tidegate::json::Value::parse(&text).unwrap());
    read.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

fn many(count: usize, item: impl Fn(usize) -> Value) -> Value {
    (0..count).map(item).collect()
}

fn cors(name: &str, value: Value) -> Value {
    let mut cors = json!({ "origins": ["https://app.example"] });
    cors[name] = value;
    json!({ "cors": cors })
}

#[test]
fn settings_have_so_much_and_no_more() {
    let path = |number: usize| json!(format!("/p{number}"));
    let change = |number| json!({ "match": path(number), "set": { "scopes": ["a"] } });
    let derive = |list: &str, count: usize| {
        let mut derive = json!({ "by": "path" });
        derive[list] = many(count, path);
        json!({ "exclude": many(400, path), "rules": many(300, change), "scopes": { "derive": derive } })
    };
    let owner = |level: &str, count| json!({ "owner_parameters": { level: many(count, |number| json!({ "name": format!("n{number}") })) } });
    let event = |number| json!({ "type": format!("a.{number}"), "any_of": [] });
    let origin = |number| json!(format!("https://a{number}.example"));
    let field = |number| json!(format!("x-{number}"));
    let long = |begin: &str, length: usize| json!([format!("{begin}{}", "a".repeat(length - begin.len()))]);
    type Make<'a> = &'a dyn Fn(usize) -> Value;
    let rows: [(&str, usize, Make<'_>); 14] = [
        ("owner_parameters: ", 32, &|count| owner("agency", count)),
        ("owner_parameters: ", 32, &|count| owner("sub_account", count)),
        ("rules: ", 1_000, &|count| json!({ "exclude": many(count, path) })),
        ("rules: ", 1_000, &|count| json!({ "rules": many(count, change) })),
        ("rules: ", 300, &|count| derive("reads", count)),
        ("rules: ", 300, &|count| derive("writes", count)),
        ("event_types: ", 200, &|count| json!({ "event_types": many(count, event) })),
        ("cors.origins: ", 100, &|count| cors("origins", many(count, origin))),
        ("cors.allow_headers: ", 50, &|count| cors("allow_headers", many(count, field))),
        ("cors.expose_headers: ", 50, &|count| cors("expose_headers", many(count, field))),
        ("cors.origins[0]: ", 256, &|length| cors("origins", long("https://", length))),
        ("cors.allow_headers[0]: ", 256, &|length| cors("allow_headers", long("x-", length))),
        ("cors.expose_headers[0]: ", 256, &|length| cors("expose_headers", long("x-", length))),
        ("cors.max_age_seconds: ", 7_200, &|seconds| cors("max_age_seconds", json!(seconds))),
    ];
    for (place, most, make) in rows {
        assert_eq!(errors(&make(most)), Vec::<String>::new(), "{place}{most}");
        let told = errors(&make(most + 1));
        assert!(told.len() == 1 && told[0].starts_with(place), "{place}{most}: {told:?}");
    }
    // An operation that is written by hand selects none.
    let written = many(1_001, |number| json!({ "path": path(number), "method": "GET", "access": "public" }));
    assert_eq!(errors(&json!({ "rules": written })), Vec::<String>::new());
}

#[test]
fn a_requirement_comes_to_a_hundred_ways_and_no_more() {
    let mut settings = settings();
    for scheme in ["Tenant", "Agency"] {
        settings.schemes.get_mut(scheme).unwrap().scopes_mean = ScopesMean::Any;
    }
    let mut second = serde_json::to_value(&settings).unwrap();
    second["schemes"]["Second"] = second["schemes"]["Tenant"].clone();
    let settings: Settings = serde_json::from_value(second).unwrap();
    let scopes = |count| many(count, |number| json!(format!("s{number}")));
    let others = |count| many(count, |number| json!(format!("t{number}")));
    for (requirement, ways) in [
        (json!({ "Tenant": scopes(100) }), Some(100)),
        (json!({ "Tenant": scopes(101) }), None),
        (json!({ "Agency": scopes(101) }), None),
        (json!({ "Tenant": scopes(10), "Second": others(10) }), Some(100)),
        (json!({ "Tenant": scopes(10), "Second": others(11) }), None),
    ] {
        let compiled = compile(&[parsed(&one("/a", json!({ "security": [requirement] })))], &settings);
        let told: Vec<_> = compiled.report.errors.iter().map(ToString::to_string).collect();
        let found = compiled.policy.map(|policy| policy.operations()[0].access.alternatives().len());
        assert_eq!(found, ways, "{told:?}");
        assert_eq!(told.iter().any(|error| error.contains("in over 100 ways")), ways.is_none(), "{told:?}");
    }
}
