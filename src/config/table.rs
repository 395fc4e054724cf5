//! The table of settings.

use super::setting::{Kind, Listed, Setting};
use crate::access::oidc::Issuer;
use crate::admin::{AdminHost, ApiUrl, OwnerKey, Preset, brand_color, brand_logo, brand_name, presets};
use crate::feed::{MIN_STALENESS_SECONDS, OnOutage};
use crate::forward::{OriginUrl, RemovedFields};
use crate::gate::Addresses;
use crate::reply::Realm;
use crate::request::web_origin;
use crate::token::{Prefix, TokenKeys};
use crate::webhooks::OwnZones;

/// Makes each setting and the list of all from one table, so that neither can lack one.
macro_rules! settings {
    ($($(#[$doc:meta])* $kind:ident $name:ident: $type:ty $(= $default:literal)?, $parse:expr;)*) => {
        $(
            $(#[$doc])*
            pub const $name: Setting<$type> =
                Setting { name: stringify!($name), default: settings!(@default $($default)?), parse: |text| $parse(text).map_err(said) };
        )*

        /// Every setting, in the order of docs/configuration.md.
        pub const SETTINGS: &[Listed] = &[$(Listed {
            name: $name.name,
            kind: Kind::$kind,
            default: $name.default,
            check: |text| $name.read(Some(text)).map(drop),
        },)*];
    };
    (@default) => { None };
    (@default $default:literal) => { Some($default) };
}

settings! {
    /// The keys of tokens' tags and of the MACs on what KV holds.
    Secret TOKEN_KEYS: TokenKeys, TokenKeys::parse;
    /// The key of the admin plane.
    Secret OWNER_KEY: OwnerKey, OwnerKey::parse;
    /// The prefix of tokens.
    Variable TOKEN_PREFIX: Prefix = "pit", Prefix::parse;
    /// What challenges name.
    Variable REALM: Realm = "api", Realm::parse;
    /// Where granted requests go, unless the binding `ORIGIN` is there.
    Variable ORIGIN_URL: OriginUrl, OriginUrl::parse;
    /// How long the origin may take to begin its answer.
    Variable ORIGIN_TIMEOUT_SECONDS: u64 = "60", whole::<1, 600>;
    /// Further request header fields that are not forwarded.
    Variable REMOVED_HEADERS: RemovedFields, RemovedFields::parse;
    /// How old the copy of the feed may be that a verdict rests on.
    Variable MAX_STALENESS_SECONDS: u64 = "10", whole::<MIN_STALENESS_SECONDS, 300>;
    /// What becomes of requests while that bound cannot be kept.
    Variable ON_REGISTRY_OUTAGE: OnOutage = "serve", OnOutage::parse;
    /// How long what was read serves while KV cannot be read.
    Variable LAST_KNOWN_GOOD_SECONDS: u64 = "300", whole::<0, 3600>;
    /// For how many days events are kept.
    Variable AUDIT_DAYS: u64 = "400", whole::<1, 3650>;
    /// The host name of the admin plane.
    Variable ADMIN_HOST: AdminHost, AdminHost::parse;
    /// Where the API is, for the page's samples.
    Variable API_URL: ApiUrl, ApiUrl::parse;
    /// Where the API is documented.
    Variable DOCS_URL: String, web_address;
    /// Presets of scopes that go together.
    Variable PRESETS: Vec<Preset>, presets;
    /// What the page is called.
    Variable BRAND_NAME: String, brand_name;
    /// The page's picture.
    Variable BRAND_LOGO: String, brand_logo;
    /// The page's colour.
    Variable BRAND_COLOR: String, brand_color;
    /// The names that are the deployment's own, where no webhook may go.
    Variable OWN_ZONES: OwnZones, OwnZones::parse;
    /// Whether webhooks may go to this machine, by http.
    Variable WEBHOOKS_ALLOW_LOOPBACK: bool = "false", boolean;
    /// The identity provider that people sign in with.
    Variable OIDC_ISSUER: Issuer, Issuer::parse;
    /// The client ID that the provider gave this gate.
    Variable OIDC_CLIENT_ID: String, printable;
    /// The secret that the provider gave this gate; none for a public client.
    Secret OIDC_CLIENT_SECRET: String, printable;
    /// Whether an address counts without `email_verified`.
    Variable OIDC_TRUST_EMAIL: bool = "false", boolean;
    /// Whether the provider may be on this machine, by http.
    Variable OIDC_ALLOW_LOOPBACK: bool = "false", boolean;
    /// How the client's address is recorded with the use of a token.
    Variable USAGE_ADDRESSES: Addresses = "hashed", addresses;
}

/// A whole number in decimal digits, without a sign and without leading zeros.
fn whole<const MIN: u64, const MAX: u64>(text: &str) -> Result<u64, String> {
    let seconds =
        text.parse().ok().filter(|seconds: &u64| (MIN..=MAX).contains(seconds) && seconds.to_string() == text);
    seconds.ok_or_else(|| format!("must be {MIN} to {MAX}"))
}

fn printable(text: &str) -> Result<String, &'static str> {
    let is_printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_printable && (1..=1024).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err("must be 1 to 1024 visible ASCII characters")
    }
}

fn addresses(text: &str) -> Result<Addresses, &'static str> {
    match text {
        "hashed" => Ok(Addresses::Hashed),
        "clear" => Ok(Addresses::Clear),
        _ => Err("must be hashed or clear"),
    }
}

