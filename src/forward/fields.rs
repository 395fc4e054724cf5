//! The header fields of a client that are not forwarded.

use std::collections::BTreeSet;

/// More fields that a deployment takes out of requests, beside those that this module names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemovedFields(Vec<Removed>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Removed {
    folded: String,
    is_prefix: bool,
}

/// The text is not a list of field names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be header field names with commas between them; a * at the end of one stands for any rest")]
pub struct InvalidRemovedFields;

impl RemovedFields {
    /// Reads field names with commas between them; `x-internal-*` names all that begin so.
    ///
    /// # Errors
    /// [`InvalidRemovedFields`] where one is not a field name (RFC 9110 section 5.1).
    pub fn parse(text: &str) -> Result<Self, InvalidRemovedFields> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'+-.^_`|~".contains(&byte);
        let read = |name: &str| {
            let (name, is_prefix) = name.strip_suffix('*').map_or((name, false), |name| (name, true));
            let is_name = !name.is_empty() && name.bytes().all(is_token);
            is_name.then(|| Removed { folded: folded(name).collect(), is_prefix }).ok_or(InvalidRemovedFields)
        };
        text.split(',').map(|name| read(name.trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the field `name` is one of them, as many servers see names.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|removed| match removed.is_prefix {
            true => begins_with(folded(name), &removed.folded),
            false => folded(name).eq(removed.folded.chars()),
        })
    }
}

/// What proxies say of a request: which operation is meant, by what address, from whom. A client that says it could change,
/// after the verdict, what the origin does. The names after `x-`.
const CLAIMS_AFTER_X: [&str; 65] = [
    "accel-mapping",
    "anonymous-consumer",
    "arr-clientcert",
    "arr-ssl",
    "astro-locals",
    "astro-path",
    "auth-email",
    "auth-groups",
    "auth-roles",
    "azure-clientip",
    "azure-socketip",
    "client-dn",
    "client-ip",
    "client-verify",
    "cluster-client-ip",
    "custom-ip-authorization",
    "endpoint-api-userinfo",
    "forward-for",
    "forwarded",
    "host",
    "host-override",
    "http-destinationurl",
    "http-host-override",
    "http-method",
    "http-method-override",
    "http-override",
    "http-path-override",
    "jwt-assertion",
    "matched-path",
    "method",
    "method-override",
    "ms-original-url",
    "nf-client-connection-ip",
    "now-route-matches",
    "original-for",
    "original-forwarded-for",
    "original-host",
    "original-method",
    "original-path",
    "original-proto",
    "original-uri",
    "original-url",
    "originating-ip",
    "override-url",
    "path-info",
    "proxy-roles",
    "proxy-url",
    "proxy-user",
    "proxyuser-ip",
    "real-ip",
    "replaced-path",
    "request-path",
    "request-uri",
    "request-url",
    "rewrite-path",
    "rewrite-uri",
    "rewrite-url",
    "scheme",
    "script-name",
    "sendfile-type",
    "true-client-ip",
    "url-scheme",
    "userinfo",
    "vouch-user",
    "waws-unencoded-url",
];
/// How others begin, after `x-`.
const CLAIM_PREFIXES_AFTER_X: [&str; 28] = [
    "amzn-mtls-",
    "amzn-oidc-",
    "apigateway-",
    "appengine-",
    "auth-couchdb-",
    "auth-request-",
    "auth-user",
    "authenticated-",
    "authentik-",
    "client-cert",
    "consumer-",
    "credential-",
    "envoy-",
    "forwarded-",
    "goog-authenticated-user-",
    "goog-iap-",
    "invoke-",
    "middleware-",
    "ms-client-principal",
    "ms-token-aad-",
    "pomerium-",
    "remote-",
    "ssl-cert",
    "ssl-client-",
    "token-user-",
    "vercel-",
    "vouch-idp-",
    "webauth-",
];
/// The names of others. `expect` is for the hop alone: an origin's `100 Continue` would be taken for its answer.
const CLAIMS: [&str; 16] = [
    "client-ip",
    "disguised-host",
    "expect",
    "fastly-client-ip",
    "fly-client-ip",
    "forwarded",
    "forwarded-for",
    "front-end-https",
    "gap-auth",
    "iv-creds",
    "iv-groups",
    "path-info",
    "proxy",
    "proxy-client-ip",
    "script-name",
    "true-client-ip",
];
/// How they begin.
const CLAIM_PREFIXES: [&str; 13] = [
    "ajp-",
    "cf-access-authenticated-user-",
    "client-cert",
    "iv-user",
    "mellon-",
    "oam-remote-",
    "oidc-",
    "remote-",
    "shib-",
    "sm-user",
    "ssl-client-",
    "tailscale-user-",
    "wl-proxy-client-",
];

