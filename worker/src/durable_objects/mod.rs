//! The Durable Objects: their classes, and what the registry needs of the platform. The rules are in the registry itself.

mod courier;
mod outbox;
mod registry;
mod sql;
mod unavailable;
mod usage;

#[cfg(feature = "faults")]
pub(super) use self::sql::Sql;
