//! What an isolate remembers of the provider: its discovery document and its keys.

use super::discovery::Discovery;
use super::jwk::Jwk;

/// How long the document and the keys are good, in milliseconds: one hour.
const FRESH_MS: u64 = 60 * 60 * 1000;
/// How often an unknown `kid` may make the keys be fetched again, in milliseconds.
const REFETCH_MS: u64 = 10_000;
/// How long a fetch of the keys counts as being on its way, in milliseconds.
const FLIGHT_MS: u64 = 6_000;

/// What an isolate remembers of the provider. None of it is secret.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    discovery: Option<(Discovery, u64)>,
    keys: Option<(Vec<Jwk>, u64)>,
    /// When the keys were last asked for, and whether the answer is still to come.
    asked: Option<u64>,
    is_on_its_way: bool,
}

/// What to do about keys.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// Fetch them.
    Fetch,
    /// Wait: somebody else does.
    Wait,
    /// Go by those that are there.
    Known,
}

impl Memory {
    pub(super) fn discovery(&self, now_ms: u64) -> Option<&Discovery> {
        let (discovery, at) = self.discovery.as_ref()?;
        (now_ms.saturating_sub(*at) < FRESH_MS).then_some(discovery)
    }

    /// The document even if it is old, for while the issuer cannot be reached.
    pub(super) fn stale_discovery(&self) -> Option<&Discovery> {
        self.discovery.as_ref().map(|(discovery, _)| discovery)
    }

    pub(super) fn learn_discovery(&mut self, discovery: Discovery, now_ms: u64) {
        self.discovery = Some((discovery, now_ms));
    }

    /// What to do to find a key: `is_known` tells whether the ones that are there have it.
    pub(super) fn look_up(&mut self, is_known: bool, now_ms: u64) -> Keys {
        let is_fresh = self.keys.as_ref().is_some_and(|(_, at)| now_ms.saturating_sub(*at) < FRESH_MS);
        let since = self.asked.map(|asked| now_ms.saturating_sub(asked));
        if is_known && is_fresh {
            return Keys::Known;
        }
        if self.is_on_its_way && since.is_some_and(|since| since < FLIGHT_MS) {
            return if is_known { Keys::Known } else { Keys::Wait };
        }
        if since.is_some_and(|since| since < REFETCH_MS) {
            return Keys::Known;
        }
        (self.asked, self.is_on_its_way) = (Some(now_ms), true);
        Keys::Fetch
    }

    /// Takes what came of a fetch; without keys, those that are there stay.
    pub(super) fn learn_keys(&mut self, keys: Option<Vec<Jwk>>, now_ms: u64) {
        self.is_on_its_way = false;
        if let Some(keys) = keys {
            self.keys = Some((keys, now_ms));
        }
    }

    /// The key with this id; where a token names none, the only one there is.
    pub(super) fn find(&self, kid: Option<&str>) -> Option<&Jwk> {
        let (keys, _) = self.keys.as_ref()?;
        match (kid, keys.as_slice()) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(_), _) => keys.iter().find(|key| key.kid.as_deref() == kid),
        }
    }

    pub(super) fn has_keys(&self) -> bool {
        self.keys.is_some()
    }
}
