//! Printing results and errors, as text or as JSON.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::exit::Failure;
use crate::redaction::redacted;

/// How to print.
#[derive(Args, Clone, Copy)]
pub struct Output {
    /// How to print the result; as JSON, errors are printed to standard output too
    #[arg(long, value_enum, default_value_t = Format::Text, global = true, display_order = 100)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Output {
    /// Prints a result: data as JSON, or the same as text, which ends its own lines.
    ///
    /// # Errors
    /// [`Failure::Output`] where standard output takes no more. A reader that closed it early (`| head`) is not an error.
    pub fn print(self, data: &impl Serialize, text: &str) -> Result<(), Failure> {
        match self.write(data, text) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Output(error)),
            _ => Ok(()),
        }
    }

    /// Prints data that holds a secret: as JSON, or as text, which is the secret alone.
    ///
    /// # Errors
    /// [`Failure::Output`] where standard output does not take all of it: the secret is lost then, also by a reader that closed it.
    pub fn print_secret(self, data: &impl Serialize, secret: &str) -> Result<(), Failure> {
        Ok(self.write(data, &format!("{secret}\n"))?)
    }

    /// Prints to standard error what people read beside a secret.
    pub fn print_beside_secret(self, text: &str) {
        if self.format == Format::Text {
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }

    fn write(self, data: &impl Serialize, text: &str) -> io::Result<()> {
        match self.format {
            Format::Text => io::stdout().write_all(text.as_bytes()),
            Format::Json => write_json(data),
        }
    }

    /// Ends as clap does for arguments that do not parse, and for `--help`.
    pub fn of_arguments(error: &clap::Error) -> ! {
        let text = error.render().to_string();
        let told = redacted(&text);
        if told == text {
            error.exit();
        }
        let _ = io::stderr().write_all(told.as_bytes());
        std::process::exit(error.exit_code());
    }

    /// Reports a failure to standard error, and with `--format json` to standard output too.
    pub fn failure(self, failure: &Failure) -> ExitCode {
        let _ = writeln!(io::stderr(), "error: {}", failure.message());
        if self.format == Format::Json {
            let _ = write_json(failure);
        }
        failure.end().code()
    }
}

fn write_json(data: &impl Serialize) -> io::Result<()> {
    let mut json = serde_json::to_string_pretty(data)?;
    json.push('\n');
    io::stdout().write_all(json.as_bytes())
}
