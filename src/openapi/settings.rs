//! What the documents cannot say: what a security scheme means to Tidegate, and which parameters name an owner.

use serde::{Deserialize, Deserializer, Serialize};

use crate::json::deserialize;
use crate::json::{self, FromJson, Map, Object};
use crate::policy::{HeadRequests, Operation, OwnerNames};
use crate::record::Level;

/// How many parameters may name an owner of one level: each parameter of an operation is held against them.
const MAX_OWNER_NAMES: usize = 32;

/// How documents are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Settings {
    /// What each security scheme means, by its name.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, Scheme>"))]
    pub schemes: Map<Scheme>,
    /// The parameters that name an owner.
    pub owner_parameters: OwnerNames,
    /// What an operation without any `security` is.
    pub without_security: WithoutSecurity,
    /// What an operation is that some private integration could use without any scope.
    #[serde(skip_serializing_if = "WithoutScopes::is_default")]
    pub without_scopes: WithoutScopes,
    /// The extension (`x-…`) of an operation that lists the scopes it needs, beside those in its `security`.
    pub scope_extension: Option<String>,
    /// How `HEAD` finds its operation.
    #[serde(skip_serializing_if = "HeadRequests::is_default")]
    pub head: HeadRequests,
    /// Rules written by hand. A rule takes the place of the operation with its method and path.
    pub rules: Vec<Operation>,
    /// How the origin's router reads paths.
    #[serde(skip_serializing_if = "Router::is_default")]
    pub router: Router,
    /// The operations whose paths it reads exactly, whatever `router` says: `GET /users/{userId}`, or an operationId.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub router_exact: Vec<String>,
    /// Who compares the owner in bodies that the gate does not read.
    #[serde(skip_serializing_if = "OwnerInBody::is_default")]
    pub owner_in_body: OwnerInBody,
}

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
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl OwnerInBody {
    fn is_default(&self) -> bool {
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
    fn is_default(&self) -> bool {
        *self == Self::Allow
    }
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

impl FromJson for Settings {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let names = [
            "schemes",
            "owner_parameters",
            "without_security",
            "without_scopes",
            "scope_extension",
            "head",
            "rules",
            "router",
            "router_exact",
            "owner_in_body",
        ];
        let mut fields = Object::of(value, &names)?;
        let owner_parameters: OwnerNames = fields.given("owner_parameters")?.unwrap_or_default();
        if owner_parameters.agency.len().max(owner_parameters.sub_account.len()) > MAX_OWNER_NAMES {
            let what = format!("a level has at most {MAX_OWNER_NAMES} parameters");
            return Err(json::Error { place: "owner_parameters".to_owned(), what });
        }
        Ok(Self {
            schemes: fields.given("schemes")?.unwrap_or_default(),
            owner_parameters,
            without_security: fields.given("without_security")?.unwrap_or_default(),
            without_scopes: fields.given("without_scopes")?.unwrap_or_default(),
            scope_extension: fields.optional("scope_extension")?,
            head: fields.given("head")?.unwrap_or_default(),
            rules: fields.given("rules")?.unwrap_or_default(),
            router: fields.given("router")?.unwrap_or_default(),
            router_exact: fields.given("router_exact")?.unwrap_or_default(),
            owner_in_body: fields.given("owner_in_body")?.unwrap_or_default(),
        })
    }
}

crate::json_object!(Scheme { level, private_integrations });

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

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}
