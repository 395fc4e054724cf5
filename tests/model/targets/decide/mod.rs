//! The whole verdict against the model, from a case written as text (see `case.rs`).

mod case;

use tidegate::decision::{Decision, Denial, Grant, authenticate, decide, locate};
use tidegate::forward::{Arrival, RemovedFields, plan};
use tidegate::policy::{
    Access, Alternative, Condition, Operation, OwnerName, OwnerNames, OwnerParameter, OwnerPlaces, Place, Policy,
    StoredPolicy, Template,
};
use tidegate::record::{Level, Live, Owner, OwnerId, Record};
use tidegate::request::{Body, Method, Path, Request, RequestError};
use tidegate::rotation::{LiveToken, Rotation};
use tidegate::scope::{Scope, ScopeSet};
use tidegate::time::Timestamp;

use super::{known, text};
use crate::verdict::{self, Case};

pub fn run(data: &[u8]) {
    let mut case = case::parse(&known::expand(&text(data)));
    case.operations.retain(|described| operation(described).is_some());
    let (Some(policy), Some(record)) = (policy(&case), record(&case.record)) else { return };
    let granted = judge(&case, &policy, record.as_ref());
    let expected = verdict::allows(&case, known::number_of, known::OWNER_KEY);
    let request = Request::parse(&case.sent.method, &case.sent.target, None);
    let in_part = request.map(|request| request.path().clone()).map(|path: Path| {
        let stored = StoredPolicy::sign(known::keys().store(), &policy.to_json()).expect("a policy");
        let stored = StoredPolicy::open(known::keys().store(), stored.into_string()).expect("a stored policy");
        judge(&case, &stored.concerning(&path).expect("a part of it"), record.as_ref())
    });
    assert!(in_part.is_err() || in_part.as_ref() == Ok(&granted), "{in_part:?} by a part of the policy, on {case:#?}");
    assert_eq!(granted.is_ok(), expected, "core: {:?}, model: {expected}, on {case:#?}", granted.err());
    if let Ok(grant) = granted {
        forwarded(&case, &grant);
    }
}

/// Whether the model grants a case.
pub fn is_granted(data: &[u8]) -> bool {
    verdict::allows(&case::parse(&known::expand(&text(data))), known::number_of, known::OWNER_KEY)
}

/// The way of a request through the core, as the edge goes it.
fn judge(case: &Case, policy: &Policy, record: Option<&Record>) -> Result<Grant, Denial> {
    let (sent, now) = (&case.sent, Timestamp::from_seconds(case.now));
    let mut request = Request::parse(&sent.method, &sent.target, sent.header("authorization"))?;
    for (name, value) in &sent.headers {
        request = request.with_header(name, value);
    }
    let mut request = request.authenticate(known::checked)?;
    if let Some(presented) = request.credential() {
        let level = authenticate(presented, record, now)?.owner().level;
        if locate(policy, &request).owner_fields(level).body {
            let encoded = request.header("content-encoding").is_some();
            let body = Body::parse(request.header("content-type"), encoded, &sent.body);
            request = request.with_body(body.map_err(RequestError::from)?);
        }
    }
    match decide(&request, record, policy, now) {
        Decision::Allow(grant) => Ok(grant),
        Decision::Deny(denial) => Err(denial),
    }
}

/// What is forwarded is what was judged, and says who asks; nothing that the client sent says so.
fn forwarded(case: &Case, grant: &Grant) {
    let sent = &case.sent;
    assert_eq!((grant.method().as_str(), grant.target()), (sent.method.as_str(), sent.target.as_str()));
    let lower: Vec<String> = sent.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    let arrival = Arrival { scheme: "https", host: "gate.example", removed: &RemovedFields::default() };
    let plan = plan(grant, arrival, lower.iter().map(String::as_str), |name| sent.header(name).map(str::to_owned));
    assert_eq!(plan.target, sent.target);
    let passes = |name: &&String| !plan.remove.contains(name) && !plan.set.iter().any(|(set, _)| set == name);
    for name in lower.iter().filter(passes) {
        let folded: String =
            name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
        assert!(!folded.starts_with("x-tidegate-") && !folded.starts_with("x-forwarded-"), "{name} passes");
        let value = sent.header(name).unwrap_or_default();
        let holds_ours =
            known::tokens().iter().any(|token| value.contains(&token.text)) || value.contains(known::OWNER_KEY);
        assert!(name != "authorization" || (grant.identity().is_none() && !holds_ours), "{name} passes");
        assert!(name != "cookie" || !value.contains("__Host-tidegate="), "the session passes");
    }
    for judged in grant.judged_fields() {
        assert!(!plan.remove.contains(judged), "{judged} was judged and does not pass");
    }
    let told = |name: &str| plan.set.iter().find(|(set, _)| *set == name).map(|(_, value)| value.as_str());
    match (&case.record, grant.identity()) {
        (verdict::Record::Live(integration), Some(_)) => {
            assert_eq!(told("X-Tidegate-Owner"), Some(integration.owner.as_str()));
            assert_eq!(told("X-Tidegate-Level"), Some(integration.level.as_str()));
            assert_eq!(told("X-Tidegate-Integration"), Some(known::ours().as_str()));
            let used = if told("X-Tidegate-Token") == Some("outgoing") { 1 } else { 0 };
            let end =
                verdict::announced(integration, used, case.now).map(|end| Timestamp::from_seconds(end).to_string());
            assert_eq!(plan.respond, Vec::from_iter(end.map(|end| ("Tidegate-Token-Expires", end))));
        }
        (_, Some(_)) => panic!("an identity without an integration"),
        (_, None) => assert_eq!(told("X-Tidegate-Owner"), None),
    }
}

