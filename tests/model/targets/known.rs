//! The tokens that exist in these tests, and the words by which inputs name them.

use std::sync::LazyLock;

use tidegate::request::{Authorization, Checked};
use tidegate::token::{
    CredentialError, IntegrationId, OwnCredentials, Prefix, Presented, TokenHash, TokenKeys, check, mint,
};

/// A token that was minted.
pub struct Known {
    /// The word that stands for it in an input.
    pub word: &'static str,
    pub text: String,
    pub hash: TokenHash,
    /// Its number, if it is of [`ours`]; 0 for another integration's.
    pub n: u32,
    /// Whether one of [`keys`] minted it.
    pub genuine: bool,
}

/// Two keys of 32 equal bytes: one mints, one is retired.
pub const KEYS: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE,AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";
const FOREIGN: &str = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk";
const RETIRED: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let minted = |word, keys: &str, id: u8, n: u32, genuine| {
        let secret = [u8::try_from(n).unwrap() + 1; 24];
        let minted = mint(&TokenKeys::parse(keys).unwrap(), &Prefix::default(), id_of(id), secret);
        Known { word, text: minted.plaintext.reveal(), hash: minted.hash, n, genuine }
    };
    vec![
        minted("$1", KEYS, 1, 1, true),
        minted("$2", KEYS, 1, 2, true),
        minted("$3", KEYS, 1, 3, true),
        minted("$r", RETIRED, 1, 4, true),
        minted("$o", KEYS, 2, 0, true),
        minted("$f", FOREIGN, 1, 1, false),
    ]
});

static VERIFYING: LazyLock<TokenKeys> = LazyLock::new(|| TokenKeys::parse(KEYS).unwrap());

pub fn tokens() -> &'static [Known] {
    &KNOWN
}

/// The gate's keys.
pub fn keys() -> &'static TokenKeys {
    &VERIFYING
}

/// The owner key; its word is `$k`.
pub const OWNER_KEY: &str = "owner_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq";

/// What the gate makes of an `Authorization` field.
pub fn checked(authorization: &Authorization) -> Result<Checked<Presented>, CredentialError> {
    let own = OwnCredentials { prefix: &Prefix::default(), is_owner_key: &|text| text == OWNER_KEY };
    check(keys(), own, authorization)
}

/// The integration that all is about.
pub fn ours() -> IntegrationId {
    id_of(1)
}

/// The number of a genuine token by its text.
pub fn number_of(text: &str) -> Option<u32> {
    tokens().iter().find(|token| token.genuine && token.text == text).map(|token| token.n)
}

/// The text with tokens in the place of their words.
pub fn expand(text: &str) -> String {
    let text = text.replace("$k", OWNER_KEY);
    tokens().iter().fold(text, |text, token| text.replace(token.word, &token.text))
}

fn id_of(byte: u8) -> IntegrationId {
    IntegrationId::from_entropy([byte; 10])
}
