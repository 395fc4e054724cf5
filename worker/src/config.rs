//! What the deployment sets (`wrangler.toml`, secrets), read once and checked.

use worker::Env;

use crate::origin::Origin;
use crate::platform::environment::{binding, text};
use registry::Settings;
use tidegate::admin::{AdminError, AdminHost, ApiUrl, OwnerKey};
use tidegate::decision::Denial;
use tidegate::feed::Limits;
use tidegate::reply::Realm;
use tidegate::token::{Prefix, TokenKeys};

/// The gate's configuration. What is missing or malformed is an error where it is needed: nothing is guessed.
pub(crate) struct Config {
    /// For tokens' tags and hashes.
    pub keys: Result<TokenKeys, Denial>,
    /// What tokens begin with.
    pub prefix: Result<Prefix, Denial>,
    /// What challenges name.
    pub realm: Realm,
    /// Where granted requests go.
    pub origin: Result<Origin, Denial>,
    /// How old a verdict's ground may be.
    pub limits: Result<Limits, Denial>,
    /// What the admin plane alone needs.
    pub admin: AdminConfig,
}

/// What the admin plane needs beside all else: where it lacks something, the gate still judges.
pub(crate) struct AdminConfig {
    /// For bearers of it, and to sign in.
    pub owner_key: Result<OwnerKey, AdminError>,
    /// The host name that the admin plane is confined to, if it is.
    pub host: Result<Option<AdminHost>, AdminError>,
    /// Where the API is, for the page's samples.
    pub api_url: Result<Option<ApiUrl>, AdminError>,
}

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
            limits: limits(env),
            admin: AdminConfig::read(env),
        }
    }
}

impl AdminConfig {
    fn read(env: &Env) -> Self {
        let host = text(env, "ADMIN_HOST").map(|host| AdminHost::parse(&host)).transpose();
        let api_url = text(env, "API_URL").map(|url| ApiUrl::parse(&url)).transpose();
        Self {
            owner_key: OwnerKey::parse(&text(env, "OWNER_KEY").unwrap_or_default()).map_err(|error| unusable(&error)),
            host: host.map_err(|error| unusable(&error)),
            api_url: api_url.map_err(|error| unusable(&error)),
        }
    }

    /// Whether a request is for the host of the admin plane.
    pub fn is_host_of(&self, url: &str) -> bool {
        matches!(&self.host, Ok(Some(host)) if host.serves(url))
    }
}

/// What the registry needs of it.
impl From<Config> for Settings {
    fn from(config: Config) -> Self {
        let Config { keys, prefix, admin: AdminConfig { owner_key, api_url, .. }, .. } = config;
        let for_admin = |denial: Denial| for_admin(&denial);
        Self { keys: keys.map_err(for_admin), prefix: prefix.map_err(for_admin), owner_key, api_url }
    }
}

/// The bounds of freshness, and the registry that they are kept by.
fn limits(env: &Env) -> Result<Limits, Denial> {
    if binding(env, "REGISTRY").is_none() {
        return Err(misconfigured(&"bind the Durable Object REGISTRY"));
    }
    let [max, good, outage] =
        ["MAX_STALENESS_SECONDS", "LAST_KNOWN_GOOD_SECONDS", "ON_REGISTRY_OUTAGE"].map(|name| text(env, name));
    Limits::parse(max.as_deref(), good.as_deref(), outage.as_deref()).map_err(|error| misconfigured(&error))
}

/// What the gate lacks, where the admin plane needs it too.
pub(crate) fn for_admin(denial: &Denial) -> AdminError {
    match denial {
        Denial::Misconfigured(what) => AdminError::Misconfigured(what.clone()),
        other => AdminError::Misconfigured(other.to_string()),
    }
}

fn unusable(error: &impl ToString) -> AdminError {
    AdminError::Misconfigured(error.to_string())
}

pub(crate) fn misconfigured(error: &impl ToString) -> Denial {
    Denial::Misconfigured(error.to_string())
}
