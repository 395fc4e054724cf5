//! Owner binding: if a request names an owner, it must be the integration's own.

use std::borrow::Cow;

use super::owner::{Condition, OwnerName, OwnerParameter, OwnerPlaces, Place};
use super::{Access, Operation, OwnerFields, PathParameters, Policy};
use crate::record::{Level, Owner, OwnerId};
use crate::request::{Ambiguity, Body, Candidates, Method, Occurrence, Request, decode_segment, may_be_value};

/// Why a request fails the check of its owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnerError {
    /// Two readers could understand the parameter differently.
    #[error("the parameter {name} ({place}) is ambiguous: {why}")]
    Ambiguous {
        /// The parameter's name.
        name: String,
        /// Where it stands.
        place: Place,
        /// What they could read differently.
        why: Ambiguity,
    },
    /// Two places name different owners.
    #[error("{} ({}) and {} ({}) name two owners", .0.name, .0.place, .1.name, .1.place)]
    Disagreeing(OwnerParameter, OwnerParameter),
    /// The operation has a place for the owner, and the request leaves it out.
    #[error("the parameter {0} is missing")]
    Missing(String),
    /// It names another owner.
    #[error("the parameter {0} names another owner")]
    Other(String),
    /// It would be in a `multipart/form-data` body, which is not read.
    #[error("the parameter {0} stands in a multipart body, which is not read")]
    NotChecked(String),
}

impl Policy {
    /// Prepares the check of a request from an integration of `owner`. The query is read once for all checks.
    pub fn owner_check<'a, C>(&'a self, owner: &'a Owner, request: &'a Request<C>) -> OwnerCheck<'a, C> {
        let names = self.owner_names.of(owner.level);
        let query = request.query().candidates(&all_names(names));
        OwnerCheck { names, query, request, own: owner }
    }

    /// Where else than in path and query `operations` name the owner of an integration of `level`.
    pub fn owner_fields<'a>(
        &'a self,
        operations: impl Iterator<Item = &'a Operation>,
        level: Level,
    ) -> OwnerFields<'a> {
        let mut fields = OwnerFields::default();
        for OwnerParameter { name, place } in
            operations.flat_map(|operation| places(operation, level, self.owner_names.of(level)))
        {
            match place {
                Place::Header => fields.headers.push(name),
                Place::Body => fields.body = true,
                Place::Path | Place::Query => {}
            }
        }
        fields
    }
}

/// Compares the owners that a request names with the integration's own.
pub struct OwnerCheck<'a, C> {
    names: &'a [OwnerName],
    query: Candidates<'a>,
    request: &'a Request<C>,
    own: &'a Owner,
}

/// Whether a request must name its owner if the operation lists places for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It must.
    Required,
    /// It need not: a request without a token may leave it out.
    Optional,
}

impl<'a, C> OwnerCheck<'a, C> {
    /// The request's method.
    pub fn method(&self) -> &'a Method {
        self.request.method()
    }

    /// Whether the request has a body in which `operation` names the owner, if that was read.
    pub fn has_body_of(&self, operation: &Operation) -> bool {
        let mut places = places(operation, self.own.level, self.names);
        *self.request.body() != Body::Empty && places.any(|parameter| parameter.place == Place::Body)
    }

    /// Checks that the request names no other owner, and that it names its own if `operation` lists a place for it.
    ///
    /// A query parameter that names owners is judged whether or not the operation declares it: the origin may read it.
    ///
    /// # Errors
    /// [`OwnerError`] with the parameter's name.
    pub fn check(
        &self,
        operation: &'a Operation,
        places: &'a OwnerPlaces,
        presence: Presence,
        path_parameters: &PathParameters<'a>,
    ) -> Result<(), OwnerError> {
        let OwnerPlaces::Listed(listed) = places else { return Ok(()) };
        let mut named = Vec::new();
        let query = |name: &str, others: &[&str]| self.query.given(name, others);
        add_given(&mut named, query, self.names.iter(), Place::Query)?;
        let in_body = listed.iter().find(|parameter| parameter.place == Place::Body);
        let is_left_to_origin = match (in_body, self.request.body()) {
            (Some(parameter), Body::Multipart) if !operation.is_multipart_unchecked => {
                return Err(OwnerError::NotChecked(parameter.name.clone()));
            }
            (Some(_), Body::Multipart) => true,
            (Some(_), body) => {
                let names = self.names.iter().filter(|name| name.body);
                let body = body.parameters(&all_names(self.names));
                add_given(&mut named, |name, others| body.given(name, others), names, Place::Body)?;
                false
            }
            (None, _) => false,
        };
        self.add_declared(&mut named, listed, path_parameters)?;
        let presence = if is_left_to_origin { Presence::Optional } else { presence };
        judge(&named, listed, presence, &self.own.id)
    }

    /// The same as [`check`](Self::check), for an operation without alternatives: of its places, those count that name an owner of
    /// the integration's level.
    ///
    /// # Errors
    /// [`OwnerError`] with the parameter's name.
    pub fn check_all(
        &self,
        operation: &'a Operation,
        presence: Presence,
        path_parameters: &PathParameters<'a>,
    ) -> Result<(), OwnerError> {
        if operation.owner.iter().all(|parameter| is_bound(parameter, self.names)) {
            return self.check(operation, &operation.owner, presence, path_parameters);
        }
        let places: Vec<_> =
            operation.owner.iter().filter(|parameter| is_bound(parameter, self.names)).cloned().collect();
        self.check(operation, &places.into(), presence, path_parameters)
    }

    /// Adds the owners that path and header fields name in the parameters that the operation declares.
    fn add_declared<'b>(
        &'b self,
        named: &mut Vec<Named<'b>>,
        listed: &'b [OwnerParameter],
        path_parameters: &PathParameters<'b>,
    ) -> Result<(), OwnerError> {
        for OwnerParameter { name, place } in listed {
            let value = match place {
                Place::Path => match path_parameters.value(name) {
                    Some(None) => return Err(ambiguous(name, *place, Ambiguity::SeveralSplits)),
                    Some(Some(value)) => Some(decode_segment(value)),
                    None => None,
                },
                Place::Header => self.request.header(name).map(Cow::Borrowed),
                Place::Query | Place::Body => None,
            };
            match value {
                // Header fields that were sent twice arrive joined by a comma (RFC 9110 section 5.3).
                Some(value) if value.contains(',') => return Err(ambiguous(name, *place, Ambiguity::Comma)),
                Some(value) => named.push(Named { name, place: *place, id: Some(value) }),
                None => {}
            }
        }
        Ok(())
    }
}

