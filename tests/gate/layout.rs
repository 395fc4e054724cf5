//! What the compiler does not hold of the layout (docs/architecture.md): the order of the rules' modules, no `async` among the
//! rules, and who calls the registry. That the rules take no clock, file, network, environment or thread is clippy's to hold
//! (clippy.toml); that they use no other package is the manifest's.

use std::collections::{BTreeMap, BTreeSet};
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

/// A file's lines without comments.
fn code(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
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

#[test]
fn the_rules_wait_for_nothing() {
    let files = ["src", "registry/src"].map(|directory| rust_files(&project_path(directory))).concat();
    assert!(files.len() > 50);
    for file in &files {
        for (line, number) in code(file).iter().zip(1..) {
            let waits = ["async", "await"].iter().any(|word| names(line, word));
            assert!(!waits, "{}:{number} waits: {line}", file.display());
        }
    }
}

#[test]
fn the_given_crates_are_used_by_the_workspace() {
    let manifest = fs::read_to_string(project_path("Cargo.toml")).unwrap();
    let (_, after) = manifest.split_once("[workspace.dependencies]").unwrap();
    let (listed, _) = after.split_once("\n[").unwrap();
    let packages = ["Cargo.toml", "worker/Cargo.toml", "browser/rules/Cargo.toml", "browser/yaml/Cargo.toml"];
    let manifests = packages.map(|path| fs::read_to_string(project_path(path)).unwrap()).concat();
    let sources: String = ["src", "worker/src", "browser"]
        .iter()
        .flat_map(|directory| rust_files(&project_path(directory)))
        .map(|file| code(&file).join("\n"))
        .collect();
    for name in ["wasm-bindgen", "worker", "serde", "serde_json", "sha2", "hex", "js-sys", "getrandom"] {
        assert!(listed.lines().any(|line| line.starts_with(&format!("{name} = "))), "{name} is not in the workspace");
        let inherited = [format!("{name}.workspace = true"), format!("{name} = {{ workspace = true")];
        assert!(inherited.iter().any(|line| manifests.contains(line)), "no package depends on {name}");
        assert!(sources.contains(&format!("{}::", name.replace('-', "_"))), "no code uses {name}");
    }
}

/// The modules of the rules in the order of `src/lib.rs`.
fn modules() -> Vec<String> {
    let lines = code(&project_path("src/lib.rs"));
    let name = |line: &String| line.trim().strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned);
    lines.iter().filter_map(name).collect()
}

/// The top-level modules of the rules that a line of `module`'s own files names by path.
fn used<'a>(line: &str, depth: usize, modules: &'a [String]) -> Vec<&'a String> {
    let up = "super::".repeat(depth);
    modules
        .iter()
        .filter(|module| {
            let absolute = names(line, &format!("crate::{module}"));
            let relative = format!("{up}{module}");
            let is_relative = names(line, &relative) && !line.contains(&format!("super::{relative}"));
            absolute || is_relative
        })
        .collect()
}

