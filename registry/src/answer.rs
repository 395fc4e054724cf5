//! The answer to a command.

use serde::Serialize;

use tidegate::admin::{AdminError, Integration};
use tidegate::token::Plaintext;
use tidegate::usage::{UnderWay, UsageQuestion};
use tidegate::webhooks::EndpointId;

/// An answer, as far as the command knows it. [`Ending`](super::outcome::Ending) is what the transaction makes of it.
pub(crate) enum Answer {
    /// A complete answer.
    Complete(Response),
    /// An integration, with all that is shown of it.
    Integration {
        status: u16,
        integration: Box<Integration>,
        /// The token that was minted, shown this once.
        token: Option<Plaintext>,
    },
    /// The progress of a rotation, which needs the answer of a usage store.
    Rotation { under_way: UnderWay, question: UsageQuestion },
}

/// An answer as HTTP sends it.
#[derive(Clone, PartialEq, Eq)]
pub enum Response {
    /// 204.
    NoContent {
        /// The cookie that starts or ends a session.
        cookie: Option<String>,
        /// The `ETag`: the revision of what was deleted, by which the deletion can be undone.
        rev: Option<u64>,
    },
    /// 304: the client has this revision already.
    NotModified {
        /// The `ETag`.
        rev: u64,
    },
    /// A part of a file.
    Text(TextBody),
    /// The answer of a courier, which the caller of the registry asks for it.
    Relay(Relay),
    /// JSON.
    Json {
        /// The status.
        status: u16,
        /// The text. It may hold a token that was just minted.
        body: String,
        /// The `ETag`.
        rev: Option<u64>,
    },
}

/// A part of a file for download.
#[derive(Clone, PartialEq, Eq)]
pub struct TextBody {
    /// `Content-Type`.
    pub content_type: &'static str,
    /// What the file is called.
    pub file_name: &'static str,
    /// The text.
    pub body: String,
    /// The cursor of the part that follows, if one does: `Tidegate-Next-Cursor`.
    pub next: Option<String>,
}

/// A question to a courier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// The endpoint whose courier it is.
    pub courier: EndpointId,
    /// What it is asked: a path.
    pub path: &'static str,
    /// What it is asked with, as JSON.
    pub body: String,
}

impl Answer {
    /// JSON. `rev` is the `ETag`.
    pub fn json(status: u16, body: &impl Serialize, rev: Option<u64>) -> Result<Self, AdminError> {
        Ok(Self::Complete(Response::Json { status, body: text(body)?, rev }))
    }

    /// A courier's answer.
    pub fn relay(relay: Relay) -> Self {
        Self::Complete(Response::Relay(relay))
    }

    /// What is JSON text already.
    pub fn json_text(body: String, rev: Option<u64>) -> Self {
        Self::Complete(Response::Json { status: 200, body, rev })
    }

    /// 304.
    pub fn not_modified(rev: u64) -> Self {
        Self::Complete(Response::NotModified { rev })
    }

    /// 204 for a deletion, which made this revision.
    pub fn gone(rev: u64) -> Self {
        Self::Complete(Response::NoContent { cookie: None, rev: Some(rev) })
    }

    /// 204.
    pub fn no_content() -> Self {
        Self::Complete(Response::NoContent { cookie: None, rev: None })
    }

    /// 204, with the cookie that starts or ends a session.
    pub fn with_cookie(cookie: String) -> Self {
        Self::Complete(Response::NoContent { cookie: Some(cookie), rev: None })
    }

    /// An integration.
    pub fn integration(status: u16, integration: Integration) -> Self {
        Self::Integration { status, integration: Box::new(integration), token: None }
    }

    /// With a token that was minted for the integration.
    pub fn with_token(self, minted: Plaintext) -> Self {
        match self {
            Self::Integration { status, integration, .. } => {
                Self::Integration { status, integration, token: Some(minted) }
            }
            other => other,
        }
    }
}

/// JSON.
pub(super) fn text(body: &impl Serialize) -> Result<String, AdminError> {
    serde_json::to_string(body).map_err(|error| AdminError::Registry(error.to_string()))
}
