//! What every step of a request's way has at hand.

use std::rc::Rc;

use worker::{Context, Env};

use super::cache::Isolate;

/// What a request has at hand.
#[derive(Clone)]
pub(super) struct Site {
    /// What its isolate remembers.
    pub isolate: Rc<Isolate>,
    /// Its bindings.
    pub env: Env,
    /// Keeps alive, after the answer, what goes on in the background.
    pub context: Rc<Context>,
}

impl Site {
    /// What a request of this environment has at hand.
    pub fn new(env: Env, context: Context) -> Self {
        Self { isolate: Isolate::of(&env), env, context: Rc::new(context) }
    }
}
