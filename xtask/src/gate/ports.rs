//! Ports of this machine.

use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::ops::Range;

use anyhow::{Context, Result, anyhow, bail};

/// Where a free port is looked for, and how often.
const FREE_PORTS: Range<u16> = 20_000..32_000;
const FREE_PORT_TRIES: usize = 100;

/// Refuses a port on which something listens; wrangler would take another one without a word.
pub fn ensure_free(port: u16) -> Result<()> {
    TcpListener::bind(("127.0.0.1", port)).map(drop).map_err(|error| unusable(port, error))
}

/// Two gates cannot have one state: each would answer from what it has read before.
fn unusable(port: u16, error: io::Error) -> anyhow::Error {
    if error.kind() == ErrorKind::AddrInUse {
        return anyhow!(
            "port {port} is taken. End what listens there, or start a second gate with a port and a state of its own: \
             --port N --state DIR"
        );
    }
    anyhow!(error).context(format!("port {port} cannot be used"))
}

/// A port that is free now. It is below those that systems give to outgoing connections (from 32768 on Linux): until a server listens
/// on it, no connection can take it.
pub fn free_port() -> Result<u16> {
    for _ in 0..FREE_PORT_TRIES {
        let port = FREE_PORTS.start + random_u16()? % (FREE_PORTS.end - FREE_PORTS.start);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("none of {FREE_PORT_TRIES} ports is free")
}

fn random_u16() -> Result<u16> {
    let mut bytes = [0; 2];
    getrandom::fill(&mut bytes).context("no random port")?;
    Ok(u16::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told_with_what_a_second_gate_needs() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = ensure_free(port).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("port {port} is taken.")) && error.ends_with("--port N --state DIR"),
            "{error}"
        );
        let error = unusable(80, ErrorKind::PermissionDenied.into());
        assert_eq!(format!("{error:#}"), "port 80 cannot be used: permission denied");
    }
}
