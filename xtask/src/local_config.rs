//! The configuration of local runs: `wrangler.toml` without routes and `host`, which would replace the host of every request.

use std::fs;

use anyhow::{Context, Result};
use toml::Table;

use crate::project;

const CONFIG: &str = "wrangler.toml";
/// The copy, beside the original, since a configuration's paths start where it is.
const COPY: &str = "wrangler.local.json";

/// The configuration to run: the original, or a copy that keeps the host of each request.
///
/// With `routes` or `[dev] host`, `wrangler dev` gives the Worker one host for all requests, so that one run would serve either the
/// API or the admin plane.
pub fn file() -> Result<&'static str> {
    let text = fs::read_to_string(project::path(CONFIG)).with_context(|| format!("{CONFIG} cannot be read"))?;
    let Some(copy) = with_every_host(&text)? else { return Ok(CONFIG) };
    let path = project::path(COPY);
    if !fs::read_to_string(&path).is_ok_and(|found| found == copy) {
        fs::write(&path, copy).with_context(|| format!("{COPY} cannot be written"))?;
    }
    println!("==> {CONFIG} names routes or a host: running {COPY}, a copy without them");
    Ok(COPY)
}

/// The configuration without routes and host, as JSON; none if it has neither.
fn with_every_host(text: &str) -> Result<Option<String>> {
    let mut config: Table = toml::from_str(text).with_context(|| format!("{CONFIG} is not TOML"))?;
    let mut taken = ["route", "routes"].map(|name| config.remove(name)).to_vec();
    taken.push(config.get_mut("dev").and_then(|dev| dev.as_table_mut()?.remove("host")));
    if taken.iter().all(Option::is_none) {
        return Ok(None);
    }
    Ok(Some(serde_json::to_string_pretty(&config)?))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn copy(text: &str) -> Option<Value> {
        with_every_host(text).unwrap().map(|copy| serde_json::from_str(&copy).unwrap())
    }

    #[test]
    fn routes_and_host_go_and_all_else_stays() {
        let rest = "name = \"tidegate\"\n[[kv_namespaces]]\nbinding = \"TOKENS\"\n[dev]\nport = 8787\n";
        let expected = json!({"name": "tidegate", "kv_namespaces": [{"binding": "TOKENS"}], "dev": {"port": 8787}});
        let routes = "routes = [{ pattern = \"api.example.com\", custom_domain = true }]\n";
        assert_eq!(copy(&format!("{routes}{rest}")), Some(expected.clone()));
        assert_eq!(copy(&format!("route = \"api.example.com/*\"\n{rest}")), Some(expected.clone()));
        assert_eq!(copy(&format!("{rest}host = \"admin.localhost\"\n")), Some(expected));
        assert_eq!(copy(rest), None);
    }

    #[test]
    fn the_configuration_opens_no_door_but_its_routes() {
        let config: Table = toml::from_str(&fs::read_to_string(project::path(CONFIG)).unwrap()).unwrap();
        assert_eq!(config["workers_dev"].as_bool(), Some(false));
        assert_eq!(config["preview_urls"].as_bool(), Some(false));
    }
}
