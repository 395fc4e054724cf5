//! What an isolate remembers of the provider: its discovery document and its keys.

use super::discovery::Discovery;
use super::jwk::Jwk;

/// How long the document and the keys are good, in milliseconds: one hour.
const FRESH_MS: u64 = 60 * 60 * 1000;
/// How often the same thing is fetched at most, in milliseconds, whatever came of the fetch before: nobody who asks to sign in makes
/// the gate ask the provider more often.
const REFETCH_MS: u64 = 10_000;
/// How long a fetch counts as being on its way, in milliseconds.
const FLIGHT_MS: u64 = 6_000;

/// What an isolate remembers of the provider. None of it is secret.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    discovery: Fetched<Discovery>,
    keys: Fetched<Vec<Jwk>>,
}

/// One document of the provider: what is known of it, and when it was fetched.
#[derive(Clone, Debug)]
struct Fetched<T> {
    /// With the time at which it came.
    known: Option<(T, u64)>,
    /// When it was last asked for.
    asked: Option<u64>,
    /// Whether the answer is still to come.
    is_on_its_way: bool,
}

/// What to do about something of the provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LookUp {
    /// Fetch it.
    Fetch,
    /// Wait: another request fetches it.
    Wait,
    /// Use what is known, which may be nothing.
    Known,
}

impl Memory {
    /// What to do to have the document.
    pub(super) fn look_up_discovery(&mut self, now_ms: u64) -> LookUp {
        let is_known = self.discovery.known.is_some();
        self.discovery.look_up(is_known, now_ms)
    }

    /// The document, even if it is old: it serves while the issuer cannot be reached.
    pub(super) fn discovery(&self) -> Option<&Discovery> {
        self.discovery.known.as_ref().map(|(discovery, _)| discovery)
    }

    /// Takes what came of a fetch; without a document, the one that is there stays.
    pub(super) fn learn_discovery(&mut self, discovery: Option<Discovery>, now_ms: u64) {
        self.discovery.learn(discovery, now_ms);
    }

    /// What to do to have the key with this id.
    pub(super) fn look_up_key(&mut self, kid: Option<&str>, now_ms: u64) -> LookUp {
        let is_known = self.key(kid).is_some();
        self.keys.look_up(is_known, now_ms)
    }

    /// The key with this id; where a token names none, the only one there is.
    pub(super) fn key(&self, kid: Option<&str>) -> Option<&Jwk> {
        let (keys, _) = self.keys.known.as_ref()?;
        match (kid, keys.as_slice()) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(_), _) => keys.iter().find(|key| key.kid.as_deref() == kid),
        }
    }

    /// Takes what came of a fetch; without keys, those that are there stay.
    pub(super) fn learn_keys(&mut self, keys: Option<Vec<Jwk>>, now_ms: u64) {
        self.keys.learn(keys, now_ms);
    }

    pub(super) fn has_keys(&self) -> bool {
        self.keys.known.is_some()
    }
}

impl<T> Fetched<T> {
    /// What to do. `suffices` says whether the known document, fresh or not, contains what is needed.
    fn look_up(&mut self, suffices: bool, now_ms: u64) -> LookUp {
        let is_fresh = self.known.as_ref().is_some_and(|(_, at)| now_ms.saturating_sub(*at) < FRESH_MS);
        let since = self.asked.map(|asked| now_ms.saturating_sub(asked));
        if suffices && is_fresh {
            return LookUp::Known;
        }
        if self.is_on_its_way && since.is_some_and(|since| since < FLIGHT_MS) {
            return if suffices { LookUp::Known } else { LookUp::Wait };
        }
        if since.is_some_and(|since| since < REFETCH_MS) {
            return LookUp::Known;
        }
        (self.asked, self.is_on_its_way) = (Some(now_ms), true);
        LookUp::Fetch
    }

    fn learn(&mut self, fetched: Option<T>, now_ms: u64) {
        self.is_on_its_way = false;
        if let Some(fetched) = fetched {
            self.known = Some((fetched, now_ms));
        }
    }
}

impl<T> Default for Fetched<T> {
    fn default() -> Self {
        Self { known: None, asked: None, is_on_its_way: false }
    }
}
