//! The settings of a deployment: one table of variables and secrets, with their defaults and how each is read. A test compares it
//! with docs/configuration.md and with the comments of `wrangler.toml`.

mod identity;
mod setting;
mod table;

pub use identity::identity_provider;
pub use setting::{ConfigError, Kind, Listed, Setting};
pub use table::*;
