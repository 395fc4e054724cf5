//! How the gate hands the registry a command.

/// The header field that says who asks: [`Credential::to_header`](super::session::Credential::to_header).
pub const ACTOR: &str = "x-registry-actor";
/// Commands are below this address, with the paths of the admin API.
pub const COMMANDS: &str = "https://registry";
