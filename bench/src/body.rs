//! Bodies of 100 MB in both directions: what they cost the gate, and whether `Content-Length` is kept.

use std::io;
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::json;

use crate::candidate::{Candidate, PASS, TIDEGATE};
use crate::load::median;
use crate::machine;
use crate::options::Options;
use crate::report::{Goal, Part, short};
use crate::workerd::Workerd;
use crate::world::{WARM, World};
use xtask::process::Running;
use xtask::{gate, project};

const BYTES: usize = 100_000_000;
/// How many requests go before.
const WARM_UP: usize = 500;

/// One body's numbers.
#[derive(Clone, Copy, serde::Serialize)]
struct Moved {
    cpu_ms: f64,
    wall_ms: f64,
    resident_mb: f64,
    length_kept: bool,
}

/// What the origin says of a body that it got.
#[derive(Deserialize)]
struct Received {
    bytes: usize,
    content_length: Option<String>,
}

/// Measures both directions, alternating between pass-through and gate.
pub fn measure(options: &Options, world: &World) -> Result<Part> {
    let port = gate::free_port()?;
    let _origin = origin(port)?;
    let token = world.integration(WARM).token;
    let start = |candidate: &Candidate| Workerd::candidate(candidate, &world.ports, port, &world.directory);
    let gates = [("pass-through", start(&PASS)?), ("Tidegate", start(&TIDEGATE)?)];
    let body = vec![b'x'; BYTES];
    // What a request takes before its code is compiled is not what a body takes.
    for (_, workerd) in &gates {
        for _ in 0..WARM_UP {
            upload(workerd, world.api.upload, &token, b"x")?;
        }
    }
    let mut moved: [[Vec<Moved>; 2]; 2] = Default::default();
    for _ in 0..options.rounds {
        for ((_, workerd), [up, down]) in gates.iter().zip(&mut moved) {
            up.push(upload(workerd, world.api.upload, &token, &body)?);
            down.push(download(workerd, world.api.target, &token)?);
        }
    }
    let mut part = Part::default();
    part.columns(&["", "CPU ms", "ms", "RSS MB after", "Content-Length"]);
    for ((name, _), ways) in gates.iter().zip(&moved) {
        for (way, runs) in ["up", "down"].iter().zip(ways) {
            let middle = |of: fn(&Moved) -> f64| short(median(runs.iter().map(of)));
            let kept = if runs.iter().all(|run| run.length_kept) { "kept" } else { "lost" };
            let cells =
                [middle(|run| run.cpu_ms), middle(|run| run.wall_ms), middle(|run| run.resident_mb), kept.to_owned()];
            part.row(std::iter::once(format!("{name}: 100 MB {way}")).chain(cells));
        }
    }
    let [pass, tidegate] =
        moved.each_ref().map(|ways| ways.each_ref().map(|runs| median(runs.iter().map(|run| run.cpu_ms))));
    for ((way, pass), tidegate) in ["up", "down"].iter().zip(pass).zip(tidegate) {
        let what = format!("processor time of 100 MB {way}, Tidegate : pass-through");
        part.goals.push(Goal::at_most(&what, 1.1, tidegate / pass, "times"));
    }
    part.numbers = json!({ "pass_up_down": moved[0], "tidegate_up_down": moved[1] });
    Ok(part)
}

fn origin(port: u16) -> Result<Running> {
    let mut node = Command::new("node");
    let origin = Running::start(node.arg(project::path("bench/origin.mjs")).arg(port.to_string()))?;
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        ensure!(Instant::now() < deadline, "the origin does not start");
        thread::sleep(Duration::from_millis(10));
    }
    Ok(origin)
}

fn upload(workerd: &Workerd, target: &str, token: &str, body: &[u8]) -> Result<Moved> {
    during(workerd, || {
        let request = ureq::post(workerd.url(target)).header("authorization", format!("Bearer {token}"));
        let mut answer = request.header("content-type", "application/octet-stream").send(body)?;
        let received: Received = serde_json::from_str(&answer.body_mut().read_to_string()?)?;
        ensure!(received.bytes == body.len(), "{} bytes arrived", received.bytes);
        Ok(received.content_length == Some(body.len().to_string()))
    })
}

fn download(workerd: &Workerd, target: &str, token: &str) -> Result<Moved> {
    during(workerd, || {
        let answer = ureq::get(workerd.url(target)).header("authorization", format!("Bearer {token}")).call()?;
        let length = answer.headers().get("content-length").and_then(|length| length.to_str().ok()).map(str::to_owned);
        let mut reader = answer.into_body().into_with_config().limit(u64::MAX).reader();
        let bytes = io::copy(&mut reader, &mut io::sink()).context("the body broke off")?;
        ensure!(bytes == BYTES as u64, "{bytes} bytes arrived");
        Ok(length == Some(BYTES.to_string()))
    })
}

fn during(workerd: &Workerd, work: impl FnOnce() -> Result<bool>) -> Result<Moved> {
    let (before, started) = (machine::fine_cpu(workerd.pid())?, Instant::now());
    let length_kept = work()?;
    let (wall, cpu) = (started.elapsed(), machine::fine_cpu(workerd.pid())? - before);
    let resident = machine::resident(workerd.pid())? as f64 / 1e6;
    Ok(Moved { cpu_ms: cpu.as_secs_f64() * 1e3, wall_ms: wall.as_secs_f64() * 1e3, resident_mb: resident, length_kept })
}
