//! What the deployment sets (`wrangler.toml`, secrets), read once and checked. [`tidegate::config`] has the table.

use wasm_bindgen::JsValue;
use worker::Env;

use crate::platform::environment::{binding, is_service, text};
use crate::platform::namespace::{objects, registry_id};
use registry::Settings;
use tidegate::access::oidc::Provider;
use tidegate::admin::{AdminHost, ApiUrl, Brand, OwnerKey, Plane, PlaneSettings, Preset};
use tidegate::config::{self, ConfigError, Setting};
use tidegate::feed::Limits;
use tidegate::forward::{OriginUrl, RemovedFields};
use tidegate::gate::{self, Addresses};
use tidegate::reply::Realm;
use tidegate::token::{Prefix, TokenKeys};
use tidegate::webhooks::{AddressRules, OwnZones};

/// The gate's configuration. What is missing or malformed is an error where it is needed: nothing is guessed.
pub(crate) struct Config {
    /// For tokens' tags and hashes.
    pub keys: Result<TokenKeys, ConfigError>,
    /// The prefix of tokens.
    pub prefix: Result<Prefix, ConfigError>,
    /// What challenges name.
    pub realm: Result<Realm, ConfigError>,
    /// Where granted requests go.
    pub origin: Result<OriginConfig, ConfigError>,
    /// How old a verdict's ground may be.
    pub limits: Result<Limits, ConfigError>,
    /// How use is counted; `None` where no store for it is bound.
    pub usage: Option<Addresses>,
    /// The names that are this deployment's own, where no webhook may go.
    pub own_zones: Result<Option<OwnZones>, ConfigError>,
    /// Whether webhooks may go to this machine.
    pub allow_loopback: Result<bool, ConfigError>,
    /// `ORIGIN_URL`, whichever way requests go.
    pub origin_url: Result<Option<OriginUrl>, ConfigError>,
    /// What the admin plane alone needs.
    pub admin: AdminConfig,
}

/// Where granted requests go, and how.
pub(crate) struct OriginConfig {
    /// The service or address.
    pub to: Destination,
    /// How long the origin may take to begin its answer, in milliseconds.
    pub timeout_ms: u64,
    /// What requests leave behind, beside what they always do.
    pub removed: RemovedFields,
}

/// Who gets a granted request.
pub(crate) enum Destination {
    /// The service that is bound as `ORIGIN`: host and scheme stay the client's.
    Service,
    /// A scheme and an authority.
    Address(OriginUrl),
}

/// What the admin plane needs beside all else: where it lacks something, the gate still judges.
pub(crate) struct AdminConfig {
    /// For bearers of it, and to sign in.
    pub owner_key: Result<OwnerKey, ConfigError>,
    /// Whether something is set for it at all.
    pub has_owner_key: bool,
    /// The identity provider that people sign in with, if there is one.
    pub oidc: Result<Option<Provider>, ConfigError>,
    /// The host name that the admin plane is confined to, if it is.
    pub host: Result<Option<AdminHost>, ConfigError>,
    /// Where the API is, for the page's samples.
    pub api_url: Result<Option<ApiUrl>, ConfigError>,
    /// For how many days events are kept.
    pub audit_days: Result<u64, ConfigError>,
    /// Where the API is documented.
    pub docs_url: Result<Option<String>, ConfigError>,
    /// Presets of scopes.
    pub presets: Result<Vec<Preset>, ConfigError>,
    /// Whose page it is.
    pub brand: Result<Brand, ConfigError>,
    /// How clients' addresses are recorded with the use of tokens.
    pub usage_addresses: Result<Addresses, ConfigError>,
}

impl Config {
    /// Reads the environment.
    pub fn read(env: &Env) -> Self {
        Self {
            keys: read(env, &config::TOKEN_KEYS),
            prefix: read(env, &config::TOKEN_PREFIX),
            realm: read(env, &config::REALM),
            origin: OriginConfig::read(env),
            limits: limits(env),
            usage: usage(env),
            own_zones: read_if_set(env, &config::OWN_ZONES),
            allow_loopback: read(env, &config::WEBHOOKS_ALLOW_LOOPBACK),
            origin_url: read_if_set(env, &config::ORIGIN_URL),
            admin: AdminConfig::read(env),
        }
    }

    /// Where webhooks may go.
    pub fn addresses(&self) -> Result<AddressRules, ConfigError> {
        let (host, api) = (self.admin.host.clone()?, self.admin.api_url.clone()?);
        let (origin, zones) = (self.origin_url.clone()?, self.own_zones.clone()?);
        let own = [
            host.as_ref().map(AdminHost::name),
            api.as_ref().map(ApiUrl::as_str),
            origin.as_ref().map(OriginUrl::as_str),
        ];
        let own: Vec<_> = own.into_iter().flatten().collect();
        Ok(AddressRules::new(&own, zones, self.allow_loopback.clone()?))
    }

    /// What the gate's machine needs, and the admin plane beside it.
    pub fn into_machine(self, env: &Env) -> (gate::Settings, Plane) {
        let Self { keys, prefix, realm, origin, limits, usage, admin, .. } = self;
        let plane = Plane::new(admin.into_settings(keys.clone()));
        let settings = gate::Settings {
            keys: keys.map_err(Into::into),
            prefix: prefix.map_err(Into::into),
            realm: realm.map_err(Into::into),
            origin: origin.map(Into::into).map_err(Into::into),
            limits: limits.map_err(Into::into),
            registry: registry_id(env),
            usage,
            admin: Box::new(plane.clone()),
        };
        (settings, plane)
    }
}

