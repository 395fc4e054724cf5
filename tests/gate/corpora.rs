//! Attack strings from outside (`../shared/corpora`); where they are absent the tests say so.

use std::fs;

use serde_json::{Value, json};
use tidegate::admin::{Description, Name};
use tidegate::policy::Policy;
use tidegate::record::{OwnerId, Record};
use tidegate::request::{Authorization, Path, Request};
use tidegate::scope::Scope;
use tidegate::token::{Authentic, IntegrationId, Token, TokenKeys};

use super::support::{integration_id, prefix, shared, verified};
use super::world::World;

const TRAVERSALS: [&str; 2] = ["directory_traversal.txt", "traversals-8-deep-exotic-encoding.txt"];

/// Every line of every corpus: attacks on paths, strings that break programs, and the URLs that parsers are tested with,
/// as given and as parsed.
fn lines() -> Option<Vec<String>> {
    let directory = shared("corpora")?;
    let mut lines = naughty()?;
    for file in TRAVERSALS {
        let text = fs::read(directory.join(file)).unwrap();
        lines.extend(String::from_utf8_lossy(&text).lines().map(str::to_owned));
    }
    let urls: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(directory.join("urltestdata.json")).unwrap()).unwrap();
    let texts = urls.iter().flat_map(|url| ["input", "pathname", "href"].map(|field| url[field].as_str()));
    lines.extend(texts.flatten().map(str::to_owned));
    Some(lines)
}

/// The segments that a careless reader makes of a path: decoded again and again, `%uXXXX` too, `\` taken for `/`, cut at
/// what ends a path, without parameters and with the dots resolved. White space is trimmed, but a segment of nothing else
/// stays one: the contract allows it.
fn read_carelessly(path: &str) -> Vec<String> {
    let mut text = path.to_owned();
    for _ in 0..4 {
        let decoded = percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned();
        text = decoded.replace("%u002e", ".").replace("%u2215", "/").replace("%u2216", "/").replace('\\', "/");
    }
    let text = text.split(['?', '#', '\0']).next().unwrap();
    let mut segments: Vec<String> = Vec::new();
    for segment in text.split('/').map(|segment| segment.split(';').next().unwrap()) {
        match segment.trim() {
            "" if segment.is_empty() => {}
            "." => {}
            ".." => drop(segments.pop()),
            trimmed => segments.push(trimmed.to_owned()),
        }
    }
    segments
}

/// A line as a client has to write it to get it through: a file for its placeholder, what is illegal in a target encoded.
fn prepared(line: &str) -> String {
    let illegal =
        |letter: char| !letter.is_ascii_graphic() || matches!(letter, '"' | '<' | '>' | '^' | '`' | '{' | '|' | '}');
    let encode = |letter: char| {
        percent_encoding::utf8_percent_encode(letter.encode_utf8(&mut [0; 4]), percent_encoding::NON_ALPHANUMERIC)
            .to_string()
    };
    let line = line.replace("{FILE}", "etc/passwd");
    line.chars().map(|letter| if illegal(letter) { encode(letter) } else { letter.to_string() }).collect()
}

/// A world in which the sub-account's token may use whatever is below `/open/`, at any depth, and nothing else.
fn open_world() -> World {
    let operation = |depth: usize| {
        let segments: String = (0..depth).map(|n| format!("/{{p{n}}}")).collect();
        let access = json!({ "any_of": [{ "level": "sub_account", "scopes": ["contacts.readonly"] }] });
        json!({ "path": format!("/open{segments}"), "method": "GET", "access": access })
    };
    let operations: Vec<Value> = (1..=25).map(operation).collect();
    let policy = json!({ "v": 1, "rev": 1, "operations": operations, "owner_parameters": {} });
    World::with_policy(Policy::from_json(&policy.to_string()).unwrap())
}

#[test]
fn no_line_is_granted_that_its_plain_form_is_not() {
    let Some(lines) = lines() else { return };
    assert!(lines.len() > 3000, "{}", lines.len());
    let world = open_world();
    let token = &world.tokens["tenant"];
    let (mut refused, mut granted) = (0, 0);
    for line in &lines {
        let prepared = prepared(line);
        for raw in [format!("/open/{line}"), line.clone(), format!("/open/{prepared}"), format!("/open{prepared}")] {
            let Ok(grant) = world.judge("GET", &raw, Some(token), &[]) else {
                refused += 1;
                continue;
            };
            granted += 1;
            assert_eq!(grant.target(), raw, "what was judged is what is sent");
            let path = raw.split('?').next().unwrap();
            let read = read_carelessly(path);
            assert_eq!(read.first().map(String::as_str), Some("open"), "{raw} leads elsewhere: {read:?}");
            let segments = path.split('/').filter(|segment| !segment.is_empty()).count();
            assert_eq!(read.len(), segments, "{raw} has other segments than it seems: {read:?}");
        }
    }
    println!("{refused} of {} refused", refused + granted);
    assert!(refused > granted && granted > 100);
}

fn naughty() -> Option<Vec<String>> {
    let text = fs::read_to_string(shared("corpora")?.join("blns.json")).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn naughty_strings_break_no_parser() {
    let Some(strings) = naughty() else { return };
    assert!(strings.len() > 500);
    for text in &strings {
        if let Ok(name) = Name::try_from(text.clone()) {
            assert_eq!(Name::try_from(name.as_str().to_owned()), Ok(name), "{text:?}");
        }
        let is_plain = text.is_ascii() && !text.chars().any(char::is_control);
        assert!(Description::try_from(text.clone()).is_ok() || !is_plain, "{text:?}");
        assert!(Scope::parse(text).is_ok_and(|scope| scope.as_str() == text) || !is_scope(text), "{text:?}");
        assert!(Token::parse(&prefix(), text).is_err(), "{text:?}");
        assert!(verified(text).is_err(), "{text:?}");
        assert!(IntegrationId::parse(text).is_err(), "{text:?}");
        assert!(TokenKeys::parse(text).is_err(), "{text:?}");
        assert!(Record::from_json(&integration_id(1), &Authentic::from_registry(text.to_owned())).is_err(), "{text:?}");
        let _ = (
            Path::parse(text),
            OwnerId::parse(text),
            Authorization::new(text).foreign(),
            Request::parse(text, text, Some(text)),
        );
    }
}

/// RFC 6749 section 3.3, in our length.
fn is_scope(text: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    (1..=128).contains(&text.len()) && text.bytes().all(allowed)
}

#[test]
fn naughty_strings_are_granted_nothing() {
    let Some(strings) = naughty() else { return };
    let world = World::new();
    for text in &strings {
        assert!(world.judge("GET", "/me", Some(text), &[]).is_err(), "{text:?} is no token");
        assert!(world.judge("GET", text, Some(&world.tokens["tenant"]), &[]).is_err(), "{text:?} is no operation");
        assert!(world.judge(text, "/me", Some(&world.tokens["tenant"]), &[]).is_err(), "{text:?} is no method");
        let target = format!("/contacts/?locationId={text}");
        assert!(world.judge("GET", &target, Some(&world.tokens["tenant"]), &[]).is_err(), "{text:?} is not the owner");
    }
}