#[test]
fn a_module_uses_only_those_listed_before_it() {
    let modules = modules();
    let expected = "json encoding time text order request token scope rotation record feed policy openapi decision reply forward access usage events webhooks gate admin config";
    assert_eq!(modules.join(" "), expected, "the list in src/lib.rs");
    for (place, module) in modules.iter().enumerate() {
        let single = project_path(&format!("src/{module}.rs"));
        let directory = project_path(&format!("src/{module}"));
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
fn grouped_imports_of_modules_are_spelt_out() {
    for file in rust_files(&project_path("src")) {
        for line in code(&file) {
            let grouped = line.contains("use crate::{") || line.contains("use super::super::{");
            assert!(!grouped, "{}: the order of the modules cannot be read from {line}", file.display());
        }
    }
}

/// The rooms of the Worker, each of which uses only those before it.
const WORKER_ROOMS: [&str; 6] = ["platform", "faults", "config", "machine", "log", "durable_objects"];

#[test]
fn a_room_of_the_worker_uses_only_those_before_it() {
    for (file, module) in modules_of("worker/src") {
        let Some(room) = module.first().filter(|room| *room != "lib") else { continue };
        let place = WORKER_ROOMS.iter().position(|known| known == room);
        let place = place.unwrap_or_else(|| panic!("{} is in no room that the list has", file.display()));
        for used in uses(&file, &module) {
            let later = WORKER_ROOMS[place + 1..].iter().find(|later| used.first().is_some_and(|room| room == *later));
            assert!(later.is_none(), "{} uses {later:?}, which comes later", file.display());
        }
    }
}

#[test]
fn no_file_imports_itself_by_way_of_others() {
    let mut circles = Vec::new();
    for package in ["src", "worker/src", "registry/src", "cli/src", "xtask/src", "bench/src"] {
        let files = modules_of(package);
        let find = |path: &[String]| {
            let mut found = files.iter().filter(|(_, module)| path.starts_with(module)).collect::<Vec<_>>();
            found.sort_by_key(|(_, module)| module.len());
            found.pop().map(|(_, module)| module.clone())
        };
        let arrows: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = files
            .iter()
            .map(|(file, module)| {
                let used = uses(file, module).into_iter().filter_map(|path| find(&path));
                // A folder's mod.rs and the files in it are one thing, read from the top down.
                let is_apart = |other: &Vec<String>| !other.starts_with(module) && !module.starts_with(other);
                (module.clone(), used.filter(is_apart).collect())
            })
            .collect();
        for module in arrows.keys() {
            let mut seen = BTreeSet::new();
            let mut next: Vec<_> = arrows[module].iter().collect();
            while let Some(other) = next.pop() {
                if other == module {
                    circles.push(format!("{package}: {} by way of {seen:?}", module.join("::")));
                    break;
                }
                if seen.insert(other.join("::")) {
                    next.extend(arrows.get(other).into_iter().flatten());
                }
            }
        }
    }
    assert!(circles.is_empty(), "{circles:#?}");
}

/// The files of a package, each with the path of its module.
fn modules_of(directory: &str) -> Vec<(PathBuf, Vec<String>)> {
    let root = project_path(directory);
    let path = |file: &Path| {
        let mut path: Vec<String> = file
            .strip_prefix(&root)
            .unwrap()
            .with_extension("")
            .iter()
            .map(|part| part.to_str().unwrap().to_owned())
            .collect();
        if path.last().is_some_and(|last| last == "mod") {
            path.pop();
        }
        path
    };
    rust_files(&root).into_iter().map(|file| (file.clone(), path(&file))).collect()
}

/// The paths within its own package that a file imports or spells out, outside its tests.
fn uses(file: &Path, module: &[String]) -> Vec<Vec<String>> {
    let text = code(file).join("\n");
    let text = text.split("#[cfg(test)]").next().unwrap();
    let mut found = Vec::new();
    for statement in text.split("use ").skip(1).filter_map(|rest| rest.split_once(';')).map(|(body, _)| body) {
        let (prefix, names) = statement.split_once('{').unwrap_or((statement, ""));
        let prefix = prefix.split("::").map(|part| part.trim().split(" as ").next().unwrap());
        let prefix: Vec<&str> = prefix.filter(|part| !part.is_empty()).collect();
        let names = names.trim_end_matches(['}', '\n', ' ']).split(',').map(str::trim);
        for name in names.filter(|name| !name.is_empty() || !statement.contains('{')) {
            let name = name.split("::").map(|part| part.split(' ').next().unwrap());
            found.extend(absolute(prefix.iter().copied().chain(name).filter(|part| !part.is_empty()), module));
        }
    }
    let statements = text.split(';').filter(|statement| !statement.contains("use "));
    found.extend(statements.flat_map(spelt_out).filter_map(|path| absolute(path.split("::"), module)));
    found
}

/// The paths that a statement spells out: `super::sessions::check`. Those of visibilities and of macros that write them are not calls.
fn spelt_out(statement: &str) -> Vec<&str> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let starts = statement.match_indices("super::").chain(statement.match_indices("crate::"));
    let is_first = |at: usize| !statement[..at].ends_with(|letter: char| is_part(letter) || letter == '$');
    let is_visibility = |at: usize| statement[..at].ends_with("pub(in ");
    let paths = starts.filter(|(at, _)| is_first(*at) && !is_visibility(*at)).map(|(at, _)| &statement[at..]);
    paths.map(|path| path.split(|letter| !is_part(letter)).next().unwrap().trim_end_matches(':')).collect()
}

/// A path of an import from the package's root on; `None` where it leads to another package.
fn absolute<'a>(path: impl Iterator<Item = &'a str>, module: &[String]) -> Option<Vec<String>> {
    let mut path = path.peekable();
    let mut base = match *path.peek()? {
        "crate" => {
            path.next();
            Vec::new()
        }
        "self" => {
            path.next();
            module.to_vec()
        }
        "super" => module.to_vec(),
        _ => return None,
    };
    while path.next_if_eq(&"super").is_some() {
        base.pop();
    }
    base.extend(path.filter(|part| *part != "self").map(str::to_owned));
    Some(base)
}

