//! What a Durable Object answers whose rules a later release brings.

use worker::{Response, Result};

use crate::platform::respond;
use tidegate::reply::Reply;

/// 503.
pub(super) fn answer() -> Result<Response> {
    let reply = Reply::new(503, "unavailable", "This object does nothing yet", "A later release of the gate uses it.");
    Ok(Response::from(respond::problem(&reply.with("Retry-After", "60".to_owned()))?))
}
