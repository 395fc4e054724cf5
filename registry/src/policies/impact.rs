//! What a new policy would do to the integrations that exist.

use serde_json::{Value, json};

use crate::database::Database;
use crate::integrations::groups::{self as integrations, Group, Member};
use tidegate::access::{Permissions, Reach, Verb};
use tidegate::admin::{AdminError, Held, Impact, Moved, Offered, Stored, impact};
use tidegate::record::Owner;

/// How many integrations are listed; the others are only counted.
const MAX_LISTED: u64 = 200;

/// The integrations of one level with the same scopes, and what all of them lose and gain.
struct Affected {
    group: Group,
    moved: Moved,
}

/// How many integrations lose something.
pub(crate) fn losing(database: &Database, before: Offered<'_>, after: Offered<'_>) -> Result<u64, AdminError> {
    let groups = affected(database, before, after, &Permissions::all().reach(Verb::IntegrationsView))?;
    Ok(groups.iter().filter(|affected| affected.moved.loses()).map(|affected| affected.group.integrations).sum())
}

/// What changes for whom within `reach`, as the admin API shows it.
pub(crate) fn of(
    database: &Database,
    before: Offered<'_>,
    after: Offered<'_>,
    reach: &Reach,
) -> Result<Value, AdminError> {
    let mut groups = affected(database, before, after, reach)?;
    let count = |groups: &[Affected], losing: bool| -> u64 {
        let counted = groups.iter().filter(|affected| !losing || affected.moved.loses());
        counted.map(|affected| affected.group.integrations).sum()
    };
    let (affected, losing) = (count(&groups, false), count(&groups, true));
    groups.sort_by_key(|affected| !affected.moved.loses());
    let mut listed: Vec<Impact> = Vec::new();
    for group in &groups {
        let left = MAX_LISTED.saturating_sub(u64::try_from(listed.len()).unwrap_or(u64::MAX));
        if left == 0 {
            break;
        }
        listed.extend(members(database, group, reach, left)?);
    }
    Ok(json!({ "affected": affected, "losing": losing, "integrations": listed }))
}

/// The groups for which something changes.
fn affected(
    database: &Database,
    before: Offered<'_>,
    after: Offered<'_>,
    reach: &Reach,
) -> Result<Vec<Affected>, AdminError> {
    let mut affected = Vec::new();
    for group in integrations::groups(database, reach)? {
        let corrupt = |_| AdminError::Registry("scopes of integrations are corrupt".to_owned());
        let held = Held { level: group.level, scopes: serde_json::from_str(&group.scopes).map_err(corrupt)? };
        let moved = impact(&held, before, after);
        if moved != Moved::default() {
            affected.push(Affected { group, moved });
        }
    }
    Ok(affected)
}

/// The first `limit` integrations of a group, by id.
fn members(database: &Database, affected: &Affected, reach: &Reach, limit: u64) -> Result<Vec<Impact>, AdminError> {
    let Affected { group, moved } = affected;
    let impact = |Member { id, name: Stored(name), owner_id }| {
        let owner = Owner { level: group.level, id: owner_id };
        let Moved { lost, gained, lost_events, gained_events } = moved.clone();
        Impact { integration: id, name, owner, lost, gained, lost_events, gained_events }
    };
    Ok(integrations::members(database, group, reach, limit)?.into_iter().map(impact).collect())
}
