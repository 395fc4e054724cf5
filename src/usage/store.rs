//! The usage stores: which one has an integration, and how to call it.

use sha2::{Digest, Sha256};

use crate::token::IntegrationId;

/// How many stores there are. Each is a Durable Object of the class `Usage`.
pub const STORES: u8 = 64;

/// Where a store takes a [`Flush`](super::Flush).
pub const FLUSH: &str = "https://usage/flush";
/// Where it takes a [`UsageQuestion`](super::UsageQuestion), and answers [`UsageFacts`](super::UsageFacts).
pub const FACTS: &str = "https://usage/facts";
/// Where it takes a `UsageQuery`, and answers [`IntegrationUsage`](super::IntegrationUsage).
pub const OF_INTEGRATION: &str = "https://usage/integration";
/// Where it takes a `UsageQuery`, and answers [`OverallUsage`](super::OverallUsage).
pub const OVERALL: &str = "https://usage/overall";
/// Where it takes a `Forget`.
pub const FORGET: &str = "https://usage/forget";

/// One of the stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Store(u8);

impl Store {
    /// The one that has an integration: by the first six bits of SHA-256 of its id.
    pub fn of(id: &IntegrationId) -> Self {
        let [first, ..] = <[u8; 32]>::from(Sha256::digest(id.as_str()));
        Self(first >> 2)
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..STORES).map(Self)
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The name of its Durable Object: `usage-00` to `usage-3f`.
    pub fn name(self) -> String {
        format!("usage-{:02x}", self.0)
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|store| store.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_spread_over_all_stores() {
        let mut counts = [0_u32; STORES as usize];
        for number in 0..6_400_u16 {
            let [high, low] = number.to_be_bytes();
            let id = IntegrationId::from_entropy([high, low, 0, 0, 0, 0, 0, 0, 0, 0]);
            counts[usize::from(Store::of(&id).number())] += 1;
        }
        assert!(counts.iter().all(|count| (50..200).contains(count)), "{counts:?}");
        assert_eq!(Store(0).name(), "usage-00");
        assert_eq!(Store(63).name(), "usage-3f");
        assert_eq!(Store::named("usage-3f"), Some(Store(63)));
        assert_eq!(Store::named("usage-40"), None);
    }
}
