//! Delays at a fixed rate: half of the most that pass-through answers. At a server's limit, a delay would only show the queue.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::candidate::{PASS, TIDEGATE};
use crate::load::{Load, median};
use crate::options::Options;
use crate::report::{Goal, Part, short};
use crate::tools;
use crate::world::{WARM, World};
use xtask::process;

/// Connections, which are kept alive; each sends at its share of the rate.
const CONNECTIONS: u32 = 32;
/// Seconds of a round that are not counted: connections are opened, engines compile.
const WARM_UP: f64 = 1.0;
/// How many seconds a round lasts for each second that the options ask for: a 99.9th percentile wants many answers.
const LONGER: u64 = 5;

/// Two percentiles of one round, in microseconds.
#[derive(Clone, Copy, serde::Serialize)]
struct Delays {
    p99_us: f64,
    p999_us: f64,
}

/// Measures pass-through and gate alternately.
pub fn measure(options: &Options, world: &World) -> Result<Part> {
    let h2load = match tools::ensure("nghttp2-client") {
        Ok(h2load) => h2load,
        Err(error) => return Ok(Part::skipped(&format!("{error:#}"))),
    };
    let headers = world.headers("rate", Some(&world.integration(WARM).token))?;
    let (pass, tidegate) = (world.candidate(&PASS)?, world.candidate(&TIDEGATE)?);
    let urls = [pass.url(world.api.target), tidegate.url(world.api.target)];
    for (url, pid) in urls.iter().zip([pass.pid(), tidegate.pid()]) {
        load(url, &headers, pid).run(2)?; // engines compile what is hot
    }
    let capacity = load(&urls[0], &headers, pass.pid()).run(options.seconds)?.rate;
    let rate = capacity / 2.0;
    let seconds = options.seconds * LONGER;
    let (mut of_pass, mut of_gate) = (Vec::new(), Vec::new());
    for round in 0..options.rounds {
        eprintln!("round {} of {}", round + 1, options.rounds);
        of_pass.push(delays(h2load, world, &urls[0], &headers, rate, seconds)?);
        of_gate.push(delays(h2load, world, &urls[1], &headers, rate, seconds)?);
    }
    Ok(part(options, rate, &of_pass, &of_gate))
}

fn load<'a>(url: &'a str, headers: &'a Path, pid: u32) -> Load<'a> {
    Load { url, headers, tokens: None, pid, status: 200, stray: 0 }
}

fn delays(h2load: &str, world: &World, url: &str, headers: &Path, rate: f64, seconds: u64) -> Result<Delays> {
    let log = world.directory.join("h2load.log");
    let _ = fs::remove_file(&log); // it is appended to
    let mut command = Command::new(h2load);
    command.args(["--h1", "-t1", "-c", &CONNECTIONS.to_string()]);
    // By number, not by time: with a rate and HTTP/1.1, h2load continues after the end of its time without a pause.
    let requests = rate * (seconds as f64 + WARM_UP);
    command.args(["-n", &format!("{requests:.0}")]);
    command.arg(format!("--rps={:.3}", rate / f64::from(CONNECTIONS))).arg(format!("--log-file={}", log.display()));
    // The token is in a file of its own, but h2load takes header fields only on its command line. The token belongs to the bench, and is
    // of use nowhere else.
    for line in fs::read_to_string(headers)?.lines() {
        // A `Host` beside the one that h2load sends makes two; by this name it is in its place.
        command.args(["-H", &line.replacen("Host: ", ":authority: ", 1)]);
    }
    process::output(command.arg(url))?;
    let mut answers = Vec::new();
    for line in fs::read_to_string(&log).context("h2load wrote no log")?.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [begun_us, status, delay_us] = cells.as_slice() else { continue };
        ensure!(*status == "200", "{url}: {status}");
        answers.push((begun_us.parse::<f64>()?, delay_us.parse::<f64>()?));
    }
    let (first, last) = answers
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(first, last), (begun, _)| (first.min(*begun), last.max(*begun)));
    let took = (last - first) / 1e6;
    ensure!(took < (seconds as f64 + WARM_UP) * 1.1, "{url}: {took:.1} s for {requests:.0} requests: not at this rate");
    let counted = answers.into_iter().filter(|(begun, _)| *begun > first + WARM_UP * 1e6);
    let mut delays: Vec<f64> = counted.map(|(_, delay)| delay).collect();
    delays.sort_by(f64::total_cmp);
    let at = |share: f64| delays.get((delays.len() as f64 * share) as usize).copied().context("too few answers");
    Ok(Delays { p99_us: at(0.99)?, p999_us: at(0.999)? })
}

fn part(options: &Options, rate: f64, pass: &[Delays], gate: &[Delays]) -> Part {
    let mut part = Part::default();
    part.columns(&["", "p99 ms", "p99.9 ms"]);
    let middle = |all: &[Delays], of: fn(&Delays) -> f64| median(all.iter().map(of));
    for (name, all) in [("pass-through", pass), ("Tidegate: granted, warm record", gate)] {
        let millis = |of| short(middle(all, of) / 1000.0);
        part.row([name.to_owned(), millis(|delays| delays.p99_us), millis(|delays| delays.p999_us)]);
    }
    part.notes.push(format!(
        "{rate:.0} requests a second, half of what pass-through answers at most; {} rounds of {} s.",
        options.rounds,
        options.seconds * LONGER
    ));
    let ratio = |what: &str, of: fn(&Delays) -> f64| {
        let times = median(gate.iter().zip(pass).map(|(gate, pass)| of(gate) / of(pass)));
        Goal::at_most(&format!("{what} at a fixed rate, Tidegate : pass-through"), 1.1, times, "times")
    };
    part.goals = vec![ratio("p99", |delays| delays.p99_us), ratio("p99.9", |delays| delays.p999_us)];
    part.numbers = json!({ "pass": pass, "tidegate": gate });
    part
}
