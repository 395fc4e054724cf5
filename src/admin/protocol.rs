//! The header fields by which the gate hands a command to the registry.

/// The header field that says who asks: [`Credential::to_header`](super::session::Credential::to_header).
pub const ACTOR: &str = "x-registry-actor";
/// The header field that describes the request, for events: [`EventRequest::to_json`](crate::events::EventRequest::to_json).
pub const REQUEST: &str = "x-registry-request";
/// The header field that says by which port the request came in.
pub const PORT: &str = "x-registry-port";
/// Reports of couriers are below this address, each at its endpoint's id.
pub const REPORTS: &str = "https://couriers/";
/// Commands are below this address, with the paths of the admin API.
pub const COMMANDS: &str = "https://registry";
