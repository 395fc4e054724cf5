//! Attack strings from outside (`../shared/corpora`); where they are absent the tests say so.

use std::fs;

use tidegate::core::admin::{Description, Name};
use tidegate::core::record::{OwnerId, Record};
use tidegate::core::request::{Credential, Path, Request};
use tidegate::core::scope::Scope;
use tidegate::core::token::{IntegrationId, Token, TokenKeys};

use super::support::{integration_id, prefix, shared, verified};
use super::world::World;

const TRAVERSALS: [&str; 2] = ["directory_traversal.txt", "traversals-8-deep-exotic-encoding.txt"];

fn lines() -> Option<Vec<String>> {
    let directory = shared("corpora")?;
    let texts = TRAVERSALS.map(|file| fs::read(directory.join(file)).unwrap());
    Some(
        texts
            .iter()
            .flat_map(|text| String::from_utf8_lossy(text).lines().map(str::to_owned).collect::<Vec<_>>())
            .collect(),
    )
}

/// What every decoder on the way could make of a path: decoded again and again, delimiters folded, dots resolved.
fn plain_forms(path: &str) -> Vec<String> {
    let mut forms = vec![path.to_owned()];
    for _ in 0..4 {
        let last = forms.last().unwrap();
        let decoded = percent_encoding::percent_decode_str(last).decode_utf8_lossy().replace('\\', "/");
        forms.push(decoded);
    }
    forms
}

/// Whether a path has a segment that walks up or stays, in any plain form.
fn walks(path: &str) -> bool {
    let walking = |form: &String| {
        form.split(['/', '\\', ';', '?', '#', '\0']).any(|segment| matches!(segment.trim(), "." | ".."))
    };
    plain_forms(path).iter().any(walking)
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

#[test]
fn no_traversal_is_granted_as_something_else() {
    let Some(lines) = lines() else { return };
    assert!(lines.len() > 1000);
    let world = World::new();
    let token = &world.tokens["tenant"];
    let (mut refused, mut accepted) = (0, 0);
    for line in &lines {
        let prepared = prepared(line);
        for raw in
            [format!("/contacts/{line}"), line.clone(), format!("/contacts/{prepared}"), format!("/contacts{prepared}")]
        {
            match Path::parse(&raw) {
                Err(_) => refused += 1,
                Ok(parsed) => {
                    accepted += 1;
                    assert_eq!(parsed.as_str(), raw, "accepted paths are kept byte for byte");
                    assert!(!walks(&raw), "{raw} is accepted and walks");
                }
            }
            if let Ok(grant) = world.judge("GET", &raw, Some(token), &[]) {
                assert_eq!(grant.target(), raw);
                let path = raw.split('?').next().unwrap();
                assert!(!walks(path), "{raw} is granted and walks");
            }
        }
    }
    println!("{refused} of {} refused", refused + accepted);
    assert!(refused > accepted);
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
        assert!(!Name::try_from(text.clone()).is_ok_and(|name| name.as_str() != text), "{text:?}");
        assert!(Description::try_from(text.clone()).is_ok() || text.chars().any(char::is_control), "{text:?}");
        assert!(Scope::parse(text).is_ok_and(|scope| scope.as_str() == text) || !is_scope(text), "{text:?}");
        assert!(Token::parse(&prefix(), text).is_err(), "{text:?}");
        assert!(
            Credential::parse(&format!("Bearer {text}")).ok().flatten().is_none() || verified(text).is_err(),
            "{text:?}"
        );
        assert!(IntegrationId::parse(text).is_err(), "{text:?}");
        assert!(TokenKeys::parse(text).is_err(), "{text:?}");
        assert!(Record::from_json(&integration_id(1), text).is_err(), "{text:?}");
        let _ =
            (Path::parse(text), OwnerId::parse(text), Credential::parse(text), Request::parse(text, text, Some(text)));
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
