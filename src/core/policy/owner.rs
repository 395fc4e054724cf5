//! Owner binding: where a request names an owner, an integration passes only for its own.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::{Alternative, PathParameters, Policy};
use crate::core::record::{Level, OwnerId};
use crate::core::request::json::{deserialize, word};
use crate::core::request::{Fault, Fields, FromKept, Given, Kept, Request};

/// A parameter that names an owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct OwnerName {
    /// The parameter's name, e.g. `locationId`.
    pub name: String,
    /// Where it names an owner of this level only under a condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Whether a property of a JSON body with this name names an owner too, where an operation declares one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub body: bool,
}

/// `altType=location`, in the query. A request that leaves the parameter out is taken to mean it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Condition {
    /// The query parameter's name.
    pub name: String,
    /// The value under which the condition holds, whatever its case.
    pub is: String,
}

/// The parameters that name an owner, by level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OwnerNames {
    /// Those that name the agency.
    pub agency: Vec<OwnerName>,
    /// Those that name a sub-account.
    pub sub_account: Vec<OwnerName>,
}

/// Where one operation names the owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct OwnerParameter {
    /// The parameter's name.
    pub name: String,
    /// Where it stands.
    #[serde(rename = "in")]
    pub place: Place,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In a segment of the path.
    Path,
    /// In the query.
    Query,
    /// In a header field.
    Header,
    /// In a property of the JSON object that is the body.
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

impl FromKept for OwnerName {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let mut fields = Fields::of(value, &["name", "when", "body"])?;
        Ok(Self {
            name: fields.required("name")?,
            when: fields.optional("when")?,
            body: fields.given("body")?.unwrap_or_default(),
        })
    }
}

impl FromKept for Condition {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let mut fields = Fields::of(value, &["name", "is"])?;
        Ok(Self { name: fields.required("name")?, is: fields.required("is")? })
    }
}

impl FromKept for OwnerNames {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let mut fields = Fields::of(value, &["agency", "sub_account"])?;
        Ok(Self {
            agency: fields.given("agency")?.unwrap_or_default(),
            sub_account: fields.given("sub_account")?.unwrap_or_default(),
        })
    }
}

impl<'de> Deserialize<'de> for OwnerNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

impl FromKept for OwnerParameter {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let mut fields = Fields::of(value, &["name", "in"])?;
        Ok(Self { name: fields.required("name")?, place: fields.required("in")? })
    }
}

impl FromKept for Place {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let all = [("path", Self::Path), ("query", Self::Query), ("header", Self::Header), ("body", Self::Body)];
        word(value, &all)
    }
}

/// Why a request does not name its integration's own owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnerError {
    /// The parameter is given twice, in a spelling that parsers disagree about, or in two places that disagree.
    #[error("the parameter {0} is given more than once, or ambiguously")]
    Ambiguous(String),
    /// The operation names an owner, this request does not.
    #[error("the parameter {0} is missing")]
    Missing(String),
    /// It names another owner.
    #[error("the parameter {0} names another owner")]
    Other(String),
}

impl OwnerNames {
    /// The parameters that name an owner of this level.
    pub fn of(&self, level: Level) -> &[OwnerName] {
        match level {
            Level::Agency => &self.agency,
            Level::SubAccount => &self.sub_account,
        }
    }

    /// Whether any of them counts in a body.
    pub fn any_in_body(&self) -> bool {
        self.agency.iter().chain(&self.sub_account).any(|name| name.body)
    }
}

impl Policy {
    /// Checks that `request` names no owner but `own`, and does name it where the operation has a place for it.
    ///
    /// A query parameter that names owners is judged whether or not the operation declares it: the origin may read it.
    ///
    /// # Errors
    /// [`OwnerError`] with the parameter's name.
    pub fn check_owner<C>(
        &self,
        alternative: &Alternative,
        request: &Request<C>,
        path_parameters: &PathParameters<'_>,
        own: &OwnerId,
    ) -> Result<(), OwnerError> {
        let names = self.owner_names.of(alternative.level);
        let mut named = Vec::new();
        let query = |name: &str, others: &[&str]| request.query().given(name, others);
        add_given(&mut named, query, names.iter(), Place::Query)?;
        if alternative.reads_body() {
            let body = |name: &str, others: &[&str]| request.body().given(name, others);
            add_given(&mut named, body, names.iter().filter(|name| name.body), Place::Body)?;
        }
        add_declared(&mut named, alternative, request, path_parameters)?;
        judge(&named, alternative, own)
    }
}

