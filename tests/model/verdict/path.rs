//! The path contract of hostile-input.md, read character by character.

/// RFC 3986 section 3.3's `pchar`, without `%` and `;`.
const PLAIN: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@";
const UNRESERVED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
const DELIMITERS: &str = "/\\%;#?";

/// Whether a raw path has the one spelling that is accepted.
pub fn is_canonical(path: &str) -> bool {
    let Some(inside) = path.strip_prefix('/') else { return false };
    let segments: Vec<&str> = inside.split('/').collect();
    let (last, others) = segments.split_last().unwrap();
    path.len() <= 8192
        && segments.len() <= 256
        && others.iter().all(|segment| !segment.is_empty() && is_segment(segment))
        && is_segment(last)
}

/// Whether it has, once each percent-encoded delimiter is taken for a letter.
pub fn is_canonical_but_for_delimiters(path: &str) -> bool {
    let mut plain = path.to_owned();
    for delimiter in DELIMITERS.bytes() {
        plain = plain.replace(&format!("%{delimiter:02X}"), "xyz").replace(&format!("%{delimiter:02x}"), "xyz");
    }
    is_canonical(&plain)
}

/// Whether every segment, decoded, has neither dot segments nor empty parts, and nothing in it is encoded twice.
pub fn has_clear_delimiters(path: &str) -> bool {
    path.split('/').filter(|segment| segment.contains('%')).all(|segment| {
        let decoded = super::router::decoded(segment);
        let clear = |part: &str| !["", ".", ".."].contains(&part.split(';').next().unwrap());
        let again = super::router::decoded(&decoded);
        decoded.split(['/', '\\']).all(clear) && again == decoded
    })
}

fn is_segment(segment: &str) -> bool {
    segment != "." && segment != ".." && decode(segment).is_some_and(|decoded| !decoded.chars().any(char::is_control))
}

/// What a segment says, if every character may stand there and nothing is encoded without need.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut letters = segment.chars();
    while let Some(letter) = letters.next() {
        if PLAIN.contains(letter) {
            bytes.push(letter as u8);
            continue;
        }
        let (high, low) = if letter == '%' { (letters.next()?, letters.next()?) } else { return None };
        let byte = u8::try_from(high.to_digit(16)? * 16 + low.to_digit(16)?).unwrap();
        if UNRESERVED.contains(char::from(byte)) || DELIMITERS.contains(char::from(byte)) || byte < 0x20 || byte == 0x7f
        {
            return None;
        }
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok()
}
