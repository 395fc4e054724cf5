//! `replies.json`: every denial and every refusal of the admin API to its answer.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tidegate::access::{Feature, Place, Verb};
use tidegate::admin::{AdminError, NotUndone};
use tidegate::decision::{Denial, DenialCode};
use tidegate::policy::{self, OwnerError, OwnerParameter};
use tidegate::record::Level;
use tidegate::reply::{Realm, Reply, answer};
use tidegate::request::{
    Ambiguity, AuthorizationError, BodyFault, BodyTooLong, Method, NotUtf8, PathError, QueryError, RequestError,
    Unencoded,
};
use tidegate::rotation::Conflict;
use tidegate::token::{InvalidToken, TokenError};

use super::super::support::scopes;

/// Every denial, with the status of its answer.
pub fn denials() -> Vec<(Denial, u16)> {
    let path = |credential_sent| RequestError::Path { error: PathError::DotSegment, credential_sent };
    let query = |error| RequestError::Query { error, credential_sent: true };
    let forbidden = |letter| {
        let error = PathError::ForbiddenCharacter(Unencoded(letter));
        RequestError::Path { error, credential_sent: true }
    };
    let missing = Denial::MissingScopes { needed: scopes("a.read b.write"), missing: scopes("b.write") };
    vec![
        (Denial::Ambiguous(RequestError::Host { credential_sent: false }), 400),
        (Denial::Ambiguous(RequestError::Host { credential_sent: true }), 400),
        (Denial::Ambiguous(path(false)), 400),
        (Denial::Ambiguous(path(true)), 400),
        (Denial::Ambiguous(query(QueryError::ForbiddenCharacter(Unencoded('#')))), 400),
        (Denial::Ambiguous(forbidden('|')), 400),
        (Denial::Ambiguous(forbidden('é')), 400),
        (Denial::Ambiguous(RequestError::Path { error: PathError::NeverAllowed(';'), credential_sent: true }), 400),
        (Denial::Ambiguous(query(QueryError::TooLong)), 414),
        (Denial::Ambiguous(RequestError::Path { error: PathError::TooLong, credential_sent: true }), 414),
        (Denial::Ambiguous(AuthorizationError::Several.into()), 400),
        (Denial::Ambiguous(AuthorizationError::Malformed.into()), 400),
        (Denial::Ambiguous(AuthorizationError::TooLong.into()), 431),
        (Denial::Ambiguous(BodyTooLong.into()), 413),
        (Denial::NoCredential, 401),
        (Denial::Token(TokenError::Malformed(InvalidToken::Form)), 401),
        (Denial::Token(TokenError::Malformed(InvalidToken::Checksum)), 401),
        (Denial::Token(TokenError::Forged), 401),
        (Denial::Token(TokenError::OfAdminApi), 401),
        (Denial::UnknownToken, 401),
        (Denial::DeletedIntegration, 401),
        (Denial::DeadToken, 401),
        (Denial::PausedIntegration, 401),
        (Denial::ExpiredIntegration, 401),
        (Denial::UnknownOperation, 404),
        (Denial::OtherMethods(vec![Method::Get, Method::Post]), 405),
        (Denial::NotForIntegrations, 403),
        (Denial::WrongLevel(Level::SubAccount), 403),
        (Denial::WrongLevel(Level::Agency), 403),
        (Denial::AmbiguousOperation(Some("GET /users/export".into())), 400),
        (Denial::AmbiguousOperation(None), 400),
        (Denial::Ambiguous(RequestError::BodyOfSafeMethod), 400),
        (Denial::Owner(OwnerError::Missing("locationId".into())), 400),
        (Denial::Owner(OwnerError::Other("locationId".into())), 403),
        (Denial::Owner(OwnerError::NotChecked("locationId".into())), 415),
        (Denial::Owner(OwnerError::Disagreeing(parameter(policy::Place::Path), parameter(policy::Place::Query))), 400),
        (missing, 403),
        (Denial::ClientGone, 400),
        (Denial::Store("i:sesame".into()), 503),
        (Denial::TooBusy, 503),
        (Denial::Misconfigured("sesame".into()), 503),
        (Denial::OriginUnreachable("sesame".into()), 502),
        (Denial::OriginStatus("103".into()), 502),
        (Denial::OriginTooSlow, 504),
    ]
    .into_iter()
    .chain(ambiguities().into_iter().map(|(place, why)| {
        let name = "locationId".to_owned();
        (Denial::Owner(OwnerError::Ambiguous { name, place, why }), 400)
    }))
    .collect()
}

