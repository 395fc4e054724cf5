//! Addresses of endpoints. A Worker cannot check where a name resolves; docs/security.md says what that means.

use std::fmt;

use serde::Serialize;

use super::name::{Unfit, host_name};
use super::own::AddressRules;

/// The longest address, in bytes.
pub const MAX_ADDRESS_BYTES: usize = 2_000;

/// Bytes of a path or query that a URL parser would write otherwise, beside those that are not visible ASCII: the address that is judged
/// must be the one that is asked.
const REWRITTEN: &[char] = &['"', '#', '\'', '<', '>', '\\', '^', '`', '{', '|', '}'];

/// An address that may receive events: https, a host name that is not the deployment's own, the default port, no user info.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Address(String);

/// Why an address cannot be an endpoint's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// It is empty or too long, or has characters that a URL parser would write otherwise.
    #[error(
        "an address is at most {MAX_ADDRESS_BYTES} visible ASCII characters, with no fragment and none that must be encoded"
    )]
    Malformed,
    /// It is not https.
    #[error("an address must begin with https://")]
    NotHttps,
    /// It has a user, or a user and a password.
    #[error("an address cannot contain a user name or a password")]
    UserInfo,
    /// It has another port.
    #[error("an address cannot have a port other than 443")]
    Port,
    /// The host is an address, in any spelling.
    #[error("the host must be a name, not an IP address")]
    Literal,
    /// The host is this machine or one nearby.
    #[error("the host must be a public name, not one of this machine or of a private network")]
    Nearby,
    /// The host name is written in another alphabet, or encoded as such.
    #[error("the host name must consist of plain letters, digits and hyphens: internationalised names can be confused")]
    International,
    /// The host is not a name.
    #[error("the host is not a host name")]
    Host,
    /// The path has a segment that a URL parser removes.
    #[error("the path cannot contain the segments . and ..")]
    Dots,
    /// The host is the deployment's own, or in one of its zones.
    #[error("the host belongs to this gate's own zones; a Worker's request there would go around the gate")]
    Own,
    /// It is the port that the request itself came in by.
    #[error("this port is the gate's own")]
    OwnPort,
}

impl Address {
    /// Reads an address. `arrival` is the port that the request for it came in by.
    ///
    /// # Errors
    /// [`InvalidAddress`].
    pub fn parse(text: &str, rules: &AddressRules, arrival: Option<u16>) -> Result<Self, InvalidAddress> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains(REWRITTEN);
        if !text.is_ascii() && text.starts_with("https://") && !host_part(text).0.is_ascii() {
            return Err(InvalidAddress::International);
        }
        if !is_plain || text.is_empty() || text.len() > MAX_ADDRESS_BYTES {
            return Err(InvalidAddress::Malformed);
        }
        if rules.allow_loopback()
            && let Some(loopback) = loopback(text, arrival)
        {
            return loopback;
        }
        if !text.starts_with("https://") {
            return Err(InvalidAddress::NotHttps);
        }
        let (authority, rest) = host_part(text);
        let host = host_of(authority)?;
        let name = host_name(host)?;
        if rules.is_own(&name) {
            return Err(InvalidAddress::Own);
        }
        check_path(rest)?;
        Ok(Self(format!("https://{name}{}", from_slash(rest))))
    }

    /// The address as it is asked.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<Unfit> for InvalidAddress {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Literal => Self::Literal,
            Unfit::Nearby => Self::Nearby,
            Unfit::International => Self::International,
            Unfit::Malformed => Self::Host,
        }
    }
}

/// The authority of a URL, and what follows it.
fn host_part(text: &str) -> (&str, &str) {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.split_at_checked(rest.find(['/', '?']).unwrap_or(rest.len())).unwrap_or_default()
}

/// The host of an authority that has neither a user nor another port than 443.
fn host_of(authority: &str) -> Result<&str, InvalidAddress> {
    if authority.contains('@') {
        return Err(InvalidAddress::UserInfo);
    }
    if authority.starts_with('[') {
        return Err(InvalidAddress::Literal);
    }
    match authority.split_once(':') {
        None | Some((_, "443")) => Ok(authority.split(':').next().unwrap_or_default()),
        Some(_) => Err(InvalidAddress::Port),
    }
}

