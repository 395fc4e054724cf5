//! `cargo xtask sim --mutations`: whether the simulator notices faults that are made on purpose. A copy of the sources gets every
//! edit of `tests/sim/mutations.toml` behind a switch and is built once; then the simulator runs with one switch on at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::step::step;
use crate::tally::Tally;
use crate::{failures, process, project};

/// Where the copy is.
const COPY: &str = "target/mutations";
/// What it has of the project.
const COPIED: [&str; 9] = [
    "Cargo.lock",
    "src",
    "registry",
    "tests/sim",
    "tests/storage",
    "tests/registry",
    "tests/gate/main.rs",
    "tests/model/main.rs",
    "README.md",
];
/// The packages of the copy's workspace.
const MEMBERS: &str = r#"members = ["registry", "tests/sim", "tests/storage", "tests/registry"]"#;
/// How many verdicts the simulator may need to find a mutation.
const VERDICTS: &str = "1000000";
/// How many have to be right with no switch on.
const CONTROL_VERDICTS: &str = "50000";
/// The switch: which mutation is on is in the environment.
const SWITCH: &str = r#"//! Which mutation is on.

use std::sync::OnceLock;

/// Whether this mutation is on.
pub fn is(number: usize) -> bool {
    static ON: OnceLock<Option<usize>> = OnceLock::new();
    *ON.get_or_init(|| std::env::var("TIDEGATE_MUTATION").ok()?.parse().ok()) == Some(number)
}
"#;

#[derive(Deserialize)]
struct Mutations {
    mutation: Vec<Mutation>,
}

#[derive(Deserialize)]
struct Mutation {
    name: String,
    edit: Vec<Edit>,
}

#[derive(Deserialize)]
struct Edit {
    file: String,
    find: String,
    replace: String,
}

/// Runs them all, or those whose names hold one of these texts; a line says of each how soon it was found.
pub fn run(wanted: &[String]) -> Result<Tally> {
    let Mutations { mutation } = read()?;
    let simulator = step("build the simulator with mutations", || build(&mutation))?;
    let mut tally = look("nothing is broken", None, &simulator)?;
    for (number, mutation) in mutation.iter().enumerate() {
        if wanted.is_empty() || wanted.iter().any(|text| mutation.name.contains(text.as_str())) {
            tally += look(&mutation.name, Some(number), &simulator)?;
        }
    }
    Ok(tally)
}

fn read() -> Result<Mutations> {
    let text = fs::read_to_string(project::path("tests/sim/mutations.toml"))?;
    toml::from_str(&text).context("tests/sim/mutations.toml")
}

/// Makes the copy and builds it; gives the program.
fn build(mutations: &[Mutation]) -> Result<PathBuf> {
    let copy = project::path(COPY);
    for part in COPIED {
        copy_all(&project::path(part), &copy.join(part))?;
    }
    edit(&copy)?;
    for (number, mutation) in mutations.iter().enumerate() {
        for edit in &mutation.edit {
            let file = copy.join(&edit.file);
            let text = fs::read_to_string(&file).with_context(|| edit.file.clone())?;
            fs::write(&file, edit.applied(number, &text).with_context(|| mutation.name.clone())?)?;
        }
    }
    let mut cargo = Command::new("cargo");
    // What comes from the registry of crates is built once for the sources and the copy.
    cargo.args(["build", "--quiet", "--profile", "simulator", "--package", "simulator-mutated"]);
    cargo.env("CARGO_TARGET_DIR", project::path("target")).current_dir(copy);
    process::run(&mut cargo)?;
    Ok(project::path("target/simulator/simulator-mutated"))
}

