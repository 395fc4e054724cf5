//! What the platform offers, in Rust's types: clock, environment, requests and responses, bodies, KV. Nothing here
//! knows what a gate is.

pub(crate) mod body;
pub(crate) mod clock;
pub(crate) mod environment;
pub(crate) mod head;
pub(crate) mod kv;
pub(crate) mod respond;
pub(crate) mod service;
