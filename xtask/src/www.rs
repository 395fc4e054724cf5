//! Builds the admin page and the files that are served with it, and checks their size.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::bundles::{self, BROWSER_BUNDLES};
use crate::size::within;
use crate::stamp::unless_made;
use crate::step::step;
use crate::{process, project};

const BUILT: &str = "www/dist/_tidegate";
const STAMP: &str = "target/www.stamp";
/// The admin API's description, and where the Worker looks for it.
const DESCRIPTION: (&str, &str) = ("src/admin/openapi.json", "www/dist/_tidegate/api/openapi.json");

/// The most that the page may weigh, in bytes with gzip: what is loaded at once (the list and the frame around every view), and what is
/// loaded when it is needed.
const AT_ONCE: u64 = 79_000;
const WHEN_NEEDED: u64 = 143_000;
const BUNDLES: [(&str, u64); BROWSER_BUNDLES.len()] =
    [("the rules' WASM", 132_000), ("WASM that reads documents", 302_000), ("WASM that reads YAML", 43_000)];

/// Builds the browser's bundle and the page, unless they were built from the same files.
pub fn build() -> Result<()> {
    bundles::build()?;
    let (page, description) = (project::path(BUILT).join("index.html"), project::path(DESCRIPTION.1));
    unless_made(&project::path(STAMP), &fingerprint()?, &[&page, &description], || {
        step("Building the admin page into www/dist/", build_page)?;
        weigh().map(drop)
    })
}

fn build_page() -> Result<()> {
    let mut vite = Command::new(project::npm_tool("vite"));
    vite.args(["build", "--config", "www/vite.config.ts", "--logLevel", "error"]);
    process::run(vite.current_dir(project::root()))?;
    add_description()
}

fn add_description() -> Result<()> {
    let (from, to) = (project::path(DESCRIPTION.0), project::path(DESCRIPTION.1));
    fs::create_dir_all(to.parent().context("it has no directory")?)?;
    fs::copy(from, to).map(drop).with_context(|| format!("{} cannot be copied", DESCRIPTION.0))
}

/// Whether the built page keeps within its budgets; prints what it weighs.
pub fn is_within_budget() -> Result<bool> {
    build()?;
    weigh()
}

/// Checks the page's types and its accessibility, as far as the source shows them. A warning fails.
pub fn is_sound() -> Result<bool> {
    bundles::build()?; // its types are read too
    let mut svelte_check = Command::new(project::npm_tool("svelte-check"));
    svelte_check.args(["--workspace", "www", "--tsconfig", "./tsconfig.json", "--fail-on-warnings"]);
    Ok(process::status(svelte_check.current_dir(project::root()))?.success())
}

fn weigh() -> Result<bool> {
    let built = project::path(BUILT);
    let start = fs::read_to_string(built.join("index.html")).context("the page's index.html cannot be read")?;
    let all = with_extensions(&files_below(&built)?, &["js", "css"]);
    let (at_once, when_needed): (Vec<_>, Vec<_>) = all.into_iter().partition(|file| is_named_in(&start, file));
    let mut is_within = within("JS and CSS at once", &at_once, AT_ONCE)?;
    is_within &= within("JS and CSS when needed", &when_needed, WHEN_NEEDED)?;
    for (directory, (what, budget)) in BROWSER_BUNDLES.into_iter().zip(BUNDLES) {
        is_within &= within(what, &[project::path(directory).join("tidegate_bg.wasm")], budget)?;
    }
    Ok(is_within)
}

/// Whether the page's start asks for the file: by a script, a style sheet or a preload.
fn is_named_in(start: &str, file: &Path) -> bool {
    file.file_name().and_then(|name| name.to_str()).is_some_and(|name| start.contains(&format!("/{name}\"")))
}

fn with_extensions(files: &[PathBuf], wanted: &[&str]) -> Vec<PathBuf> {
    let is_wanted = |file: &&PathBuf| file.extension().is_some_and(|found| wanted.iter().any(|one| found == *one));
    files.iter().filter(is_wanted).cloned().collect()
}

fn fingerprint() -> Result<String> {
    let mut files = files_below(&project::path("www"))?;
    files.retain(|file| !file.starts_with(project::path("www/dist")));
    for bundle in BROWSER_BUNDLES {
        files.extend(files_below(&project::path(bundle))?);
    }
    files.extend(["package-lock.json", DESCRIPTION.0].map(project::path));
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(project::root())?.hash(&mut hasher);
        fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}

/// In an order that is always the same.
fn files_below(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory).with_context(|| format!("{} cannot be read", directory.display()))?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    let below = |path: PathBuf| if path.is_dir() { files_below(&path) } else { Ok(vec![path]) };
    Ok(paths.into_iter().map(below).collect::<Result<Vec<_>>>()?.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_start_asks_for_is_loaded_at_once() {
        let start = r#"<script type="module" src="/_tidegate/assets/index-a1.js"></script>"#;
        assert!(is_named_in(start, Path::new("assets/index-a1.js")));
        assert!(!is_named_in(start, Path::new("assets/x-a1.js")));
        assert!(!is_named_in(start, Path::new("assets/index-a1.css")));
    }

    #[test]
    fn files_are_told_apart_by_their_ends() {
        let files = ["a.js", "b.css", "c.wasm", "d.js.map"].map(PathBuf::from);
        assert_eq!(with_extensions(&files, &["js", "css"]), ["a.js", "b.css"].map(PathBuf::from));
    }
}
