//! What the deployment sets (`wrangler.toml`, secrets), read once and checked.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

use super::origin::Origin;
use crate::core::decision::Denial;
use crate::core::feed::Limits;
use crate::core::reply::Realm;
use crate::core::token::{Prefix, TokenKeys};

/// The gate's configuration. What is missing or malformed is an error where it is needed: nothing is guessed.
pub(super) struct Config {
    /// For tokens' tags and hashes.
    pub keys: Result<TokenKeys, Denial>,
    /// What tokens begin with.
    pub prefix: Result<Prefix, Denial>,
    /// What challenges name.
    pub realm: Realm,
    /// Where granted requests go.
    pub origin: Result<Origin, Denial>,
    /// The owner key's digest.
    pub owner_key: Result<OwnerKey, Denial>,
    /// How old a verdict's ground may be.
    pub limits: Result<Limits, Denial>,
    /// The host name that the admin plane is confined to, if it is.
    pub admin_host: Option<String>,
}

/// The digest of the owner key: compared in constant time, whatever the lengths.
pub(super) struct OwnerKey([u8; 32]);

/// The shortest owner key, in characters.
const SHORTEST_OWNER_KEY: usize = 32;

impl Config {
    /// Reads the environment. A malformed `REALM` is an error of the token's prefix too: every request is refused.
    pub fn read(env: &Env) -> Self {
        let realm = text(env, "REALM").map_or_else(|| Ok(Realm::default()), |realm| Realm::parse(&realm));
        let prefix = text(env, "TOKEN_PREFIX").map_or_else(|| Ok(Prefix::default()), |prefix| Prefix::parse(&prefix));
        let prefix = prefix.map_err(|error| misconfigured(&error));
        Self {
            keys: TokenKeys::parse(&text(env, "TOKEN_KEYS").unwrap_or_default()).map_err(|error| misconfigured(&error)),
            prefix: match &realm {
                Ok(_) => prefix,
                Err(error) => Err(misconfigured(error)),
            },
            realm: realm.unwrap_or_default(),
            origin: Origin::read(env),
            owner_key: OwnerKey::new(text(env, "OWNER_KEY")),
            limits: limits(env),
            admin_host: text(env, "ADMIN_HOST").map(|host| host.to_ascii_lowercase()),
        }
    }
}

impl OwnerKey {
    fn new(key: Option<String>) -> Result<Self, Denial> {
        match key {
            Some(key) if key.chars().count() >= SHORTEST_OWNER_KEY => Ok(Self(Sha256::digest(key.as_bytes()).into())),
            _ => Err(Denial::Misconfigured("set OWNER_KEY to at least 32 characters".to_owned())),
        }
    }

    /// The digest.
    pub fn digest(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether `given` is the owner key.
    pub fn is(&self, given: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(given.as_bytes()).into();
        digest.ct_eq(&self.0).into()
    }
}

/// The bounds of freshness, and the registry that they are kept by.
fn limits(env: &Env) -> Result<Limits, Denial> {
    if binding(env, "REGISTRY").is_none() {
        return Err(misconfigured(&"the Durable Object REGISTRY is not bound"));
    }
    let [max, good, outage] =
        ["MAX_STALENESS_SECONDS", "LAST_KNOWN_GOOD_SECONDS", "ON_REGISTRY_OUTAGE"].map(|name| text(env, name));
    Limits::parse(max.as_deref(), good.as_deref(), outage.as_deref()).map_err(|error| misconfigured(&error))
}

/// A variable or secret that is set to something.
pub(super) fn text(env: &Env, name: &str) -> Option<String> {
    binding(env, name)?.as_string().filter(|text| !text.is_empty())
}

/// A binding, whatever it is.
pub(super) fn binding(env: &Env, name: &str) -> Option<JsValue> {
    let value = js_sys::Reflect::get(env.unchecked_ref(), &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

pub(super) fn misconfigured(error: &impl ToString) -> Denial {
    Denial::Misconfigured(error.to_string())
}
