//! The key of the admin API, from a file, from standard input or from the environment: never from the command line, where other users
//! of the machine see it.

use std::env;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use tidegate::admin::OwnerKey;
use tidegate::request::file_text;
use tidegate::token::{check_key_form, is_automation_key};
use ureq::http::HeaderValue;
use ureq::http::header::InvalidHeaderValue;

use crate::exit::Failure;

/// The variable that holds a key.
pub const VARIABLE: &str = "TIDEGATE_KEY";
/// More than any key has; no more is read of a file named by mistake.
const MAX_BYTES: u64 = 1024;

/// An automation key or the owner key. `Debug` does not show it.
pub struct Key(String);

/// The text is neither of the two. Says nothing of it.
#[derive(Debug, thiserror::Error)]
#[error("it is neither an automation key (tga_…) nor an owner key (owner_…), or a character of it is wrong")]
struct InvalidKey;

impl Key {
    /// Reads the key from a file, or from standard input for `-`; without a file, from [`VARIABLE`]. White space around it and a byte
    /// order mark before it are ignored.
    ///
    /// # Errors
    /// [`Failure::Input`] where it cannot be read or is not a key, so that nothing else is ever sent to a gate; [`Failure::Usage`] where
    /// there is neither a file nor the variable. The message says nothing of what was read.
    pub fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            let text = env::var(VARIABLE).map_err(|_| Failure::Usage("name --key-file, or set TIDEGATE_KEY"))?;
            return Self::parse(&text).map_err(|invalid| Failure::file(Path::new(VARIABLE), invalid));
        };
        let is_stdin = path == Path::new("-");
        let read = if is_stdin { text(io::stdin()) } else { File::open(path).and_then(text) };
        let name = if is_stdin { Path::new("standard input") } else { path };
        let text = read.map_err(|error| Failure::file(name, format_args!("the key cannot be read: {error}")))?;
        Self::parse(&text).map_err(|invalid| Failure::file(name, invalid))
    }

    fn parse(text: &str) -> Result<Self, InvalidKey> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
        let is_key = if is_automation_key(text) { check_key_form(text).is_ok() } else { OwnerKey::parse(text).is_ok() };
        if is_key { Ok(Self(text.to_owned())) } else { Err(InvalidKey) }
    }

    /// The value of `Authorization`.
    pub fn authorization(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.0))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key([redacted])")
    }
}

fn text(from: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES).read_to_end(&mut bytes)?;
    file_text(bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use tidegate::access::KeyId;
    use tidegate::token::{TokenKeys, mint_key};

    use super::*;

    #[test]
    fn neither_debug_nor_an_error_shows_what_was_read() {
        let key = Key(format!("owner_{}", "k".repeat(43)));
        assert_eq!(format!("{key:?} {:?}", key.authorization().unwrap()), "Key([redacted]) Sensitive");
        let file = std::env::temp_dir().join(format!("tidegate-key-{}", std::process::id()));
        for text in ["owner_of-another-form", "tga_of-another-form", "pit_of-another-form", ""] {
            std::fs::write(&file, text).unwrap();
            let failure = Key::read(Some(&file)).unwrap_err();
            assert!(matches!(&failure, Failure::Input(message) if !message.contains("of-another-form")), "{failure}");
        }
        for mark in ["", "\u{feff}"] {
            std::fs::write(&file, format!("{mark}  owner_{}\r\n", "k".repeat(43))).unwrap();
            assert_eq!(Key::read(Some(&file)).unwrap().0, format!("owner_{}", "k".repeat(43)));
        }
        let wide: Vec<u8> = "\u{feff}owner_kkkk\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        std::fs::write(&file, wide).unwrap();
        let failure = Key::read(Some(&file)).unwrap_err().to_string();
        assert!(failure.ends_with(": the key cannot be read: the file is in UTF-16; save it as UTF-8"), "{failure}");
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn an_automation_key_is_read_with_every_character_right() {
        let keys = TokenKeys::parse("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE").unwrap();
        let text = mint_key(&keys, &KeyId::from_entropy([7; 10]), [9; 24]).plaintext.reveal();
        assert_eq!(Key::parse(&format!("{text}\n")).unwrap().0, text);
        assert!(Key::parse(text.get(..text.len() - 1).unwrap()).is_err());
        assert!(Key::parse(&text.replace("tga_", "pit_")).is_err());
    }
}
