//! What every step of a request's way has at hand.

use std::rc::Rc;

use worker::{Context, Env};

use crate::evidence::isolate::Isolate;

/// What a request has at hand.
#[derive(Clone)]
pub(crate) struct RequestContext {
    /// What its isolate remembers.
    pub isolate: Rc<Isolate>,
    /// Its bindings.
    pub env: Env,
    /// Keeps alive, after the answer, what goes on in the background.
    pub context: Rc<Context>,
}

impl RequestContext {
    /// What a request of this environment has at hand.
    pub fn new(env: Env, context: Context) -> Self {
        Self { isolate: Isolate::of(&env), env, context: Rc::new(context) }
    }
}
