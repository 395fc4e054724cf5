//! Messages: `{"type","timestamp","data"}`, as Standard Webhooks define them.

use serde_json::json;

use crate::time::Timestamp;

/// The longest `data`, in bytes.
pub const MAX_DATA_BYTES: usize = 64 * 1024;

/// How many kinds of events one endpoint wants at most.
pub(super) const MAX_KINDS: usize = 200;

/// The header fields of Standard Webhooks: the id, the time of the attempt, and the signatures.
pub const SIGNED_HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

/// A message to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The same for every attempt and repetition, so that a receiver recognises a message that it has already.
    pub id: String,
    /// What happened.
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// JSON text: what there is to know of it.
    pub data: String,
}

impl Message {
    /// The body of the request. It contains `data` unchanged.
    pub fn body(&self) -> String {
        let Self { kind, at, data, .. } = self;
        format!(r#"{{"type":{},"timestamp":"{at}","data":{data}}}"#, json!(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_stands_in_the_body_as_it_came() {
        let message = Message {
            id: "evt_1".to_owned(),
            kind: "contact.\"created\"".to_owned(),
            at: Timestamp::from_seconds(1_795_824_000),
            data: r#"{"n":1.50, "a":"\u00e9"}"#.to_owned(),
        };
        let body =
            r#"{"type":"contact.\"created\"","timestamp":"2026-11-28T00:00:00Z","data":{"n":1.50, "a":"\u00e9"}}"#;
        assert_eq!(message.body(), body);
        assert!(serde_json::from_str::<serde_json::Value>(&message.body()).is_ok());
    }
}
