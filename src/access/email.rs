//! E-mail addresses, by which people are invited.

use serde::Serialize;

use crate::json::{self, FromJson, text};
use crate::text::{composed, folded, is_seen};

/// The longest address, in bytes (RFC 5321 section 4.5.3.1.3, without the angle brackets).
const MAX_BYTES: usize = 254;
const MAX_LOCAL_BYTES: usize = 64;

/// An e-mail address: one `@`, no white space, quotes or invisible characters, a host name behind the `@`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Email(String);

/// The text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an e-mail address is one as in ana@example.com, of at most 254 bytes, without white space and invisible characters"
)]
pub struct InvalidEmail;

impl Email {
    /// Reads an address.
    ///
    /// # Errors
    /// [`InvalidEmail`].
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let address = composed(text);
        let (local, host) = address.split_once('@').ok_or(InvalidEmail)?;
        let plain =
            |letter: char| !letter.is_whitespace() && !letter.is_control() && !"\"(),:;<>@[\\]".contains(letter);
        let is_label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
        };
        let dots = |part: &str| part.starts_with('.') || part.ends_with('.') || part.contains("..");
        let right = address.len() <= MAX_BYTES
            && (1..=MAX_LOCAL_BYTES).contains(&local.len())
            && local.chars().all(plain)
            && !dots(local)
            && host.contains('.')
            && host.split('.').all(is_label)
            && is_seen(&address);
        if right { Ok(Self(address)) } else { Err(InvalidEmail) }
    }

    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address without its case: nobody is added with an address for which this is the same as for another one.
    pub fn folded(&self) -> String {
        folded(&self.0)
    }

    /// Whether a sign-in with this address is one by `invited`. Case does not matter. Letters that only folding makes the same, as
    /// `ſ` and `s` or `ı` and `i`, are different: they name another mailbox, or another host, which anybody may own.
    pub fn is_of(&self, invited: &str) -> bool {
        lower(&self.0) == lower(invited)
    }
}

/// In Unicode's normalization form C and in lower case.
fn lower(address: &str) -> String {
    composed(address).chars().flat_map(char::to_lowercase).collect()
}

impl FromJson for Email {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        text(value, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_at_sign_and_a_host() {
        for text in
            ["ana@example.com", "Ana.Lopez+x@mail.example.co.uk", "jürgen@münchen.example", "o'hara@a.b", "a@1.b"]
        {
            assert!(Email::parse(text).is_ok(), "{text}");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("a@{}example.com", "a.".repeat(130));
        for text in [
            "",
            "@",
            "ana",
            "ana@",
            "@example.com",
            "ana@example",
            "a@b@example.com",
            "ana @example.com",
            " ana@example.com",
            "ana@example.com ",
            "ana@example.com\n",
            "ana@exam ple.com",
            "ana@-a.com",
            "ana@a-.com",
            "ana@.com",
            "ana@a..com",
            "ana@a.com.",
            ".a@a.com",
            "a.@a.com",
            "a..b@a.com",
            "\"a\"@a.com",
            "a@[127.0.0.1]",
            "<a@a.com>",
            "a,b@a.com",
            "a\u{200b}@a.com",
            "a@a\u{200d}.com",
            "a\u{202e}@a.com",
            "a\u{0}@a.com",
            "mailto:a@a.com",
            &long,
            &longer,
        ] {
            assert_eq!(Email::parse(text), Err(InvalidEmail), "{text:?}");
        }
    }

    #[test]
    fn case_and_spelling_make_no_other_address() {
        let one = Email::parse("Jose\u{301}@Example.COM").unwrap();
        assert_eq!(one.folded(), Email::parse("jos\u{e9}@example.com").unwrap().folded());
        assert_ne!(one.folded(), Email::parse("jose@example.com").unwrap().folded());
    }

    #[test]
    fn letters_that_only_fold_alike_are_another_mailbox() {
        let is_of = |given: &str, invited: &str| Email::parse(given).unwrap().is_of(invited);
        for (given, invited) in [
            ("Ana@Example.COM", "ana@example.com"),
            ("J\u{dc}RGEN@M\u{dc}NCHEN.example", "j\u{fc}rgen@m\u{fc}nchen.example"),
            ("Jose\u{301}@example.com", "jos\u{e9}@example.com"),
        ] {
            assert!(is_of(given, invited), "{given}");
        }
        for (given, invited) in [
            ("je\u{17f}s@example.com", "jess@example.com"),
            ("mike@g\u{131}thub.com", "mike@github.com"),
            ("m\u{130}ke@example.com", "mike@example.com"),
            ("stra\u{df}e@example.com", "strasse@example.com"),
            ("\u{fb01}ona@example.com", "fiona@example.com"),
        ] {
            assert!(!is_of(given, invited), "{given}");
        }
    }
}
