//! `decisions.json`: a policy, records and a moment; requests to verdicts.
//!
//! A case may have a `body`: send its text, in UTF-8, followed by spaces until it has `pad_to` bytes where the case
//! says so, and `content_type` as the `Content-Type` header field (`null`: without that field). A case without `body`
//! is sent without one. Where it is allowed the origin must receive the body byte for byte.

use serde_json::{Map, Value, json};
use tidegate::decision::{Denial, Grant};
use tidegate::forward::{Arrival, RemovedFields, plan};
use tidegate::reply::{Realm, answer};
use tidegate::request::MAX_BODY_BYTES;

use super::super::support::token_keys;
use super::super::world::World;
use super::body_cases::{BODY_CASES, BodyCase, COLON_BODY_CASES, TOO_LONG};
use super::decision_cases::{CASES, Case};

fn authorization(world: &World, token: &str) -> Option<String> {
    match token {
        "" => None,
        raw if raw.starts_with('=') => Some(raw[1..].to_owned()),
        name => Some(world.tokens[name].clone()),
    }
}

fn allowed(grant: &Grant, authorization: Option<&str>) -> Value {
    let arrival = Arrival { scheme: "https", host: "gate.example", removed: &RemovedFields::default() };
    let plan = plan(grant, arrival, authorization.map(|_| "authorization"), |_| None);
    let fields = |fields: &[(&'static str, String)]| -> Map<String, Value> {
        let ours = fields.iter().filter(|(name, _)| !name.starts_with("X-Forwarded-"));
        ours.map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect()
    };
    let mut to_origin = fields(&plan.set);
    if let Some(authorization) = authorization.filter(|_| !plan.remove.contains(&"authorization".to_owned())) {
        to_origin.insert("Authorization".to_owned(), authorization.into());
    }
    json!({ "status": 200, "code": "allowed", "target": plan.target, "to_origin": to_origin, "to_client": fields(&plan.respond) })
}

fn denied(denial: &Denial) -> Value {
    let reply = answer(denial, &Realm::default());
    let headers: Map<String, Value> =
        reply.headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    json!({ "status": reply.status, "code": denial.code().as_str(), "headers": headers })
}

fn vector(world: &World, (what, method, target, token, headers, expected): &Case) -> Value {
    let authorization = authorization(world, token);
    let outcome = world.judge(method, target, authorization.as_deref(), headers);
    let expect = outcome.as_ref().map_or_else(denied, |grant| allowed(grant, authorization.as_deref()));
    assert_eq!(expect["code"], *expected, "{what}: {method} {target}: {outcome:?}");
    let headers: Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    json!({
        "what": what, "method": method, "target": target, "token": token.trim_start_matches('='),
        "authorization": authorization, "headers": headers, "expect": expect
    })
}

/// A body of one byte more than is read.
const PAD_TO: usize = MAX_BODY_BYTES + 1;

fn body_vector(world: &World, token: &str, case: &BodyCase) -> Value {
    let (what, method, target, content_type, body, expected) = case;
    let authorization = &world.tokens[token];
    let pad_to = (*what == TOO_LONG).then_some(PAD_TO);
    let padding = " ".repeat(pad_to.map_or(0, |length| length - body.len()));
    let content_type = (!content_type.is_empty()).then_some(*content_type);
    let headers: Vec<_> = content_type.map(|content_type| ("Content-Type", content_type)).into_iter().collect();
    let outcome =
        world.judge_with_body(method, target, Some(authorization), &headers, format!("{body}{padding}").as_bytes());
    let expect = outcome.as_ref().map_or_else(denied, |grant| allowed(grant, Some(authorization)));
    assert_eq!(expect["code"], *expected, "{what}: {method} {target} {body}: {outcome:?}");
    let mut vector = json!({
        "what": what, "method": method, "target": target, "token": token, "authorization": authorization,
        "headers": {}, "content_type": content_type, "body": body, "expect": expect
    });
    if let Some(pad_to) = pad_to {
        vector["pad_to"] = pad_to.into();
    }
    vector
}

#[test]
fn vectors_decisions() {
    let world = World::new();
    let policy: Value = serde_json::from_str(&world.policy.to_json()).unwrap();
    let records: Map<String, Value> = world
        .records
        .iter()
        .map(|(id, record)| (id.to_string(), serde_json::from_str(&record.to_json()).unwrap()))
        .collect();
    let cases = CASES.iter().map(|case| vector(&world, case));
    let with_bodies = BODY_CASES.iter().map(|case| body_vector(&world, "tenant", case));
    let with_bodies = with_bodies.chain(COLON_BODY_CASES.iter().map(|case| body_vector(&world, "colon", case)));
    let vectors = json!({
        "about": "Test-only keys. Put policy under the KV key policy and each record under i:<id>, set the clock to now, \
                  send the request. An allowed one reaches the origin with exactly target and, of Authorization and the \
                  x-tidegate-* fields, to_origin; the client's response carries to_client. headers are what the reply must have. \
                  Where a case has a body, send that text, padded with spaces to pad_to bytes if there is pad_to, \
                  with Content-Type: content_type (none where it is null); allowed, it reaches the origin unchanged.",
        "token_keys": token_keys(),
        "prefix": "pit",
        "realm": "api",
        "now": world.now,
        "policy": policy,
        "records": records,
        "tokens": world.tokens,
        "cases": cases.chain(with_bodies).collect::<Vec<_>>(),
    });
    super::compare("decisions.json", &vectors);
}

#[test]
fn every_denial_of_a_verdict_has_a_case() {
    for code in [
        "allowed",
        "ambiguous_request",
        "no_credential",
        "malformed_token",
        "forged_token",
        "admin_credential",
        "unknown_token",
        "deleted_integration",
        "dead_token",
        "paused_integration",
        "expired_integration",
        "unknown_operation",
        "method_not_allowed",
        "not_for_integrations",
        "wrong_level",
        "wrong_owner",
        "ambiguous_owner",
        "ambiguous_operation",
        "owner_not_checked",
        "missing_owner",
        "missing_scopes",
    ] {
        let mut codes = CASES.iter().map(|case| case.5).chain(BODY_CASES.iter().map(|case| case.5));
        assert!(codes.any(|known| known == code), "{code}");
    }
}
