//! Integrations by what they may do.

use crate::database::{Database, number, row};
use tidegate::admin::{AdminError, Name, Stored};
use tidegate::record::{Level, OwnerId};
use tidegate::token::IntegrationId;

row! {
    /// The integrations of one level with the same scopes.
    pub(crate) struct Group {
        pub level: Level,
        /// As the table has them.
        pub scopes: String,
        /// How many there are.
        pub integrations: u64,
    }
}

row! {
    /// An integration of a group.
    pub(crate) struct Member {
        pub id: IntegrationId,
        pub name: Stored<Name>,
        pub owner_id: OwnerId,
    }
}

/// All groups.
pub(crate) fn groups(database: &Database) -> Result<Vec<Group>, AdminError> {
    let sql = "SELECT level, scopes, count(*) AS integrations FROM integrations
        WHERE gone_at IS NULL GROUP BY level, scopes ORDER BY level, scopes";
    database.rows(sql, vec![])
}

/// The first `limit` integrations of a group, by id.
pub(crate) fn members(database: &Database, group: &Group, limit: u64) -> Result<Vec<Member>, AdminError> {
    let sql = "SELECT id, name, owner_id FROM integrations
        WHERE gone_at IS NULL AND level = ? AND scopes = ? ORDER BY id LIMIT ?";
    database.rows(sql, vec![group.level.as_str().into(), group.scopes.as_str().into(), number(limit)])
}
