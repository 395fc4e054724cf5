//! What the driver does to forward a request, in its own terms.

use serde::Serialize;

use super::{AnswerCors, Arrival, OriginUrl, Plan, WITHHELD_FIELDS, identity_fields, of_arrival, told};
use crate::decision::Grant;
use crate::forward::AnswerRules;

/// How to forward a request, and what becomes of the origin's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forwarding {
    /// Scheme and authority to send it to, in place of its own; `None` where a service binding gets it.
    pub address: Option<String>,
    /// How many UTF-16 code units of the request's URL stand before its path: this many give way to `address`.
    pub authority_length: usize,
    /// How long the origin may take to begin its answer, in milliseconds.
    pub timeout_ms: u64,
    /// Whether fields go by their [`FieldClass`](super::FieldClass): what leaves is taken out, and `X-Forwarded-For` set to the
    /// client's address.
    pub by_class: bool,
    /// More fields to take out, in lower case.
    pub remove: Vec<String>,
    /// Names and values of fields to set, after all else.
    pub set: Vec<(&'static str, String)>,
    /// Names and values of fields to set on the answer.
    pub respond: Vec<(&'static str, String)>,
    /// Fields that the answer loses.
    pub withheld: [&'static str; WITHHELD_FIELDS.len()],
    /// The lowest and the highest status that the answer may have, and one more where there is one.
    pub statuses: (u16, u16, Option<u16>),
    /// What the answer has for other origins' scripts; `None` where they may not call the API.
    pub cors: Option<AnswerCors>,
}

impl Forwarding {
    /// For any request of the grant's identity that [goes by class](super::goes_by_class).
    pub fn by_class(grant: &Grant, arrival: Arrival<'_>, address: Option<&OriginUrl>, timeout_ms: u64) -> Self {
        let credential = grant.identity().map(|_| "authorization".to_owned());
        let set = identity_fields(grant).into_iter().chain(of_arrival(arrival)).collect();
        let plan = Plan {
            target: String::new(),
            remove: credential.into_iter().collect(),
            set,
            respond: told(grant),
            answer: AnswerRules { may_switch_protocols: false },
        };
        Self { by_class: true, ..Self::exactly(plan, arrival, address, timeout_ms) }
    }

    /// The same, with what its answer has for other origins' scripts.
    #[must_use]
    pub fn with_cors(self, cors: Option<AnswerCors>) -> Self {
        Self { cors, ..self }
    }

    /// For one request, of which every field was checked.
    pub fn exactly(plan: Plan, arrival: Arrival<'_>, address: Option<&OriginUrl>, timeout_ms: u64) -> Self {
        let Plan { remove, set, respond, answer, .. } = plan;
        let Arrival { scheme, host, .. } = arrival;
        Self {
            address: address.map(|address| address.as_str().to_owned()),
            authority_length: [scheme, "://", host].iter().map(|part| part.encode_utf16().count()).sum(),
            timeout_ms,
            by_class: false,
            remove,
            set,
            respond,
            withheld: WITHHELD_FIELDS,
            statuses: answer.statuses(),
            cors: None,
        }
    }
}
