//! Requests to the registry: their heads, and their bodies.

use std::cell::Cell;
use std::time::Duration;

use worker::Request;

use crate::platform::body::{self, BodyError};
use crate::platform::clock;
use registry::{ACTOR, Head, PORT, REQUEST};
use tidegate::admin::{AdminError, body_text};

/// How long a body may take. The gate waits 20 seconds for the answer.
const BODY_TIMEOUT: Duration = Duration::from_secs(18);
/// How many bodies that carry a policy are read at a time: each is in memory as a whole.
const MAX_POLICY_BODIES: usize = 4;

/// What the rules are told of a command before its body.
pub(super) fn head(request: &Request, target: &str) -> Head {
    let header = |name: &str| request.headers().get(name).ok().flatten();
    Head {
        method: request.inner().method(),
        target: target.to_owned(),
        actor: header(ACTOR).unwrap_or_default(),
        request: header(REQUEST),
        if_match: header("if-match"),
        if_none_match: header("if-none-match"),
        port: header(PORT).and_then(|port| port.parse().ok()),
        idempotency_key: header("idempotency-key"),
    }
}

/// The body as text.
pub(super) async fn read_body(request: &Request, limit: usize) -> Result<String, AdminError> {
    let read = clock::within(BODY_TIMEOUT, body::read(request.inner(), limit)).await.ok_or(AdminError::TooSlow)?;
    let bytes = read.map_err(|error| match error {
        BodyError::TooLong => AdminError::TooLarge(limit),
        BodyError::Broken(error) => {
            AdminError::Registry(format!("the body cannot be read: {}", worker::Error::from(error)))
        }
    })?;
    body_text(bytes)
}

/// A body that carries a policy, while it is read.
pub(super) struct PolicyBody<'a>(&'a Cell<usize>);

impl<'a> PolicyBody<'a> {
    pub fn begin(count: &'a Cell<usize>) -> Result<Self, AdminError> {
        if count.get() >= MAX_POLICY_BODIES {
            return Err(AdminError::TooBusy);
        }
        count.update(|count| count.saturating_add(1));
        Ok(Self(count))
    }
}

impl Drop for PolicyBody<'_> {
    fn drop(&mut self) {
        self.0.update(|count| count.saturating_sub(1));
    }
}
