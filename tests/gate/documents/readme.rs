//! The README is read in thirty seconds: it is short, and shows what the page looks like.

use std::fs;

use super::super::support::project_path;
use super::read;

#[test]
fn the_readme_is_short() {
    let lines = read("README.md").lines().count();
    assert!(lines <= 130, "README.md has {lines} lines");
}

/// The promise is about requests. Who reads the README alone must know what it leaves out.
#[test]
fn revocation_is_promised_with_what_it_does_not_end() {
    let text = read("README.md");
    let promise = text.split("\n- ").find(|point| point.starts_with("**Revocation")).unwrap();
    assert!(promise.contains("within 10 seconds"), "{promise}");
    for open in ["What is open stays open", "WebSocket", "upload", "long answer"] {
        assert!(promise.split_whitespace().collect::<Vec<_>>().join(" ").contains(open), "{open}: {promise}");
    }
}

#[test]
fn its_pictures_are_pictures() {
    for name in ["edit-light", "edit-dark", "integrations-light", "integrations-dark"] {
        let file = fs::read(project_path(&format!("docs/img/{name}.png"))).unwrap();
        assert!(file.starts_with(b"\x89PNG\r\n\x1a\n"), "{name}");
        assert!(file.len() < 200_000, "{name} has {} bytes", file.len());
    }
}
