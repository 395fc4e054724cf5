//! What couriers report of their endpoints.

use serde_json::json;

use super::endpoint::{Endpoint, Seen};
use super::{about, table};
use crate::database::{Database, parsed};
use crate::events::record::record_own;
use tidegate::admin::AdminError;
use tidegate::events::Kind;
use tidegate::time::Timestamp;
use tidegate::webhooks::EndpointId;

/// How often an event tells of dropped messages. The event itself can make other full endpoints drop a message.
const DROPS_TOLD_EVERY_SECONDS: u64 = 24 * 60 * 60;

/// A report. A repeated one changes nothing.
struct Report {
    /// The revision of the endpoint that the courier knew.
    rev: u64,
    failing_since: Option<u64>,
    /// Whether it has failed long enough for an event.
    is_failing: bool,
    succeeded_at: Option<u64>,
    failed_at: Option<u64>,
    /// How many messages were given up in all because too many waited, or too long.
    dropped: u64,
    /// Why it receives nothing more.
    disabled: Option<String>,
}

tidegate::json_object!(Report {
    rev,
    failing_since: optional,
    is_failing,
    succeeded_at: optional,
    failed_at: optional,
    dropped,
    disabled: optional
});

/// Takes in a report. The courier of a deleted endpoint is told once more that it is deleted: what was handed over before can reach it
/// after that.
pub(crate) fn take(database: &Database, id: &EndpointId, text: &str, now: Timestamp) -> Result<(), AdminError> {
    let report: Report = parsed("a courier's report", text)?;
    let Some(endpoint) = table::find(database, id)? else { return crate::hand_overs::configure(database, id) };
    let moment = |at: Option<u64>| at.map(Timestamp::from_seconds);
    let before = &endpoint.health;
    let failing_since = moment(report.failing_since);
    let is_told = report.is_failing && failing_since.is_some();
    let after = Seen {
        failing_since,
        is_told,
        succeeded_at: before.succeeded_at.max(moment(report.succeeded_at)),
        failed_at: before.failed_at.max(moment(report.failed_at)),
        dropped: before.dropped.max(report.dropped),
    };
    table::save_seen(database, id, &after)?;
    if let Some(dropped) = table::untold_drops(database, id, now.before(DROPS_TOLD_EVERY_SECONDS))? {
        table::note_drops_told(database, id, now)?;
        let detail = json!({ "dropped": dropped, "because": "too_many_waited" });
        tell(database, Kind::EndpointFailing, &endpoint, detail, now)?;
    }
    if after.is_told && !(before.is_told && before.failing_since == after.failing_since) {
        let detail = json!({ "failing_since": after.failing_since.map(|at| at.to_string()), "because": "no_success" });
        tell(database, Kind::EndpointFailing, &endpoint, detail, now)?;
    }
    match report.disabled {
        // Somebody may have changed the endpoint since the courier gave it up.
        Some(because) if endpoint.disabled.is_none() && endpoint.rev.0 == report.rev => {
            disable(database, &endpoint, &because, now)
        }
        _ => Ok(()),
    }
}

fn disable(database: &Database, endpoint: &Endpoint, because: &str, now: Timestamp) -> Result<(), AdminError> {
    let disabled = Some((now, because.to_owned()));
    let after = Endpoint { disabled, rev: endpoint.rev.next()?, updated_at: now, ..endpoint.clone() };
    table::save(database, &after)?;
    crate::hand_overs::configure(database, &endpoint.id)?;
    tell(database, Kind::EndpointDisabled, endpoint, json!({ "because": because }), now)
}

fn tell(
    database: &Database,
    kind: Kind,
    endpoint: &Endpoint,
    mut detail: serde_json::Value,
    now: Timestamp,
) -> Result<(), AdminError> {
    if let serde_json::Value::Object(fields) = &mut detail {
        fields.insert("id".to_owned(), json!(endpoint.id));
        fields.insert("url".to_owned(), json!(endpoint.url));
    }
    let about = about(endpoint);
    record_own(database, kind, about, detail, now)
}
