//! What each change does to an integration, and how the admin API shows it.

use serde_json::{Value, json};
use tidegate::admin::{
    AdminError, Beside, Change, Command, Integration, IntegrationCommand, Rotate, TokenFacts, TokenRules, UseFacts,
    check_scopes, history,
};
use tidegate::openapi::{Document, compile};
use tidegate::record::Record;
use tidegate::rotation::{Conflict, Rotation, Window};
use tidegate::scope::ScopeSet;
use tidegate::token::Authentic;

use super::super::support::{NOW, at, integration_id, live_token, minted, scopes};
use super::super::world::{World, settings};
use super::{ID, send};

fn created() -> Integration {
    let body = r#"{"name":"Sync","description":"d","owner":{"level":"sub_account","id":"a"},"scopes":["a","b"]}"#;
    let Ok(Command::Integration(IntegrationCommand::Create(new))) = send("POST", "/integrations", body) else {
        panic!("no creation")
    };
    Integration::create(new, integration_id(1), minted(1, 1).1, at(NOW))
}

fn edit(body: &str) -> Change {
    let Ok(Command::Integration(IntegrationCommand::Edit { edit, .. })) =
        send("PATCH", &format!("/integrations/{ID}"), body)
    else {
        panic!("{body}")
    };
    Change::Edit(edit)
}

fn rotate_now(n: u8) -> Change {
    Change::Rotate(Rotate::Now.into(), minted(1, n).1)
}

fn rotate_later(n: u8) -> Change {
    Change::Rotate(Rotate::Later(Window::SHORTEST).into(), minted(1, n).1)
}

fn apply(integration: Integration, change: Change, now: u64) -> Integration {
    integration.apply(change, at(now)).unwrap().0
}

#[test]
fn an_integration_starts_with_its_first_token() {
    let made = created();
    assert_eq!((made.rev, made.last_n, made.tokens), (1, 1, Rotation::Steady(live_token(1, 1))));
    assert_eq!((made.created_at, made.updated_at), (at(NOW), at(NOW)));
}

