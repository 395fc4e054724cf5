//! `cargo xtask bench`: how fast and how large the gate is, compared with its goals. Being slow fails nothing.

mod api;
mod body;
mod bundle;
mod candidate;
mod core;
mod counted;
mod doors;
mod http;
mod large;
mod load;
mod machine;
mod memory;
mod nginx;
mod options;
mod ports;
mod profile;
mod rate;
mod report;
mod rewrite;
mod start;
mod tools;
mod workerd;
mod world;

use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Parser;
use clap::builder::{PossibleValue, PossibleValuesParser};
use options::Options;
use report::{Part, Report};
use world::World;
use xtask::{process, project, setup};

/// Measure, print goals beside results, and write target/bench.json
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench", max_term_width = 120)]
struct Arguments {
    /// What to measure; everything, if none is named
    #[arg(value_name = "PART", value_parser = PossibleValuesParser::new(PARTS.map(possible)))]
    parts: Vec<String>,
    #[command(flatten)]
    options: Options,
    /// Measure nothing: print the tables of the last run as Markdown
    #[arg(long)]
    markdown: bool,
}

/// What measures a part, and whether it needs the world of origin and store.
enum Measure {
    Alone(fn(&Options) -> Result<Part>),
    InWorld(fn(&Options, &World) -> Result<Part>),
}

/// The parts: their names, what they measure, and how.
const PARTS: [(&str, &str, Measure); 15] = [
    ("http", "The gate against other gates, in raw workerd", Measure::InWorld(http::measure)),
    ("rate", "Delays at a fixed rate", Measure::InWorld(rate::measure)),
    ("start", "The first requests of a new isolate", Measure::InWorld(start::measure)),
    ("body", "Bodies of 100 MB, up and down", Measure::InWorld(body::measure)),
    ("doors", "A revocation during a flood of sign-ins", Measure::InWorld(doors::measure)),
    ("memory", "Memory while many integrations pass through one isolate", Measure::InWorld(memory::measure)),
    (
        "large",
        "A policy of 20,000 operations: its first answer, and what an isolate holds",
        Measure::InWorld(large::measure),
    ),
    ("profile", "Where the time of a granted request goes", Measure::InWorld(profile::measure)),
    ("counted", "Instructions of a granted request, in the whole process", Measure::InWorld(counted::measure)),
    ("core", "The rules, natively", Measure::Alone(core::native)),
    ("wasm", "The rules, as WASM", Measure::Alone(core::wasm)),
    ("instructions", "Instructions of the rules", Measure::Alone(core::instructions)),
    ("size", "How large the WASM files are", Measure::Alone(core::size)),
    ("compile", "How long large OpenAPI documents take to compile", Measure::Alone(compile)),
    ("rewrite", "How long KV is written afresh after an upgrade", Measure::Alone(rewrite::measure)),
];

fn possible((name, what, _): (&'static str, &'static str, Measure)) -> PossibleValue {
    PossibleValue::new(name).help(what)
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(Arguments { parts, options, markdown }: &Arguments) -> Result<()> {
    process::end_children_on_interrupt()?;
    let mut report = Report::read();
    if *markdown {
        println!("{}", report.markdown());
        return Ok(());
    }
    setup::run()?;
    let mut world: Option<World> = None;
    let is_asked_for = |name: &str| parts.is_empty() || parts.iter().any(|part| part == name);
    for (name, _, measure) in PARTS.iter().filter(|(name, ..)| is_asked_for(name)) {
        println!("\n# {name}");
        let part = match measure {
            Measure::Alone(measure) => measure(options)?,
            Measure::InWorld(measure) => match (&mut world, tools::missing()) {
                (_, Some(why)) => Part::skipped(&why),
                (Some(world), None) => measure(options, world)?,
                (none, None) => measure(options, none.insert(World::start()?))?,
            },
        };
        print!("{}", part.text());
        report.put(name, part);
        report.write()?;
    }
    println!("\n{}", report.goals());
    Ok(())
}

/// How long a large OpenAPI document takes to compile.
fn compile(_: &Options) -> Result<Part> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["bench", "--quiet", "--package", "tidegate-bench-rules", "--bench", "compile"])
        .current_dir(project::root());
    let mut part = Part::default();
    let status = process::each_line(&mut cargo, |line| part.notes.push(line.to_owned()))?;
    anyhow::ensure!(status.success(), "cargo bench failed");
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_every_part() {
        use clap::CommandFactory;
        let help = Arguments::command().render_long_help().to_string();
        for (name, what, _) in PARTS {
            assert!(help.contains(&format!("- {name}:")) && help.contains(what), "{name}: {help}");
        }
        assert!(Arguments::try_parse_from(["bench", "nothing"]).is_err());
        assert!(Arguments::try_parse_from(["bench", "http", "--rounds", "0"]).is_err());
    }
}
