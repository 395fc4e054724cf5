//! Messages repeat what was given on the command line. A key or a token in its place by mistake is not repeated: messages end in logs.

use tidegate::token::{Found, find};

/// What stands in the place of a key or a token.
const REDACTED: &str = "[redacted]";
/// An owner key is recognised by at least this many characters behind `owner_`. Fewer may be the name of a file.
const MIN_OWNER_KEY: usize = 32;

/// The text without keys and tokens.
pub fn redacted(text: &str) -> String {
    let pieces = text.split_inclusive(|letter| !is_of_a_key(letter));
    let kept = |piece: &str| {
        let key = piece.trim_end_matches(|letter| !is_of_a_key(letter));
        if is_secret(key) { piece.replacen(key, REDACTED, 1) } else { piece.to_owned() }
    };
    pieces.map(kept).collect()
}

fn is_secret(text: &str) -> bool {
    match find(text) {
        Some(Found::OwnerKey) => text.split_once("owner_").is_some_and(|(_, random)| random.len() >= MIN_OWNER_KEY),
        found => found.is_some(),
    }
}

fn is_of_a_key(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

#[cfg(test)]
mod tests {
    use tidegate::access::KeyId;
    use tidegate::token::{IntegrationId, Prefix, TokenKeys, mint, mint_key};

    use super::*;

    #[test]
    fn keys_and_tokens_are_not_repeated() {
        let keys = TokenKeys::parse("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE").unwrap();
        let token = mint(&keys, &Prefix::parse("acme").unwrap(), IntegrationId::from_entropy([7; 10]), [9; 24]);
        let automation = mint_key(&keys, &KeyId::from_entropy([7; 10]), [9; 24]);
        let owner = format!("owner_{}", "aB-_".repeat(11).get(..43).unwrap());
        for secret in [
            token.plaintext.reveal(),
            automation.plaintext.reveal(),
            owner.clone(),
            owner.get(..48).unwrap().to_owned(),
        ] {
            for text in ["{}: no such file", "'{}'", "\u{e9}{}\u{e9}", "https://u:{}@host/", "a {} and {}"] {
                assert_eq!(redacted(&text.replace("{}", &secret)), text.replace("{}", REDACTED));
            }
        }
    }

    #[test]
    fn all_else_stays() {
        for text in [
            "",
            "owner_key_of_production.secret: the key cannot be read",
            "/of-a-directory-with-a-long-name-owner_key_of_production: no such file",
            "/etc/tidegate/owner-key: permission denied (os error 13)\n",
            "GET http://admin.localhost:8787/_tidegate/api/integrations/3k9p7vm2c4xw8nqt: \u{2026}",
        ] {
            assert_eq!(redacted(text), text);
        }
    }
}
