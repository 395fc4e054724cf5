//! What the commands of the documents, and of what `cargo xtask dev` prints, have curl do.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::SECTIONS;
use crate::dev;

/// Stands in for curl: notes its arguments and its input, and whether it would ask a proxy; the admin API answers as if it made a
/// token, or an endpoint's secret.
const CURL: &str = r#"#!/bin/bash
echo "$@" >>arguments
cat >>input
case "$*" in *"--noproxy *"*) ;; *) echo "$@" >>proxied ;; esac
case "$*" in
  */_tidegate/api/endpoints*) echo '{"endpoint":{"id":"an-id"},"secret":"whsec_a-secret"}' ;;
  */_tidegate/api/*) echo '{"integration":{"id":"an-id"},"token":"pit_a-token","current":{"rev":1}}' ;;
  *) echo '{}' ;;
esac
"#;

/// What a script did with the stand-in.
struct Done {
    /// What it printed.
    told: String,
    arguments: String,
    input: String,
    proxied: String,
}

/// Runs a script in a directory of this name, where the owner's key is `the-owners-key`.
fn done(name: &str, script: &str) -> Done {
    let directory = std::env::temp_dir().join(format!("tidegate-{name}-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join(".dev.vars"), "OWNER_KEY=the-owners-key\n").unwrap();
    fs::write(directory.join("curl"), CURL).unwrap();
    fs::set_permissions(directory.join("curl"), fs::Permissions::from_mode(0o700)).unwrap();
    let script = format!("PATH=$PWD:$PATH\nsleep() {{ :; }}\n{script}");
    let output = Command::new("bash").args(["-c", &script]).current_dir(&directory).output().unwrap();
    let text = |name: &str| fs::read_to_string(directory.join(name)).unwrap_or_default();
    let (arguments, input, proxied) = (text("arguments"), text("input"), text("proxied"));
    fs::remove_dir_all(&directory).unwrap();
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{name}: {told}");
    Done { told, arguments, input, proxied }
}

impl Done {
    /// Keys and tokens were given by standard input, to no proxy, and not printed.
    fn assert_no_secret_leaks(&self) {
        let Self { told, arguments, input, proxied } = self;
        for secret in ["a-token", "a-secret", "the-owners-key"] {
            assert!(!told.contains(secret), "{told}");
        }
        for secret in ["the-owners-key", "pit_a-token"] {
            assert!(input.contains(&format!("Authorization: Bearer {secret}")), "{input}");
            assert!(!arguments.contains(secret), "{arguments}");
        }
        assert_eq!(proxied, "", "a proxy that the environment names would see the key");
    }
}

#[test]
fn no_secret_of_the_documents_is_printed_or_on_a_command_line_or_sent_to_a_proxy() {
    for (at, section) in SECTIONS.into_iter().enumerate() {
        let script: String = section.blocks().unwrap().into_iter().map(|block| block.script).collect();
        assert!(!script.contains("/dev/stderr"), "a secret is printed to the terminal");
        let done = done(&format!("section-{at}"), &script);
        done.assert_no_secret_leaks();
        assert!(done.told.contains(r#""token":"pit_…""#), "{section:?}: {}", done.told);
    }
}

#[test]
fn nor_is_one_of_what_dev_prints() {
    let welcome = dev::welcome(8787, "admin.localhost:8787");
    let script: String = welcome.lines().filter_map(|line| line.strip_prefix("    ")).flat_map(|l| [l, "\n"]).collect();
    let done = done("welcome", &script);
    done.assert_no_secret_leaks();
    assert_eq!(done.arguments.matches("http://").count(), 2, "{}", done.arguments);
}
