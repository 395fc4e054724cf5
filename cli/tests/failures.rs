//! What the command does where something goes wrong, against a stand-in for a gate.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::Value;

const ID: &str = "3k9p7vm2c4xw8nqt";

fn owner_key() -> String {
    format!("owner_{}", "k".repeat(43))
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
    command.env_remove("TIDEGATE_KEY").args(arguments);
    command
}

/// Runs it with the owner key on standard input.
fn run(command: &mut Command) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(owner_key().as_bytes()); // not every command reads it
    child.wait_with_output().unwrap()
}

fn tidegate(arguments: &[&str]) -> Output {
    run(&mut command(arguments))
}

/// A server on this machine that answers one request after the other like this, and then no more; and its port.
fn answering(answers: &[&'static str]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answers = answers.to_vec();
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut received = Vec::new();
            while !is_whole(&received) {
                let mut bytes = [0; 4096];
                let count = stream.read(&mut bytes).unwrap();
                received.extend_from_slice(&bytes[..count]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    port
}

/// Whether a request has its head and its body.
fn is_whole(received: &[u8]) -> bool {
    let text = String::from_utf8_lossy(received).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

const REFUSAL: &str = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 14\r\nconnection: close\r\n\r\n{\"title\":\"No\"}";
/// The first part of an export.
const PART: &str =
    "HTTP/1.1 200 OK\r\ntidegate-next-cursor: c\r\ncontent-length: 14\r\nconnection: close\r\n\r\n{\"export\":{}}\n";
/// Its last one, cut off.
const CUT_OFF: &str = "HTTP/1.1 200 OK\r\ncontent-length: 14\r\nconnection: close\r\n\r\n{\"seq\"";
const DELETED: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";

/// What a gate answers to a rotation.
const ROTATED: &str =
    "HTTP/1.1 200 OK\r\ncontent-length: 36\r\nconnection: close\r\n\r\n{\"integration\":{},\"token\":\"pit_new\"}";

/// `tidegate integrations rotate`, which prints the token, with standard output to this.
fn rotate(output: impl Into<Stdio>, format: &str) -> Output {
    let gate = format!("http://127.0.0.1:{}", answering(&[ROTATED]));
    let arguments = ["integrations", "rotate", ID, "--rev", "1", "--expire", "now", "--token-file", "-"];
    let mut command = command(&arguments);
    command.args(["--key-file", "-", "--gate", &gate, "--format", format]);
    let mut child = command.stdin(Stdio::piped()).stdout(output).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(owner_key().as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_token_that_nobody_reads_is_a_failure() {
    for format in ["text", "json"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = rotate(writer, format);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(told.starts_with("error: the output cannot be written: ") && !told.contains("pit_new"), "{told}");
    }
}

/// The integration in the answer is not one of a gate.
#[test]
fn a_token_is_printed_before_anything_can_fail() {
    let output = rotate(Stdio::piped(), "text");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(5), &b"pit_new\n"[..]));
}

#[test]
fn no_proxy_is_asked_for_a_gate_on_this_machine() {
    for host in ["127.0.0.1", "admin.localhost"] {
        let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", proxy.local_addr().unwrap());
        let was_asked = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&was_asked);
        thread::spawn(move || {
            let connection = proxy.accept();
            asked.store(true, Ordering::SeqCst);
            drop(connection);
        });
        let gate = format!("http://{host}:{}", answering(&[REFUSAL]));
        let mut command = command(&["integrations", "show", ID, "--key-file", "-", "--gate", &gate]);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env(name, &address).env(name.to_ascii_lowercase(), &address);
        }
        let output = run(command.env_remove("NO_PROXY").env_remove("no_proxy"));
        assert!(!was_asked.load(Ordering::SeqCst), "{host}: the proxy was asked");
        assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_key_on_the_command_line_by_mistake_is_not_printed() {
    let key = owner_key();
    let with_key = format!("https://u:{key}@gate.example");
    let document = format!("{key}.json");
    for (arguments, code) in [
        (["integrations", "list", "--key-file", &key], 3),
        (["policy", "check", &document, "--format=json"], 3),
        (["integrations", "list", "--gate", &with_key], 2),
        (["integrations", "show", &key, "--format=json"], 2),
        (["integrations", "list", "--key", &key], 2),
        (["integrations", "list", &format!("--{key}"), "--format=json"], 2),
        (["audit", "verify", "--anchor", &key], 2),
    ] {
        let output = tidegate(&arguments);
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(!told.contains(&key) && told.contains("error: "), "{told}");
    }
    let output = tidegate(&["integrations", "list", "--key-file", &key]);
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: [redacted]: the key cannot be read: "));
}

/// A path of the temporary directory at which nothing is.
fn nothing_at(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tidegate-{name}-{}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn an_export_that_fails_leaves_no_file() {
    let path = nothing_at("export");
    let file = path.to_str().unwrap();
    for (answers, code) in [(&[REFUSAL][..], 4), (&[PART, REFUSAL][..], 4), (&[PART, CUT_OFF][..], 5), (&[PART][..], 5)]
    {
        let gate = format!("http://127.0.0.1:{}", answering(answers));
        let output = tidegate(&["audit", "export", "--out", file, "--key-file", "-", "--gate", &gate]);
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(!path.exists(), "{code}");
    }
    fs::write(&path, "mine").unwrap();
    let output = tidegate(&["audit", "export", "--out", file, "--key-file", "-", "--gate", "http://127.0.0.1:1"]);
    assert_eq!((output.status.code(), fs::read_to_string(&path).unwrap().as_str()), (Some(3), "mine"));
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_document_that_is_not_there_is_a_file_that_cannot_be_read() {
    for arguments in [&["check", "no-such-file.json"][..], &["check", "Cargo.toml", "no-such-file.json"]] {
        let output = tidegate(&[&["policy"], arguments, &["--format", "json"]].concat());
        let error: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), error["error"]["kind"].as_str()), (Some(3), Some("input")), "{error}");
        assert!(error["error"]["message"].as_str().unwrap().starts_with("no-such-file.json: "), "{error}");
    }
}

#[test]
fn a_deletion_is_told_with_how_it_is_undone() {
    let gate = format!("http://127.0.0.1:{}", answering(&[DELETED]));
    let output = tidegate(&["integrations", "delete", ID, "--rev", "1", "--key-file", "-", "--gate", &gate]);
    let told = String::from_utf8(output.stdout).unwrap();
    let expected =
        format!("{ID} is deleted. For 30 minutes, if the token rules allow it: tidegate integrations undo {ID}\n");
    assert_eq!((output.status.code(), told), (Some(0), expected));
}

/// A directory with these files.
fn directory(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("tidegate-{name}-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    for (file, text) in files {
        fs::write(directory.join(file), text).unwrap();
    }
    directory
}

const DOCUMENT: &str = "openapi: 3.1.0\ninfo: {title: A}\npaths: {/a: {get: {security: []}}}\n";

#[test]
fn settings_beside_the_documents_are_no_document() {
    let directory = directory("beside", &[("a.yaml", DOCUMENT), ("old.json", "{}")]);
    let end = |arguments: &[&str]| {
        let output = run(command(&[&["policy"], arguments].concat()).current_dir(&directory));
        (output.status.code(), [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat())
    };
    fs::remove_file(directory.join("old.json")).unwrap();
    for init in [&["init", ".", "--yes"][..], &["init", ".", "--yes", "--force"]] {
        let (code, told) = end(init);
        assert_eq!(code, Some(0), "{told}");
    }
    fs::write(directory.join("old.json"), "{}").unwrap();
    let (code, told) = end(&["check", ".", "--settings", "tidegate.yaml"]);
    assert!(code == Some(1) && told.contains("old.json") && !told.contains("tidegate.yaml"), "{told}");
    let settings = ["--settings", "./tidegate.yaml", "--old-settings", "old.json"];
    let (code, told) = end(&[&["diff", ".", "a.yaml"], &settings[..]].concat());
    assert_eq!(code, Some(0), "{told}");
    fs::remove_file(directory.join("old.json")).unwrap();
    for arguments in [&["check", "."][..], &["explain", "GET", "/a", "."], &["publish", ".", "--key-file", "-"]] {
        let gate: &[&str] = if arguments[0] == "publish" { &["--gate", "http://127.0.0.1:1"] } else { &[] };
        let (code, told) = end(&[arguments, &["--settings", "tidegate.yaml"], gate].concat());
        assert_eq!(code, Some(if gate.is_empty() { 0 } else { 5 }), "{told}");
    }
    fs::remove_file(directory.join("a.yaml")).unwrap();
    let (code, told) = end(&["check", ".", "--settings", "tidegate.yaml"]);
    assert!(code == Some(3) && told.contains("the directory has no document"), "{told}");
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn settings_and_types_of_events_that_differ_are_a_difference() {
    let hook = |scopes: &str| {
        format!(
            "openapi: 3.1.0\npaths: {{\"/u/{{id}}\": {{get: {{security: []}}}}}}\nwebhooks: {{a.b: {{post: {{security: [{{t: [{scopes}]}}]}}}}}}\n"
        )
    };
    let settings = |more: &str| format!("schemes: {{t: {{level: sub_account, private_integrations: true}}}}\n{more}");
    let directory = directory(
        "differ",
        &[
            ("w.yaml", &hook("w")),
            ("all.yaml", &hook("")),
            ("s.yml", &settings("")),
            ("exact.yml", &settings("router: exact\n")),
        ],
    );
    let told = |arguments: &[&str]| {
        let output = run(command(&[&["policy", "diff", "--exit-code"], arguments].concat()).current_dir(&directory));
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(told(&["w.yaml", "w.yaml", "--settings", "s.yml"]), (Some(0), "nothing changes\n".to_owned()));
    let events = "types of events: 0 added, 0 removed, 1 received by others\n  ~ a.b\n".to_owned();
    assert_eq!(told(&["w.yaml", "all.yaml", "--settings", "s.yml"]), (Some(6), events));
    let (code, routed) = told(&["w.yaml", "w.yaml", "--settings", "exact.yml", "--old-settings", "s.yml"]);
    let expected = "  ~ GET /u/{id}: a value that only resembles a literal is not judged as it\n";
    assert!(code == Some(6) && routed.contains(expected), "{routed}");
    let (_, json) = told(&["w.yaml", "all.yaml", "--settings", "s.yml", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["event_types"]["changed"][0], &json["changed"]), (&"a.b".into(), &Value::Array(vec![])));
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_side_with_an_empty_name_is_not_compared() {
    let directory = directory("sides", &[("a.yaml", DOCUMENT)]);
    for sides in [["", "a.yaml"], ["a.yaml", ""], [",", ","], ["a.yaml,", "a.yaml"], ["a.yaml", ",a.yaml"]] {
        let output = run(command(&["policy", "diff"]).args(sides).current_dir(&directory));
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{sides:?}: {told}");
        assert!(told.contains("the name of a file is empty"), "{told}");
    }
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn init_writes_nothing_where_a_document_cannot_be_read() {
    let directory = directory("unread", &[("a.yaml", DOCUMENT), ("b.yaml", "paths: [")]);
    let output = run(command(&["policy", "init", ".", "--yes", "--format", "json"]).current_dir(&directory));
    let failed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let errors = &failed["error"]["report"]["errors"];
    assert_eq!((output.status.code(), errors[0]["document"].as_str()), (Some(1), Some("b.yaml")), "{failed}");
    assert!(!directory.join("tidegate.yaml").exists());
    fs::remove_dir_all(&directory).unwrap();
}
