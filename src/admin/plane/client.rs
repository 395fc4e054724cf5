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
