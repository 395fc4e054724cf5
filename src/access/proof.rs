//! What an identity provider has proved about a person.

use serde::Serialize;

use super::Email;
use crate::json::{self, FromJson};

/// The content of a verified ID token about the person who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// `iss`.
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// `email`, where it counts as verified.
    pub email: Option<Email>,
    /// Identifies this sign-in, which can be used only once.
    pub login: String,
}

crate::json_object!(Proof { issuer, subject, email: optional, login });

impl Proof {
    /// Reads what serde wrote; `None` for anything else.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::from_json(json::Value::parse(text).ok()?).ok()
    }
}
