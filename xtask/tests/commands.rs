//! `cargo xtask` in a project that has nothing but what a test puts there: what each command does before it builds, which fails.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An empty project, and where xtask would be in it.
fn project(name: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("tidegate-{name}-{}", std::process::id()));
    fs::create_dir_all(directory.join("xtask")).unwrap();
    directory
}

fn xtask(project: &Path, arguments: &[&str]) -> Output {
    let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
    xtask.args(arguments).env("CARGO_MANIFEST_DIR", project.join("xtask")).current_dir(project).output().unwrap()
}

#[test]
fn build_writes_what_local_runs_need() {
    let project = project("build");
    let output = xtask(&project, &["build"]);
    let file = project.join(".dev.vars");
    let (text, mode) = (fs::read_to_string(&file).unwrap(), fs::metadata(&file).unwrap().permissions().mode());
    fs::remove_dir_all(&project).unwrap();
    assert!(!output.status.success(), "there is nothing to build");
    assert!(text.contains("OWNER_KEY=owner_") && text.contains("TOKEN_KEYS="));
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn variables_are_looked_at_before_anything_is_built() {
    let project = project("variables");
    fs::write(project.join(".dev.vars"), "OWNER_KEY=of-another-form\n").unwrap();
    for arguments in [&["build"][..], &["dev", "--port", "0"]] {
        let output = xtask(&project, arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.starts_with("error: .dev.vars: OWNER_KEY has not the form"), "{told}");
        assert!(!output.status.success() && output.stdout.is_empty());
    }
    fs::remove_dir_all(&project).unwrap();
}
