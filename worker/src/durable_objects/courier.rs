//! The Durable Object that delivers events to endpoints, from a later release on. It exists already, since the platform refuses to roll back
//! across the migration that adds it.

use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::unavailable;

/// Answers 503 to everything, and keeps nothing.
#[durable_object]
pub struct Courier;

impl DurableObject for Courier {
    fn new(_: State, _: Env) -> Self {
        Self
    }

    async fn fetch(&self, _: Request) -> Result<Response> {
        unavailable::answer()
    }
}
