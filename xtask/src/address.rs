//! Where people find the gate on this machine.

use std::process::Command;

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

/// The variables that say for which hosts a program asks no proxy.
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];
/// This machine, in these variables.
const THIS_MACHINE: &str = "localhost,.localhost,127.0.0.1";

/// Has a command ask no proxy for this machine: tests give curl, Python and others keys and tokens of a gate here. A command that has
/// these variables of its own keeps them.
pub fn without_proxy(command: &mut Command) {
    if command.get_envs().any(|(name, _)| EXCEPTIONS.iter().any(|exception| name == *exception)) {
        return;
    }
    let found = EXCEPTIONS.iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
    let exceptions = exceptions(found.trim());
    command.envs(EXCEPTIONS.map(|name| (name, &exceptions)));
}

/// What is in the variables already, and this machine. A star is for every host, if it is alone.
fn exceptions(found: &str) -> String {
    match found {
        "" => THIS_MACHINE.to_owned(),
        "*" => "*".to_owned(),
        found => format!("{found},{THIS_MACHINE}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::process;

    #[test]
    fn what_the_environment_says_of_other_hosts_stays() {
        assert_eq!(exceptions(""), THIS_MACHINE);
        assert_eq!(exceptions("*"), "*");
        assert_eq!(exceptions("corp.example"), format!("corp.example,{THIS_MACHINE}"));
    }

    /// Nobody answers at the proxy, so a program that asks it fails.
    #[test]
    fn programs_ask_no_proxy_for_this_machine() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 4096]).unwrap();
                stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
            }
        });
        let python = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1])";
        let here = format!("admin.localhost:{port}:127.0.0.1");
        let programs = [
            (vec!["curl", "-s", "--resolve", &here], vec!["127.0.0.1", "localhost", "admin.localhost"]),
            (vec!["python3", "-c", python], vec!["127.0.0.1", "localhost"]),
        ];
        for (program, hosts) in programs {
            for host in hosts {
                let mut command = Command::new(program[0]);
                command
                    .args(&program[1..])
                    .arg(format!("http://{host}:{port}/"))
                    .env("http_proxy", "http://127.0.0.1:1");
                assert!(process::status(&mut command).unwrap().success(), "{command:?}");
            }
        }
    }
}
