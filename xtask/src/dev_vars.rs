//! `.dev.vars`: the secrets of local runs.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use anyhow::{Context, Result};
use data_encoding::BASE64URL_NOPAD;

use crate::project;

const FILE: &str = ".dev.vars";

/// Writes fresh random secrets if the file is not there, readable by its owner alone.
pub fn ensure() -> Result<()> {
    let path = project::path(FILE);
    if path.exists() {
        return Ok(());
    }
    let lines = format!("TOKEN_KEYS={}\nOWNER_KEY=owner_{}\n", random_key()?, random_key()?);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(lines.as_bytes())?;
    println!("==> Wrote fresh secrets to {FILE}");
    Ok(())
}

/// The owner's key.
pub fn owner_key() -> Result<String> {
    let lines = fs::read_to_string(project::path(FILE)).with_context(|| format!("{FILE} cannot be read"))?;
    let key = lines.lines().find_map(|line| line.strip_prefix("OWNER_KEY="));
    let key = key.with_context(|| format!("{FILE} has no line OWNER_KEY=…; delete it to have it written afresh"))?;
    Ok(key.trim().trim_matches(['"', '\'']).to_owned())
}

fn random_key() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok().context("the system gives no random bytes")?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_43_characters_and_differ() {
        let (one, other) = (random_key().unwrap(), random_key().unwrap());
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
    }
}
