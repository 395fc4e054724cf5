//! A record as KV holds it.

use serde_json::Value;
use tidegate::record::{Corrupt, Record};
use tidegate::rotation::TokenUse;
use tidegate::time::Timestamp;
use tidegate::token::{Authentic, TokenHash};

use super::{known, text};

pub fn run(data: &[u8]) {
    let text = hashed(&text(data));
    // Whoever writes KV can store any text: without a MAC of ours it is not a record, whatever it says.
    assert!(matches!(open(&text), Err(Corrupt::NotAuthentic(_) | Corrupt::TooLong)), "{text}");
    let read = Record::from_json(&known::ours(), &Authentic::from_registry(text.clone()));
    let Some(stored) = known::keys().store().sign(&Record::key(&known::ours()), &text) else { return };
    assert_eq!(open(stored.as_str()), read, "{text}");
    let Ok(record) = read else { return };
    let again = Authentic::from_registry(record.to_json());
    assert_eq!(Record::from_json(&known::ours(), &again), Ok(record.clone()), "{text}");
    let raw: Value = serde_json::from_str(&text).expect("a record is JSON");
    assert!(raw["v"].as_u64().is_some_and(|v| (record.version().into()..=2).contains(&v)), "{text}");
    assert_eq!(raw["id"], known::ours().as_str(), "{text}");
    assert_eq!(raw["rev"], record.rev(), "{text}");
    match &record {
        Record::Gone { .. } => assert_eq!((raw["gone"].as_bool(), keys(&raw)), (Some(true), "gone id rev v".into())),
        Record::Live(live) => {
            let later = keys(&raw).replace(" expires_at", "").replace(" paused", "").replace("expires_at ", "");
            assert_eq!(later, "id name owner rev scopes tokens v", "{text}");
            assert_eq!(live.expires_at.map(Timestamp::seconds), raw["expires_at"].as_u64(), "{text}");
            assert_eq!(live.paused, raw["paused"] == true, "{text}");
            assert!(raw["v"] == 2 || (live.expires_at.is_none() && !live.paused), "{text}");
            assert_eq!(
                (&raw["owner"]["id"], &raw["name"]),
                (&live.owner.id.as_str().into(), &live.name.clone().into())
            );
            let scopes = raw["scopes"].as_array().expect("a list");
            assert!(live.scopes.iter().all(|scope| scopes.contains(&scope.as_str().into())), "{text}");
            lives(&raw, |hash, now| live.tokens.find(&hash, Timestamp::from_seconds(now)));
        }
    }
}

fn open(stored: &str) -> Result<Record, Corrupt> {
    Record::open(&known::ours(), known::keys().store(), stored)
}

/// Exactly those tokens live that the text names, and none after its `not_after`.
fn lives(raw: &Value, find: impl Fn(TokenHash, u64) -> Option<TokenUse>) {
    let stored = raw["tokens"].as_array().expect("a list");
    let ends: Vec<u64> = stored.iter().filter_map(|token| token["not_after"].as_u64()).collect();
    assert!(ends.len() + 1 == stored.len(), "one token has no end: {raw}");
    let numbers: Vec<u64> = stored.iter().filter_map(|token| token["n"].as_u64()).collect();
    assert!(numbers.len() == stored.len() && numbers.windows(2).all(|pair| pair[0] > pair[1]), "newest first: {raw}");
    let moments = ends.iter().flat_map(|end| [end.saturating_sub(1), *end, end.saturating_add(1)]).chain([0, u64::MAX]);
    let moments: Vec<u64> = moments.collect();
    for token in known::tokens() {
        let spelt = String::from(token.hash);
        let named: Vec<&Value> = stored.iter().filter(|stored| stored["hash"] == spelt.as_str()).collect();
        for now in &moments {
            let alive = named.iter().any(|stored| stored.get("not_after").is_none_or(|end| ends_after(end, *now)));
            assert_eq!(find(token.hash, *now).is_some(), alive, "token {} at {now}: {raw}", token.word);
        }
    }
}

fn ends_after(end: &Value, now: u64) -> bool {
    end.is_null() || end.as_u64().is_some_and(|end| now < end)
}

fn keys(raw: &Value) -> String {
    let mut keys: Vec<&str> = raw.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys.join(" ")
}

/// The text with ids and hashes in the place of the words for them.
fn hashed(text: &str) -> String {
    let tokens = known::tokens().iter();
    let text = tokens.fold(text.to_owned(), |text, token| text.replace(token.word, &String::from(token.hash)));
    text.replace("$id", known::ours().as_str())
}
