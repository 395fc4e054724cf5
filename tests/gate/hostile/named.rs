//! Each class of docs/security.md names its tests, natively and in workerd, and each of these exists.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::super::support::project_path;

/// The rows of the table "The tests of each class": number, tests here, tests in workerd.
fn rows() -> BTreeMap<u32, (Vec<String>, Vec<String>)> {
    let text = fs::read_to_string(project_path("docs/security.md")).unwrap();
    let (_, table) = text.split_once("### The tests of each class").expect("the table of tests");
    let table = table.split_once("\n## ").map_or(table, |(table, _)| table);
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, number, here, in_workerd, _] = cells[..] else { return None };
        Some((number.parse().ok()?, (quoted(here, '`'), quoted(in_workerd, '"'))))
    };
    table.lines().filter_map(row).collect()
}

/// What stands between quotation marks.
fn quoted(text: &str, mark: char) -> Vec<String> {
    text.split(mark).skip(1).step_by(2).map(str::to_owned).collect()
}

/// The text of all files of a directory and those below it.
fn all(directory: &Path) -> String {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { all(&path) } else { fs::read_to_string(path).unwrap() }).collect()
}

#[test]
fn every_class_names_tests_that_exist() {
    let (here, in_workerd) = (all(&project_path("tests/gate/hostile")), all(&project_path("tests/edge")));
    let rows = rows();
    assert_eq!(rows.keys().copied().collect::<Vec<u32>>(), (1..=32).chain([35, 36]).collect::<Vec<u32>>());
    for (class, (functions, titles)) in &rows {
        assert!(!functions.is_empty() && !titles.is_empty(), "class {class} has no test");
        for function in functions {
            assert!(here.contains(&format!("fn {function}()")), "class {class}: there is no function {function}");
            assert!(function.contains(&format!("_{class:02}_")), "class {class}: {function} is another's");
        }
        assert!(titles.iter().any(|title| title.starts_with(&format!("class {class:02}: "))), "class {class}");
        for title in titles {
            assert!(in_workerd.contains(&format!("\"{title}\"")), "class {class}: there is no test {title:?}");
        }
    }
}

#[test]
fn every_test_of_a_class_is_named() {
    let rows = rows();
    for name in all(&project_path("tests/gate/hostile")).split("\nfn class_").skip(1) {
        let name = format!("class_{}", name.split('(').next().unwrap());
        assert!(rows.values().any(|(functions, _)| functions.contains(&name)), "{name} is in no row");
    }
    for title in all(&project_path("tests/edge/hostile")).split("\"class ").skip(1) {
        let title = format!("class {}", title.split('"').next().unwrap());
        assert!(rows.values().any(|(_, titles)| titles.contains(&title)), "{title:?} is in no row");
    }
}
