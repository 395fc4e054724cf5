//! Rules that set something at all operations that they match.

use serde_json::{Value, json};
use tidegate::openapi::{Compiled, Settings, compile};
use tidegate::policy::Access;

use super::{document, parsed};

fn settings(more: Value) -> Settings {
    let mut settings: Value = serde_json::to_value(super::settings()).unwrap();
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(settings).unwrap()
}

fn harbour() -> Value {
    let of = |scopes: &[&str], tag: &str| json!({ "security": [{ "Tenant": scopes }], "tags": [tag], "operationId": tag.to_lowercase() });
    document(
        "Harbour",
        json!({
            "/v1/boats": { "get": of(&["boats"], "Boats"), "post": of(&[], "Boats") },
            "/v1/boats/{locationId}": { "get": of(&[], "Boats") },
            "/v1/quays": { "get": of(&["quays"], "Quays") },
            "/v1/status": { "get": { "security": [] } },
            "/v1/hidden": { "get": {} },
        }),
    )
}

fn compiled(more: Value) -> Compiled {
    compile(&[parsed(&harbour())], &settings(more))
}

/// What is written of an operation's access, by its name.
fn access(compiled: &Compiled, name: &str) -> Value {
    let operations = compiled.policy.as_ref().unwrap().operations();
    let found = operations.iter().find(|operation| operation.name() == name).unwrap();
    let mut value = json!(found.access);
    if let Access::Authenticated | Access::Public = found.access {
        value = json!([value, found.owner]);
    }
    value
}

fn errors(compiled: &Compiled) -> Vec<String> {
    compiled.report.errors.iter().map(ToString::to_string).collect()
}

#[test]
fn a_change_is_made_wherever_it_matches_and_later_ones_win() {
    let compiled = compiled(json!({ "rules": [
        { "match": "/v1/boats/**", "set": { "scopes": ["boats.all"] } },
        { "match": { "method": "POST", "tag": "Boats" }, "set": { "scopes": ["boats.write"], "level": "agency" } },
        { "match": "quays", "set": { "access": "authenticated" } },
        { "match": { "path": "/v1/hidden" }, "set": { "level": "sub_account", "scopes": ["hidden"] } },
    ] }));
    assert_eq!(errors(&compiled), [""; 0]);
    let one = |level: &str, scope: &str| json!({ "any_of": [{ "level": level, "scopes": [scope] }] });
    assert_eq!(access(&compiled, "GET /v1/boats"), one("sub_account", "boats.all"));
    assert_eq!(access(&compiled, "POST /v1/boats"), one("agency", "boats.write"));
    assert_eq!(access(&compiled, "GET /v1/hidden"), one("sub_account", "hidden"));
    assert_eq!(access(&compiled, "GET /v1/quays"), json!(["authenticated", []]));
    assert_eq!(access(&compiled, "GET /v1/status"), json!(["public", []]));
    // The owner of the new alternative is the one that the template names.
    let owner = json!([{ "name": "locationId", "in": "path" }]);
    let expected = json!({ "any_of": [{ "level": "sub_account", "scopes": ["boats.all"], "owner": owner }] });
    assert_eq!(access(&compiled, "GET /v1/boats/{locationId}"), expected);
    // What a rule has opened is not reported as closed.
    assert_eq!((compiled.report.without_security.len(), compiled.report.closed), (0, 0));
}

#[test]
fn scopes_close_what_is_open_and_open_nothing_that_is_closed() {
    let compiled = compiled(json!({ "rules": [{ "match": "/**", "set": { "scopes": ["all"] } }] }));
    assert_eq!(errors(&compiled), [""; 0]);
    assert_eq!(access(&compiled, "GET /v1/hidden"), json!({ "any_of": [] }));
    let both =
        json!({ "any_of": [{ "level": "agency", "scopes": ["all"] }, { "level": "sub_account", "scopes": ["all"] }] });
    assert_eq!(access(&compiled, "GET /v1/status"), both);
}

#[test]
fn an_owner_is_set_or_left_out() {
    let with = |owner: Value| compiled(json!({ "rules": [{ "match": "/v1/boats/{x}", "set": { "owner": owner } }] }));
    let expected = |owner: Value| json!({ "any_of": [{ "level": "sub_account", "scopes": [], "owner": owner }] });
    assert_eq!(access(&with(json!("none")), "GET /v1/boats/{locationId}"), expected(json!("none")));
    let query = json!([{ "name": "locationId", "in": "query" }]);
    assert_eq!(access(&with(query.clone()), "GET /v1/boats/{locationId}"), expected(query));
    let unknown = with(json!([{ "name": "tenant", "in": "query" }]));
    assert_eq!(
        errors(&unknown),
        ["Harbour, GET /v1/boats/{locationId}: tenant (query) names no owner by the settings"]
    );
}

#[test]
fn without_scopes_closes_what_no_rule_decides() {
    let deny = |set: Value| {
        let rules = json!([{ "match": "/v1/boats", "set": set }]);
        compiled(json!({ "without_scopes": "deny", "rules": rules }))
    };
    let compiled = deny(json!({ "scopes": [] }));
    assert_eq!(access(&compiled, "POST /v1/boats"), json!({ "any_of": [{ "level": "sub_account", "scopes": [] }] }));
    assert_eq!(access(&compiled, "GET /v1/boats/{locationId}"), json!({ "any_of": [] }));
    let compiled = deny(json!({ "level": "agency" }));
    assert_eq!(access(&compiled, "POST /v1/boats"), json!({ "any_of": [] }));
}

