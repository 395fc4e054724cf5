//! The `Authorization` field's value: one credential, or none, or nonsense.

/// What a field value holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Credential<'a> {
    /// Nothing for us: no field, or another scheme, or a bare text that does not begin as our tokens do.
    Nothing,
    Malformed,
    /// What claims to be a token of ours.
    Text(&'a str),
}

/// Reads a value; tokens begin with `pit_`.
pub fn credential(value: &str) -> Credential<'_> {
    if value.len() > 8192 || value.contains(',') {
        return Credential::Malformed;
    }
    let words: Vec<&str> = value.splitn(2, ' ').collect();
    match words.as_slice() {
        [scheme, rest] if scheme.eq_ignore_ascii_case("bearer") => {
            let text = rest.trim_start_matches(' ');
            if is_b64token(text) { Credential::Text(text) } else { Credential::Malformed }
        }
        [scheme] if scheme.eq_ignore_ascii_case("bearer") => Credential::Malformed,
        [scheme, ..] if !is_b64token(scheme) => Credential::Malformed,
        [text] | [text, ""] if text.starts_with("pit_") => Credential::Text(text),
        _ => Credential::Nothing,
    }
}

/// RFC 6750 section 2.1.
pub fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._~+/".contains(letter))
}
