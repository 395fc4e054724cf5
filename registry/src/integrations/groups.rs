//! Groups of integrations by their level and scopes.

use super::list::within;
use crate::database::{Database, number, row};
use tidegate::access::Reach;
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

/// The groups of those within `reach`.
pub(crate) fn groups(database: &Database, reach: &Reach) -> Result<Vec<Group>, AdminError> {
    let (condition, values) = within(reach).unwrap_or_else(|| ("1".to_owned(), vec![]));
    let sql = format!(
        "SELECT level, scopes, count(*) AS integrations FROM integrations
        WHERE gone_at IS NULL AND {condition} GROUP BY level, scopes ORDER BY level, scopes"
    );
    database.rows(&sql, values)
}

/// The first `limit` integrations of a group within `reach`, by id.
pub(crate) fn members(
    database: &Database,
    group: &Group,
    reach: &Reach,
    limit: u64,
) -> Result<Vec<Member>, AdminError> {
    let (condition, mut values) = within(reach).unwrap_or_else(|| ("1".to_owned(), vec![]));
    let sql = format!(
        "SELECT id, name, owner_id FROM integrations
        WHERE gone_at IS NULL AND {condition} AND level = ? AND scopes = ? ORDER BY id LIMIT ?"
    );
    values.extend([group.level.as_str().into(), group.scopes.as_str().into(), number(limit)]);
    database.rows(&sql, values)
}
