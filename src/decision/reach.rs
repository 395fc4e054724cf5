//! The operations that an integration reaches: [`decide`] judges one request for each of them.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::explain::{Subject, bare_request, record, with_own_id};
use super::{Decision, decide};
use crate::policy::{Operation, OwnerParameter, Place, Policy};
use crate::record::{Level, Owner, OwnerId, Record};
use crate::scope::ScopeSet;
use crate::time::Timestamp;
use crate::token::VerifiedRequest;

/// Ids that a path parameter may hold. The first one is taken with which the path names the operation itself: a policy may
/// have a literal segment of that spelling.
const ANY_ID: [&str; 3] = ["7q2vk9x4", "3m8zt5w1", "9d6hr2c0"];
/// The id of the integration's own owner in all requests.
const OWN_ID: &str = "5n1wk8e3";

/// The operations of a policy, each with the requests that stand for it.
pub struct Reach<'a> {
    policy: &'a Policy,
    owner: Option<Owner>,
    probes: Vec<Probe>,
}

/// What is asked about one operation.
struct Probe {
    own: Vec<VerifiedRequest>,
    unnamed: Vec<VerifiedRequest>,
    nobody: Vec<VerifiedRequest>,
}

/// What a request says of its sender.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// The integration's own owner, wherever path and query have a place for one.
    InTarget,
    /// The same, and in header fields.
    InFields,
    /// The same, and in the body, which is refused where the method has none.
    InBody,
    /// No owner. Where a parameter of the path is one, that of another owner.
    Nothing,
}

impl<'a> Reach<'a> {
    /// Prepares the requests of an integration of `level`.
    pub fn of(policy: &'a Policy, level: Level) -> Self {
        let owner = OwnerId::parse(OWN_ID).ok().map(|id| Owner { level, id });
        let subject = owner.clone().map(|owner| Subject::assumed(owner, ScopeSet::default()));
        let probe = |operation: &Operation| {
            let ask = |subject: Option<&Subject>, namings: &[Naming]| {
                let request = |naming: &Naming| request(operation, policy, level, subject?, *naming);
                namings.iter().filter_map(request).collect()
            };
            Probe {
                own: ask(subject.as_ref(), &[Naming::InTarget, Naming::InFields, Naming::InBody]),
                unnamed: ask(subject.as_ref(), &[Naming::Nothing]),
                nobody: ask(Some(&Subject::Nobody), &[Naming::InTarget]),
            }
        };
        Self { policy, probes: policy.operations().iter().map(probe).collect(), owner }
    }

    /// Of each operation, in the policy's order, whether an integration with `scopes` reaches it for its own owner.
    pub fn with(&self, scopes: &ScopeSet) -> Vec<bool> {
        self.granted(self.integration(scopes).as_ref(), |probe| &probe.own)
    }

    /// Whether it reaches it by a request that names no owner.
    pub fn unnamed(&self, scopes: &ScopeSet) -> Vec<bool> {
        self.granted(self.integration(scopes).as_ref(), |probe| &probe.unnamed)
    }

    /// Whether anyone reaches it without a token.
    pub fn without_token(&self) -> Vec<bool> {
        self.granted(None, |probe| &probe.nobody)
    }

    fn integration(&self, scopes: &ScopeSet) -> Option<Record> {
        record(&Subject::assumed(self.owner.clone()?, scopes.clone()))
    }

    fn granted(&self, record: Option<&Record>, requests: impl Fn(&Probe) -> &[VerifiedRequest]) -> Vec<bool> {
        let is_granted =
            |request| matches!(decide(request, record, self.policy, Timestamp::from_seconds(0)), Decision::Allow(_));
        self.probes.iter().map(|probe| requests(probe).iter().any(is_granted)).collect()
    }
}

/// The request of `subject` that stands for `operation`; `None` if no path leads to it, so that no request reaches it.
fn request(
    operation: &Operation,
    policy: &Policy,
    level: Level,
    subject: &Subject,
    naming: Naming,
) -> Option<VerifiedRequest> {
    ANY_ID.iter().find_map(|any| {
        let target = target(operation, policy, level, naming, any);
        let request = bare_request(operation.method.as_str(), &target, subject).ok()?;
        let found = policy.operation(request.method(), request.path())?;
        let request = match (naming, subject) {
            (Naming::InFields | Naming::InBody, Subject::Integration(live)) => {
                with_own_id(request, live, policy, naming == Naming::InBody)
            }
            _ => request,
        };
        (found == operation).then_some(request)
    })
}

/// Path and query, with `any` for each parameter that names no owner.
fn target(operation: &Operation, policy: &Policy, level: Level, naming: Naming, any: &str) -> String {
    let names = policy.owner_names().of(level);
    let alternatives = operation.access.alternatives().iter().filter(|alternative| alternative.level == level);
    let listed = alternatives.flat_map(|alternative| alternative.owner.iter());
    let of_level = |parameter: &&OwnerParameter| names.iter().any(|name| name.binds(parameter));
    let declared: Vec<_> = listed.chain(operation.owner.iter().filter(of_level)).collect();
    let is_owner = |name: &str| {
        names.iter().any(|owner| owner.name == name)
            || declared.iter().any(|parameter| parameter.place == Place::Path && parameter.name == name)
    };
    let names_own = naming != Naming::Nothing;
    let mut target = operation.path.fill(|name| if names_own && is_owner(name) { OWN_ID } else { any }.to_owned());
    let mut given: Vec<&str> = Vec::new();
    for OwnerParameter { name, place } in declared {
        if names_own && *place == Place::Query && !given.contains(&name.as_str()) {
            target.push(if given.is_empty() { '?' } else { '&' });
            target.extend(utf8_percent_encode(name, NON_ALPHANUMERIC));
            target.push('=');
            target.push_str(OWN_ID);
            given.push(name);
        }
    }
    target
}
