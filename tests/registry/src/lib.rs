//! The registry's tests. Each takes an empty database, whatever implements it: `native.rs` runs them on SQLite in the process, and
//! `worker/` on the Durable Object's SQL in workerd.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

/// The cases of a file. Before the files, since a macro is known from its place on.
macro_rules! cases {
    ($($name:ident)*) => {
        pub fn cases() -> Vec<crate::Case> {
            vec![$(crate::Case { name: concat!(module_path!(), "::", stringify!($name)), run: $name },)*]
        }
    };
}

mod access;
mod agency;
mod audit;
mod chain;
mod couriers;
mod endpoints;
mod events;
mod features;
mod feed;
mod idempotency;
mod integrations;
mod keys;
mod life;
mod limits;
mod migrations;
mod outbox;
mod people;
mod policies;
mod sessions;
mod sub_accounts;
mod usage;
mod uses;
#[allow(missing_docs, reason = "for tests alone")]
pub mod world;
mod year;
mod year_of_use;

use std::rc::Rc;

use registry::Storage;

/// A test.
#[derive(Clone, Copy)]
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// Panics if it fails.
    pub run: fn(Rc<dyn Storage>),
}

/// All of them.
pub fn cases() -> Vec<Case> {
    [
        access::cases(),
        agency::cases(),
        audit::cases(),
        chain::cases(),
        couriers::cases(),
        endpoints::cases(),
        events::cases(),
        features::cases(),
        feed::cases(),
        idempotency::cases(),
        integrations::cases(),
        keys::cases(),
        life::cases(),
        limits::cases(),
        migrations::cases(),
        outbox::cases(),
        people::cases(),
        policies::cases(),
        sessions::cases(),
        sub_accounts::cases(),
        usage::cases(),
        uses::cases(),
        year::cases(),
        year_of_use::cases(),
    ]
    .concat()
}
