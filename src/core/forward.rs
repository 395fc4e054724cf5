//! Step 6, for a grant: what the origin sees. The string that was judged is the string that is sent.

use super::decision::{Grant, Identity};
use super::rotation::TokenUse;

/// What becomes of a request's header fields on the way to the origin, and of its answer's on the way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Path and query, byte for byte as judged.
    pub target: String,
    /// Fields to take out, in lower case.
    pub remove: Vec<String>,
    /// Fields to set, after all else; no client can name them away.
    pub set: Vec<(&'static str, String)>,
    /// Fields to set on the client's response.
    pub respond: Vec<(&'static str, String)>,
}

/// The admin page's session cookie: it shares a host with the origin's paths, and must not reach the origin.
pub const SESSION_COOKIE: &str = "__Host-tidegate";

/// Fields by which some origins let a client change, after the verdict, which operation is meant: what follows their `x-`.
const OPERATION_OVERRIDES: [&str; 7] = [
    "http-method",
    "http-method-override",
    "method-override",
    "middleware-subrequest",
    "original-uri",
    "original-url",
    "rewrite-url",
];

/// What `Connection` must not name away: the platform says by these who the client is, or where the request goes.
const KEPT_WHATEVER_CONNECTION_SAYS: [&str; 3] = ["forwarded", "host", "x-real-ip"];
/// Likewise, by how they begin.
const KEPT_BY_PREFIX: [&str; 2] = ["cf-", "x-forwarded-"];

/// Plans how to forward what was granted. `names` are the request's field names in lower case; `value` gives the value of
/// one of them, and is asked no more than it must be: at the edge each question leaves this module.
pub fn plan<'a>(
    grant: &Grant,
    names: impl IntoIterator<Item = &'a str>,
    value: impl Fn(&str) -> Option<String>,
) -> Plan {
    let names: Vec<_> = names.into_iter().collect();
    let value = |name: &str| if names.contains(&name) { value(name) } else { None };
    let connection = value("connection");
    let websocket = value("upgrade").is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"));
    let hop_by_hop = |name: &str| match name {
        "upgrade" => !websocket,
        _ => is_never_forwarded(name) || connection.as_deref().is_some_and(|connection| is_named_by(connection, name)),
    };
    let never = |name: &str| is_ours(name) || is_override(name) || is_look_alike(name, grant.judged_fields());
    let is_judged = |name: &str| grant.judged_fields().iter().any(|judged| judged == name);
    let removed = names.iter().filter(|name| never(name) || (hop_by_hop(name) && !is_judged(name)));
    let mut plan = Plan {
        target: grant.target().to_owned(),
        remove: removed.map(|name| (*name).to_owned()).collect(),
        set: identity_fields(grant),
        respond: Vec::new(),
    };
    if let Some(cookie) = value("cookie").filter(|cookie| cookie.contains(SESSION_COOKIE)) {
        match without_session(&cookie) {
            rest if rest.is_empty() => plan.remove.push("cookie".to_owned()),
            rest => plan.set.push(("cookie", rest)),
        }
    }
    if let Some(end) = grant.identity().and_then(Identity::announced_end) {
        plan.respond.push(("Tidegate-Token-Expires", end.to_string()));
    }
    plan
}

fn identity_fields(grant: &Grant) -> Vec<(&'static str, String)> {
    let Some(identity) = grant.identity() else { return Vec::new() };
    let token = match identity.token() {
        TokenUse::Current => "current",
        TokenUse::Outgoing { .. } => "outgoing",
    };
    vec![
        ("X-Tidegate-Integration", identity.integration().as_str().to_owned()),
        ("X-Tidegate-Level", identity.owner().level.as_str().to_owned()),
        ("X-Tidegate-Owner", identity.owner().id.as_str().to_owned()),
        ("X-Tidegate-Scopes", identity.scopes().to_string()),
        ("X-Tidegate-Token", token.to_owned()),
    ]
}

/// Hop-by-hop fields (RFC 9110 section 7.6.1) and what authenticated the client to us.
fn is_never_forwarded(name: &str) -> bool {
    matches!(
        name,
        "authorization"
            | "connection"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
    )
}

/// Whether an origin could take the field for one of ours.
fn is_ours(name: &str) -> bool {
    after_x(name).is_some_and(|mut rest| {
        "tidegate".chars().all(|letter| rest.next() == Some(letter)) && matches!(rest.next(), None | Some('-'))
    })
}

/// Whether an origin could take the field for one that overrides method or path.
fn is_override(name: &str) -> bool {
    after_x(name).is_some_and(|rest| OPERATION_OVERRIDES.iter().any(|known| rest.clone().eq(known.chars())))
}

/// What follows an `x-`, as many servers see it.
fn after_x(name: &str) -> Option<impl Iterator<Item = char> + Clone> {
    let (_, rest) = name.split_at_checked(1).filter(|(x, _)| x.eq_ignore_ascii_case("x"))?;
    let mut letters = folded(rest);
    (letters.next() == Some('-')).then_some(letters)
}

/// Whether an origin could take the field for one that was judged, and is another.
fn is_look_alike(name: &str, judged: &[String]) -> bool {
    judged.iter().any(|judged| judged != name && folded(judged).eq(folded(name)))
}

/// A name as many servers see it: all but letters and digits is one to them.
fn folded(name: &str) -> impl Iterator<Item = char> + Clone {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
}

fn is_named_by(connection: &str, name: &str) -> bool {
    let kept =
        || KEPT_WHATEVER_CONNECTION_SAYS.contains(&name) || KEPT_BY_PREFIX.iter().any(|kept| name.starts_with(kept));
    connection.split(',').any(|named| named.trim().eq_ignore_ascii_case(name)) && !kept()
}

/// A `Cookie` value without our session.
fn without_session(cookie: &str) -> String {
    let is_session = |pair: &&str| pair.split('=').next().is_some_and(|name| name.trim() == SESSION_COOKIE);
    let rest: Vec<_> = cookie.split(';').filter(|pair| !is_session(pair)).map(str::trim).collect();
    rest.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_never_reaches_the_origin() {
        assert_eq!(without_session("a=1; __Host-tidegate=secret; b=2"), "a=1; b=2");
        assert_eq!(without_session("__Host-tidegate=secret"), "");
        assert_eq!(without_session("x__Host-tidegate=kept"), "x__Host-tidegate=kept");
    }

    #[test]
    fn look_alikes_are_ours() {
        for name in ["x-tidegate-owner", "x_tidegate_owner", "X-Tidegate_Owner", "x.tidegate.owner", "x-tidegate"] {
            assert!(is_ours(name), "{name}");
        }
        assert!(!is_ours("x-tidegates"));
    }

    #[test]
    fn overrides_are_known_in_any_spelling() {
        for name in ["x-http-method-override", "X_HTTP_Method_Override", "x-original-url", "x-middleware-subrequest"] {
            assert!(is_override(name), "{name}");
        }
        assert!(!is_override("x-original-host"));
    }
}
