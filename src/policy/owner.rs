//! Owner binding: the parameters that name an owner, and where an operation has them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::json::deserialize;
use crate::json::{self, FromJson};
use crate::record::Level;

/// A parameter that names an owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct OwnerName {
    /// The parameter's name, e.g. `locationId`.
    pub name: String,
    /// The condition under which it names an owner of this level, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Whether a property of a body (JSON or a form) with this name names an owner as well, if an operation declares one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub body: bool,
}

/// A condition on the query, as in `altType=location`. A request without the parameter is taken to satisfy it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Condition {
    /// The query parameter's name.
    pub name: String,
    /// The value that satisfies the condition, in any case.
    pub is: String,
}

/// The parameters that name an owner, by level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct OwnerNames {
    /// Those that name the agency.
    pub agency: Vec<OwnerName>,
    /// Those that name a sub-account.
    pub sub_account: Vec<OwnerName>,
}

/// Where one operation names the owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OwnerParameter {
    /// The parameter's name.
    pub name: String,
    /// Where it stands.
    #[serde(rename = "in")]
    pub place: Place,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In a segment of the path.
    Path,
    /// In the query.
    Query,
    /// In a header field.
    Header,
    /// In a property of the body: of a JSON object, or of a form.
    Body,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Body => "body",
        })
    }
}

crate::json_object!(OwnerName { name, when: optional, body: default });

crate::json_object!(Condition { name, is });

crate::json_object!(OwnerNames { agency: default, sub_account: default });

/// Where an operation names its owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnerPlaces {
    /// In these places, and in the query under every name that the settings have.
    Listed(Vec<OwnerParameter>),
    /// Nowhere: a rule says `"owner": "none"`.
    Unchecked,
}

/// [`OwnerPlaces::Unchecked`] in JSON.
const UNCHECKED: &str = "none";

impl OwnerPlaces {
    /// Whether no place is listed, so that only the query is checked.
    pub fn is_unlisted(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for OwnerPlaces {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

impl std::ops::Deref for OwnerPlaces {
    type Target = [OwnerParameter];

    fn deref(&self) -> &[OwnerParameter] {
        match self {
            Self::Listed(places) => places,
            Self::Unchecked => &[],
        }
    }
}

impl From<Vec<OwnerParameter>> for OwnerPlaces {
    fn from(places: Vec<OwnerParameter>) -> Self {
        Self::Listed(places)
    }
}

impl Serialize for OwnerPlaces {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Listed(places) => places.serialize(serializer),
            Self::Unchecked => UNCHECKED.serialize(serializer),
        }
    }
}

impl FromJson for OwnerPlaces {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        match value.text() {
            Some(UNCHECKED) => Ok(Self::Unchecked),
            Some(_) => Err(json::Error::new("owner is a list of places, or \"none\"")),
            None => Vec::from_json(value).map(Self::Listed),
        }
    }
}

impl<'de> Deserialize<'de> for OwnerNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

crate::json_object!(OwnerParameter { name, place as "in" });

crate::json::json_words!(Place { Path = "path", Query = "query", Header = "header", Body = "body" });

impl OwnerName {
    /// Whether it names `parameter`.
    pub fn binds(&self, parameter: &OwnerParameter) -> bool {
        match parameter.place {
            // Names of header fields are case-insensitive (RFC 9110 section 5.1); all others are not.
            Place::Header => self.name.eq_ignore_ascii_case(&parameter.name),
            Place::Body => self.body && self.name == parameter.name,
            Place::Path | Place::Query => self.name == parameter.name,
        }
    }
}

impl OwnerNames {
    /// The parameters that name an owner of this level.
    pub fn of(&self, level: Level) -> &[OwnerName] {
        match level {
            Level::Agency => &self.agency,
            Level::SubAccount => &self.sub_account,
        }
    }

    /// Whether any of these parameters counts in a body.
    pub fn any_in_body(&self) -> bool {
        self.agency.iter().chain(&self.sub_account).any(|name| name.body)
    }
}
