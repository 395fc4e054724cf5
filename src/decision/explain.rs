//! A decision with the steps that led to it. It calls [`decide`] itself, so it cannot drift from the gate.

use std::fmt;

use serde::Serialize;

use super::{Decision, Denial, decide, operation};
use crate::policy::{Access, Alternative, Operation, OwnerParameter, Place, Policy};
use crate::record::{Live, Record};
use crate::request::{Body, Request, RequestError};
use crate::scope::ScopeSet;
use crate::time::Timestamp;
use crate::token::{Presented, VerifiedRequest};

/// Whom the question is about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A request without a token.
    Nobody,
    /// An integration, real or assumed, presenting its current token.
    Integration(Live),
}

/// A verdict with the steps that led to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Explanation {
    /// Whether the request would be forwarded.
    pub allowed: bool,
    /// The reason in one word: `allowed`, or the denial's code.
    #[cfg_attr(test, schemars(extend("enum" = codes())))]
    pub code: &'static str,
    /// The steps taken, in order; only the last can have failed.
    pub steps: Vec<Step>,
    /// The operation, where the request names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
}

/// One step of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Step {
    /// Which one.
    pub step: StepName,
    /// Whether it went on from here.
    pub passed: bool,
    /// What was found, in a sentence.
    pub detail: String,
}

/// The steps, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// Reads the request.
    Request,
    /// Finds whose the token is.
    Token,
    /// Finds the operation.
    Operation,
    /// Judges whether the token may use it.
    Access,
}

impl fmt::Display for StepName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Request => "request",
            Self::Token => "token",
            Self::Operation => "operation",
            Self::Access => "access",
        })
    }
}

/// All that [`Explanation::code`] may be.
#[cfg(test)]
fn codes() -> Vec<&'static str> {
    let denials = super::DenialCode::ALL.iter().map(|code| code.as_str());
    std::iter::once("allowed").chain(denials).collect()
}

/// The operation that a request names, as far as whoever asks may know of it.
enum Found {
    Shown(Operation),
    Hidden,
}

/// Judges `method` and `target` as if `subject` had sent them at `now`.
pub fn explain(method: &str, target: &str, subject: &Subject, policy: &Policy, now: Timestamp) -> Explanation {
    explained((method, target), subject, policy, now, |operation| Some(operation.clone()))
}

/// The same for people who may not know of the agency: the verdict is that of the whole policy, and of the operation they are shown what
/// [`Policy::for_sub_accounts`] has of it.
pub fn explain_to_sub_accounts(
    method: &str,
    target: &str,
    subject: &Subject,
    policy: &Policy,
    now: Timestamp,
) -> Explanation {
    explained((method, target), subject, policy, now, Operation::for_sub_accounts)
}

fn explained(
    (method, target): (&str, &str),
    subject: &Subject,
    policy: &Policy,
    now: Timestamp,
    shown: fn(&Operation) -> Option<Operation>,
) -> Explanation {
    let request = match assumed_request(method, target, subject, policy) {
        Ok(request) => request,
        Err(error) => {
            let denial = Denial::from(error);
            let steps = vec![Step::new(StepName::Request, false, denial.to_string())];
            return Explanation { allowed: false, code: denial.code().as_str(), steps, operation: None };
        }
    };
    let record = record(subject);
    let found = operation(policy, &request).map(|found| shown(found).map_or(Found::Hidden, Found::Shown));
    let denial = match decide(&request, record.as_ref(), policy, now) {
        Decision::Allow(_) => None,
        Decision::Deny(denial) => Some(without_hidden_names(denial, policy, shown)),
    };
    Explanation {
        allowed: denial.is_none(),
        code: denial.as_ref().map_or("allowed", |denial| denial.code().as_str()),
        steps: steps(&request, record.as_ref(), found.as_ref(), denial.as_ref()),
        operation: found.and_then(Found::into_operation),
    }
}

/// The denial without the name of an operation that whoever asks may not know of.
fn without_hidden_names(denial: Denial, policy: &Policy, shown: fn(&Operation) -> Option<Operation>) -> Denial {
    let is_shown = |name: &String| {
        policy.operations().iter().filter(|operation| operation.name() == *name).all(|one| shown(one).is_some())
    };
    match denial {
        Denial::AmbiguousOperation(name) => Denial::AmbiguousOperation(name.filter(is_shown)),
        other => other,
    }
}

fn assumed_request(
    method: &str,
    target: &str,
    subject: &Subject,
    policy: &Policy,
) -> Result<VerifiedRequest, RequestError> {
    let request = bare_request(method, target, subject)?;
    Ok(match subject {
        Subject::Nobody => request,
        Subject::Integration(live) => with_own_id(request, live, policy, true),
    })
}

