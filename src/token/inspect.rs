//! What a pasted text shows without keys: whether it has the form of our tokens, and if not, what may have happened to it.

use serde::Serialize;

use super::{IntegrationId, InvalidToken, Prefix, SECRET_BYTES, Token};
use crate::encoding;

/// Characters of a token's last part: base32 of the secret, the tag (8 bytes) and the checksum (4 bytes).
pub(super) const REST_LENGTH: usize = ((SECRET_BYTES + 8 + 4) * 8).div_ceil(5);

/// A text's form. None of them holds any of the token's secret part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum TokenForm {
    /// In a token's form, and the checksum is right. Whether it was ever minted only the gate can say.
    Ours {
        /// What it begins with.
        prefix: String,
        /// The integration that it names.
        id: IntegrationId,
    },
    /// As long as a token, with wrong characters in it.
    Mistyped {
        /// What is wrong.
        detail: &'static str,
    },
    /// The beginning of a token.
    Truncated {
        /// What is wrong.
        detail: &'static str,
    },
    /// Something else.
    Other {
        /// What is wrong.
        detail: &'static str,
    },
}

/// Inspects `text`. Without a `prefix`, any prefix is accepted.
pub fn inspect(text: &str, prefix: Option<&Prefix>) -> TokenForm {
    let Some((given, body)) = text.split_once('_') else {
        return TokenForm::Other { detail: "a token has the form prefix_id_rest" };
    };
    let prefix = match prefix {
        Some(prefix) if prefix.begins(text) => prefix.clone(),
        Some(_) => return TokenForm::Other { detail: "it does not begin as this gate's tokens do" },
        None => match Prefix::parse(given) {
            Ok(prefix) => prefix,
            Err(_) => return TokenForm::Other { detail: "it does not begin as a token does" },
        },
    };
    match Token::parse(&prefix, text) {
        Ok(token) => TokenForm::Ours { prefix: given.to_owned(), id: token.id().clone() },
        Err(InvalidToken::Checksum) => TokenForm::Mistyped {
            detail: "the checksum is wrong: a character was mistyped, or parts of two tokens were joined",
        },
        Err(InvalidToken::Form) => form_of(body),
    }
}

/// The form of what follows the prefix and is not the body of a token.
fn form_of(body: &str) -> TokenForm {
    let (id, rest) = body.split_once('_').unwrap_or((body, ""));
    let is_id = id.len() == IntegrationId::LENGTH;
    let is_beginning = if body.contains('_') { is_id } else { id.len() <= IntegrationId::LENGTH };
    if is_id && rest.len() == REST_LENGTH {
        return TokenForm::Mistyped { detail: "a token has only the characters 0-9, a-h, j, k, m, n, p-t, v-z" };
    }
    if is_beginning && rest.len() < REST_LENGTH && id.bytes().chain(rest.bytes()).all(encoding::is_base32_digit) {
        return TokenForm::Truncated { detail: "its end is missing" };
    }
    TokenForm::Other { detail: "it is not as long as a token, or divided differently" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{TokenKeys, mint};

    fn token(prefix: &str) -> String {
        let keys = TokenKeys::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        let id = IntegrationId::from_entropy([7; 10]);
        mint(&keys, &Prefix::parse(prefix).unwrap(), id, [42; SECRET_BYTES]).plaintext.reveal()
    }

    fn name(text: &str, prefix: Option<&str>) -> String {
        let form = inspect(text, prefix.map(|prefix| Prefix::parse(prefix).unwrap()).as_ref());
        let json = serde_json::to_value(&form).unwrap();
        // Nothing of the secret part comes back.
        let rest = text.rsplit('_').next().unwrap();
        assert!(rest.len() < 20 || !json.to_string().contains(rest.get(..8).unwrap()), "{json}");
        json["form"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_token_is_recognised_with_its_prefix() {
        let id = IntegrationId::from_entropy([7; 10]);
        for (prefix, expected) in [("pit", None), ("key", None), ("pit", Some(Prefix::default()))] {
            let form = inspect(&token(prefix), expected.as_ref());
            assert_eq!(form, TokenForm::Ours { prefix: prefix.to_owned(), id: id.clone() });
        }
        assert_eq!(name(&token("key"), Some("pit")), "other");
    }

    #[test]
    fn every_beginning_of_a_token_is_truncated() {
        let token = token("pit");
        for end in 4..token.len() {
            let beginning = token.get(..end).unwrap();
            assert_eq!(name(beginning, None), "truncated", "{beginning}");
        }
        assert_eq!(name("pit", None), "other");
    }

    #[test]
    fn every_wrong_character_is_a_mistake() {
        let token = token("pit");
        for place in (4..20).chain(21..token.len()) {
            for wrong in ['0', 'z', 'o', 'Z', '-'] {
                let mut text: Vec<char> = token.chars().collect();
                if std::mem::replace(&mut text[place], wrong) != wrong {
                    assert_eq!(name(&text.iter().collect::<String>(), None), "mistyped", "{wrong} at {place}");
                }
            }
        }
    }

    #[test]
    fn all_else_is_something_else() {
        let long = format!("{}0", token("pit"));
        let texts = ["", "_", "hello_world", "sk_live_0123456789", "ghp_0123456789abcdefABCDEF", "Bearer pit_0", &long];
        for text in texts {
            assert_eq!(name(text, None), "other", "{text}");
        }
    }
}
