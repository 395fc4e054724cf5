//! The client of a request to the admin API, for the log.

use std::net::IpAddr;

use crate::token::TokenKeys;

const LABEL: &str = "client-v1";

/// What the log calls a client: a MAC over its address, or the few addresses there are could be found by trying. An IPv6 address
/// counts as its /64, since whoever has one has all of them.
pub(super) fn name(address: &str, keys: &TokenKeys) -> String {
    let network = match address.parse() {
        Ok(IpAddr::V4(address)) => address.octets().to_vec(),
        Ok(IpAddr::V6(address)) => address.octets().into_iter().take(8).collect(),
        Err(_) => Vec::new(),
    };
    hex::encode(keys.for_purpose(LABEL).mac(&[&network])).chars().take(32).collect()
}
