//! How long a revocation waits while somebody floods the gate with sign-ins, compared with `healthz`, which reads nothing.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tidegate_bench_rules::fixture::OWNER_KEY;
use ureq::http::Request;

use crate::candidate::TIDEGATE;
use crate::load::median;
use crate::options::Options;
use crate::report::{Goal, Part, short};
use crate::tools;
use crate::workerd::{ADMIN_HOST, Workerd};
use crate::world::World;
use xtask::process::Running;
use xtask::project;

/// How many tokens are revoked in a round at most.
const REVOKED: usize = 60;
/// A body that is not a sign-in.
const MALFORMED: &str = r#"{"key":1}"#;

/// How long answers took, in milliseconds.
#[derive(Default, serde::Serialize)]
struct Waits {
    healthz: Vec<f64>,
    revocation: Vec<f64>,
}

/// What wrk prints.
#[derive(Deserialize)]
struct Flood {
    requests: u64,
    micros: u64,
    refused: u64,
}

/// Measures both, alternating, with the flood and without.
pub fn measure(options: &Options, world: &World) -> Result<Part> {
    let admin = Admin { workerd: world.candidate(&TIDEGATE)?, agent: agent() };
    let (mut quiet, mut flooded, mut rates) = (Waits::default(), Waits::default(), Vec::new());
    for _ in 0..options.rounds {
        for integration in admin.create(REVOKED / 4)? {
            admin.measure(&mut quiet, &integration)?;
        }
        let integrations = admin.create(REVOKED)?;
        let out = world.directory.join("flood.json");
        let mut flood = Running::start(&mut flood(&admin.workerd, &world.directory, &out, options.seconds)?)?;
        for integration in integrations {
            if flood.ended()?.is_some() {
                break;
            }
            admin.measure(&mut flooded, &integration)?;
        }
        ensure!(flood.wait()?.success(), "wrk failed");
        rates.push(rate(&fs::read_to_string(&out)?)?);
    }
    let mut part = Part::default();
    part.columns(&["", "healthz ms", "a revocation ms", "times"]);
    for (name, waits) in [("without load", &quiet), ("during a flood of malformed sign-ins", &flooded)] {
        let [healthz, revocation] = waits.medians();
        part.row([name.to_owned(), short(healthz), short(revocation), short(revocation / healthz)]);
    }
    part.notes
        .push(format!("{:.0} malformed sign-ins a second, none of which reaches the registry.", median(rates.clone())));
    let [healthz, revocation] = flooded.medians();
    part.goals.push(Goal::at_most(
        "a revocation during a flood of sign-ins : healthz",
        1.2,
        revocation / healthz,
        "times",
    ));
    part.numbers = json!({ "quiet": quiet, "flooded": flooded, "sign_ins_per_second": rates });
    Ok(part)
}

impl Waits {
    fn medians(&self) -> [f64; 2] {
        [&self.healthz, &self.revocation].map(|waits| median(waits.iter().copied()))
    }
}

struct Admin {
    workerd: Workerd,
    agent: ureq::Agent,
}

impl Admin {
    /// Integrations to be revoked: their ids.
    fn create(&self, count: usize) -> Result<Vec<String>> {
        let body = json!({ "name": "bench", "owner": { "level": "agency", "id": "bench" }, "scopes": [] }).to_string();
        let create = |_| {
            let answer = self.send("POST", "/_tidegate/api/integrations", &body, 201)?;
            let created: Value = serde_json::from_str(&answer)?;
            let id = created.pointer("/integration/id").and_then(Value::as_str);
            Ok(id.context("no id")?.to_owned())
        };
        (0..count).map(create).collect()
    }

    /// Asks for `healthz`, then revokes one.
    fn measure(&self, waits: &mut Waits, integration: &str) -> Result<()> {
        let timed = |work: &dyn Fn() -> Result<String>| {
            let started = Instant::now();
            work()?;
            anyhow::Ok(started.elapsed().as_secs_f64() * 1e3)
        };
        waits.healthz.push(timed(&|| self.send("GET", "/_tidegate/healthz", "", 200))?);
        let path = format!("/_tidegate/api/integrations/{integration}");
        waits.revocation.push(timed(&|| self.send("DELETE", &path, "", 204))?);
        Ok(())
    }

    fn send(&self, method: &str, path: &str, body: &str, expected: u16) -> Result<String> {
        let request = Request::builder().method(method).uri(self.workerd.url(path)).header("host", ADMIN_HOST);
        let request = request.header("authorization", format!("Bearer {OWNER_KEY}")).header("if-match", "\"1\"");
        let request = request.header("content-type", "application/json").body(body.to_owned())?;
        let mut answer = self.agent.run(request).with_context(|| format!("{method} {path}"))?;
        let text = answer.body_mut().read_to_string()?;
        ensure!(answer.status().as_u16() == expected, "{method} {path} answered {}: {text}", answer.status());
        Ok(text)
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    ureq::Agent::new_with_config(config.timeout_global(Some(Duration::from_secs(60))).build())
}

/// wrk, which sends malformed sign-ins as fast as they are answered.
fn flood(workerd: &Workerd, directory: &Path, out: &Path, seconds: u64) -> Result<Command> {
    let headers = directory.join("flood.headers");
    fs::write(&headers, format!("Host: {ADMIN_HOST}\nContent-Type: application/json\nOrigin: http://{ADMIN_HOST}\n"))?;
    let mut wrk = Command::new(tools::ensure("wrk")?);
    wrk.args(["-t1", "-c", "32", "-d", &format!("{seconds}s")]).arg("-s").arg(project::path("bench/load.lua"));
    wrk.arg(workerd.url("/_tidegate/api/session")).env("BENCH_HEADERS", headers).env("BENCH_BODY", MALFORMED);
    wrk.stdout(File::create(out)?);
    Ok(wrk)
}

/// Sign-ins a second, all of which were refused.
fn rate(printed: &str) -> Result<f64> {
    let line = printed.lines().find(|line| line.starts_with('{')).context("wrk printed no result")?;
    let Flood { requests, micros, refused } = serde_json::from_str(line)?;
    ensure!(requests > 0 && refused == requests, "{refused} of {requests} sign-ins were refused");
    Ok(requests as f64 * 1e6 / micros as f64)
}
