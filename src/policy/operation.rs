//! One operation and what it requires.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{OwnerParameter, OwnerPlaces, Place, Template};
use crate::json::{self, FromJson, Object};
use crate::json::{deserialize, text};
use crate::record::Level;
use crate::request::Method;
use crate::scope::ScopeSet;

/// A method and a path template of the origin, with what they require.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Operation {
    /// The path template.
    pub path: Template,
    /// The method.
    #[serde(serialize_with = "method")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub method: Method,
    /// Who may use it.
    pub access: Access,
    /// Where the request names the owner, of either level, where there are no alternatives that say so.
    #[serde(skip_serializing_if = "OwnerPlaces::is_unlisted")]
    pub owner: OwnerPlaces,
    /// Whether the origin's router reads a path exactly as the policy does: then no value of a parameter is judged as a
    /// literal that it only resembles.
    #[serde(rename = "router_exact", skip_serializing_if = "std::ops::Not::not")]
    pub is_routed_exactly: bool,
    /// Whether its parameters may have percent-encoded delimiters (`%2F`), which the origin keeps apart from those that stand as
    /// they are.
    #[serde(rename = "encoded", skip_serializing_if = "std::ops::Not::not")]
    pub takes_encoded: bool,
    /// Whether it takes `multipart/form-data` in which the origin, not the gate, compares the owner.
    #[serde(rename = "owner_in_body", skip_serializing_if = "std::ops::Not::not", serialize_with = "origin")]
    #[cfg_attr(test, schemars(with = "String", extend("const" = ORIGIN)))]
    pub is_multipart_unchecked: bool,
    /// OpenAPI's `operationId`, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// OpenAPI's `summary`, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The title of the document that describes it.
    pub document: String,
}

/// Who may use an operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Anyone, without a token.
    Public,
    /// Whoever has a valid token.
    Authenticated,
    /// Whoever satisfies one of these; with none, nobody.
    AnyOf(Vec<Alternative>),
}

/// One way to be allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Alternative {
    /// The level that the integration must belong to.
    pub level: Level,
    /// The scopes that it must have, all of them.
    pub scopes: ScopeSet,
    /// Where the request names the owner. Where there is any, the request must name the integration's own.
    #[serde(skip_serializing_if = "OwnerPlaces::is_unlisted")]
    pub owner: OwnerPlaces,
}

impl Operation {
    /// Its name for people: `METHOD /template`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method.as_str(), self.path)
    }

    /// Whether the first version of the stored form cannot say it.
    pub(super) fn is_of_version_3(&self) -> bool {
        self.takes_encoded || matches!(self.method, Method::Other(_)) || !self.path.is_plain()
    }

    /// Where the owner may be named, whoever asks.
    pub fn owner_parameters(&self) -> impl Iterator<Item = &OwnerParameter> {
        let of_alternatives = self.access.alternatives().iter().flat_map(|alternative| alternative.owner.iter());
        of_alternatives.chain(self.owner.iter())
    }

    /// The header fields that the owner may be named in.
    pub fn owner_headers(&self) -> impl Iterator<Item = &str> {
        let parameters = self.owner_parameters().filter(|parameter| parameter.place == Place::Header);
        parameters.map(|parameter| parameter.name.as_str())
    }

    /// Whether the owner may be named in the body, which must be read then.
    pub fn reads_body(&self) -> bool {
        self.owner_parameters().any(|parameter| parameter.place == Place::Body)
    }
}

impl Alternative {
    /// Whether an integration of `level` with these scopes satisfies it, for its own owner.
    pub fn is_satisfied(&self, level: Level, scopes: &ScopeSet) -> bool {
        self.level == level && scopes.covers(&self.scopes)
    }
}

impl Access {
    /// The alternatives, if the operation needs one to be satisfied.
    pub fn alternatives(&self) -> &[Alternative] {
        match self {
            Self::Public | Self::Authenticated => &[],
            Self::AnyOf(alternatives) => alternatives,
        }
    }

    /// Whether integrations of `level` can use it, with enough scopes.
    pub fn is_open_to(&self, level: Level) -> bool {
        match self {
            Self::Public | Self::Authenticated => true,
            Self::AnyOf(alternatives) => alternatives.iter().any(|alternative| alternative.level == level),
        }
    }

    /// Whether an integration of `level` with these scopes can use it, for its own owner.
    pub fn is_open_with(&self, level: Level, scopes: &ScopeSet) -> bool {
        match self {
            Self::Public | Self::Authenticated => true,
            Self::AnyOf(alternatives) => alternatives.iter().any(|alternative| alternative.is_satisfied(level, scopes)),
        }
    }
}

/// What [`Operation::is_multipart_unchecked`] is written as.
enum OwnerInBody {
    Origin,
}

impl FromJson for OwnerInBody {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        text(
            value,
            |text| if text == ORIGIN { Ok(Self::Origin) } else { Err("owner_in_body of an operation is origin") },
        )
    }
}

const ORIGIN: &str = "origin";

/// Serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn origin<S: Serializer>(_: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(ORIGIN)
}

fn method<S: Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}

impl FromJson for Method {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        text(value, |text| match Self::parse(text) {
            Self::Other(name) if !Self::is_name(&name) => Err("a method is a name in capitals"),
            method => Ok(method),
        })
    }
}

const FIELDS: [&str; 10] =
    ["path", "method", "access", "owner", "router_exact", "encoded", "owner_in_body", "id", "summary", "document"];

impl FromJson for Operation {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &FIELDS)?;
        Ok(Self {
            path: fields.required("path")?,
            method: fields.required("method")?,
            access: fields.required("access")?,
            owner: fields.given("owner")?.unwrap_or_default(),
            is_routed_exactly: fields.given("router_exact")?.unwrap_or_default(),
            takes_encoded: fields.given("encoded")?.unwrap_or_default(),
            is_multipart_unchecked: fields.given("owner_in_body")?.is_some_and(|OwnerInBody::Origin| true),
            id: fields.optional("id")?,
            summary: fields.optional("summary")?,
            document: fields.given("document")?.unwrap_or_default(),
        })
    }
}

impl FromJson for Access {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        match value.text() {
            Some("public") => Ok(Self::Public),
            Some("authenticated") => Ok(Self::Authenticated),
            Some(_) => Err(json::Error::new("access is public, authenticated or {\"any_of\": […]}")),
            None => Ok(Self::AnyOf(Object::of(value, &["any_of"])?.required("any_of")?)),
        }
    }
}

crate::json_object!(Alternative { level, scopes, owner: default });

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}
