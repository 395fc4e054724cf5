//! The memory of one isolate while many integrations pass through it.

use std::path::Path;

use anyhow::Result;
use serde_json::json;

use crate::candidate::{PASS, TIDEGATE};
use crate::load::Load;
use crate::machine;
use crate::options::Options;
use crate::report::Part;
use crate::workerd::Workerd;
use crate::world::World;

/// How long each burst of load is, in seconds.
const BURST: u64 = 5;
/// How many of a thousand may be refused. Where the store drops a connection that was idle, the gate asks the registry, and that
/// of the bench knows no integrations.
const STRAY: u64 = 2;

/// The most rows that are shown, in addition to the last one.
const ROWS: usize = 12;

/// How many have passed, and the bytes that are occupied then.
type Growth = Vec<(u64, u64)>;

/// Measures the gate, and pass-through with as many requests, for what of it is the runtime's.
pub fn measure(options: &Options, world: &World) -> Result<Part> {
    let tokens = world.many(options.integrations)?;
    let tidegate = growth(options, world, &world.candidate(&TIDEGATE)?, &tokens)?;
    let pass = growth(options, world, &world.candidate(&PASS)?, &tokens)?;
    let mut part = Part::default();
    part.columns(&["distinct integrations so far", "Tidegate RSS MB", "pass-through RSS MB"]);
    let megabytes = |bytes: u64| format!("{:.0}", bytes as f64 / 1e6);
    let mut shown: Vec<_> = tidegate.iter().step_by(tidegate.len().div_ceil(ROWS)).chain(tidegate.last()).collect();
    shown.dedup();
    for (passed, bytes) in shown {
        let other = pass.iter().take_while(|(other, _)| other <= passed).last();
        part.row([passed.to_string(), megabytes(*bytes), other.map_or(String::new(), |(_, bytes)| megabytes(*bytes))]);
    }
    part.notes.push(format!(
        "{} distinct integrations, each once, through one isolate; at most {STRAY} of 1,000 were refused.",
        options.integrations
    ));
    part.numbers = json!({ "tidegate": tidegate, "pass": pass });
    Ok(part)
}

fn growth(options: &Options, world: &World, workerd: &Workerd, tokens: &Path) -> Result<Growth> {
    let (headers, url) = (world.headers("nobody", None)?, workerd.url(world.api.target));
    let mut growth = vec![(0, machine::resident(workerd.pid())?)];
    let mut passed = 0;
    while passed < options.integrations {
        let tokens = Some((tokens, passed));
        let load = Load { url: &url, headers: &headers, tokens, pid: workerd.pid(), status: 200, stray: STRAY };
        passed += load.run(BURST)?.requests;
        growth.push((passed, machine::resident(workerd.pid())?));
    }
    Ok(growth)
}
