//! The delivery log: what was sent to the endpoint, and how it answered.

use serde_json::{Value, json};

use crate::database::{Database, bound, parsed, row};
use crate::paging::{cut, limit_and_one};
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;

row! {
    struct Row {
        seq: u64,
        message: String,
        kind: String,
        at: u64,
        bytes: u64,
        state: String,
        next_at: Option<u64>,
        attempts: String,
    }
}

struct Asked {
    after: Option<u64>,
    limit: u32,
}

tidegate::json_object!(Asked { after: optional, limit });

struct Made {
    at: u64,
    outcome: String,
    status: Option<u64>,
    duration_ms: u64,
    answer: Option<String>,
}

tidegate::json_object!(Made { at, outcome, status: optional, duration_ms, answer: optional });

/// A page, the newest first, as the admin API shows it.
pub(super) fn page(database: &Database, text: &str) -> Result<Value, AdminError> {
    let Asked { after, limit } = parsed("a question to a courier", text)?;
    let sql = "SELECT seq, message, kind, at, bytes, state, next_at, (SELECT json_group_array(json_object(
            'at', attempts.at, 'outcome', outcome, 'status', status, 'duration_ms', duration_ms, 'answer', answer))
            FROM attempts WHERE attempts.message = deliveries.message) AS attempts
        FROM deliveries WHERE seq < ? ORDER BY seq DESC LIMIT ?";
    let before = bound(after.unwrap_or(u64::MAX));
    let mut rows: Vec<Row> = database.rows(sql, vec![before, limit_and_one(limit)])?;
    let more = cut(&mut rows, limit);
    let cursor = rows.last().filter(|_| more).map(|row| row.seq.to_string());
    let total = database.count("deliveries", vec![])?;
    let deliveries = rows.into_iter().map(Row::view).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "deliveries": deliveries, "cursor": cursor, "total": total }))
}

impl Row {
    fn view(self) -> Result<Value, AdminError> {
        let moment = |at: u64| Timestamp::from_seconds(at).to_string();
        let made: Vec<Made> = parsed("attempts", &self.attempts)?;
        let attempts: Vec<_> = made
            .into_iter()
            .map(|made| {
                json!({
                    "at": moment(made.at), "outcome": made.outcome, "status": made.status,
                    "duration_ms": made.duration_ms, "answer": made.answer,
                })
            })
            .collect();
        Ok(json!({
            "message": self.message, "type": self.kind, "at": moment(self.at), "bytes": self.bytes,
            "state": self.state, "next_at": self.next_at.map(moment), "attempts": attempts,
        }))
    }
}
