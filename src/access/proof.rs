//! What an identity provider has proved about somebody.

use serde::Serialize;

use super::Email;
use crate::json::{self, FromJson};

/// What an ID token, once it was verified, says of whoever signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// `iss`.
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// `email`, where it counts as verified.
    pub email: Option<Email>,
    /// What tells this sign-in from all others: it counts once.
    pub login: String,
}

crate::json_object!(Proof { issuer, subject, email: optional, login });

impl Proof {
    /// Reads what serde wrote; `None` for anything else.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::from_json(json::Value::parse(text).ok()?).ok()
    }
}