fn web_address(text: &str) -> Result<String, &'static str> {
    const NONE: &str = "must be a web address, as in https://docs.example.com/";
    let (scheme, rest) = text.split_once("://").ok_or(NONE)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    web_origin(&format!("{scheme}://{authority}")).ok_or(NONE)?;
    printable(text).map_err(|_| NONE)
}

fn boolean(text: &str) -> Result<bool, &'static str> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("must be true or false"),
    }
}

fn said(error: impl ToString) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_has_its_default() {
        assert_eq!(MAX_STALENESS_SECONDS.read(None), Ok(10));
        assert_eq!(LAST_KNOWN_GOOD_SECONDS.read(None), Ok(300));
        assert_eq!(ORIGIN_TIMEOUT_SECONDS.read(None), Ok(60));
        assert_eq!(ON_REGISTRY_OUTAGE.read(None), Ok(OnOutage::Serve));
        assert_eq!(TOKEN_PREFIX.read(None), Ok(Prefix::default()));
        assert_eq!(REALM.read(None), Ok(Realm::default()));
        assert_eq!(API_URL.read_if_set(None), Ok(None));
    }

    #[test]
    fn what_has_no_default_must_be_set() {
        for setting in ["TOKEN_KEYS", "OWNER_KEY"] {
            let listed = SETTINGS.iter().find(|listed| listed.name == setting).unwrap();
            let error = (listed.check)("").unwrap_err();
            assert!(error.to_string().starts_with(&format!("{setting} must be ")), "{error}");
        }
    }

    #[test]
    fn every_default_is_valid() {
        for listed in SETTINGS {
            if let Some(default) = listed.default {
                assert_eq!((listed.check)(default), Ok(()), "{}", listed.name);
            }
        }
    }

    #[test]
    fn seconds_have_bounds_and_one_spelling() {
        let settings =
            [(ORIGIN_TIMEOUT_SECONDS, 1, 600), (MAX_STALENESS_SECONDS, 7, 300), (LAST_KNOWN_GOOD_SECONDS, 0, 3600)];
        for (setting, min, max) in settings {
            for good in [min, max] {
                assert_eq!(setting.read(Some(&good.to_string())), Ok(good), "{}", setting.name);
            }
            let over = (max + 1).to_string();
            for text in [&over, "-7", "+30", "007", "7.0", " 7", "7s", "ten", "", "00", "1e2", "18446744073709551616"] {
                let error = setting.read(Some(text)).unwrap_err();
                assert_eq!(error.to_string(), format!("{} must be {min} to {max}", setting.name), "{text}");
            }
        }
        assert!(MAX_STALENESS_SECONDS.read(Some("6")).is_err());
    }

    #[test]
    fn an_outage_has_two_words() {
        assert_eq!(ON_REGISTRY_OUTAGE.read(Some("deny")), Ok(OnOutage::Deny));
        for text in ["Deny", "DENY", "deny ", "allow", "true", ""] {
            let error = ON_REGISTRY_OUTAGE.read(Some(text)).unwrap_err();
            assert_eq!(error.to_string(), "ON_REGISTRY_OUTAGE must be serve or deny", "{text}");
        }
    }

    #[test]
    fn an_address_of_the_web_has_a_host() {
        for text in ["https://docs.example.com", "http://localhost:3000/a b?c#d".replace(' ', "%20").as_str()] {
            assert_eq!(DOCS_URL.read(Some(text)).as_deref(), Ok(text));
        }
        for text in
            ["", "docs.example.com", "https://", "https:///a", "https://?", "https://u:p@a/", "https://a b/", "data:,x"]
        {
            let error = DOCS_URL.read(Some(text)).unwrap_err();
            assert!(error.to_string().starts_with("DOCS_URL must be a web address"), "{text}");
        }
    }

    #[test]
    fn an_error_names_the_setting_and_not_what_it_was_set_to() {
        for listed in SETTINGS {
            let error = (listed.check)("sesame\u{7f}\"/").unwrap_err();
            assert!(error.to_string().starts_with(listed.name), "{error}");
            assert!(!error.to_string().contains("sesame"), "{error}");
        }
    }
}
