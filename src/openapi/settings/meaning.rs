//! The words that settings have.

use serde::Serialize;

use crate::json::{self, FromJson};
use crate::record::Level;

/// How the origin's router reads paths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Router {
    /// Perhaps as Express, Rails and ASP.NET do: without case, extension, or what stands at the ends of a segment.
    #[default]
    Tolerant,
    /// Byte for byte.
    Exact,
}

/// Who compares the owner in `multipart/form-data`, which the gate does not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OwnerInBody {
    /// Nobody could: such a body is refused where the operation declares an owner in it.
    #[default]
    Gate,
    /// The origin, in every operation whose document has such a body.
    Origin,
    /// The origin, in these operations.
    #[serde(untagged)]
    OriginFor(Vec<String>),
}

impl Router {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl OwnerInBody {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What a security scheme means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Scheme {
    /// The level that it is for.
    pub level: Level,
    /// Whether private integrations' tokens may use it at all.
    pub private_integrations: bool,
    /// Whether an operation needs all scopes that a requirement lists for it, as OpenAPI says, or one of them.
    #[serde(skip_serializing_if = "ScopesMean::is_default")]
    pub scopes_mean: ScopesMean,
}

/// What stands before every path of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum BasePath {
    /// This, in the place of what its servers say.
    Path(String),
    /// What its server of this number says, the first being 0.
    Server(usize),
}

impl Default for BasePath {
    fn default() -> Self {
        Self::Server(0)
    }
}

/// How scopes that stand in a list are needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScopesMean {
    /// All of them.
    #[default]
    All,
    /// Any one of them.
    Any,
}

impl ScopesMean {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What an operation without any `security` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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

/// What an alternative is that has a level and no scope, and an operation that is open to every valid token. What is public
/// stays so, and what a rule names stays as the rule says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WithoutScopes {
    /// As it is described: open to every integration of the level.
    #[default]
    Allow,
    /// Closed.
    Deny,
}

impl WithoutScopes {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::Allow
    }
}

impl WithoutSecurity {
    /// What it does to an operation, as reports tell it.
    pub(in crate::openapi) fn meaning(self) -> &'static str {
        match self {
            Self::Deny => "denied to everyone",
            Self::Authenticated => "open to every valid token, whatever its scopes",
            Self::Public => "open to anyone",
        }
    }
}

crate::json_object!(Scheme { level, private_integrations, scopes_mean: default });

impl FromJson for BasePath {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        match value.text() {
            Some(path) => {
                let is_path = path.is_empty() || (path.starts_with('/') && !path.contains(['{', '}', '?', '#']));
                let path = path.trim_end_matches('/');
                if is_path { Ok(Self::Path(path.to_owned())) } else { Err(json::Error::new(FORM)) }
            }
            None => usize::from_json(value).map(Self::Server).map_err(|_| json::Error::new(FORM)),
        }
    }
}

const FORM: &str = "a base path is a path without parameters, such as /v1, or the number of a server";

crate::json::json_words!(ScopesMean { All = "all", Any = "any" });

crate::json::json_words!(WithoutScopes { Allow = "allow", Deny = "deny" });

crate::json::json_words!(WithoutSecurity { Deny = "deny", Authenticated = "authenticated", Public = "public" });

crate::json::json_words!(Router { Tolerant = "tolerant", Exact = "exact" });

impl FromJson for OwnerInBody {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        match value.text() {
            Some("gate") => Ok(Self::Gate),
            Some("origin") => Ok(Self::Origin),
            Some(_) => Err(json::Error::new("owner_in_body is gate, origin, or a list of operations")),
            None => Vec::from_json(value).map(Self::OriginFor),
        }
    }
}
