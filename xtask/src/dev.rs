//! `cargo xtask dev`: the gate and the demo API on this machine; with `--sso` an identity provider too.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::gate::{Gate, Options, Server};
use crate::step::step;
use crate::{address, build, cli, demo, dev_vars, gate, local_config, process, project, sso};

/// `cargo xtask dev [--port N] [--state DIR] [--sso] [--once-ready-run CMD]`
pub fn command(mut args: Vec<String>) -> Result<ExitCode> {
    let port = cli::option(&mut args, "--port")?;
    let port = port.map_or(Ok(address::PORT), |port| port.parse()).context("--port is not a port")?;
    let state = cli::option(&mut args, "--state")?.map_or_else(local_config::usual_state, PathBuf::from);
    let state = std::path::absolute(state)?;
    let once_ready = cli::option(&mut args, "--once-ready-run")?;
    let has_sso = cli::flag(&mut args, "--sso");
    cli::nothing(&args)?;

    gate::ensure_free(port)?;
    dev_vars::ensure()?; // before the build, which takes minutes
    build::run(&build::GATE)?;
    let provider = if has_sso { Some(sso::Provider::start(&gate::admin_host(port)?)?) } else { None };
    let variables = provider.as_ref().map(sso::Provider::variables).unwrap_or_default();
    let mut gate = start(&Options { server: Server::Wrangler, port, state, log: None, variables })?;
    if has_sso {
        sso::add_people(&demo::Admin::of(&gate)?)?;
    }
    if let Some(command) = once_ready {
        return process::exit_code(Command::new("bash").args(["-c", &command]));
    }
    print_welcome(&gate);
    if has_sso {
        sso::print_people();
    }
    bail!("wrangler dev ended: {}", gate.wait()?)
}

/// Starts a built gate, with secrets, the demo API's policy and its sub-accounts.
pub fn start(options: &Options) -> Result<Gate> {
    dev_vars::ensure()?;
    std::fs::create_dir_all(&options.state).with_context(|| format!("{}", options.state.display()))?;
    let gate = Gate::start(options)?;
    step("Loading the demo API's policy and sub-accounts", || demo::load(&gate, &options.state))?;
    // Only `wrangler dev` is for people, who look at events; the demo API reads its key as it starts.
    match options.server {
        Server::Wrangler if demo::hand_key(&gate, &options.state)? => {
            drop(gate);
            step("Starting again, with a key for the demo API's events", || Gate::start(options))
        }
        Server::Wrangler | Server::Workerd => Ok(gate),
    }
}

fn print_welcome(gate: &Gate) {
    let key_command = "OWNER_KEY=$(sed -n 's/^OWNER_KEY=//p' .dev.vars)";
    let here = std::env::current_dir().ok();
    if here != Some(project::root()) {
        println!("\nThe commands below are for the directory {}.", project::root().display());
    }
    println!(
        "
  The gate      {}        in front of the demo API (examples/demo-api)
  The page      {}        in a browser
  Admin API     {}
  Health        {}
  Sub-accounts  acme (Acme Dental), globex (Globex Fitness)

  Browsers and curl know that {} is this machine. Other programs do not: they connect
  to 127.0.0.1, and send that name as Host.

  The owner's key is in .dev.vars. Sign in with it on the page, or read it into your shell:
    {key_command}
  The first call makes an integration of Acme's. Its token is in that answer alone, and goes into a variable:
    TOKEN=$(curl -s {} -H @- -H 'Content-Type: application/json' \\
      -d '{{\"name\":\"Zapier sync\",\"owner\":{{\"level\":\"sub_account\",\"id\":\"acme\"}},\"scopes\":[\"locations.readonly\"]}}' \\
      <<<\"Authorization: Bearer $OWNER_KEY\" | node -pe 'JSON.parse(fs.readFileSync(0)).token')
  Then call the API with it:
    curl -s {} -H @- <<<\"Authorization: Bearer $TOKEN\"

  Ctrl-C ends both.
",
        gate.address("/"),
        gate.admin_address("/_tidegate/"),
        gate.admin_address("/_tidegate/api/"),
        gate.address("/_tidegate/healthz"),
        gate.admin_host().split(':').next().unwrap_or_default(),
        gate.admin_address("/_tidegate/api/integrations"),
        gate.address("/locations/acme"),
    );
}