/// The copy is a smaller workspace, its simulator has another name, and the rules have the switch.
fn edit(copy: &Path) -> Result<()> {
    let manifest = fs::read_to_string(project::path("Cargo.toml"))?;
    let (before, rest) = manifest.split_once("members = [").context("no members in Cargo.toml")?;
    let (_, after) = rest.split_once("]\n").context("no end of the members in Cargo.toml")?;
    fs::write(copy.join("Cargo.toml"), [before, MEMBERS, "\n", after].concat())?;
    // Of another version, or cargo takes what it built of the copy for what it built of the sources.
    replace(&copy.join("Cargo.toml"), "[workspace.package]\nversion = \"", "[workspace.package]\nversion = \"99")?;
    replace(
        &copy.join("tests/sim/Cargo.toml"),
        "name = \"simulator\"\nversion",
        "name = \"simulator-mutated\"\nversion",
    )?;
    replace(&copy.join("src/lib.rs"), "pub mod json;", "pub mod json;\npub mod mutation;")?;
    fs::write(copy.join("src/mutation.rs"), SWITCH)?;
    Ok(())
}

fn replace(file: &Path, find: &str, with: &str) -> Result<()> {
    let text = fs::read_to_string(file)?;
    if text.matches(find).count() != 1 {
        bail!("{find:?} is not once in {}", file.display());
    }
    Ok(fs::write(file, text.replacen(find, with, 1))?)
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        let _ = fs::remove_dir_all(to);
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            copy_all(&from.join(&name), &to.join(&name))?;
        }
    } else {
        fs::create_dir_all(to.parent().context("a file has no folder")?)?;
        fs::copy(from, to).with_context(|| from.display().to_string())?;
    }
    Ok(())
}

impl Edit {
    /// The text with this edit behind the switch.
    fn applied(&self, number: usize, text: &str) -> Result<String> {
        let Self { file, find, replace } = self;
        if text.matches(find).count() != 1 {
            bail!("{find:?} is not once in {file}");
        }
        let module = if file.starts_with("src/") { "crate" } else { "tidegate" };
        let switched = replace.replace("{on}", &format!("{module}::mutation::is({number})"));
        Ok(text.replacen(find, &switched, 1))
    }
}

/// One run: with a mutation on it has to fail, without it not.
fn look(name: &str, number: Option<usize>, simulator: &Path) -> Result<Tally> {
    let mut command = Command::new(simulator);
    command.args([
        "--seed",
        "1",
        "--no-shrink",
        "--verdicts",
        if number.is_some() { VERDICTS } else { CONTROL_VERDICTS },
    ]);
    if let Some(number) = number {
        command.env("TIDEGATE_MUTATION", number.to_string());
    }
    let started = Instant::now();
    let mut lines = Vec::new();
    let status = process::each_line(&mut command, |line| lines.push(line.to_owned()))?;
    let is_right = if number.is_some() { status.code() == Some(1) } else { status.success() };
    let verdicts = lines.first().and_then(|line| line.split(' ').next()).unwrap_or_default().to_owned();
    println!("{}", line(name, is_right, &verdicts, started.elapsed()));
    if let Some(complaint) = lines.iter().find(|line| line.starts_with("seed ")) {
        println!("    {complaint}");
    }
    if !is_right {
        failures::keep(&format!("the mutation {name}"), &lines.join("\n"));
    }
    Ok(Tally::of(is_right))
}

fn line(name: &str, is_right: bool, verdicts: &str, took: Duration) -> String {
    let how = if is_right { "ok" } else { "FAILED" };
    format!("{how}: {name}: {verdicts} right verdicts, {:.1} s", took.as_secs_f32())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edit_finds_its_place_in_the_sources() {
        let Mutations { mutation } = read().unwrap();
        assert!(mutation.len() >= 8);
        for (number, mutation) in mutation.iter().enumerate() {
            for edit in &mutation.edit {
                let text = fs::read_to_string(project::path(&edit.file)).unwrap();
                assert_ne!(edit.applied(number, &text).unwrap(), text, "{}", mutation.name);
            }
        }
    }

    #[test]
    fn an_edit_that_does_not_fit_once_is_refused() {
        let edit = Edit { file: "src/a.rs".to_owned(), find: "x".to_owned(), replace: "y || {on}".to_owned() };
        assert_eq!(edit.applied(3, "1 x 2").unwrap(), "1 y || crate::mutation::is(3) 2");
        assert!(edit.applied(3, "1 2").is_err() && edit.applied(3, "x x").is_err());
    }
}
