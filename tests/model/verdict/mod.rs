//! The reference model of the verdict: it turns a request, a record, a policy and a moment into yes or no, the slow way, from plain
//! data. Nothing here calls the rules: what is right is written here a second time.

mod body;
mod credential;
mod owner;
mod path;
mod query;
mod router;

#[path = "../../gate/policy/naive.rs"]
mod naive;

use naive::matched;

pub use credential::{Credential, credential};
pub use path::is_canonical as is_canonical_path;
pub use query::is_query;

/// Everything that a verdict depends on.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Seconds since the Unix epoch.
    pub now: u64,
    pub record: Record,
    pub operations: Vec<Operation>,
    /// The parameters that name an owner.
    pub owner_names: Vec<OwnerName>,
    pub sent: Sent,
}

/// What the store holds under the id of the integration that the token names.
#[derive(Clone, Debug, Default)]
pub enum Record {
    /// Nothing.
    #[default]
    Absent,
    /// A tombstone.
    Gone,
    Live(Integration),
}

#[derive(Clone, Debug, Default)]
pub struct Integration {
    pub level: String,
    pub owner: String,
    pub scopes: Vec<String>,
    /// The numbers of its tokens, each with the first second in which it is dead, if there is one.
    pub tokens: Vec<(u32, Option<u64>)>,
    /// The first second in which all of them are dead, if there is one.
    pub expires_at: Option<u64>,
    pub paused: bool,
}

#[derive(Clone, Debug)]
pub struct Operation {
    pub method: String,
    pub template: String,
    pub access: Access,
    /// Where it names an owner of either level, where it has no alternatives: as in [`Alternative`].
    pub owner: Vec<(String, String)>,
    /// Whether the origin routes it byte for byte.
    pub exact: bool,
    /// Whether its parameters may have percent-encoded delimiters.
    pub encoded: bool,
    /// Whether the origin compares owners in multipart bodies.
    pub multipart_unchecked: bool,
}

#[derive(Clone, Debug)]
pub enum Access {
    Public,
    Authenticated,
    AnyOf(Vec<Alternative>),
}

