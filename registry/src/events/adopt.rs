//! Takes in events of releases that had no chain.

use serde_json::json;

use super::chain;
use super::record::{About, NewEvent, record};
use crate::database::{Database, row};
use tidegate::admin::AdminError;
use tidegate::events::{EventActor, Kind};
use tidegate::time::Timestamp;

row! {
    struct Unchained {
        count: u64,
        first: Option<u64>,
        last: Option<u64>,
    }
}

/// Takes in what a release without a chain has written: before the chain began, or after a rollback. Such events get a place and
/// the names that kinds have now, and one `chain.started` says how many the chain does not cover.
pub(crate) fn adopt(database: &Database, now: Timestamp) -> Result<(), AdminError> {
    if !chain::is_broken(database)? {
        return Ok(());
    }
    database.run(ADOPT, vec![])?;
    let sql = "SELECT count(*) AS count, min(seq) AS first, max(seq) AS last FROM events WHERE chain IS NULL
        AND seq > coalesce((SELECT max(seq) FROM events WHERE chain IS NOT NULL), 0)";
    let unchained: Option<Unchained> = database.row(sql, vec![])?;
    let Some(Unchained { count, first: Some(first), last: Some(last) }) = unchained else { return Ok(()) };
    let detail = json!({ "events": count, "first_seq": first, "last_seq": last });
    let (kind, actor, about) = (Kind::ChainStarted, EventActor::registry(), About::agency());
    record(database, NewEvent { kind, actor, about, request: None, detail }, now)
}

const ADOPT: &str = "
    UPDATE events SET place = coalesce(
        (SELECT CASE level WHEN 'agency' THEN 'agency' ELSE 'sub_account:' || owner_id END
            FROM integrations WHERE integrations.id = events.integration),
        CASE WHEN kind LIKE 'sub_account.%' AND json_valid(detail)
            THEN 'sub_account:' || json_extract(detail, '$.id') END,
        'agency')
        WHERE chain IS NULL AND place IS NULL;
    UPDATE events SET kind = CASE
        WHEN kind = 'feature.switched' THEN 'feature.changed'
        WHEN actor = 'owner-key' THEN 'owner_key.used'
        ELSE 'person.signed_in' END
        WHERE chain IS NULL AND kind IN ('session.started', 'feature.switched');
";
