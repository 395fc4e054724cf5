//! What people read of a policy: names of the groups of scopes, and where documents say that there is more to read.

use serde_json::{Value, json};
use tidegate::openapi::{Document, compile};
use tidegate::policy::{Policy, StoredPolicy};
use tidegate::record::Level;
use tidegate::token::Authentic;

use super::super::support::{key, keys, scopes};
use super::{document, parsed, settings};

/// An operation that needs a scope, under a tag.
fn tagged(tag: &str, scope: &str) -> Value {
    json!({ "tags": [tag], "security": [{ "Tenant": [scope] }] })
}

fn compiled(documents: &[Value]) -> Policy {
    let documents: Vec<_> = documents.iter().map(parsed).collect();
    compile(&documents, &settings()).policy.unwrap()
}

/// The groups with a title, and their titles.
fn titles(documents: &[Value]) -> Vec<(String, String)> {
    let catalogue = compiled(documents).catalogue();
    let mut titled: Vec<_> =
        catalogue.entries().iter().filter_map(|entry| Some((entry.group.clone(), entry.title.clone()?))).collect();
    titled.dedup();
    titled
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(group, title)| ((*group).to_owned(), (*title).to_owned())).collect()
}

#[test]
fn of_several_documents_each_names_the_group_that_is_its_own() {
    let one = document("Ad Manager API", json!({ "/a": { "get": tagged("Facebook", "adPublishing.readonly") } }));
    let two = document(
        "Phone System API",
        json!({
            "/n": { "get": tagged("Phone Numbers", "phonenumbers.read"), "put": tagged("Phone Numbers", "phonenumbers.write") },
            "/p": { "get": tagged("Number Pools", "numberpools.read") }
        }),
    );
    let expected = pairs(&[
        ("adPublishing", "Ad Manager"),
        ("numberpools", "Phone System: Number Pools"),
        ("phonenumbers", "Phone System: Phone Numbers"),
    ]);
    assert_eq!(titles(&[one.clone(), two.clone()]), expected);
    assert_eq!(titles(&[two, one]), expected, "their order does not matter");
}

#[test]
fn in_one_document_tags_name_groups() {
    let mut whole = document(
        "Everything",
        json!({
            "/a": { "get": tagged("Conversation AI", "conversation-ai.readonly"), "put": tagged("Agents", "conversation-ai.write") },
            "/b": { "get": tagged("Custom Menu Links", "custom-menu-link.readonly") },
            "/c": { "get": tagged("one", "mixed.readonly"), "put": tagged("two", "mixed.write") },
            "/d": { "get": tagged("voice_agents", "voice.readonly") },
            "/e": { "get": tagged("inv", "invoices.readonly") },
            "/f": { "get": tagged("contacts", "contacts.readonly") },
            "/g": { "get": tagged("pay", "payments.readonly") }
        }),
    );
    whole["tags"] = json!([
        { "name": "inv", "x-displayName": "Invoices and estimates", "summary": "not this" },
        { "name": "pay", "summary": "Money in" },
        { "name": "contacts", "x-displayName": 5 },
        "odd"
    ]);
    let expected = pairs(&[
        ("conversation-ai", "Conversation AI"),
        ("custom-menu-link", "Custom Menu Links"),
        ("invoices", "Invoices and estimates"),
        ("payments", "Money in"),
    ]);
    assert_eq!(titles(&[whole]), expected);
}

#[test]
fn no_two_groups_are_called_the_same() {
    let paths = json!({
        "/a": { "get": tagged("Agents", "voice.readonly") },
        "/b": { "get": tagged("Agents", "chat.readonly") },
        "/c": { "get": tagged("Flows", "steps.readonly") },
        "/d": { "get": tagged("x", "flows.readonly"), "put": tagged("y", "flows.write") }
    });
    assert_eq!(titles(&[document("One", paths)]), []);
}

