//! `cargo xtask policy explain`: the verdict on a request, and why.

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use tidegate::core::decision::{Explanation, Subject, explain};
use tidegate::core::record::{Level, Owner, OwnerId};
use tidegate::core::rotation::Timestamp;
use tidegate::core::scope::{Scope, ScopeSet};

use super::files::Documents;
use super::{Format, files_only, settings};
use crate::cli;

/// `cargo xtask policy explain METHOD PATH FILE… --settings F [--owner ID [--level L] --scopes 'A B']`
pub fn command(mut args: Vec<String>) -> Result<ExitCode> {
    let format = Format::take(&mut args)?;
    let settings = settings::take(&mut args, "--settings")?.unwrap_or_default();
    let subject = subject(&mut args)?;
    files_only(&args)?;
    let [method, path, files @ ..] = args.as_slice() else { bail!("name a method, a path, and the documents") };
    let policy = Documents::read(files)?.policy(&settings)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    let explanation = explain(method, path, &subject, &policy, Timestamp::from_seconds(now.as_secs()));
    format.print(&explanation, &text(&explanation))?;
    Ok(ExitCode::SUCCESS)
}

/// Takes the options that say who asks out of the arguments.
fn subject(args: &mut Vec<String>) -> Result<Subject> {
    let level = cli::option(args, "--level")?;
    let scopes = cli::option(args, "--scopes")?;
    let Some(owner) = cli::option(args, "--owner")? else {
        if level.is_some() || scopes.is_some() {
            bail!("--level and --scopes need --owner: whose integration asks?");
        }
        return Ok(Subject::Nobody);
    };
    let level = match level.as_deref() {
        None | Some("sub-account" | "sub_account") => Level::SubAccount,
        Some("agency") => Level::Agency,
        Some(other) => bail!("--level is agency or sub-account, not {other:?}"),
    };
    let id = OwnerId::parse(&owner).context("--owner")?;
    Ok(Subject::assumed(Owner { level, id }, scope_set(scopes.as_deref().unwrap_or_default())?))
}

fn scope_set(text: &str) -> Result<ScopeSet> {
    let scopes = text.split([' ', ',']).filter(|scope| !scope.is_empty());
    scopes.map(|scope| Scope::parse(scope).with_context(|| format!("--scopes: {scope:?}"))).collect()
}

fn text(explanation: &Explanation) -> String {
    let verdict = if explanation.allowed { "allowed" } else { "denied" };
    let steps = explanation.steps.iter().map(|step| {
        let mark = if step.passed { "ok" } else { "NO" };
        format!("{mark} {:<10} {}\n", step.step, step.detail)
    });
    format!("{}{verdict}: {}\n", steps.collect::<String>(), explanation.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn who_asks_is_read_from_the_options() {
        let mut asked = args(&["GET", "/a", "--owner", "acme", "--scopes", "a.read b.write"]);
        let Subject::Integration(live) = subject(&mut asked).unwrap() else { panic!("nobody") };
        assert_eq!((live.owner.level, live.scopes.to_string().as_str()), (Level::SubAccount, "a.read b.write"));
        assert_eq!(asked, ["GET", "/a"]);
        assert!(matches!(subject(&mut args(&["GET", "/a"])), Ok(Subject::Nobody)));
    }

    #[test]
    fn half_an_integration_is_refused() {
        assert!(subject(&mut args(&["--scopes", "a"])).is_err());
        assert!(subject(&mut args(&["--owner", "acme", "--level", "root"])).is_err());
        assert!(subject(&mut args(&["--owner", "a/b"])).is_err());
        assert!(subject(&mut args(&["--owner", "acme", "--scopes", "a\"b"])).is_err());
    }
}
