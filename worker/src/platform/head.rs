//! The head of a request: all but its body, read from the platform's objects once.

use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Headers, Request};

/// Method, URL and header fields.
pub(crate) struct Head {
    /// As it came.
    pub method: String,
    /// The whole URL, as the platform writes it.
    pub url: String,
    /// `Authorization`
    pub authorization: Option<String>,
    /// The names of all fields, in lower case, one a line.
    pub names: String,
    /// The fields.
    pub headers: Headers,
}

#[wasm_bindgen(module = "/js/http.js")]
extern "C" {
    fn names(headers: &Headers) -> String;
}

impl Head {
    /// Reads it.
    pub fn of(request: &Request) -> Self {
        let (method, url, headers) = (request.method(), request.url(), request.headers());
        Self { method, url, authorization: value(&headers, "authorization"), names: names(&headers), headers }
    }

    /// Path and query, byte for byte.
    pub fn target(&self) -> &str {
        split(&self.url).1
    }

    /// `https://host:port`
    pub fn authority(&self) -> &str {
        split(&self.url).0
    }

    /// The value of a field, its lines joined.
    pub fn header(&self, name: &str) -> Option<String> {
        value(&self.headers, name)
    }
}

/// Names and values of fields by turns, one a line, for http.js: a value holds no line end (RFC 9110 section 5.5).
pub(crate) fn lines<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let lines: Vec<_> = fields.into_iter().flat_map(|(name, value)| [name, value]).collect();
    lines.join("\n")
}

fn value(headers: &Headers, name: &str) -> Option<String> {
    headers.get(name).ok().flatten()
}

/// A URL's authority, with its scheme, and what follows it.
pub(crate) fn split(url: &str) -> (&str, &str) {
    let after_scheme = url.find("://").and_then(|at| at.checked_add(3)).unwrap_or_default();
    let at = url.bytes().skip(after_scheme).position(|byte| byte == b'/' || byte == b'?' || byte == b'#');
    at.and_then(|at| url.split_at_checked(at.checked_add(after_scheme)?)).unwrap_or((url, ""))
}
