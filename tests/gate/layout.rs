//! The arrows of the design's section 3, read from the source: edge and page use core, never back.

use std::fs;
use std::path::{Path, PathBuf};

use super::support::project_path;

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// A file's lines without comments and doc comments, and without a keyword of a content security policy and a header field
/// whose names hold words that are looked for.
fn code(file: &Path) -> Vec<String> {
    let text =
        fs::read_to_string(file).unwrap().replace("'wasm-unsafe-eval'", "").replace("service-worker-allowed", "");
    text.lines().map(|line| line.split("//").next().unwrap().to_owned()).collect()
}

/// Whether `word` stands in `line` as a word of its own.
fn names(line: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(start, _)| {
        let (before, after) = (&line[..start], &line[start + word.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

fn assert_absent(directory: &str, words: &[&str]) -> usize {
    let files = rust_files(&project_path(directory));
    for file in &files {
        for (line, number) in code(file).iter().zip(1..) {
            for word in words {
                assert!(!names(line, word), "{}:{number} names {word}: {line}", file.display());
            }
        }
    }
    files.len()
}

#[test]
fn the_core_is_pure() {
    let platform = ["worker", "wasm_bindgen", "wasm_bindgen_futures", "js_sys", "web_sys", "getrandom", "lru"];
    let effects = ["SystemTime", "Instant", "std::time", "std::fs", "std::net", "std::env", "std::thread"];
    let others = ["async", "await", "unsafe", "println", "eprintln", "now_utc", "now_local"];
    let words = [platform.as_slice(), &effects, &others].concat();
    assert!(assert_absent("src/core", &words) > 20);
}

#[test]
fn the_core_names_neither_edge_nor_page() {
    for word in ["crate::edge", "crate::page", "super::edge", "super::page", "feature = \"edge\"", "feature = \"page\""]
    {
        assert_absent("src/core", &[word]);
    }
}

/// The modules of the core in the order of `src/core/mod.rs`.
fn core_modules() -> Vec<String> {
    let lines = code(&project_path("src/core/mod.rs"));
    let name = |line: &String| line.trim().strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned);
    lines.iter().filter_map(name).collect()
}

/// The top-level modules of the core that a line of `module`'s own files names by path.
fn used<'a>(line: &str, depth: usize, modules: &'a [String]) -> Vec<&'a String> {
    let up = "super::".repeat(depth);
    modules
        .iter()
        .filter(|module| {
            let absolute = [format!("crate::core::{module}"), format!("core::{module}::")];
            let relative = format!("{up}{module}");
            let is_relative = names(line, &relative) && !line.contains(&format!("super::{relative}"));
            absolute.iter().any(|path| line.contains(path)) || is_relative
        })
        .collect()
}

#[test]
fn a_core_file_uses_only_those_listed_before_it() {
    let modules = core_modules();
    let expected = "request token scope rotation record feed policy openapi decision reply forward admin";
    assert_eq!(modules.join(" "), expected, "section 3 of the design and src/core/mod.rs");
    for (place, module) in modules.iter().enumerate() {
        let single = project_path(&format!("src/core/{module}.rs"));
        let directory = project_path(&format!("src/core/{module}"));
        let inner = rust_files(&directory).into_iter();
        let depth = |file: &Path| if file.ends_with("mod.rs") { 1 } else { 2 };
        let files: Vec<_> =
            inner.map(|file| (depth(&file), file)).chain(single.is_file().then_some((1, single))).collect();
        assert!(!files.is_empty(), "{module} has no file");
        for (depth, file) in files {
            for line in code(&file) {
                for other in used(&line, depth, &modules) {
                    let earlier = modules[..=place].contains(other);
                    assert!(earlier, "{} uses {other}, which comes later: {line}", file.display());
                }
            }
        }
    }
}

#[test]
fn grouped_imports_of_core_modules_are_spelt_out() {
    for file in rust_files(&project_path("src/core")) {
        for line in code(&file) {
            let grouped = line.contains("crate::core::{") || line.contains("use super::super::{");
            assert!(!grouped, "{}: the order of the core's files cannot be read from {line}", file.display());
        }
    }
}

#[test]
fn only_edge_names_the_platform() {
    for file in rust_files(&project_path("src")) {
        let inside = file.starts_with(project_path("src/edge"));
        for line in code(&file) {
            assert!(inside || !line.contains("worker::"), "{}: {line}", file.display());
        }
    }
}

#[test]
fn the_page_uses_the_core_only() {
    if assert_absent("src/page", &["crate::edge", "worker", "getrandom", "SystemTime"]) == 0 {
        println!("src/page is not there yet");
    }
}

/// Whoever calls the registry verifies something before: docs/security.md, "What reaches the registry". A new caller belongs there, and
/// into tests/edge/doors.test.ts.
#[test]
fn only_three_places_call_the_registry() {
    let callers: Vec<_> = rust_files(&project_path("src/edge"))
        .into_iter()
        .filter(|file| !file.ends_with("stub.rs"))
        .flat_map(|file| {
            let calls = ["stub::stub(", "stub::read("];
            let found = calls.map(|call| code(&file).iter().any(|line| line.contains(call)).then_some(call));
            let name = file.strip_prefix(project_path("src/edge")).unwrap().display().to_string();
            found.into_iter().flatten().map(move |call| format!("{name} {call})")).collect::<Vec<_>>()
        })
        .collect();
    let expected = ["admin.rs stub::stub()", "basis/search.rs stub::read()", "feed.rs stub::read()"];
    assert_eq!(callers.into_iter().collect::<std::collections::BTreeSet<_>>(), expected.map(str::to_owned).into());
    let namespaces = rust_files(&project_path("src/edge"));
    let bound = namespaces.iter().filter(|file| code(file).iter().any(|line| line.contains("\"REGISTRY\"")));
    let bound: Vec<_> = bound.map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert!(bound.iter().all(|file| ["stub.rs", "config.rs"].contains(file)), "{bound:?}");
}
