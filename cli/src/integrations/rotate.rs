//! `tidegate integrations rotate`: a new token.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use tidegate::time::Timestamp;

use super::change::Change;
use super::shown::{self, Shown};
use super::token_file::TokenFile;
use super::when::{length, moment};
use crate::exit::Failure;
use crate::output::Output;

/// `rotate`
#[derive(Args)]
#[command(after_help = "\
The token is in the gate's answer and nowhere else: it goes to the file, which only its owner can read. An existing file is
not replaced. With - it is printed, and nothing else is printed to standard output.")]
pub struct Rotate {
    #[command(flatten)]
    change: Change,
    /// When the current token expires: later (it keeps working for a while), or now
    #[arg(long, value_enum)]
    expire: Expire,
    /// How long it keeps working, with --expire later: 60s to 30d [default: 7d]
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    window: Option<u64>,
    /// The current token has leaked: the event says so. With --expire now
    #[arg(long)]
    leaked: bool,
    /// The window ends as soon as nothing uses the current token any more, with --expire later
    #[arg(long)]
    when_quiet: bool,
    /// The integration's new end: a moment in RFC 3339, or how long from now (90d, 12h)
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    ends_at: Option<Timestamp>,
    /// The file that the new token is written to; - prints it
    #[arg(long, value_name = "FILE")]
    token_file: TokenFile,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Expire {
    Later,
    Now,
}

impl Rotate {
    /// Makes a new token, and writes it where it is to be. The file is made before the gate is asked: where it cannot be, no token is
    /// made.
    pub fn run(self, output: Output) -> Result<(), Failure> {
        let (admin, body) = (self.change.open()?, self.body()?);
        let rev = self.change.base(&admin)?;
        let file = self.token_file.create()?;
        let mut answer = self.change.send(&admin, rev, ("POST", "/rotate"), Some(&body))?;
        let token = answer.get("token").and_then(Value::as_str).map(str::to_owned);
        let token =
            token.ok_or_else(|| Failure::Unreachable("the answer has no token, so it is not a gate's".to_owned()))?;
        let integration = answer.get("integration").cloned().unwrap_or_default();
        match file {
            Some(file) => {
                file.write(&token)?;
                answer.as_object_mut().map(|answer| answer.remove("token"));
                shown::print(output, &answer, &integration)
            }
            None => {
                output.print_secret(&answer, &token)?; // first: nothing that fails later may lose it
                output.print_beside_secret(&Shown::read(&integration)?.to_string());
                Ok(())
            }
        }
    }

    fn body(&self) -> Result<Value, Failure> {
        let (later, now) = (self.expire == Expire::Later, self.expire == Expire::Now);
        if now && self.window.is_some() {
            return Err(Failure::Usage("--window is for --expire later"));
        }
        if later && self.leaked {
            return Err(Failure::Usage("a token that leaked must expire now: --expire now"));
        }
        if now && self.when_quiet {
            return Err(Failure::Usage("--when-quiet is for --expire later"));
        }
        let mut body = Map::new();
        body.insert("expire".to_owned(), json!(if later { "later" } else { "now" }));
        body.extend(self.window.map(|window| ("window_seconds".to_owned(), json!(window))));
        body.extend(self.leaked.then(|| ("leaked".to_owned(), json!(true))));
        body.extend(self.when_quiet.then(|| ("when_quiet".to_owned(), json!(true))));
        body.extend(self.ends_at.map(|end| ("expires_at".to_owned(), json!(end.to_string()))));
        Ok(Value::Object(body))
    }
}
