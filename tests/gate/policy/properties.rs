//! Whatever the documents, the settings and the request: the verdict is that of a slow reference model, more scopes
//! never open less, and neither order nor the stored form changes anything.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tidegate::decision::{Decision, decide, locate};
use tidegate::openapi::{Document, Settings, compile};
use tidegate::policy::Policy;
use tidegate::record::{Level, Live};
use tidegate::request::{Body, Request};
use tidegate::rotation::Rotation;

use super::super::support::{NOW, at, integration_id, live_token, minted, owner, scopes, verified};
use super::model::{Operation, Sent, Way, allows};

const OWN: &str = "own";

fn settings() -> Value {
    json!({
        "schemes": {
            "Tenant": { "level": "sub_account", "private_integrations": true },
            "Agency": { "level": "agency", "private_integrations": true }
        },
        "owner_parameters": {
            "sub_account": [
                { "name": "locationId", "body": true }, { "name": "X-Loc" },
                { "name": "altId", "when": { "name": "altType", "is": "location" }, "body": true }
            ],
            "agency": [{ "name": "companyId" }]
        },
        "without_security": "authenticated"
    })
}

fn ways() -> impl Strategy<Value = Option<Vec<Way>>> {
    let way = (select(&[Level::SubAccount, Level::SubAccount, Level::Agency]), subsequence(&["a", "b", "c"], 0..3));
    prop::option::weighted(0.9, prop::collection::vec(way, 0..3))
}

fn operation() -> impl Strategy<Value = Operation> {
    let template = select(&[
        "/a",
        "/a/",
        "/a/{x}",
        "/{x}/b",
        "/a/b",
        "/l/{locationId}",
        "/l/{locationId}/b",
        "/l/{companyId}",
        "/l/{locationId}:run",
        "/l/F('{locationId}',{x})",
        "/l/{locationId}--{x}",
    ]);
    let query = subsequence(&["locationId", "altId", "altType", "companyId", "page"], 0..3);
    let body = subsequence(&["locationId", "altId", "altType", "name"], 0..3);
    (select(&["get", "post", "post", "post"]), template, ways(), query, any::<bool>(), body).prop_map(
        |(method, template, ways, query, header, body)| Operation { method, template, ways, query, header, body },
    )
}

/// Operations of which no two answer the same paths.
pub(super) fn operations() -> impl Strategy<Value = Vec<Operation>> {
    prop::collection::vec(operation(), 1..8).prop_map(|mut operations| {
        let shape = |operation: &Operation| (operation.method, operation.template.replace("companyId", "locationId"));
        operations.sort_by_key(shape);
        operations.dedup_by_key(|operation| shape(operation));
        operations
    })
}

fn pairs() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let pair = select(&[
        ("locationId", OWN),
        ("locationId", OWN),
        ("locationId", "other"),
        ("altId", OWN),
        ("altId", "other"),
        ("altType", "location"),
        ("altType", "Company"),
        ("companyId", OWN),
        ("companyId", "other"),
        ("page", "1"),
    ]);
    prop::collection::vec(pair, 0..3)
}

pub(super) fn sent() -> impl Strategy<Value = Sent> {
    let path = select(&[
        "/a",
        "/a/",
        "/a/b",
        "/a/c",
        "/c/b",
        "/l/own",
        "/l/other",
        "/l/own/b",
        "/l/other/b",
        "/z",
        "/l/own:run",
        "/l/other:run",
        "/l/F('own',1)",
        "/l/F('other',own)",
        "/l/own--x",
        "/l/own--x--y",
        "/l/own---x",
    ]);
    let header = select(&[None, None, Some(OWN), Some("other"), Some("own,other")]);
    (select(&["get", "post", "post", "post", "put"]), path, pairs(), header, prop::option::of(pairs()))
        .prop_map(|(method, path, query, header, body)| Sent { method, path, query, header, body })
}

/// One document an operation: they are put into any order, and one path item could not hold them all.
pub(super) fn documents(operations: &[Operation]) -> Vec<Document> {
    let documents = operations.iter().zip(0..).map(|(operation, n)| operation.document(n).to_string());
    documents.map(|text| Document::parse(&text).unwrap()).collect()
}

pub(super) fn policy(documents: &[Document]) -> Policy {
    let settings: Settings = serde_json::from_value(settings()).unwrap();
    let compiled = compile(documents, &settings);
    assert_eq!(compiled.report.errors, []);
    compiled.policy.unwrap()
}

