//! `cargo xtask policy publish`: sends documents and settings to a running gate.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde_json::Value;
use tidegate::core::openapi::Report;
use ureq::http::{Request, Uri};

use super::files::Documents;
use super::publication::{Publication, Published};
use super::{files_only, settings};
use crate::cli;

const GATE: &str = "http://localhost:8787";
const LIMIT: Duration = Duration::from_secs(60);

/// `cargo xtask policy publish …`
pub fn command(mut args: Vec<String>) -> Result<ExitCode> {
    let gate = cli::option(&mut args, "--gate")?.unwrap_or_else(|| GATE.to_owned());
    let is_preview = cli::flag(&mut args, "--preview");
    let publication = publication(args)?;
    let address = address(&gate)?;
    let key = std::env::var("OWNER_KEY").context("set the variable OWNER_KEY to the owner key")?;
    let (method, path, body) = publication.request(is_preview);
    let published = send(method, &format!("{address}{path}"), &key, body)?;
    let what = match published.changed {
        _ if is_preview => "nothing was published; in force is",
        true => "published:",
        false => "nothing changed; still in force is",
    };
    println!("{published}{what} revision {} at {gate}", published.rev);
    Ok(ExitCode::SUCCESS)
}

fn publication(mut args: Vec<String>) -> Result<Publication> {
    let settings = settings::take(&mut args, "--settings")?;
    let (document, removed) = (cli::option(&mut args, "--document")?, cli::option(&mut args, "--remove")?);
    files_only(&args)?;
    match (document, removed, args.as_slice()) {
        (Some(name), None, [file]) => {
            let documents = Documents::read(&[file])?;
            let text = documents.only()?;
            Publication::change(Some((&name, Some(text))), settings.as_ref())
        }
        (Some(_), None, _) => bail!("--document NAME needs one FILE"),
        (None, Some(name), []) => Publication::change(Some((&name, None)), settings.as_ref()),
        (_, Some(_), _) => bail!("--remove NAME takes neither FILE nor --document"),
        (None, None, []) => Publication::change(None, settings.as_ref()),
        (None, None, files) => {
            let (documents, settings) = (Documents::read(files)?, settings.context("--settings is needed")?);
            documents.policy(&settings)?; // Errors with the files' names are told here, before anything is sent.
            Publication::whole(&documents, &settings)
        }
    }
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

fn send(method: &str, address: &str, key: &str, body: String) -> Result<Published> {
    let request = Request::builder()
        .method(method)
        .uri(address)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .body(body)
        .map_err(|_| anyhow!("OWNER_KEY cannot stand in a header"))?;
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent = ureq::Agent::new_with_config(config.timeout_global(Some(LIMIT)).build());
    let mut answer = agent.run(request).with_context(|| format!("{method} {address}"))?;
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
    fn a_problem_is_told_with_its_report() {
        let text = problem(r#"{"title":"T","detail":"D.","field":"documents","report":{"errors":[{"message":"m"}]}}"#);
        assert!(text.starts_with("T. D. documents\nERRORS (1)"), "{text}");
        assert_eq!(problem("<html>"), "<html>");
    }
}
