//! The registry's tests on SQLite in the process.

use std::process::ExitCode;
use std::rc::Rc;

use libtest_mimic::{Arguments, Trial, run};
use native_storage::Sqlite;

fn main() -> ExitCode {
    let trial = |case: registry_tests::Case| {
        Trial::test(case.name, move || {
            (case.run)(Rc::new(Sqlite::in_memory()?));
            Ok(())
        })
    };
    let trials = registry_tests::cases().into_iter().map(trial).collect();
    run(&Arguments::from_args(), trials).exit_code()
}
