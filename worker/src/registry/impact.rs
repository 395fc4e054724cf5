//! What a policy that is to be published does to the integrations that exist.

use serde_json::{Value, json};

use super::database::{Database, number, row};
use tidegate::admin::{AdminError, Held, Impact, Name, Stored, impact};
use tidegate::policy::Policy;
use tidegate::record::{Level, Owner, OwnerId};
use tidegate::token::IntegrationId;

/// How many integrations are listed; of the others the number is told.
const MAX_LISTED: u64 = 200;

row! {
    /// A level and scopes that integrations have.
    struct GroupRow {
        level: Level,
        scopes: String,
        integrations: u64,
    }
}

row! {
    struct MemberRow {
        id: IntegrationId,
        name: Stored<Name>,
        owner_id: OwnerId,
    }
}

/// The integrations of one level with the same scopes, and what all of them lose and gain.
struct Group {
    row: GroupRow,
    lost: Vec<String>,
    gained: Vec<String>,
}

/// What changes for whom, as the admin API shows it, and how many integrations lose something.
pub(super) fn of(database: &Database, before: &Policy, after: &Policy) -> Result<(Value, u64), AdminError> {
    let mut groups = groups(database, before, after)?;
    let count = |groups: &[Group], losing: bool| -> u64 {
        let counted = groups.iter().filter(|group| !losing || !group.lost.is_empty());
        counted.map(|group| group.row.integrations).sum()
    };
    let (affected, losing) = (count(&groups, false), count(&groups, true));
    groups.sort_by_key(|group| group.lost.is_empty());
    let mut listed: Vec<Impact> = Vec::new();
    for group in &groups {
        let left = MAX_LISTED.saturating_sub(u64::try_from(listed.len()).unwrap_or(u64::MAX));
        if left == 0 {
            break;
        }
        listed.extend(members(database, group, left)?);
    }
    Ok((json!({ "affected": affected, "losing": losing, "integrations": listed }), losing))
}

/// The groups for which something changes.
fn groups(database: &Database, before: &Policy, after: &Policy) -> Result<Vec<Group>, AdminError> {
    let sql = "SELECT level, scopes, count(*) AS integrations FROM integrations
        WHERE gone_at IS NULL GROUP BY level, scopes ORDER BY level, scopes";
    let rows: Vec<GroupRow> = database.rows(sql, vec![])?;
    let mut groups = Vec::new();
    for row in rows {
        let corrupt = |_| AdminError::Registry("scopes of integrations are corrupt".to_owned());
        let held = Held { level: row.level, scopes: serde_json::from_str(&row.scopes).map_err(corrupt)? };
        let (lost, gained) = impact(&held, before, after);
        if !lost.is_empty() || !gained.is_empty() {
            groups.push(Group { row, lost, gained });
        }
    }
    Ok(groups)
}

/// The first `limit` integrations of a group, by id.
fn members(database: &Database, group: &Group, limit: u64) -> Result<Vec<Impact>, AdminError> {
    let Group { row, lost, gained } = group;
    let sql = "SELECT id, name, owner_id FROM integrations
        WHERE gone_at IS NULL AND level = ? AND scopes = ? ORDER BY id LIMIT ?";
    let values = vec![row.level.as_str().into(), row.scopes.as_str().into(), number(limit)];
    let members: Vec<MemberRow> = database.rows(sql, values)?;
    let impact = |MemberRow { id, name: Stored(name), owner_id }| {
        let owner = Owner { level: row.level, id: owner_id };
        Impact { integration: id, name, owner, lost: lost.clone(), gained: gained.clone() }
    };
    Ok(members.into_iter().map(impact).collect())
}
