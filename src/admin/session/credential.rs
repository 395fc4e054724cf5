//! The credential of a request, after the gate has verified it.

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::access::{KeyId, Proof};
use crate::token::{PresentedKey, TokenHash};

const OWNER_KEY: &str = "owner-key";
const SESSION: &str = "session:";
const PERSON_SESSION: &str = "person-session:";
const KEY: &str = "key:";
const PROOF: &str = "proof:";

/// What the gate has verified of who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// The owner key.
    OwnerKey,
    /// A session that was started with the owner key, by the digest of its id.
    Session(String),
    /// The session of a person, by the digest of the session's id.
    PersonSession(String),
    /// An automation key with a genuine tag.
    Key(PresentedKey),
    /// An identity provider's proof about the person who signs in. It is valid for that only.
    Proof(Proof),
}

impl Credential {
    /// The text that the gate sends to the registry.
    pub fn to_header(&self) -> String {
        match self {
            Self::OwnerKey => OWNER_KEY.to_owned(),
            Self::Session(digest) => format!("{SESSION}{digest}"),
            Self::PersonSession(digest) => format!("{PERSON_SESSION}{digest}"),
            Self::Key(PresentedKey { id, hash }) => format!("{KEY}{id}:{}", String::from(*hash)),
            Self::Proof(proof) => {
                let text = serde_json::to_string(proof).unwrap_or_default();
                format!("{PROOF}{}", Base64UrlUnpadded::encode_string(text.as_bytes()))
            }
        }
    }

    /// Reads what [`Credential::to_header`] wrote; `None` for anything else.
    pub fn from_header(text: &str) -> Option<Self> {
        if text == OWNER_KEY {
            return Some(Self::OwnerKey);
        }
        if let Some(digest) = text.strip_prefix(SESSION) {
            return Some(Self::Session(digest.to_owned()));
        }
        if let Some(digest) = text.strip_prefix(PERSON_SESSION) {
            return Some(Self::PersonSession(digest.to_owned()));
        }
        if let Some(proof) = text.strip_prefix(PROOF) {
            let text = String::from_utf8(Base64UrlUnpadded::decode_vec(proof).ok()?).ok()?;
            return Proof::from_text(&text).map(Self::Proof);
        }
        let (id, hash) = text.strip_prefix(KEY)?.split_once(':')?;
        let (id, hash) = (KeyId::parse(id).ok()?, TokenHash::try_from(hash.to_owned()).ok()?);
        Some(Self::Key(PresentedKey { id, hash }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_read_as_it_was_written() {
        let proof = Proof {
            issuer: "https://id.example".to_owned(),
            subject: "ü|1".to_owned(),
            email: None,
            login: "x".to_owned(),
        };
        let hash = TokenHash::try_from("ab".repeat(24)).unwrap();
        let key = PresentedKey { id: KeyId::from_entropy([7; 10]), hash };
        for credential in [
            Credential::OwnerKey,
            Credential::Session("ab12".to_owned()),
            Credential::PersonSession("ab12".to_owned()),
            Credential::Key(key),
            Credential::Proof(proof),
        ] {
            let header = credential.to_header();
            assert!(header.is_ascii(), "{header}");
            assert_eq!(Credential::from_header(&header), Some(credential));
        }
        for text in ["", "owner-key ", "Session:ab", "somebody", "key:", "key:a:b", "proof:", "proof:e30"] {
            assert_eq!(Credential::from_header(text), None, "{text:?}");
        }
    }
}
