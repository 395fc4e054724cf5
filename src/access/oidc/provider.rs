//! The identity provider, as the deployment configures it.

use std::fmt;

use crate::request::{host_and_port, is_host};

/// The issuer's address: https without query and fragment; http on this machine alone, where that is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

/// The text is not an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the https address of one tenant's issuer, without query and fragment, as in https://id.example.com")]
pub struct InvalidIssuer;

/// What the provider knows this gate as.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// The client secret; `None` for a public client, which PKCE protects.
    pub secret: Option<String>,
}

/// The provider, and how far it is trusted.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its issuer.
    pub issuer: Issuer,
    /// What it knows this gate as.
    pub client: Client,
    /// Where it sends the browser back to.
    pub redirect_uri: String,
    /// Whether an address counts without `email_verified`: of an issuer with one tenant that never sends the claim.
    pub trusts_email: bool,
    /// Whether http on this machine will do.
    pub allows_loopback: bool,
}

impl Issuer {
    /// Reads an issuer. Whether http will do is [`Issuer::is_safe`]'s to say.
    ///
    /// # Errors
    /// [`InvalidIssuer`] for anything but an address, and for an issuer of many tenants (`{tenantid}`).
    pub fn parse(text: &str) -> Result<Self, InvalidIssuer> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(InvalidIssuer)?;
        let plain = |letter: char| letter.is_ascii_graphic() && !"?#{}@\\\"<>".contains(letter);
        let host = rest.split('/').next().unwrap_or_default();
        let has_host = host_and_port(host).is_some_and(|(host, _)| is_host(host));
        if has_host && rest.chars().all(plain) { Ok(Self(text.to_owned())) } else { Err(InvalidIssuer) }
    }

    /// The address, as the provider must say it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the discovery document is.
    pub fn discovery_url(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.0.trim_end_matches('/'))
    }
}

impl Provider {
    /// Whether an address may be asked or sent to: https, or http on this machine where that is allowed.
    pub fn may_ask(&self, url: &str) -> bool {
        let is_plain = Issuer::parse(url.split(['?', '#']).next().unwrap_or_default()).is_ok();
        is_plain && (url.starts_with("https://") || (self.allows_loopback && is_loopback(url)))
    }
}

/// Whether an http address is on this machine.
fn is_loopback(url: &str) -> bool {
    let authority = url.strip_prefix("http://").and_then(|rest| rest.split(['/', '?', '#']).next());
    authority.is_some_and(|authority| {
        let host = if authority.starts_with('[') {
            authority.split_inclusive(']').next().unwrap_or_default()
        } else {
            authority.split(':').next().unwrap_or_default()
        };
        matches!(host, "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost")
    })
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_one_address() {
        for text in [
            "https://id.example.com",
            "https://id.example.com/",
            "https://id.example/tenant/v2.0",
            "http://localhost:9000",
        ] {
            assert!(Issuer::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "id.example.com",
            "ftp://id.example",
            "https://",
            "https:///x",
            "https://id.example?x",
            "https://id.example#x",
            "https://login.example/{tenantid}/v2.0",
            "https://a@b",
            "https://id.example:port",
            "https://id.example.",
            "https://id..example/x",
            "https://a b",
            "https://a\n",
        ] {
            assert_eq!(Issuer::parse(text), Err(InvalidIssuer), "{text:?}");
        }
        assert_eq!(
            Issuer::parse("https://a/b/").unwrap().discovery_url(),
            "https://a/b/.well-known/openid-configuration"
        );
    }

    #[test]
    fn http_is_for_this_machine_alone_where_it_is_allowed() {
        let provider = |allows_loopback| Provider {
            issuer: Issuer::parse("https://id.example").unwrap(),
            client: Client { id: "gate".to_owned(), secret: None },
            redirect_uri: String::new(),
            trusts_email: false,
            allows_loopback,
        };
        for url in ["http://localhost:9000/x", "http://127.0.0.1", "http://[::1]:1/x?y", "http://id.localhost/"] {
            assert!(provider(true).may_ask(url) && !provider(false).may_ask(url), "{url}");
        }
        for url in [
            "http://id.example/",
            "http://localhost.example/",
            "http://127.0.0.1.example",
            "http://localhost@id.example/",
            "javascript:alert(1)",
            "",
            "https://",
            "//id.example",
        ] {
            assert!(!provider(true).may_ask(url), "{url}");
        }
        assert!(provider(false).may_ask("https://id.example/keys?x=1"));
    }
}
