//! A request of the gate's own with an integration's token: judged as any other, and never counted as use.

use super::head::Target;
use super::memory::Memory;
use super::step::Step;
use super::{Credential, Fields, Gate, Purpose, Stage};
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
        let gate = Self {
            purpose: if request.is_whoami { Purpose::Whoami } else { Purpose::Forward },
            method: "GET".to_owned(),
            target: Target::of(request.url),
            fields: Fields::default(),
            has_all_fields: true,
            body: Some(Vec::new()),
            is_test: true,
            for_denial: false,
            has_distrusted: false,
            parts_read: 0,
            asked: None,
            stage: Stage::Authorization,
        };
        gate.start(memory, Credential::Sent(request.authorization), now_ms)
    }
}

impl Gate {
    /// Whether a text is a genuine token of this integration. Nothing is told of one that is another's.
    pub fn is_token_of(memory: &Memory, text: &str, id: &IntegrationId) -> bool {
        let settings = memory.settings();
        let (Ok(keys), Ok(prefix)) = (&settings.keys, &settings.prefix) else { return false };
        verify(keys, prefix, text).is_ok_and(|presented| presented.id() == id)
    }
}
