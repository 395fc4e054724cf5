//! Step 5: the verdict, a function of (request, record, policy, now) alone.

mod abilities;
mod assumed;
mod code;
mod denial;
mod explain;
mod identity;
mod located;
mod permit;
mod preview;
mod reach;

use std::rc::Rc;

pub use abilities::{Abilities, Holder, OutOfReach, ShownOperation, What, abilities};
pub use code::DenialCode;
pub use denial::Denial;
pub use explain::{Explanation, Step, StepName, Subject, explain, explain_to_sub_accounts};
pub use identity::{Identity, authenticate};
pub use located::{Located, locate};
pub use preview::{PreviewedOperation, ScopeChange, ScopePreview, preview};
pub use reach::Reach;

use super::policy::{Operation, Policy};
use super::record::Record;
use super::request::Method;
use super::time::Timestamp;
use super::token::VerifiedRequest;

/// The outcome of [`decide`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may be forwarded.
    Allow(Grant),
    /// It may not.
    Deny(Denial),
}

/// The proof that a request may be forwarded. Only [`decide`] and its last step, [`Located::judge`], make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    method: Method,
    target: Rc<str>,
    identity: Option<Identity>,
    judged_fields: Vec<String>,
}

/// Judges a request. `record` is what the store holds for the integration that the token names; `None` if it holds nothing. The
/// failure of a store is not an absent record: it is handled before.
pub fn decide(request: &VerifiedRequest, record: Option<&Record>, policy: &Policy, now: Timestamp) -> Decision {
    match judge(request, record, policy, now) {
        Ok(grant) => Decision::Allow(grant),
        Err(denial) => Decision::Deny(denial),
    }
}

fn judge(request: &VerifiedRequest, record: Option<&Record>, policy: &Policy, now: Timestamp) -> Result<Grant, Denial> {
    let identity = request.credential().map(|presented| authenticate(presented, record, now)).transpose()?;
    locate(policy, request).judge(request, identity)
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

    /// The header fields that the verdict rests on, in lower case. They must reach the origin as they are.
    pub fn judged_fields(&self) -> &[String] {
        &self.judged_fields
    }

    /// Whose token it is; `None` for a public operation without a token.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }
}

/// The operation that a grant or a denial is about, for logs and explanations: its method and template.
pub fn operation<'a>(policy: &'a Policy, request: &VerifiedRequest) -> Option<&'a Operation> {
    policy.operation(request.method(), request.path())
}
