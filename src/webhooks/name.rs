//! Host names, judged without looking them up.

use crate::request::{ends_in_number, is_host_name};

/// Last labels of names that mean a machine nearby, or nothing at all, whatever a resolver makes of them: RFC 6761, RFC 6762, RFC 8375,
/// RFC 9476, ICANN's `internal`, and what home routers and offices use.
const NEARBY: [&str; 14] = [
    "alt",
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "mail",
    "onion",
    "private",
    "workgroup",
];

/// Why a host cannot be an endpoint's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is an address, in one of its spellings.
    Literal,
    /// It has one label, or means a machine nearby.
    Nearby,
    /// A label is not in plain letters: `xn--` and its like.
    International,
    /// It is not a host name.
    Malformed,
}

/// The host name in lower case.
pub(super) fn host_name(text: &str) -> Result<String, Unfit> {
    let name = text.to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    if name.starts_with('[') || ends_in_number(&name) {
        return Err(Unfit::Literal);
    }
    if !name.is_ascii() {
        return Err(Unfit::International);
    }
    if name.split('.').any(|label| label.get(2..4) == Some("--")) {
        return Err(Unfit::International);
    }
    if !is_host_name(&name) {
        return Err(Unfit::Malformed);
    }
    if !name.contains('.') || NEARBY.contains(&last) { Err(Unfit::Nearby) } else { Ok(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_machines_nearby_are_not_endpoints() {
        for label in [
            "alt",
            "arpa",
            "corp",
            "home",
            "internal",
            "intranet",
            "lan",
            "local",
            "localdomain",
            "localhost",
            "mail",
            "onion",
            "private",
            "workgroup",
        ] {
            assert_eq!(host_name(&format!("x.{label}")), Err(Unfit::Nearby), "{label}");
            assert_eq!(host_name(&format!("X.Y.{}", label.to_uppercase())), Err(Unfit::Nearby), "{label}");
            assert!(host_name(&format!("{label}.example")).is_ok(), "{label}");
        }
    }
}
