//! A token's text, and the other texts that are read at start: keys, prefixes, ids.

use tidegate::record::OwnerId;
use tidegate::scope::Scope;
use tidegate::token::{IntegrationId, Prefix, Token, TokenHash, TokenKeys, verify};

use super::{known, text};

pub fn run(data: &[u8]) {
    let given = known::expand(&text(data));
    token(&given);
    // A fuzzer finds no checksum. With the right one, the tag has to hold the line.
    if let Some(summed) = with_right_checksum(&given) {
        token(&summed);
    }
    other_texts(&given);
}

fn token(text: &str) {
    let parsed = Token::parse(&Prefix::default(), text);
    let expected = split(text).filter(|(id, body, sum)| *sum == crc32(format!("pit_{id}_").as_bytes(), body));
    assert_eq!(parsed.as_ref().ok().map(|token| token.id().as_str()), expected.map(|(id, ..)| id), "{text:?}");
    if let Ok(token) = parsed {
        assert_eq!(format!("{token:?}"), "[redacted]");
    }
    let genuine = known::number_of(text).is_some();
    assert_eq!(verify(known::keys(), &Prefix::default(), text).is_ok(), genuine, "{text:?}");
}

fn other_texts(text: &str) {
    assert_eq!(IntegrationId::parse(text).is_ok(), text.len() == 16 && base32(text).is_some(), "{text:?}");
    let starts = text.starts_with(|first: char| first.is_ascii_lowercase());
    let lower = text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    assert_eq!(
        Prefix::parse(text).is_ok(),
        starts && lower && text != "tga" && (2..=16).contains(&text.len()),
        "{text:?}"
    );
    let hex = text.len() == 48 && text.chars().all(|letter| "0123456789abcdef".contains(letter));
    assert_eq!(TokenHash::try_from(text.to_owned()).is_ok(), hex, "{text:?}");
    let visible = text.chars().all(|letter| ('!'..='~').contains(&letter) && letter != '"' && letter != '\\');
    assert_eq!(Scope::parse(text).is_ok(), visible && (1..=128).contains(&text.len()), "{text:?}");
    let unreserved = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._~:@".contains(letter));
    let is_id = unreserved && (1..=64).contains(&text.len()) && text.chars().any(|letter| letter != '.');
    assert_eq!(OwnerId::parse(text).is_ok(), is_id, "{text:?}");
    assert_eq!(TokenKeys::parse(text).is_ok(), text.split(',').all(|key| is_key(key.trim())), "{text:?}");
}

/// 32 bytes in base64url without padding: 43 characters, of which the last says four bits.
fn is_key(text: &str) -> bool {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let values: Option<Vec<usize>> = text.chars().map(|letter| ALPHABET.find(letter)).collect();
    values.is_some_and(|values| values.len() == 43 && values[42] % 4 == 0)
}

/// Id, secret with tag, and checksum, where the text has the form of a token.
fn split(text: &str) -> Option<(&str, Vec<u8>, u32)> {
    let [prefix, id, rest] = text.split('_').collect::<Vec<_>>()[..] else { return None };
    let mut bytes = base32(rest)?;
    if prefix != "pit" || id.len() != 16 || base32(id).is_none() || bytes.len() != 24 + 8 + 4 {
        return None;
    }
    let sum = bytes.split_off(32);
    Some((id, bytes, u32::from_be_bytes(sum.try_into().unwrap())))
}

fn with_right_checksum(text: &str) -> Option<String> {
    let (id, mut bytes, _) = split(text)?;
    bytes.extend(crc32(format!("pit_{id}_").as_bytes(), &bytes).to_be_bytes());
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let padded = format!("{bits:0<290}");
    let letter = |place: usize| ALPHABET.as_bytes()[usize::from_str_radix(&padded[place..place + 5], 2).unwrap()];
    let rest: String = (0..290).step_by(5).map(|place| char::from(letter(place))).collect();
    Some(format!("pit_{id}_{rest}"))
}

const ALPHABET: &str = "0123456789abcdefghjkmnpqrstvwxyz";

/// The bytes of a base32 text in its one spelling: no more letters than are needed, and the bits left over are zero.
fn base32(text: &str) -> Option<Vec<u8>> {
    let values: Option<Vec<usize>> = text.chars().map(|letter| ALPHABET.find(letter)).collect();
    let bits: String = values?.iter().map(|value| format!("{value:05b}")).collect();
    let (whole, left) = bits.split_at(bits.len() / 8 * 8);
    let bytes = (0..whole.len()).step_by(8).map(|place| u8::from_str_radix(&whole[place..place + 8], 2).unwrap());
    (left.len() < 5 && !left.contains('1')).then(|| bytes.collect())
}

/// CRC-32 as in IEEE 802.3, bit by bit.
fn crc32(head: &[u8], body: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
    let byte = |sum: u32, byte: &u8| (0..8).fold(sum ^ u32::from(*byte), step);
    !head.iter().chain(body).fold(!0, byte)
}
