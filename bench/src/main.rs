//! `cargo xtask bench`: how fast, how large, beside what it should be. Nothing fails by being slow.

mod body;
mod core;
mod counted;
mod doors;
mod http;
mod load;
mod machine;
mod memory;
mod profile;
mod report;
mod start;
mod tools;
mod workerd;
mod world;

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{cli, process, project, setup};
use report::{Part, Report};
use world::World;

/// What is asked for.
pub struct Options {
    /// How often each scenario is measured.
    pub rounds: usize,
    /// How many seconds each time.
    pub seconds: u64,
    /// How many integrations pass through one isolate.
    pub integrations: u64,
}

/// What measures a part, and whether it needs the world of origin and store.
enum Measure {
    Alone(fn(&Options) -> Result<Part>),
    InWorld(fn(&Options, &World) -> Result<Part>),
}

const PARTS: [(&str, Measure); 12] = [
    ("http", Measure::InWorld(http::measure)),
    ("start", Measure::InWorld(start::measure)),
    ("body", Measure::InWorld(body::measure)),
    ("doors", Measure::InWorld(doors::measure)),
    ("memory", Measure::InWorld(memory::measure)),
    ("profile", Measure::InWorld(profile::measure)),
    ("counted", Measure::InWorld(counted::measure)),
    ("core", Measure::Alone(core::native)),
    ("wasm", Measure::Alone(core::wasm)),
    ("instructions", Measure::Alone(core::instructions)),
    ("size", Measure::Alone(core::size)),
    ("compile", Measure::Alone(compile)),
];

/// `cargo xtask bench [PART…] [--rounds N] [--seconds N] [--integrations N] [--markdown]`
pub fn command(mut args: Vec<String>) -> Result<()> {
    let markdown = cli::flag(&mut args, "--markdown");
    let options = Options {
        rounds: number(&mut args, "--rounds", 7)?,
        seconds: number(&mut args, "--seconds", 2)?,
        integrations: number(&mut args, "--integrations", 100_000)?,
    };
    if let Some(unknown) = args.iter().find(|name| PARTS.iter().all(|(part, _)| part != name)) {
        bail!("there is no part {unknown:?}; there are {}", PARTS.map(|(part, _)| part).join(", "));
    }
    let mut report = Report::read();
    if markdown {
        println!("{}", report.markdown());
        return Ok(());
    }
    setup::run()?;
    let mut world: Option<World> = None;
    for (name, measure) in PARTS.iter().filter(|(name, _)| args.is_empty() || args.iter().any(|arg| arg == name)) {
        println!("\n# {name}");
        let part = match measure {
            Measure::Alone(measure) => measure(&options)?,
            Measure::InWorld(measure) => match (&mut world, tools::missing()) {
                (_, Some(why)) => Part::skipped(&why),
                (Some(world), None) => measure(&options, world)?,
                (none, None) => measure(&options, none.insert(World::start()?))?,
            },
        };
        print!("{}", part.text());
        report.put(name, part);
        report.write()?;
    }
    println!("\n{}", report.goals());
    Ok(())
}

fn number<T: std::str::FromStr + PartialOrd + From<u8>>(args: &mut Vec<String>, name: &str, default: T) -> Result<T> {
    let Some(text) = cli::option(args, name)? else { return Ok(default) };
    let number = text.parse().ok().filter(|number| *number >= T::from(1));
    number.with_context(|| format!("{name} wants a number from 1 on"))
}

/// How long a large OpenAPI document takes to compile.
fn compile(_: &Options) -> Result<Part> {
    let mut cargo = Command::new("cargo");
    cargo.args(["bench", "--quiet", "--package", "tidegate-bench", "--bench", "compile"]).current_dir(project::root());
    let mut part = Part::default();
    let status = process::each_line(&mut cargo, |line| part.notes.push(line.to_owned()))?;
    anyhow::ensure!(status.success(), "cargo bench failed");
    Ok(part)
}