fn policy(case: &Case) -> Option<Policy> {
    let operations = case.operations.iter().filter_map(operation).collect();
    let of = |level: &str| case.owner_names.iter().filter(|name| name.level == level).map(owner_name).collect();
    Policy::new(1, operations, OwnerNames { agency: of("agency"), sub_account: of("sub_account") }).ok()
}

/// `None` for what is not an operation to the core: no template, or no method of OpenAPI.
fn operation(described: &verdict::Operation) -> Option<Operation> {
    let path = Template::parse(&described.template).ok()?;
    let method = Method::OPENAPI.into_iter().find(|method| method.as_str() == described.method)?;
    let access = match &described.access {
        verdict::Access::Public => Access::Public,
        verdict::Access::Authenticated => Access::Authenticated,
        verdict::Access::AnyOf(ways) => Access::AnyOf(ways.iter().map(alternative).collect::<Option<_>>()?),
    };
    Some(Operation {
        path,
        method,
        access,
        owner: places(&described.owner)?,
        is_routed_exactly: described.exact,
        takes_encoded: described.encoded,
        is_multipart_unchecked: described.multipart_unchecked,
        id: None,
        summary: None,
        document: String::new(),
    })
}

fn alternative(way: &verdict::Alternative) -> Option<Alternative> {
    Some(Alternative { level: level(&way.level)?, scopes: scopes(&way.scopes)?, owner: places(&way.owner)? })
}

fn places(places: &[(String, String)]) -> Option<OwnerPlaces> {
    let places = places.iter().map(|(place, name)| {
        let place = match place.as_str() {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            "body" => Place::Body,
            _ => return None,
        };
        Some(OwnerParameter { name: name.clone(), place })
    });
    places.collect::<Option<Vec<_>>>().map(OwnerPlaces::Listed)
}

fn owner_name(name: &verdict::OwnerName) -> OwnerName {
    let when = name.when.as_ref().map(|(name, is)| Condition { name: name.clone(), is: is.clone() });
    OwnerName { name: name.name.clone(), when, body: name.body }
}

/// `Some(None)` where nothing is stored; `None` for what no registry would store.
fn record(record: &verdict::Record) -> Option<Option<Record>> {
    let id = known::ours();
    let integration = match record {
        verdict::Record::Absent => return Some(None),
        verdict::Record::Gone => return Some(Some(Record::Gone { id, rev: 2 })),
        verdict::Record::Live(integration) => integration,
    };
    let token = |n: u32| Some(LiveToken { n, hash: known::tokens().iter().find(|token| n > 0 && token.n == n)?.hash });
    let tokens = match integration.tokens.as_slice() {
        [(n, None)] => Rotation::Steady(token(*n)?),
        [(incoming, None), (outgoing, Some(until))] if incoming > outgoing => Rotation::Rotating {
            outgoing: token(*outgoing)?,
            until: Timestamp::from_seconds(*until),
            incoming: token(*incoming)?,
        },
        _ => return None,
    };
    let owner = Owner { level: level(&integration.level)?, id: OwnerId::parse(&integration.owner).ok()? };
    let scopes = scopes(&integration.scopes)?;
    let (expires_at, paused) = (integration.expires_at.map(Timestamp::from_seconds), integration.paused);
    Some(Some(Live { id, rev: 1, owner, name: "any".to_owned(), scopes, tokens, expires_at, paused }.into()))
}

fn level(text: &str) -> Option<Level> {
    [Level::Agency, Level::SubAccount].into_iter().find(|level| level.as_str() == text)
}

fn scopes(texts: &[String]) -> Option<ScopeSet> {
    texts.iter().map(|text| Scope::parse(text).ok()).collect()
}