pub(super) fn verdict(policy: &Policy, sent: &Sent, holder: Option<(Level, &[&str])>) -> bool {
    let tokens = || Rotation::Steady(live_token(1, 1));
    let record = holder.map(|(level, held)| {
        let (id, name, scopes) = (integration_id(1), "any".into(), scopes(&held.join(" ")));
        Live { id, rev: 1, owner: owner(level, OWN), name, scopes, tokens: tokens(), expires_at: None, paused: false }
            .into()
    });
    let query: Vec<_> = sent.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let target = if query.is_empty() { sent.path.to_owned() } else { format!("{}?{}", sent.path, query.join("&")) };
    let presented = holder.map(|_| verified(&minted(1, 1).0).unwrap());
    let mut request = Request::with_credential(&sent.method.to_uppercase(), &target, presented).unwrap();
    if let Some(value) = sent.header {
        request = request.with_header("x-loc", value);
    }
    if holder.is_some_and(|(level, _)| locate(policy, &request).owner_fields(level).body) {
        let text = sent.body.as_ref().map(|pairs| {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
            format!("{{{}}}", pairs.join(","))
        });
        let body = Body::parse(Some("application/json"), false, text.unwrap_or_default().as_bytes()).unwrap();
        request = request.with_body(body);
    }
    matches!(decide(&request, record.as_ref(), policy, at(NOW)), Decision::Allow(_))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn verdicts_are_those_of_the_reference_model(
        operations in operations(),
        requests in prop::collection::vec(sent(), 16),
        level in select(&[Level::Agency, Level::SubAccount, Level::SubAccount]),
        held in subsequence(&["a", "b", "c"], 0..=3),
        more in subsequence(&["a", "b", "c", "d"], 0..=4),
    ) {
        let policy = policy(&documents(&operations));
        let all: Vec<_> = held.iter().chain(&more).copied().collect();
        for sent in &requests {
            for holder in [None, Some((level, held.as_slice())), Some((level, all.as_slice()))] {
                let expected = allows(&operations, sent, holder, OWN);
                prop_assert_eq!(verdict(&policy, sent, holder), expected, "{:?} {:?}", sent, holder);
            }
            let fewer = verdict(&policy, sent, Some((level, &held)));
            prop_assert!(!fewer || verdict(&policy, sent, Some((level, &all))), "{:?}", sent);
        }
    }

    #[test]
    fn neither_order_nor_the_stored_form_changes_a_policy(operations in operations(), order in any::<prop::sample::Index>()) {
        let described = json!({ "openapi": "3.1.0", "components": { "securitySchemes": { "Tenant": { "flows": {
            "x": { "scopes": { "a": "What a opens", "b": "" } } } } } } });
        let mut all = documents(&operations);
        all.push(Document::parse(&described.to_string()).unwrap());
        let rule = |path: &str| json!({ "path": path, "method": "POST", "access": { "any_of": [
            { "level": "sub_account", "scopes": ["r"], "owner": [{ "name": "altId", "in": "body" }] }] } });
        let compile_with = |documents: &[Document], rules: Value| {
            let mut settings = settings();
            settings["rules"] = rules;
            let compiled = compile(documents, &serde_json::from_value(settings).unwrap());
            (compiled.policy.unwrap(), compiled.report)
        };
        let once = compile_with(&all, json!([rule("/r/{x}"), rule("/l/{x}")]));
        let kept: Vec<_> = all.iter().map(|document| Document::from_json(&document.to_json()).unwrap()).collect();
        prop_assert_eq!(&kept, &all);
        let by_extraction = compile_with(&kept, json!([rule("/r/{x}"), rule("/l/{x}")]));
        prop_assert_eq!(by_extraction.0.to_json(), once.0.to_json());
        prop_assert_eq!(&by_extraction.1, &once.1);
        let middle = order.index(all.len());
        all.rotate_left(middle);
        all[middle..].reverse();
        prop_assert_eq!(&compile_with(&all, json!([rule("/l/{x}"), rule("/r/{x}")])), &once);
        prop_assert_eq!(Policy::from_json(&once.0.to_json()), Ok(once.0.clone()));
        let text = once.0.to_json();
        prop_assert!(text.contains("What a opens") && text.contains(r#""in":"body""#));
        let later = once.0.clone().with_rev(7);
        prop_assert_eq!(Policy::from_json(&later.to_json()).unwrap().catalogue(), once.0.catalogue());
    }
}

/// The model would agree with a gate that denies everything, if nothing that is generated were ever granted.
#[test]
fn what_is_generated_is_granted_often_enough() {
    let mut runner = TestRunner::deterministic();
    let (mut granted, mut by_body) = (0, 0);
    for _ in 0..4000 {
        let (operations, sent) = (operations(), sent()).new_tree(&mut runner).unwrap().current();
        if allows(&operations, &sent, Some((Level::SubAccount, &["a", "b", "c"])), OWN) {
            granted += 1;
            let without = Sent { body: None, ..sent.clone() };
            by_body += u32::from(!allows(&operations, &without, Some((Level::SubAccount, &["a", "b", "c"])), OWN));
        }
    }
    println!("{granted} of 4000 granted, {by_body} of them for what their body says");
    assert!(granted > 100 && by_body > 2);
}
