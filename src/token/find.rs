//! Finds credentials in a text that was pasted where none belongs. It needs no keys, so the text goes no further.

use serde::Serialize;

use super::inspect::{REST_LENGTH, inspect};
use super::owner_key::{self, is_base64url};
use super::{IntegrationId, Prefix, TokenForm};
use crate::encoding;

/// The prefix of automation keys.
const AUTOMATION_PREFIX: &str = "tga";
/// A token's secret part is recognised by at least this many characters. Fewer give nothing away.
const MIN_SECRET: usize = 8;
/// So many letters and digits behind an id are a token, with some of them mistyped.
const MIN_MISTYPED: usize = 30;
/// The owner key is recognised by at least this many characters.
const MIN_OWNER_KEY: usize = 16;

/// A credential that was found. It holds nothing of the secret part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Found {
    /// An integration's token, whole or with something wrong with it.
    Token {
        /// The integration that it names, where that can be read.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<IntegrationId>,
        /// Whether it is whole, with a right checksum.
        whole: bool,
    },
    /// An automation key (`tga_…`), or a part of one.
    AutomationKey,
    /// The owner's key (`owner_…`), or a part of it.
    OwnerKey,
}

/// Finds a credential in `text`: alone, in a header field or a command, in quotes, broken over lines, or typed in capitals.
/// Tokens may have any prefix.
pub fn find(text: &str) -> Option<Found> {
    let joined: String = text.chars().filter(|letter| !is_unseen(*letter)).collect();
    let together: String = joined.chars().filter(|letter| !letter.is_whitespace()).collect();
    let tokens: Vec<_> =
        [text, &joined, &together].into_iter().filter_map(|text| token(&text.to_ascii_lowercase())).collect();
    let whole = tokens.iter().find(|found| !matches!(found, Found::Token { whole: false, .. }));
    let owner = || [text, &joined].into_iter().find_map(owner_key);
    whole.or(tokens.first()).cloned().or_else(owner)
}

fn owner_key(text: &str) -> Option<Found> {
    let mut found = text
        .match_indices(owner_key::PREFIX)
        .filter_map(|(place, _)| text.get(place..)?.get(owner_key::PREFIX.len()..));
    let is_key = |key: &str| key.bytes().take_while(|byte| is_base64url(*byte)).count() >= MIN_OWNER_KEY;
    found.any(is_key).then_some(Found::OwnerKey)
}

/// Looks behind each underscore for an id and for a secret part.
fn token(text: &str) -> Option<Found> {
    let mut any = None;
    for (place, _) in text.match_indices('_') {
        let (Some(before), Some(after)) = (text.get(..place), text.get(place.saturating_add(1)..)) else { continue };
        match split(before, after) {
            Some(found @ Found::Token { whole: false, .. }) => any = any.or(Some(found)),
            Some(found) => return Some(found),
            None => {}
        }
    }
    any
}

/// Reads the words around an underscore: a prefix before it, id and secret part after it; or the secret part alone.
fn split(before: &str, after: &str) -> Option<Found> {
    let word = |text: &str| text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let first = word(after);
    if first == REST_LENGTH && after.bytes().take(first).all(encoding::is_base32_digit) {
        return Some(Found::Token { id: None, whole: false });
    }
    let secret = after.get(IntegrationId::LENGTH..)?.strip_prefix('_')?;
    let id = after.get(..IntegrationId::LENGTH).filter(|_| first == IntegrationId::LENGTH)?;
    let length = word(secret).min(REST_LENGTH);
    let is_plain = secret.bytes().take(MIN_SECRET).all(encoding::is_base32_digit);
    let id = IntegrationId::parse(id).ok();
    if length < MIN_SECRET || ((id.is_none() || !is_plain) && length < MIN_MISTYPED) {
        return None;
    }
    let text = after.get(..IntegrationId::LENGTH.saturating_add(1).saturating_add(length))?;
    let whole = whole_prefix(before, text);
    if whole.unwrap_or(before).ends_with(AUTOMATION_PREFIX) {
        return Some(Found::AutomationKey);
    }
    Some(Found::Token { id, whole: whole.is_some() })
}

