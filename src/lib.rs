//! Tidegate: a gate in front of any HTTP API. This crate holds the rules. They are pure: no clock, no randomness, no I/O and no
//! `async`; the time is an argument. The way of a request, one step a line:
//!
//! 1. [`request`]: refuse what is ambiguous, find exactly one credential.
//! 2. [`token`]: check the credential's checksum and keyed tag; a forged one ends here, without I/O.
//! 3. [`record`]: what the store keeps of the integration: owner, [scopes](scope), [live tokens](rotation).
//!    [`feed`] decides how old it may be.
//! 4. [`policy`]: the operation that method and path name; compiled from [OpenAPI](openapi).
//! 5. [`decision`]: `decide(request, record, policy, now)`, a pure function: a grant or a denial.
//! 6. [`forward`] takes the grant, [`reply`] answers the denial.
//!
//! [`gate`] is that way as one machine without I/O.
//!
//! Under them lies the ground floor, which knows nothing of the gate: [`json`], [`encoding`], [`time`], [`text`], [`order`].
//!
//! [`access`] says who may do what in the admin plane, [`usage`] what follows from what was used, [`webhooks`] who is told of events, and how. [`admin`] holds the commands and answers of its API, and [`config`] what a
//! deployment chooses. Other packages call this one and never the other way: `worker` runs the steps as a Cloudflare Worker, `browser` gives some of them to the admin page.
//!
//! A module uses only modules listed before it; `tests/gate/layout.rs` holds that. The blank lines keep rustfmt from sorting
//! the list.

pub mod json;

pub mod encoding;

pub mod time;

pub mod text;

pub mod order;

pub mod request;

pub mod token;

pub mod scope;

pub mod rotation;

pub mod record;

pub mod feed;

pub mod policy;

pub mod openapi;

pub mod decision;

pub mod reply;

pub mod forward;

pub mod access;

pub mod usage;

pub mod events;

pub mod webhooks;

pub mod gate;

pub mod admin;

pub mod config;

#[cfg(test)]
mod contract;
