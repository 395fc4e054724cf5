//! The simulator: many gates, the real registry, and everything around them in simulated time, from one seed. Every verdict is held
//! against a plain reference. docs/reliability.md tells what it found, and how to use it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "tests"
)]

pub mod admin;
pub mod api;
mod check;
mod facts;
pub mod generate;
mod isolate;
mod kv;
mod object;
pub mod plan;
pub mod random;
pub mod report;
pub mod shrink;
pub mod truth;
pub mod usage;
pub mod world;

pub use self::world::run;
