//! The README is read in thirty seconds: it is short, and shows what the page looks like.

use std::fs;

use super::super::support::project_path;
use super::read;

#[test]
fn the_readme_is_short() {
    let lines = read("README.md").lines().count();
    assert!(lines <= 130, "README.md has {lines} lines");
}

#[test]
fn its_pictures_are_pictures() {
    for name in ["edit-light", "edit-dark", "integrations-light", "integrations-dark"] {
        let file = fs::read(project_path(&format!("docs/img/{name}.png"))).unwrap();
        assert!(file.starts_with(b"\x89PNG\r\n\x1a\n"), "{name}");
        assert!(file.len() < 200_000, "{name} has {} bytes", file.len());
    }
}
