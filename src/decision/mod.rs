//! Step 5: the verdict, a function of (request, record, policy, now) alone.

mod abilities;
mod assumed;
mod code;
mod denial;
mod explain;
mod preview;
mod reach;

use std::rc::Rc;

pub use abilities::{Abilities, Holder, OutOfReach, ShownOperation, What, abilities};
pub use code::DenialCode;
pub use denial::Denial;
pub use explain::{Explanation, Step, StepName, Subject, explain};
pub use preview::{PreviewedOperation, ScopeChange, ScopePreview, preview};
pub use reach::Reach;

use super::policy::{
    Access, Alternative, Lookup, Operation, OwnerCheck, OwnerError, OwnerFields, PathParameters, Policy, Presence,
};
use super::record::{Live, Owner, Record};
use super::request::{Method, Request, RequestError};
use super::rotation::{TokenUse, Window};
use super::scope::ScopeSet;
use super::time::Timestamp;
use super::token::{IntegrationId, Presented, VerifiedRequest};

/// The outcome of [`decide`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may be forwarded.
    Allow(Grant),
    /// It may not.
    Deny(Denial),
}

/// The proof that a request may be forwarded. Only [`decide`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    method: Method,
    target: Rc<str>,
    identity: Option<Identity>,
    judged_fields: Vec<String>,
}

/// Who a live token speaks for. Only [`authenticate`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    integration: Rc<Live>,
    token: TokenUse,
    judged_at: Timestamp,
}

/// Judges a request. `record` is what the store holds for the integration that the token names, `None` where it
/// holds nothing; a store that failed is not a record, and never comes here.
pub fn decide(request: &VerifiedRequest, record: Option<&Record>, policy: &Policy, now: Timestamp) -> Decision {
    match judge(request, record, policy, now) {
        Ok(grant) => Decision::Allow(grant),
        Err(denial) => Decision::Deny(denial),
    }
}

/// Who a genuine token speaks for at `now`.
///
/// # Errors
/// [`Denial::UnknownToken`], [`Denial::DeletedIntegration`], [`Denial::DeadToken`], [`Denial::PausedIntegration`] or
/// [`Denial::ExpiredIntegration`].
pub fn authenticate(presented: &Presented, record: Option<&Record>, now: Timestamp) -> Result<Identity, Denial> {
    match record {
        Some(Record::Live(integration)) if integration.id == *presented.id() => {
            let token = integration.tokens.find(presented.hash(), now).ok_or(Denial::DeadToken)?;
            match (integration.paused, integration.expires_at) {
                (true, _) => Err(Denial::PausedIntegration),
                (false, Some(end)) if now >= end => Err(Denial::ExpiredIntegration),
                (false, _) => Ok(Identity { integration: Rc::clone(integration), token, judged_at: now }),
            }
        }
        Some(Record::Gone { id, .. }) if id == presented.id() => Err(Denial::DeletedIntegration),
        _ => Err(Denial::UnknownToken),
    }
}

fn judge(request: &VerifiedRequest, record: Option<&Record>, policy: &Policy, now: Timestamp) -> Result<Grant, Denial> {
    let identity = request.credential().map(|presented| authenticate(presented, record, now)).transpose()?;
    locate(policy, request).judge(request, identity)
}

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
    /// Where else than in path and query the request may name its owner.
    pub fn owner_fields(&self) -> OwnerFields<'a> {
        let mut fields = OwnerFields::default();
        for operation in self.operations() {
            fields.headers.extend(operation.owner_headers());
            fields.body |= operation.reads_body();
        }
        fields
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

/// Refuses percent-encoded delimiters that the operation does not take: some origins decode them before they route. Who may not
/// know what exists is refused whatever the operation takes.
fn check_delimiters(
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
fn may_use<'a>(
    request: &VerifiedRequest,
    operation: &'a Operation,
    path_parameters: &PathParameters<'a>,
    caller: Option<&(&Identity, OwnerCheck<'a, Presented>)>,
) -> Result<(), Denial> {
    let Some((identity, owner)) = caller else {
        let is_public = operation.access == Access::Public;
        return if is_public { Ok(()) } else { Err(Denial::without_credential(request)) };
    };
    if let (true, Method::Get | Method::Head, true) = (operation.reads_body(), owner.method(), owner.has_body()) {
        return Err(RequestError::BodyOfSafeMethod.into());
    }
    match &operation.access {
        Access::Public => Ok(owner.check_all(operation, Presence::Optional, path_parameters)?),
        Access::Authenticated => Ok(owner.check_all(operation, Presence::Required, path_parameters)?),
        Access::AnyOf(alternatives) => any_of(alternatives, identity, |alternative| {
            owner.check(operation, &alternative.owner, Presence::Required, path_parameters)?;
            covers(alternative, &identity.integration.scopes)
        }),
    }
}

/// Passes where one alternative of the identity's level allows it, else tells what the nearest one lacks.
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

impl Grant {
    /// The method that was judged.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Path and query that were judged, byte for byte.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The header fields that the verdict rests on, in lower case: these very fields must reach the origin.
    pub fn judged_fields(&self) -> &[String] {
        &self.judged_fields
    }

    /// Who asks; `None` for a public operation asked for without a token.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }
}

impl Identity {
    /// The integration as its record has it.
    pub(crate) fn live(&self) -> &Rc<Live> {
        &self.integration
    }

    /// The integration's id.
    pub fn integration(&self) -> &IntegrationId {
        &self.integration.id
    }

    /// The integration's name.
    pub fn name(&self) -> &str {
        &self.integration.name
    }

    /// Whom the integration belongs to.
    pub fn owner(&self) -> &Owner {
        &self.integration.owner
    }

    /// What it may do.
    pub fn scopes(&self) -> &ScopeSet {
        &self.integration.scopes
    }

    /// Which of its tokens was presented.
    pub fn token(&self) -> TokenUse {
        self.token
    }

    /// The first second in which the token is dead, if there is one: the earlier of the window's end and the integration's.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.window_end().into_iter().chain(self.integration.expires_at).min()
    }

    /// When the token ends, as far as its holder is told with every answer: a window's end, and in its last 30 days the
    /// integration's; the earlier one.
    pub fn announced_end(&self) -> Option<Timestamp> {
        let is_near = |end: &Timestamp| *end <= self.judged_at.after(Window::LONGEST.seconds());
        self.window_end().into_iter().chain(self.integration.expires_at.filter(is_near)).min()
    }

    /// The first second in which all the integration's tokens are dead, if there is one.
    pub fn integration_end(&self) -> Option<Timestamp> {
        self.integration.expires_at
    }

    /// The end of the window in which two of the integration's tokens work, while it is open.
    pub fn rotation_end(&self) -> Option<Timestamp> {
        let tokens = self.integration.tokens.clone().at(self.judged_at);
        tokens.outgoing().map(|(_, until)| until)
    }

    fn window_end(&self) -> Option<Timestamp> {
        match self.token {
            TokenUse::Current => None,
            TokenUse::Outgoing { until } => Some(until),
        }
    }
}

/// The operation that a grant or a denial is about, for logs and explanations: its method and template.
pub fn operation<'a>(policy: &'a Policy, request: &VerifiedRequest) -> Option<&'a Operation> {
    policy.operation(request.method(), request.path())
}