#[test]
fn an_edit_keeps_the_tokens_and_what_is_left_out() {
    let before = apply(created(), rotate_later(2), NOW);
    let (after, detail) = before.clone().apply(edit(r#"{"scopes":["b","c"]}"#), at(NOW + 5)).unwrap();
    let expected = Integration { rev: 3, scopes: scopes("b c"), updated_at: at(NOW + 5), ..before };
    assert_eq!(after, expected);
    assert_eq!(detail["scopes"], json!({ "added": ["c"], "removed": ["a"] }));
    let renamed = apply(after.clone(), edit(r#"{"name":"New"}"#), NOW + 6);
    assert_eq!((renamed.name.as_str(), &renamed.scopes, &renamed.tokens), ("New", &after.scopes, &after.tokens));
    let described = apply(after, edit(r#"{"description":"new"}"#), NOW + 6);
    assert_eq!((described.name.as_str(), described.description.as_str()), ("Sync", "new"));
}

#[test]
fn an_edit_to_what_is_there_already_changes_nothing() {
    let integration = created();
    for body in [
        r#"{"name":"Sync"}"#,
        r#"{"description":"d"}"#,
        r#"{"scopes":["b","a"]}"#,
        r#"{"name":"Sync","scopes":["a","b"]}"#,
    ] {
        assert!(integration.is_unchanged_by(&edit(body)), "{body}");
    }
    for change in [edit(r#"{"name":"sync"}"#), edit(r#"{"name":"Sync","scopes":["a"]}"#), edit(r#"{"description":""}"#)]
    {
        assert!(!integration.is_unchanged_by(&change), "{change:?}");
    }
    for change in [rotate_now(2), rotate_later(2), Change::CancelRotation, Change::FinishRotation { leaked: false }] {
        assert!(!integration.is_unchanged_by(&change), "{change:?}");
    }
}

#[test]
fn rotations_follow_the_table() {
    let rotating = apply(created(), rotate_later(2), NOW);
    let two = Rotation::Rotating { outgoing: live_token(1, 1), until: at(NOW + 60), incoming: live_token(1, 2) };
    assert_eq!((rotating.rev, rotating.last_n, &rotating.tokens), (2, 2, &two));
    for (change, tokens) in [
        (Change::CancelRotation, live_token(1, 1)),
        (Change::FinishRotation { leaked: false }, live_token(1, 2)),
        (rotate_now(3), live_token(1, 3)),
    ] {
        let after = apply(rotating.clone(), change.clone(), NOW + 59);
        assert_eq!((after.rev, after.tokens), (3, Rotation::Steady(tokens)), "{change:?}");
    }
}

#[test]
fn conflicts_are_refused() {
    let rotating = apply(created(), rotate_later(2), NOW);
    for (integration, change, now, conflict) in [
        (created(), Change::CancelRotation, NOW, Conflict::Completed),
        (created(), Change::FinishRotation { leaked: false }, NOW, Conflict::Completed),
        (rotating.clone(), rotate_later(3), NOW + 59, Conflict::UnderWay),
        (rotating.clone(), Change::CancelRotation, NOW + 60, Conflict::Completed),
        (rotating, Change::FinishRotation { leaked: false }, NOW + 60, Conflict::Completed),
    ] {
        let refused = integration.apply(change.clone(), at(now)).unwrap_err();
        assert_eq!(refused, AdminError::Conflict(conflict), "{change:?}");
    }
}

#[test]
fn scopes_are_the_catalogues_and_not_too_many() {
    let catalogue = World::new().policy.catalogue();
    let check = |scopes: &ScopeSet| check_scopes(scopes, &catalogue.unknown(scopes));
    assert_eq!(check(&scopes("contacts.readonly export.all")), Ok(()));
    let Err(AdminError::Invalid { field, message }) = check(&scopes("contacts.readonly a.b")) else {
        panic!("an unknown scope is accepted")
    };
    assert_eq!(field, "scopes");
    assert!(message.contains("a.b") && !message.contains("contacts.readonly"), "{message}");
}

#[test]
fn two_hundred_scopes_are_the_most() {
    let all: Vec<_> = (0..201).map(|number| format!("s{number}")).collect();
    let document = json!({ "openapi": "3.0.0", "paths": { "/a": { "get": { "security": [{ "Tenant": all }] } } } });
    let compiled = compile(&[Document::parse(&document.to_string()).unwrap()], &settings());
    let catalogue = compiled.policy.unwrap().catalogue();
    let check = |scopes: &ScopeSet| check_scopes(scopes, &catalogue.unknown(scopes));
    assert_eq!(check(&scopes(&all[1..].join(" "))), Ok(()));
    assert!(check(&scopes(&all.join(" "))).is_err());
}

#[test]
fn a_tokens_number_is_never_used_again() {
    let cancelled = apply(apply(created(), rotate_later(2), NOW), Change::CancelRotation, NOW);
    let again = apply(cancelled, rotate_later(3), NOW);
    assert_eq!((again.tokens.current().n, again.last_n), (3, 3));
}

#[test]
fn a_full_counter_is_an_error_and_no_overflow() {
    let full_rev = Integration { rev: u64::MAX, ..created() };
    assert!(matches!(full_rev.apply(rotate_now(2), at(NOW)), Err(AdminError::Registry(_))));
    let full_n = Integration { last_n: u32::MAX, ..created() };
    assert!(matches!(full_n.apply(rotate_now(2), at(NOW)), Err(AdminError::Registry(_))));
}

#[test]
fn what_kv_keeps_is_read_back_the_same() {
    for integration in [created(), apply(created(), rotate_later(2), NOW)] {
        let record = integration.record();
        let text = Authentic::from_registry(record.to_json());
        assert_eq!(Record::from_json(&integration.id, &text), Ok(record));
    }
}

#[test]
fn an_audit_detail_tells_what_changed() {
    let detail = |integration: &Integration, change, now| integration.clone().apply(change, at(now)).unwrap().1;
    let steady = created();
    assert_eq!(
        detail(&steady, edit(r#"{"scopes":["b","c"],"name":"New","description":"why"}"#), NOW),
        json!({
            "scopes": { "added": ["c"], "removed": ["a"] },
            "name": { "from": "Sync", "to": "New" },
            "description": { "from": steady.description, "to": "why" },
            "expires_at": { "from": null, "to": null },
        })
    );
    let later = json!({
        "expire": "later", "n": 2, "ended": [], "outgoing": 1, "window_seconds": 60, "expires_at": "2026-01-15T08:01:00Z",
    });
    assert_eq!(detail(&steady, rotate_later(2), NOW), later);
    assert_eq!(detail(&steady, rotate_now(2), NOW), json!({ "expire": "now", "n": 2, "ended": [1] }));

    let rotating = apply(steady.clone(), rotate_later(2), NOW);
    assert_eq!(detail(&rotating, Change::CancelRotation, NOW + 1), json!({ "n": 1, "ended": [2] }));
    assert_eq!(detail(&rotating, Change::FinishRotation { leaked: false }, NOW + 1), json!({ "n": 2, "ended": [1] }));
    assert_eq!(detail(&rotating, rotate_now(3), NOW + 59), json!({ "expire": "now", "n": 3, "ended": [2, 1] }));
    // The first token had died of its deadline, not of this change.
    assert_eq!(detail(&rotating, rotate_now(3), NOW + 60), json!({ "expire": "now", "n": 3, "ended": [2] }));

    assert_eq!(history::created(&steady)["n"], 1);
    assert_eq!(history::created(&steady)["description"], json!(steady.description));
    assert_eq!(history::deleted(&rotating, at(NOW + 59))["ended"], json!([2, 1]));
    assert_eq!(history::deleted(&rotating, at(NOW + 60))["ended"], json!([2]));
}

#[test]
fn an_audit_detail_holds_no_hash() {
    let hash: String = minted(1, 2).1.into();
    for change in [rotate_now(2), rotate_later(2)] {
        let (_, detail) = created().apply(change, at(NOW)).unwrap();
        assert!(!detail.to_string().contains(&hash) && detail["n"] == 2, "{detail}");
    }
}

fn view(integration: &Integration, now: u64) -> Value {
    let token = |n: u32| TokenFacts {
        created_at: at(NOW + u64::from(n)),
        last_four: Some(format!("xyz{n}")),
        first_used_at: None,
        when_quiet: false,
    };
    let used = UseFacts::default();
    let beside = Beside { published: true, token: &token, rules: &TokenRules::default(), undo: None, used: &used };
    serde_json::to_value(integration.view(&beside, at(now))).unwrap()
}

#[test]
fn a_view_shows_both_tokens_until_the_second() {
    let rotating = apply(created(), rotate_later(2), NOW);
    let during = view(&rotating, NOW + 59);
    assert_eq!(during["state"], "rotating");
    assert_eq!(
        during["tokens"],
        json!([
            { "n": 2, "use": "current", "created_at": "2026-01-15T08:00:02Z", "last_four": "xyz2" },
            {
                "n": 1, "use": "outgoing", "created_at": "2026-01-15T08:00:01Z", "last_four": "xyz1",
                "expires_at": "2026-01-15T08:01:00Z",
            }
        ])
    );
    let after = view(&rotating, NOW + 60);
    assert_eq!((&after["state"], after["tokens"].as_array().unwrap().len()), (&json!("steady"), 1));
}

#[test]
fn a_view_holds_no_hash() {
    let rotating = apply(created(), rotate_later(2), NOW);
    for n in [1, 2] {
        let hash: String = minted(1, n).1.into();
        assert!(!view(&rotating, NOW).to_string().contains(&hash));
    }
}
