//! `tidegate policy explain`: the verdict on a request, and why.

use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use tidegate::decision::{Explanation, Subject, explain};
use tidegate::record::{InvalidOwnerId, Level, Owner, OwnerId};
use tidegate::scope::{Scope, ScopeSet};
use tidegate::time::Timestamp;

use super::documents::DocumentFiles;
use super::settings::SettingsFile;
use crate::exit::{End, Failure};
use crate::output::Output;

/// The arguments.
#[derive(Args)]
pub struct Explain {
    /// The request's method
    method: String,
    /// The request's path, with its query
    path: String,
    #[command(flatten)]
    documents: DocumentFiles,
    #[command(flatten)]
    settings: SettingsFile,
    /// The agency or sub-account whose integration asks; without it, the request has no token
    #[arg(long, value_name = "ID", value_parser = owner_id)]
    owner: Option<OwnerId>,
    /// The owner's level
    #[arg(long, value_enum, default_value_t = OwnerLevel::SubAccount, requires = "owner")]
    level: OwnerLevel,
    /// The integration's scopes, separated by spaces or commas
    #[arg(long, value_parser = scope_set, requires = "owner")]
    scopes: Option<ScopeSet>,
    /// End with 6 where the request is denied
    #[arg(long)]
    exit_code: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OwnerLevel {
    #[value(alias = "sub_account")]
    SubAccount,
    Agency,
}

impl Explain {
    /// Prints the verdict and its steps. A denial is an answer, and ends like a grant unless `--exit-code` is given.
    pub fn run(self, output: Output) -> Result<End, Failure> {
        let settings = self.settings.read_or_default()?;
        let (policy, _) = self.documents.read(self.settings.path().as_slice())?.policy(&settings)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = Timestamp::from_seconds(now.as_secs());
        let explanation = explain(&self.method, &self.path, &self.subject(), &policy, now);
        output.print(&explanation, &text(&explanation))?;
        Ok(if self.exit_code && !explanation.allowed { End::Negative } else { End::Done })
    }

    fn subject(&self) -> Subject {
        let Some(id) = self.owner.clone() else { return Subject::Nobody };
        let level = match self.level {
            OwnerLevel::SubAccount => Level::SubAccount,
            OwnerLevel::Agency => Level::Agency,
        };
        Subject::assumed(Owner { level, id }, self.scopes.clone().unwrap_or_default())
    }
}

fn owner_id(text: &str) -> Result<OwnerId, InvalidOwnerId> {
    OwnerId::parse(text)
}

fn scope_set(text: &str) -> Result<ScopeSet, String> {
    let scopes = text.split([' ', ',']).filter(|scope| !scope.is_empty());
    scopes.map(|scope| Scope::parse(scope).map_err(|error| format!("{scope:?}: {error}"))).collect()
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
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        explain: Explain,
    }

    fn subject(options: &[&str]) -> Result<Subject, clap::Error> {
        let words = ["explain", "GET", "/a", "openapi.json"].iter().chain(options);
        Line::try_parse_from(words).map(|line| line.explain.subject())
    }

    #[test]
    fn who_asks_is_read_from_the_options() {
        let Subject::Integration(live) = subject(&["--owner", "acme", "--scopes", "a.read b.write"]).unwrap() else {
            panic!("nobody")
        };
        assert_eq!((live.owner.level, live.scopes.to_string().as_str()), (Level::SubAccount, "a.read b.write"));
        let Subject::Integration(live) = subject(&["--owner", "acme", "--level", "agency"]).unwrap() else {
            panic!("nobody")
        };
        assert_eq!((live.owner.level, live.scopes.to_string().as_str()), (Level::Agency, ""));
        assert!(matches!(subject(&[]), Ok(Subject::Nobody)));
    }

    #[test]
    fn half_an_integration_is_refused() {
        for options in [
            &["--scopes", "a"][..],
            &["--level", "agency"],
            &["--owner", "acme", "--level", "root"],
            &["--owner", "a/b"],
            &["--owner", "acme", "--scopes", "a\"b"],
        ] {
            assert!(subject(options).is_err(), "{options:?}");
        }
    }
}