/// `http://127.0.0.1:{port}` and `http://localhost:{port}`, in these spellings alone; `None` for any other beginning.
fn loopback(text: &str, arrival: Option<u16>) -> Option<Result<Address, InvalidAddress>> {
    let (authority, rest) = host_part(text);
    let (host, digits) = authority.split_once(':')?;
    if !text.starts_with("http://") || !["127.0.0.1", "localhost"].contains(&host) {
        return None;
    }
    let port = digits.parse::<u16>().ok().filter(|port| *port > 0 && port.to_string() == digits);
    Some(match port {
        None => Err(InvalidAddress::Port),
        Some(port) if arrival == Some(port) => Err(InvalidAddress::OwnPort),
        Some(port) => check_path(rest).map(|()| Address(format!("http://{host}:{port}{}", from_slash(rest)))),
    })
}

fn check_path(rest: &str) -> Result<(), InvalidAddress> {
    let path = rest.split('?').next().unwrap_or_default().to_ascii_lowercase().replace("%2e", ".");
    if path.split('/').any(|segment| segment == "." || segment == "..") { Err(InvalidAddress::Dots) } else { Ok(()) }
}

/// What follows the host, as a URL parser writes it.
fn from_slash(rest: &str) -> String {
    if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") }
}

#[cfg(test)]
mod tests {
    use super::super::OwnZones;
    use super::*;

    fn rules(allow_loopback: bool) -> AddressRules {
        let own = ["gate-admin.example.com", "https://api.example.com", "https://origin.backend.net"];
        AddressRules::new(&own, None, allow_loopback)
    }

    fn judge(text: &str) -> Result<String, InvalidAddress> {
        Address::parse(text, &rules(false), None).map(|address| address.as_str().to_owned())
    }

    #[test]
    fn an_address_is_kept_as_it_will_be_asked() {
        for (text, kept) in [
            ("https://hooks.partner.io", "https://hooks.partner.io/"),
            ("https://Hooks.Partner.IO/a/B?c=d&e=%20", "https://hooks.partner.io/a/B?c=d&e=%20"),
            ("https://hooks.partner.io:443/x", "https://hooks.partner.io/x"),
            ("https://hooks.partner.io?x=1", "https://hooks.partner.io/?x=1"),
            ("https://1and1.com/.well-known/x", "https://1and1.com/.well-known/x"),
            ("https://a.b-c.d9.co/", "https://a.b-c.d9.co/"),
        ] {
            assert_eq!(judge(text).as_deref(), Ok(kept), "{text}");
        }
    }

