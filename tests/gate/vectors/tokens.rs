//! `tokens.json`: entropy to text and hash, and texts to outcomes.

use serde_json::{Value, json};
use tidegate::token::{IntegrationId, Prefix, TokenError, mint};

use super::super::support::{hash_text, integration_id, key, keys, minted, prefix, token_keys, verified};
use super::super::tokens::{assemble, tag_and_hash};

fn minted_case(id: [u8; 10], secret: [u8; 24]) -> Value {
    let minted = mint(&keys(&token_keys()), &prefix(), IntegrationId::from_entropy(id), secret);
    json!({
        "id_entropy": hex::encode(id),
        "secret_entropy": hex::encode(secret),
        "id": IntegrationId::from_entropy(id),
        "text": minted.plaintext.reveal(),
        "hash": minted.hash,
    })
}

fn counting<const N: usize>(start: u8) -> [u8; N] {
    std::array::from_fn(|place| start.wrapping_add(u8::try_from(place).unwrap()))
}

/// A token's text as minted with another `TOKEN_KEYS` or prefix.
fn foreign(token_keys: &str, prefix: &str) -> String {
    let prefix = Prefix::parse(prefix).unwrap();
    mint(&keys(token_keys), &prefix, integration_id(7), [42; 24]).plaintext.reveal()
}

/// With the character at `place` replaced; a negative place counts from the end.
fn replaced(text: &str, place: isize, by: char) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let place = usize::try_from(place).unwrap_or_else(|_| letters.len() - place.unsigned_abs());
    assert_ne!(letters[place], by, "the case must change something");
    letters[place] = by;
    letters.into_iter().collect()
}

fn texts() -> Vec<(&'static str, String, &'static str)> {
    let (good, _) = minted(7, 42);
    let (zeros, _) = minted(0, 0);
    let id = integration_id(7).to_string();
    let (tag, _) = tag_and_hash(1, &id, &[42; 24]);
    let (other_tag, _) = tag_and_hash(1, integration_id(8).as_str(), &[42; 24]);
    let rest = good.rsplit('_').next().unwrap();
    let spare_bits = match good.chars().next_back().unwrap() {
        '0' => '1',
        '4' => '5',
        '8' => '9',
        'c' => 'd',
        'g' => 'h',
        'm' => 'n',
        'r' => 's',
        _ => 'x',
    };
    vec![
        ("as minted", good.clone(), "ok"),
        ("all zeros", zeros.clone(), "ok"),
        ("minted with the retired key", foreign(&key(2), "pit"), "ok"),
        ("minted with an unknown key", foreign(&key(3), "pit"), "forged"),
        ("another prefix", foreign(&key(1), "key"), "malformed"),
        ("the tag's last bit flipped, checksum right", assemble("pit", &id, &[42; 24], &flipped(&tag)), "forged"),
        ("another id's tag, checksum right", assemble("pit", &id, &[42; 24], &other_tag), "forged"),
        ("a tag of zeros, checksum right", assemble("pit", &id, &[42; 24], &[0; 8]), "forged"),
        ("a byte too many, checksum right", assemble("pit", &id, &[42; 25], &tag), "malformed"),
        ("a byte too few, checksum right", assemble("pit", &id, &[42; 23], &tag), "malformed"),
        ("wrong checksum", replaced(&good, -3, if good.ends_with('0') { '1' } else { 'z' }), "malformed"),
        ("one character of the secret changed", replaced(&good, 25, '0'), "malformed"),
        ("one character of the id changed", replaced(&good, 6, '0'), "malformed"),
        ("upper case", good.to_uppercase(), "malformed"),
        ("upper case in the rest only", good.replace(rest, &rest.to_uppercase()), "malformed"),
        ("o for 0 in the id", replaced(&zeros, 4, 'o'), "malformed"),
        ("o for 0 in the rest", replaced(&zeros, 21, 'o'), "malformed"),
        ("l for 0 in the id", replaced(&zeros, 4, 'l'), "malformed"),
        ("u, which is not in the alphabet", replaced(&good, 4, 'u'), "malformed"),
        ("a spare bit set", replaced(&good, -1, spare_bits), "malformed"),
        ("one character too short", good[..good.len() - 1].to_owned(), "malformed"),
        ("one character too long", format!("{good}0"), "malformed"),
        ("without its rest", good[..20].to_owned(), "malformed"),
        ("double underscore before the id", good.replacen('_', "__", 1), "malformed"),
        ("double underscore before the rest", format!("{}__{rest}", &good[..20]), "malformed"),
        ("a third part", format!("{good}_0"), "malformed"),
        ("padding", format!("{good}="), "malformed"),
        ("hyphens for underscores", good.replace('_', "-"), "malformed"),
        ("the prefix alone", "pit_".to_owned(), "malformed"),
        ("no prefix", good[4..].to_owned(), "malformed"),
        ("a token of somebody else", "ghp_16C7e42F292c6912E7710c838347Ae178B4a".to_owned(), "malformed"),
    ]
}

fn flipped(tag: &[u8]) -> Vec<u8> {
    let mut tag = tag.to_vec();
    tag[7] ^= 1;
    tag
}

fn outcome(what: &str, text: &str, expected: &str) -> Value {
    let (outcome, presented) = match verified(text) {
        Ok(presented) => ("ok", Some(presented)),
        Err(TokenError::Malformed(_)) => ("malformed", None),
        Err(TokenError::Forged) => ("forged", None),
        Err(TokenError::OfAdminApi) => ("of the admin API", None),
    };
    assert_eq!(outcome, expected, "{what}: {text}");
    let mut case = json!({ "what": what, "text": text, "outcome": outcome });
    if let Some(presented) = presented {
        case["id"] = presented.id().as_str().into();
        case["hash"] = hash_text(*presented.hash()).into();
    }
    case
}

#[test]
fn vectors_tokens() {
    let cases: Vec<Value> = texts().iter().map(|(what, text, expected)| outcome(what, text, expected)).collect();
    let vectors = json!({
        "about": "Test-only keys. minted: entropy -> text and hash. cases: Authorization: Bearer <text> -> outcome.",
        "token_keys": token_keys(),
        "prefix": "pit",
        "minted": [
            minted_case([0; 10], [0; 24]),
            minted_case([255; 10], [255; 24]),
            minted_case(counting(0), counting(100)),
            minted_case(counting(240), counting(7)),
        ],
        "cases": cases,
    });
    super::compare("tokens.json", &vectors);
}
