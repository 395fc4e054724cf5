//! The Durable Objects: their classes, and what the registry needs of the platform. The rules are in the registry itself.

mod ask;
mod calls;
mod courier;
mod outbox;
mod registry;
mod requests;
mod usage;
