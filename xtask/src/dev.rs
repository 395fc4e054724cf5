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
    print_welcome(port, gate.admin_host());
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

fn print_welcome(port: u16, admin_host: &str) {
    let here = std::env::current_dir().ok();
    if here != Some(project::root()) {
        println!("\nThe commands below are for the directory {}.", project::root().display());
    }
    println!("{}", welcome(port, admin_host));
}

/// What is where, and the first calls.
pub fn welcome(port: u16, admin_host: &str) -> String {
    let (api, admin) = (address::api_url(port), format!("http://{admin_host}/_tidegate"));
    let name = admin_host.split(':').next().unwrap_or_default();
    format!(
        "
  The gate      {api}/        in front of the demo API (examples/demo-api)
  The page      {admin}/        in Chrome, Edge or Firefox
  Admin API     {admin}/api/
  Health        {api}/_tidegate/healthz
  Sub-accounts  acme (Acme Dental), globex (Globex Fitness)

  These browsers and curl (from 7.85 on) know that {name} is this machine. Safari does not, nor do other programs: they
  connect to 127.0.0.1, and send that name as Host.

  The owner's key is in .dev.vars. Sign in with it on the page, or read it into your shell:
    OWNER_KEY=$(sed -n 's/^OWNER_KEY=//p' .dev.vars)
  The first call makes an integration of Acme's. Its token is in that answer alone, and goes into a variable:
    TOKEN=$(curl -s --noproxy '*' {admin}/api/integrations -H @- -H 'Content-Type: application/json' \\
      -d '{{\"name\":\"Zapier sync\",\"owner\":{{\"level\":\"sub_account\",\"id\":\"acme\"}},\"scopes\":[\"locations.readonly\"]}}' \\
      <<<\"Authorization: Bearer $OWNER_KEY\" | node -pe 'JSON.parse(fs.readFileSync(0)).token')
  Then call the API with it:
    curl -s --noproxy '*' {api}/locations/acme -H @- <<<\"Authorization: Bearer $TOKEN\"

  Ctrl-C ends both.
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_welcome_says_where_everything_is_and_who_knows_the_name() {
        let told = welcome(9000, "tokens.localhost:9000");
        for part in [
            "The gate      http://localhost:9000/ ",
            "The page      http://tokens.localhost:9000/_tidegate/ ",
            "Admin API     http://tokens.localhost:9000/_tidegate/api/\n",
            "Health        http://localhost:9000/_tidegate/healthz\n",
            "know that tokens.localhost is this machine. Safari does not, nor do other programs",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}
