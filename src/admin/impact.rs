//! What a new policy does to the integrations that exist.

use serde::Serialize;

use super::Name;
use crate::policy::Policy;
use crate::record::{Level, Owner};
use crate::scope::ScopeSet;
use crate::token::IntegrationId;

/// The operations that one integration loses and gains, as `METHOD /template`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Impact {
    /// Its id.
    pub integration: IntegrationId,
    /// What people call it.
    pub name: Name,
    /// Whom it belongs to.
    pub owner: Owner,
    /// What it can reach now, and could not any more.
    pub lost: Vec<String>,
    /// What it could reach then, and cannot now.
    pub gained: Vec<String>,
}

/// A level and scopes, which integrations have: what those can reach is the same for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Whom they are for.
    pub level: Level,
    /// What they may do.
    pub scopes: ScopeSet,
}

/// The operations that integrations with these scopes lose, and those that they gain, from `before` to `after`.
pub fn impact(held: &Held, before: &Policy, after: &Policy) -> (Vec<String>, Vec<String>) {
    let (old, new) = (before.reachable(held.level, &held.scopes), after.reachable(held.level, &held.scopes));
    (only_in(&old, &new), only_in(&new, &old))
}

fn only_in(these: &[String], those: &[String]) -> Vec<String> {
    these.iter().filter(|name| those.binary_search(name).is_err()).cloned().collect()
}
