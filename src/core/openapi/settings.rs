//! What the documents cannot say: what a security scheme means to Tidegate, and which parameters name an owner.

use serde::{Deserialize, Deserializer, Serialize};

use crate::core::policy::{Operation, OwnerNames};
use crate::core::record::Level;
use crate::core::request::json::{deserialize, word};
use crate::core::request::{Fault, Fields, FromKept, Kept, Map};

/// How documents are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// What each security scheme means, by its name.
    pub schemes: Map<Scheme>,
    /// The parameters that name an owner.
    pub owner_parameters: OwnerNames,
    /// What an operation without any `security` is.
    pub without_security: WithoutSecurity,
    /// The extension (`x-…`) of an operation that lists the scopes it needs, beside those in its `security`.
    pub scope_extension: Option<String>,
    /// Rules written by hand. A rule takes the place of the operation with its method and path.
    pub rules: Vec<Operation>,
}

/// What a security scheme means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Scheme {
    /// The level that it is for.
    pub level: Level,
    /// Whether private integrations' tokens may use it at all.
    pub private_integrations: bool,
}

/// What an operation without any `security` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutSecurity {
    /// Denied to everyone.
    #[default]
    Deny,
    /// Open to every valid token.
    Authenticated,
    /// Open to everyone.
    Public,
}

impl WithoutSecurity {
    /// What it does to an operation, as reports tell it.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Deny => "denied to everyone",
            Self::Authenticated => "open to every valid token, whatever its scopes",
            Self::Public => "open to anyone",
        }
    }
}

impl FromKept for Settings {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let names = ["schemes", "owner_parameters", "without_security", "scope_extension", "rules"];
        let mut fields = Fields::of(value, &names)?;
        Ok(Self {
            schemes: fields.given("schemes")?.unwrap_or_default(),
            owner_parameters: fields.given("owner_parameters")?.unwrap_or_default(),
            without_security: fields.given("without_security")?.unwrap_or_default(),
            scope_extension: fields.optional("scope_extension")?,
            rules: fields.given("rules")?.unwrap_or_default(),
        })
    }
}

impl FromKept for Scheme {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let mut fields = Fields::of(value, &["level", "private_integrations"])?;
        Ok(Self { level: fields.required("level")?, private_integrations: fields.required("private_integrations")? })
    }
}

impl FromKept for WithoutSecurity {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let all = [("deny", Self::Deny), ("authenticated", Self::Authenticated), ("public", Self::Public)];
        word(value, &all)
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}
