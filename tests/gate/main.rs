//! The gate, over its public API: golden vectors, hostile input, rotation, policy, a real API's documents.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a test that cannot go on should stop loudly; clippy.toml's allowances do not reach a test crate's helpers"
)]

mod access;
mod admin;
mod corpora;
mod counted;
mod documents;
mod highlevel;
mod hostile;
mod layout;
mod machine;
mod oidc;
mod parted;
mod policy;
mod real_documents;
mod registry;
mod rotation;
mod support;
mod tokens;
mod vectors;
mod world;
