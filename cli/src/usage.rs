//! `tidegate usage`: what is recorded of how integrations are used, by a running gate's admin API.

use std::fmt::Write;

use clap::{Args, Subcommand, ValueEnum};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tidegate::json::{self, FromJson};
use tidegate::token::IntegrationId;
use tidegate::usage::{Completeness, IntegrationUsage, Outcome, OverallUsage, UsageGroup};

use crate::connection::Connection;
use crate::exit::{End, Failure};
use crate::gate::Call;
use crate::integrations::when::{length, now};
use crate::output::Output;

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Print how often an integration was used, and each of its tokens
    Show(Show),
    /// Print how often all integrations that you may see were used
    All(All),
    /// While two tokens work: print how far the rotation has come, and whether the old token can be ended
    Rotation(Rotation),
}

/// `show`
#[derive(Args)]
pub struct Show {
    /// The integration's id
    #[arg(value_name = "ID", value_parser = IntegrationId::parse)]
    id: IntegrationId,
    /// How the requests are grouped
    #[arg(long, value_enum, default_value_t = By::Operation)]
    by: By,
    #[command(flatten)]
    asked: Asked,
}

/// `all`
#[derive(Args)]
pub struct All {
    /// How the requests are grouped
    #[arg(long, value_enum, default_value_t = OverallBy::Integration)]
    by: OverallBy,
    #[command(flatten)]
    asked: Asked,
}

/// `rotation`
#[derive(Args)]
pub struct Rotation {
    /// The integration's id
    #[arg(value_name = "ID", value_parser = IntegrationId::parse)]
    id: IntegrationId,
    /// End with 6 where it is not known to be safe to end the old token
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    connection: Connection,
}

/// Which requests, and of which gate.
#[derive(Args)]
struct Asked {
    /// How far back to look (24h, 30d), at most 400 days
    #[arg(long, value_name = "LENGTH", value_parser = length, default_value = "30d")]
    last: u64,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, ValueEnum)]
enum By {
    Operation,
    Outcome,
    Token,
    Hour,
}

#[derive(Clone, Copy, ValueEnum)]
enum OverallBy {
    Integration,
    Operation,
}

impl Command {
    /// Runs a command to its end.
    pub fn run(self, output: Output) -> Result<End, Failure> {
        match self {
            Self::Show(show) => show.run(output).map(|()| End::Done),
            Self::All(all) => all.run(output).map(|()| End::Done),
            Self::Rotation(rotation) => rotation.run(output),
        }
    }
}

impl Show {
    fn run(self, output: Output) -> Result<(), Failure> {
        let (answer, usage): (_, IntegrationUsage) =
            self.asked.send(&format!("/integrations/{}", self.id), &self.by)?;
        let mut text = table(&usage.groups);
        for token in &usage.tokens {
            let from = token.last_use.asn.map(|asn| format!(", from AS {asn}")).unwrap_or_default();
            let name = if token.n == 0 { "ended tokens".to_owned() } else { format!("token {}", token.n) };
            let _ = writeln!(
                text,
                "{name}: last used {}{from}; {} in the last hour, {} in the last day",
                token.last_use.at.0, token.last_hour, token.last_day
            );
        }
        output.print(&answer, &(text + &missing(&usage.completeness)))
    }
}

impl All {
    fn run(self, output: Output) -> Result<(), Failure> {
        let (answer, usage): (_, OverallUsage) = self.asked.send("", &self.by)?;
        let mut text = table(&usage.groups);
        if usage.silent > 0 {
            let _ = writeln!(text, "{} of 64 stores did not answer: what they have is missing here", usage.silent);
        }
        output.print(&answer, &(text + &usage.completeness.as_ref().map(missing).unwrap_or_default()))
    }
}

impl Rotation {
    fn run(self, output: Output) -> Result<End, Failure> {
        let path = format!("/integrations/{}/rotation", self.id);
        let answer = self.connection.open()?.send(Call { method: "GET", path: &path, ..Call::default() })?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or("not yet");
        let number = |name: &str| answer.get(name).and_then(Value::as_u64).unwrap_or_default();
        let safe = answer.get("safe_to_expire").ok_or_else(|| foreign(&"it has no safe_to_expire"))?;
        let is_safe = safe.get("safe").and_then(Value::as_bool).unwrap_or_default();
        let reason = safe.get("reason").and_then(Value::as_str).unwrap_or_default();
        let lines = format!(
            "token {} made   {}\ntoken {} used   {}\ntoken {} quiet  {}\nlast use of it  {}\nsafe to expire  {} ({reason})\n",
            number("incoming"),
            text("new_made_at"),
            number("incoming"),
            text("new_used_at"),
            number("outgoing"),
            text("old_quiet_since"),
            answer.get("old_used_at").and_then(Value::as_str).unwrap_or("not known"),
            if is_safe { "yes" } else { "no" },
        );
        output.print(&answer, &lines)?;
        Ok(if self.exit_code && !is_safe { End::Negative } else { End::Done })
    }
}

impl Asked {
    /// The answer as it came, and read.
    fn send<T: FromJson>(&self, of: &str, by: &impl ValueEnum) -> Result<(Value, T), Failure> {
        let from = now().before(self.last).to_string();
        let from = utf8_percent_encode(&from, NON_ALPHANUMERIC);
        let by = by.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let path = format!("{of}/usage?by={by}&from={from}");
        let answer = self.connection.open()?.send(Call { method: "GET", path: &path, ..Call::default() })?;
        let text = answer.to_string();
        let read = json::Value::parse(&text).map_err(|error| foreign(&error))?;
        let usage = T::from_json(read).map_err(|error| foreign(&error))?;
        Ok((answer, usage))
    }
}

fn foreign(why: &dyn std::fmt::Display) -> Failure {
    Failure::Unreachable(format!("the answer is not a gate's: {why}"))
}

/// A line for each group.
fn table(groups: &[UsageGroup]) -> String {
    if groups.is_empty() {
        return "no requests\n".to_owned();
    }
    let mut lines = String::new();
    for group in groups {
        let granted = group.outcomes.iter().filter(|one| one.outcome == Outcome::Granted);
        let granted = granted.fold(0, |sum: u64, one| sum.saturating_add(one.requests));
        let refused = group.requests.saturating_sub(granted);
        let _ = writeln!(lines, "{:>12} {:>12} refused  {}", group.requests, refused, name(group));
    }
    lines
}

fn name(group: &UsageGroup) -> String {
    let operation = group.operation.as_deref().map(|name| match name {
        "" => "(none of the policy)".to_owned(),
        name => name.to_owned(),
    });
    let integration = group.integration.as_ref().map(ToString::to_string);
    let token = group.token.map(|n| if n == 0 { "ended tokens".to_owned() } else { format!("token {n}") });
    let at = group.at.map(|at| at.0.to_string());
    let outcome = group.outcome.map(|outcome| outcome.to_string());
    operation.or(integration).or(token).or(at).or(outcome).unwrap_or_default()
}

/// What may be missing of the counts.
fn missing(completeness: &Completeness) -> String {
    let mut lines = format!("counted since {}\n", completeness.since.0);
    for gap in &completeness.gaps {
        let _ = writeln!(lines, "some requests may be missing between {} and {}", gap.from.0, gap.to.0);
    }
    lines
}