fn parameter(place: policy::Place) -> OwnerParameter {
    OwnerParameter { name: "locationId".into(), place }
}

/// Every fault that an owner's parameter can have.
fn ambiguities() -> Vec<(policy::Place, Ambiguity)> {
    let mut all = vec![
        (policy::Place::Query, Ambiguity::Repeated),
        (policy::Place::Query, Ambiguity::Alike("[locationId]".into())),
        (policy::Place::Query, Ambiguity::Semicolon),
        (policy::Place::Query, Ambiguity::NotUtf8),
        (policy::Place::Query, Ambiguity::TooLate),
        (policy::Place::Query, Ambiguity::NearlyTheValue),
        (policy::Place::Header, Ambiguity::Comma),
        (policy::Place::Body, Ambiguity::NotAnId),
        (policy::Place::Body, Ambiguity::InexactInteger),
    ];
    let bodies = [
        BodyFault::NoContentType,
        BodyFault::MediaType,
        BodyFault::Charset,
        BodyFault::Encoded,
        BodyFault::NotUtf8(NotUtf8::Utf16),
        BodyFault::NotUtf8(NotUtf8::Utf32),
        BodyFault::NotUtf8(NotUtf8::Unknown),
        BodyFault::NotJson { line: 1, column: 2 },
        BodyFault::NotAnObject,
        BodyFault::NotAForm('{'),
        BodyFault::Unencoded(Unencoded(' ')),
    ];
    all.extend(bodies.map(|fault| (policy::Place::Body, Ambiguity::Body(fault))));
    all
}

/// Every refusal of the admin API: name, error, status of its answer.
pub fn admin_errors() -> Vec<(&'static str, AdminError, u16)> {
    vec![
        ("not_signed_in", AdminError::NotSignedIn, 401),
        ("wrong_key", AdminError::WrongKey, 401),
        ("cross_origin", AdminError::CrossOrigin, 403),
        ("forbidden", AdminError::Forbidden { verb: Verb::SettingsManage, place: None }, 403),
        ("forbidden", AdminError::Forbidden { verb: Verb::PolicyView, place: Some(Place::Agency) }, 403),
        ("beyond_own", AdminError::BeyondOwn { field: "permissions", lacking: "You lack it.".into() }, 403),
        ("own_permissions", AdminError::OwnPermissions, 403),
        ("last_owner", AdminError::LastOwner, 409),
        ("feature_off", AdminError::FeatureOff(Feature::PrivateIntegrations, Level::SubAccount), 403),
        ("not_a_member", AdminError::NotAMember, 403),
        ("another_account", AdminError::AnotherAccount, 403),
        ("no_person", AdminError::NoPerson, 404),
        ("no_key", AdminError::NoKey, 404),
        ("no_session", AdminError::NoSession, 404),
        ("no_endpoint", AdminError::NoEndpoint, 404),
        ("no_message", AdminError::NoMessage, 404),
        ("too_many_endpoints", AdminError::TooManyEndpoints(50), 409),
        ("published_otherwise", AdminError::PublishedOtherwise, 409),
        ("secret_rotates", AdminError::SecretRotates, 409),
        ("no_feature", AdminError::NoFeature, 404),
        ("no_owner", AdminError::NoOwner("owner.id"), 404),
        ("no_admin_host", AdminError::NoAdminHost, 404),
        ("not_found", AdminError::NotFound, 404),
        ("no_integration", AdminError::NoIntegration, 404),
        ("no_sub_account", AdminError::NoSubAccount, 404),
        ("no_document", AdminError::NoDocument, 404),
        ("method_not_allowed", AdminError::MethodNotAllowed(vec!["GET", "POST"]), 405),
        ("conflict", AdminError::Conflict(Conflict::UnderWay), 409),
        ("conflict", AdminError::Conflict(Conflict::Completed), 409),
        ("ended", AdminError::Ended, 409),
        ("not_undone", AdminError::NotUndone(NotUndone::Over), 409),
        ("not_undone", AdminError::NotUndone(NotUndone::NotTheLast), 409),
        ("not_undone", AdminError::NotUndone(NotUndone::Ended), 409),
        ("not_undone", AdminError::NotUndone(NotUndone::Leaked), 409),
        ("not_undone", AdminError::NotUndone(NotUndone::NotAllowed), 409),
        ("not_undone", AdminError::NotUndone(NotUndone::OtherAgency), 409),
        ("exists", AdminError::Exists("id"), 409),
        ("agency_in_use", AdminError::AgencyInUse(3), 409),
        ("documents_not_kept", AdminError::DocumentsNotKept(7), 409),
        ("already_done", AdminError::AlreadyDone(json!({ "rev": 8 })), 409),
        ("stale", AdminError::Stale(json!({ "rev": 8 })), 412),
        ("needs_rev", AdminError::NeedsRev, 428),
        ("too_large", AdminError::TooLarge(65_536), 413),
        ("too_slow", AdminError::TooSlow, 408),
        ("not_json", AdminError::NotJson(BodyFault::NoContentType), 415),
        ("not_json", AdminError::NotJson(BodyFault::MediaType), 415),
        ("not_json", AdminError::NotJson(BodyFault::Charset), 415),
        ("not_json", AdminError::NotJson(BodyFault::Encoded), 415),
        ("not_utf8", AdminError::NotUtf8(NotUtf8::Utf16), 400),
        ("not_utf8", AdminError::NotUtf8(NotUtf8::Unknown), 400),
        ("malformed", AdminError::Malformed { line: 1, column: 2 }, 400),
        ("invalid", AdminError::invalid("owner.id", "it is none"), 422),
        ("policy_errors", AdminError::PolicyErrors(json!({ "errors": [] })), 422),
        ("too_busy", AdminError::TooBusy, 503),
        ("usage", AdminError::Usage(None), 503),
        ("misconfigured", AdminError::Misconfigured("OWNER_KEY must be set".into()), 503),
        ("page", AdminError::Page("sesame".into()), 503),
        ("registry", AdminError::Registry("sesame".into()), 503),
    ]
}

