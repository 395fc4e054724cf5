//! The web origins whose scripts may call the API from a browser (the CORS protocol of the Fetch standard, section 3.3).

use serde::Serialize;

use crate::json::{self, FromJson, Object};
use crate::order::sort_and_dedup;
use crate::request::is_token;

/// How many origins may be listed.
const MAX_ORIGINS: usize = 100;
/// How many header fields may be listed, of requests and of answers.
const MAX_FIELDS: usize = 50;
/// The longest origin and the longest name of a header field, in bytes.
const MAX_LENGTH: usize = 256;
/// How long a browser may remember a preflight, in seconds: Chromium respects no more.
const MAX_MAX_AGE_SECONDS: u64 = 7_200;
/// The default for that, in seconds.
const MAX_AGE_SECONDS: u64 = 600;

/// The origins whose scripts may call the API, and what they may send and read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Cors {
    /// These origins.
    pub origins: Vec<WebOrigin>,
    /// How long a browser may remember the answer to a preflight, in seconds; 7,200 at most.
    pub max_age_seconds: u64,
    /// Header fields that scripts may send, in addition to `Authorization`, `Content-Type`, `If-Match` and `Idempotency-Key`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_headers: Vec<FieldName>,
    /// Header fields of answers that scripts may read, in addition to those that the gate sets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expose_headers: Vec<FieldName>,
}

/// An origin as browsers write it: `https://app.example`, `http://localhost:5173`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct WebOrigin(String);

/// The name of a header field (RFC 9110 section 5.1), in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct FieldName(String);

impl Cors {
    /// Whether scripts of this origin may call the API.
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.iter().any(|listed| listed.0 == origin)
    }
}

impl WebOrigin {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads an origin.
    ///
    /// # Errors
    /// What is wrong, if no browser would ever send it.
    pub fn parse(text: &str) -> Result<Self, String> {
        match fault(text) {
            Some(what) => Err(format!("{text:?} {what}; an origin is written as in https://app.example")),
            None => Ok(Self(text.to_owned())),
        }
    }
}

/// Why a browser would never send this origin.
fn fault(text: &str) -> Option<&'static str> {
    if text == "*" {
        return Some("is not accepted: origins are listed one by one");
    }
    if text == "null" {
        return Some("is not accepted: any page can have it for its origin");
    }
    let Some((scheme, authority)) = text.split_once("://") else { return Some("has no scheme") };
    let is_scheme = scheme.starts_with(|letter: char| letter.is_ascii_lowercase())
        && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte));
    if !is_scheme {
        return Some("has no scheme in lower case");
    }
    if authority.contains(['/', '?', '#', '@', '*']) {
        return Some("has more than a scheme, a host and a port");
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._~".contains(&byte);
    let is_address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok_and(|address| address.to_string() == host));
    if host.is_empty() || !(is_address || host.bytes().all(is_name)) || text.len() > MAX_LENGTH {
        return Some("has no host in lower case and ASCII (xn--…)");
    }
    match (scheme, port) {
        (_, None) => None,
        ("https", Some("443")) | ("http", Some("80")) => Some("has the port that its scheme has anyway"),
        (_, Some(port)) => {
            let is_port = port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port);
            (!is_port).then_some("has no port from 1 to 65535 after the colon")
        }
    }
}

impl FieldName {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the name of a field, in any case.
    ///
    /// # Errors
    /// What is wrong. `*` is refused too: to some browsers it means no name, to others all names.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Err("\"*\" is not accepted: header fields are listed one by one".to_owned());
        }
        if !is_token(text) || text.len() > MAX_LENGTH {
            return Err(format!("{text:?} is not the name of a header field"));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl FromJson for WebOrigin {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        json::text(value, Self::parse)
    }
}

impl FromJson for FieldName {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        json::text(value, Self::parse)
    }
}

