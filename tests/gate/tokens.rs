//! Tokens, against a second implementation of their form.

use sha2::{Digest, Sha256};
use tidegate::token::{KeyError, Prefix, Token, TokenError, TokenKeys, mint};

use super::support::{hash_text, integration_id, key, keys, minted, prefix, token_keys, verified};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Crockford base32, most significant bits first, the last character's spare bits zero.
fn base32(bytes: &[u8]) -> String {
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| (byte >> bit) & 1)).collect();
    let value = |five: &[u8]| (0..5).fold(0_usize, |sum, bit| sum * 2 + usize::from(*five.get(bit).unwrap_or(&0)));
    bits.chunks(5).map(|five| char::from(ALPHABET[value(five)])).collect()
}

/// CRC-32 (IEEE), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

/// HMAC-SHA-256 (RFC 2104) from SHA-256 alone.
fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let pad = |byte: u8| -> Vec<u8> { key.iter().chain(&[0; 32]).map(|key| key ^ byte).collect() };
    let inner = Sha256::digest([pad(0x36), message.to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).into()
}

/// The text of a token with this secret and tag and a right checksum.
pub fn assemble(prefix: &str, id: &str, secret: &[u8], tag: &[u8]) -> String {
    let head = format!("{prefix}_{id}_");
    let sum = crc32(&[head.as_bytes(), secret, tag].concat()).to_be_bytes();
    format!("{head}{}", base32(&[secret, tag, &sum].concat()))
}

/// Tag and hash, computed a second way.
pub fn tag_and_hash(key_byte: u8, id: &str, secret: &[u8]) -> (Vec<u8>, String) {
    let mac = hmac(&[key_byte; 32], &[b"tidegate-token-v1", id.as_bytes(), secret].concat());
    (mac[..8].to_vec(), hex::encode(&mac[8..]))
}

#[test]
fn minting_agrees_with_a_second_implementation() {
    for (id, secret) in [(0, 0), (255, 255), (7, 42), (128, 1)] {
        let (text, hash) = minted(id, secret);
        let id = base32(&[id; 10]);
        let (tag, expected_hash) = tag_and_hash(1, &id, &[secret; 24]);
        assert_eq!(text, assemble("pit", &id, &[secret; 24], &tag));
        assert_eq!(hash_text(hash), expected_hash);
    }
}

#[test]
fn a_token_verifies_to_its_id_and_hash() {
    let (text, hash) = minted(7, 42);
    let presented = verified(&text).unwrap();
    assert_eq!(*presented.id(), integration_id(7));
    assert_eq!(*presented.hash(), hash);
}

#[test]
fn a_token_has_the_advertised_form() {
    let (text, _) = minted(7, 42);
    let parts: Vec<_> = text.split('_').collect();
    assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [3, 16, 58]);
    assert!(parts[1..].concat().bytes().all(|byte| ALPHABET.contains(&byte)));
}

#[test]
fn no_single_changed_character_passes() {
    let (text, _) = minted(7, 42);
    let candidates: Vec<char> = (' '..='~').collect();
    for place in 0..text.len() {
        for replacement in &candidates {
            let mut changed: Vec<char> = text.chars().collect();
            changed[place] = *replacement;
            let changed: String = changed.into_iter().collect();
            if changed != text {
                assert!(Token::parse(&prefix(), &changed).is_err(), "{changed}");
            }
        }
    }
}

#[test]
fn no_cut_doubled_or_swapped_character_passes() {
    let (text, _) = minted(7, 42);
    for place in 0..text.len() {
        let (head, tail) = text.split_at(place);
        let cut = format!("{head}{}", &tail[1..]);
        let doubled = format!("{head}{}{tail}", &tail[..1]);
        for changed in [cut, doubled, head.to_owned()] {
            assert!(Token::parse(&prefix(), &changed).is_err(), "{changed}");
        }
    }
}

#[test]
fn a_right_checksum_without_the_key_is_forged() {
    let id = integration_id(7).to_string();
    let (tag, _) = tag_and_hash(1, &id, &[42; 24]);
    for bit in 0..64 {
        let mut flipped = tag.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let text = assemble("pit", &id, &[42; 24], &flipped);
        assert_eq!(verified(&text), Err(TokenError::Forged), "bit {bit}");
    }
}

#[test]
fn a_tag_is_bound_to_its_id() {
    let (tag, _) = tag_and_hash(1, integration_id(7).as_str(), &[42; 24]);
    let text = assemble("pit", integration_id(8).as_str(), &[42; 24], &tag);
    assert_eq!(verified(&text), Err(TokenError::Forged));
}

#[test]
fn the_first_key_mints_and_all_verify() {
    let retired = mint(&keys(&key(2)), &prefix(), integration_id(7), [42; 24]);
    let hash = hash_text(retired.hash);
    let presented = verified(&retired.plaintext.reveal()).unwrap();
    assert_eq!(hash_text(*presented.hash()), hash);
    assert_eq!(hash, tag_and_hash(2, integration_id(7).as_str(), &[42; 24]).1);
}

#[test]
fn a_token_of_a_key_that_is_gone_is_forged() {
    let unknown = mint(&keys(&key(3)), &prefix(), integration_id(7), [42; 24]);
    assert_eq!(verified(&unknown.plaintext.reveal()), Err(TokenError::Forged));
}

#[test]
fn malformed_keys_are_refused_by_place() {
    let short = "AAAA";
    for (text, error) in [
        (String::new(), KeyError::Missing),
        (" \t ".to_owned(), KeyError::Missing),
        (short.to_owned(), KeyError::Malformed(1)),
        (format!("{},{short}", key(1)), KeyError::Malformed(2)),
        (format!("{},", key(1)), KeyError::Malformed(2)),
        (format!(",{}", key(1)), KeyError::Malformed(1)),
        (format!("{}=", key(1)), KeyError::Malformed(1)),
        (format!("{} {}", key(1), key(2)), KeyError::Malformed(1)),
        (key(0xff).replace('_', "/"), KeyError::Malformed(1)),
        (format!("{}A", key(1)), KeyError::Malformed(1)),
        (format!("{}F", key(1).strip_suffix('E').unwrap()), KeyError::Malformed(1)), // the same bytes in another spelling
    ] {
        assert_eq!(TokenKeys::parse(&text).err(), Some(error), "{text:?}");
    }
    assert!(TokenKeys::parse(&format!(" {} ,\n{} ", key(1), key(2))).is_ok());
    assert!(TokenKeys::parse(&token_keys()).is_ok());
}

#[test]
fn prefixes_are_one_word() {
    for text in ["pi", "pit", "a1", "abcdefghijklmnop"] {
        assert!(Prefix::parse(text).is_ok(), "{text}");
    }
    for text in ["", "p", "1pit", "Pit", "pi_t", "pi-t", "pi t", "pít", "abcdefghijklmnopq"] {
        assert!(Prefix::parse(text).is_err(), "{text}");
    }
}