/// Fails to compile when there is a new way to refuse: then give it a case, and its name to the count below.
fn name(error: &AdminError) -> &'static str {
    match error {
        AdminError::NotSignedIn => "not_signed_in",
        AdminError::WrongKey => "wrong_key",
        AdminError::AlreadyDone(_) => "already_done",
        AdminError::CrossOrigin => "cross_origin",
        AdminError::Forbidden { .. } => "forbidden",
        AdminError::BeyondOwn { .. } => "beyond_own",
        AdminError::OwnPermissions => "own_permissions",
        AdminError::LastOwner => "last_owner",
        AdminError::FeatureOff(..) => "feature_off",
        AdminError::NotAMember => "not_a_member",
        AdminError::AnotherAccount => "another_account",
        AdminError::NoPerson => "no_person",
        AdminError::NoKey => "no_key",
        AdminError::NoSession => "no_session",
        AdminError::NoEndpoint => "no_endpoint",
        AdminError::NoMessage => "no_message",
        AdminError::TooManyEndpoints(_) => "too_many_endpoints",
        AdminError::PublishedOtherwise => "published_otherwise",
        AdminError::SecretRotates => "secret_rotates",
        AdminError::NoFeature => "no_feature",
        AdminError::NoOwner(_) => "no_owner",
        AdminError::NoAdminHost => "no_admin_host",
        AdminError::NotFound => "not_found",
        AdminError::NoIntegration => "no_integration",
        AdminError::NoSubAccount => "no_sub_account",
        AdminError::NoDocument => "no_document",
        AdminError::AgencyInUse(_) => "agency_in_use",
        AdminError::DocumentsNotKept(_) => "documents_not_kept",
        AdminError::MethodNotAllowed(_) => "method_not_allowed",
        AdminError::Conflict(_) => "conflict",
        AdminError::Ended => "ended",
        AdminError::NotUndone(_) => "not_undone",
        AdminError::Exists(_) => "exists",
        AdminError::Stale(_) => "stale",
        AdminError::NeedsRev => "needs_rev",
        AdminError::TooLarge(_) => "too_large",
        AdminError::TooSlow => "too_slow",
        AdminError::TooBusy => "too_busy",
        AdminError::NotJson(_) => "not_json",
        AdminError::NotUtf8(_) => "not_utf8",
        AdminError::Malformed { .. } => "malformed",
        AdminError::Invalid { .. } => "invalid",
        AdminError::PolicyErrors(_) => "policy_errors",
        AdminError::Usage(_) => "usage",
        AdminError::Misconfigured(_) => "misconfigured",
        AdminError::Page(_) => "page",
        AdminError::Registry(_) => "registry",
    }
}

