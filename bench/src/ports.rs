//! The ports of the store.

use anyhow::Result;
use xtask::gate::free_port;

/// The ports of the store's parts.
pub struct Ports {
    /// The KV namespace.
    pub kv: u16,
    /// The location's cache.
    pub cache: u16,
    /// What loads and counts.
    pub control: u16,
}

impl Ports {
    /// Ports that are free now.
    pub fn free() -> Result<Self> {
        Ok(Self { kv: free_port()?, cache: free_port()?, control: free_port()? })
    }
}