/// Files of the Worker's platform that wait: for the Durable Objects alone.
const WAITING: [&str; 3] = ["platform/body.rs", "platform/clock.rs", "platform/kv.rs"];

#[test]
fn nothing_of_the_worker_waits_outside_the_durable_objects() {
    let root = project_path("worker/src");
    let waits = |line: &String| ["async", "await", "Future", "futures_util"].iter().any(|word| names(line, word));
    let mut waiting = Vec::new();
    for file in rust_files(&root) {
        let name = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        if name.starts_with("durable_objects/") {
            continue;
        }
        let lines = code(&file);
        if lines.iter().any(waits) {
            waiting.push(name.clone());
        }
        let uses_what_waits =
            |line: &&String| ["platform::body", "platform::kv", "clock::within"].iter().any(|path| line.contains(path));
        let used = lines.iter().find(uses_what_waits);
        assert!(used.is_none(), "{name} uses what waits: {used:?}");
    }
    waiting.sort();
    assert_eq!(waiting, WAITING);
}

/// Whoever calls the registry verifies something before: docs/security.md, "What reaches the registry". A new caller belongs there, and
/// into tests/edge/doors.test.ts.
#[test]
fn only_two_places_call_the_registry() {
    let naming = |directory: &str, word: &str| -> Vec<String> {
        let root = project_path(directory);
        let files = rust_files(&root).into_iter().filter(|file| code(file).iter().any(|line| line.contains(word)));
        let mut names: Vec<_> =
            files.map(|file| file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    // The machine names the registry in one read for verdicts, and in one call for commands.
    assert_eq!(naming("src", "Read::Registry {"), ["gate/registry_read.rs"]);
    assert_eq!(naming("src", "Service::Registry"), ["admin/plane/command.rs"]);
    // The driver makes them in one file, and the Worker's Rust calls nobody.
    let drivers: Vec<_> = fs::read_dir(project_path("worker/js")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(drivers.len() > 5);
    let calls = drivers.iter().filter(|file| fs::read_to_string(file).unwrap().contains("env.REGISTRY"));
    assert_eq!(calls.collect::<Vec<_>>(), [&project_path("worker/js/reads.js")]);
    // A courier asks for its integration's record, and reports; a usage store tells of uses. Both are objects of this deployment,
    // which no request reaches, and call by one function.
    let naming_it = ["config.rs", "durable_objects/calls.rs", "platform/namespace.rs"];
    assert_eq!(naming("worker/src", "\"REGISTRY\""), naming_it);
    let callers = ["durable_objects/courier.rs", "durable_objects/usage.rs"];
    assert_eq!(naming("worker/src", "Object::Registry"), callers);
    assert_eq!(naming("worker/src", "getByName"), Vec::<String>::new());
}
