//! The identity provider: several settings that go together.

use super::setting::{ConfigError, Setting};
use super::table::{
    ADMIN_HOST, OIDC_ALLOW_LOOPBACK, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ISSUER, OIDC_TRUST_EMAIL,
};
use crate::access::oidc::{Client, Provider};

/// The identity provider that people sign in with; `None` if none is set. `text` returns the value of a setting.
///
/// # Errors
/// [`ConfigError`] that names the setting that is missing or malformed: half a configuration is an error.
pub fn identity_provider(
    text: impl Fn(&'static str) -> Result<Option<String>, ConfigError>,
) -> Result<Option<Provider>, ConfigError> {
    let (issuer, id) = (given(&text, &OIDC_ISSUER)?, given(&text, &OIDC_CLIENT_ID)?);
    let secret = given(&text, &OIDC_CLIENT_SECRET)?;
    let trusts_email = OIDC_TRUST_EMAIL.read(text(OIDC_TRUST_EMAIL.name)?.as_deref())?;
    let allows_loopback = OIDC_ALLOW_LOOPBACK.read(text(OIDC_ALLOW_LOOPBACK.name)?.as_deref())?;
    if issuer.is_none() && id.is_none() && secret.is_none() {
        return Ok(None);
    }
    let issuer =
        issuer.ok_or_else(|| ConfigError::new("OIDC_ISSUER", "must be set beside the other OIDC_ settings"))?;
    let id = id.ok_or_else(|| ConfigError::new("OIDC_CLIENT_ID", "must be set beside OIDC_ISSUER"))?;
    if given(&text, &ADMIN_HOST)?.is_none() {
        return Err(ConfigError::new("ADMIN_HOST", "must be set beside OIDC_ISSUER: people sign in on the admin page"));
    }
    let client = Client { id, secret };
    let provider = Provider { issuer, client, redirect_uri: String::new(), trusts_email, allows_loopback };
    if !provider.may_ask(provider.issuer.as_str()) {
        let message = "must be an https address; OIDC_ALLOW_LOOPBACK allows http on this machine";
        return Err(ConfigError::new("OIDC_ISSUER", message));
    }
    Ok(Some(provider))
}

fn given<T>(
    text: impl Fn(&'static str) -> Result<Option<String>, ConfigError>,
    setting: &Setting<T>,
) -> Result<Option<T>, ConfigError> {
    setting.read_if_set(text(setting.name)?.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(settings: &[(&str, &str)]) -> Result<Option<String>, String> {
        let text = |name: &'static str| {
            Ok(settings.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()))
        };
        let provider = identity_provider(text).map_err(|error| error.setting.to_owned())?;
        Ok(provider.map(|provider| provider.issuer.as_str().to_owned()))
    }

    #[test]
    fn half_a_configuration_names_what_is_missing() {
        let (issuer, client) = (("OIDC_ISSUER", "https://id.example"), ("OIDC_CLIENT_ID", "gate"));
        let (host, secret) = (("ADMIN_HOST", "admin.example"), ("OIDC_CLIENT_SECRET", "s"));
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&[host]), Ok(None));
        assert_eq!(of(&[issuer, client, host]), Ok(Some("https://id.example".to_owned())));
        for (settings, missing) in [
            (&[issuer][..], "OIDC_CLIENT_ID"),
            (&[issuer, host, secret], "OIDC_CLIENT_ID"),
            (&[client, host], "OIDC_ISSUER"),
            (&[secret], "OIDC_ISSUER"),
            (&[issuer, client], "ADMIN_HOST"),
            (&[("OIDC_ISSUER", "http://id.example"), client, host], "OIDC_ISSUER"),
            (&[("OIDC_ISSUER", "http://localhost:9"), client, host], "OIDC_ISSUER"),
            (&[("OIDC_ISSUER", "https://login.example/{tenantid}/v2.0"), client, host], "OIDC_ISSUER"),
            (&[issuer, ("OIDC_CLIENT_ID", "a b"), host], "OIDC_CLIENT_ID"),
            (&[issuer, client, host, ("OIDC_TRUST_EMAIL", "yes")], "OIDC_TRUST_EMAIL"),
        ] {
            assert_eq!(of(settings), Err(missing.to_owned()), "{settings:?}");
        }
        let here = [("OIDC_ISSUER", "http://localhost:9"), client, host, ("OIDC_ALLOW_LOOPBACK", "true")];
        assert_eq!(of(&here), Ok(Some("http://localhost:9".to_owned())));
    }
}
