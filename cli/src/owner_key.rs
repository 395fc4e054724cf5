//! The owner key, from a file or from standard input: never from the command line, where other users of the machine see it.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use tidegate::admin;
use ureq::http::HeaderValue;
use ureq::http::header::InvalidHeaderValue;

use crate::exit::Failure;

/// More than any owner key has; no more is read of a file named by mistake.
const MAX_BYTES: u64 = 1024;

/// The owner key. `Debug` does not show it.
pub struct OwnerKey(String);

impl OwnerKey {
    /// Reads the key from a file, or from standard input for `-`. White space around it is ignored.
    ///
    /// # Errors
    /// [`Failure::Input`] where it cannot be read or is no owner key, so that nothing else is ever sent to a gate. The message
    /// says nothing of what was read.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let is_stdin = path == Path::new("-");
        let read = if is_stdin { text(io::stdin()) } else { File::open(path).and_then(text) };
        let name = if is_stdin { Path::new("standard input") } else { path };
        let text = read.map_err(|error| Failure::file(name, format_args!("the owner key cannot be read: {error}")))?;
        match admin::OwnerKey::parse(text.trim()) {
            Ok(_) => Ok(Self(text.trim().to_owned())),
            Err(invalid) => Err(Failure::file(name, invalid)),
        }
    }

    /// The value of `Authorization`.
    pub fn authorization(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.0))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for OwnerKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("OwnerKey([redacted])")
    }
}

fn text(from: impl Read) -> io::Result<String> {
    let mut text = String::new();
    from.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_debug_nor_an_error_shows_what_was_read() {
        let key = OwnerKey(format!("owner_{}", "k".repeat(43)));
        assert_eq!(format!("{key:?} {:?}", key.authorization().unwrap()), "OwnerKey([redacted]) Sensitive");
        let file = std::env::temp_dir().join(format!("tidegate-owner-key-{}", std::process::id()));
        std::fs::write(&file, "owner_of-another-form").unwrap();
        let failure = OwnerKey::read(&file).unwrap_err();
        assert!(matches!(&failure, Failure::Input(message) if !message.contains("of-another-form")), "{failure}");
        std::fs::write(&file, format!("  owner_{}\n", "k".repeat(43))).unwrap();
        assert_eq!(OwnerKey::read(&file).unwrap().0, format!("owner_{}", "k".repeat(43)));
        std::fs::remove_file(file).unwrap();
    }
}