#[derive(Clone, Debug, Default)]
pub struct Alternative {
    pub level: String,
    pub scopes: Vec<String>,
    /// `path`, `query`, `header` or `body`, and the name there.
    pub owner: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct OwnerName {
    pub level: String,
    pub name: String,
    /// A parameter and the value under which the name counts.
    pub when: Option<(String, String)>,
    pub body: bool,
}

/// A request as it arrives.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    pub method: String,
    /// Path and query, raw.
    pub target: String,
    /// No name stands twice, whatever its case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// The longest body that is read, in bytes.
const MOST_BODY: usize = 65_536;

/// Whether the request may be forwarded. `genuine` tells which token of which integration a text is: the number of one
/// of ours, or 0 for a token of somebody else's; `None` where we did not mint it.
pub fn allows(case: &Case, genuine: impl Fn(&str) -> Option<u32>, owner_key: &str) -> bool {
    let sent = &case.sent;
    let (path, query) = sent.target.split_once('?').map_or((sent.target.as_str(), None), |(p, q)| (p, Some(q)));
    if !path::is_canonical_but_for_delimiters(path) || !is_query(query.unwrap_or("")) {
        return false;
    }
    let credential = sent.header("authorization").map_or(Credential::Foreign, |value| credential(value, owner_key));
    let integration = match credential {
        Credential::Foreign => None,
        Credential::Refused => return false,
        Credential::Text(text) => match genuine(text).and_then(|n| case.record.holder_of(n, case.now)) {
            Some(integration) => Some(integration),
            None => return false,
        },
    };
    let Some(operation) = find(&case.operations, &sent.method, path) else { return false };
    if !(is_canonical_path(path) || (operation.encoded && path::has_clear_delimiters(path))) {
        return false;
    }
    let target = (path, query.unwrap_or(""));
    let others = case.operations.iter().filter(|other| {
        let is_meant = other.method == sent.method || (sent.method == "HEAD" && other.method == "GET");
        is_meant && !operation.exact && router::resembles(path, &operation.template, &other.template)
    });
    let mut judged: Vec<&Operation> = others.collect();
    judged.push(operation);
    // The body is read once, for all of them.
    let reads_body = integration.is_some_and(|who| judged.iter().any(|operation| case.reads_body(operation, who)));
    let too_long = sent.body.len() > MOST_BODY && !body::is_multipart(sent);
    !(reads_body && too_long)
        && judged.iter().all(|operation| may_use(case, operation, integration, reads_body, target))
}

fn may_use(
    case: &Case,
    operation: &Operation,
    integration: Option<&Integration>,
    reads_body: bool,
    target: (&str, &str),
) -> bool {
    let Some(who) = integration else { return matches!(operation.access, Access::Public) };
    let has_body = reads_body && (!case.sent.body.is_empty() || body::is_multipart(&case.sent));
    if case.reads_body(operation, who) && has_body && matches!(case.sent.method.as_str(), "GET" | "HEAD") {
        return false;
    }
    let places = case.places_of_level(operation, who);
    match &operation.access {
        Access::Public => owner::names_own(case, operation, &places, false, who, target),
        Access::Authenticated => owner::names_own(case, operation, &places, true, who, target),
        Access::AnyOf(ways) => ways.iter().any(|way| {
            way.level == who.level
                && way.scopes.iter().all(|scope| who.scopes.contains(scope))
                && owner::names_own(case, operation, &way.owner, true, who, target)
        }),
    }
}

impl Case {
    /// Whether the owner of this integration may stand in the body.
    fn reads_body(&self, operation: &Operation, who: &Integration) -> bool {
        let places = match &operation.access {
            Access::AnyOf(ways) => {
                ways.iter().filter(|way| way.level == who.level).flat_map(|way| way.owner.clone()).collect()
            }
            Access::Public | Access::Authenticated => self.places_of_level(operation, who),
        };
        places.iter().any(|(place, _)| place == "body")
    }

    /// Where an operation without alternatives names the owner of this integration.
    fn places_of_level(&self, operation: &Operation, who: &Integration) -> Vec<(String, String)> {
        let of_level = |(place, name): &&(String, String)| {
            let mut names = self.owner_names.iter().filter(|owner| owner.level == who.level);
            names.any(|owner| match place.as_str() {
                "header" => owner.name.eq_ignore_ascii_case(name),
                "body" => owner.body && owner.name == *name,
                _ => owner.name == *name,
            })
        };
        operation.owner.iter().filter(of_level).cloned().collect()
    }
}

/// The operation of this method whose template fits; of several, that which says more at the first segment where they differ.
fn find<'a>(operations: &'a [Operation], method: &str, path: &str) -> Option<&'a Operation> {
    let fitting = operations.iter().filter(|operation| operation.method == method);
    let fitting = fitting.filter_map(|operation| Some((matched(&operation.template, path)?.says, operation)));
    fitting.max_by_key(|(says, _)| says.clone()).map(|(_, operation)| operation)
}

/// What a holder is told of the end of the token at `place` of an integration's tokens: its own end, and in the last 30 days
/// the integration's, if that is earlier.
pub fn announced(integration: &Integration, place: usize, now: u64) -> Option<u64> {
    let own = integration.tokens.get(place).and_then(|(_, end)| *end);
    let near = integration.expires_at.filter(|end| end.saturating_sub(30 * 24 * 3600) <= now);
    [own, near].into_iter().flatten().min()
}

impl Record {
    /// The integration, if its token of this number lives at `now`.
    fn holder_of(&self, n: u32, now: u64) -> Option<&Integration> {
        let Self::Live(integration) = self else { return None };
        let lives = |(known, end): &(u32, Option<u64>)| *known == n && end.is_none_or(|end| now < end);
        let has_ended = integration.expires_at.is_some_and(|end| end <= now);
        (!integration.paused && !has_ended && integration.tokens.iter().any(lives)).then_some(integration)
    }
}

impl Sent {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
