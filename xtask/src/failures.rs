//! The failures of all suites, printed once more at the end, where they are easy to find.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use crate::project;

/// How many lines of each failure are printed again: the last ones, where a program says why it ended.
const MAX_LINES: usize = 12;

/// Forgets the failures of an earlier run.
pub fn forget() {
    let _ = fs::remove_file(file());
}

/// Keeps a failure. Suites may run in two processes, so it is kept in a file.
pub fn keep(name: &str, text: &str) {
    let appended = OpenOptions::new().create(true).append(true).open(file());
    let written = appended.and_then(|mut file| file.write_all(shortened(name, text).as_bytes()));
    if let Err(error) = written {
        eprintln!("a failure cannot be written to {}: {error}", file().display());
    }
}

/// Keeps several.
pub fn keep_all(failures: impl IntoIterator<Item = (String, String)>) {
    failures.into_iter().for_each(|(name, text)| keep(&name, &text));
}

/// Prints those that were kept.
pub fn print() {
    if let Ok(kept) = fs::read_to_string(file()) {
        println!("\n# What failed\n{kept}");
    }
}

fn shortened(name: &str, text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.iter().skip(lines.len().saturating_sub(MAX_LINES));
    let text: String = last.map(|line| format!("    {}\n", line.trim_end())).collect();
    format!("- {name}\n{text}")
}

fn file() -> PathBuf {
    project::path("target/failures.txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_of_a_failure_are_kept() {
        let long: String = (0..30).map(|number| format!("line {number}\n\n")).collect();
        let kept = shortened("a test", &long);
        assert_eq!(kept.lines().count(), 1 + MAX_LINES);
        assert!(kept.starts_with("- a test\n    line 18\n") && kept.ends_with("    line 29\n"), "{kept}");
        assert_eq!(shortened("a test", ""), "- a test\n");
    }
}
