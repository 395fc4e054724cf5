//! Reads and writes the text of a token. There is exactly one spelling.

use std::fmt;
use std::sync::LazyLock;

use crc::{CRC_32_ISO_HDLC, Crc};

use super::credential::AUTOMATION_KEY;
use super::keys::Tag;
use super::{IntegrationId, SECRET_BYTES};
use crate::encoding;

/// CRC-32 as zip and Ethernet have it, with a table of 1 KB: bit by bit, a request would take 3,000 instructions more. The table is
/// computed at first use, since the WASM would be 1 KB larger with it.
static CHECKSUM: LazyLock<Crc<u32>> = LazyLock::new(|| Crc::<u32>::new(&CRC_32_ISO_HDLC));

/// The prefix of a token, by which people and secret scanners recognise it. Default `pit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

/// The text is not a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 2 to 16 characters of a-z and 0-9, the first a letter, and not tga")]
pub struct InvalidPrefix;

/// A token in the right form and with the right checksum. Nothing is said of its tag yet.
pub struct Token {
    id: IntegrationId,
    secret: [u8; SECRET_BYTES],
    tag: Tag,
}

/// A token's text. It exists in the response that minted it and nowhere else.
pub struct Plaintext(String);

/// Why a text is not a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    /// Not `{prefix}_{id}_{rest}` with the right lengths and alphabet.
    #[error("form")]
    Form,
    /// The checksum is wrong: a typing error, or not a token at all.
    #[error("checksum")]
    Checksum,
}

impl Prefix {
    /// Reads a prefix.
    ///
    /// # Errors
    /// [`InvalidPrefix`] if a double click would not select the whole token, and for the prefix of automation keys.
    pub fn parse(text: &str) -> Result<Self, InvalidPrefix> {
        let allowed = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let starts = text.starts_with(|first: char| first.is_ascii_lowercase());
        let is_taken = AUTOMATION_KEY.strip_suffix('_') == Some(text);
        if allowed && starts && !is_taken && (2..=16).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidPrefix)
        }
    }

    /// The prefix of automation keys.
    pub(super) fn of_automation_keys() -> Self {
        Self(AUTOMATION_KEY.trim_end_matches('_').to_owned())
    }

    /// The text of a token up to its id.
    pub(super) fn label(&self) -> String {
        [self.0.as_str(), "_"].concat()
    }

    /// Whether `text` begins as a token of ours does.
    pub fn begins(&self, text: &str) -> bool {
        text.strip_prefix(self.0.as_str()).is_some_and(|rest| rest.starts_with('_'))
    }
}

impl Default for Prefix {
    fn default() -> Self {
        Self("pit".to_owned())
    }
}

impl Token {
    pub(super) fn new(id: IntegrationId, secret: [u8; SECRET_BYTES], tag: Tag) -> Self {
        Self { id, secret, tag }
    }

    /// Reads a token and checks its checksum.
    ///
    /// # Errors
    /// [`InvalidToken`] for anything but the one spelling of a token.
    pub fn parse(prefix: &Prefix, text: &str) -> Result<Self, InvalidToken> {
        let (head, rest) = text.rsplit_once('_').ok_or(InvalidToken::Form)?;
        let (given_prefix, id) = head.split_once('_').ok_or(InvalidToken::Form)?;
        let id = IntegrationId::parse(id).map_err(|_| InvalidToken::Form)?;
        if given_prefix != prefix.0 {
            return Err(InvalidToken::Form);
        }
        let bytes = encoding::decode_base32(rest).ok_or(InvalidToken::Form)?;
        let (secret, bytes) = bytes.split_first_chunk().ok_or(InvalidToken::Form)?;
        let (tag, bytes) = bytes.split_first_chunk().ok_or(InvalidToken::Form)?;
        let token = Self::new(id, *secret, *tag);
        let sum: [u8; 4] = bytes.try_into().map_err(|_| InvalidToken::Form)?;
        if sum == token.checksum(prefix) { Ok(token) } else { Err(InvalidToken::Checksum) }
    }

    /// The one spelling of this token.
    pub(super) fn to_text(&self, prefix: &Prefix) -> Plaintext {
        let mut bytes = self.secret.to_vec();
        bytes.extend(self.tag);
        bytes.extend(self.checksum(prefix));
        Plaintext(format!("{}_{}_{}", prefix.0, self.id, encoding::encode_base32(&bytes)))
    }

    /// The integration that the token names.
    pub fn id(&self) -> &IntegrationId {
        &self.id
    }

    pub(super) fn secret(&self) -> &[u8; SECRET_BYTES] {
        &self.secret
    }

    pub(super) fn tag(&self) -> &Tag {
        &self.tag
    }

    fn checksum(&self, prefix: &Prefix) -> [u8; 4] {
        let (prefix, id) = (prefix.0.as_bytes(), self.id.as_str().as_bytes());
        let mut checksum = CHECKSUM.digest();
        [prefix, b"_", id, b"_", &self.secret, &self.tag].iter().for_each(|part| checksum.update(part));
        checksum.finalize().to_be_bytes()
    }
}

impl Plaintext {
    /// The last four characters, by which its holder recognises it. They are 18 bits of the checksum, and reveal nothing of the secret to
    /// anyone who cannot try all secrets.
    pub fn last_four(&self) -> String {
        let before = self.0.len().saturating_sub(4);
        self.0.get(before..).unwrap_or_default().to_owned()
    }

    /// Reveals the text, for the one response that shows it.
    pub fn reveal(self) -> String {
        self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}
