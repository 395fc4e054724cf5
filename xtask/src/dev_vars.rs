//! `.dev.vars`: the secrets and variables of local runs.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::secret::{self, OWNER_KEY, TOKEN_KEYS};
use crate::{address, project};

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
    if value(found, OWNER_KEY).is_some_and(|key| !secret::is_owner_key(key)) {
        bail!("{FILE}: {OWNER_KEY} has not the form that the gate wants. Delete the line, and a new one is written.");
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

/// The value of a line `NAME=VALUE`, as wrangler reads it (with dotenv): the last such line counts. An empty value counts as
/// missing, as it does for the gate. A value over several lines is not read.
pub fn value<'a>(lines: &'a str, name: &str) -> Option<&'a str> {
    let value = lines.lines().rev().find_map(|line| text(after_name(line, name)?));
    value.filter(|value| !value.is_empty())
}

/// What stands behind `NAME=` or `export NAME=`.
fn after_name<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let line = line.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace));
    let rest = exported.unwrap_or(line).trim_start().strip_prefix(name)?;
    let with_colon = || rest.strip_prefix(':').filter(|rest| rest.starts_with(char::is_whitespace));
    rest.trim_start().strip_prefix('=').or_else(with_colon)
}

/// The value without quotation marks, and without a comment.
fn text(value: &str) -> Option<&str> {
    let value = value.trim();
    let quoted = ['"', '\'', '`'].iter().find_map(|mark| value.strip_prefix(*mark)?.split_once(*mark));
    match quoted {
        Some((quoted, rest)) if matches!(rest.trim_start().chars().next(), None | Some('#')) => Some(quoted),
        _ => value.split('#').next().map(str::trim_end),
    }
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

    /// The lines of a file, with the value that the first word of each has for wrangler.
    const LINES: [(&str, Option<&str>); 18] = [
        ("A=x", Some("x")),
        ("A = \"x\"", Some("x")),
        ("  export A='x'", Some("x")),
        ("export\tA=x", Some("x")),
        ("exportA=x", None),
        ("A: x", Some("x")),
        ("A:x", None),
        ("A=\"x\" # mine", Some("x")),
        ("A='x # y'", Some("x # y")),
        ("A=x # mine", Some("x")),
        ("A=x#y", Some("x")),
        ("A=`x`", Some("x")),
        ("A=\"x", Some("\"x")),
        ("A=x=y", Some("x=y")),
        ("A=", None),
        ("A=\"\"", None),
        ("#A=x", None),
        ("A=x\nA=y\nAB=z", Some("y")),
    ];

    /// Prints what wrangler itself reads in each folder.
    const READ: &str = r#"
        const { unstable_getVarsForDev: read } = require("wrangler");
        const [folder, count] = process.argv.slice(1);
        const files = [...Array(Number(count)).keys()].map((at) => `${folder}/${at}/wrangler.toml`);
        const values = files.map((file) => read(file, undefined, {}, undefined, true).A?.value || null);
        console.log(JSON.stringify(values));
    "#;

    #[test]
    fn a_line_is_read_as_wrangler_reads_it() {
        for (lines, expected) in LINES {
            assert_eq!(value(lines, "A"), expected, "{lines}");
        }
        if !project::path("node_modules/wrangler").is_dir() {
            println!("SKIPPED: wrangler is not installed");
            return;
        }
        let directory = std::env::temp_dir().join(format!("tidegate-lines-{}", std::process::id()));
        for (at, (lines, _)) in LINES.iter().enumerate() {
            let place = directory.join(at.to_string());
            fs::create_dir_all(&place).unwrap();
            fs::write(place.join(FILE), lines).unwrap();
        }
        let mut node = Command::new("node");
        node.args(["-e", READ]).arg(&directory).arg(LINES.len().to_string()).current_dir(project::root());
        let read: Vec<Option<String>> = serde_json::from_str(&process::output(&mut node).unwrap()).unwrap();
        fs::remove_dir_all(&directory).unwrap();
        assert_eq!(read, LINES.map(|(_, expected)| expected.map(str::to_owned)));
    }

    #[test]
    fn what_is_there_in_another_spelling_is_not_written_again() {
        let key = format!("owner_{}", "k".repeat(43));
        let found = format!(
            "export TOKEN_KEYS = '{}'\nOWNER_KEY=\"{key}\" # mine\nADMIN_HOST=\nAPI_URL=a\nWEBHOOKS_ALLOW_LOOPBACK=b\n",
            "t".repeat(43)
        );
        assert_eq!(missing(&found).unwrap(), "ADMIN_HOST=admin.localhost\n");
        assert_eq!(value(&found, OWNER_KEY), Some(key.as_str()));
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
