//! The policy and its contents.

use serde::Serialize;

use super::{Command, KnownRevs, Request, rev};
use crate::admin::{AdminError, Paging, PolicyDraft};
use crate::json::{self, FromJson, Object};
use crate::policy::Catalogue;
use crate::record::Owner;
use crate::scope::ScopeSet;
use crate::token::IntegrationId;

/// The policy, and what it says.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum PolicyCommand {
    Show,
    Compiled(KnownRevs),
    Publish { rev: Option<u64>, draft: PolicyDraft },
    Preview(PolicyDraft),
    Versions(Paging<u64>),
    Scopes,
    Explain(Explain),
}

/// `POST /explain`
#[derive(Clone, Debug)]
pub struct Explain {
    /// The method to ask about.
    pub method: String,
    /// Path and query to ask about.
    pub path: String,
    /// Who would send the request.
    pub asker: Asker,
}

/// Who would send the request that [`Explain`] asks about.
#[derive(Clone, Debug)]
pub enum Asker {
    /// A caller without a credential.
    Nobody,
    /// An integration, with other scopes than its own if some are given.
    Integration {
        /// Its id.
        id: IntegrationId,
        /// The scopes that it would have.
        scopes: Option<ScopeSet>,
    },
    /// An integration that does not exist.
    Assumed {
        /// Whom it would belong to.
        owner: Owner,
        /// The scopes that it would have.
        scopes: ScopeSet,
    },
}

/// What `GET /scopes` answers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Catalogue"))]
pub struct Scopes {
    /// All of them.
    pub scopes: Catalogue,
}

impl PolicyCommand {
    pub(in crate::admin) fn publish(
        request: &Request<'_>,
        parse: impl FnOnce(&str) -> Result<PolicyDraft, AdminError>,
    ) -> Result<Command, AdminError> {
        let rev = request.if_match.map(rev).transpose()?;
        Ok(Self::Publish { rev, draft: parse(request.body)? }.into())
    }
}

impl FromJson for Explain {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["method", "path", "integration", "scopes", "owner"])?;
        let (method, path) = (fields.required("method")?, fields.required("path")?);
        let (integration, scopes, owner) =
            (fields.given("integration")?, fields.given("scopes")?, fields.given("owner")?);
        let wrong = |field: &str, what: &str| Err(json::Error { place: field.to_owned(), what: what.to_owned() });
        let asker = match (integration, owner, scopes) {
            (None, None, None) => Asker::Nobody,
            (Some(id), None, scopes) => Asker::Integration { id, scopes },
            (None, Some(owner), Some(scopes)) => Asker::Assumed { owner, scopes },
            (Some(_), Some(_), _) => return wrong("owner", "the integration has one already"),
            (None, Some(_), None) => return wrong("scopes", "needed beside owner"),
            (None, None, Some(_)) => return wrong("owner", "needed beside scopes"),
        };
        Ok(Self { method, path, asker })
    }
}
