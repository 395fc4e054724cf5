//! `.dev.vars`: the secrets and variables of local runs.

mod lines;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::secret::{self, OWNER_KEY, TOKEN_KEYS};
use crate::{address, project};

pub use lines::value;

use lines::after_name;

const FILE: &str = ".dev.vars";
const ADMIN_HOST: &str = "ADMIN_HOST";
const API_URL: &str = "API_URL";
const WEBHOOKS_ALLOW_LOOPBACK: &str = "WEBHOOKS_ALLOW_LOOPBACK";

/// Writes the file, readable by its owner alone, if it is not there; and adds the lines that an older one lacks.
pub fn ensure() -> Result<()> {
    let added = complete(&project::path(FILE))?;
    if !added.is_empty() {
        println!("==> Wrote {} to {FILE}", added.join(", "));
    }
    Ok(())
}

/// The names that were added.
fn complete(path: &Path) -> Result<Vec<String>> {
    let found = if path.exists() { fs::read_to_string(path)? } else { String::new() };
    let missing = missing(&found)?;
    let names = missing.lines().filter_map(|line| Some(line.split_once('=')?.0.to_owned())).collect();
    let separator = if found.is_empty() || found.ends_with('\n') { "" } else { "\n" };
    match (missing.is_empty(), path.exists()) {
        (true, _) => {}
        (false, true) => secret::append(path, &format!("{separator}{missing}"))?,
        (false, false) => secret::create(path, &missing)?,
    }
    Ok(names)
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
    check_owner_key(found)?;
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

/// The documents' commands read the owner key with sed: a line that these would read otherwise than wrangler is refused.
fn check_owner_key(found: &str) -> Result<()> {
    if value(found, OWNER_KEY).is_some_and(|key| !secret::is_owner_key(key)) {
        bail!("{FILE}: {OWNER_KEY} has not the form that the gate wants. Delete the line, and a new one is written.");
    }
    let lines: Vec<&str> = found.split('\n').filter(|line| after_name(line, OWNER_KEY).is_some()).collect();
    let is_plain = |line: &str| {
        after_name(line, OWNER_KEY).is_some_and(|key| line == format!("{OWNER_KEY}={key}") && secret::is_owner_key(key))
    };
    if lines.len() > 1 || !lines.iter().all(|line| is_plain(line)) {
        bail!(
            "{FILE}: write {OWNER_KEY}=… as one line, with the key and nothing else: no export, spaces, quotation marks or comment. \
             Or delete all lines with {OWNER_KEY}, and a new one is written."
        );
    }
    Ok(())
}

fn read(name: &str) -> Result<String> {
    let lines = fs::read_to_string(project::path(FILE)).with_context(|| format!("{FILE} cannot be read"))?;
    let value = value(&lines, name).with_context(|| format!("{FILE} has no line {name}=…"))?;
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::process;

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
    fn what_is_there_in_another_spelling_is_not_written_again() {
        let key = format!("owner_{}", "k".repeat(43));
        let found = format!(
            "export TOKEN_KEYS = '{}'\nOWNER_KEY={key}\nADMIN_HOST=\nAPI_URL=\"a\" # mine\nWEBHOOKS_ALLOW_LOOPBACK=b\n",
            "t".repeat(43)
        );
        assert_eq!(missing(&found).unwrap(), "ADMIN_HOST=admin.localhost\n");
    }

    #[test]
    fn an_owner_key_that_the_documents_commands_would_misread_is_not_started_with() {
        let key = format!("owner_{}", "k".repeat(43));
        let sed = |lines: &str| {
            let mut bash = Command::new("bash");
            let script = r#"printf '%s.' "$(sed -n 's/^OWNER_KEY=//p' <<<"$LINES_OF_FILE")""#;
            process::output(bash.args(["-c", script]).env("LINES_OF_FILE", lines)).unwrap()
        };
        for lines in [
            format!("OWNER_KEY=\"{key}\"\n"),
            format!("OWNER_KEY={key} # mine\n"),
            format!("export OWNER_KEY={key}\n"),
            format!("OWNER_KEY = {key}\n"),
            format!("OWNER_KEY: {key}\n"),
            format!("OWNER_KEY={key}\r\n"),
            format!("OWNER_KEY={key}\nOWNER_KEY={key}\n"),
        ] {
            assert_eq!(value(&lines, OWNER_KEY), Some(key.as_str()), "{lines}");
            assert_ne!(sed(&lines), format!("{key}."), "{lines}");
            let error = missing(&lines).unwrap_err().to_string();
            assert!(error.contains("as one line") && !error.contains(&key), "{error}");
        }
        for empty in ["OWNER_KEY=\n", "export OWNER_KEY=\n", "OWNER_KEY=\"\"\n"] {
            assert!(missing(empty).unwrap_err().to_string().contains("as one line"), "{empty}");
        }
        let plain = format!("# OWNER_KEY=\nOTHER_OWNER_KEY=x\nOWNER_KEY={key}");
        assert!(!missing(&plain).unwrap().contains(OWNER_KEY));
        assert_eq!(sed(&plain), format!("{key}."));
    }

    #[test]
    fn a_file_that_gets_a_secret_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;

        let path = std::env::temp_dir().join(format!("tidegate-dev-vars-{}", std::process::id()));
        fs::write(&path, "API_URL=a").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(complete(&path).unwrap(), [TOKEN_KEYS, OWNER_KEY, ADMIN_HOST, WEBHOOKS_ALLOW_LOOPBACK]);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("API_URL=a\nTOKEN_KEYS="), "{text}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(complete(&path).unwrap(), [""; 0]);
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn an_owner_key_of_another_form_is_not_started_with() {
        let error = missing("OWNER_KEY=of-another-form-but-of-more-than-32-characters\n").unwrap_err().to_string();
        assert!(error.contains("OWNER_KEY") && !error.contains("of-another"), "{error}");
    }
}
