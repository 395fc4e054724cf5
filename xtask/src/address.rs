//! Where people find the gate on this machine.

use ureq::config::ConfigBuilder;
use ureq::typestate::AgentScope;

/// The port on which people find it.
pub const PORT: u16 = 8787;
/// The host name of the admin plane on this machine. Most browsers and curl know that such a name is this machine; other programs do
/// not, and connect to 127.0.0.1 with the name as `Host`.
pub const ADMIN_HOST: &str = "admin.localhost";

/// The address of the API on this machine.
pub fn api_url(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// HTTP to this machine: not by the proxy that the environment may name, which would see the owner's key and cannot reach a gate here.
#[expect(clippy::disallowed_methods, reason = "every other client is built from this one")]
pub fn http() -> ConfigBuilder<AgentScope> {
    ureq::Agent::config_builder().proxy(None)
}
