//! `tidegate audit verify` on a large export. `cargo test --release -p tidegate-cli --test audit -- --ignored --nocapture`
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic and print")]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::process::Command;
use std::time::Instant;

use serde_json::json;
use tidegate::access::{Identity, Place};
use tidegate::events::{Chain, Event, EventActor, EventRequest, Kind, canonical};
use tidegate::time::Timestamp;

const EVENTS: u64 = 1_000_000;

fn event(seq: u64) -> Event {
    Event {
        seq,
        at: Timestamp::from_seconds(1_795_824_000 + seq),
        kind: Kind::IntegrationEdited.to_string(),
        actor: EventActor::from(&Identity::OwnerKey),
        place: Place::Agency,
        integration: None,
        request: Some(EventRequest::new(
            "8f2a-FRA".to_owned(),
            Some("a".repeat(32)),
            Some("Mozilla/5.0 (X11; Linux x86_64)"),
        )),
        detail: json!({ "name": { "from": "one", "to": "two" }, "scopes": { "added": ["contacts.readonly"], "removed": [] } }),
    }
}

/// The address space that `ulimit -v` allows is more than the memory that is used.
#[test]
#[ignore = "writes 500 MB to the temporary directory"]
fn a_million_events_are_verified_within_32_mb() {
    let path = std::env::temp_dir().join(format!("tidegate-audit-{}.jsonl", std::process::id()));
    let mut chain = Chain::START;
    for seq in 1..=EVENTS {
        chain = chain.next(&event(seq).canonical().unwrap());
    }
    let end = |seq: u64, chain: Chain| json!({ "seq": seq, "chain": chain.to_string() });
    let head = json!({ "export": { "verifiable": true, "anchor": end(0, Chain::START), "last": end(EVENTS, chain) } });
    let mut file = BufWriter::new(File::create(&path).unwrap());
    writeln!(file, "{}", canonical(&head).unwrap()).unwrap();
    let mut chain = Chain::START;
    for seq in 1..=EVENTS {
        let event = event(seq);
        chain = chain.next(&event.canonical().unwrap());
        writeln!(file, "{}", event.line(Some(&chain)).unwrap()).unwrap();
    }
    file.flush().unwrap();
    drop(file);
    let begun = Instant::now();
    let script =
        format!("ulimit -v 32768; exec '{}' audit verify '{}'", env!("CARGO_BIN_EXE_tidegate"), path.display());
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let took = begun.elapsed();
    fs::remove_file(&path).unwrap();
    let (told, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.starts_with("1000000 events, none of them changed"), "{told}{error}");
    eprintln!("{took:?}");
}
