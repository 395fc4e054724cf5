//! The same request to the gate, to other gates and to what limits them all, interleaved.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::json;
use tidegate_bench_rules::fixture;

use crate::candidate::{CONSTANT, Candidate, HONO, HONO_CACHED, OAUTH, PASS, TIDEGATE};
use crate::load::{Load, Run, median};
use crate::options::Options;
use crate::report::{Goal, Part, short};
use crate::workerd::Workerd;
use crate::world::{POORER, UNKNOWN, WARM, World};

/// How many integrations take turns so that every record is cold: more than an isolate remembers.
const COLD: u64 = 60_000;

/// One candidate, one kind of request, and what came of it.
struct Scenario<'a> {
    name: &'static str,
    load: Load<'a>,
    runs: Vec<Run>,
    reads: u64,
    /// Where it begins among the many tokens.
    first: u64,
}

/// A running candidate.
struct Gate {
    workerd: Workerd,
    url: String,
}

impl Gate {
    fn start(world: &World, candidate: &Candidate) -> Result<Self> {
        let workerd = world.candidate(candidate)?;
        Ok(Self { url: workerd.url(world.api.target), workerd })
    }

    fn scenario<'a>(&'a self, name: &'static str, headers: &'a PathBuf, status: u16) -> Scenario<'a> {
        let load = Load { url: &self.url, headers, tokens: None, pid: self.workerd.pid(), status, stray: 0 };
        Scenario { name, load, runs: Vec::new(), reads: 0, first: 0 }
    }
}

/// Measures all of it.
pub fn measure(options: &Options, world: &World) -> Result<Part> {
    let (pass, constant) = (Gate::start(world, &PASS)?, Gate::start(world, &CONSTANT)?);
    let (tidegate, oauth) = (Gate::start(world, &TIDEGATE)?, Gate::start(world, &OAUTH)?);
    let (hono, hono_cached) = (Gate::start(world, &HONO)?, Gate::start(world, &HONO_CACHED)?);

    let token = |n| Some(world.integration(n).token);
    let headers = |name: &str, token: Option<String>| world.headers(name, token.as_deref());
    let (warm, poorer) = (headers("warm", token(WARM))?, headers("poorer", token(POORER))?);
    let (forged, unknown) = (headers("forged", Some(fixture::forged(WARM)))?, headers("unknown", token(UNKNOWN))?);
    let nobody = headers("nobody", None)?;
    let own = headers("oauth", Some(world.oauth_token(&oauth.workerd)?))?;
    let many = world.many(COLD)?;

    let mut cold = tidegate.scenario("Tidegate: granted, cold record", &nobody, 200);
    cold.load.tokens = Some((&many, 0));
    let mut scenarios = [
        pass.scenario("pass-through", &warm, 200),
        tidegate.scenario("Tidegate: granted, warm record", &warm, 200),
        cold,
        tidegate.scenario("Tidegate: a scope is missing", &poorer, 403),
        tidegate.scenario("Tidegate: forged token", &forged, 401),
        tidegate.scenario("Tidegate: unknown token", &unknown, 401),
        tidegate.scenario("Tidegate: no token", &nobody, 401),
        hono.scenario("Hono + KV: granted", &warm, 200),
        hono_cached.scenario("Hono + KV + memory: granted", &warm, 200),
        hono.scenario("Hono + KV: forged token", &forged, 401),
        oauth.scenario("workers-oauth-provider: granted", &own, 200),
        constant.scenario("constant answer", &forged, 401),
    ];
    for scenario in &mut scenarios {
        scenario.run(world, 1)?; // engines compile what is hot, connections are opened
        (scenario.runs, scenario.reads) = (Vec::new(), 0);
    }
    for round in 0..options.rounds {
        eprintln!("round {} of {}", round + 1, options.rounds);
        // Each round starts with another scenario, so that none always follows the same one.
        let (count, round) = (scenarios.len(), usize::try_from(round)?);
        for at in 0..count {
            let scenario = scenarios.get_mut((at + round) % count).context("there is none")?;
            scenario.run(world, options.seconds)?;
        }
    }
    Ok(part(options, world, &scenarios))
}

