//! The Durable Objects: their classes, and what the registry needs of the platform. The rules are in the registry itself.

mod outbox;
mod registry;
mod sql;

#[cfg(feature = "faults")]
pub(super) use self::sql::Sql;
