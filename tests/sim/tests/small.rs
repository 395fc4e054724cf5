//! A few small runs, so that the simulator is tried with every change; `cargo xtask test sim` has the large ones.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use simulator::generate::{self, Size};
use simulator::plan::Plan;
use simulator::run;

const SMALL: Size = Size { requests: 1_200, commands: 40 };

#[test]
fn small_runs_hold_and_one_seed_is_one_run() {
    for seed in 1..=4 {
        let plan = generate::plan(seed, SMALL);
        let [once, again] = [run(&plan), run(&plan)].map(|run| run.unwrap_or_else(|complaint| panic!("{complaint}")));
        assert_eq!(once, again);
        assert!(once.total() > 300, "{once}");
    }
}

#[test]
fn a_plan_is_text_and_back() {
    let plan = generate::plan(5, SMALL);
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
}

#[test]
fn the_plans_that_were_kept_hold() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("kept");
    for file in fs::read_dir(kept).unwrap() {
        let path = file.unwrap().path();
        let plan: Plan = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        run(&plan).unwrap_or_else(|complaint| panic!("{}: {complaint}", path.display()));
    }
}

#[test]
fn use_is_told_as_it_was_or_less_with_a_word() {
    for seed in 1..=3 {
        let outcome = simulator::usage::week(seed, 600);
        assert!(outcome.requests > 4_000 && outcome.shown > 3_000, "{outcome:?}");
        // They wait for 20 s where nothing is urgent.
        assert!((20_000..30_000).contains(&outcome.longest_ms), "{outcome:?}");
        assert!(outcome.flushes.1 > 10 && outcome.ended > 30 && outcome.shown < outcome.requests, "{outcome:?}");
    }
}
