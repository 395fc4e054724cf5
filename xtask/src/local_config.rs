//! The configurations of local runs: `wrangler.toml` without what is for a deployment, and the demo API's.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use toml::{Table, Value};

use crate::project;

const CONFIG: &str = "wrangler.toml";
/// The copy, beside the original, since a configuration's paths start where it is.
const COPY: &str = "wrangler.local.json";
/// The service binding to where granted requests go.
const ORIGIN: &str = "ORIGIN";

const DEMO: &str = "examples/demo-api";
const DEMO_NAME: &str = "tidegate-demo-api";
/// The state of `cargo xtask dev` and `npm run dev`.
const USUAL_STATE: &str = ".wrangler/state";

/// The configuration to run: the original, or a copy that keeps the host of each request and has the demo API as origin.
///
/// With `routes` or `[dev] host`, `wrangler dev` gives the Worker one host for all requests, so that one run would serve either the
/// API or the admin plane. With an origin of its own, what is tried out here would reach the real API.
pub fn file() -> Result<&'static str> {
    let Some(copy) = local(&read(CONFIG)?)? else { return Ok(CONFIG) };
    write(&project::path(COPY), &copy)?;
    println!(
        "==> {CONFIG} names routes, a host or an origin: running {COPY}, a copy without them, in front of the demo API"
    );
    Ok(COPY)
}

/// Where the gate's state is, unless somebody names another place.
pub fn usual_state() -> PathBuf {
    project::path(USUAL_STATE)
}

/// The demo API's configuration for a gate with this state; its `.dev.vars` are beside it. A gate with another state than the usual
/// one takes other keys, so it has a copy of its own.
pub fn demo(state: &Path) -> Result<PathBuf> {
    let directory = project::path(DEMO);
    if state == usual_state() {
        return Ok(directory.join(CONFIG));
    }
    let copy = state.join("demo-api");
    fs::create_dir_all(&copy).with_context(|| format!("{} cannot be made", copy.display()))?;
    let copy = copy.join("wrangler.json");
    write(&copy, &at_another_place(&read(&format!("{DEMO}/{CONFIG}"))?, &directory)?)?;
    Ok(copy)
}

fn read(file: &str) -> Result<String> {
    fs::read_to_string(project::path(file)).with_context(|| format!("{file} cannot be read"))
}

fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(()); // a run beside this one would start again
    }
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

/// The configuration without routes and host, and with the demo API as origin, as JSON; none if it is so.
fn local(text: &str) -> Result<Option<String>> {
    let config: Table = toml::from_str(text).with_context(|| format!("{CONFIG} is not TOML"))?;
    let mut local = config.clone();
    for (table, name) in [(None, "route"), (None, "routes"), (Some("dev"), "host"), (Some("vars"), "ORIGIN_URL")] {
        let table = match table {
            Some(table) => local.get_mut(table).and_then(Value::as_table_mut),
            None => Some(&mut local),
        };
        table.and_then(|table| table.remove(name));
    }
    bind_demo(&mut local)?;
    Ok(if local == config { None } else { Some(serde_json::to_string_pretty(&local)?) })
}

fn bind_demo(config: &mut Table) -> Result<()> {
    let demo = Table::from_iter([("binding", ORIGIN), ("service", DEMO_NAME)].map(|(k, v)| (k.to_owned(), v.into())));
    let services = config.entry("services").or_insert_with(|| Value::Array(vec![]));
    let services = services.as_array_mut().with_context(|| format!("{CONFIG}: services is not a list"))?;
    let is_origin = |service: &&mut Value| service.get("binding").and_then(Value::as_str) == Some(ORIGIN);
    match services.iter_mut().find(is_origin) {
        Some(origin) => *origin = demo.into(),
        None => services.push(demo.into()),
    }
    Ok(())
}

