//! A policy of 20,000 operations, which KV holds in parts, compared with one of ten: how long a new process takes for its first
//! granted answer, what it reads for that, and what the isolate holds then and after many other requests.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::json;
use tidegate::policy::{Operation, Policy};
use tidegate_bench_rules::fixture::{self, Integration};

use crate::candidate::{HELD, TIDEGATE};
use crate::load::median;
use crate::options::Options;
use crate::report::{Goal, Part, short};
use crate::workerd::Workerd;
use crate::world::World;
use xtask::{gate, process, project};

/// How many operations the two policies have.
const OPERATIONS: [usize; 2] = [10, tidegate::openapi::MAX_OPERATIONS];
/// After requests to this many operations, what the isolate holds is reported.
const ASKED: [usize; 3] = [1, 2_000, tidegate::openapi::MAX_OPERATIONS];
/// The integration, which has every scope of the policies.
const INTEGRATION: u64 = 10;
const OWNER: &str = "acme";
const SCOPES: usize = 40;
/// What an isolate may hold, in megabytes.
const MOST_HELD: f64 = 24.0;

/// The first granted answer of a new process.
#[derive(Serialize)]
struct First {
    ms: f64,
    reads: u64,
    bytes: u64,
}

/// What an isolate holds, in bytes.
#[derive(Serialize)]
struct Held {
    /// Its WebAssembly memory, all of it.
    wasm: u64,
    /// Its JavaScript heap, including garbage that was not collected yet.
    heap: u64,
}

/// Measures both policies, one after the other in each round.
pub fn measure(options: &Options, world: &World) -> Result<Part> {
    let integration = fixture::integration(INTEGRATION, OWNER, &fixture::scopes(SCOPES));
    world.create(&integration)?;
    let policies = OPERATIONS.map(fixture::policy);
    let (mut firsts, mut held) = ([const { Vec::new() }; 2], [const { Vec::new() }; 2]);
    for _ in 0..options.rounds {
        for (policy, firsts) in policies.iter().zip(&mut firsts) {
            world.publish(policy)?;
            firsts.push(first(world, policy, &integration)?);
        }
    }
    for (policy, held) in policies.iter().zip(&mut held) {
        world.publish(policy)?;
        *held = held_by(world, policy, &integration)?;
    }
    world.publish_own()?;
    part(options, &firsts, &held)
}

fn part(options: &Options, firsts: &[Vec<First>; 2], held: &[Vec<Held>; 2]) -> Result<Part> {
    let mut part = Part::default();
    part.row(std::iter::once(String::new()).chain(OPERATIONS.map(|count| format!("{count} operations"))));
    let mut row = |what: String, of: &dyn Fn(usize) -> Option<f64>| {
        part.row(std::iter::once(what).chain([0, 1].map(|policy| of(policy).map_or_else(String::new, short))));
    };
    let middle = |policy: usize, of: fn(&First) -> f64| Some(median(firsts.get(policy)?.iter().map(of)));
    row("first granted answer of a new process, ms".to_owned(), &|policy| middle(policy, |first| first.ms));
    row("reads of KV for it".to_owned(), &|policy| middle(policy, |first| first.reads as f64));
    row("kilobytes that these gave".to_owned(), &|policy| middle(policy, |first| first.bytes as f64 / 1e3));
    for (at, asked) in ASKED.iter().enumerate() {
        let megabytes = |policy: usize, of: fn(&Held) -> u64| Some(of(held.get(policy)?.get(at)?) as f64 / 1e6);
        let after = format!("after requests to {asked} operations, MB");
        row(format!("WebAssembly memory {after}"), &|policy| megabytes(policy, |held| held.wasm));
        row(format!("JavaScript heap {after}"), &|policy| megabytes(policy, |held| held.heap));
    }
    let most = held.iter().flatten().map(|held| held.wasm + held.heap).max().context("nothing was measured")?;
    let times = middle(1, |first| first.ms).zip(middle(0, |first| first.ms)).map(|(large, small)| large / small);
    part.goals.push(Goal::at_most("what an isolate holds of 20,000 operations", MOST_HELD, most as f64 / 1e6, "MB"));
    part.notes.push(format!(
        "Medians of {} new processes. With 20,000 operations the first granted answer takes {} times as long.",
        options.rounds,
        times.map_or_else(String::new, short)
    ));
    part.numbers = json!({ "firsts": firsts, "held": held });
    Ok(part)
}

fn first(world: &World, policy: &Policy, integration: &Integration) -> Result<First> {
    let workerd = world.candidate(&TIDEGATE)?;
    let client = Client::new(&workerd, integration);
    let operation = policy.operations().first().context("there is no operation")?;
    world.counts()?; // from 0 again
    let started = Instant::now();
    client.ask(operation)?;
    let ms = started.elapsed().as_secs_f64() * 1e3;
    let counts = world.counts()?;
    Ok(First { ms, reads: counts.reads, bytes: counts.bytes })
}

/// What one isolate holds after each number of operations that the policy has.
fn held_by(world: &World, policy: &Policy, integration: &Integration) -> Result<Vec<Held>> {
    let inspector = gate::free_port()?;
    let workerd = Workerd::inspected(&HELD, &world.ports, world.origin, &world.directory, inspector)?;
    let client = Client::new(&workerd, integration);
    let (mut held, mut asked) = (Vec::new(), 0);
    for count in ASKED.iter().filter(|count| **count <= policy.operations().len()) {
        // Far from each other, so that most of the policy's parts are asked for early.
        let step = policy.operations().len() / count;
        policy.operations().iter().step_by(step).take(*count).try_for_each(|operation| client.ask(operation))?;
        asked += count;
        let mut node = Command::new("node");
        node.arg(project::path("bench/memory.mjs")).arg(inspector.to_string());
        let heap = process::output(&mut node)?.trim().parse().context("the inspector told no heap")?;
        held.push(Held { wasm: client.wasm_memory()?, heap });
    }
    ensure!(asked > 0, "nothing was asked");
    Ok(held)
}

struct Client {
    agent: ureq::Agent,
    url: String,
    authorization: String,
}

impl Client {
    fn new(workerd: &Workerd, integration: &Integration) -> Self {
        let authorization = format!("Bearer {}", integration.token);
        Self { agent: ureq::Agent::new_with_defaults(), url: workerd.url(""), authorization }
    }

    /// How many bytes the gate's WebAssembly memory has.
    fn wasm_memory(&self) -> Result<u64> {
        let mut answer = self.agent.get(format!("{}/_bench/memory", self.url)).call()?;
        answer.body_mut().read_to_string()?.parse().context("the gate told no memory")
    }

    /// Asks for an operation, which is granted.
    fn ask(&self, operation: &Operation) -> Result<()> {
        let (method, path) = (operation.method.as_str(), operation.path.fill(|_| OWNER.to_owned()));
        let request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}?locationId={OWNER}", self.url));
        let request = request.header("authorization", &self.authorization).body(())?;
        let mut answer = self.agent.run(request)?;
        ensure!(answer.status() == 200, "{method} {path}: {}", answer.status());
        answer.body_mut().read_to_string()?;
        Ok(())
    }
}
