//! A request of the gate's own with an integration's token: judged as any other, and never counted as use.

use super::head::{Head, Target};
use super::memory::Memory;
use super::step::Step;
use super::{Credential, Gate, Purpose};
use crate::token::{IntegrationId, verify};

/// A `GET` by which somebody tries a token.
pub struct TestRequest<'a> {
    /// Its address, as a client would ask for it.
    pub url: &'a str,
    /// The value of `Authorization`.
    pub authorization: &'a str,
    /// Whether the gate is asked what the token is, and nothing is forwarded.
    pub is_whoami: bool,
}

impl Gate {
    /// Begins its way. It has no header field but `Authorization` and no body. A [`Step::Forward`] says how it would be forwarded;
    /// nothing of it stays with the driver, whose request is another one.
    pub fn test(memory: &mut Memory, request: &TestRequest<'_>, now_ms: u64) -> Step {
        memory.see_clock(now_ms);
        let purpose = if request.is_whoami { Purpose::Whoami } else { Purpose::Forward };
        let credential = Credential::Sent(request.authorization);
        let head = Head { method: "GET", url: request.url, credential, fields: "" };
        let gate = Self {
            has_all_fields: true,
            body: Some(Vec::new()),
            is_test: true,
            asked: None,
            ..Self::new(purpose, &head, Target::of(request.url))
        };
        gate.start(memory, credential, now_ms)
    }

    /// Whether a text is a genuine token of this integration. Nothing is told of one that is another's.
    pub fn is_token_of(memory: &Memory, text: &str, id: &IntegrationId) -> bool {
        let settings = memory.settings();
        let (Ok(keys), Ok(prefix)) = (&settings.keys, &settings.prefix) else { return false };
        verify(keys, prefix, text).is_ok_and(|presented| presented.id() == id)
    }
}
