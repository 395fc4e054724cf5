//! `.dev.vars`: the secrets and variables of local runs.

use std::fs::{self, OpenOptions};
use std::io::Write;

use anyhow::{Context, Result, bail};

use crate::secret::{self, OWNER_KEY, TOKEN_KEYS};
use crate::{address, project};

const FILE: &str = ".dev.vars";
const ADMIN_HOST: &str = "ADMIN_HOST";
const API_URL: &str = "API_URL";
const WEBHOOKS_ALLOW_LOOPBACK: &str = "WEBHOOKS_ALLOW_LOOPBACK";

/// Writes the file, readable by its owner alone, if it is not there; and adds the lines that an older one lacks.
pub fn ensure() -> Result<()> {
    let path = project::path(FILE);
    let found = if path.exists() { fs::read_to_string(&path)? } else { String::new() };
    let missing = missing(&found)?;
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.lines().filter_map(|line| line.split('=').next()).collect();
    if path.exists() {
        let mut file = OpenOptions::new().append(true).open(&path)?;
        let separator = if found.is_empty() || found.ends_with('\n') { "" } else { "\n" };
        file.write_all(format!("{separator}{missing}").as_bytes())?;
    } else {
        secret::create(&path, &missing)?;
    }
    println!("==> Wrote {} to {FILE}", names.join(", "));
    Ok(())
}

/// The owner's key.
pub fn owner_key() -> Result<String> {
    read(OWNER_KEY)
}

/// The host name of the admin plane.
pub fn admin_host() -> Result<String> {
    read(ADMIN_HOST)
}

/// The lines that are not there yet.
fn missing(found: &str) -> Result<String> {
    if value(found, OWNER_KEY).is_some_and(|key| !secret::is_owner_key(key)) {
        bail!(
            "{FILE}: {OWNER_KEY} has not the form that the gate wants. Delete the line, and a new one is written; sessions end."
        );
    }
    let fresh = |name| match name {
        ADMIN_HOST => Ok(address::ADMIN_HOST.to_owned()),
        API_URL => Ok(address::api_url(address::PORT)),
        WEBHOOKS_ALLOW_LOOPBACK => Ok("true".to_owned()),
        name => secret::fresh(name),
    };
    let names = [TOKEN_KEYS, OWNER_KEY, ADMIN_HOST, API_URL, WEBHOOKS_ALLOW_LOOPBACK]
        .into_iter()
        .filter(|name| value(found, name).is_none());
    names.map(|name| Ok(format!("{name}={}\n", fresh(name)?))).collect()
}

fn read(name: &str) -> Result<String> {
    let lines = fs::read_to_string(project::path(FILE)).with_context(|| format!("{FILE} cannot be read"))?;
    let value = value(&lines, name).with_context(|| format!("{FILE} has no line {name}=…"))?;
    Ok(value.to_owned())
}

/// The value of a line `NAME=VALUE`.
pub fn value<'a>(lines: &'a str, name: &str) -> Option<&'a str> {
    let value = lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    value.map(|value| value.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_file_gets_what_it_lacks_and_keeps_what_it_has() {
        let key = format!("owner_{}", "k".repeat(43));
        let older = format!("TOKEN_KEYS=\"{}\"\nOWNER_KEY={key}\n", "t".repeat(43));
        assert_eq!(
            missing(&older).unwrap(),
            "ADMIN_HOST=admin.localhost\nAPI_URL=http://localhost:8787\nWEBHOOKS_ALLOW_LOOPBACK=true\n"
        );
        let all = missing("").unwrap();
        assert_eq!(
            all.lines().map(|line| line.split('=').next().unwrap()).collect::<Vec<_>>(),
            [TOKEN_KEYS, OWNER_KEY, ADMIN_HOST, API_URL, WEBHOOKS_ALLOW_LOOPBACK]
        );
        assert_eq!(missing(&all).unwrap(), "");
        assert_eq!(value(&older, TOKEN_KEYS), Some("t".repeat(43).as_str()));
        assert_eq!(value("ADMIN_HOSTS=x\n", ADMIN_HOST), None);
    }

    #[test]
    fn an_owner_key_of_another_form_is_not_started_with() {
        let error = missing("OWNER_KEY=of-another-form-but-of-more-than-32-characters\n").unwrap_err().to_string();
        assert!(error.contains("OWNER_KEY") && !error.contains("of-another"), "{error}");
    }
}
