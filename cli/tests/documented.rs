//! docs/cli.md and the examples of docs/policy.md against the command: what they show is what it prints, and the table of exit
//! codes is what it ends with. `TRYCMD=overwrite cargo test --package tidegate-cli` writes the outputs of docs/cli.md afresh.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use serde_json::Value;

const DOCUMENT: &str = "examples/demo-api/openapi.json";
const SETTINGS: &str = "examples/demo-api/settings.json";

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_documents_show_what_the_command_prints() {
    std::env::set_current_dir(project()).unwrap();
    trycmd::TestCases::new()
        .register_bin("tidegate", trycmd::cargo::cargo_bin!("tidegate"))
        .case("docs/cli.md")
        .case("docs/policy.md");
}

/// `tidegate policy ARGUMENTS…`, with an owner key on standard input and none in the environment.
fn tidegate(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
    command.env_remove("TIDEGATE_KEY").arg("policy").args(arguments).current_dir(project());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let key = format!("owner_{}\n", "k".repeat(43));
    let _ = child.stdin.take().unwrap().write_all(key.as_bytes()); // not every command reads it
    child.wait_with_output().unwrap()
}

/// A server on this machine that answers one request like this; and its address.
fn answering(status: &str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut received = Vec::new();
        while !received.ends_with(b"}") {
            let mut bytes = [0; 4096];
            let count = stream.read(&mut bytes).unwrap();
            received.extend_from_slice(&bytes[..count]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
    });
    address
}

fn publish(gate: &str) -> Output {
    tidegate(&["publish", "--remove", "A", "--key-file", "-", "--format", "json", "--gate", gate])
}

/// The codes in the table of docs/cli.md.
fn documented() -> Vec<i32> {
    let text = std::fs::read_to_string(project().join("docs/cli.md")).unwrap();
    let table = text.split("## Exit codes").nth(1).unwrap().split("\n## ").next().unwrap();
    table.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok()).collect()
}

