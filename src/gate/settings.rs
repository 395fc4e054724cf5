//! What a deployment has chosen, as far as the gate goes.

use crate::decision::Denial;
use crate::feed::Limits;
use crate::forward::{OriginUrl, RemovedFields};
use crate::reply::Realm;
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
    /// What the gate asks of the admin plane.
    pub admin: Box<dyn AdminPlane>,
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
    /// Whether a text is the owner key. Takes as long for any text of the same length.
    fn is_owner_key(&self, text: &str) -> bool;
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