    #[test]
    fn no_spelling_of_an_address_is_a_name() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "0x7f.1",
            "017700000001",
            "0177.0.0.1",
            "0",
            "0x",
            "10.0.0.1",
            "169.254.169.254",
            "1.1.1.1",
            "hooks.0x1",
            "hooks.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[0:0:0:0:0:ffff:7f00:1]",
            "[fe80::1%25eth0]",
            "[::]",
        ] {
            assert_eq!(judge(&format!("https://{host}/")), Err(InvalidAddress::Literal), "{host}");
        }
        for host in ["::1", "::ffff:127.0.0.1"] {
            assert!(judge(&format!("https://{host}/")).is_err(), "{host}");
        }
    }

    #[test]
    fn names_of_this_machine_and_its_neighbours_are_refused() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost:443",
            "foo.localhost",
            "printer.local",
            "localhost.localdomain",
            "metadata.google.internal",
            "router.lan",
            "nas.home.arpa",
            "1.0.0.127.in-addr.arpa",
            "db.corp",
            "intranet",
        ] {
            assert_eq!(judge(&format!("https://{host}/")), Err(InvalidAddress::Nearby), "{host}");
        }
        for host in [
            "localhost.",
            "127.0.0.1.",
            "hooks.partner.io.",
            "foo.localhost.",
            ".partner.io",
            "a..b",
            "a_b.io",
            "-a.io",
        ] {
            assert!(judge(&format!("https://{host}/")).is_err(), "{host}");
        }
    }

    #[test]
    fn user_info_ports_and_other_schemes_are_refused() {
        for (text, why) in [
            ("https://user@hooks.partner.io/", InvalidAddress::UserInfo),
            ("https://user:pass@hooks.partner.io/", InvalidAddress::UserInfo),
            ("https://@hooks.partner.io/", InvalidAddress::UserInfo),
            ("https://hooks.partner.io@127.0.0.1/", InvalidAddress::UserInfo),
            ("https://hooks.partner.io:8443/", InvalidAddress::Port),
            ("https://hooks.partner.io:80/", InvalidAddress::Port),
            ("https://hooks.partner.io:0443/", InvalidAddress::Port),
            ("https://hooks.partner.io:/", InvalidAddress::Port),
            ("https://hooks.partner.io:443:443/", InvalidAddress::Port),
            ("http://hooks.partner.io/", InvalidAddress::NotHttps),
            ("HTTPS://hooks.partner.io/", InvalidAddress::NotHttps),
            ("https:/hooks.partner.io/", InvalidAddress::NotHttps),
            ("https:hooks.partner.io/", InvalidAddress::NotHttps),
            ("//hooks.partner.io/", InvalidAddress::NotHttps),
            ("hooks.partner.io", InvalidAddress::NotHttps),
            ("ftp://hooks.partner.io/", InvalidAddress::NotHttps),
            ("file:///etc/passwd", InvalidAddress::NotHttps),
            ("data:text/plain,x", InvalidAddress::NotHttps),
            ("https:///x", InvalidAddress::Host),
            ("https://", InvalidAddress::Host),
            ("https://hooks%2epartner.io/", InvalidAddress::Host),
            ("https://hooks.partner.io/a/../b", InvalidAddress::Dots),
            ("https://hooks.partner.io/%2e%2E/b", InvalidAddress::Dots),
        ] {
            assert_eq!(judge(text), Err(why), "{text}");
        }
    }

    #[test]
    fn what_a_url_parser_would_write_otherwise_is_refused() {
        for text in [
            "",
            " https://hooks.partner.io/",
            "https://hooks.partner.io/ ",
            "https://hooks.partner.io/a b",
            "https://hooks.part\tner.io/",
            "https://hooks.partner.io/\n",
            "https://hooks.partner.io\\@127.0.0.1/",
            "https://hooks.partner.io#@127.0.0.1/",
            "https://hooks.partner.io/{id}",
            "https://hooks.partner.io/caf\u{e9}",
            &format!("https://hooks.partner.io/{}", "a".repeat(MAX_ADDRESS_BYTES)),
        ] {
            assert_eq!(judge(text), Err(InvalidAddress::Malformed), "{text:?}");
        }
    }

    #[test]
    fn look_alikes_are_refused() {
        for host in [
            "ex\u{430}mple.com",
            "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
            "\u{2460}\u{2461}\u{2466}.0.0.1",
            "loc\u{430}lhost",
            "hooks\u{3002}partner\u{3002}io",
            "xn--exmple-cua.com",
            "XN--exmple-cua.com",
            "a.xn--p1ai",
            "xn--localhost-.com",
            "ab--cd.com",
        ] {
            assert_eq!(judge(&format!("https://{host}/")), Err(InvalidAddress::International), "{host}");
        }
    }

    #[test]
    fn own_names_are_refused() {
        for host in ["gate-admin.example.com", "API.example.com", "hooks.example.com", "example.com", "x.backend.net"] {
            assert_eq!(judge(&format!("https://{host}/")), Err(InvalidAddress::Own), "{host}");
        }
        let zones = AddressRules::new(&[], Some(OwnZones::parse("partner.io").unwrap()), false);
        for (text, own) in
            [("https://a.partner.io/", true), ("https://partner.io:443/", true), ("https://notpartner.io/", false)]
        {
            assert_eq!(Address::parse(text, &zones, None) == Err(InvalidAddress::Own), own, "{text}");
        }
    }

    #[test]
    fn this_machine_is_allowed_where_the_deployment_says_so() {
        let judge =
            |text: &str| Address::parse(text, &rules(true), Some(8787)).map(|address| address.as_str().to_owned());
        for (text, kept) in [
            ("http://127.0.0.1:9000/hook", Ok("http://127.0.0.1:9000/hook")),
            ("http://localhost:1", Ok("http://localhost:1/")),
            ("http://localhost:8787/x", Err(InvalidAddress::OwnPort)),
            ("http://127.0.0.1:8787", Err(InvalidAddress::OwnPort)),
            ("http://localhost:0/", Err(InvalidAddress::Port)),
            ("http://localhost:09000/", Err(InvalidAddress::Port)),
            ("http://localhost/", Err(InvalidAddress::NotHttps)),
            ("http://127.0.0.2:9000/", Err(InvalidAddress::NotHttps)),
            ("http://localhost.:9000/", Err(InvalidAddress::NotHttps)),
            ("http://user@localhost:9000/", Err(InvalidAddress::NotHttps)),
            ("https://localhost:9000/", Err(InvalidAddress::Port)),
            ("https://gate-admin.example.com/", Err(InvalidAddress::Own)),
        ] {
            assert_eq!(judge(text), kept.map(str::to_owned), "{text}");
        }
        assert!(Address::parse("http://localhost:9000/", &rules(false), None).is_err());
    }
}
