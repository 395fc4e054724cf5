//! Whom each security scheme is for, as far as its kind and its name suggest it.

use std::collections::BTreeMap;

use super::super::derive::words;
use super::super::document::Document;
use super::super::settings::{Scheme, ScopesMean};
use super::{Choosing, operations};
use crate::json::Map;
use crate::record::Level;

/// Words of a scheme for the organisation above the sub-accounts.
const OF_AGENCIES: [&str; 9] =
    ["agency", "organization", "organisation", "org", "company", "partner", "platform", "reseller", "admin"];
/// Words of a scheme that programs of others do not have.
const OF_OTHERS: [&str; 8] = ["cookie", "session", "csrf", "internal", "only", "mtls", "webhook", "signature"];

/// What is known of a scheme.
#[derive(Default)]
struct Facts {
    operations: usize,
    has_scopes: bool,
}

/// Chooses the meaning of every scheme that some operation asks for.
pub(super) fn choose(documents: &[Document], choosing: &mut Choosing<'_>) -> Map<Scheme> {
    let mut schemes: BTreeMap<&str, Facts> = BTreeMap::new();
    for described in operations(documents) {
        let security = described.own_security().or_else(|| described.document.security());
        for (name, scopes) in security.into_iter().flatten().flat_map(Map::iter) {
            let facts = schemes.entry(name.as_str()).or_default();
            facts.operations = facts.operations.saturating_add(1);
            facts.has_scopes |= !scopes.is_empty();
        }
    }
    let kind = |name: &str| documents.iter().find_map(|document| document.scheme_kinds.of(name)).unwrap_or_default();
    // The API's own clients identify themselves by `basic` where others send tokens.
    let most = schemes.values().map(|facts| facts.operations).max().unwrap_or_default();
    let mut chosen = Map::default();
    for (name, facts) in &schemes {
        let kind = kind(name);
        let is_minor_basic = kind.contains("basic") && facts.operations < most;
        let suggested = match () {
            () if is_for_others(name, kind) || is_minor_basic => 2,
            () if words(name).iter().any(|word| OF_AGENCIES.contains(&word.as_str())) => 1,
            () => 0,
        };
        let kind = if kind.is_empty() { "not declared".to_owned() } else { kind.to_owned() };
        let scopes = if facts.has_scopes { "with scopes" } else { "without scopes" };
        let why = format!("{kind}, {scopes}; {} operations ask for it", facts.operations);
        let options = ["integrations of sub-accounts", "integrations of the agency", "no private integration"];
        let question = format!("Whom is the security scheme {name} for?");
        let place = choosing.choose(&format!("schemes.{name}"), question, why, &options, suggested);
        let level = if place == 1 { Level::Agency } else { Level::SubAccount };
        chosen.insert(
            (*name).to_owned(),
            Scheme { level, private_integrations: place < 2, scopes_mean: ScopesMean::All },
        );
    }
    chosen
}

fn is_for_others(name: &str, kind: &str) -> bool {
    let kinds: Vec<&str> = kind.split(' ').collect();
    kinds.contains(&"cookie")
        || kinds.contains(&"mutualTLS")
        || words(name).iter().any(|word| OF_OTHERS.contains(&word.as_str()))
}
