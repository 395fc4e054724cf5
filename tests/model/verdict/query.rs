//! A query, as every reader might see it.

use super::owner::{Said, could_be};

/// Whether a raw query is visible ASCII without `#`, and not too long.
pub fn is_query(query: &str) -> bool {
    query.len() <= 16_384 && query.chars().all(|letter| ('!'..='~').contains(&letter) && letter != '#')
}

/// What the query says of `name`. Who takes `;` for a separator reads more pairs than who does not.
pub fn said(query: &str, name: &str, names: &[&str]) -> Said {
    let mut values = Vec::new();
    let mut count = 0;
    for pair in query.split('&') {
        let parts: Vec<&str> = pair.split(';').collect();
        for part in &parts {
            count += 1;
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let key = String::from_utf8_lossy(&decode(key)).into_owned();
            let is_whole = parts.len() == 1;
            if !could_be(&key, name) || (is_whole && key != name && names.contains(&key.as_str())) {
                continue;
            }
            // PHP, Node.js and qs read no more than this.
            values.push(
                (key == name && is_whole && count <= 1000).then(|| String::from_utf8(decode(value)).ok()).flatten(),
            );
        }
    }
    Said::of(values)
}

/// `application/x-www-form-urlencoded`.
fn decode(text: &str) -> Vec<u8> {
    percent_decoded(&text.replace('+', " "))
}

/// A stray `%` stands for itself.
pub fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes().peekable();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        let rest: Vec<u8> = bytes.clone().take(2).collect();
        match (byte, rest.as_slice()) {
            (b'%', [high, low]) if digit(high).is_some() && digit(low).is_some() => {
                decoded.push(u8::try_from(digit(high).unwrap() * 16 + digit(low).unwrap()).unwrap());
                bytes.nth(1);
            }
            _ => decoded.push(byte),
        }
    }
    decoded
}
