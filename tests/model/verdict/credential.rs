//! The `Authorization` field's value: one of our tokens, or somebody else's credential, or nonsense (design, section 10).

/// What a field value holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Credential<'a> {
    /// Nothing of ours: a public operation's origin gets it as it is.
    Foreign,
    /// Something of ours that opens nothing: a key of the admin API, or a token beside something else.
    Refused,
    /// What claims to be a token of ours.
    Text(&'a str),
}

/// Reads a value; tokens begin with `pit_`.
pub fn credential<'a>(value: &'a str, owner_key: &str) -> Credential<'a> {
    let value = value.trim_matches([' ', '\t']);
    let words: Vec<&str> = value.split([',']).flat_map(str::split_whitespace).collect();
    let is_ours = |word: &&str| word.starts_with("pit_") || word.starts_with("tga_") || *word == owner_key;
    if !words.iter().any(is_ours) {
        let hides = hides_one(value, owner_key) || like_owner_keys(value) > MOST_LIKE_OWNER_KEYS;
        return if hides { Credential::Refused } else { Credential::Foreign };
    }
    let is_plain = value.chars().all(|letter| letter != ',' && (!letter.is_whitespace() || " \t".contains(letter)));
    match words.as_slice() {
        [text] if is_plain && text.starts_with("pit_") && is_b64token(text) => Credential::Text(text),
        [scheme, text] if is_plain && scheme.eq_ignore_ascii_case("bearer") => {
            if text.starts_with("pit_") && is_b64token(text) { Credential::Text(text) } else { Credential::Refused }
        }
        _ => Credential::Refused,
    }
}

/// Whether somewhere in it stands the beginning of a token or automation key with a whole id, or the owner key.
fn hides_one(value: &str, owner_key: &str) -> bool {
    let is_digit = |letter: char| "0123456789abcdefghjkmnpqrstvwxyz".contains(letter);
    let mut starts = value.char_indices().map(|(at, _)| &value[at..]);
    starts.any(|rest| {
        let id = rest.strip_prefix("pit_").or_else(|| rest.strip_prefix("tga_")).and_then(|rest| rest.split_once('_'));
        rest.starts_with(owner_key) || id.is_some_and(|(id, _)| id.len() == 16 && id.chars().all(is_digit))
    })
}

/// A value in which more texts than this have the form of an owner key is refused: none of them is compared.
const MOST_LIKE_OWNER_KEYS: usize = 16;

/// How many texts in it are `owner_` and 43 characters of base64url, which may overlap.
fn like_owner_keys(value: &str) -> usize {
    let rests = value.match_indices("owner_").map(|(at, prefix)| &value[at + prefix.len()..]);
    let is_base64url = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    rests.filter(|rest| rest.chars().take(43).filter(|letter| is_base64url(*letter)).count() == 43).count()
}

/// RFC 6750 section 2.1.
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._~+/".contains(letter))
}
