//! A running gate, as its admin API.

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use ureq::http::{Request, StatusCode, Uri};

use crate::exit::Failure;
use crate::key::Key;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The longest answer that is read.
const MAX_ANSWER_BYTES: u64 = 64 * 1024 * 1024;

/// The address of a gate's admin API.
#[derive(Clone, Debug)]
pub struct Gate {
    /// As it was given.
    address: String,
    /// Where the connection is made.
    url: String,
    /// What to send as `Host`, where it is not the host of the URL.
    host: Option<String>,
    /// It is this machine's, so no proxy is asked: the key would go to it unencrypted.
    is_here: bool,
}

/// A request to the admin API.
#[derive(Default)]
pub struct Call<'a> {
    /// The method.
    pub method: &'static str,
    /// The path below `/_tidegate/api`, with the query.
    pub path: &'a str,
    /// The revision that a change is based on (`If-Match`).
    pub base: Option<u64>,
    /// JSON.
    pub body: Option<String>,
}

/// The address is not one that a key may be sent to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Not an `http` or `https` URL of a host alone.
    #[error("it is not an address like https://api.example.com")]
    Form,
    /// Another machine, without encryption.
    #[error("a key is not sent over http to another machine; use https")]
    Unencrypted,
}

/// The address, as it was given.
impl fmt::Display for Gate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.address)
    }
}

impl Gate {
    /// Reads an address. A key is sent there, so an `http` address must be this machine's. A name under `localhost` is
    /// this machine too (RFC 6761), which few resolvers know: the connection is made to 127.0.0.1.
    pub fn parse(address: &str) -> Result<Self, InvalidAddress> {
        let uri: Uri = address.parse().map_err(|_| InvalidAddress::Form)?;
        let (host, authority) = (uri.host().unwrap_or_default(), uri.authority().ok_or(InvalidAddress::Form)?);
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.as_str().contains('@') {
            return Err(InvalidAddress::Form);
        }
        let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let is_name = name.ends_with(".localhost");
        let is_here = is_name || name == "localhost" || ["127.0.0.1", "[::1]"].contains(&host);
        let scheme = match uri.scheme_str() {
            Some("http") if !is_here => return Err(InvalidAddress::Unencrypted),
            Some(scheme @ ("http" | "https")) => scheme,
            _ => return Err(InvalidAddress::Form),
        };
        let at = |host: &str| uri.port_u16().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let target: &str = match (is_name, is_here) {
            (true, _) => "127.0.0.1",
            (false, true) => &name,
            (false, false) => host,
        };
        let url = format!("{scheme}://{}", at(target));
        Ok(Self { address: address.to_owned(), url, host: is_name.then(|| at(&name)), is_here })
    }

    /// Asks the admin API, and gives the JSON that it answers; `null` where it answers with nothing. Redirects are not followed.
    ///
    /// # Errors
    /// [`Failure::Refused`] for any status but 2xx, [`Failure::Unreachable`] without an answer of a gate.
    pub fn send(&self, key: &Key, call: Call<'_>) -> Result<Value, Failure> {
        let Answer { status, text, .. } = self.answer(key, &call)?;
        match serde_json::from_str(&text) {
            Ok(json) => Ok(json),
            Err(_) if status == StatusCode::NO_CONTENT => Ok(Value::Null),
            Err(_) => Err(self.unreachable(&call, &"the answer is not JSON, so it is not a gate's")),
        }
    }

    /// Asks for a part of a file; gives its text, and the cursor of the part that follows.
    ///
    /// # Errors
    /// Those of [`Gate::send`].
    pub fn text(&self, key: &Key, path: &str) -> Result<(String, Option<String>), Failure> {
        let Answer { text, next, .. } = self.answer(key, &Call { method: "GET", path, ..Call::default() })?;
        Ok((text, next))
    }

