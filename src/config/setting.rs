//! One setting: its name, its default, and how it is read.

use crate::admin::AdminError;
use crate::decision::Denial;

/// A variable or secret of the deployment.
#[derive(Clone, Copy, Debug)]
pub struct Setting<T> {
    /// What it is called in the environment.
    pub name: &'static str,
    /// The text that is read where it is not set.
    pub default: Option<&'static str>,
    pub(super) parse: fn(&str) -> Result<T, String>,
}

/// Where a setting belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In `wrangler.toml`, for everybody to read.
    Variable,
    /// Among the platform's secrets.
    Secret,
}

/// A setting as the documents list it.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    /// What it is called in the environment.
    pub name: &'static str,
    /// Where it belongs.
    pub kind: Kind,
    /// The text that is read where it is not set.
    pub default: Option<&'static str>,
    /// Reads a text as the setting would.
    pub check: fn(&str) -> Result<(), ConfigError>,
}

/// A setting is missing or malformed. Names it and says what it must be; never repeats what it was set to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {message}")]
pub struct ConfigError {
    /// The setting's name.
    pub setting: &'static str,
    /// What it must be, as a predicate: "must be 7 to 300".
    pub message: String,
}

impl<T> Setting<T> {
    /// Reads what it is set to, or its default.
    ///
    /// # Errors
    /// [`ConfigError`] where the text is malformed, and where nothing is set and there is no default.
    pub fn read(&self, text: Option<&str>) -> Result<T, ConfigError> {
        let text = text.or(self.default).unwrap_or_default();
        (self.parse)(text).map_err(|message| ConfigError { setting: self.name, message })
    }

    /// Reads what it is set to, where it may be left out.
    ///
    /// # Errors
    /// [`ConfigError`] where the text is malformed.
    pub fn read_if_set(&self, text: Option<&str>) -> Result<Option<T>, ConfigError> {
        text.map(|text| self.read(Some(text))).transpose()
    }
}

impl ConfigError {
    /// Of a binding, or of a setting that another one rules out.
    pub fn new(setting: &'static str, message: impl ToString) -> Self {
        Self { setting, message: message.to_string() }
    }
}

impl From<ConfigError> for Denial {
    fn from(error: ConfigError) -> Self {
        Self::Misconfigured(error.to_string())
    }
}

impl From<ConfigError> for AdminError {
    fn from(error: ConfigError) -> Self {
        Self::Misconfigured(error.to_string())
    }
}
