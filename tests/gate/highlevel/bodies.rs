//! The owner in the bodies of a real API; its documents as YAML, in any order, and as a stored policy; more scopes.

use tidegate::openapi::{Document, compile};
use tidegate::policy::Policy;
use tidegate::record::Level;
use tidegate::scope::ScopeSet;

use super::raw::operations;
use super::{OWN, compiled, settings, texts, verdict};

#[test]
fn every_operation_that_names_its_owner_in_the_body_is_bound_there() {
    let Some(texts) = texts() else { return };
    let policy = compiled(&texts).policy.unwrap();
    let reads = policy.operations().iter().filter(|operation| operation.reads_body());
    let mut bound: Vec<_> =
        reads.map(|operation| format!("{} {}", operation.method.as_str(), operation.path)).collect();
    let all = operations(&texts);
    let named = all.iter().filter(|raw| raw.names_owner_in_body(Level::SubAccount));
    let named = named.filter(|raw| raw.ways.iter().any(|way| way.level == Level::SubAccount));
    let mut expected: Vec<_> = named.map(|raw| format!("{} {}", raw.method, raw.template)).collect();
    bound.sort();
    expected.sort();
    assert_eq!(bound, expected);
    println!("{} operations name their owner in the body", bound.len());
    // One of them is an upload, in multipart/form-data.
    assert_eq!(bound.len(), 146);
}

/// JSON that does not start with a brace is read as YAML, which it is.
#[test]
fn a_real_document_in_yaml_makes_the_policy_that_it_makes_in_json() {
    let Some(texts) = texts() else { return };
    for text in texts.iter().filter(|text| text.len() < 60_000).step_by(2) {
        let [json, yaml] =
            [text.clone(), format!("--- {text}")].map(|text| compile(&[Document::parse(&text).unwrap()], &settings()));
        assert!(json.policy.is_some());
        assert_eq!((json.policy, json.report), (yaml.policy, yaml.report));
    }
}

#[test]
fn more_scopes_never_close_an_operation_of_a_real_api() {
    let Some(texts) = texts() else { return };
    let policy = compiled(&texts).policy.unwrap();
    let all: Vec<_> = policy.catalogue().entries().iter().map(|entry| entry.scope.clone()).collect();
    let held = |every: usize| -> ScopeSet { all.iter().step_by(every).cloned().collect() };
    // Each set is part of the next.
    let sets = [ScopeSet::default(), held(8), held(4), held(2), held(1)];
    let operations = operations(&texts);
    for level in [Level::Agency, Level::SubAccount] {
        let mut before: Vec<bool> = vec![false; operations.len()];
        for scopes in &sets {
            let allowed =
                |raw: &super::Raw| verdict(&policy, &raw.method, &raw.sent(level, OWN), level, scopes).is_ok();
            let now: Vec<bool> = operations.iter().map(allowed).collect();
            assert!(before.iter().zip(&now).all(|(before, now)| *now || !before), "{level:?} {scopes}");
            before = now;
        }
        assert!(before.iter().filter(|allowed| **allowed).count() > 40, "{level:?}");
    }
}

#[test]
fn a_real_policy_survives_its_json_and_any_order() {
    let Some(mut texts) = texts() else { return };
    let compiled_once = compiled(&texts);
    let policy = compiled_once.policy.unwrap();
    assert_eq!(Policy::from_json(&policy.to_json()), Ok(policy.clone()));
    texts.reverse();
    let again = compiled(&texts);
    assert_eq!(again.policy, Some(policy));
    assert_eq!(again.report, compiled_once.report);
}

#[test]
fn what_is_kept_of_real_documents_compiles_as_they_do() {
    let Some(texts) = texts() else { return };
    let documents: Vec<_> = texts.iter().map(|text| Document::parse(text).unwrap()).collect();
    let kept: Vec<_> = documents.iter().map(Document::to_json).collect();
    let again: Vec<_> = kept.iter().map(|text| Document::from_json(text).unwrap()).collect();
    assert_eq!(again, documents);
    assert_eq!(again.iter().map(Document::to_json).collect::<Vec<_>>(), kept);
    let [direct, by_extraction] = [&documents, &again].map(|documents| compile(documents, &settings()));
    assert_eq!(by_extraction.policy.unwrap().to_json(), direct.policy.unwrap().to_json());
    assert_eq!(by_extraction.report, direct.report);
    let length = |texts: &[String]| texts.iter().map(String::len).sum::<usize>();
    println!(
        "{} bytes are kept of {}, {} of the longest",
        length(&kept),
        length(&texts),
        kept.iter().map(String::len).max().unwrap()
    );
}