/// What a request says at one place of an owner: its id, or `None` where it names something else than an owner of this
/// level, its condition being unmet.
struct Named<'a> {
    name: &'a str,
    place: Place,
    id: Option<Cow<'a, str>>,
}

/// An operation that declares places for the owner wants one of them filled, and filled with an owner; what stands
/// elsewhere must not contradict it, and does not replace it.
fn judge(named: &[Named<'_>], alternative: &Alternative, own: &OwnerId) -> Result<(), OwnerError> {
    let is_declared = |named: &&Named| alternative.owner.iter().any(|parameter| named.is(parameter));
    if let Some(other) = named.iter().filter(is_declared).find(|named| named.id.is_none()) {
        return Err(OwnerError::Other(other.name.to_owned()));
    }
    if let (Some(parameter), None) = (alternative.owner.first(), named.iter().find(is_declared)) {
        return Err(OwnerError::Missing(parameter.name.clone()));
    }
    let mut ids = named.iter().filter_map(|named| Some((named.name, named.id.as_deref()?)));
    let Some((name, first)) = ids.next() else { return Ok(()) };
    if ids.any(|(_, id)| id != first) {
        return Err(OwnerError::Ambiguous(name.to_owned()));
    }
    if first == own.as_str() { Ok(()) } else { Err(OwnerError::Other(name.to_owned())) }
}

impl Named<'_> {
    fn is(&self, parameter: &OwnerParameter) -> bool {
        self.place == parameter.place && self.name == parameter.name
    }
}

/// Adds the owners that `source` (the query, the body) names, each with its parameter's name.
fn add_given<'a>(
    named: &mut Vec<Named<'a>>,
    source: impl Fn(&str, &[&str]) -> Given<'a>,
    names: impl Iterator<Item = &'a OwnerName> + Clone,
    place: Place,
) -> Result<(), OwnerError> {
    let all: Vec<&str> = names.clone().map(|name| name.name.as_str()).collect();
    for OwnerName { name, when, .. } in names {
        match source(name, &all) {
            Given::Absent => {}
            Given::Ambiguous => return Err(OwnerError::Ambiguous(name.clone())),
            Given::Once(value) => {
                let id = holds(&source, when.as_ref())?.then_some(value);
                named.push(Named { name, place, id });
            }
        }
    }
    Ok(())
}

fn holds<'a>(source: impl Fn(&str, &[&str]) -> Given<'a>, condition: Option<&Condition>) -> Result<bool, OwnerError> {
    let Some(Condition { name, is }) = condition else { return Ok(true) };
    match source(name, &[name]) {
        Given::Absent => Ok(true),
        Given::Once(value) => Ok(value.eq_ignore_ascii_case(is)),
        Given::Ambiguous => Err(OwnerError::Ambiguous(name.clone())),
    }
}

/// Adds the owners that path and header fields name, where the operation declares such a parameter.
fn add_declared<'a, C>(
    named: &mut Vec<Named<'a>>,
    alternative: &'a Alternative,
    request: &'a Request<C>,
    path_parameters: &PathParameters<'a>,
) -> Result<(), OwnerError> {
    for OwnerParameter { name, place } in &alternative.owner {
        let value = match place {
            Place::Path => path_parameters.value(name),
            Place::Header => request.header(name),
            Place::Query | Place::Body => None,
        };
        match value {
            // Header fields that were sent twice arrive joined by a comma (RFC 9110 section 5.3).
            Some(value) if value.contains(',') => return Err(OwnerError::Ambiguous(name.clone())),
            Some(value) => named.push(Named { name, place: *place, id: Some(value.into()) }),
            None => {}
        }
    }
    Ok(())
}
