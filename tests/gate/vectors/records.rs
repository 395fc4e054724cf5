//! `records.json`: texts that KV may hold, to what the gate reads in them.

use serde_json::{Value, json};
use tidegate::core::record::{Corrupt, MAX_BYTES, Record};
use tidegate::core::rotation::Rotation;

use super::super::support::{NOW, hash_text, integration_id, live_token};

/// A whole live record, to be damaged.
fn whole() -> Value {
    json!({
        "v": 1, "rev": 7, "id": integration_id(1),
        "owner": { "level": "sub_account", "id": "ve9EPM428h8vShlRW1KT" },
        "name": "Zapier sync",
        "scopes": ["contacts.readonly", "contacts.write"],
        "tokens": [{ "n": 2, "hash": hash(2) }, { "n": 1, "hash": hash(1), "not_after": NOW }]
    })
}

fn hash(n: u8) -> String {
    hash_text(live_token(1, n).hash)
}

fn with(pointer: &str, value: Value) -> String {
    let mut record = whole();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = record.pointer_mut(parent).unwrap();
    parent.as_object_mut().unwrap().insert(name.to_owned(), value);
    record.to_string()
}

fn without(name: &str) -> String {
    let mut record = whole();
    record.as_object_mut().unwrap().remove(name).unwrap();
    record.to_string()
}

fn tokens(tokens: Value) -> String {
    with("/tokens", tokens)
}

fn tombstone(gone: Value) -> String {
    json!({ "v": 1, "rev": 9, "id": integration_id(1), "gone": gone }).to_string()
}

/// A whole record with white space behind it, up to this many bytes.
fn padded(length: usize) -> String {
    let text = whole().to_string();
    let padding = " ".repeat(length - text.len());
    text + &padding
}

fn good_cases() -> Vec<(&'static str, String, &'static str)> {
    vec![
        ("two tokens", whole().to_string(), "live"),
        ("one token", tokens(json!([{ "n": 1, "hash": hash(1) }])), "live"),
        ("no scopes", with("/scopes", json!([])), "live"),
        ("an agency's", with("/owner", json!({ "level": "agency", "id": "a" })), "live"),
        ("a name in any script", with("/name", json!("Übersee \u{1f30a} 港")), "live"),
        ("a tombstone", tombstone(json!(true)), "gone"),
        ("white space around it", format!(" \n{}\t", whole()), "live"),
    ]
}

fn corrupt_cases() -> Vec<(&'static str, String, &'static str)> {
    let (first, second) = (json!({ "n": 1, "hash": hash(1) }), json!({ "n": 2, "hash": hash(2) }));
    let outgoing = json!({ "n": 1, "hash": hash(1), "not_after": NOW });
    vec![
        ("a byte too long", padded(MAX_BYTES + 1), "too_long"),
        ("empty", String::new(), "malformed"),
        ("not JSON", "<html>".to_owned(), "malformed"),
        ("null", "null".to_owned(), "malformed"),
        ("an empty object", "{}".to_owned(), "malformed"),
        ("an array", "[1]".to_owned(), "malformed"),
        ("cut off", whole().to_string()[..90].to_owned(), "malformed"),
        ("text behind it", format!("{}x", whole()), "malformed"),
        ("two records", format!("{}{}", whole(), whole()), "malformed"),
        ("a version to come", with("/v", json!(2)), "version"),
        ("version 0", with("/v", json!(0)), "version"),
        ("a version to come, of unknown form", json!({ "v": 3, "x": 1 }).to_string(), "version"),
        ("a version that is a text", with("/v", json!("1")), "malformed"),
        ("no version", without("v"), "malformed"),
        ("a field twice", whole().to_string().replacen("{", "{\"rev\":7,", 1), "malformed"),
        ("an unknown field", with("/admin", json!(true)), "malformed"),
        ("no rev", without("rev"), "malformed"),
        ("a negative rev", with("/rev", json!(-1)), "malformed"),
        ("no owner", without("owner"), "malformed"),
        ("an unknown level", with("/owner/level", json!("root")), "malformed"),
        ("an owner's id with a slash", with("/owner/id", json!("a/b")), "malformed"),
        ("an empty owner's id", with("/owner/id", json!("")), "malformed"),
        ("no scopes at all", without("scopes"), "malformed"),
        ("scopes in one text", with("/scopes", json!("contacts.readonly")), "malformed"),
        ("a scope with a space", with("/scopes", json!(["a b"])), "malformed"),
        ("no tokens at all", without("tokens"), "malformed"),
        ("no token", tokens(json!([])), "tokens"),
        ("three tokens", tokens(json!([second, outgoing, outgoing])), "tokens"),
        ("two without a deadline", tokens(json!([second, first])), "tokens"),
        ("the only one with a deadline", tokens(json!([outgoing])), "tokens"),
        ("both with a deadline", tokens(json!([{ "n": 2, "hash": hash(2), "not_after": NOW }, outgoing])), "tokens"),
        ("the outgoing one first", tokens(json!([outgoing, second])), "tokens"),
        ("two of one number", tokens(json!([first, outgoing])), "tokens"),
        ("a short hash", tokens(json!([{ "n": 1, "hash": &hash(1)[2..] }])), "malformed"),
        ("an upper-case hash", tokens(json!([{ "n": 1, "hash": hash(1).to_uppercase() }])), "malformed"),
        ("a negative deadline", tokens(json!([second, { "n": 1, "hash": hash(1), "not_after": -1 }])), "malformed"),
        (
            "a deadline that is a text",
            tokens(json!([second, { "n": 1, "hash": hash(1), "not_after": "x" }])),
            "malformed",
        ),
        ("another integration's", with("/id", json!(integration_id(2))), "wrong_id"),
        ("an id that is none", with("/id", json!("x")), "malformed"),
        ("a tombstone that is none", tombstone(json!(false)), "malformed"),
        ("a tombstone with a word", tombstone(json!("true")), "malformed"),
        ("gone and alive", with("/gone", json!(true)), "malformed"),
        (
            "another integration's tombstone",
            tombstone(json!(true)).replace(&integration_id(1).to_string(), &integration_id(2).to_string()),
            "wrong_id",
        ),
    ]
}

