//! What the documents cannot say: what a security scheme means to Tidegate, and which parameters name an owner.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};

use super::derive::ScopeSettings;
use super::exclude::Exclusion;
use super::rule::Rule;
use crate::json::deserialize;
use crate::json::{self, FromJson, Map};
use crate::policy::{Cors, EventType, HeadRequests, Operation, OwnerNames};
use crate::record::Level;

/// How many parameters may name an owner of one level: each parameter of an operation is held against them.
const MAX_OWNER_NAMES: usize = 32;
/// How many selections settings may have: each operation is held against all of them.
pub const MAX_SELECTIONS: usize = 1_000;
/// How many types of events settings may have.
const MAX_EVENT_TYPES: usize = 200;
/// How many errors in settings are told at once.
const MAX_ERRORS: usize = 100;

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
    /// What an operation with an empty `security` (`[]`) is; where this is left out, it is public, as OpenAPI has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty_security: Option<WithoutSecurity>,
    /// What an operation is that some private integration could use without any scope.
    #[serde(skip_serializing_if = "WithoutScopes::is_default")]
    pub without_scopes: WithoutScopes,
    /// The extension (`x-…`) of an operation that lists the scopes it needs, beside those in its `security`.
    pub scope_extension: Option<String>,
    /// How `HEAD` finds its operation.
    #[serde(skip_serializing_if = "HeadRequests::is_default")]
    pub head: HeadRequests,
    /// The operations that nobody may use, whatever their documents say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Exclusion>,
    /// How operations without scopes get some.
    #[serde(skip_serializing_if = "ScopeSettings::is_default")]
    pub scopes: ScopeSettings,
    /// Rules, in order: an operation written by hand takes the place of the one with its method and path; a change sets
    /// something at all that it matches. A later rule sees what the earlier ones made.
    pub rules: Vec<Rule>,
    /// How the origin's router reads paths.
    #[serde(skip_serializing_if = "Router::is_default")]
    pub router: Router,
    /// The operations whose paths it reads exactly, whatever `router` says: `GET /users/{userId}`, or an operationId.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub router_exact: Vec<String>,
    /// The operations whose parameters may have percent-encoded delimiters (`%2F`), as `router_exact` names them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub encoded: Vec<String>,
    /// The operations whose last parameter stands for several segments, as `router_exact` names them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub multi_segment: Vec<String>,
    /// What stands before the paths of a document, by its name; by `*` for all that are not named.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, BasePath>"))]
    pub base_path: Map<BasePath>,
    /// Whether an operation needs all scopes that `scope_extension` lists, or one of them.
    #[serde(skip_serializing_if = "ScopesMean::is_default")]
    pub scope_extension_means: ScopesMean,
    /// Who compares the owner in bodies that the gate does not read.
    #[serde(skip_serializing_if = "OwnerInBody::is_default")]
    pub owner_in_body: OwnerInBody,
    /// Which other origins' scripts may call the API from a browser; none where this is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors>,
    /// The types of the API's own events, and what an integration must be allowed to hear of each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub event_types: Vec<EventType>,
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
    fn is_default(&self) -> bool {
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

impl Settings {
    /// Reads settings.
    ///
    /// # Errors
    /// All that is wrong with them, each with its place; at most 100.
    pub fn read(value: json::Value) -> Result<Self, Vec<json::Error>> {
        let names = [
            "schemes",
            "owner_parameters",
            "without_security",
            "empty_security",
            "without_scopes",
            "scope_extension",
            "head",
            "exclude",
            "scopes",
            "rules",
            "router",
            "router_exact",
            "owner_in_body",
            "encoded",
            "multi_segment",
            "base_path",
            "scope_extension_means",
            "cors",
            "event_types",
        ];
        let mut fields = Fields::of(value, &names);
        let settings = Self {
            schemes: fields.given("schemes"),
            owner_parameters: fields.given("owner_parameters"),
            without_security: fields.given("without_security"),
            empty_security: fields.given("empty_security"),
            without_scopes: fields.given("without_scopes"),
            scope_extension: fields.given("scope_extension"),
            head: fields.given("head"),
            exclude: fields.list("exclude"),
            scopes: fields.given("scopes"),
            rules: fields.list("rules"),
            router: fields.given("router"),
            router_exact: fields.given("router_exact"),
            owner_in_body: fields.given("owner_in_body"),
            encoded: fields.given("encoded"),
            multi_segment: fields.given("multi_segment"),
            base_path: fields.given("base_path"),
            scope_extension_means: fields.given("scope_extension_means"),
            cors: fields.given("cors"),
            event_types: fields.list("event_types"),
        };
        let OwnerNames { agency, sub_account } = &settings.owner_parameters;
        if agency.len().max(sub_account.len()) > MAX_OWNER_NAMES {
            fields.wrong("owner_parameters", format!("a level has at most {MAX_OWNER_NAMES} parameters"));
        }
        if settings.selections() > MAX_SELECTIONS {
            fields
                .wrong("rules", format!("with exclude and scopes.derive they match more than {MAX_SELECTIONS} times"));
        }
        if settings.event_types.len() > MAX_EVENT_TYPES {
            fields.wrong("event_types", format!("there are at most {MAX_EVENT_TYPES} types of events"));
        }
        for (at, event) in settings.event_types.iter().enumerate() {
            if settings.event_types.iter().take(at).any(|other| other.name == event.name) {
                fields.wrong("event_types", format!("{:?} is there twice", event.name));
            }
        }
        fields.errors.truncate(MAX_ERRORS);
        if fields.errors.is_empty() { Ok(settings) } else { Err(fields.errors) }
    }

    /// How many times they say which operations they are for.
    fn selections(&self) -> usize {
        let changes = self.rules.iter().filter(|rule| matches!(rule, Rule::Change(_))).count();
        let derived =
            self.scopes.derive.as_ref().map_or(0, |derive| derive.reads.len().saturating_add(derive.writes.len()));
        self.exclude.len().saturating_add(changes).saturating_add(derived)
    }

    /// The operations that are written by hand.
    pub fn written(&self) -> impl Iterator<Item = &Operation> {
        self.rules.iter().filter_map(Rule::written)
    }
}

/// The fields of an object, of which all that is wrong is kept.
struct Fields<'a> {
    entries: Vec<(Cow<'a, str>, json::Value<'a>)>,
    errors: Vec<json::Error>,
}