/// What the store would hold for `subject`.
pub(super) fn record(subject: &Subject) -> Option<Record> {
    match subject {
        Subject::Nobody => None,
        Subject::Integration(live) => Some(Record::from(live.clone())),
    }
}

/// The request as `subject` would send it, without header fields and body.
pub(super) fn bare_request(method: &str, target: &str, subject: &Subject) -> Result<VerifiedRequest, RequestError> {
    let credential = match subject {
        Subject::Nobody => None,
        Subject::Integration(live) => Some(Presented::assumed(live.id.clone(), live.tokens.current().hash)),
    };
    Request::with_credential(method, target, credential)
}

/// A question has no header fields and no body: where the operation names its owner there, its own is assumed.
pub(super) fn with_own_id(request: VerifiedRequest, live: &Live, policy: &Policy, with_body: bool) -> VerifiedRequest {
    let Some(operation) = operation(policy, &request) else { return request };
    let others = policy.alike(operation, request.method(), request.path());
    let names = policy.owner_names().of(live.owner.level);
    let operations = std::iter::once(operation).chain(others);
    let parameters = operations.flat_map(|operation| {
        let own = |alternative: &&Alternative| alternative.level == live.owner.level;
        let of_alternatives = operation.access.alternatives().iter().filter(own);
        let of_level = |parameter: &&OwnerParameter| names.iter().any(|name| name.binds(parameter));
        let listed = of_alternatives.flat_map(|alternative| alternative.owner.iter());
        listed.chain(operation.owner.iter().filter(of_level))
    });
    let parameters: Vec<OwnerParameter> = parameters.cloned().collect();
    parameters.into_iter().fold(request, |request, OwnerParameter { name, place }| match place {
        Place::Header if request.header(&name).is_none() => request.with_header(&name, live.owner.id.as_str()),
        Place::Body if with_body => {
            let body = Body::of_property(&name, live.owner.id.as_str());
            request.with_body(body)
        }
        Place::Header | Place::Path | Place::Query | Place::Body => request,
    })
}

fn steps(
    request: &VerifiedRequest,
    record: Option<&Record>,
    found: Option<&Found>,
    denial: Option<&Denial>,
) -> Vec<Step> {
    let mut steps =
        vec![Step::new(StepName::Request, true, format!("{} {}", request.method().as_str(), request.target()))];
    steps.push(Step::new(StepName::Token, true, record.map_or("no token".to_owned(), describe_record)));
    match (found, denial) {
        (Some(found), _) => {
            let passed = Step::new(StepName::Operation, true, found.describe());
            let verdict: Vec<_> = denial.map(Denial::to_string).into_iter().chain(found.describe_access()).collect();
            steps.extend([passed, Step::new(StepName::Access, denial.is_none(), verdict.join("; "))]);
        }
        (None, Some(denial)) => steps.push(Step::new(StepName::Operation, false, denial.to_string())),
        (None, None) => {}
    }
    steps
}

fn describe_record(record: &Record) -> String {
    match record {
        Record::Live(live) => {
            let (owner, scopes) = (&live.owner, listed(&live.scopes));
            format!("{:?} of {} {}, scopes: {scopes}", live.name, owner.level, owner.id.as_str())
        }
        Record::Gone { .. } => "a deleted integration".to_owned(),
    }
}

fn listed(scopes: &ScopeSet) -> String {
    if scopes.is_empty() { "none".to_owned() } else { scopes.to_string() }
}

fn describe_access(access: &Access) -> String {
    match access {
        Access::Public => "open to everyone".to_owned(),
        Access::Authenticated => "open to every valid token".to_owned(),
        Access::AnyOf(alternatives) if alternatives.is_empty() => "open to no private integration".to_owned(),
        Access::AnyOf(alternatives) => {
            let each = alternatives.iter().map(|alternative| {
                let owner: Vec<_> = alternative.owner.iter().map(|parameter| parameter.name.as_str()).collect();
                let scopes = listed(&alternative.scopes);
                let owner =
                    if owner.is_empty() { String::new() } else { format!(", own id in {}", owner.join(" or ")) };
                format!("{} with scopes {scopes}{owner}", alternative.level)
            });
            format!("needs {}", each.collect::<Vec<_>>().join("; or "))
        }
    }
}

impl Found {
    fn into_operation(self) -> Option<Operation> {
        match self {
            Self::Shown(operation) => Some(operation),
            Self::Hidden => None,
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Shown(operation) => format!("{}, from {:?}", operation.name(), operation.document),
            Self::Hidden => "an operation that sub-accounts cannot use".to_owned(),
        }
    }

    fn describe_access(&self) -> Option<String> {
        match self {
            Self::Shown(operation) => Some(describe_access(&operation.access)),
            Self::Hidden => None,
        }
    }
}

impl Step {
    fn new(step: StepName, passed: bool, detail: String) -> Self {
        Self { step, passed, detail }
    }
}
