//! `cargo xtask test`: every test there is, and a total.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::tally::Tally;
use crate::{browser, build, fuzz, schema, setup, sim, suites};

/// A suite: its name, which builds it needs, and what runs it, or says why it cannot.
struct Suite {
    name: &'static str,
    builds: &'static [build::Variant],
    run: fn() -> Result<Tally>,
}

const SUITES: [Suite; 11] = [
    Suite { name: "core", builds: &[], run: suites::core },
    Suite { name: "edge", builds: &[build::GATE, build::FAULTS], run: suites::edge },
    Suite { name: "parsers", builds: &[], run: suites::parsers },
    Suite { name: "clients", builds: &[build::GATE, build::FAULTS], run: suites::clients },
    Suite { name: "page", builds: &[], run: suites::page },
    Suite { name: "dev", builds: &[build::GATE, build::FAULTS], run: suites::dev },
    Suite { name: "browser", builds: &[build::GATE, build::FAULTS], run: browser::suite },
    Suite { name: "readme", builds: &[build::GATE], run: suites::readme },
    Suite { name: "schema", builds: &[build::GATE], run: schema::suite },
    Suite { name: "fuzz", builds: &[], run: fuzz::suite },
    Suite { name: "sim", builds: &[build::GATE], run: sim::suite },
];

type Prepare = fn() -> Result<()>;

/// What suites need that takes long on a new machine, and disturbs no other suite.
const AHEAD: [(&str, Prepare); 2] = [("schema", schema::prepare), ("fuzz", fuzz::prepare)];

/// `cargo xtask test [SUITE…]`
pub fn command(wanted: &[String]) -> Result<ExitCode> {
    if let Some(unknown) = wanted.iter().find(|name| SUITES.iter().all(|suite| suite.name != **name)) {
        let names: Vec<&str> = SUITES.iter().map(|suite| suite.name).collect();
        bail!("there is no suite {unknown:?}; there are {}", names.join(", "));
    }
    let chosen = SUITES.iter().filter(|suite| wanted.is_empty() || wanted.iter().any(|name| name == suite.name));
    let chosen: Vec<&Suite> = chosen.collect();
    let results = run(&chosen);
    let mut total = Tally::default();
    println!();
    for (name, tally, took) in results {
        println!("{name}: {tally} ({} s)", took.as_secs());
        total += tally;
    }
    println!("{total}");
    Ok(total.exit_code())
}

/// Runs suites one after the other, while what later ones need is got ready with the processor's time that is left over.
fn run(suites: &[&Suite]) -> Vec<(&'static str, Tally, Duration)> {
    thread::scope(|scope| {
        let is_chosen = |name: &str| suites.iter().any(|suite| suite.name == name);
        let chosen = AHEAD.into_iter().filter(|(name, _)| is_chosen(name));
        let mut ahead: BTreeMap<&str, _> = chosen.map(|(name, prepare)| (name, scope.spawn(prepare))).collect();
        let run = |suite: &&Suite| {
            // What could not be got ready the suite tries again, and says why it fails.
            drop(ahead.remove(suite.name).map(ScopedJoinHandle::join));
            timed(suite)
        };
        suites.iter().map(run).collect()
    })
}

/// What a suite came to, and how long it took with the builds that no suite before it needed.
fn timed(suite: &Suite) -> (&'static str, Tally, Duration) {
    let started = Instant::now();
    (suite.name, tally(suite), started.elapsed())
}

/// What a suite came to; one that cannot be run has failed.
fn tally(suite: &Suite) -> Tally {
    println!("\n# {}", suite.name);
    prepare(suite).and_then(|()| (suite.run)()).map_or_else(
        |error| {
            eprintln!("error: the suite {} did not run: {error:#}", suite.name);
            Tally::of(false)
        },
        Tally::nothing_run_is_a_failure,
    )
}

fn prepare(suite: &Suite) -> Result<()> {
    match suite.builds {
        [] => setup::run(),
        builds => builds.iter().try_for_each(build::run),
    }
}
