//! A real API: every operation of its documents is walked, each verdict computed from the raw JSON beside it.
//!
//! The documents lie outside the project (`../shared/highlevel`); where they are absent the tests say so.

mod abilities;
mod bodies;
mod raw;

use std::collections::BTreeSet;
use std::fs;

use sha2::{Digest, Sha256};
use tidegate::decision::{Decision, Denial, decide, locate};
use tidegate::json::Map;
use tidegate::openapi::{Compiled, Document, Kinds, Settings, compile};
use tidegate::policy::{OwnerError, Policy};
use tidegate::record::{Level, Live, Record};
use tidegate::request::{Body, Request};
use tidegate::rotation::Rotation;
use tidegate::scope::ScopeSet;

use super::support::{NOW, at, integration_id, live_token, minted, owner, project_path, shared, verified};
use raw::{Raw, Sent, Way, all_scopes, operations};

const POLICY_DIGEST: &str = "520e01f1e6e2480d9300168f5154cfaff59ef813d62d5a3e5bdd71b4f4bf164e";
const OWN: &str = "ve9EPM428h8vShlRW1KT";
const OTHER: &str = "qLrTa5zTmW7v2gGHjk3P";

fn settings() -> Settings {
    let text = fs::read_to_string(project_path("tests/corpus/highlevel-settings.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn texts() -> Option<Vec<String>> {
    let mut files: Vec<_> =
        fs::read_dir(shared("highlevel")?.join("openapi")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    Some(files.iter().map(|file| fs::read_to_string(file).unwrap()).collect())
}

fn compiled(texts: &[String]) -> Compiled {
    let documents: Vec<_> = texts.iter().map(|text| Document::parse(text).unwrap()).collect();
    compile(&documents, &settings())
}

/// A later reader of documents must not read these otherwise. The digest is of what the compiler made of them on
/// 2026-11-28, before it read OpenAPI 3.2, Swagger 2.0 and parameters within a segment.
#[test]
fn the_policy_of_a_real_api_is_byte_for_byte_what_it_was() {
    let Some(texts) = texts() else { return };
    // What groups of scopes are called is read by people alone, and was not read then.
    let policy = compiled(&texts).policy.unwrap().with_groups(Map::default()).to_json();
    assert_eq!(hex(&Sha256::digest(policy.as_bytes())), POLICY_DIGEST);
}

/// Titles of documents where a group is all of one, tags after the title where a document has several groups, and nothing where
/// several documents share a group.
#[test]
fn groups_of_a_real_api_are_called_as_its_documents_call_them() {
    let Some(texts) = texts() else { return };
    let catalogue = compiled(&texts).policy.unwrap().catalogue();
    let title = |group: &str| {
        let mut entries = catalogue.entries().iter();
        entries.find(|entry| entry.group == group).unwrap_or_else(|| panic!("{group}")).title.as_deref()
    };
    for (group, expected) in [
        ("adPublishing", Some("Ad Manager")),
        ("agent-studio", Some("Agent Studio")),
        ("conversation-ai", Some("Conversation AI")),
        ("custom-menu-link", Some("Custom menus")),
        ("medias", Some("Media Storage")),
        ("numberpools", Some("Phone System: Number Pools")),
        ("voice-ai-dashboard", Some("Voice AI: Dashboard")),
        // Its title says no more than the group does.
        ("contacts", None),
        ("locations", None),
    ] {
        assert_eq!(title(group), expected, "{group}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The verdict for an integration of `level`, whose owner's id is [`OWN`], with `scopes`; the body goes where it is read.
fn verdict(policy: &Policy, method: &str, sent: &Sent, level: Level, scopes: &ScopeSet) -> Result<(), Denial> {
    let tokens = Rotation::Steady(live_token(1, 1));
    let owner = owner(level, OWN);
    let live = Live {
        id: integration_id(1),
        rev: 1,
        owner,
        name: "walker".into(),
        scopes: scopes.clone(),
        tokens,
        expires_at: None,
        paused: false,
    };
    let presented = verified(&minted(1, 1).0).ok();
    let mut request = Request::with_credential(method, &sent.target, presented).unwrap();
    if locate(policy, &request).owner_fields(level).body {
        request = request.with_body(Body::parse(Some("application/json"), false, sent.body.as_bytes()).unwrap());
    }
    match decide(&request, Some(&Record::from(live)), policy, at(NOW)) {
        Decision::Allow(_) => Ok(()),
        Decision::Deny(denial) => Err(denial),
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Walked {
    operations: usize,
    without_a_way: usize,
    ways: usize,
    scopes_removed: usize,
    wrong_levels: usize,
    other_owners: usize,
    missing_owners: usize,
}

/// What [`walk`] must come to, counted from the raw documents alone.
fn expected(operations: &[Raw]) -> Walked {
    let ways = || operations.iter().flat_map(|raw| raw.ways.iter().map(move |way| (raw, way)));
    let named = ways().filter(|(raw, way)| raw.names_owner(way.level)).count();
    let one_sided = |raw: &&Raw| {
        [Level::Agency, Level::SubAccount]
            .iter()
            .filter(|level| raw.ways.iter().any(|way| way.level == **level))
            .count()
            == 1
    };
    Walked {
        operations: operations.len(),
        without_a_way: operations.iter().filter(|raw| raw.ways.is_empty()).count(),
        ways: ways().count(),
        scopes_removed: ways().map(|(_, way)| way.scopes.len()).sum(),
        wrong_levels: operations.iter().filter(one_sided).count(),
        other_owners: named,
        missing_owners: named,
    }
}

fn walk(policy: &Policy, raw: &Raw, walked: &mut Walked) {
    let at_all = format!("{} {}", raw.method, raw.template);
    let method = raw.method.as_str();
    walked.operations += 1;
    let nobody = Request::with_credential(method, &raw.sent(Level::SubAccount, OWN).target, None).unwrap();
    assert_eq!(decide(&nobody, None, policy, at(NOW)), Decision::Deny(Denial::NoCredential), "{at_all}");
    if raw.ways.is_empty() {
        walked.without_a_way += 1;
        let everything = policy.catalogue().entries().iter().map(|entry| entry.scope.clone()).collect();
        for level in [Level::Agency, Level::SubAccount] {
            let denied = verdict(policy, method, &raw.sent(level, OWN), level, &everything);
            assert_eq!(denied, Err(Denial::NotForIntegrations), "{at_all}");
        }
    }
    for way in &raw.ways {
        walked.ways += 1;
        let sent = raw.sent(way.level, OWN);
        assert_eq!(verdict(policy, method, &sent, way.level, &way.scopes), Ok(()), "{at_all} {way:?}");
        remove_scopes(policy, raw, way, walked);
        if raw.names_owner(way.level) {
            other_owner(policy, raw, way, walked);
        }
    }
    for (level, other) in [(Level::Agency, Level::SubAccount), (Level::SubAccount, Level::Agency)] {
        let of = |level| raw.ways.iter().filter(move |way| way.level == level);
        if of(level).count() == 0 && of(other).count() > 0 {
            walked.wrong_levels += 1;
            let held = of(other).flat_map(|way| way.scopes.iter().cloned()).collect();
            let denied = verdict(policy, method, &raw.sent(level, OWN), level, &held);
            assert_eq!(denied, Err(Denial::WrongLevel(level)), "{at_all}");
        }
    }
}

fn remove_scopes(policy: &Policy, raw: &Raw, way: &Way, walked: &mut Walked) {
    for scope in way.scopes.iter() {
        walked.scopes_removed += 1;
        let removed: ScopeSet = [scope.clone()].into_iter().collect();
        let held = way.scopes.without(&removed);
        let outcome = verdict(policy, &raw.method, &raw.sent(way.level, OWN), way.level, &held);
        let another = raw.ways.iter().any(|other| other.level == way.level && held.covers(&other.scopes));
        match outcome {
            Ok(()) => assert!(another, "{} {} without {scope:?}", raw.method, raw.template),
            Err(Denial::MissingScopes { missing, .. }) => {
                let nearer = raw.ways.iter().filter(|other| other.level == way.level).count() > 1;
                assert!(!another && (nearer || missing == removed), "{} {}: {missing}", raw.method, raw.template);
            }
            Err(denial) => panic!("{} {} without {scope:?}: {denial}", raw.method, raw.template),
        }
    }
}

fn other_owner(policy: &Policy, raw: &Raw, way: &Way, walked: &mut Walked) {
    let at_all = format!("{} {} {way:?}", raw.method, raw.template);
    walked.other_owners += 1;
    let denied = verdict(policy, &raw.method, &raw.sent(way.level, OTHER), way.level, &way.scopes);
    assert!(matches!(denied, Err(Denial::Owner(OwnerError::Other(_)))), "{at_all}: {denied:?}");
    walked.missing_owners += 1;
    let target = raw.sent(way.level, OTHER).target.split('?').next().unwrap().to_owned();
    let denied = verdict(policy, &raw.method, &Sent { target, body: String::new() }, way.level, &way.scopes);
    assert!(matches!(denied, Err(Denial::Owner(_))), "{at_all}: {denied:?}");
}

#[test]
fn all_documents_compile_together() {
    let Some(texts) = texts() else { return };
    assert_eq!(texts.len(), 41);
    let Compiled { policy, report, .. } = compiled(&texts);
    assert_eq!(report.errors, []);
    assert_eq!(report.unmapped_schemes, [""; 0]);
    // Of the documents' 118 scopes, 4 stand only in alternatives that integrations may not use.
    assert_eq!((report.operations, report.scopes, report.without_security.len()), (576, 114, 16));
    assert_eq!(policy.unwrap().operations().len(), 576);
    let Kinds { reads, changes, deletes } = report.unscoped.sub_account;
    assert_eq!((reads + changes + deletes, changes + deletes), (97, 58));
    // One of them names its owner in an upload only, which is not read.
    assert_eq!((report.names_no_owner.len(), report.unread_bodies.len()), (109, 1));
    let unscoped: usize = operations(&texts).iter().filter(|raw| raw.needs_no_scope(Level::SubAccount)).count();
    assert_eq!(unscoped, 97);
}

#[test]
fn every_operation_of_a_real_api_is_walked() {
    let Some(texts) = texts() else { return };
    let policy = compiled(&texts).policy.unwrap();
    let operations = operations(&texts);
    let mut walked = Walked::default();
    for raw in &operations {
        walk(&policy, raw, &mut walked);
    }
    assert_eq!(walked, expected(&operations));
    assert_eq!((walked.operations, walked.without_a_way), (576, 25));
    println!("{walked:?}");
}

#[test]
fn the_scopes_are_those_of_the_raw_documents() {
    let Some(texts) = texts() else { return };
    let of_ways: ScopeSet =
        operations(&texts).iter().flat_map(|raw| &raw.ways).flat_map(|way| way.scopes.iter().cloned()).collect();
    let raw_scopes: BTreeSet<_> = texts.iter().flat_map(|text| all_scopes(text)).collect();
    assert_eq!((raw_scopes.len(), of_ways.len()), (118, 114));
    let catalogue = compiled(&texts).policy.unwrap().catalogue();
    let known: ScopeSet = catalogue.entries().iter().map(|entry| entry.scope.clone()).collect();
    assert_eq!(known, of_ways);
}

/// Ids as the API has them, and others that hold letters, dots and dashes.
#[test]
fn no_valid_request_of_a_real_api_is_taken_for_another_operation() {
    let Some(texts) = texts() else { return };
    let policy = compiled(&texts).policy.unwrap();
    let ids = [
        OWN,
        "0",
        "12345",
        "6578278e879ad2646715ba9c",
        "3f2b8c1e-9a7d-4e55-8f0b-0c1d2e3f4a5b",
        "a.b_c-d~e",
        "me",
        "-",
        "caf%C3%A9",
        "a@b.c",
    ];
    let mut asked = 0;
    for operation in policy.operations() {
        for id in ids {
            let target = operation.path.fill(|_| id.to_owned());
            let request = Request::<()>::with_credential(operation.method.as_str(), &target, None).unwrap();
            let found = policy.operation(request.method(), request.path()).unwrap();
            let others = policy.alike(found, request.method(), request.path());
            assert_eq!(others, [] as [&tidegate::policy::Operation; 0], "{target}");
            asked += 1;
        }
    }
    assert_eq!(asked, 576 * ids.len());
}
