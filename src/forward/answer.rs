//! What the client sees of an origin's answer.

/// Which statuses of an origin's answer reach the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerRules {
    /// Whether the request asked for a WebSocket, and 101 is an answer to it.
    pub may_switch_protocols: bool,
}

/// Fields that an origin's answer may not carry: they act on the whole host, or on its neighbours, and so on the admin page.
pub const WITHHELD_FIELDS: [&str; 2] = ["clear-site-data", "service-worker-allowed"];

/// What workerd says of a request that failed in a way that it keeps for its own log.
const INTERNAL: &str = "internal error";
/// When it does, as far as was seen.
const HINT: &str = "workerd says so where the origin's name does not resolve, and where the header fields of its answer are malformed or \
    longer than 128 KiB together";

/// Final statuses (RFC 9110 section 15). 1xx answers are for the hop that asked, and what is above 599 is not a status.
const LOWEST: u16 = 200;
const HIGHEST: u16 = 599;
/// 101 Switching Protocols.
const SWITCHING: u16 = 101;

/// What the platform says of an origin that gave no answer, with what it can mean where it says too little.
pub fn with_hint(message: String) -> String {
    if message.starts_with(INTERNAL) { format!("{message} ({HINT})") } else { message }
}

impl AnswerRules {
    /// The lowest and the highest status that a client gets, and one more where there is one.
    pub fn statuses(self) -> (u16, u16, Option<u16>) {
        (LOWEST, HIGHEST, self.may_switch_protocols.then_some(SWITCHING))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_says_too_little_has_a_hint() {
        let message = with_hint("internal error; reference = 53k63ran21268gq2l6b747tb".to_owned());
        assert!(message.starts_with("internal error; reference = 53k63ran21268gq2l6b747tb (workerd says so where "));
        for plain in ["Network connection lost.", "", "an internal error"] {
            assert_eq!(with_hint(plain.to_owned()), plain);
        }
    }
}
