//! The client of a request to the admin API, for the log.

use std::net::IpAddr;

use crate::token::TokenKeys;

const LABEL: &str = "client-v1";

/// The name of a client in the log: a MAC over its address. A plain hash could be reversed by trying all addresses. An IPv6 address
/// counts as its /64, since its holder has all of them.
pub(super) fn name(address: &str, keys: &TokenKeys) -> String {
    let network = match address.parse() {
        Ok(IpAddr::V4(address)) => address.octets().to_vec(),
        Ok(IpAddr::V6(address)) => address.octets().into_iter().take(8).collect(),
        Err(_) => Vec::new(),
    };
    hex::encode(keys.for_purpose(LABEL).mac(&[&network])).chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_address_of_ipv6_counts_as_its_network() {
        let keys = TokenKeys::parse("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE").unwrap();
        let name = |address| name(address, &keys);
        assert_eq!(name("2001:db8:1:2::1"), name("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        let networks =
            ["2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:2:2::1", "192.0.2.1", "192.0.2.2", "193.0.2.1", ""];
        let names: BTreeSet<_> = networks.into_iter().map(name).collect();
        assert_eq!(names.len(), networks.len());
        assert!(names.iter().all(|name| name.len() == 32));
    }
}
