//! What the platform offers, in Rust's types: clock, environment, responses, bodies, KV. Nothing here knows about the gate.

pub(crate) mod body;
pub(crate) mod clock;
pub(crate) mod environment;
pub(crate) mod head;
pub(crate) mod kv;
pub(crate) mod namespace;
pub(crate) mod respond;
