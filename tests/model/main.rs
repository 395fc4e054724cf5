//! Plain, slow models of what the core decides, and everything that is compared with them.
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

mod replay;
mod rotation;
mod targets;
mod verdict;
