//! Questions about use: the registry's permission, the stores that are asked, and those that do not answer.

use tidegate::usage::{Forget, Grouping, Store, UsageQuery, UsageRange};

use super::*;
use crate::support::at;

fn range() -> UsageRange {
    UsageRange::new(None, None, Grouping::Operation, at(NOW)).unwrap()
}

/// The registry's permission to ask about these.
fn permission(integrations: Option<&[u8]>) -> Reading {
    let integrations = integrations.map(|ids| ids.iter().copied().map(integration_id).collect());
    let query = UsageQuery { integrations, range: range() };
    Reading::Response { status: 200, body: serde_json::to_vec(&query).unwrap() }
}

/// The step after the registry's word on a question.
fn permitted(method: &str, path: &str, word: Reading) -> (World, Step) {
    let (mut world, bearer) = (world(settings()), bearer());
    let url = format!("{API}{path}");
    let (waiting, sent) = call(world.ask(Asked { authorization: Some(&bearer), method, ..get(&url, &[]) }));
    assert_eq!((sent.service, sent.limit), (Service::Registry, 512 * 1024));
    let step = world.resume(waiting, vec![word]);
    (world, step)
}

/// What waits, the names of the stores that are asked, and at which address.
fn asked(step: Step) -> (Waiting, Vec<String>, String) {
    let Step::Needs(waiting, reads) = step else { panic!("{step:?}") };
    let read = |read: Read| match read {
        Read::Usage { store, url, timeout_ms: 5_000, .. } => (store, url),
        other => panic!("{other:?}"),
    };
    let (stores, mut urls): (Vec<_>, Vec<_>) = reads.into_iter().map(read).unzip();
    urls.dedup();
    assert_eq!(urls.len(), 1);
    (waiting, stores, urls.remove(0))
}

fn path_of(id: u8) -> String {
    format!("/integrations/{}/usage", integration_id(id).as_str())
}

/// A store's answer with these operations' requests.
fn counts(groups: &[(&str, u64)]) -> Reading {
    let group = |(operation, requests): &(&str, u64)| json!({ "operation": operation, "requests": requests, "outcomes": [], "answers": [] });
    let groups: Vec<_> = groups.iter().map(group).collect();
    let answer =
        json!({ "range": range(), "total": groups.len(), "groups": groups, "silent": 0, "completeness": null });
    Reading::Response { status: 200, body: answer.to_string().into_bytes() }
}

#[test]
fn stores_that_do_not_answer_are_told_and_the_others_are_added_up() {
    let (mut world, step) = permitted("GET", "/usage", permission(None));
    let (waiting, stores, url) = asked(step);
    assert_eq!((stores.len(), url.as_str()), (64, "https://usage/overall"));
    let mut readings = vec![counts(&[]); 64];
    readings[0] = counts(&[("GET /a", 3), ("GET /b", 10)]);
    readings[7] = counts(&[("GET /a", 4)]);
    readings[9] = Reading::TooSlow;
    readings[10] = Reading::Response { status: 500, body: Vec::new() };
    readings[63] = Reading::Response { status: 200, body: b"{}".to_vec() };
    let Step::Answer(Answer { status: 200, body: Some(body), .. }) = world.resume(waiting, readings) else { panic!() };
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&told["silent"], &told["total"]), (&json!(3), &json!(2)));
    let groups: Vec<_> = told["groups"].as_array().unwrap().iter().collect();
    let groups: Vec<_> = groups.iter().map(|group| (&group["operation"], &group["requests"])).collect();
    assert_eq!(groups, [(&json!("GET /b"), &json!(10)), (&json!("GET /a"), &json!(7))]);
}

#[test]
fn only_stores_that_have_somebody_are_asked_and_without_any_answer_there_are_no_counts() {
    let (mut world, step) = permitted("GET", "/usage", permission(Some(&[1, 2, 1])));
    let (waiting, stores, _) = asked(step);
    let mut expected = [1, 2].map(|id| Store::of(&integration_id(id)).name());
    expected.sort();
    assert_eq!(stores, expected);
    let step = world.resume(waiting, vec![Reading::TooSlow, Reading::Nothing]);
    assert_eq!(refusal(step), (503, "usage-unavailable".to_owned()));
    let (_, step) = permitted("GET", "/usage", permission(Some(&[])));
    let Step::Answer(Answer { status: 200, body: Some(body), .. }) = step else { panic!("{step:?}") };
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&told["silent"], &told["groups"]), (&json!(0), &json!([])));
}

#[test]
fn one_store_is_asked_for_one_integration_and_its_silence_is_503() {
    let store = Store::of(&integration_id(1)).name();
    let forget = serde_json::to_vec(&Forget { integration: integration_id(1) }).unwrap();
    let forget = Reading::Response { status: 200, body: forget };
    for (method, permission, url, status) in [
        ("GET", permission(Some(&[1])), "https://usage/integration", 200),
        ("DELETE", forget, "https://usage/forget", 204),
    ] {
        let said = |reading: Reading| {
            let (mut world, step) = permitted(method, &path_of(1), permission.clone());
            let (waiting, stores, asked_url) = asked(step);
            assert_eq!((stores, asked_url.as_str()), (vec![store.clone()], url));
            world.resume(waiting, vec![reading])
        };
        let step = said(Reading::Response { status: 200, body: b"{\"x\":1}".to_vec() });
        let Step::Answer(answer) = step else { panic!("{step:?}") };
        assert_eq!((answer.status, answer.body.as_deref()), (status, Some("{\"x\":1}").filter(|_| status == 200)));
        for silence in [Reading::TooSlow, Reading::Nothing, Reading::Response { status: 500, body: Vec::new() }] {
            assert_eq!(refusal(said(silence)), (503, "usage-unavailable".to_owned()));
        }
    }
    for of_others in [None, Some(&[][..]), Some(&[1, 2][..])] {
        let (_, step) = permitted("GET", &path_of(1), permission(of_others));
        assert_eq!(refusal(step), (503, "registry-unavailable".to_owned()));
    }
}

#[test]
fn a_question_that_the_registry_does_not_permit_asks_no_store() {
    let problem = |status, kind: &str| {
        let body = json!({ "type": format!("urn:tidegate:problem:{kind}") }).to_string().into_bytes();
        Reading::Response { status, body }
    };
    for (method, path) in [("GET", "/usage".to_owned()), ("GET", path_of(1)), ("DELETE", path_of(1))] {
        for (word, status, kind) in [
            (problem(401, "x"), 401, "not-signed-in"),
            (problem(403, "forbidden"), 403, "forbidden"),
            (problem(404, "no-such-integration"), 404, "no-such-integration"),
            (Reading::Response { status: 200, body: b"{}".to_vec() }, 503, "registry-unavailable"),
            (Reading::TooSlow, 503, "registry-unavailable"),
            (Reading::Nothing, 503, "misconfigured"),
        ] {
            let (_, step) = permitted(method, &path, word);
            assert_eq!(has_field(&step, "WWW-Authenticate"), status == 401, "{method} {path}");
            assert_eq!(refusal(step), (status, kind.to_owned()), "{method} {path}");
        }
    }
}
