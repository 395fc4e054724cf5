//! Each test that docs/conformance.md names exists, in the file that is named before it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{cells, read};
use crate::support::project_path;

/// What a text names.
enum Named {
    /// `unit`: a test in the file itself.
    Unit,
    /// A file or a directory of tests.
    File(String),
    /// A function in backticks.
    Function(String),
    /// The title of a test in quotation marks.
    Title(String),
}

/// The texts of the page that name tests: the last cell of each row, and each paragraph. What stands before the first heading says how
/// to read them.
fn texts() -> Vec<String> {
    let page = read("docs/conformance.md");
    let (_, sections) = page.split_once("\n## ").unwrap();
    let of = |block: &str| match block.starts_with('|') {
        true => block.lines().skip(2).filter_map(|row| cells(row).pop()).collect(),
        false => vec![block.replace('\n', " ")],
    };
    sections.split("\n\n").flat_map(of).collect()
}

/// What a text names, in order.
fn named(text: &str) -> Vec<Named> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(['`', '"']) {
        found.extend(rest[..at].split_whitespace().filter_map(word));
        let (mark, after) = rest[at..].split_at(1);
        let (inside, after) = after.split_once(mark).unwrap_or_else(|| panic!("{mark} stands alone: {text}"));
        match mark {
            "`" if is_function(inside) => found.push(Named::Function(inside.to_owned())),
            "`" => {}
            _ => found.push(Named::Title(inside.to_owned())),
        }
        rest = after;
    }
    found.extend(rest.split_whitespace().filter_map(word));
    found
}

fn word(word: &str) -> Option<Named> {
    let word = word.trim_matches(['.', ',', ';', ':', '(', ')']);
    let is_file = word.contains('/') && !word.contains("](") || is_source(Path::new(word));
    match word {
        "unit" => Some(Named::Unit),
        "registry-tests" => Some(Named::File("registry".to_owned())),
        _ => is_file.then(|| Named::File(word.trim_start_matches("tests/").to_owned())),
    }
}

/// Whether it is a test's name, which has several words; a field or a target of the fuzzer has one, or is in another cell.
fn is_function(text: &str) -> bool {
    text.contains('_')
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["rs", "ts", "mjs"].iter().any(|one| extension == *one))
}

/// Where a file is that was named: below `tests/`, or beside the one named before.
fn find(name: &str, before: &str) -> Option<String> {
    let beside = before.rsplit_once('/').map_or(name.to_owned(), |(directory, _)| format!("{directory}/{name}"));
    [name.to_owned(), beside].into_iter().find(|name| project_path(&format!("tests/{name}")).exists())
}

/// The text of a file, or of all sources of a directory and those below it.
fn sources(path: &Path) -> String {
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        return entries.map(|path| sources(&path)).collect();
    }
    if is_source(path) { fs::read_to_string(path).unwrap() } else { String::new() }
}

#[test]
fn each_test_that_conformance_names_exists() {
    let (mut functions, mut titles) = (0, 0);
    let mut read = BTreeMap::new();
    let mut has = |place: &[String], wanted: &str| {
        place
            .iter()
            .any(|name| read.entry(name.clone()).or_insert_with(|| sources(&project_path(name))).contains(wanted))
    };
    for text in texts() {
        // A row that names no file has tests in workerd.
        let (mut file, mut place) = (String::new(), vec!["tests/edge".to_owned()]);
        for named in named(&text) {
            match named {
                Named::Unit => place = vec!["src".to_owned(), "registry".to_owned()],
                Named::File(name) => {
                    file = find(&name, &file).unwrap_or_else(|| panic!("there is no {name}: {text}"));
                    place = vec![format!("tests/{file}")];
                }
                Named::Function(name) => {
                    functions += 1;
                    assert!(has(&place, &format!("fn {name}(")), "{place:?} has no function {name}");
                }
                Named::Title(title) => {
                    titles += 1;
                    let is_there = ['"', '`'].iter().any(|mark| has(&place, &format!("{mark}{title}{mark}")));
                    assert!(is_there, "{place:?} has no test {title:?}");
                }
            }
        }
    }
    assert!(functions > 50 && titles > 50, "{functions} functions, {titles} titles");
}
