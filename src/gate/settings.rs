//! The settings of a deployment that the gate uses.

use super::step::Step;
use crate::decision::Denial;
use crate::feed::Limits;
use crate::forward::{OriginUrl, RemovedFields};
use crate::reply::Realm;
use crate::time::Timestamp;
use crate::token::{Prefix, StoreKeys, TokenKeys};

/// The gate's settings. One that is missing or malformed denies the requests that need it.
pub struct Settings {
    /// For tokens' tags and hashes.
    pub keys: Result<TokenKeys, Denial>,
    /// What tokens begin with.
    pub prefix: Result<Prefix, Denial>,
    /// What challenges name.
    pub realm: Result<Realm, Denial>,
    /// Where granted requests go.
    pub origin: Result<Origin, Denial>,
    /// How old the evidence for a verdict may be.
    pub limits: Result<Limits, Denial>,
    /// What tells this gate's registry from every other one; `None` where none is bound.
    pub registry: Option<String>,
    /// How use is counted; `None` where there is no store for it, and nothing is.
    pub usage: Option<Addresses>,
    /// What the gate asks of the admin plane.
    pub admin: Box<dyn AdminPlane>,
}

/// What becomes of the client addresses that use is told with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Addresses {
    /// Each has a pseudonym, which is another one every month.
    #[default]
    Hashed,
    /// They are kept as they are.
    Clear,
}

/// Where granted requests go, and how.
pub struct Origin {
    /// Its scheme and authority; `None` where it is a service binding, which gets the client's own.
    pub address: Option<OriginUrl>,
    /// How long it may take to begin its answer, in milliseconds.
    pub timeout_ms: u64,
    /// What requests leave behind, beside what they always do.
    pub removed: RemovedFields,
}

/// What the gate has to know of the admin plane.
pub trait AdminPlane {
    /// Whether a URL is on the admin plane's own host.
    fn is_host_of(&self, url: &str) -> bool;
    /// Whether a text is the owner key. Takes as long for any text of an owner key's form.
    fn is_owner_key(&self, text: &str) -> bool;
    /// An answer of the gate's to a URL of the admin plane, with the header fields that protect its page.
    fn protect(&self, url: &str, step: Step) -> Step;
}

impl Addresses {
    /// What is kept of an address: 16 bytes of `HMAC(token key, "address-v1-YYYY-MM")`, in hexadecimal digits. `None` without a key.
    pub(super) fn name(self, keys: &Result<TokenKeys, Denial>, address: &str, now_ms: u64) -> Option<String> {
        if self == Self::Clear {
            return Some(address.to_owned());
        }
        let moment = Timestamp::from_seconds(now_ms / 1000).to_string();
        let month: String = moment.chars().take("YYYY-MM".len()).collect();
        let mac = keys.as_ref().ok()?.for_purpose(&format!("address-v1-{month}")).mac(&[address.as_bytes()]);
        mac.first_chunk::<16>().map(hex::encode)
    }
}

impl Settings {
    /// The keys of the MACs on what KV holds.
    ///
    /// # Errors
    /// What to set, where there are none.
    pub(super) fn store_keys(&self) -> Result<&StoreKeys, String> {
        self.keys.as_ref().map(TokenKeys::store).map_err(ToString::to_string)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// 2026-01-31T23:59:59Z, in milliseconds.
    const JANUARY_MS: u64 = 1_769_903_999_000;

    #[test]
    fn an_address_has_another_pseudonym_every_month() {
        let keys = TokenKeys::parse("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE").map_err(|_| Denial::TooBusy);
        let name = |address: &str, now_ms| Addresses::Hashed.name(&keys, address, now_ms).unwrap();
        let names: BTreeSet<_> = ["192.0.2.1", "192.0.2.2"]
            .into_iter()
            .flat_map(|address| [JANUARY_MS, JANUARY_MS + 1_000].map(|now_ms| name(address, now_ms)))
            .collect();
        assert_eq!(names.len(), 4);
        assert!(names.iter().all(|name| name.len() == 32));
        assert_eq!(name("192.0.2.1", JANUARY_MS), name("192.0.2.1", JANUARY_MS - 30 * 24 * 60 * 60 * 1_000));
        let without_keys = Err(Denial::TooBusy);
        assert_eq!(Addresses::Hashed.name(&without_keys, "192.0.2.1", JANUARY_MS), None);
        assert_eq!(Addresses::Clear.name(&without_keys, "192.0.2.1", JANUARY_MS).as_deref(), Some("192.0.2.1"));
    }
}
