//! Who knocks at the admin API, as far as counting wrong keys goes.

use std::net::IpAddr;

use sha2::{Digest, Sha256};
use web_sys::Request;

use super::config::OwnerKey;

/// What one client is counted as: a digest of its address. An IPv6 address counts as its /64, since whoever has one has
/// all of them. Bound to the owner key, or the few addresses there are could be found by trying.
pub(super) fn of(request: &Request, owner_key: &OwnerKey) -> String {
    // Set by the platform, which takes off what a client sends under this name.
    let address = request.headers().get("cf-connecting-ip").ok().flatten().unwrap_or_default();
    let mut digest = Sha256::new().chain_update(b"client").chain_update(owner_key.digest());
    match address.parse() {
        Ok(IpAddr::V4(address)) => digest.update(address.octets()),
        Ok(IpAddr::V6(address)) => digest.update(address.octets().get(..8).unwrap_or_default()),
        Err(_) => {}
    }
    let digest = hex::encode(digest.finalize());
    digest.chars().take(32).collect()
}