/// The demo API's configuration as JSON, for another directory than its own.
fn at_another_place(text: &str, directory: &Path) -> Result<String> {
    let mut config: Table = toml::from_str(text).context("the demo API's configuration is not TOML")?;
    let main = config.get("main").and_then(Value::as_str).context("the demo API's configuration has no main")?;
    let main = directory.join(main).display().to_string();
    config.insert("main".to_owned(), main.into());
    Ok(serde_json::to_string_pretty(&config)?)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn copy(text: &str) -> Option<Value> {
        local(text).unwrap().map(|copy| serde_json::from_str(&copy).unwrap())
    }

    const ORIGIN_BINDING: &str = "[[services]]\nbinding = \"ORIGIN\"\nservice = \"tidegate-demo-api\"\n";

    #[test]
    fn routes_and_host_go_and_all_else_stays() {
        let rest = format!(
            "name = \"tidegate\"\n[[kv_namespaces]]\nbinding = \"TOKENS\"\n{ORIGIN_BINDING}[dev]\nport = 8787\n"
        );
        let services = json!([{"binding": "ORIGIN", "service": "tidegate-demo-api"}]);
        let expected = json!({"name": "tidegate", "kv_namespaces": [{"binding": "TOKENS"}], "services": services, "dev": {"port": 8787}});
        let routes = "routes = [{ pattern = \"api.example.com\", custom_domain = true }]\n";
        assert_eq!(copy(&format!("{routes}{rest}")), Some(expected.clone()));
        assert_eq!(copy(&format!("route = \"api.example.com/*\"\n{rest}")), Some(expected.clone()));
        assert_eq!(copy(&format!("{rest}host = \"admin.localhost\"\n")), Some(expected));
        assert_eq!(copy(&rest), None);
    }

    #[test]
    fn the_origin_is_the_demo_api() {
        let other = "[[services]]\nbinding = \"OTHER\"\nservice = \"other\"\n";
        let demo = json!({"binding": "ORIGIN", "service": "tidegate-demo-api"});
        let with_other = json!({"services": [demo, {"binding": "OTHER", "service": "other"}]});
        let own = ORIGIN_BINDING.replace("tidegate-demo-api", "api") + "entrypoint = \"Admin\"\n";
        assert_eq!(copy(&format!("{own}{other}")), Some(with_other));
        let url = "[vars]\nORIGIN_URL = \"https://origin.example.com\"\nREALM = \"api\"\n";
        let expected = json!({"services": [demo], "vars": {"REALM": "api"}});
        assert_eq!(copy(url), Some(expected.clone()));
        assert_eq!(copy(&format!("{ORIGIN_BINDING}{url}")), Some(expected));
        assert_eq!(copy(&format!("{ORIGIN_BINDING}{other}")), None);
        assert!(local("services = 1").is_err());
    }

    #[test]
    fn only_the_usual_state_has_the_demo_apis_own_variables() {
        assert_eq!(demo(&usual_state()).unwrap(), project::path("examples/demo-api/wrangler.toml"));
        let state = std::env::temp_dir().join(format!("tidegate-state-{}", std::process::id()));
        let copied = demo(&state).unwrap();
        let config: Value = serde_json::from_str(&fs::read_to_string(&copied).unwrap()).unwrap();
        fs::remove_dir_all(&state).unwrap();
        assert!(copied.starts_with(&state), "{}", copied.display());
        let main = project::path("examples/demo-api/src/index.js");
        assert_eq!((config["main"].as_str(), main.is_file()), (main.to_str(), true));
        assert_eq!(config["services"], json!([{"binding": "GATE", "service": "tidegate"}]));
    }

    #[test]
    fn a_configuration_opens_no_door_but_its_routes() {
        for file in [CONFIG, "examples/demo-api/wrangler.toml"] {
            let config: Table = toml::from_str(&read(file).unwrap()).unwrap();
            for door in ["workers_dev", "preview_urls"] {
                assert_eq!(config.get(door).and_then(toml::Value::as_bool), Some(false), "{file}: {door}");
            }
        }
    }
}
