//! The messages between the machine and its driver.

use std::rc::Rc;

use serde::Serialize;

use super::Waiting;
use super::read::Read;
use crate::forward::{AnswerCors, Forwarding};
use crate::reply::{PROBLEM_TYPE, Reply};

/// What a request needs next.
#[derive(Debug)]
pub enum Step {
    /// This is its answer.
    Answer(Answer),
    /// It is granted: the driver forwards it, and gives the origin's answer to the client.
    Forward(Forward),
    /// Its answer is the response to its last [`Read::Call`].
    Relay(Relay),
    /// These reads, made together; then [`Waiting::resume`] with what came of each, in this order.
    Needs(Waiting, Vec<Read>),
    /// It is for the admin plane: [`admin::Plane::begin`](crate::admin::Plane::begin) goes on with it.
    Admin,
    /// Nothing: what went on in the background has ended.
    Done,
}

/// An answer of the gate's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names and values of header fields.
    pub fields: Vec<(&'static str, String)>,
    /// The body, if the answer has one.
    pub body: Option<String>,
}

/// The response of a service of this deployment, given to the client.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Relay {
    /// Another status, and no body; `None` where both are as they came.
    pub status: Option<u16>,
    /// The names of its header fields that the client gets; `None` for all of them.
    pub keep: Option<&'static [&'static str]>,
    /// Names and values of header fields that are set on it.
    pub set: Vec<(&'static str, String)>,
    /// Names and values of header fields that are added to it.
    pub append: Vec<(&'static str, String)>,
}

/// How to forward a request that was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// A number that stands for `how` for as long as the memory lives; `None` where it is for this request alone.
    pub number: Option<u64>,
    /// What becomes of the request.
    pub how: Rc<Forwarding>,
    /// The code under which its answer is counted, by [`Memory::answered`](super::Memory::answered); 0 where it is not.
    pub counted_as: u32,
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
    /// Look where the request came from, and tell [`Memory::came_from`](super::Memory::came_from).
    Look {
        /// The code to tell it by.
        code: u32,
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

impl Answer {
    /// A JSON answer.
    pub fn json(status: u16, body: String) -> Self {
        Self { status, fields: of_body("application/json"), body: Some(body) }
    }

    /// The same, for other origins' scripts.
    pub(super) fn with_cors(mut self, cors: Option<AnswerCors>) -> Self {
        self.fields.extend(cors.into_iter().flat_map(|AnswerCors { set, append }| set.into_iter().chain(append)));
        self
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

/// The header fields of an answer of the gate's own that has a body.
pub(crate) fn of_body(content_type: &str) -> Vec<(&'static str, String)> {
    let fields = [("Content-Type", content_type), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")];
    fields.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}