const ADMIN_NAMES: usize = 47;

fn case(kind: &str, code: &str, reply: &Reply) -> Value {
    json!({ "kind": kind, "code": code, "status": reply.status, "headers": reply.headers, "body": reply.problem })
}

#[test]
fn vectors_replies() {
    let mut cases = Vec::new();
    for (denial, status) in denials() {
        let reply = answer(&denial, &Realm::default());
        assert_eq!(reply.status, status, "{denial:?}");
        cases.push(case("denial", denial.code().as_str(), &reply));
    }
    for (name, error, status) in admin_errors() {
        let reply = error.answer();
        assert_eq!(reply.status, status, "{name}");
        cases.push(case("admin", name, &reply));
    }
    let about = "What the client hears. Every body is application/problem+json with Cache-Control: no-store.";
    super::compare("replies.json", &json!({ "about": about, "realm": "api", "cases": cases }));
}

#[test]
fn every_denial_and_refusal_has_a_case() {
    let denials = denials();
    let codes: BTreeSet<_> = denials.iter().map(|(denial, _)| denial.code()).collect();
    assert_eq!(codes, DenialCode::ALL.iter().copied().collect());
    let errors = admin_errors();
    assert!(errors.iter().all(|(expected, error, _)| name(error) == *expected));
    assert_eq!(errors.iter().map(|(name, ..)| *name).collect::<BTreeSet<_>>().len(), ADMIN_NAMES);
}

#[test]
fn a_problem_repeats_its_status_and_tells_no_inner_reason() {
    let denied = denials().into_iter().map(|(denial, _)| answer(&denial, &Realm::default()));
    for reply in denied.chain(admin_errors().into_iter().map(|(_, error, _)| error.answer())) {
        assert_eq!(reply.problem.status, reply.status);
        assert!(!json!(reply).to_string().contains("sesame"), "{reply:?}");
    }
}

#[test]
fn a_challenge_stands_where_rfc_6750_wants_it() {
    for (denial, status) in denials() {
        let reply = answer(&denial, &Realm::default());
        let challenge =
            reply.headers.iter().find(|(name, _)| *name == "WWW-Authenticate").map(|(_, value)| value.as_str());
        let expected = match (&denial, status) {
            (Denial::NoCredential, _) => Some("Bearer realm=\"api\""),
            (_, 401) => Some("Bearer realm=\"api\", error=\"invalid_token\""),
            (
                Denial::Ambiguous(
                    RequestError::Host { credential_sent: false } | RequestError::Path { credential_sent: false, .. },
                ),
                _,
            ) => None,
            (Denial::AmbiguousOperation(None), _) => None,
            (Denial::Ambiguous(_) | Denial::AmbiguousOperation(_) | Denial::Owner(_), 400) => {
                Some("Bearer realm=\"api\", error=\"invalid_request\"")
            }
            (Denial::MissingScopes { .. }, _) => {
                Some("Bearer realm=\"api\", error=\"insufficient_scope\", scope=\"a.read b.write\"")
            }
            _ => None,
        };
        assert_eq!(challenge, expected, "{denial:?}");
    }
}

#[test]
fn realms_need_no_escaping() {
    for text in ["api", "a b", "Harbour (test), v1"] {
        assert!(Realm::parse(text).is_ok(), "{text}");
    }
    for text in ["", "a\"b", "a\\b", "a\nb", "é", &"a".repeat(129)] {
        assert!(Realm::parse(text).is_err(), "{text}");
    }
}
