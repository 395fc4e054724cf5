//! What a request asks for, and whether the caller may do it.

use super::permit::{check_delimiters, may_use};
use super::{Denial, Grant, Identity};
use crate::policy::{Lookup, Operation, OwnerFields, PathParameters, Policy};
use crate::record::Level;
use crate::request::Request;
use crate::token::VerifiedRequest;

/// What a request asks for, found once: its operation, and those that a tolerant router could take its path for.
pub struct Located<'a> {
    policy: &'a Policy,
    lookup: Lookup<'a>,
    alike: Vec<&'a Operation>,
}

/// Finds what a request asks for.
pub fn locate<'a, C>(policy: &'a Policy, request: &'a Request<C>) -> Located<'a> {
    let lookup = policy.lookup(request.method(), request.path());
    let alike = match &lookup {
        Lookup::Found(operation, _) => policy.alike(operation, request.method(), request.path()),
        Lookup::OtherMethods(_) | Lookup::Nothing => Vec::new(),
    };
    Located { policy, lookup, alike }
}

impl<'a> Located<'a> {
    /// Where else than in path and query a request of an integration of `level` may name its owner.
    pub fn owner_fields(&self, level: Level) -> OwnerFields<'a> {
        self.policy.owner_fields(self.operations(), level)
    }

    /// Whether `identity`, or nobody, may do what was located. `request` is the one that was located, with the fields and the
    /// body that name its owner.
    ///
    /// # Errors
    /// Why not.
    pub fn judge(&self, request: &VerifiedRequest, identity: Option<Identity>) -> Result<Grant, Denial> {
        check_delimiters(request, self.operation(), identity.as_ref())?;
        let (operation, path_parameters) = match &self.lookup {
            Lookup::Found(operation, path_parameters) => (operation, path_parameters),
            // What exists is told only to those who have a valid token.
            _ if identity.is_none() => return Err(Denial::without_credential(request)),
            Lookup::OtherMethods(allowed) => return Err(Denial::OtherMethods(allowed.clone())),
            Lookup::Nothing => return Err(Denial::UnknownOperation),
        };
        let caller = identity.as_ref().map(|identity| (identity, self.policy.owner_check(identity.owner(), request)));
        may_use(request, operation, path_parameters, caller.as_ref())?;
        for other in &self.alike {
            may_use(request, other, &PathParameters::of(other, request.path()), caller.as_ref()).map_err(|_| {
                // What exists is told only to those who have a valid token.
                Denial::AmbiguousOperation(identity.as_ref().map(|_| other.name()))
            })?;
        }
        let judged_fields = judged_fields(self.operations());
        let (method, target) = (request.method().clone(), request.shared_target());
        Ok(Grant { method, target, identity, judged_fields })
    }

    /// The operation, if the policy has one for the request.
    pub fn operation(&self) -> Option<&'a Operation> {
        if let Lookup::Found(operation, _) = &self.lookup { Some(*operation) } else { None }
    }

    /// The operation, and those that it could be taken for.
    fn operations(&self) -> impl Iterator<Item = &'a Operation> {
        self.operation().into_iter().chain(self.alike.iter().copied())
    }
}

/// The header fields that name the owner, and where a body does, those that say how it is read.
fn judged_fields<'a>(operations: impl Iterator<Item = &'a Operation>) -> Vec<String> {
    let mut fields = Vec::new();
    for operation in operations {
        fields.extend(operation.owner_headers().map(str::to_ascii_lowercase));
        if operation.reads_body() {
            fields.extend(["content-type".to_owned(), "content-encoding".to_owned()]);
        }
    }
    fields
}