#[test]
fn documentation_is_told_of_the_documents_that_scopes_open() {
    let with = |title: &str, path: &str, scope: &str, docs: Value| {
        let mut document = document(title, json!({ path: { "get": tagged("t", scope) } }));
        document["externalDocs"] = docs;
        document
    };
    let policy = compiled(&[
        with("One", "/a", "a.readonly", json!({ "url": "https://docs.example/one", "description": "More" })),
        with("Two", "/b", "b.readonly", json!({ "url": "https://docs.example/two" })),
        with("Three", "/c", "c.readonly", json!({ "url": "javascript:alert(1)" })),
        with("Four", "/d", "d.readonly", json!({ "url": "https://docs.example/a b" })),
        with("Five", "/e", "e.readonly", json!({ "url": "relative" })),
        with("Six", "/f", "f.readonly", json!("https://docs.example/six")),
    ]);
    let told = |policy: &Policy, level, text: &str| {
        let found = policy.documentation(level, &scopes(text));
        found.into_iter().map(|(title, url)| format!("{title} {url}")).collect::<Vec<_>>().join(", ")
    };
    let all = "a.readonly b.readonly c.readonly d.readonly e.readonly f.readonly";
    assert_eq!(told(&policy, Level::SubAccount, all), "One https://docs.example/one, Two https://docs.example/two");
    assert_eq!(told(&policy, Level::SubAccount, "b.readonly"), "Two https://docs.example/two");
    assert_eq!(told(&policy, Level::Agency, all), "");
    assert_eq!(
        told(&policy.clone().for_sub_accounts(), Level::SubAccount, "a.readonly"),
        "One https://docs.example/one"
    );
}

#[test]
fn people_of_sub_accounts_read_nothing_of_what_is_the_agencys_alone() {
    let mut agency = document(
        "Secret Plans API",
        json!({
            "/plans": { "get": { "security": [{ "Agency": ["plans.readonly"] }] } },
            "/rest": { "get": { "security": [{ "Agency": ["rest.readonly"] }] } }
        }),
    );
    agency["externalDocs"] = json!({ "url": "https://docs.example/plans" });
    let own = document("Odd Jobs API", json!({ "/jobs": { "get": tagged("t", "jobs.readonly") } }));
    let whole = compiled(&[agency, own]);
    assert!(whole.to_json().contains("docs.example/plans"));
    let shown = whole.for_sub_accounts().to_json();
    assert!(shown.contains("Odd Jobs") && !shown.contains("Secret") && !shown.contains("docs.example"), "{shown}");
}

/// The gate's form has nothing of it, and an older release's gate reads what KV has.
#[test]
fn nothing_of_it_is_in_the_form_that_the_gate_reads() {
    let mut with = document("One", json!({ "/a": { "get": tagged("Money in", "payments.readonly") } }));
    let without = with.clone();
    with["externalDocs"] = json!({ "url": "https://docs.example/one" });
    let store_keys = keys(&key(1)).store().clone();
    let kv = |document: &Value| {
        let text = compiled(std::slice::from_ref(document)).to_json();
        assert_eq!(Policy::from_json(&text).unwrap().to_json(), text);
        assert!(StoredPolicy::parse(Authentic::from_registry(text.clone())).is_ok());
        StoredPolicy::sign(&store_keys, &text).unwrap().into_string()
    };
    assert_eq!(kv(&with), kv(&without));
    assert!(!kv(&with).contains("Money in"));
    // In the registry's form they stand where a release of before looks for descriptions of scopes, under names that no scope has.
    let tail = compiled(&[with]).to_json().lines().rev().nth(1).unwrap().to_owned();
    assert_eq!(tail, r#"],"descriptions":{"document One":"https://docs.example/one","group payments":"Money in"}"#);
}

#[test]
fn what_is_kept_of_a_document_has_it_and_is_checked() {
    let mut whole = document("One", json!({ "/a": { "get": tagged("pay", "payments.readonly") } }));
    assert!(parsed(&whole).to_json().starts_with("{\"v\":1,"));
    whole["externalDocs"] = json!({ "url": "https://docs.example/one" });
    whole["tags"] = json!([{ "name": "pay", "x-displayName": "Money in" }]);
    let kept = parsed(&whole).to_json();
    assert!(kept.starts_with("{\"v\":4,"), "{kept}");
    let again = Document::from_source(&kept).unwrap();
    assert_eq!((again.to_json(), again), (kept.clone(), parsed(&whole)));
    for (good, bad) in [
        ("https://docs.example/one", "javascript:alert(1)".to_owned()),
        ("https://docs.example/one", format!("https://docs.example/{}", "x".repeat(1_024))),
        ("Money in", "x".repeat(101)),
    ] {
        assert!(Document::from_source(&kept.replace(good, &bad)).is_err(), "{bad}");
    }
    let too_long = json!([{ "name": "pay", "x-displayName": "x".repeat(101) }]);
    whole["tags"] = too_long;
    assert!(!parsed(&whole).to_json().contains("xxxxx"));
}
