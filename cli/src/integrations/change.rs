//! Changes that make no token.

use clap::Args;
use serde_json::{Value, json};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;

use super::shown::{self, Shown};
use super::when::moment;
use crate::connection::{Admin, Connection};
use crate::exit::Failure;
use crate::gate::Call;
use crate::output::Output;

/// Which integration, and at which revision.
#[derive(Args)]
pub struct Change {
    /// The integration's id
    #[arg(value_name = "ID", value_parser = IntegrationId::parse)]
    id: IntegrationId,
    /// Change it only if this is still its revision [default: the revision that it has now]
    #[arg(long)]
    rev: Option<u64>,
    #[command(flatten)]
    connection: Connection,
}

/// `extend`
#[derive(Args)]
pub struct Extend {
    #[command(flatten)]
    change: Change,
    /// The outgoing token's new end, at most 30 days after the rotation began: a moment in RFC 3339, or how long from now (7d, 36h)
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    until: Timestamp,
}

/// `finish`
#[derive(Args)]
pub struct Finish {
    #[command(flatten)]
    change: Change,
    /// The outgoing token has leaked: the event says so, and this cannot be undone
    #[arg(long)]
    leaked: bool,
}

/// `end`
#[derive(Args)]
#[group(id = "when", required = true, multiple = false, args = ["at", "never"])]
pub struct End {
    #[command(flatten)]
    change: Change,
    /// All its tokens are dead from then on: a moment in RFC 3339, or how long from now (90d, 12h)
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    at: Option<Timestamp>,
    /// It has no end
    #[arg(long)]
    never: bool,
}

/// `undo`
#[derive(Args)]
pub struct Undo {
    #[command(flatten)]
    change: Change,
}

/// `delete`
#[derive(Args)]
pub struct Delete {
    #[command(flatten)]
    change: Change,
}

impl Change {
    /// Has an action carried out that takes no body.
    pub fn run(self, action: &str, output: Output) -> Result<(), Failure> {
        self.act("POST", &format!("/{action}"), None, output)
    }

    fn act(&self, method: &'static str, action: &str, body: Option<&Value>, output: Output) -> Result<(), Failure> {
        let admin = self.connection.open()?;
        let rev = self.base(&admin)?;
        let answer = self.send(&admin, rev, (method, action), body)?;
        shown::print(output, &answer, &answer)
    }

    /// A gate with the key for it.
    pub fn open(&self) -> Result<Admin<'_>, Failure> {
        self.connection.open()
    }

    /// The revision that the change is based on.
    pub fn base(&self, admin: &Admin<'_>) -> Result<u64, Failure> {
        match self.rev {
            Some(rev) => Ok(rev),
            None => Ok(Shown::read(&shown::find(admin, &self.id)?)?.rev),
        }
    }

    /// Has it carried out, on the base of `rev`.
    pub fn send(
        &self,
        admin: &Admin<'_>,
        rev: u64,
        (method, action): (&'static str, &str),
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let path = format!("/integrations/{}{action}", self.id);
        admin.send(Call { method, path: &path, base: Some(rev), body: body.map(Value::to_string) })
    }
}

impl Extend {
    /// Moves the end of the rotation's window.
    pub fn run(self, output: Output) -> Result<(), Failure> {
        let body = json!({ "expires_at": self.until.to_string() });
        self.change.act("POST", "/rotation/extend", Some(&body), output)
    }
}

impl Finish {
    /// Expires the outgoing token.
    pub fn run(self, output: Output) -> Result<(), Failure> {
        self.change.act("POST", "/rotation/finish", Some(&json!({ "leaked": self.leaked })), output)
    }
}

impl End {
    /// Sets the integration's end.
    pub fn run(self, output: Output) -> Result<(), Failure> {
        let body = json!({ "expires_at": self.at.map(|end| end.to_string()) });
        self.change.act("PATCH", "", Some(&body), output)
    }
}

impl Undo {
    /// Puts back what the last change took. A deleted integration is looked for among the deletions that can be undone.
    pub fn run(self, output: Output) -> Result<(), Failure> {
        let admin = self.change.open()?;
        let rev = match self.change.base(&admin) {
            Err(Failure::Refused { status: 404, problem }) => deleted(&admin, &self.change.id, problem)?,
            rev => rev?,
        };
        let answer = self.change.send(&admin, rev, ("POST", "/undo"), None)?;
        shown::print(output, &answer, &answer)
    }
}

/// The revision of a deleted integration. Fails with `problem` if its deletion cannot be undone.
fn deleted(admin: &Admin<'_>, id: &IntegrationId, problem: Value) -> Result<u64, Failure> {
    let lifecycle = admin.send(Call { method: "GET", path: "/lifecycle", ..Call::default() })?;
    let deletions = lifecycle.get("deleted").and_then(Value::as_array).into_iter().flatten();
    let of_this = |deletion: &&Value| deletion.get("id").and_then(Value::as_str) == Some(id.as_str());
    let found = deletions.filter(of_this).find_map(|deletion| deletion.get("rev")?.as_u64());
    found.ok_or(Failure::Refused { status: 404, problem })
}

impl Delete {
    /// Deletes the integration.
    pub fn run(self, output: Output) -> Result<(), Failure> {
        let admin = self.change.open()?;
        let rev = self.change.base(&admin)?;
        self.change.send(&admin, rev, ("DELETE", ""), None)?;
        let id = &self.change.id;
        let text =
            format!("{id} is deleted. For 30 minutes, if the token rules allow it: tidegate integrations undo {id}\n");
        output.print(&json!({ "id": id, "deleted": true }), &text)
    }
}