/// Whether an origin could take the field for a proxy's word on the request.
pub(super) fn is_claim(name: &str) -> bool {
    match after_x(name) {
        Some(rest) => {
            CLAIMS_AFTER_X.iter().any(|known| rest.clone().eq(known.chars()))
                || CLAIM_PREFIXES_AFTER_X.iter().any(|prefix| begins_with(rest.clone(), prefix))
        }
        None => {
            CLAIMS.iter().any(|known| folded(name).eq(known.chars()))
                || CLAIM_PREFIXES.iter().any(|prefix| begins_with(folded(name), prefix))
                || is_like_the_platforms(name)
        }
    }
}

/// Whether an origin could take the field for one of the platform's, `CF-*`, and its name has another spelling: the platform sets none
/// such, and takes none off.
fn is_like_the_platforms(name: &str) -> bool {
    begins_with(folded(name), "cf-") && !folded(name).eq(name.chars())
}

/// Hop-by-hop fields (RFC 9110 section 7.6.1).
pub(super) fn is_hop_by_hop(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
    )
}

/// The names of the fields that `Connection` names away, in lower case. It cannot do so with what the platform says of the client and
/// of the request.
pub(super) fn named_by(connection: &str) -> BTreeSet<String> {
    let is_of_platform = |name: &String| name == "host" || name.starts_with("cf-");
    connection.split(',').map(|name| name.trim().to_ascii_lowercase()).filter(|name| !is_of_platform(name)).collect()
}

/// Whether an origin could take the field for one of ours.
pub(super) fn is_ours(name: &str) -> bool {
    after_x(name).is_some_and(|mut rest| {
        "tidegate".chars().all(|letter| rest.next() == Some(letter)) && matches!(rest.next(), None | Some('-'))
    })
}

/// A name as many servers see it: all but letters and digits is one to them.
pub(super) fn folded(name: &str) -> impl Iterator<Item = char> + Clone {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
}

/// What follows an `x-`, as many servers see it.
fn after_x(name: &str) -> Option<impl Iterator<Item = char> + Clone> {
    let (_, rest) = name.split_at_checked(1).filter(|(x, _)| x.eq_ignore_ascii_case("x"))?;
    let mut letters = folded(rest);
    (letters.next() == Some('-')).then_some(letters)
}

fn begins_with(mut letters: impl Iterator<Item = char>, prefix: &str) -> bool {
    prefix.chars().all(|letter| letters.next() == Some(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_ours() {
        for name in ["x-tidegate-owner", "x_tidegate_owner", "X-Tidegate_Owner", "x.tidegate.owner", "x-tidegate"] {
            assert!(is_ours(name), "{name}");
        }
        assert!(!is_ours("x-tidegates"));
    }

    #[test]
    fn claims_are_known_in_any_spelling() {
        for name in ["x-http-method-override", "X_HTTP_Method_Override", "x.original.url", "x-middleware-subrequest"] {
            assert!(is_claim(name), "{name}");
        }
        for name in ["cf_connecting_ip", "cf-connecting_ip", "cf_ipcountry", "cf.ray", "cf_anything"] {
            assert!(is_claim(name), "{name}");
        }
        for name in ["cf-connecting-ip", "cf-ipcountry", "cf-ray", "cf", "cfg_file"] {
            assert!(!is_claim(name), "{name}");
        }
        for name in
            ["x-original-filename", "x-request-id", "x-methods", "forwarded-by", "remote", "expectation", "host"]
        {
            assert!(!is_claim(name), "{name}");
        }
    }

    #[test]
    fn more_fields_can_be_named() {
        let removed = RemovedFields::parse("X-Internal-*, debug").unwrap();
        for name in ["x-internal-user", "X_INTERNAL_", "debug", "Debug"] {
            assert!(removed.has(name), "{name}");
        }
        for name in ["x-internal", "debugger", "x-debug"] {
            assert!(!removed.has(name), "{name}");
        }
        for text in ["", "*", "a,,b", "a b", "a:", "a*b", "é"] {
            assert_eq!(RemovedFields::parse(text), Err(InvalidRemovedFields), "{text:?}");
        }
    }
}
