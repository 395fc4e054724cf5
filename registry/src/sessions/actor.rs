//! Who a command is from.

const OWNER_KEY: &str = "owner-key";
const SESSION: &str = "session:";

/// Who a command is from, as the gate has verified it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The holder of the owner key.
    OwnerKey,
    /// Somebody who signed in, by the digest of the session's id.
    Session(String),
}

impl Actor {
    /// As the gate tells the registry.
    pub fn to_header(&self) -> String {
        match self {
            Self::OwnerKey => OWNER_KEY.to_owned(),
            Self::Session(digest) => format!("{SESSION}{digest}"),
        }
    }

    /// Reads what [`Actor::to_header`] wrote; `None` for anything else.
    pub fn from_header(text: &str) -> Option<Self> {
        match text {
            OWNER_KEY => Some(Self::OwnerKey),
            _ => text.strip_prefix(SESSION).map(|digest| Self::Session(digest.to_owned())),
        }
    }

    /// What tells one actor from another.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::OwnerKey => OWNER_KEY,
            Self::Session(digest) => digest,
        }
    }

    /// The actor's name in audit events: of a session only enough to tell two apart.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::OwnerKey => "owner key".to_owned(),
            Self::Session(digest) => format!("session {}", digest.chars().take(8).collect::<String>()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_read_as_it_was_written() {
        for actor in [Actor::OwnerKey, Actor::Session("ab12".to_owned())] {
            assert_eq!(Actor::from_header(&actor.to_header()), Some(actor));
        }
        for text in ["", "owner-key ", "Session:ab", "somebody"] {
            assert_eq!(Actor::from_header(text), None, "{text:?}");
        }
    }
}
