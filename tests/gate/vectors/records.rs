//! `records.json`: texts that KV may hold, to what the gate reads in them.

use serde_json::{Value, json};
use tidegate::record::{Corrupt, MAX_BYTES, Record};
use tidegate::rotation::Rotation;
use tidegate::token::{Authentic, NotAuthentic, SignedValue, StoreKeys};

use super::super::support::{NOW, hash_text, integration_id, key, keys, live_token, token_keys};

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

/// A record of version 2 with these fields.
fn version_2(fields: &[(&str, Value)]) -> String {
    let mut record = whole();
    record["v"] = 2.into();
    for (name, value) in fields {
        record[*name] = value.clone();
    }
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
        ("version 2 with an end", version_2(&[("expires_at", json!(NOW + 1))]), "live"),
        ("version 2, paused", version_2(&[("paused", json!(true))]), "live"),
        ("version 2 with both", version_2(&[("expires_at", json!(NOW)), ("paused", json!(true))]), "live"),
        ("version 2 with neither", version_2(&[]), "live"),
        ("version 2, not paused", version_2(&[("paused", json!(false))]), "live"),
        ("a tombstone of version 2", tombstone(json!(true)).replace("\"v\":1", "\"v\":2"), "gone"),
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
        ("a version to come", with("/v", json!(3)), "version"),
        ("an end in version 1", with("/expires_at", json!(NOW)), "field"),
        ("a pause in version 1", with("/paused", json!(false)), "field"),
        ("an end that is null", version_2(&[("expires_at", Value::Null)]), "malformed"),
        ("a pause that is a word", version_2(&[("paused", json!("true"))]), "malformed"),
        ("addresses, which nothing enforces", version_2(&[("ip", json!({ "allow": ["192.0.2.0/24"] }))]), "malformed"),
        ("limits, which nothing enforces", version_2(&[("limits", json!({ "daily": 1 }))]), "malformed"),
        ("a kind, which nothing enforces", version_2(&[("kind", json!("legacy"))]), "malformed"),
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
        ("a deadline that is null", tokens(json!([{ "n": 1, "hash": hash(1), "not_after": null }])), "malformed"),
        ("an owner that is a list", with("/owner", json!(["agency", "a"])), "malformed"),
        ("a token that is a list", tokens(json!([[1, hash(1)]])), "malformed"),
        ("a version beyond all", with("/v", json!(1_u64 << 32)), "malformed"),
        ("a version that is a fraction", with("/v", json!(1.0)), "malformed"),
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

/// What stands under the key: the text signed by the first key of the corpus, as it is where no text could be signed.
fn signed(text: &str) -> String {
    store_keys(&token_keys())
        .sign(&Record::key(&integration_id(1)), text)
        .map_or_else(|| text.to_owned(), SignedValue::into_string)
}

fn store_keys(text: &str) -> StoreKeys {
    keys(text).store().clone()
}

/// Texts that no key of ours signed for this key of KV, or only seem to be.
fn mac_cases() -> Vec<(&'static str, String, &'static str)> {
    let (text, id) = (whole().to_string(), Record::key(&integration_id(1)));
    let stored = signed(&text);
    let by = |keys: &str, key: &str| store_keys(keys).sign(key, &text).unwrap().into_string();
    let other = by(&token_keys(), &Record::key(&integration_id(2)));
    let mac_of_other = other.rsplit_once(",\"mac\"").unwrap().1;
    vec![
        ("signed by the retired key", by(&key(2), &id), "live"),
        ("of version 1 without a MAC, as earlier releases wrote it", text.clone(), "no_mac"),
        ("signed by a key of somebody else's", by(&key(9), &id), "wrong_mac"),
        ("signed for another integration", other.clone(), "wrong_mac"),
        ("signed for the policy's key", by(&token_keys(), "policy"), "wrong_mac"),
        (
            "with the MAC of another key",
            format!("{},\"mac\"{mac_of_other}", text.strip_suffix('}').unwrap()),
            "wrong_mac",
        ),
        ("a scope more", stored.replace("\"contacts.write\"", "\"contacts.write\",\"users.write\""), "wrong_mac"),
        ("another rev", stored.replace("\"rev\":7", "\"rev\":8"), "wrong_mac"),
        ("another deadline", stored.replace(&format!("{NOW}"), &format!("{}", NOW + 1)), "wrong_mac"),
        ("a space more", stored.replacen("\"v\":1", "\"v\": 1", 1), "wrong_mac"),
        (
            "a MAC in capitals",
            format!("{}{}", &stored[..stored.len() - 66], stored[stored.len() - 66..].to_uppercase()),
            "wrong_mac",
        ),
        ("a MAC of zeros", signed_with(&text, &"0".repeat(64)), "wrong_mac"),
        ("a MAC that is too short", signed_with(&text, &"0".repeat(63)), "no_mac"),
        ("an empty MAC", signed_with(&text, ""), "no_mac"),
        ("a MAC that is not the last member", stored.replace("\"}", "\",\"x\":1}"), "no_mac"),
        ("white space behind the MAC", format!("{stored} "), "no_mac"),
        ("cut off after the MAC", stored[..stored.len() - 1].to_owned(), "no_mac"),
        ("two MACs", signed(&stored), "malformed"),
    ]
}

fn signed_with(text: &str, mac: &str) -> String {
    format!("{},\"mac\":\"{mac}\"}}", text.strip_suffix('}').unwrap())
}

fn outcome(read: &Result<Record, Corrupt>) -> (&'static str, Value) {
    match read {
        Ok(record @ Record::Live(_)) => ("live", summary(record)),
        Ok(record @ Record::Gone { .. }) => ("gone", summary(record)),
        Err(Corrupt::TooLong) => ("too_long", Value::Null),
        Err(Corrupt::Malformed { .. }) => ("malformed", Value::Null),
        Err(Corrupt::Version(_)) => ("version", Value::Null),
        Err(Corrupt::WrongId) => ("wrong_id", Value::Null),
        Err(Corrupt::Tokens) => ("tokens", Value::Null),
        Err(Corrupt::Field(_)) => ("field", Value::Null),
        Err(Corrupt::NotAuthentic(NotAuthentic::NoMac)) => ("no_mac", Value::Null),
        Err(Corrupt::NotAuthentic(NotAuthentic::WrongMac)) => ("wrong_mac", Value::Null),
    }
}

fn open(stored: &str) -> Result<Record, Corrupt> {
    Record::open(&integration_id(1), &store_keys(&token_keys()), stored)
}

fn from_registry(text: &str) -> Result<Record, Corrupt> {
    Record::from_json(&integration_id(1), &Authentic::from_registry(text.to_owned()))
}

fn summary(record: &Record) -> Value {
    let Record::Live(live) = record else { return json!({ "rev": record.rev() }) };
    let outgoing = match &live.tokens {
        Rotation::Steady(_) => Value::Null,
        Rotation::Rotating { outgoing, until, .. } => json!({ "n": outgoing.n, "until": until.seconds() }),
    };
    json!({
        "rev": live.rev, "owner": live.owner, "name": live.name, "scopes": live.scopes,
        "current": live.tokens.current().n, "outgoing": outgoing,
        "expires_at": live.expires_at, "paused": live.paused
    })
}

#[test]
fn vectors_records() {
    let texts = good_cases().into_iter().chain(corrupt_cases()).map(|(what, text, expected)| {
        let (parsed, record) = outcome(&from_registry(&text));
        assert_eq!(parsed, expected, "{what}: {text}");
        let stored = signed(&text);
        let (outcome, in_kv) = outcome(&open(&stored));
        // What could not be signed is not even looked at.
        let is_signed = stored != text;
        assert_eq!((outcome, &in_kv), if is_signed { (parsed, &record) } else { (outcome, &Value::Null) }, "{what}");
        assert!(is_signed || matches!(outcome, "no_mac" | "too_long"), "{what}: {outcome}");
        json!({ "what": what, "text": text, "parsed": parsed, "stored": stored, "outcome": outcome, "record": in_kv })
    });
    let macs = mac_cases().into_iter().map(|(what, stored, expected)| {
        let (outcome, record) = outcome(&open(&stored));
        assert_eq!(outcome, expected, "{what}: {stored}");
        json!({ "what": what, "stored": stored, "outcome": outcome, "record": record })
    });
    let vectors = json!({
        "about": "stored is what stands under the KV key i:<id>, outcome what the gate makes of it. All but live and gone are \
                  no record: the registry is asked, and where it cannot answer, 503, never a verdict. Where there is a text, \
                  stored is that text signed with the first of token_keys, if it can be; parsed is what the text itself is.",
        "id": integration_id(1),
        "token_keys": token_keys(),
        "cases": texts.chain(macs).collect::<Vec<_>>(),
    });
    super::compare("records.json", &vectors);
}

#[test]
fn the_longest_record_is_read() {
    assert!(from_registry(&padded(MAX_BYTES)).is_ok());
    let name = "x".repeat(MAX_BYTES - with("/name", json!("")).len());
    let text = with("/name", json!(name));
    assert_eq!(text.len(), MAX_BYTES);
    assert!(open(&signed(&text)).is_ok());
    assert_eq!(open(&signed(&with("/name", json!(format!("{name}x"))))), Err(Corrupt::TooLong));
}

#[test]
fn records_survive_their_json_in_the_lowest_version_that_expresses_them() {
    for (what, text, _) in good_cases() {
        let record = from_registry(&text).unwrap();
        assert_eq!(from_registry(&record.to_json()), Ok(record.clone()), "{what}");
        let needs_second = ["\"paused\":true", "\"expires_at\""].iter().any(|field| text.contains(field));
        assert_eq!(record.version(), if needs_second { 2 } else { 1 }, "{what}");
        assert!(record.to_json().starts_with(&format!("{{\"v\":{},", record.version())), "{what}");
    }
}

#[test]
fn a_corrupt_record_does_not_print_its_content() {
    let error = from_registry(&with("/owner/level", json!("sesame"))).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("sesame"));
}