impl<'a> Fields<'a> {
    fn of(value: json::Value<'a>, names: &[&str]) -> Self {
        let json::Value::Object(all) = value else {
            return Self { entries: Vec::new(), errors: vec![value.wrong_type("an object")] };
        };
        let mut fields = Self { entries: Vec::with_capacity(all.len()), errors: Vec::new() };
        for (name, value) in all {
            if !names.contains(&name.as_ref()) {
                fields.errors.push(json::Error::of(&name, "unknown field"));
            } else if fields.entries.iter().any(|(other, _)| *other == name) {
                fields.errors.push(json::Error::of(&name, "duplicate field"));
            } else {
                fields.entries.push((name, value));
            }
        }
        fields
    }

    /// A field, or its default where it is not given or is wrong.
    fn given<T: FromJson + Default>(&mut self, name: &str) -> T {
        match self.take(name).map(T::from_json) {
            None => T::default(),
            Some(Ok(value)) => value,
            Some(Err(error)) => {
                self.errors.push(error.within(name));
                T::default()
            }
        }
    }

    /// The items of a list, each of which may be wrong.
    fn list<T: FromJson>(&mut self, name: &str) -> Vec<T> {
        let mut made = Vec::new();
        match self.take(name) {
            None => {}
            Some(json::Value::List(items)) => {
                for (place, item) in items.into_iter().enumerate() {
                    match T::from_json(item) {
                        Ok(item) => made.push(item),
                        Err(error) => self.errors.push(error.within(&format!("[{place}]")).within(name)),
                    }
                }
            }
            Some(other) => self.errors.push(other.wrong_type("a list").within(name)),
        }
        made
    }

    fn wrong(&mut self, name: &str, what: String) {
        self.errors.push(json::Error { place: name.to_owned(), what });
    }

    fn take(&mut self, name: &str) -> Option<json::Value<'a>> {
        let place = self.entries.iter().position(|(found, _)| found == name)?;
        Some(self.entries.swap_remove(place).1)
    }
}

/// Tells all that is wrong, the first of it with its place.
impl FromJson for Settings {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Self::read(value).map_err(|errors| {
            let mut errors = errors.into_iter();
            let first = errors.next().unwrap_or_default();
            let whats = errors.map(|error| format!("; {error}"));
            json::Error { what: std::iter::once(first.what).chain(whats).collect(), place: first.place }
        })
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

impl ScopeSettings {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}
