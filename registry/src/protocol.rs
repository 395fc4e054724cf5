//! The protocol between the gate and the registry. The registry is a Durable Object: only the gate can reach it.

pub use tidegate::admin::{ACTOR, COMMANDS, PORT, REPORTS, REQUEST};
pub use tidegate::gate::{READS, RegistryRead as Read};
