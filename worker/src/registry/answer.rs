//! What a command is answered with.

use serde::Serialize;

use super::database::Database;
use super::integrations;
use tidegate::admin::{AdminError, Integration, IntegrationView};
use tidegate::time::Timestamp;
use tidegate::token::Plaintext;

/// An answer, as far as the transaction can give it.
pub(super) struct Answer {
    pub status: u16,
    /// JSON text.
    pub body: String,
    pub etag: Option<u64>,
    pub cookie: Option<String>,
    /// Whether KV has to be told something.
    pub changed: bool,
    /// The integration to show, once KV was told.
    show: Option<Integration>,
    /// The token to show, this once.
    token: Option<Plaintext>,
}

#[derive(Serialize)]
struct Minted {
    integration: IntegrationView,
    token: String,
}

impl Answer {
    /// JSON.
    pub fn json(status: u16, body: &impl Serialize) -> Result<Self, AdminError> {
        Ok(Self { status, body: text(body)?, ..Self::nothing() })
    }

    /// What is JSON text already.
    pub fn json_text(body: String) -> Self {
        Self { status: 200, body, ..Self::nothing() }
    }

    /// 304.
    pub fn not_modified() -> Self {
        Self { status: 304, ..Self::nothing() }
    }

    /// 204.
    pub fn nothing() -> Self {
        Self { status: 204, body: String::new(), etag: None, cookie: None, changed: false, show: None, token: None }
    }

    /// An integration as it is.
    pub fn shown(integration: Integration) -> Self {
        Self { status: 200, etag: Some(integration.rev), show: Some(integration), ..Self::nothing() }
    }

    /// An integration as it is now.
    pub fn changed(status: u16, integration: Integration) -> Self {
        Self { status, ..Self::shown(integration).and_changed(true) }
    }

    /// With the cookie that starts or ends a session.
    pub fn with_cookie(self, cookie: String) -> Self {
        Self { cookie: Some(cookie), ..self }
    }

    /// With a revision.
    pub fn with_etag(self, rev: u64) -> Self {
        Self { etag: Some(rev), ..self }
    }

    /// After a change that KV has to be told of.
    pub fn and_changed(self, changed: bool) -> Self {
        Self { changed, ..self }
    }

    /// With a token that was minted.
    pub fn with_token(self, token: Plaintext) -> Self {
        Self { token: Some(token), ..self }
    }

    /// The integration that it is about, if it shows one.
    pub fn integration(&self) -> Option<&Integration> {
        self.show.as_ref()
    }

    /// Completes the answer after KV was told, so that it says whether KV has taken the change.
    pub fn finish(mut self, database: &Database, now: Timestamp) -> Result<Self, AdminError> {
        if let Some(integration) = self.show.take() {
            let integration = integrations::view(database, &integration, now)?;
            self.body = match self.token.take() {
                Some(token) => text(&Minted { integration, token: token.reveal() })?,
                None => text(&integration)?,
            };
        }
        Ok(self)
    }
}

fn text(body: &impl Serialize) -> Result<String, AdminError> {
    serde_json::to_string(body).map_err(|error| AdminError::Registry(error.to_string()))
}
