//! The registry's tests, on SQLite in the process: much of the rules decides what the registry does, and is judged by what it does then.
//! `cargo xtask test core` runs them as tests of their package, each by its name, and leaves this one out.

use std::panic::catch_unwind;
use std::rc::Rc;

use native_storage::Sqlite;
use registry_tests::Case;

/// What takes seconds each: a year of use, tens of thousands of rows, and policies that are too long for one.
const LONG: [&str; 8] = [
    "year::",
    "year_of_use::",
    "ten_thousand",
    "too_long_for_a_row",
    "a_head_waits_for_the_parts",
    "parts_that_no_policy_in_force_lists",
    "a_policy_that_fits_is_in_one_piece",
    "a_page_that_looks_at_too_many_events",
];

#[test]
fn the_registry_does_what_its_tests_say() {
    let cases = registry_tests::cases();
    let quick = cases.iter().filter(|case| !LONG.iter().any(|long| case.name.contains(long)));
    let run = |case: &Case| {
        let case = *case;
        catch_unwind(move || (case.run)(Rc::new(Sqlite::in_memory().unwrap()))).is_ok()
    };
    let (passed, failed): (Vec<&Case>, Vec<&Case>) = quick.partition(|case| run(case));
    assert!(passed.len() > 200, "{}", passed.len());
    assert!(failed.is_empty(), "{:?}", failed.iter().map(|case| case.name).collect::<Vec<_>>());
}
