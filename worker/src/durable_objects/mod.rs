//! The Durable Objects: their classes, and what the registry needs of the platform. The rules are in the registry itself.

mod ask;
mod courier;
mod outbox;
mod registry;
mod unavailable;
mod usage;
