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

const GATE: &str = "http://admin.localhost:8787";
const LIMIT: Duration = Duration::from_secs(60);

/// `cargo xtask policy publish …`
pub fn command(mut args: Vec<String>) -> Result<ExitCode> {
    let gate = cli::option(&mut args, "--gate")?.unwrap_or_else(|| GATE.to_owned());
    let is_preview = cli::flag(&mut args, "--preview");
    let publication = publication(args)?;
    let address = Address::parse(&gate)?;
    let key = std::env::var("OWNER_KEY").context("set the variable OWNER_KEY to the owner key")?;
    let (method, path, body) = publication.request(is_preview);
    let published = send(method, address, path, &key, body)?;
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

/// The policy's address on the gate.
struct Address {
    url: String,
    /// What to send as `Host`, where it is not the host of the URL.
    host: Option<String>,
}

impl Address {
    /// The owner key goes there, and so not unencrypted to another machine. A name under `localhost` is this machine, which few
    /// programs know: the connection is made to 127.0.0.1.
    fn parse(gate: &str) -> Result<Self> {
        let uri: Uri = gate.parse().with_context(|| format!("--gate {gate:?}"))?;
        let host = uri.host().unwrap_or_default();
        let is_name = host.ends_with(".localhost");
        let is_here = is_name || ["localhost", "127.0.0.1", "[::1]"].contains(&host);
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_here => {}
            Some("http") => bail!("--gate {gate}: the owner key is not sent over http to another machine; use https"),
            _ => bail!("--gate {gate}: not an address like https://api.example.com"),
        }
        let url = format!("{}/_tidegate/api/policy", gate.trim_end_matches('/'));
        Ok(match uri.authority().filter(|_| is_name && uri.scheme_str() == Some("http")) {
            Some(name) => Self { url: url.replacen(host, "127.0.0.1", 1), host: Some(name.to_string()) },
            None => Self { url, host: None },
        })
    }
}

fn send(method: &str, address: Address, path: &str, key: &str, body: String) -> Result<Published> {
    let url = format!("{}{path}", address.url);
    let request = Request::builder().method(method).uri(&url).header("authorization", format!("Bearer {key}"));
    let request = request.header("content-type", "application/json");
    let request = address.host.into_iter().fold(request, |request, host| request.header("host", host));
    let request = request.body(body).map_err(|_| anyhow!("OWNER_KEY cannot stand in a header"))?;
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent = ureq::Agent::new_with_config(config.timeout_global(Some(LIMIT)).build());
    let mut answer = agent.run(request).with_context(|| format!("{method} {url}"))?;
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
            assert!(Address::parse(gate).unwrap().url.ends_with("/_tidegate/api/policy"), "{gate}");
        }
        assert_eq!(Address::parse("https://a.example/").unwrap().url, "https://a.example/_tidegate/api/policy");
        for gate in ["http://api.example.com", "http://localhost.example.com", "ftp://localhost", "localhost:8787", ""]
        {
            assert!(Address::parse(gate).is_err(), "{gate}");
        }
    }

    #[test]
    fn a_name_under_localhost_is_this_machine() {
        let Address { url, host } = Address::parse("http://admin.localhost:8787").unwrap();
        assert_eq!(url, "http://127.0.0.1:8787/_tidegate/api/policy");
        assert_eq!(host.as_deref(), Some("admin.localhost:8787"));
    }

    #[test]
    fn a_problem_is_told_with_its_report() {
        let text = problem(r#"{"title":"T","detail":"D.","field":"documents","report":{"errors":[{"message":"m"}]}}"#);
        assert!(text.starts_with("T. D. documents\nERRORS (1)"), "{text}");
        assert_eq!(problem("<html>"), "<html>");
    }
}
