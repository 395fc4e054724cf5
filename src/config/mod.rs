//! What a deployment sets: one table of variables and secrets, with their defaults and how each is read. docs/configuration.md
//! and the comments of `wrangler.toml` are held to it by a test.

mod identity;
mod setting;
mod table;

pub use identity::identity_provider;
pub use setting::{ConfigError, Kind, Listed, Setting};
pub use table::*;
