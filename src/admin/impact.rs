//! What a new policy would do to the integrations that exist.

use serde::Serialize;

use super::Name;
use crate::policy::{EventType, Policy, heard};
use crate::record::{Level, Owner};
use crate::scope::ScopeSet;
use crate::token::IntegrationId;

/// The operations that one integration loses and gains, as `METHOD /template`, and the types of events.
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
    /// The types of events that it receives now, and would not receive any more.
    pub lost_events: Vec<String>,
    /// The types of events that it would receive, and does not receive now.
    pub gained_events: Vec<String>,
}

/// A policy, and the types of events that belong to it.
#[derive(Clone, Copy)]
pub struct Offered<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The types.
    pub event_types: &'a [EventType],
}

/// What integrations lose and gain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Operations, as `METHOD /template`.
    pub lost: Vec<String>,
    /// The same.
    pub gained: Vec<String>,
    /// Types of events.
    pub lost_events: Vec<String>,
    /// The same.
    pub gained_events: Vec<String>,
}

/// A level and scopes, which integrations have: what those can reach is the same for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Whom they are for.
    pub level: Level,
    /// What they may do.
    pub scopes: ScopeSet,
}

impl Moved {
    /// Whether anything is lost.
    pub fn loses(&self) -> bool {
        !self.lost.is_empty() || !self.lost_events.is_empty()
    }
}

/// What integrations with these scopes lose and gain from `before` to `after`.
pub fn impact(held: &Held, before: Offered<'_>, after: Offered<'_>) -> Moved {
    let reached = |offered: Offered<'_>| offered.policy.reachable(held.level, &held.scopes);
    let heard = |offered: Offered<'_>| heard(offered.event_types, held.level, &held.scopes);
    let (old, new, old_events, new_events) = (reached(before), reached(after), heard(before), heard(after));
    Moved {
        lost: only_in(&old, &new),
        gained: only_in(&new, &old),
        lost_events: only_in(&old_events, &new_events),
        gained_events: only_in(&new_events, &old_events),
    }
}

fn only_in(these: &[String], those: &[String]) -> Vec<String> {
    these.iter().filter(|name| those.binary_search(name).is_err()).cloned().collect()
}
