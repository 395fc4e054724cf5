//! Step 2: tokens. A token is `{prefix}_{id}_{rest}`; `rest` is the base32 of a random secret, a keyed tag that
//! makes a forgery recognisable without I/O, and a CRC-32 that finds typing errors offline.

mod automation;
mod credential;
mod find;
mod id;
mod inspect;
mod keys;
mod owner_key;
mod purpose;
mod store;
mod text;

pub use automation::{KeyId, PresentedKey, check_key_form, is_automation_key, mint_key, verify_key};
pub use credential::{CredentialError, OwnCredentials, check, verify};
pub use find::{Found, find};
pub(crate) use id::id_of_its_own;
pub use id::{IntegrationId, InvalidId};
pub use inspect::{TokenForm, inspect};
pub use keys::{KeyError, TokenHash, TokenKeys};
pub use owner_key::has_owner_key_form;
pub use purpose::PurposeKey;
pub use store::{Authentic, MAC_LENGTH, NotAuthentic, SignedValue, StoreKeys};
pub(crate) use store::{split, with_mac};
pub use text::{InvalidPrefix, InvalidToken, Plaintext, Prefix, Token};

use crate::request::Request;

/// Bytes of randomness in a token, beside its integration's id.
pub const SECRET_BYTES: usize = 24;

/// A token that carried a genuine tag: it was minted with one of our keys. Whether it still lives is the record's to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    id: IntegrationId,
    hash: TokenHash,
}

/// A new token: its plaintext, to be shown once, and the hash to keep.
#[derive(Debug)]
pub struct Minted {
    /// The text of the token.
    pub plaintext: Plaintext,
    /// What registry and KV keep of it.
    pub hash: TokenHash,
}

/// Why a credential is not a genuine token. Clients do not see the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not in the form of a token, or with a wrong checksum.
    #[error("malformed: {0}")]
    Malformed(#[from] InvalidToken),
    /// In the right form, but no key of ours made its tag.
    #[error("forged")]
    Forged,
    /// A key of the admin API, which opens nothing of the origin's.
    #[error("is a key of the admin API")]
    OfAdminApi,
}

/// Mints a token for `id` from `secret`, which must be fresh randomness.
pub fn mint(keys: &TokenKeys, prefix: &Prefix, id: IntegrationId, secret: [u8; SECRET_BYTES]) -> Minted {
    let (tag, hash) = keys.minting().derive(keys::TOKEN, &id, &secret);
    Minted { plaintext: Token::new(id, secret, tag).to_text(prefix), hash }
}

impl Presented {
    /// What a request that names an integration (rather than presenting a token) is judged as. For explanations only:
    /// outside the core, [`check`] alone makes one.
    pub(crate) fn assumed(id: IntegrationId, hash: TokenHash) -> Self {
        Self { id, hash }
    }

    /// The integration that the token was minted for.
    pub fn id(&self) -> &IntegrationId {
        &self.id
    }

    /// The hash to compare with the record's.
    pub fn hash(&self) -> &TokenHash {
        &self.hash
    }
}

/// A request whose credential, if it has one, is genuine.
pub type VerifiedRequest = Request<Presented>;
