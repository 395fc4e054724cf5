//! What the documents cannot say: what a security scheme means to Tidegate, and which parameters name an owner.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::core::policy::{Operation, OwnerNames};
use crate::core::record::Level;

/// How documents are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What each security scheme means, by its name.
    pub schemes: BTreeMap<String, Scheme>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// The level that it is for.
    pub level: Level,
    /// Whether private integrations' tokens may use it at all.
    pub private_integrations: bool,
}

/// What an operation without any `security` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