impl FromJson for Cors {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["origins", "max_age_seconds", "allow_headers", "expose_headers"])?;
        let mut origins: Vec<WebOrigin> = fields.required("origins")?;
        sort_and_dedup(&mut origins);
        if origins.is_empty() || origins.len() > MAX_ORIGINS {
            return Err(json::Error::of("origins", &format!("a list of 1 to {MAX_ORIGINS} origins is expected")));
        }
        let max_age_seconds = fields.given("max_age_seconds")?.unwrap_or(MAX_AGE_SECONDS);
        if max_age_seconds > MAX_MAX_AGE_SECONDS {
            let what = format!("{max_age_seconds} is more than {MAX_MAX_AGE_SECONDS}");
            return Err(json::Error::of("max_age_seconds", &what));
        }
        let mut names = |field: &str| {
            let mut names: Vec<FieldName> = fields.given(field)?.unwrap_or_default();
            sort_and_dedup(&mut names);
            if names.len() > MAX_FIELDS {
                return Err(json::Error::of(field, &format!("more than {MAX_FIELDS} header fields")));
            }
            Ok(names)
        };
        Ok(Self {
            origins,
            max_age_seconds,
            allow_headers: names("allow_headers")?,
            expose_headers: names("expose_headers")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_browsers_send() {
        for text in [
            "https://app.example",
            "http://localhost:5173",
            "http://127.0.0.1:8080",
            "http://[::1]:3000",
            "http://[2001:db8::1]",
            "https://xn--caf-dma.example:8443",
            "capacitor://localhost",
            "chrome-extension://abcdefghijklmnop",
        ] {
            assert!(WebOrigin::parse(text).is_ok(), "{text}");
        }
        for text in [
            "*",
            "null",
            "",
            "app.example",
            "https://",
            "https://*.app.example",
            "https://app.example/",
            "https://App.example",
            "HTTPS://app.example",
            "https://app.example:443",
            "http://app.example:80",
            "https://app.example:",
            "https://app.example:0",
            "https://app.example:080",
            "https://app.example:65536",
            "https://user@app.example",
            "https://café.example",
            "https://app.example?x",
            "https://a b",
            "http://[::1",
            "http://[0::1]",
            "http://::1",
        ] {
            assert!(WebOrigin::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let fault = |text: &str| Cors::from_json(json::Value::parse(text).unwrap()).unwrap_err().to_string();
        for (text, expected) in [
            (r#"{}"#, "origins: missing field"),
            (r#"{"origins": []}"#, "origins: a list of 1 to 100 origins is expected"),
            (r#"{"origins": ["https://a", "*"]}"#, "origins[1]: \"*\" is not accepted"),
            (r#"{"origins": ["https://a"], "max_age_seconds": 7201}"#, "max_age_seconds: 7201 is more than 7200"),
            (r#"{"origins": ["https://a"], "allow_headers": ["*"]}"#, "allow_headers[0]: \"*\" is not accepted"),
            (r#"{"origins": ["https://a"], "expose_headers": ["a b"]}"#, "expose_headers[0]: \"a b\" is not the name"),
            (r#"{"origins": ["https://a"], "credentials": true}"#, "credentials: unknown field"),
        ] {
            assert!(fault(text).starts_with(expected), "{text}: {}", fault(text));
        }
    }

    #[test]
    fn order_and_repetition_do_not_matter() {
        let read = |text: &str| Cors::from_json(json::Value::parse(text).unwrap()).unwrap();
        let one = read(r#"{"origins": ["https://b", "https://a"], "allow_headers": ["X-B", "x-a", "x-b"]}"#);
        let other = read(r#"{"origins": ["https://a", "https://b", "https://b"], "allow_headers": ["x-a", "x-b"]}"#);
        assert_eq!(one, other);
        assert_eq!(one.max_age_seconds, 600);
        assert!(one.allows("https://a") && !one.allows("https://a.example") && !one.allows("null"));
    }
}
