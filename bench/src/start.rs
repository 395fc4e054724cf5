//! The first requests of a new isolate, part by part.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use crate::candidate::{Candidate, PASS, TIDEGATE};
use crate::load::median;
use crate::machine;
use crate::options::Options;
use crate::report::{Goal, Part, short};
use crate::workerd::Workerd;
use crate::world::{WARM, World};

/// The steps, in order; each request is one more.
const STEPS: [&str; 5] = [
    "process ready: runtime, script, WASM compiled and instantiated",
    "first request: healthz, no policy",
    "second: healthz again",
    "third: granted; reads the policy and the record",
    "fourth: granted, all in memory",
];

/// The first granted request.
const GRANTED: usize = 3;

/// Wall-clock time and processor time of each step, in milliseconds.
type Steps = Vec<(f64, f64)>;

/// Measures new processes, alternating between pass-through and gate.
pub fn measure(options: &Options, world: &World) -> Result<Part> {
    let token = world.integration(WARM).token;
    let health = "/_tidegate/healthz";
    let targets = [health, health, world.api.target, world.api.target];
    let (mut pass, mut tidegate) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        pass.push(steps(world, &PASS, &targets, &token)?);
        tidegate.push(steps(world, &TIDEGATE, &targets, &token)?);
    }
    let mut part = Part::default();
    part.columns(&["", "ms", "CPU ms", "pass-through ms", "pass-through CPU ms"]);
    let middle = |all: &[Steps], at: usize, of: fn(&(f64, f64)) -> f64| {
        median(all.iter().filter_map(|steps| steps.get(at)).map(of))
    };
    for (at, step) in STEPS.iter().enumerate() {
        let cells = [&tidegate, &pass].map(|all| [middle(all, at, |step| step.0), middle(all, at, |step| step.1)]);
        part.row(std::iter::once((*step).to_owned()).chain(cells.as_flattened().iter().map(|number| short(*number))));
    }
    let until_granted = |all: &[Steps]| {
        // Of a process that is asked nothing before: its start, and the first granted request.
        middle(all, 0, |step| step.0) + middle(all, GRANTED, |step| step.0)
    };
    let times = until_granted(&tidegate) / until_granted(&pass);
    let goal = "a new process and its first granted answer, Tidegate : pass-through";
    part.goals.push(Goal::at_most(goal, 1.5, times, "times"));
    part.notes.push(format!(
        "Medians of {} new processes. What a policy of this size takes to load is in the parts core and wasm; the rest of the \
         third request is two reads of KV and code that runs for the first time.",
        options.rounds
    ));
    part.numbers = json!({ "tidegate": tidegate, "pass": pass });
    Ok(part)
}

fn steps(world: &World, candidate: &Candidate, targets: &[&str], token: &str) -> Result<Steps> {
    let started = Instant::now();
    let workerd = world.candidate(candidate)?;
    let mut before = machine::fine_cpu(workerd.pid())?;
    let mut steps = vec![(millis(started.elapsed()), millis(before))];
    let agent = ureq::Agent::new_with_defaults();
    for target in targets {
        let started = Instant::now();
        ask(&agent, &workerd, target, token)?;
        let (elapsed, cpu) = (started.elapsed(), machine::fine_cpu(workerd.pid())?);
        steps.push((millis(elapsed), millis(cpu.saturating_sub(before))));
        before = cpu;
    }
    Ok(steps)
}

fn ask(agent: &ureq::Agent, workerd: &Workerd, target: &str, token: &str) -> Result<()> {
    let mut answer = agent.get(workerd.url(target)).header("authorization", format!("Bearer {token}")).call()?;
    ensure!(answer.status() == 200, "{target}: {}", answer.status());
    answer.body_mut().read_to_string()?;
    Ok(())
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
