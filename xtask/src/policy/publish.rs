//! `cargo xtask policy publish`: sends documents and settings to a running gate.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use tidegate::core::openapi::{Report, Settings};
use ureq::http::{Request, Uri};

use super::files::Documents;
use super::{files_only, settings};
use crate::cli;

const GATE: &str = "http://localhost:8787";
const LIMIT: Duration = Duration::from_secs(60);

/// `cargo xtask policy publish FILE… --settings F [--gate URL]`
pub fn command(mut args: Vec<String>) -> Result<ExitCode> {
    let gate = cli::option(&mut args, "--gate")?.unwrap_or_else(|| GATE.to_owned());
    let settings = settings::take(&mut args, "--settings")?.context("--settings is needed")?;
    files_only(&args)?;
    let address = address(&gate)?;
    let key = std::env::var("OWNER_KEY").context("set the variable OWNER_KEY to the owner key")?;
    let documents = Documents::read(&args)?;
    documents.policy(&settings)?; // Errors with the files' names are told here, before anything is sent.
    let published = send(&address, &key, body(&documents, &settings)?)?;
    let what = if published.changed { "published" } else { "nothing changed, still" };
    println!("{}{what}: revision {} at {gate}", published.report, published.rev);
    Ok(ExitCode::SUCCESS)
}

/// What the gate answers.
#[derive(Deserialize)]
struct Published {
    rev: u64,
    changed: bool,
    report: Report,
}

#[derive(Serialize)]
struct Body<'a> {
    documents: Vec<Box<RawValue>>,
    settings: &'a Settings,
}

/// JSON goes as it is, for a parsed one would have lost keys that stand twice; YAML goes as a string.
fn body(documents: &Documents, settings: &Settings) -> Result<String> {
    let raw = |text: &String| match serde_json::from_str::<&RawValue>(text.trim_start_matches('\u{feff}')) {
        Ok(json) => Ok(json.to_owned()),
        Err(_) => to_raw_value(text),
    };
    let documents = documents.texts.iter().map(raw).collect::<Result<_, _>>()?;
    Ok(serde_json::to_string(&Body { documents, settings })?)
}

/// The policy's address on the gate. The owner key goes there, and so not unencrypted to another machine.
fn address(gate: &str) -> Result<String> {
    let uri: Uri = gate.parse().with_context(|| format!("--gate {gate:?}"))?;
    let host = uri.host().unwrap_or_default();
    let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if is_here => {}
        Some("http") => bail!("--gate {gate}: the owner key is not sent over http to another machine; use https"),
        _ => bail!("--gate {gate}: not an address like https://api.example.com"),
    }
    Ok(format!("{}/_tidegate/api/policy", gate.trim_end_matches('/')))
}

fn send(address: &str, key: &str, body: String) -> Result<Published> {
    let request = Request::put(address)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .body(body)
        .map_err(|_| anyhow!("OWNER_KEY cannot stand in a header"))?;
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent = ureq::Agent::new_with_config(config.timeout_global(Some(LIMIT)).build());
    let mut answer = agent.run(request).with_context(|| format!("PUT {address}"))?;
    let status = answer.status();
    let text = answer.body_mut().read_to_string()?;
    if !status.is_success() {
        bail!("the gate answered {}: {}", status.as_u16(), problem(&text));
    }
    serde_json::from_str(&text).context("the gate's answer is not as expected")
}

/// What a problem (RFC 9457) says; anything else as it is.
fn problem(text: &str) -> String {
    let Ok(problem) = serde_json::from_str::<Value>(text) else { return text.chars().take(500).collect() };
    let part = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default();
    let report = problem.get("report").and_then(|report| Report::deserialize(report).ok());
    let report = report.map(|report| format!("\n{report}")).unwrap_or_default();
    let words = [format!("{}.", part("title")), part("detail").to_owned(), part("field").to_owned()];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ") + &report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_key_is_not_sent_in_the_clear() {
        for gate in ["https://api.example.com", "https://api.example.com/", "http://localhost:8787", "http://[::1]:1"] {
            assert!(address(gate).unwrap().ends_with("/_tidegate/api/policy"), "{gate}");
        }
        assert_eq!(address("https://a.example/").unwrap(), "https://a.example/_tidegate/api/policy");
        for gate in ["http://api.example.com", "http://localhost.example.com", "ftp://localhost", "localhost:8787", ""]
        {
            assert!(address(gate).is_err(), "{gate}");
        }
    }

    #[test]
    fn json_is_sent_as_it_is_and_yaml_as_text() {
        let texts = vec!["\u{feff}{\"a\": 1, \"a\": 2}".to_owned(), "openapi: 3.0.3\n".to_owned()];
        let documents = Documents { texts, ..Documents::default() };
        let sent = body(&documents, &Settings::default()).unwrap();
        assert!(sent.starts_with(r#"{"documents":[{"a": 1, "a": 2},"openapi: 3.0.3\n"],"settings":{"#), "{sent}");
    }

    #[test]
    fn a_problem_is_told_with_its_report() {
        let text = problem(r#"{"title":"T","detail":"D.","field":"documents","report":{"errors":[{"message":"m"}]}}"#);
        assert!(text.starts_with("T. D. documents\nERRORS (1)"), "{text}");
        assert_eq!(problem("<html>"), "<html>");
    }
}