/// Where `operation` names the owner of an integration of `level`, whose parameters are `names`.
fn places<'a>(
    operation: &'a Operation,
    level: Level,
    names: &'a [OwnerName],
) -> impl Iterator<Item = &'a OwnerParameter> {
    let alternatives = operation.access.alternatives().iter().filter(move |alternative| alternative.level == level);
    let is_without_alternatives = !matches!(operation.access, Access::AnyOf(_));
    let own = operation.owner.iter().filter(move |parameter| is_without_alternatives && is_bound(parameter, names));
    alternatives.flat_map(|alternative| alternative.owner.iter()).chain(own)
}

fn is_bound(parameter: &OwnerParameter, names: &[OwnerName]) -> bool {
    names.iter().any(|name| name.binds(parameter))
}

/// The names to look for: the parameters that name an owner, and those of their conditions.
fn all_names(names: &[OwnerName]) -> Vec<&str> {
    names
        .iter()
        .flat_map(|name| [Some(&name.name), name.when.as_ref().map(|when| &when.name)])
        .flatten()
        .map(String::as_str)
        .collect()
}

fn ambiguous(name: &str, place: Place, why: Ambiguity) -> OwnerError {
    OwnerError::Ambiguous { name: name.to_owned(), place, why }
}

/// What a request says at one place: the id of an owner, or `None` if the condition is not met and it names something else.
struct Named<'a> {
    name: &'a str,
    place: Place,
    id: Option<Cow<'a, str>>,
}

/// Checks all places together. If the operation declares places for the owner, one of them must name it. A value elsewhere must
/// not contradict it, and does not replace it.
fn judge(named: &[Named<'_>], listed: &[OwnerParameter], presence: Presence, own: &OwnerId) -> Result<(), OwnerError> {
    let is_declared = |named: &&Named| listed.iter().any(|parameter| named.is(parameter));
    if let Some(other) = named.iter().filter(is_declared).find(|named| named.id.is_none()) {
        return Err(OwnerError::Other(other.name.to_owned()));
    }
    if let (Some(parameter), None, Presence::Required) = (listed.first(), named.iter().find(is_declared), presence) {
        return Err(OwnerError::Missing(parameter.name.clone()));
    }
    let mut with_ids = named.iter().filter_map(|named| Some((named, named.id.as_deref()?)));
    let Some((first, id)) = with_ids.next() else { return Ok(()) };
    if let Some((second, _)) = with_ids.find(|(_, other)| *other != id) {
        return Err(OwnerError::Disagreeing(first.parameter(), second.parameter()));
    }
    if id == own.as_str() { Ok(()) } else { Err(OwnerError::Other(first.name.to_owned())) }
}

impl Named<'_> {
    fn is(&self, parameter: &OwnerParameter) -> bool {
        self.place == parameter.place && self.name == parameter.name
    }

    fn parameter(&self) -> OwnerParameter {
        OwnerParameter { name: self.name.to_owned(), place: self.place }
    }
}

/// Adds the owners that `source` (the query, the body) names, each with its parameter's name.
fn add_given<'a>(
    named: &mut Vec<Named<'a>>,
    source: impl Fn(&str, &[&str]) -> Occurrence<'a>,
    names: impl Iterator<Item = &'a OwnerName> + Clone,
    place: Place,
) -> Result<(), OwnerError> {
    let all: Vec<&str> = names.clone().map(|name| name.name.as_str()).collect();
    for OwnerName { name, when, .. } in names {
        match source(name, &all) {
            Occurrence::Absent => {}
            Occurrence::Ambiguous(why) => return Err(ambiguous(name, place, why)),
            Occurrence::Once(value) => {
                let id = holds(&source, when.as_ref(), place)?.then_some(value);
                named.push(Named { name, place, id });
            }
        }
    }
    Ok(())
}

/// Whether the condition is met. A value that some reader could take for another one is ambiguous.
fn holds<'a>(
    source: impl Fn(&str, &[&str]) -> Occurrence<'a>,
    condition: Option<&Condition>,
    place: Place,
) -> Result<bool, OwnerError> {
    let Some(Condition { name, is }) = condition else { return Ok(true) };
    match source(name, &[name]) {
        Occurrence::Absent => Ok(true),
        Occurrence::Once(value) if value.eq_ignore_ascii_case(is) => Ok(true),
        Occurrence::Once(value) if may_be_value(&value, is) || may_be_value(&value, "") => {
            Err(ambiguous(name, place, Ambiguity::NearlyTheValue))
        }
        Occurrence::Once(_) => Ok(false),
        Occurrence::Ambiguous(why) => Err(ambiguous(name, place, why)),
    }
}
