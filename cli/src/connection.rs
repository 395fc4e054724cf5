//! The arguments of every command that asks a running gate, and a gate with the key for it.

use std::fmt;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use crate::exit::Failure;
use crate::gate::{Call, Gate, InvalidAddress};
use crate::key::Key;

/// Which gate, and the key for it.
#[derive(Args)]
pub struct Connection {
    /// The file with an automation key or the owner key; - reads it from standard input [default: the variable TIDEGATE_KEY]
    #[arg(long, value_name = "FILE", alias = "owner-key-file")]
    key_file: Option<PathBuf>,
    /// The address of the gate's admin API
    #[arg(long, value_name = "URL", default_value = "http://admin.localhost:8787", value_parser = address)]
    gate: Gate,
}

/// A gate, and the key for it.
pub struct Admin<'a> {
    gate: &'a Gate,
    key: Key,
}

impl Connection {
    /// Reads the key. Nothing is sent yet.
    ///
    /// # Errors
    /// Those of [`Key::read`].
    pub fn open(&self) -> Result<Admin<'_>, Failure> {
        Ok(Admin { gate: &self.gate, key: Key::read(self.key_file.as_deref())? })
    }
}

/// The gate's address, as it was given.
impl fmt::Display for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.gate.fmt(formatter)
    }
}

impl Admin<'_> {
    /// Asks the admin API.
    ///
    /// # Errors
    /// Those of [`Gate::send`].
    pub fn send(&self, call: Call<'_>) -> Result<Value, Failure> {
        self.gate.send(&self.key, call)
    }
}

impl Admin<'_> {
    /// Asks for a part of a file; gives its text, and the cursor of the part that follows.
    ///
    /// # Errors
    /// Those of [`Gate::send`].
    pub fn text(&self, path: &str) -> Result<(String, Option<String>), Failure> {
        self.gate.text(&self.key, path)
    }
}

fn address(text: &str) -> Result<Gate, InvalidAddress> {
    Gate::parse(text)
}