/// `tidegate audit verify` of an export whose only event is missing.
fn verify_cut_off() -> Output {
    let file = std::env::temp_dir().join(format!("tidegate-cut-off-{}.jsonl", std::process::id()));
    let end = |seq: u64| format!(r#"{{"chain":"{}","seq":{seq}}}"#, "0".repeat(64));
    let head = format!(r#"{{"export":{{"anchor":{},"last":{},"verifiable":true}}}}"#, end(0), end(1));
    std::fs::write(&file, format!("{head}\n")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tidegate")).args(["audit", "verify"]).arg(&file).output().unwrap();
    std::fs::remove_file(&file).unwrap();
    output
}

#[test]
fn each_documented_exit_code_is_one_that_the_command_ends_with() {
    let refusal = answering("401 Unauthorized", r#"{"title":"No","detail":"Not this key."}"#);
    let redirect = answering("302 Found", "");
    let stranger = answering("200 OK", "<html>");
    let no_server = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let explain = ["explain", "GET", "/contacts/", DOCUMENT, "--settings", SETTINGS];
    let ends = [
        (tidegate(&["check", DOCUMENT, "--settings", SETTINGS]), 0),
        (tidegate(&explain), 0),
        (tidegate(&["diff", DOCUMENT, DOCUMENT, "--settings", SETTINGS, "--exit-code"]), 0),
        (tidegate(&["check", "examples/demo-api/settings.json"]), 1),
        (tidegate(&["diff", DOCUMENT, "README.md", "--settings", SETTINGS]), 1),
        (tidegate(&["check"]), 2),
        (tidegate(&["check", DOCUMENT, "--frobnicate"]), 2),
        (tidegate(&["publish", DOCUMENT, "--key-file", "-"]), 2),
        (tidegate(&["publish", "--remove", "A", "--key", "owner_k"]), 2),
        (tidegate(&["publish", "--remove", "A"]), 2),
        (publish("http://api.example.com"), 2),
        (tidegate(&["check", DOCUMENT, "--settings", "no-such-file"]), 3),
        (tidegate(&["check", "no-such-file.json"]), 3),
        (tidegate(&["publish", "--remove", "A", "--key-file", "README.md"]), 3),
        (publish(&refusal), 4),
        (publish(&redirect), 4),
        (publish(&no_server), 5),
        (publish(&stranger), 5),
        (tidegate(&[&explain[..], &["--exit-code"]].concat()), 6),
        (tidegate(&["diff", DOCUMENT, DOCUMENT, "--old-settings", SETTINGS, "--exit-code"]), 6),
        (verify_cut_off(), 7),
    ];
    for (at, (output, code)) in ends.iter().enumerate() {
        assert_eq!(output.status.code(), Some(*code), "{at}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let mut codes: Vec<i32> = ends.iter().map(|(_, code)| *code).collect();
    codes.dedup();
    assert_eq!(codes, documented());
}

/// Runs the loop of docs/cli.md with a stand-in for the command, which ends with one of these codes each time.
fn waited(codes: &str) -> String {
    let text = std::fs::read_to_string(project().join("docs/cli.md")).unwrap();
    let script = text.split("```sh\n").find(|block| block.starts_with("while tidegate usage rotation")).unwrap();
    let stand_in = r#"
        codes=($CODES) n=0
        sleep() { :; }
        tidegate() { echo "$1 $2"; [ "$2" = finish ] || return "${codes[n++]}"; }
    "#;
    let script = format!("{stand_in}{}", script.split("```").next().unwrap());
    let output = Command::new("bash").args(["-c", &script]).env("CODES", codes).output().unwrap();
    String::from_utf8(output.stdout).unwrap().replace('\n', ", ")
}

#[test]
fn the_documented_loop_ends_the_old_token_only_where_it_is_quiet() {
    assert_eq!(waited("6 6 0"), "usage rotation, usage rotation, usage rotation, integrations finish, ");
    for code in ["1", "3", "4", "5"] {
        assert_eq!(waited(&format!("6 {code}")), "usage rotation, usage rotation, ");
    }
}

#[test]
fn init_writes_settings_that_check_reads_and_replaces_no_file_unasked() {
    let directory = std::env::temp_dir().join(format!("tidegate-init-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("settings.yaml");
    let path = file.to_str().unwrap();
    let init = |more: &[&str]| tidegate(&[&["init", DOCUMENT, "--yes", "--output", path], more].concat());
    assert_eq!(init(&[]).status.code(), Some(0));
    let yaml = std::fs::read_to_string(&file).unwrap();
    assert!(yaml.starts_with("# Settings for Tidegate") && yaml.contains("\nschemes:\n"), "{yaml}");
    assert_eq!(tidegate(&["check", DOCUMENT, "--settings", path]).status.code(), Some(0));
    std::fs::write(&file, "mine: 1\n").unwrap();
    assert_eq!(init(&[]).status.code(), Some(3));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine: 1\n");
    let wrong = tidegate(&["check", DOCUMENT, "--settings", path]);
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("mine: unknown field `mine`"));
    let made: Value = serde_json::from_slice(&init(&["--force", "--format", "json"]).stdout).unwrap();
    assert_eq!((&made["report"]["operations"], &made["report"]["errors"]), (&14.into(), &Value::Array(vec![])));
    assert!(made["choices"].as_array().is_some_and(|choices| !choices.is_empty()) && made["settings"].is_object());
    // Nobody is asked where standard input is not a terminal.
    assert_eq!(tidegate(&["init", DOCUMENT, "--output", path, "--force"]).status.code(), Some(0));
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn json_is_one_value_on_standard_output_whatever_happens() {
    let json = |output: Output| serde_json::from_slice::<Value>(&output.stdout).unwrap();
    let format = ["--format", "json"];
    let with = |arguments: &[&str]| json(tidegate(&[arguments, &format].concat()));
    assert_eq!(with(&["check", DOCUMENT, "--settings", SETTINGS])["operations"], 14);
    assert_eq!(with(&["diff", DOCUMENT, DOCUMENT, "--settings", SETTINGS])["added"], Value::Array(vec![]));
    assert_eq!(with(&["explain", "GET", "/contacts/", DOCUMENT, "--settings", SETTINGS])["allowed"], false);
    assert_eq!(with(&["check", DOCUMENT, "--settings", "no-such-file"])["error"]["kind"], "input");
    let failed = with(&["diff", DOCUMENT, "README.md", "--settings", SETTINGS]);
    assert_eq!(
        (&failed["error"]["kind"], &failed["error"]["report"]["errors"][0]["document"]),
        (&"documents".into(), &"README.md".into())
    );
    let answer = r#"{"rev":3,"changed":true,"report":{},"more":1}"#;
    assert_eq!(json(publish(&answering("200 OK", answer))), serde_json::from_str::<Value>(answer).unwrap());
    let refusal = json(publish(&answering("409 Conflict", r#"{"title":"T","code":"c"}"#)));
    assert_eq!((&refusal["error"]["status"], &refusal["error"]["problem"]["code"]), (&409.into(), &"c".into()));
}
