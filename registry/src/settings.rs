//! The settings of the registry.

use tidegate::admin::{AdminError, ApiUrl, OwnerKey, Preset};
use tidegate::token::{Prefix, TokenKeys};
use tidegate::webhooks::AddressRules;

/// The deployment's settings that the registry needs. A missing or malformed setting is an error where it is used.
pub struct Settings {
    /// For tokens' tags and hashes, and the MACs of the values in KV.
    pub keys: Result<TokenKeys, AdminError>,
    /// The prefix of tokens.
    pub prefix: Result<Prefix, AdminError>,
    /// What sessions are bound to.
    pub owner_key: Result<OwnerKey, AdminError>,
    /// Where the API is, for the page's samples.
    pub api_url: Result<Option<ApiUrl>, AdminError>,
    /// For how many days events are kept. If the setting is malformed, they are kept for ever and none is shown.
    pub audit_days: Result<u64, AdminError>,
    /// Where the API is documented.
    pub docs_url: Result<Option<String>, AdminError>,
    /// Presets of scopes.
    pub presets: Result<Vec<Preset>, AdminError>,
    /// Which addresses endpoints may have.
    pub addresses: Result<AddressRules, AdminError>,
}

/// A source of randomness that nobody can predict.
pub trait Random {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// Why no randomness is available. The command then fails.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), String>;
}

/// Fresh random bytes.
pub(crate) fn random<const N: usize>(random: &dyn Random) -> Result<[u8; N], AdminError> {
    let mut bytes = [0; N];
    random.fill(&mut bytes).map_err(|error| AdminError::Registry(format!("no randomness: {error}")))?;
    Ok(bytes)
}
