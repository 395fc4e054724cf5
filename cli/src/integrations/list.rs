//! `tidegate integrations list`

use clap::{Args, ValueEnum};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::shown::Shown;
use super::when::{length, now};
use crate::connection::{Admin, Connection};
use crate::exit::Failure;
use crate::gate::Call;
use crate::output::Output;

/// `list`: those of which everything is true that is given.
#[derive(Args)]
pub struct List {
    /// This text is in the name, the description, the id or the owner
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// They belong to this owner: agency:ID or sub_account:ID
    #[arg(long, value_name = "OWNER")]
    owner: Option<String>,
    /// They have this scope
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
    /// They are in this state
    #[arg(long, value_enum)]
    state: Option<State>,
    /// Their current token is older than this (90d)
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    older_than: Option<u64>,
    /// Their rotation ends within this time (7d)
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    rotation_ends_within: Option<u64>,
    /// They end within this time (30d)
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    ends_within: Option<u64>,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, ValueEnum)]
enum State {
    Steady,
    Rotating,
    Paused,
    Ended,
    Unpublished,
}

impl List {
    /// Prints all of them, page by page.
    pub fn run(self, output: Output) -> Result<(), Failure> {
        let (admin, query) = (self.connection.open()?, self.query());
        let mut all = Vec::new();
        let mut cursor = None;
        loop {
            let page = page(&admin, &query, cursor.as_deref())?;
            all.extend(page.get("integrations").and_then(Value::as_array).into_iter().flatten().cloned());
            cursor = page.get("cursor").and_then(Value::as_str).map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        let lines: String = all.iter().map(|one| Shown::read(one).map(|one| one.line())).collect::<Result<_, _>>()?;
        output.print(&json!({ "integrations": all }), &lines)
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let state = self.state.and_then(|state| Some(state.to_possible_value()?.get_name().to_owned()));
        let ago = |seconds: u64| now().before(seconds).seconds().to_string();
        let ahead = |seconds: u64| now().after(seconds).seconds().to_string();
        let all = [
            ("q", self.search.clone()),
            ("owner", self.owner.clone()),
            ("scope", self.scope.clone()),
            ("state", state),
            ("token_created_before", self.older_than.map(ago)),
            ("rotation_ends_before", self.rotation_ends_within.map(ahead)),
            ("ends_before", self.ends_within.map(ahead)),
        ];
        all.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
    }
}

fn page(admin: &Admin<'_>, query: &[(&str, String)], cursor: Option<&str>) -> Result<Value, Failure> {
    let mut pairs = vec!["limit=200".to_owned()];
    let cursor = cursor.map(|cursor| ("cursor", cursor.to_owned()));
    let encoded = |(name, value): &(&str, String)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    pairs.extend(query.iter().chain(&cursor).map(encoded));
    admin.send(Call { method: "GET", path: &format!("/integrations?{}", pairs.join("&")), ..Call::default() })
}
