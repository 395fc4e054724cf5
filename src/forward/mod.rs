//! Step 6, for a grant: what the origin gets, and what the client gets of its answer. The string that was judged is the string that
//! is sent.

mod answer;
mod class;
mod cookie;
mod cors;
mod fields;
mod forwarding;
mod origin_url;

pub use answer::{AnswerRules, WITHHELD_FIELDS, with_hint};
pub use class::{FieldClass, goes_by_class};
pub(crate) use cookie::values_of;
pub use cookie::{SESSION_COOKIE, sets_cookie_of_ours};
pub use cors::{AnswerCors, preflight};
pub use fields::{InvalidRemovedFields, RemovedFields};
pub use forwarding::Forwarding;
pub use origin_url::{InvalidOriginUrl, OriginUrl};

use self::cookie::without_cookies_of_ours;
use self::fields::{folded, is_claim, is_hop_by_hop, is_ours, named_by};
use super::decision::{Grant, Identity};
use super::request::Method;
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
    /// What the origin may answer.
    pub answer: AnswerRules,
}

/// How a request came in, and what this deployment takes out of requests beside what every deployment does.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// `http` or `https`.
    pub scheme: &'a str,
    /// The host name that the client asked for, with its port where it gave one.
    pub host: &'a str,
    /// More fields to take out.
    pub removed: &'a RemovedFields,
}

/// Where the platform says which address the client has.
const CLIENT_ADDRESS: &str = "cf-connecting-ip";

/// Plans how to forward what was granted. `names` are the request's field names in lower case; `value` gives the value of
/// one of them, and is asked no more than it must be: at the edge each question leaves this module.
pub fn plan<'a>(
    grant: &Grant,
    arrival: Arrival<'_>,
    names: impl IntoIterator<Item = &'a str>,
    value: impl Fn(&str) -> Option<String>,
) -> Plan {
    let names: Vec<_> = names.into_iter().collect();
    let value = |name: &str| if names.contains(&name) { value(name) } else { None };
    let named = value("connection").map(|connection| named_by(&connection)).unwrap_or_default();
    let websocket = asks_for_websocket(grant, value("upgrade").as_deref());
    let is_of_hop = |name: &str| match name {
        "upgrade" => !websocket,
        // Without an identity the operation is public, and the credential, if there is one, is the origin's to judge.
        "authorization" if grant.identity().is_some() => true,
        _ => is_hop_by_hop(name) || named.contains(name),
    };
    let never = |name: &str| is_ours(name) || is_look_alike(name, grant.judged_fields());
    let is_judged = |name: &str| grant.judged_fields().iter().any(|judged| judged == name);
    let is_removed = |name: &str| {
        never(name) || (!is_judged(name) && (is_of_hop(name) || is_claim(name) || arrival.removed.has(name)))
    };
    let mut plan = Plan {
        target: grant.target().to_owned(),
        remove: names.iter().filter(|name| is_removed(name)).map(|name| (*name).to_owned()).collect(),
        set: identity_fields(grant),
        respond: told(grant),
        answer: AnswerRules { may_switch_protocols: websocket },
    };
    plan.set.extend(value(CLIENT_ADDRESS).map(|address| ("X-Forwarded-For", address)));
    plan.set.extend(of_arrival(arrival));
    let cookie = value("cookie").filter(|_| !plan.remove.iter().any(|name| name == "cookie"));
    if let Some(rest) = cookie.and_then(|cookie| without_cookies_of_ours(&cookie)) {
        if rest.is_empty() { plan.remove.push("cookie".to_owned()) } else { plan.set.push(("cookie", rest)) }
    }
    plan
}

/// Whether a request asks for a WebSocket (RFC 6455 section 4.1), by the value of its `Upgrade` field. Only a `GET` can: of any other
/// method the platform's `fetch` would make one, which was not judged.
fn asks_for_websocket(grant: &Grant, upgrade: Option<&str>) -> bool {
    *grant.method() == Method::Get && upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// The fields that tell the origin how the request arrived.
fn of_arrival(arrival: Arrival<'_>) -> [(&'static str, String); 2] {
    [("X-Forwarded-Host", arrival.host.to_owned()), ("X-Forwarded-Proto", arrival.scheme.to_owned())]
}

/// The fields that the gate adds to the origin's answer.
fn told(grant: &Grant) -> Vec<(&'static str, String)> {
    let end = grant.identity().and_then(Identity::announced_end);
    end.map(|end| ("Tidegate-Token-Expires", end.to_string())).into_iter().collect()
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

/// Whether an origin could take the field for one that was judged, and is another.
fn is_look_alike(name: &str, judged: &[String]) -> bool {
    judged.iter().any(|judged| judged != name && folded(judged).eq(folded(name)))
}
