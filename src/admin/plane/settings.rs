//! The settings of a deployment that the admin plane uses.

use std::cell::RefCell;

use serde_json::json;

use super::caller::Caller;
use super::oidc;
use crate::access::oidc::{Memory as OidcMemory, Provider};
use crate::admin::{AdminError, AdminHost, ApiUrl, Brand, OwnerKey};
use crate::gate::{Addresses, Answer};
use crate::token::TokenKeys;

/// The settings of a deployment that the admin plane uses. What is missing or malformed is an error where it is needed.
pub struct PlaneSettings {
    /// For sessions' tags, and for what the log calls a client.
    pub keys: Result<TokenKeys, AdminError>,
    /// For bearers of it, and to sign in.
    pub owner_key: Result<OwnerKey, AdminError>,
    /// Whether something is set for it at all.
    pub has_owner_key: bool,
    /// The identity provider that people sign in with, if there is one.
    pub oidc: Result<Option<Provider>, AdminError>,
    /// What this isolate remembers of the provider.
    pub oidc_memory: RefCell<OidcMemory>,
    /// The host name that the admin plane is confined to, if it is.
    pub host: Result<Option<AdminHost>, AdminError>,
    /// Whose page it is.
    pub brand: Result<Brand, AdminError>,
    /// Where the API is, for the page's samples.
    pub api_url: Result<Option<ApiUrl>, AdminError>,
    /// How clients' addresses are recorded with the use of tokens.
    pub usage_addresses: Result<Addresses, AdminError>,
    /// A header field that goes to the registry beside those of [`FORWARDED`](super::command::FORWARDED): for tests.
    pub test_field: Option<&'static str>,
}

impl PlaneSettings {
    pub(super) fn keys(&self) -> Result<&TokenKeys, AdminError> {
        self.keys.as_ref().map_err(Clone::clone)
    }

    /// The owner key. If none is set, and none is needed, every key is wrong.
    pub(super) fn owner_key(&self) -> Result<&OwnerKey, AdminError> {
        self.owner_key_if_set()?.ok_or(AdminError::WrongKey)
    }

    /// The owner key; `None` where none is set, which it need not be where people can sign in.
    pub(super) fn owner_key_if_set(&self) -> Result<Option<&OwnerKey>, AdminError> {
        let people_can_sign_in = matches!(self.oidc, Ok(Some(_)));
        match &self.owner_key {
            Ok(key) => Ok(Some(key)),
            Err(_) if people_can_sign_in && !self.has_owner_key => Ok(None),
            Err(error) => Err(error.clone()),
        }
    }

    /// `GET /sign-in`: the ways to sign in, and whether this browser's cookie says that it has signed in.
    pub(super) fn ways(&self, caller: &Caller) -> Result<Answer, AdminError> {
        let brand = self.brand.as_ref().map_err(Clone::clone)?;
        let oidc = self.oidc.as_ref().map_err(Clone::clone)?.as_ref().filter(|_| self.has_host());
        let oidc = oidc.map(|provider| json!({ "issuer": provider.issuer.as_str(), "href": oidc::SIGN_IN }));
        let ways = json!({
            "owner_key": self.owner_key.is_ok(), "oidc": oidc, "has_session": caller.has_session(self), "brand": brand,
        });
        Ok(Answer::json(200, ways.to_string()))
    }

    /// Whether a URL is on the admin plane's own host.
    pub(super) fn is_host_of(&self, url: &str) -> bool {
        matches!(&self.host, Ok(Some(host)) if host.serves(url))
    }

    pub(super) fn has_host(&self) -> bool {
        matches!(self.host, Ok(Some(_)))
    }

    /// Without a host name of its own, the page would be of one origin with whatever the origin serves: with its scripts and its
    /// service workers.
    pub(super) fn check_has_host(&self) -> Result<(), AdminError> {
        if self.has_host() { Ok(()) } else { Err(AdminError::NoAdminHost) }
    }
}
