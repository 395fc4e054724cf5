//! The rules of Tidegate, a gate in front of any HTTP API. They are pure: no clock, no randomness, no I/O and no `async`; the time
//! is an argument. A request passes these steps:
//!
//! 1. [`request`] refuses what is ambiguous, and finds exactly one credential.
//! 2. [`token`] checks the credential's checksum and keyed tag. A forged token ends here, without I/O.
//! 3. [`record`] is what the store keeps of the integration: owner, [scopes](scope), [live tokens](rotation). [`feed`] decides how
//!    old it may be.
//! 4. [`policy`] finds the operation for method and path. It is compiled from [OpenAPI](openapi).
//! 5. [`decision`] judges: `decide(request, record, policy, now)` is a pure function that returns a grant or a denial.
//! 6. [`forward`] plans the forwarding of a grant, [`reply`] answers a denial.
//!
//! [`gate`] makes these steps one state machine without I/O.
//!
//! Below them is the ground floor, which knows nothing of the gate: [`json`], [`encoding`], [`time`], [`text`], [`order`].
//!
//! Beside them, [`access`] says who may do what in the admin plane, [`usage`] what follows from recorded use, [`events`] what the
//! audit trail keeps, and [`webhooks`] who receives events and how. [`admin`] holds the commands and answers of the admin API, and
//! [`config`] the settings of a deployment.
//!
//! Other packages depend on this one, and never the other way round: `registry` keeps the truth by these rules, `worker` runs them
//! as a Cloudflare Worker, `browser` exports some of them to the admin page, and `cli` is the command `tidegate`.
//!
//! A module uses only modules that are listed before it; `tests/gate/layout.rs` checks that. The blank lines keep rustfmt from
//! sorting the list.

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
