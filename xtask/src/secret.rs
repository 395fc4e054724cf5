//! `cargo xtask secret`: makes secrets, which are never shown on a terminal or a command line.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, Result, bail};
use data_encoding::BASE64URL_NOPAD;

/// The owner key.
pub const OWNER_KEY: &str = "OWNER_KEY";
/// The token keys.
pub const TOKEN_KEYS: &str = "TOKEN_KEYS";

/// `cargo xtask secret NAME FILE`
pub fn command(args: &[String]) -> Result<()> {
    let [name, file] = args else { bail!("cargo xtask secret NAME FILE: NAME is {OWNER_KEY} or {TOKEN_KEYS}") };
    let secret = fresh(name)?;
    create(Path::new(file), &secret)?;
    println!("A new {name} is in {file}, which only you can read. To give it to the gate, and then to forget it here:");
    println!("  npx wrangler secret put {name} < {file}");
    println!("Keep a copy where your other secrets are, and delete the file.");
    Ok(())
}

/// A new value for a secret: 256 random bits, in the form that the gate wants.
pub fn fresh(name: &str) -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok().context("the system gives no random bytes")?;
    let random = BASE64URL_NOPAD.encode(&bytes);
    match name {
        OWNER_KEY => Ok(format!("owner_{random}")),
        TOKEN_KEYS => Ok(random),
        other => bail!("there is no secret {other:?}; there are {OWNER_KEY} and {TOKEN_KEYS}"),
    }
}

/// Whether a text has the form of an owner key. The last character may have bits that 32 bytes do not need, as the gate takes them.
pub fn is_owner_key(text: &str) -> bool {
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.strip_prefix("owner_").is_some_and(|random| random.len() == 43 && random.bytes().all(is_base64url))
}

/// Writes a file that only its owner can read; one that is there already is kept.
pub fn create(path: &Path, text: &str) -> Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.with_context(|| format!("{} cannot be created", path.display()))?;
    Ok(file.write_all(text.as_bytes())?)
}

/// Adds to a file, which from then on only its owner can read.
pub fn append(path: &Path, text: &str) -> Result<()> {
    let failed = || format!("{} cannot be written", path.display());
    fs::set_permissions(path, Permissions::from_mode(0o600)).with_context(failed)?;
    let mut file = OpenOptions::new().append(true).open(path).with_context(failed)?;
    Ok(file.write_all(text.as_bytes())?)
}

/// Writes a file that only its owner can read. It replaces an existing file.
pub fn replace(path: &Path, text: &str) -> Result<()> {
    if path.exists() {
        fs::remove_file(path).with_context(|| format!("{} cannot be replaced", path.display()))?;
    }
    create(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_secrets_have_the_form_that_the_gate_wants_and_differ() {
        let (one, other) = (fresh(OWNER_KEY).unwrap(), fresh(OWNER_KEY).unwrap());
        assert_ne!(one, other);
        assert!(is_owner_key(&one) && !is_owner_key(&one[1..]) && !is_owner_key(&one[..48]));
        assert_eq!(fresh(TOKEN_KEYS).unwrap().len(), 43);
        assert!(fresh("OTHER").is_err());
    }

    /// Those of `an_owner_key_has_one_form` in src/admin/owner_key.rs.
    #[test]
    fn every_owner_key_that_the_gate_takes_is_one() {
        let random = "AZaz09-_".repeat(6).chars().take(43).collect::<String>();
        for key in [format!("owner_{random}"), format!("owner_{}", "a".repeat(43)), format!("owner_{}", "_".repeat(43))]
        {
            assert!(is_owner_key(&key), "{key}");
            assert!(
                !is_owner_key(&key[..48]) && !is_owner_key(&format!("{key}a")) && !is_owner_key(&key[6..]),
                "{key}"
            );
        }
        for other in ["+", "/", "=", " ", "."] {
            assert!(!is_owner_key(&format!("owner_{}{other}", "a".repeat(42))), "{other}");
        }
    }

    #[test]
    fn a_secrets_file_is_its_owners_alone_and_never_written_over() {
        let path = std::env::temp_dir().join(format!("tidegate-secret-{}", std::process::id()));
        let _ = fs::remove_file(&path);
        let args = [OWNER_KEY.to_owned(), path.display().to_string()];
        command(&args).unwrap();
        let (text, mode) = (fs::read_to_string(&path).unwrap(), fs::metadata(&path).unwrap().permissions().mode());
        assert!(is_owner_key(&text));
        assert_eq!(mode & 0o777, 0o600);
        assert!(command(&args).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        fs::remove_file(&path).unwrap();
    }
}
