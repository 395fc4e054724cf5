//! What the documents cannot say: what a security scheme means to Tidegate, and which parameters name an owner.

mod fields;
mod meaning;

use serde::{Deserialize, Deserializer, Serialize};

use self::fields::Fields;
use super::derive::{By, ScopeSettings};
use super::exclude::Exclusion;
use super::rule::Rule;
use super::selection::Selection;
use crate::json::deserialize;
use crate::json::{self, FromJson, Map};
use crate::policy::{Cors, EventType, HeadRequests, Operation, OwnerNames};

pub use self::meaning::{BasePath, OwnerInBody, Router, Scheme, ScopesMean, WithoutScopes, WithoutSecurity};

/// How many parameters may name an owner of one level: each parameter of an operation is held against them.
const MAX_OWNER_NAMES: usize = 32;
/// How many selections settings may have: each operation is held against all of them.
pub const MAX_SELECTIONS: usize = 1_000;
/// How many types of events settings may have.
const MAX_SET_EVENT_TYPES: usize = 200;
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
        if settings.selections().count() > MAX_SELECTIONS {
            fields
                .wrong("rules", format!("with exclude and scopes.derive they match more than {MAX_SELECTIONS} times"));
        }
        if settings.event_types.len() > MAX_SET_EVENT_TYPES {
            fields.wrong("event_types", format!("there are at most {MAX_SET_EVENT_TYPES} types of events"));
        }
        for (at, event) in settings.event_types.iter().enumerate() {
            if let Err(error) = EventType::check_name(&event.name) {
                fields.wrong("event_types", error.to_string());
            }
            if settings.event_types.iter().take(at).any(|other| other.name == event.name) {
                fields.wrong("event_types", format!("{:?} is there twice", event.name));
            }
        }
        fields.errors.truncate(MAX_ERRORS);
        if fields.errors.is_empty() { Ok(settings) } else { Err(fields.errors) }
    }

    /// Where they say which operations they are for.
    fn selections(&self) -> impl Iterator<Item = &Selection> {
        let changes = self.rules.iter().filter_map(|rule| match rule {
            Rule::Operation(_) => None,
            Rule::Change(change) => Some(&change.selection),
        });
        let derived = self.scopes.derive.iter().flat_map(|derive| derive.reads.iter().chain(&derive.writes));
        self.exclude.iter().map(|exclusion| &exclusion.selection).chain(changes).chain(derived)
    }

    /// Whether an operation's tags decide anything.
    pub(super) fn uses_tags(&self) -> bool {
        let are_derived_from = self.scopes.derive.as_ref().is_some_and(|derive| derive.by == By::Tag);
        are_derived_from || self.selections().any(|selection| selection.tag.is_some())
    }

    /// The operations that are written by hand.
    pub fn written(&self) -> impl Iterator<Item = &Operation> {
        self.rules.iter().filter_map(Rule::written)
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
