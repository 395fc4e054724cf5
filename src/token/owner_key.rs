//! The form of the owner key, by which it is recognised without knowing it.

/// The prefix of the owner key.
pub(super) const PREFIX: &str = "owner_";
/// How long an owner key is, in bytes: the prefix, and 32 bytes in base64url.
pub(super) const LENGTH: usize = PREFIX.len() + 43;

/// Whether a text has the form of owner keys.
pub fn has_owner_key_form(text: &str) -> bool {
    text.len() == LENGTH && text.strip_prefix(PREFIX).is_some_and(|random| random.bytes().all(is_base64url))
}

/// Whether `byte` is one of base64url's characters (RFC 4648 section 5).
pub(super) fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
