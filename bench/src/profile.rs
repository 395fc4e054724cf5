//! Where the time of a warm, granted request goes, by V8's own profiler. It sees functions of JavaScript; what the runtime does for
//! them counts as "(program)", or for the function that calls it.

use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::candidate::{Candidate, PASS, TIDEGATE};
use crate::load::Load;
use crate::options::Options;
use crate::report::Part;
use crate::workerd::Workerd;
use crate::world::{WARM, World};
use xtask::{gate, process, project};

/// How long each profile is, in seconds.
const SECONDS: u64 = 10;
/// What has less of the samples is left out.
const LEAST_SHARE: f64 = 0.005;

/// Profiles the gate and pass-through.
pub fn measure(_: &Options, world: &World) -> Result<Part> {
    let mut part = Part::default();
    part.columns(&["own time", "share"]);
    let mut numbers = Vec::new();
    for (name, candidate) in [("Tidegate", &TIDEGATE), ("pass-through", &PASS)] {
        let shares = shares(world, candidate)?;
        for (function, share) in shares.iter().filter(|(_, share)| *share >= LEAST_SHARE) {
            part.row([format!("{name}: {function}"), format!("{:.1} %", share * 100.0)]);
        }
        numbers.push((name, shares));
    }
    part.numbers = json!(numbers);
    Ok(part)
}

/// Each function's share of the samples, the largest first.
fn shares(world: &World, candidate: &Candidate) -> Result<Vec<(String, f64)>> {
    let inspector = gate::free_port()?;
    let workerd = Workerd::inspected(candidate, &world.ports, world.origin, &world.directory, inspector)?;
    let (headers, url) = (world.headers("warm", Some(&world.integration(WARM).token))?, workerd.url(world.api.target));
    let load = Load { url: &url, headers: &headers, tokens: None, pid: workerd.pid(), status: 200, stray: 0 };
    load.run(3)?; // engines compile what is hot
    let profile = thread::scope(|scope| {
        let profiler = scope.spawn(|| {
            thread::sleep(Duration::from_secs(1));
            let mut node = Command::new("node");
            node.arg(project::path("bench/profile.mjs")).args([inspector.to_string(), SECONDS.to_string()]);
            process::output(&mut node)
        });
        load.run(SECONDS + 2)?;
        profiler.join().ok().context("the profiler panicked")?
    })?;
    serde_json::from_str(&profile).context("the profiler printed no profile")
}
