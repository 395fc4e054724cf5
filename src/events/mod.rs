//! Events: what happened to the gate, who did it and where, chained so that a later edit shows.
//!
//! Every change of the registry is one [`Event`] of one [`Kind`], written in the change's transaction. Its canonical JSON
//! (RFC 8785) and the chain value before it give the event's own [`Chain`] value: SHA-256(previous || canonical). No event ever
//! holds a token or a hash of one, and a person appears by their id alone, so that an address can be erased.
//!
//! A new kind is one row of the table in `kind.rs`; that file's comment tells what else it takes.

mod canonical;
mod chain;
mod csv;
mod event;
mod kind;

pub use canonical::{NotCanonical, canonical};
pub use chain::{Chain, InvalidChain};
pub use csv::csv_head;
pub use event::{Event, EventActor, EventRequest};
pub use kind::{Kind, UnknownKind};