/// The end of `before` with which `text` is a token: other words may stand right before it.
fn whole_prefix<'a>(before: &'a str, text: &str) -> Option<&'a str> {
    let run = before.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
    let mut prefixes = (1..=run).filter_map(|length| before.get(before.len().checked_sub(length)?..));
    prefixes.find(|prefix| {
        let known = Prefix::parse(prefix).ok();
        known.is_some_and(|known| matches!(inspect(&format!("{prefix}_{text}"), Some(&known)), TokenForm::Ours { .. }))
    })
}

/// Line breaks and what has no width: they come into a text where it is copied or wrapped.
fn is_unseen(letter: char) -> bool {
    let is_mark = matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    letter.is_control() || is_mark
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{SECRET_BYTES, TokenKeys, mint};

    fn id() -> IntegrationId {
        IntegrationId::from_entropy([7; 10])
    }

    fn token(prefix: &str) -> String {
        let keys = TokenKeys::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        mint(&keys, &Prefix::parse(prefix).unwrap(), id(), [42; SECRET_BYTES]).plaintext.reveal()
    }

    fn whole() -> Option<Found> {
        Some(Found::Token { id: Some(id()), whole: true })
    }

    #[test]
    fn a_token_is_found_wherever_it_stands() {
        let token = token("pit");
        for text in [
            token.clone(),
            format!("Bearer {token}"),
            format!("'{token}'"),
            format!("\"{token}\","),
            format!("  {token}\n"),
            format!("curl https://api.example.com/x \\\n  -H \"Authorization: Bearer {token}\""),
            format!("https://h/?access_token={token}&x=1"),
            format!("TOKEN={token};"),
            format!("{{\"token\":\"{token}\"}}"),
            token.to_uppercase(),
            format!("{}\r\n {}", token.get(..40).unwrap(), token.get(40..).unwrap()),
            format!("Bearer\u{200b}{token}"),
            format!("my_token_is_{token}"),
        ] {
            assert_eq!(find(&text), whole(), "{text}");
        }
        assert_eq!(find(&self::token("key")), whole());
    }

    #[test]
    fn a_part_of_a_token_is_found_where_it_gives_anything_away() {
        let token = token("pit");
        let part = Some(Found::Token { id: Some(id()), whole: false });
        for end in 4..token.len() {
            let expected = if end < 21 + MIN_SECRET { &None } else { &part };
            assert_eq!(&find(token.get(..end).unwrap()), expected, "{end}");
        }
        for place in 4..token.len() {
            let mut text: Vec<char> = token.chars().collect();
            if place != 20 && std::mem::replace(&mut text[place], 'u') != 'u' {
                let found = find(&text.iter().collect::<String>());
                assert!(matches!(found, Some(Found::Token { whole: false, .. })), "{place}: {found:?}");
            }
        }
        assert_eq!(find(token.get(3..).unwrap()), part);
        assert_eq!(find(token.get(20..).unwrap()), Some(Found::Token { id: None, whole: false }));
    }

    #[test]
    fn other_keys_are_found() {
        let automation = token("tgb").replacen("tgb", "tga", 1); // no gate mints tokens that begin so
        assert_eq!(find(&automation), Some(Found::AutomationKey));
        assert_eq!(find(automation.get(..50).unwrap()), Some(Found::AutomationKey));
        let key = format!("owner_{}", "aB-_".repeat(11).get(..43).unwrap());
        for text in
            [key.clone(), format!("OWNER_KEY='{key}'"), format!("Bearer {key}"), key.get(..30).unwrap().to_owned()]
        {
            assert_eq!(find(&text), Some(Found::OwnerKey), "{text}");
        }
    }

    #[test]
    fn what_people_write_is_none() {
        for text in [
            "",
            "_",
            "Zapier sync",
            "contacts.readonly",
            "owner_name",
            "sub_account",
            id().as_str(),
            "my_integration_for_the_newsletter_of_the_northern_branch",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "locations/customValues.write",
            "owner_id of the account is not what we want to see here at all",
            "some_contactsreadonly_x",
            "snake_case_name_that_somebody_made_up_for_a_script_of_hers",
            "/calendars/{calendarId}/free-slots?start_date=1&end_date=2",
            "a9f3_b7c1_d2e4",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
