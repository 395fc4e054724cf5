//! Automation keys of the admin API: `tga_…`. They have the form of a token, with a label of their own.

use super::id_of_its_own;
use super::keys::AUTOMATION_KEY;
use super::{InvalidToken, Minted, Prefix, SECRET_BYTES, Token, TokenError, TokenHash, TokenKeys};

id_of_its_own! {
    /// An automation key's id: public, in the form of an integration's.
    KeyId
}

/// An automation key that carried a genuine tag. Whether it still lives is the registry's to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedKey {
    /// Its id.
    pub id: KeyId,
    /// What the registry keeps of it.
    pub hash: TokenHash,
}

/// Whether a text begins as automation keys do.
pub fn is_automation_key(text: &str) -> bool {
    Prefix::of_automation_keys().begins(text)
}

/// Checks the form and the checksum of an automation key. Only a gate can tell whether it is genuine.
///
/// # Errors
/// [`InvalidToken`].
pub fn check_key_form(text: &str) -> Result<(), InvalidToken> {
    Token::parse(&Prefix::of_automation_keys(), text).map(|_| ())
}

/// Mints an automation key from `secret`, which must be fresh randomness.
pub fn mint_key(keys: &TokenKeys, id: &KeyId, secret: [u8; SECRET_BYTES]) -> Minted {
    let (tag, hash) = keys.minting().derive(AUTOMATION_KEY, &id.0, &secret);
    Minted { plaintext: Token::new(id.0.clone(), secret, tag).to_text(&Prefix::of_automation_keys()), hash }
}

/// Verifies the text of an automation key.
///
/// # Errors
/// [`TokenError`].
pub fn verify_key(keys: &TokenKeys, text: &str) -> Result<PresentedKey, TokenError> {
    let token = Token::parse(&Prefix::of_automation_keys(), text)?;
    let presented = keys.verify(AUTOMATION_KEY, &token).ok_or(TokenError::Forged)?;
    Ok(PresentedKey { id: KeyId(presented.id().clone()), hash: *presented.hash() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{IntegrationId, mint, verify};

    const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

    #[test]
    fn a_key_is_verified_by_the_token_key_that_minted_it() {
        let (keys, id) = (TokenKeys::parse(ONE).unwrap(), KeyId::from_entropy([7; 10]));
        let Minted { plaintext, hash } = mint_key(&keys, &id, [9; SECRET_BYTES]);
        let text = plaintext.reveal();
        assert!(text.starts_with(&format!("tga_{id}_")) && text.len() == 4 + 16 + 1 + 58);
        assert_eq!(verify_key(&keys, &text), Ok(PresentedKey { id, hash }));
        let both = TokenKeys::parse(&format!("{TWO},{ONE}")).unwrap();
        assert!(verify_key(&both, &text).is_ok_and(|presented| presented.hash == hash));
        assert_eq!(verify_key(&TokenKeys::parse(TWO).unwrap(), &text), Err(TokenError::Forged));
        for other in
            ["", "tga_", &text.to_uppercase(), &text.replace("tga_", "pit_"), &format!("{text}0"), &format!(" {text}")]
        {
            assert!(matches!(verify_key(&keys, other), Err(TokenError::Malformed(_))), "{other}");
        }
    }

    #[test]
    fn a_token_under_the_prefix_of_keys_is_forged() {
        let keys = TokenKeys::parse(ONE).unwrap();
        let prefix = Prefix::of_automation_keys();
        let token = mint(&keys, &prefix, IntegrationId::from_entropy([7; 10]), [9; SECRET_BYTES]).plaintext.reveal();
        assert_eq!(verify_key(&keys, &token), Err(TokenError::Forged));
        let key = mint_key(&keys, &KeyId::from_entropy([7; 10]), [9; SECRET_BYTES]).plaintext.reveal();
        assert_eq!(verify(&keys, &prefix, &key), Err(TokenError::Forged));
    }
}
