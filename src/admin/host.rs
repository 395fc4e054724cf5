//! The host name of the admin plane, and the address of the API that the page's samples show.

use crate::request::{host_and_port, is_host_name, web_origin};

/// `ADMIN_HOST`: the one host name that serves the admin page, its sessions and the admin API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminHost {
    /// In lower case.
    name: String,
    /// `None`: any port.
    port: Option<u16>,
}

/// `API_URL`: scheme, host name and port of the API, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiUrl(String);

/// The text is not a host name with at most a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a host name with at most a port, as in gate-admin.example.com")]
pub struct InvalidAdminHost;

/// The text is not an address of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a scheme and a host with at most a port, as in https://api.example.com")]
pub struct InvalidApiUrl;

impl AdminHost {
    /// Reads the variable.
    ///
    /// # Errors
    /// [`InvalidAdminHost`] for anything but a host name with at most a port: a URL, a path, an address literal, a name that is
    /// not in ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidAdminHost> {
        let (name, port) = host_and_port(text).filter(|(name, _)| is_host_name(name)).ok_or(InvalidAdminHost)?;
        Ok(Self { name: name.to_ascii_lowercase(), port })
    }

    /// The name, in lower case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a request's URL is on this host. A URL without a port is on its scheme's own.
    pub fn serves(&self, url: &str) -> bool {
        let Some((scheme, rest)) = url.split_once("://") else { return false };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (name, port) = match authority.rsplit_once(':') {
            Some((name, port)) => (name, port.parse().ok()),
            None => (authority, Some(if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 })),
        };
        name.eq_ignore_ascii_case(&self.name) && (self.port.is_none() || self.port == port)
    }
}

impl ApiUrl {
    /// Reads the variable.
    ///
    /// # Errors
    /// [`InvalidApiUrl`] for anything but `http` or `https` and a host with at most a port.
    pub fn parse(text: &str) -> Result<Self, InvalidApiUrl> {
        web_origin(text).map(|url| Self(url.to_owned())).ok_or(InvalidApiUrl)
    }

    /// Without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_admin_host_is_a_name_with_at_most_a_port() {
        for text in
            ["admin.localhost", "Gate-Admin.Example.com", "localhost", "a.b:8443", "xn--bcher-kva.example", "1a.0b"]
        {
            assert!(AdminHost::parse(text).is_ok(), "{text}");
        }
        let long = format!("{}.example", "a".repeat(64));
        for text in [
            "",
            " ",
            "https://x",
            "http://admin.example",
            "//admin.example",
            "admin.example/",
            "admin.example/path",
            "admin.example?x",
            "admin.example#x",
            "user@admin.example",
            "admin.example:",
            "admin.example:0",
            "admin.example:080",
            "admin.example:+80",
            "admin.example:65536",
            "admin.example:80:80",
            "admin.example.",
            ".example",
            "a..b",
            "*.example",
            "admin example",
            " admin.example",
            "admin.example\n",
            "a,b",
            "admin_host",
            "-a.example",
            "a-.example",
            "bücher.example",
            "127.0.0.1",
            "127.1",
            "1",
            "0x7f",
            "a.0x",
            "[::1]",
            "::1",
            &long,
        ] {
            assert_eq!(AdminHost::parse(text), Err(InvalidAdminHost), "{text:?}");
        }
    }

    #[test]
    fn it_serves_its_own_name_alone() {
        let serves = |host: &str, url: &str| AdminHost::parse(host).unwrap().serves(url);
        for (host, url) in [
            ("admin.example", "https://admin.example/_tidegate/"),
            ("Admin.Example", "https://ADMIN.example"),
            ("admin.example", "http://admin.example:8787/x?y"),
            ("admin.example:8787", "http://admin.example:8787/"),
            ("admin.example:443", "https://admin.example/"),
            ("admin.example:80", "http://admin.example/"),
        ] {
            assert!(serves(host, url), "{host} {url}");
        }
        for (host, url) in [
            ("admin.example", "https://admin.example.evil.example/"),
            ("admin.example", "https://evil.example/admin.example"),
            ("admin.example", "https://evil.example?admin.example"),
            ("admin.example", "https://admin.example./"),
            ("admin.example", "https://x.admin.example/"),
            ("admin.example", "https://x@admin.example/"),
            ("admin.example:443", "http://admin.example/"),
            ("admin.example:8443", "https://admin.example/"),
            ("admin.example", "admin.example"),
        ] {
            assert!(!serves(host, url), "{host} {url}");
        }
    }

    #[test]
    fn an_api_url_has_no_path() {
        for (text, expected) in [
            ("https://api.example.com", "https://api.example.com"),
            ("https://api.example.com/", "https://api.example.com"),
            ("http://localhost:8787", "http://localhost:8787"),
            ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
        ] {
            assert_eq!(ApiUrl::parse(text).unwrap().as_str(), expected);
        }
        for text in ["", "api.example.com", "https://a/b", "https://a:b", "https://u@a"] {
            assert_eq!(ApiUrl::parse(text), Err(InvalidApiUrl), "{text:?}");
        }
    }
}
