//! What the documents say is what the code has: links, names of tests, tables of errors and of settings.

use std::fs;
use std::path::{Path, PathBuf};

use super::support::project_path;

mod commands;
mod conformance;
mod errors;
mod events;
mod links;
mod monitoring;
mod people;
mod readme;
mod settings;

/// Every page in Markdown that a reader is led to, as a path from the project's root.
fn pages() -> Vec<String> {
    let root = project_path("");
    let mut files = markdown_below(&project_path("docs"));
    files.extend(["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].map(project_path));
    files.iter().map(|file| file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned()).collect()
}

fn markdown_below(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { markdown_below(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

fn read(page: &str) -> String {
    fs::read_to_string(project_path(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// The rows of the first table below a heading, each as its cells. The head is not among them.
fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let text = read(page);
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("{page}: no {heading}"));
    let lines = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let rows: Vec<_> = lines.skip(2).map(cells).collect();
    assert!(!rows.is_empty(), "{page}: {heading} has no table");
    rows
}

/// The cells of a row: what stands between its bars.
fn cells(line: &str) -> Vec<String> {
    line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// A cell without its backticks.
fn unquoted(cell: &str) -> String {
    cell.trim_matches('`').to_owned()
}
