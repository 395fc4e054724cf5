//! What the client sees of an origin's answer.

/// Which statuses of an origin's answer reach the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerRules {
    /// Whether the request asked for a WebSocket, and 101 is an answer to it.
    pub may_switch_protocols: bool,
}

/// Fields that an origin's answer may not carry: they act on the whole host, or on its neighbours, and so on the admin page.
pub const WITHHELD_FIELDS: [&str; 2] = ["clear-site-data", "service-worker-allowed"];

/// Final statuses (RFC 9110 section 15). 1xx answers are for the hop that asked, and what is above 599 is not a status.
const LOWEST: u16 = 200;
const HIGHEST: u16 = 599;
/// 101 Switching Protocols.
const SWITCHING: u16 = 101;

impl AnswerRules {
    /// The lowest and the highest status that a client gets, and one more where there is one.
    pub fn statuses(self) -> (u16, u16, Option<u16>) {
        (LOWEST, HIGHEST, self.may_switch_protocols.then_some(SWITCHING))
    }
}