    /// A successful answer.
    fn answer(&self, key: &Key, call: &Call<'_>) -> Result<Answer, Failure> {
        let unreachable = |error: &dyn fmt::Display| self.unreachable(call, error);
        let Call { method, base, body, .. } = call;
        let authorization = key.authorization().map_err(|error| unreachable(&error))?;
        let mut request =
            Request::builder().method(*method).uri(self.url_of(call)).header("authorization", authorization);
        if let Some(host) = &self.host {
            request = request.header("host", host);
        }
        if let Some(rev) = base {
            request = request.header("if-match", format!("\"{rev}\""));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        // Without a body there is no `Content-Length` either: a gate takes none with `GET`.
        let sent = match body {
            Some(body) => request.body(body.clone()).map(|request| self.agent().run(request)),
            None => request.body(()).map(|request| self.agent().run(request)),
        };
        let mut answer = sent.map_err(|error| unreachable(&error))?.map_err(|error| unreachable(&error))?;
        let (status, next) = (answer.status(), answer.headers().get(NEXT_CURSOR).cloned());
        let next = next.and_then(|next| next.to_str().ok().map(str::to_owned));
        let text = answer.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_string();
        let text = text.map_err(|error| unreachable(&error))?;
        if status.is_success() {
            return Ok(Answer { status, text, next });
        }
        let problem = serde_json::from_str(&text).unwrap_or_else(|_| text.into());
        Err(Failure::Refused { status: status.as_u16(), problem })
    }

    fn agent(&self) -> ureq::Agent {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let config = config.timeout_global(Some(TIMEOUT));
        ureq::Agent::new_with_config(if self.is_here { config.proxy(None) } else { config }.build())
    }

    fn url_of(&self, call: &Call<'_>) -> String {
        format!("{}/_tidegate/api{}", self.url, call.path)
    }

    fn unreachable(&self, call: &Call<'_>, error: &dyn fmt::Display) -> Failure {
        Failure::Unreachable(format!("{} {}: {error}", call.method, self.url_of(call)))
    }
}

/// A successful answer.
struct Answer {
    status: StatusCode,
    text: String,
    /// The cursor of an export's next part.
    next: Option<String>,
}

/// The field with that cursor.
const NEXT_CURSOR: &str = "tidegate-next-cursor";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_sent_unencrypted_to_another_machine() {
        for address in ["https://api.example.com", "https://a.example/", "http://localhost:8787", "http://[::1]:1"] {
            assert_eq!(Gate::parse(address).unwrap().url, address.trim_end_matches('/'));
        }
        for address in ["http://api.example.com", "http://localhost.example.com", "http://127.0.0.1.example.com"] {
            assert_eq!(Gate::parse(address).unwrap_err(), InvalidAddress::Unencrypted, "{address}");
        }
    }

    #[test]
    fn an_address_is_a_host_alone() {
        for address in [
            "ftp://localhost",
            "localhost:8787",
            "",
            "https://a.example/x",
            "https://a.example/?x",
            "https://user:secret@a.example",
            "http://localhost@a.example",
        ] {
            assert_eq!(Gate::parse(address).unwrap_err(), InvalidAddress::Form, "{address}");
        }
    }

    #[test]
    fn a_name_under_localhost_is_this_machine() {
        for (address, at, named) in [
            ("http://admin.localhost:8787", "http://127.0.0.1:8787", "admin.localhost:8787"),
            ("http://Admin.LOCALHOST:8787/", "http://127.0.0.1:8787", "admin.localhost:8787"),
            ("http://admin.localhost.:8787", "http://127.0.0.1:8787", "admin.localhost:8787"),
            ("https://admin.localhost", "https://127.0.0.1", "admin.localhost"),
        ] {
            let Gate { url, host, is_here, .. } = Gate::parse(address).unwrap();
            assert_eq!((url.as_str(), host.as_deref(), is_here), (at, Some(named), true), "{address}");
        }
        for (address, at) in [("http://LocalHost:1", "http://localhost:1"), ("http://localhost.", "http://localhost")] {
            let Gate { url, host, is_here, .. } = Gate::parse(address).unwrap();
            assert_eq!((url.as_str(), host, is_here), (at, None, true), "{address}");
        }
        assert!(!Gate::parse("https://gate.example").unwrap().is_here);
        // Resolvers take it for a name.
        assert_eq!(Gate::parse("http://127.0.0.1.").unwrap_err(), InvalidAddress::Unencrypted);
    }
}
