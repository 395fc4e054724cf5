//! What the machine says to its driver, and hears from it.

use std::rc::Rc;

use serde::Serialize;

use super::Waiting;
use crate::forward::Forwarding;
use crate::reply::{PROBLEM_TYPE, Reply};

/// What a request needs next.
#[derive(Debug)]
pub enum Step {
    /// This is its answer.
    Answer(Answer),
    /// It is granted: the driver forwards it, and gives the origin's answer to the client.
    Forward(Forward),
    /// These reads, made together; then [`Waiting::resume`] with what came of each, in this order.
    Needs(Waiting, Vec<Read>),
    /// It is for the admin plane.
    Admin,
    /// Nothing: what went on in the background has ended.
    Done,
}

/// An answer of the gate's own.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names and values of header fields.
    pub fields: Vec<(&'static str, String)>,
    /// The body, if the answer has one.
    pub body: Option<String>,
}

/// How to forward a request that was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// A number that stands for `how` for as long as the memory lives; `None` where it is for this request alone.
    pub number: Option<u64>,
    /// What becomes of the request.
    pub how: Rc<Forwarding>,
}

/// Something that is read for a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "read", rename_all = "snake_case")]
pub enum Read {
    /// The bytes under a key in KV.
    Kv {
        /// The key.
        key: String,
        /// How long that may take, in milliseconds.
        timeout_ms: u64,
    },
    /// What the registry answers to `GET` of this address.
    Registry {
        /// The address.
        url: String,
        /// How long that may take, in milliseconds.
        timeout_ms: u64,
    },
    /// What another isolate left in this location's cache, by [`Effect::Share`].
    Shared {
        /// The address.
        url: String,
        /// How long that may take, in milliseconds.
        timeout_ms: u64,
    },
    /// The value of the request's `Authorization` field.
    Authorization,
    /// The request's header fields: alternating names, in lower case, and values, one a line; without `Authorization`'s value.
    Fields,
    /// The request's body.
    Body {
        /// The most bytes that are wanted of it.
        limit: usize,
        /// How long that may take, in milliseconds.
        timeout_ms: u64,
    },
    /// Nothing, after some time.
    Pause {
        /// How long, in milliseconds.
        pause_ms: u64,
    },
}

/// What came of a read.
#[derive(Clone, PartialEq, Eq)]
pub enum Reading {
    /// There is no such thing.
    Nothing,
    /// The bytes that were asked for.
    Bytes(Vec<u8>),
    /// An HTTP answer.
    Response {
        /// Its status code.
        status: u16,
        /// Its body.
        body: Vec<u8>,
    },
    /// It failed. The text holds no value of what was read.
    Failed(String),
    /// It took too long.
    TooSlow,
    /// There are more bytes than were wanted.
    TooLong,
}

/// What the driver does beside the next step, in the background.
#[derive(Debug)]
pub enum Effect {
    /// Write a line to the log.
    Log(Line),
    /// Remember the number of the `Authorization` value that was sent, in place of the value that had this slot before.
    Remember {
        /// The number, for [`Credential::Known`](super::Credential::Known).
        number: u64,
        /// The slot: below [`MAX_CREDENTIALS`](super::MAX_CREDENTIALS).
        slot: u32,
    },
    /// Forget the `Authorization` value of this slot.
    Forget {
        /// The slot.
        slot: u32,
    },
    /// Make these reads after the answer, if there is one first, and then [`Waiting::resume`].
    Background(Waiting, Vec<Read>),
    /// Leave a text in this location's cache.
    Share {
        /// The address.
        url: String,
        /// The text.
        text: String,
        /// How long it serves there, in seconds.
        max_age_seconds: u64,
    },
}

/// A line of the log: JSON, without a token, a key, a cookie, a path or a header field's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Whether somebody has to look at it.
    pub is_error: bool,
    /// The line.
    pub text: String,
}

impl Read {
    /// How long the driver may wait for it, in milliseconds.
    pub fn patience_ms(&self) -> u64 {
        match self {
            Self::Kv { timeout_ms, .. } | Self::Registry { timeout_ms, .. } | Self::Shared { timeout_ms, .. } => {
                *timeout_ms
            }
            Self::Body { timeout_ms, .. } => *timeout_ms,
            Self::Pause { pause_ms } => *pause_ms,
            Self::Authorization | Self::Fields => 0,
        }
    }
}

impl Answer {
    /// A JSON answer.
    pub fn json(status: u16, body: String) -> Self {
        Self { status, fields: of_body("application/json"), body: Some(body) }
    }
}

impl From<&Reply> for Answer {
    fn from(reply: &Reply) -> Self {
        let mut fields = of_body(PROBLEM_TYPE);
        fields.extend(reply.headers.iter().map(|(name, value)| (*name, value.clone())));
        // A problem has nothing that cannot be JSON.
        Self { status: reply.status, fields, body: serde_json::to_string(&reply.problem).ok() }
    }
}

fn of_body(content_type: &str) -> Vec<(&'static str, String)> {
    let fields = [("Content-Type", content_type), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")];
    fields.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}