#[test]
fn a_rule_that_does_nothing_is_an_error_with_its_place() {
    let compiled = compiled(json!({ "rules": [
        { "match": "/v2/**", "set": { "scopes": ["a"] } },
        { "path": "/x", "method": "GET", "access": "public" },
        { "match": "/v1/hidden", "set": { "scopes": ["a"] } },
        { "match": { "method": "DELETE" }, "set": { "level": "agency" } },
    ] }));
    assert_eq!(
        errors(&compiled),
        [
            "settings: rules[0].match: it matches no operation",
            "settings: rules[2].set: nothing is open to private integrations in what it matches; level or access opens it",
            "settings: rules[3].match: it matches no operation",
        ]
    );
}

#[test]
fn a_later_change_sees_what_a_rule_wrote_and_an_earlier_one_does_not() {
    let quay = json!({ "path": "/v1/quays", "method": "GET", "access": { "any_of": [{ "level": "agency", "scopes": ["mine"] }] } });
    let set = json!({ "match": "GET /v1/quays", "set": { "scopes": ["set"] } });
    let scopes =
        |rules: Value| access(&compiled(json!({ "rules": rules })), "GET /v1/quays")["any_of"][0]["scopes"].clone();
    assert_eq!(scopes(json!([set, quay])), json!(["mine"]));
    assert_eq!(scopes(json!([quay, set])), json!(["set"]));
}

#[test]
fn a_later_change_keeps_the_owner_of_a_rule_that_stands_for_an_operation() {
    let mut whole = harbour();
    whole["paths"]["/v1/quays"]["get"]["parameters"] = json!([{ "name": "locationId", "in": "header" }]);
    let needing = |scope: &str| json!({ "any_of": [{ "level": "sub_account", "scopes": [scope] }] });
    let rules = json!([
        { "path": "/v1/quays", "method": "GET", "access": needing("mine") },
        { "match": "GET /v1/quays", "set": { "access": needing("set") } },
    ]);
    let compiled = compile(&[parsed(&whole)], &settings(json!({ "rules": rules })));
    let expected =
        json!([{ "level": "sub_account", "scopes": ["set"], "owner": [{ "name": "locationId", "in": "header" }] }]);
    assert_eq!(access(&compiled, "GET /v1/quays")["any_of"], expected);
}

#[test]
fn all_that_is_wrong_with_settings_is_told_at_once_with_its_place() {
    let wrong = json!({
        "rules": [
            { "match": { "path": "v1/**" }, "set": { "scopes": ["a"] } },
            { "match": "/a", "set": {} },
            { "match": {}, "set": { "level": "agency" } },
            { "match": "/a", "set": { "level": "boss" } },
            { "match": "/a", "set": { "access": "public", "scopes": ["a"] } },
            { "match": "/a", "set": { "scopes": ["a b"] } },
            { "path": "/a", "method": "GET" },
        ],
        "exclude": ["/a", "/a?b", { "reason": "none" }],
        "scopes": { "derive": { "by": "tag", "read": "{area} read" } },
        "colour": 1,
    });
    let text = wrong.to_string();
    let errors = Settings::read(tidegate::json::Value::parse(&text).unwrap()).unwrap_err();
    let mut told: Vec<_> = errors.iter().map(ToString::to_string).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "colour: unknown field `colour`",
            "exclude[1]: a glob of paths has * and ** only: '?' stands for nothing here",
            "exclude[2].match: missing field `match`",
            "rules[0].match.path: a glob of paths begins with a slash, as in /v1/customers/**",
            "rules[1].set: it sets nothing: scopes, level, owner or access",
            "rules[2].match: it names nothing, and would be for every operation; for these, give \"path\": \"/**\"",
            "rules[3].set.level: \"boss\" is none of agency, sub_account",
            "rules[4].set.scopes: access beside it says which are needed",
            "rules[5].set.scopes[0]: a scope is 1 to 128 visible ASCII characters without \" and \\",
            "rules[6].access: missing field `access`",
            "scopes.derive.read: a scope is 1 to 128 visible ASCII characters without \" and \\",
        ]
    );
    let one = serde_json::from_value::<Settings>(wrong).unwrap_err().to_string();
    assert!(told.iter().all(|each| one.contains(each.as_str())), "{one}");
}

#[test]
fn settings_are_written_as_they_are_read() {
    let settings = settings(json!({
        "exclude": ["GET /a", { "match": "b", "reason": "r" }],
        "scopes": { "derive": { "by": "path", "when": "always", "reads": ["POST /c"], "writes": [{ "tag": "T" }] } },
        "rules": [
            { "match": "/**", "set": { "owner": "none" } },
            { "match": { "method": ["GET", "PUT"] }, "set": { "level": "agency", "scopes": [] } },
            { "path": "/x", "method": "GET", "access": "public" },
        ],
    }));
    let text = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings, "{text}");
    let plain = serde_json::to_value(Settings::default()).unwrap();
    assert!(plain.get("exclude").is_none() && plain.get("scopes").is_none());
}

#[test]
fn a_rule_cannot_make_a_policy_of_any_length() {
    let scopes: Vec<String> = (0..300_000).map(|n| format!("s{n}")).collect();
    let compiled = compiled(json!({ "rules": [{ "match": "/v1/**", "set": { "scopes": scopes } }] }));
    assert_eq!(errors(&compiled), ["settings: rules[0].set: it sets more than 500000 scopes, owners and alternatives"]);
}
