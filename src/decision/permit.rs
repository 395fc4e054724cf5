//! The checks of one operation: encoded delimiters, level, owner and scopes.

use super::{Denial, Identity};
use crate::policy::{Access, Alternative, Operation, OwnerCheck, OwnerError, PathParameters, Presence};
use crate::request::{Method, RequestError};
use crate::scope::ScopeSet;
use crate::token::{Presented, VerifiedRequest};

/// Refuses percent-encoded delimiters that the operation does not take, since some origins decode them before they route. Callers
/// who may not know which operations exist are always refused.
pub(super) fn check_delimiters(
    request: &VerifiedRequest,
    operation: Option<&Operation>,
    identity: Option<&Identity>,
) -> Result<(), Denial> {
    let Some(error) = request.path().encoded_delimiter() else { return Ok(()) };
    let may_know = |operation: &&Operation| identity.is_some() || operation.access == Access::Public;
    let is_taken = operation.filter(may_know).is_some_and(|operation| operation.takes_encoded);
    let judged = if is_taken { request.path().check_encoded_delimiters() } else { Err(error) };
    let credential_sent = request.credential().is_some() || request.foreign_credential().is_some();
    judged.map_err(|error| RequestError::Path { error, credential_sent }.into())
}

/// Whether the caller, if there is one, may use an operation.
pub(super) fn may_use<'a>(
    request: &VerifiedRequest,
    operation: &'a Operation,
    path_parameters: &PathParameters<'a>,
    caller: Option<&(&Identity, OwnerCheck<'a, Presented>)>,
) -> Result<(), Denial> {
    let Some((identity, owner)) = caller else {
        let is_public = operation.access == Access::Public;
        return if is_public { Ok(()) } else { Err(Denial::without_credential(request)) };
    };
    if matches!(owner.method(), Method::Get | Method::Head) && owner.has_body_of(operation) {
        return Err(RequestError::BodyOfSafeMethod.into());
    }
    match &operation.access {
        Access::Public => Ok(owner.check_all(operation, Presence::Optional, path_parameters)?),
        Access::Authenticated => Ok(owner.check_all(operation, Presence::Required, path_parameters)?),
        Access::AnyOf(alternatives) => any_of(alternatives, identity, |alternative| {
            owner.check(operation, &alternative.owner, Presence::Required, path_parameters)?;
            covers(alternative, identity.scopes())
        }),
    }
}

/// Allows the request if one alternative of the identity's level does; otherwise returns what is missing for the nearest one.
fn any_of(
    alternatives: &[Alternative],
    identity: &Identity,
    allows: impl Fn(&Alternative) -> Result<(), Denial>,
) -> Result<(), Denial> {
    if alternatives.is_empty() {
        return Err(Denial::NotForIntegrations);
    }
    let level = identity.owner().level;
    let mut nearest: Option<Denial> = None;
    for alternative in alternatives.iter().filter(|alternative| alternative.level == level) {
        match allows(alternative) {
            Ok(()) => return Ok(()),
            Err(denial) => nearest = Some(nearest.map_or(denial.clone(), |other| denial.nearer(other))),
        }
    }
    Err(nearest.unwrap_or(Denial::WrongLevel(level)))
}

fn covers(alternative: &Alternative, scopes: &ScopeSet) -> Result<(), Denial> {
    if scopes.covers(&alternative.scopes) {
        return Ok(());
    }
    let missing = alternative.scopes.without(scopes);
    Err(Denial::MissingScopes { needed: alternative.scopes.clone(), missing })
}

impl From<OwnerError> for Denial {
    fn from(error: OwnerError) -> Self {
        Self::Owner(error)
    }
}
