//! Sessions of the admin page.

use std::fmt;

use crate::admin::body::parse;
use crate::admin::{AdminError, Paging};

/// Sessions of the admin page.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum SessionCommand {
    SignIn,
    Show,
    SignOut,
    List(Paging<String>),
    End(SessionId),
}

/// What a session is called: the first 16 hexadecimal digits of its digest. It opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionId(String);

impl SessionId {
    /// Its length in characters.
    pub const LENGTH: usize = 16;

    /// Reads an id.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        (text.len() == Self::LENGTH && is_hex).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `POST /session`, which the gate itself reads.
pub struct SignIn {
    /// The owner key.
    pub key: String,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl SignIn {
    /// Reads the body. No part of it comes back in the error: a body of the wrong form may be the key itself.
    ///
    /// # Errors
    /// [`AdminError::Malformed`] or [`AdminError::Invalid`].
    pub fn parse(body: &str) -> Result<Self, AdminError> {
        parse(body).map_err(|error| match error {
            AdminError::Invalid { .. } => AdminError::invalid("key", "the body must be {\"key\": \"<owner key>\"}"),
            error => error,
        })
    }
}

crate::json_object!(SignIn { key });
