//! The provider's discovery document (OpenID Connect Discovery 1.0).

use serde_json::Value;

use super::Provider;

/// What of the document is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Discovery {
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    /// Whether the client secret goes into the form, and not into `Authorization`.
    pub secret_in_form: bool,
}

impl Discovery {
    /// Reads the document; `None` unless it is this issuer's own, and all its addresses may be asked.
    pub fn parse(text: &str, provider: &Provider) -> Option<Self> {
        let document: Value = serde_json::from_str(text).ok()?;
        let address = |name: &str| document.get(name)?.as_str().filter(|url| provider.may_ask(url)).map(str::to_owned);
        if document.get("issuer")?.as_str()? != provider.issuer.as_str() {
            return None;
        }
        let methods = document.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
        let has = |name: &str| methods.is_some_and(|methods| methods.iter().any(|method| method == name));
        Some(Self {
            authorization_endpoint: address("authorization_endpoint")?,
            token_endpoint: address("token_endpoint")?,
            jwks_uri: address("jwks_uri")?,
            secret_in_form: has("client_secret_post") && !has("client_secret_basic"),
        })
    }
}
