//! What the gate and the registry say to each other. The registry is a Durable Object: only the gate can reach it.

pub use tidegate::gate::{READS, RegistryRead as Read};

/// The header field that says who asks: [`Actor::to_header`](super::Actor::to_header).
pub const ACTOR: &str = "x-registry-actor";
/// Commands are below this address, with the paths of the admin API.
pub const COMMANDS: &str = "https://registry";
