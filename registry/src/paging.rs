//! Pages of lists.

use super::database::number;
use super::storage::Parameter;

/// How many rows to ask for, to learn whether there are more than `limit`.
pub(crate) fn limit_and_one(limit: u32) -> Parameter {
    number(u64::from(limit).saturating_add(1))
}

/// Leaves `limit` rows, and says whether there were more.
pub(crate) fn cut<T>(rows: &mut Vec<T>, limit: u32) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    more
}
