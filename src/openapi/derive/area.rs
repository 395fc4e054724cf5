//! What an operation is about, as a name that people can read: `payment-intents`.

use super::super::document::Described;
use super::By;

/// The longest name, in bytes.
const MAX_NAME: usize = 64;
/// What is called so where nothing has a name.
const NAMELESS: &str = "api";

/// An area, and what it was made of.
pub(super) struct Area {
    pub name: String,
    pub source: String,
}

/// The area of an operation; `path` is its template with the base path.
pub(super) fn of(described: &Described<'_>, path: &str, by: By) -> Area {
    let of_tag = || described.operation.tags.first().and_then(|tag| named(tag));
    let tag = if by == By::Tag { of_tag() } else { None };
    // What the document calls the path first: a base path is the same for all of them.
    let segments =
        || described.operation.path.split('/').chain(path.split('/')).filter(|segment| names_something(segment));
    let title = || named(described.document.title());
    let nameless = || Area { name: NAMELESS.to_owned(), source: NAMELESS.to_owned() };
    tag.or_else(|| segments().find_map(named)).or_else(title).unwrap_or_else(nameless)
}

/// Whether names that make one area say different things.
pub(super) fn are_told_apart(sources: &[&str]) -> bool {
    let plain = |text: &str| -> String {
        let is_separator = |letter: &char| letter.is_whitespace() || "-_/.,:&()'".contains(*letter);
        text.chars().filter(|letter| !is_separator(letter)).flat_map(char::to_lowercase).collect()
    };
    let mut sources = sources.iter().map(|source| plain(source));
    let first = sources.next();
    sources.any(|other| Some(&other) != first.as_ref())
}

/// A segment that is neither a parameter, nor a version, nor what many paths begin with.
fn names_something(segment: &str) -> bool {
    let is_version = segment.strip_prefix(['v', 'V']).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || b"._-".contains(&byte))
    });
    let has_letter = segment.bytes().any(|byte| byte.is_ascii_alphabetic());
    let is_prefix =
        ["api", "apis", "rest", "public", "latest", "stable"].contains(&segment.to_ascii_lowercase().as_str());
    has_letter && !is_version && !is_prefix && !segment.contains(['{', '}'])
}

/// The name of a text: its words in lower case, with hyphens. None where letters of it would be missing.
fn named(text: &str) -> Option<Area> {
    let text = text.trim();
    // `/users.json`
    let stem = text.rsplit_once('.').filter(|(_, ending)| ["json", "xml", "csv"].contains(ending));
    let words = words(stem.map_or(text, |(stem, _)| stem));
    let mut name = String::new();
    for word in &words {
        if name.len().saturating_add(word.len()) >= MAX_NAME {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(word);
    }
    if name.is_empty() {
        name = words.first()?.chars().take(MAX_NAME).collect();
    }
    name.is_ascii().then(|| Area { name, source: text.to_owned() })
}

/// The words of a text in lower case: at hyphens, spaces and the like, and at the humps of `camelCase`.
pub(in crate::openapi) fn words(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| letters.get(place));
        let rest = letters.get(place.saturating_add(1)..).unwrap_or_default();
        if !letter.is_alphanumeric() || is_hump(before, *letter, rest) {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a word begins here: after a small letter, or before one where a capital or a digit stands. `APIs` and `OAuth` are one.
fn is_hump(before: Option<&char>, letter: char, rest: &[char]) -> bool {
    let Some(before) = before else { return false };
    if !letter.is_uppercase() {
        return false;
    }
    let is_small = |letter: Option<&char>| letter.is_some_and(|letter| letter.is_lowercase());
    let is_plural = rest.first() == Some(&'s') && rest.get(1).is_none_or(|next| !next.is_lowercase());
    let is_oauth = *before == 'O' && letter == 'A' && rest.starts_with(&['u', 't', 'h']);
    before.is_lowercase()
        || ((before.is_uppercase() || before.is_numeric()) && is_small(rest.first()) && !is_plural && !is_oauth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_read() {
        for (text, name) in [
            ("Payment Intents", "payment-intents"),
            ("payment_intents", "payment-intents"),
            ("PaymentIntents", "payment-intents"),
            ("customFields", "custom-fields"),
            ("APIKeys", "api-keys"),
            ("IP addresses", "ip-addresses"),
            ("Public APIs", "public-apis"),
            ("OAuth2 Clients", "oauth2-clients"),
            ("users.json", "users"),
            ("Api20100401Message", "api20100401-message"),
            ("S3Buckets", "s3-buckets"),
            ("C++", "c"),
            (" Billing & Invoices / EU ", "billing-invoices-eu"),
        ] {
            assert_eq!(named(text).unwrap().name, name, "{text}");
        }
        for text in ["", "++", "Über uns", "顧客"] {
            assert!(named(text).is_none(), "{text}");
        }
        assert_eq!(named(&"long ".repeat(40)).unwrap().name.len(), MAX_NAME);
        assert_eq!(named(&"l".repeat(100)).unwrap().name.len(), MAX_NAME);
    }

    #[test]
    fn a_segment_names_something() {
        for segment in ["", "v1", "V2.1", "{id}", "{id}:cancel", "api", "2024-01-01", "REST"] {
            assert!(!names_something(segment), "{segment}");
        }
        for segment in ["users", "v1beta", "volumes", "2fa", "apiKeys"] {
            assert!(names_something(segment), "{segment}");
        }
    }

    #[test]
    fn what_differs_in_more_than_spelling_is_told_apart() {
        assert!(are_told_apart(&["C#", "C++"]) && are_told_apart(&["C", "C#"]));
        assert!(!are_told_apart(&["payment intents", "PaymentIntents", "payment_intents"]) && !are_told_apart(&["C"]));
    }
}
