//! The names that belong to the deployment. A Worker's request to its own zone goes straight to the origin, around the gate, so
//! none of them may be an endpoint's.

use crate::request::is_label;

/// `OWN_ZONES`: the deployment owns these names and all names below them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnZones(Vec<String>);

/// The text is not a list of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be host names, comma-separated, as in example.com, example.org")]
pub struct InvalidOwnZones;

/// What a deployment allows of endpoints' addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressRules {
    /// In lower case.
    hosts: Vec<String>,
    zones: Vec<String>,
    /// Whether this machine's own addresses are allowed.
    allow_loopback: bool,
}

impl OwnZones {
    /// Reads the variable.
    ///
    /// # Errors
    /// [`InvalidOwnZones`] for anything but host names, comma-separated.
    pub fn parse(text: &str) -> Result<Self, InvalidOwnZones> {
        let zone = |zone: &str| {
            let zone = zone.trim().to_ascii_lowercase();
            if zone.split('.').all(is_label) { Ok(zone) } else { Err(InvalidOwnZones) }
        };
        text.split(',').map(zone).collect::<Result<_, _>>().map(Self)
    }
}

impl AddressRules {
    /// The rules of a deployment. `urls` are its own: host names, or addresses with a scheme, each with or without a port. Without
    /// `zones`, a zone is the last two labels of each of them.
    pub fn new(urls: &[&str], zones: Option<OwnZones>, allow_loopback: bool) -> Self {
        let hosts: Vec<_> = urls.iter().map(|url| host_of(url)).collect();
        let zones = match zones {
            Some(OwnZones(zones)) => zones,
            None => hosts.iter().filter_map(|host| zone_of(host)).collect(),
        };
        Self { hosts, zones, allow_loopback }
    }

    /// Whether this machine's own addresses are allowed.
    pub(super) fn allow_loopback(&self) -> bool {
        self.allow_loopback
    }

    /// Whether a host name in lower case belongs to the deployment.
    pub(super) fn is_own(&self, name: &str) -> bool {
        let is_under = |zone: &String| name.strip_suffix(zone.as_str()).is_some_and(|rest| rest.ends_with('.'));
        self.hosts.iter().any(|host| host == name) || self.zones.iter().any(|zone| zone == name || is_under(zone))
    }
}

/// The host of a URL, or of a host with or without a port.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// The last two labels; none of an address, or of a name with one label.
fn zone_of(host: &str) -> Option<String> {
    let mut labels = host.rsplit('.');
    let (last, second) = (labels.next()?, labels.next()?);
    let is_address = host.contains([':', '[']) || last.bytes().all(|byte| byte.is_ascii_digit());
    (!is_address && !second.is_empty()).then(|| format!("{second}.{last}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_own(rules: &AddressRules, name: &str) -> bool {
        rules.is_own(name)
    }

    #[test]
    fn own_zones_are_names() {
        for text in ["example.com", "example.com, Example.ORG", "localhost"] {
            assert!(OwnZones::parse(text).is_ok(), "{text}");
        }
        for text in ["", ",", "example.com,", "https://example.com", "*.example.com", ".example.com", "a b", "a_b"] {
            assert_eq!(OwnZones::parse(text), Err(InvalidOwnZones), "{text}");
        }
    }

    #[test]
    fn a_zone_has_its_own_name_and_all_under_it() {
        let rules = AddressRules::new(&[], Some(OwnZones::parse("example.com, b.example").unwrap()), false);
        for name in ["example.com", "a.example.com", "x.y.example.com", "b.example", "c.b.example"] {
            assert!(is_own(&rules, name), "{name}");
        }
        for name in ["notexample.com", "example.com.evil.net", "example", "a.example", "example.org"] {
            assert!(!is_own(&rules, name), "{name}");
        }
    }

    #[test]
    fn without_zones_the_last_two_labels_are_one() {
        let urls = [
            "gate-admin.example.com:8443",
            "https://api.Example.org/",
            "http://origin.internal.net:8080",
            "http://127.0.0.1:8787",
        ];
        let rules = AddressRules::new(&urls, None, false);
        for name in ["example.com", "hooks.example.com", "example.org", "x.internal.net", "127.0.0.1"] {
            assert!(is_own(&rules, name), "{name}");
        }
        for name in ["example.net", "hooks.example.net", "0.1"] {
            assert!(!is_own(&rules, name), "{name}");
        }
    }

    #[test]
    fn with_zones_the_deployments_own_hosts_stay_its_own() {
        let rules =
            AddressRules::new(&["https://origin.other.net"], Some(OwnZones::parse("example.com").unwrap()), false);
        assert!(is_own(&rules, "origin.other.net") && !is_own(&rules, "hooks.other.net"));
    }
}
