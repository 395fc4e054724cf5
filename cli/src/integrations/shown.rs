//! An integration as the admin API shows it, for people.

use std::fmt;

use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use tidegate::token::IntegrationId;

use crate::connection::{Admin, Connection};
use crate::exit::Failure;
use crate::gate::Call;
use crate::output::Output;

/// `show`
#[derive(Args)]
pub struct Show {
    /// The integration's id
    #[arg(value_name = "ID", value_parser = IntegrationId::parse)]
    id: IntegrationId,
    #[command(flatten)]
    connection: Connection,
}

/// What of an integration is printed.
#[derive(Deserialize)]
pub struct Shown {
    id: String,
    pub rev: u64,
    name: String,
    owner: Owner,
    scopes: Vec<String>,
    state: String,
    status: String,
    expires_at: Option<String>,
    rotation_due_at: Option<String>,
    undo: Option<Undo>,
    tokens: Vec<Token>,
}

#[derive(Deserialize)]
struct Owner {
    level: String,
    id: String,
}

#[derive(Deserialize)]
struct Undo {
    what: String,
    until: String,
}

#[derive(Deserialize)]
struct Token {
    n: u32,
    #[serde(rename = "use")]
    token_use: String,
    created_at: String,
    last_four: Option<String>,
    expires_at: Option<String>,
}

impl Show {
    /// Prints the integration.
    pub fn run(self, output: Output) -> Result<(), Failure> {
        let answer = find(&self.connection.open()?, &self.id)?;
        print(output, &answer, &answer)
    }
}

/// The integration, as the gate shows it.
pub fn find(admin: &Admin<'_>, id: &IntegrationId) -> Result<Value, Failure> {
    admin.send(Call { method: "GET", path: &format!("/integrations/{id}"), ..Call::default() })
}

/// Prints the gate's `answer`, or as text the `integration` in it.
pub fn print(output: Output, answer: &Value, integration: &Value) -> Result<(), Failure> {
    output.print(answer, &Shown::read(integration)?.to_string())
}

impl Shown {
    /// Reads what a gate shows.
    pub fn read(integration: &Value) -> Result<Self, Failure> {
        Self::deserialize(integration)
            .map_err(|error| Failure::Unreachable(format!("the answer is not a gate's: {error}")))
    }

    /// In a line of a list.
    pub fn line(&self) -> String {
        let Owner { level, id } = &self.owner;
        let end = self.expires_at.as_deref().unwrap_or("-");
        format!("{}  {:8}{:10}{end:22}{level} {id}  {}\n", self.id, self.status, self.state, self.name)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Owner { level, id } = &self.owner;
        writeln!(formatter, "{}  {}", self.id, self.name)?;
        let mut row = |name: &str, value: &str| writeln!(formatter, "  {name:14}{value}");
        row("owner", &format!("{level} {id}"))?;
        row("scopes", &self.scopes.join(" "))?;
        row("status", &format!("{}, {}", self.status, self.state))?;
        for token in &self.tokens {
            row(&format!("token {}", token.n), &token.to_string())?;
        }
        row("end", self.expires_at.as_deref().unwrap_or("none"))?;
        if let Some(due) = &self.rotation_due_at {
            row("rotation due", due)?;
        }
        if let Some(Undo { what, until }) = &self.undo {
            row("undo", &format!("{what}, until {until}"))?;
        }
        row("rev", &self.rev.to_string())
    }
}

impl fmt::Display for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(last_four) = &self.last_four {
            write!(formatter, "…{last_four}, ")?;
        }
        write!(formatter, "{}, made {}", self.token_use, self.created_at)?;
        match &self.expires_at {
            Some(end) => write!(formatter, ", works until {end}"),
            None => Ok(()),
        }
    }
}