impl OriginConfig {
    fn read(env: &Env) -> Result<Self, ConfigError> {
        let timeout_ms = milliseconds(read(env, &config::ORIGIN_TIMEOUT_SECONDS)?);
        let removed = read_if_set(env, &config::REMOVED_HEADERS)?.unwrap_or_default();
        Ok(Self { to: Destination::read(env)?, timeout_ms, removed })
    }
}

impl Destination {
    /// Reads `ORIGIN`, else `ORIGIN_URL`.
    fn read(env: &Env) -> Result<Self, ConfigError> {
        match binding(env, "ORIGIN") {
            Some(service) if is_service(&service) => Ok(Self::Service),
            Some(_) => Err(ConfigError::new("ORIGIN", "must be a service binding; an address is ORIGIN_URL")),
            None => read_if_set(env, &config::ORIGIN_URL)?
                .map(Self::Address)
                .ok_or_else(|| ConfigError::new("ORIGIN", "must be bound to a service, or ORIGIN_URL be set")),
        }
    }
}

impl AdminConfig {
    fn read(env: &Env) -> Self {
        Self {
            owner_key: read(env, &config::OWNER_KEY),
            has_owner_key: text(env, config::OWNER_KEY.name) != Ok(None),
            oidc: config::identity_provider(|name| text(env, name)),
            host: read_if_set(env, &config::ADMIN_HOST),
            api_url: read_if_set(env, &config::API_URL),
            audit_days: read(env, &config::AUDIT_DAYS),
            docs_url: read_if_set(env, &config::DOCS_URL),
            presets: read_if_set(env, &config::PRESETS).map(Option::unwrap_or_default),
            brand: brand(env),
            usage_addresses: read(env, &config::USAGE_ADDRESSES),
        }
    }

    fn into_settings(self, keys: Result<TokenKeys, ConfigError>) -> PlaneSettings {
        let Self { owner_key, has_owner_key, oidc, host, api_url, brand, usage_addresses, .. } = self;
        PlaneSettings {
            keys: keys.map_err(Into::into),
            owner_key: owner_key.map_err(Into::into),
            has_owner_key,
            oidc: oidc.map_err(Into::into),
            oidc_memory: Default::default(),
            host: host.map_err(Into::into),
            api_url: api_url.map_err(Into::into),
            brand: brand.map_err(Into::into),
            usage_addresses: usage_addresses.map_err(Into::into),
            test_field: TEST_FIELD,
        }
    }
}

#[cfg(feature = "faults")]
const TEST_FIELD: Option<&str> = Some(crate::faults::HEADER);
#[cfg(not(feature = "faults"))]
const TEST_FIELD: Option<&str> = None;

impl From<OriginConfig> for gate::Origin {
    fn from(OriginConfig { to, timeout_ms, removed }: OriginConfig) -> Self {
        let address = if let Destination::Address(address) = to { Some(address) } else { None };
        Self { address, timeout_ms, removed }
    }
}

/// What the registry needs of it.
impl From<Config> for Settings {
    fn from(config: Config) -> Self {
        let addresses = config.addresses().map_err(Into::into);
        let Config {
            keys, prefix, admin: AdminConfig { owner_key, api_url, audit_days, docs_url, presets, .. }, ..
        } = config;
        let (keys, prefix) = (keys.map_err(Into::into), prefix.map_err(Into::into));
        Self {
            keys,
            prefix,
            owner_key: owner_key.map_err(Into::into),
            api_url: api_url.map_err(Into::into),
            docs_url: docs_url.map_err(Into::into),
            presets: presets.map_err(Into::into),
            audit_days: audit_days.map_err(Into::into),
            addresses,
        }
    }
}

/// The service that webhooks go out by, if there is one.
pub(crate) fn webhook_egress(env: &Env) -> Result<Option<JsValue>, ConfigError> {
    match binding(env, "WEBHOOK_EGRESS") {
        Some(service) if !is_service(&service) => Err(ConfigError::new("WEBHOOK_EGRESS", "must be a service binding")),
        bound => Ok(bound),
    }
}

fn brand(env: &Env) -> Result<Brand, ConfigError> {
    Ok(Brand {
        name: read_if_set(env, &config::BRAND_NAME)?,
        logo: read_if_set(env, &config::BRAND_LOGO)?,
        color: read_if_set(env, &config::BRAND_COLOR)?,
    })
}

/// The bounds of freshness, and the registry that they are kept by.
fn limits(env: &Env) -> Result<Limits, ConfigError> {
    if objects(env, "REGISTRY").is_none() {
        return Err(ConfigError::new("REGISTRY", "must be bound to the Durable Object Registry"));
    }
    Ok(Limits {
        max_staleness_ms: milliseconds(read(env, &config::MAX_STALENESS_SECONDS)?),
        last_known_good_ms: milliseconds(read(env, &config::LAST_KNOWN_GOOD_SECONDS)?),
        on_outage: read(env, &config::ON_REGISTRY_OUTAGE)?,
    })
}

/// How use is counted. If the setting cannot be read, no address is kept in clear, and the admin plane shows no use.
fn usage(env: &Env) -> Option<Addresses> {
    binding(env, "USAGE")?;
    Some(read(env, &config::USAGE_ADDRESSES).unwrap_or_default())
}

fn milliseconds(seconds: u64) -> u64 {
    seconds.saturating_mul(1000)
}

fn read<T>(env: &Env, setting: &Setting<T>) -> Result<T, ConfigError> {
    setting.read(text(env, setting.name)?.as_deref())
}

fn read_if_set<T>(env: &Env, setting: &Setting<T>) -> Result<Option<T>, ConfigError> {
    setting.read_if_set(text(env, setting.name)?.as_deref())
}
