//! A record as KV holds it.

use serde_json::Value;
use tidegate::core::record::Record;
use tidegate::core::rotation::{Timestamp, TokenUse};
use tidegate::core::token::TokenHash;

use super::{known, text};

pub fn run(data: &[u8]) {
    let text = hashed(&text(data));
    let Ok(record) = Record::from_json(&known::ours(), &text) else { return };
    assert_eq!(Record::from_json(&known::ours(), &record.to_json()), Ok(record.clone()), "{text}");
    let raw: Value = serde_json::from_str(&text).expect("a record is JSON");
    assert_eq!(raw["v"], 1, "{text}");
    assert_eq!(raw["id"], known::ours().as_str(), "{text}");
    assert_eq!(raw["rev"], record.rev(), "{text}");
    match &record {
        Record::Gone { .. } => assert_eq!((raw["gone"].as_bool(), keys(&raw)), (Some(true), "gone id rev v".into())),
        Record::Live(live) => {
            assert_eq!(keys(&raw), "id name owner rev scopes tokens v", "{text}");
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
