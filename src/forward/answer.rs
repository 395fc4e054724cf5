//! What the client gets of an origin's answer.

/// Which statuses of an origin's answer reach the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerRules {
    /// Whether the request asked for a WebSocket, and 101 is an answer to it.
    pub may_switch_protocols: bool,
}

/// Fields that an origin's answer may not carry: those that act on the whole host, or on its neighbours, and so on the admin page; and
/// those for the next hop (RFC 9110 section 7.6.1) that the platform leaves.
pub const WITHHELD_FIELDS: [&str; 4] =
    ["clear-site-data", "service-worker-allowed", "proxy-authenticate", "proxy-connection"];

/// How workerd's messages begin that stand for several failures.
const VAGUE: [&str; 2] = ["internal error", "Network connection lost"];
/// Which these are. It depends on the version of workerd which failure has which message.
const HINT: &str = "the name does not resolve, the connection was refused or broke off, the client broke off its upload, or the answer \
    cannot be read, because its header fields are malformed or too long";

/// Final statuses (RFC 9110 section 15). 1xx answers are for the hop that asked, and what is above 599 is not a status.
const LOWEST: u16 = 200;
const HIGHEST: u16 = 599;
/// 101 Switching Protocols.
const SWITCHING: u16 = 101;

/// What the platform says of an origin that gave no answer, with what it can mean where it says too little. What follows a semicolon
/// can be the origin's own words, as in "invalid Content-Length header value; cl = 2, 3": it is left out.
pub fn with_hint(message: String) -> String {
    match message.split_once(';') {
        _ if VAGUE.iter().any(|vague| message.starts_with(vague)) => format!("{message} ({HINT})"),
        Some((what, _)) => what.to_owned(),
        None => message,
    }
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
        for vague in ["internal error; reference = 53k63ran21268gq2l6b747tb", "Network connection lost."] {
            assert_eq!(with_hint(vague.to_owned()), format!("{vague} ({HINT})"));
        }
        for plain in ["invalid Content-Length header value", "", "an internal error"] {
            assert_eq!(with_hint(plain.to_owned()), plain);
        }
        let with_value = "invalid Content-Length header value; cl = 2, 3".to_owned();
        assert_eq!(with_hint(with_value), "invalid Content-Length header value");
    }
}
