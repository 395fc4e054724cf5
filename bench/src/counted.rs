//! How many instructions a granted request takes, in the whole process of each candidate but outside the kernel. The count is the
//! same to within a few hundred, whatever else the machine does. Waiting for memory shows only in times.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use crate::candidate::{Candidate, HONO, HONO_CACHED, OAUTH, PASS, TIDEGATE};
use crate::options::Options;
use crate::report::{Goal, Part};
use crate::tools;
use crate::workerd::Workerd;
use crate::world::{WARM, World};
use xtask::process;
use xtask::step::step;

/// How many requests run before: engines compile hot code.
const BEFORE: usize = 3000;
/// How many are counted at a time, and how often; the least counts, since what else an engine does comes on top.
const COUNTED: usize = 500;
const TIMES: usize = 4;
/// How long the first answer may take: all is some fifty times slower there.
const FIRST_LIMIT: Duration = Duration::from_secs(120);

/// Counts all candidates that grant.
pub fn measure(_: &Options, world: &World) -> Result<Part> {
    let valgrind = match tools::ensure("valgrind") {
        Ok(valgrind) => valgrind,
        Err(error) => return Ok(Part::skipped(&format!("{error:#}"))),
    };
    let candidates = [
        ("pass-through", &PASS),
        ("Tidegate", &TIDEGATE),
        ("Hono + KV", &HONO),
        ("Hono + KV + memory", &HONO_CACHED),
        ("workers-oauth-provider", &OAUTH),
    ];
    let mut part = Part::default();
    part.columns(&["a granted request, all in memory that can be", "instructions", "× pass-through"]);
    let mut counts = Vec::new();
    for (name, candidate) in candidates {
        let count = step(&format!("Counting {name}"), || count(valgrind, world, candidate))?;
        counts.push((name, count));
        let (_, pass) = counts.first().context("there is none")?;
        part.row([name.to_owned(), format!("{count:.0}"), format!("{:.2}", count / pass)]);
    }
    if let (Some((_, pass)), Some((_, gate))) = (counts.first(), counts.get(1)) {
        part.goals.push(Goal::at_most("instructions, Tidegate: granted : pass-through", 1.2, gate / pass, "times"));
    }
    part.numbers = json!(counts);
    Ok(part)
}

fn count(valgrind: &str, world: &World, candidate: &Candidate) -> Result<f64> {
    let out = world.directory.join(format!("{}.callgrind", candidate.name));
    let counting =
        [valgrind, "--tool=callgrind", "--smc-check=all", &format!("--callgrind-out-file={}", out.display())];
    let workerd = Workerd::beneath(&counting, candidate, &world.ports, world.origin, &world.directory)?;
    let token = if candidate.name == OAUTH.name { world.oauth_token(&workerd)? } else { world.integration(WARM).token };
    let client = Client {
        agent: ureq::Agent::new_with_defaults(),
        url: workerd.url(world.api.target),
        authorization: format!("Bearer {token}"),
    };
    client.first()?;
    client.ask(BEFORE)?;
    let mut counts = Vec::new();
    for time in 1..=TIMES {
        control("--zero", &workerd)?;
        client.ask(COUNTED)?;
        control("--dump", &workerd)?;
        counts.push(total(&out.with_extension(format!("callgrind.{time}")))? as f64 / COUNTED as f64);
    }
    Ok(counts.into_iter().fold(f64::INFINITY, f64::min))
}

/// Tells valgrind what to do with the counters of a process.
fn control(what: &str, workerd: &Workerd) -> Result<()> {
    process::output(Command::new("callgrind_control").args([what, &workerd.pid().to_string()])).map(drop)
}

/// What all threads took together, by a dump of callgrind's.
fn total(dump: &Path) -> Result<u64> {
    let text = fs::read_to_string(dump).with_context(|| format!("callgrind wrote no {}", dump.display()))?;
    let totals = text.lines().filter_map(|line| line.strip_prefix("totals: ")?.trim().parse::<u64>().ok());
    let total = totals.sum();
    ensure!(total > 0, "callgrind counted nothing");
    Ok(total)
}

struct Client {
    agent: ureq::Agent,
    url: String,
    authorization: String,
}

impl Client {
    /// Asks until there is an answer: a gate whose first reads take too long refuses.
    fn first(&self) -> Result<()> {
        let deadline = Instant::now() + FIRST_LIMIT;
        while let Err(error) = self.ask(1) {
            if Instant::now() > deadline {
                bail!(error);
            }
            thread::sleep(Duration::from_millis(500));
        }
        Ok(())
    }

    /// Sends the request that wrk sends elsewhere; once more where it fails, since the store drops idle connections.
    fn ask(&self, times: usize) -> Result<()> {
        (0..times).try_for_each(|_| self.ask_once().or_else(|_| self.ask_once()))
    }

    fn ask_once(&self) -> Result<()> {
        let request = self.agent.get(&self.url).header("authorization", &self.authorization);
        let request = request.header("host", "localhost").header("user-agent", "bench/1.0");
        let request = request.header("accept", "application/json").header("accept-encoding", "gzip");
        let mut answer = request.call()?;
        ensure!(answer.status() == 200, "{}", answer.status());
        answer.body_mut().read_to_string()?;
        Ok(())
    }
}
