//! What a new policy does to the integrations that exist.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Integration, Name};
use crate::core::policy::Policy;
use crate::core::record::Level;
use crate::core::scope::ScopeSet;
use crate::core::token::IntegrationId;

/// The operations that one integration loses and gains, as `METHOD /template`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Impact {
    /// Its id.
    pub integration: IntegrationId,
    /// What people call it.
    pub name: Name,
    /// What it can reach now, and could not any more.
    pub lost: Vec<String>,
    /// What it could reach then, and cannot now.
    pub gained: Vec<String>,
}

type LostAndGained = (Vec<String>, Vec<String>);

/// What changes from `before` to `after`: for how many integrations something does, and the first `most` of these.
pub fn impact(integrations: &[Integration], before: &Policy, after: &Policy, most: usize) -> (usize, Vec<Impact>) {
    // Many integrations have the same scopes; what those can reach is worked out once.
    let mut known: BTreeMap<(Level, &ScopeSet), LostAndGained> = BTreeMap::new();
    let (mut affected, mut impacts) = (0_usize, Vec::new());
    for integration in integrations {
        let key = (integration.owner.level, &integration.scopes);
        let (lost, gained) = known.entry(key).or_insert_with(|| {
            let (old, new) = (before.reachable(key.0, key.1), after.reachable(key.0, key.1));
            (only_in(&old, &new), only_in(&new, &old))
        });
        if lost.is_empty() && gained.is_empty() {
            continue;
        }
        affected = affected.saturating_add(1);
        if impacts.len() < most {
            let (integration, name) = (integration.id.clone(), integration.name.clone());
            impacts.push(Impact { integration, name, lost: lost.clone(), gained: gained.clone() });
        }
    }
    (affected, impacts)
}

fn only_in(these: &[String], those: &[String]) -> Vec<String> {
    these.iter().filter(|name| those.binary_search(name).is_err()).cloned().collect()
}