impl Scenario<'_> {
    fn run(&mut self, world: &World, seconds: u64) -> Result<()> {
        if let Some((_, first)) = &mut self.load.tokens {
            *first = self.first;
        }
        world.settle()?;
        let run = self.load.run(seconds).with_context(|| self.name.to_owned())?;
        self.reads += world.counts()?.reads;
        self.first = (self.first + run.requests) % COLD;
        self.runs.push(run);
        Ok(())
    }

    fn rate(&self) -> f64 {
        median(self.runs.iter().map(|run| run.rate))
    }

    fn cpu(&self) -> f64 {
        median(self.runs.iter().map(|run| run.cpu_us))
    }

    fn reads_per_request(&self) -> f64 {
        self.reads as f64 / self.runs.iter().map(|run| run.requests).sum::<u64>().max(1) as f64
    }

    /// The median of the rounds' ratios to another scenario: what slows the machine for a while slows both.
    fn times(&self, other: &Self, of: impl Fn(&Run) -> f64) -> f64 {
        median(self.runs.iter().zip(&other.runs).map(|(run, other)| of(run) / of(other)))
    }
}

fn part(options: &Options, world: &World, scenarios: &[Scenario]) -> Part {
    let mut part = Part::default();
    part.columns(&[
        "",
        "requests/s",
        "least–most",
        "× pass-through",
        "CPU µs/request",
        "× pass-through",
        "KV reads/request",
        "p50 ms",
        "p99 ms",
    ]);
    let Some(pass) = scenarios.first() else { return part };
    for scenario in scenarios {
        part.row(row(scenario, pass));
    }
    part.notes.push(format!(
        "{}, {} operations; {} rounds of {} s, 32 connections; workerd on one core, load, origin and store on the other. \
         Ratios are medians of the rounds' ratios.",
        world.api.name, world.operations(), options.rounds, options.seconds
    ));
    part.goals = goals(scenarios);
    part.numbers = scenarios.iter().map(|scenario| (scenario.name.to_owned(), json!(scenario.runs))).collect();
    part
}

fn row(scenario: &Scenario, pass: &Scenario) -> [String; 9] {
    let rates = || scenario.runs.iter().map(|run| run.rate);
    let (least, most) = (rates().fold(f64::INFINITY, f64::min), rates().fold(0.0, f64::max));
    let millis =
        |of: fn(&Run) -> u64| format!("{:.1}", median(scenario.runs.iter().map(|run| of(run) as f64)) / 1000.0);
    [
        scenario.name.to_owned(),
        format!("{:.0}", scenario.rate()),
        format!("{least:.0}–{most:.0}"),
        format!("{:.2}", scenario.times(pass, |run| run.rate)),
        format!("{:.0}", scenario.cpu()),
        format!("{:.2}", scenario.times(pass, |run| run.cpu_us)),
        short(scenario.reads_per_request()),
        millis(|run| run.p50_us),
        millis(|run| run.p99_us),
    ]
}

fn goals(scenarios: &[Scenario]) -> Vec<Goal> {
    let find = |name: &str| scenarios.iter().find(|scenario| scenario.name == name);
    let ratio = |goal: f64, of: &'static str, to: &'static str| {
        let (of, to) = (find(of)?, find(to)?);
        let by_cpu = format!("{:.2} by processor time", 1.0 / of.times(to, |run| run.cpu_us));
        let times = of.times(to, |run| run.rate);
        Some(Goal::at_least(&format!("requests/s, {} : {}", of.name, to.name), goal, times).with(&by_cpu))
    };
    let (warm, forged) = ("Tidegate: granted, warm record", "Tidegate: forged token");
    let reads = |scenario: &Scenario| Goal::at_most("KV reads of forged tokens", 0.0, scenario.reads as f64, "reads");
    let goals = [
        ratio(0.86, warm, "pass-through"),
        ratio(1.0, warm, "Hono + KV + memory: granted"),
        ratio(1.0, "Tidegate: granted, cold record", "Hono + KV: granted"),
        ratio(2.5, warm, "workers-oauth-provider: granted"),
        ratio(0.8, forged, "constant answer"),
        find(forged).map(reads),
    ];
    goals.into_iter().flatten().collect()
}