fn outcome(text: &str) -> (&'static str, Value) {
    match Record::from_json(&integration_id(1), text) {
        Ok(record @ Record::Live(_)) => ("live", summary(&record)),
        Ok(record @ Record::Gone { .. }) => ("gone", summary(&record)),
        Err(Corrupt::TooLong) => ("too_long", Value::Null),
        Err(Corrupt::Malformed { .. }) => ("malformed", Value::Null),
        Err(Corrupt::Version(_)) => ("version", Value::Null),
        Err(Corrupt::WrongId) => ("wrong_id", Value::Null),
        Err(Corrupt::Tokens) => ("tokens", Value::Null),
    }
}

fn summary(record: &Record) -> Value {
    let Record::Live(live) = record else { return json!({ "rev": record.rev() }) };
    let outgoing = match &live.tokens {
        Rotation::Steady(_) => Value::Null,
        Rotation::Rotating { outgoing, until, .. } => json!({ "n": outgoing.n, "until": until.seconds() }),
    };
    json!({
        "rev": live.rev, "owner": live.owner, "name": live.name, "scopes": live.scopes,
        "current": live.tokens.current().n, "outgoing": outgoing
    })
}

#[test]
fn vectors_records() {
    let cases = good_cases().into_iter().chain(corrupt_cases()).map(|(what, text, expected)| {
        let (outcome, summary) = outcome(&text);
        assert_eq!(outcome, expected, "{what}: {text}");
        json!({ "what": what, "text": text, "outcome": outcome, "record": summary })
    });
    let vectors = json!({
        "about": "Texts under the KV key i:<id>. All but live and gone are a fault of the store: 503, never a verdict.",
        "id": integration_id(1),
        "cases": cases.collect::<Vec<_>>(),
    });
    super::compare("records.json", &vectors);
}

#[test]
fn the_longest_record_is_read() {
    assert!(Record::from_json(&integration_id(1), &padded(MAX_BYTES)).is_ok());
}

#[test]
fn records_survive_their_json() {
    for (what, text, _) in good_cases() {
        let record = Record::from_json(&integration_id(1), &text).unwrap();
        assert_eq!(Record::from_json(record.id(), &record.to_json()), Ok(record), "{what}");
    }
}

#[test]
fn a_corrupt_record_does_not_print_its_content() {
    let error = Record::from_json(&integration_id(1), &with("/owner/level", json!("sesame"))).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("sesame"));
}
