//! A rule of the settings, as it is written: an operation, or what is set at the operations that it matches.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::selection::Selection;
use crate::json::{self, FromJson, Object, deserialize};
use crate::policy::{Access, Operation, OwnerPlaces};
use crate::record::Level;
use crate::scope::ScopeSet;

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Rule {
    /// An operation: it takes the place of the one with its method and path.
    Operation(Operation),
    /// A change to the operations that it matches.
    Change(Change),
}

/// What is set at the operations that a rule matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Change {
    /// Which operations.
    #[serde(rename = "match")]
    pub selection: Selection,
    /// What is set.
    pub set: Set,
}

/// What is set; what is not given stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Set {
    /// The scopes that every alternative needs, in the place of its own. What is open without an alternative gets one for
    /// each level; what is closed stays closed unless `level` opens it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<ScopeSet>,
    /// The level that every alternative is for. What is closed gets an alternative for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Where the request names its owner; `none` where it does not.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "owner")]
    #[cfg_attr(test, schemars(with = "Option<OwnerPlaces>"))]
    pub owner: Option<OwnerPlaces>,
    /// Who may use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
}

impl Rule {
    /// The operation, where it is one.
    pub fn written(&self) -> Option<&Operation> {
        match self {
            Self::Operation(operation) => Some(operation),
            Self::Change(_) => None,
        }
    }
}

impl FromJson for Rule {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        if value.has_entry("match") || value.has_entry("set") {
            return Change::from_json(value).map(Self::Change);
        }
        Operation::from_json(value).map(Self::Operation)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

impl FromJson for Change {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["match", "set"])?;
        Ok(Self { selection: fields.required("match")?, set: fields.required("set")? })
    }
}

impl FromJson for Set {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["scopes", "level", "owner", "access"])?;
        let set = Self {
            scopes: fields.given("scopes")?,
            level: fields.given("level")?,
            owner: fields.given("owner")?,
            access: fields.given("access")?,
        };
        let wrong = |place: &str, what: &str| Err(json::Error { place: place.to_owned(), what: what.to_owned() });
        match &set {
            Self { access: Some(_), scopes: Some(_), .. } => wrong("scopes", "access beside it says which are needed"),
            Self { access: Some(_), level: Some(_), .. } => wrong("level", "access beside it says which it is"),
            set if *set == Self::default() => Err(json::Error::new("it sets nothing: scopes, level, owner or access")),
            _ => Ok(set),
        }
    }
}

/// `none` has to be told from what is not given.
fn owner<S: Serializer>(places: &Option<OwnerPlaces>, serializer: S) -> Result<S::Ok, S::Error> {
    places.serialize(serializer)
}
