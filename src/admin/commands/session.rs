//! Sessions of the admin page.

use std::fmt;

use crate::admin::AdminError;
use crate::admin::body::parse;

/// Sessions of the admin page.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum SessionCommand {
    SignIn,
    Show,
    SignOut,
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
