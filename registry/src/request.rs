//! A request to the admin API, as the registry takes it.

use super::caller;
use super::database::Database;
use super::idempotency::Repeatable;
use super::settings::{Random, random};
use tidegate::access::{Actor, Proof};
use tidegate::admin::session::Credential;
use tidegate::admin::{Access, AdminError, Command, IdempotencyKey, IncomingRequest, Named, Route};
use tidegate::events::EventRequest;
use tidegate::time::Timestamp;

/// A request without its body.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The method.
    pub method: String,
    /// The path below `/_tidegate/api`, and the query.
    pub target: String,
    /// [`ACTOR`](crate::ACTOR).
    pub actor: String,
    /// [`REQUEST`](crate::REQUEST).
    pub request: Option<String>,
    /// [`PORT`](crate::PORT).
    pub port: Option<u16>,
    /// `If-Match`.
    pub if_match: Option<String>,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// `Idempotency-Key`.
    pub idempotency_key: Option<String>,
}

/// A request to a route that exists, with a credential.
pub struct Accepted {
    pub(crate) head: Head,
    pub(crate) route: &'static Route,
    named: Named,
    pub(crate) credential: Credential,
    key: Option<IdempotencyKey>,
}

impl Accepted {
    /// Finds the route of a request, and checks who asks and whether they may.
    pub(crate) fn check(head: Head, database: &Database, now: Timestamp) -> Result<Self, AdminError> {
        let (route, named) = Route::find(&head.method, split(&head.target).0)?;
        let credential = Credential::from_header(&head.actor).ok_or(AdminError::NotSignedIn)?;
        let accepted = Self { head, route, named, credential, key: None };
        if accepted.proof().is_none() {
            accepted.actor(database, now)?;
        }
        let key = accepted.head.idempotency_key.as_ref().filter(|_| route.mints);
        let key = key.map(|key| IdempotencyKey::parse(key)).transpose()?;
        Ok(Self { key, ..accepted })
    }

    /// The proof of an identity provider, if the request signs somebody in with one.
    pub(crate) fn proof(&self) -> Option<&Proof> {
        match (&self.credential, self.route.access) {
            (Credential::Proof(proof), Access::OwnerKeyInBody) => Some(proof),
            _ => None,
        }
    }

    /// Who asks, if the route is open to them now: a session or a key can end, also while a body is on its way.
    pub(crate) fn actor(&self, database: &Database, now: Timestamp) -> Result<Actor, AdminError> {
        let actor = caller::establish(database, &self.credential, now)?;
        self.route.permit(&actor.permissions)?;
        Ok(actor)
    }

    /// The longest body that the request may have, in bytes; `None` if it has none.
    pub fn max_body(&self) -> Option<usize> {
        self.route.max_body
    }

    /// The request as its events name it; `None` for one that only reads. If the platform has no id for it, it gets a random one.
    pub(crate) fn event_request(&self, source: &dyn Random) -> Result<Option<EventRequest>, AdminError> {
        if self.route.method == "GET" {
            return Ok(None);
        }
        let told = self.head.request.as_deref().and_then(EventRequest::parse);
        let request = told.unwrap_or_else(|| EventRequest::new(String::new(), None, None));
        if !request.id.is_empty() {
            return Ok(Some(request));
        }
        let id = hex::encode(random::<8>(source)?);
        Ok(Some(EventRequest { id, ..request }))
    }

    /// The command that the request asks for, and its idempotency key if it has one.
    pub(crate) fn command(&self, body: &str, actor: &Actor) -> Result<(Command, Option<Repeatable>), AdminError> {
        let Head { method, target, if_match, if_none_match, .. } = &self.head;
        let (path, query) = split(target);
        let (if_match, if_none_match) = (if_match.as_deref(), if_none_match.as_deref());
        let incoming = IncomingRequest { method, path, query, if_match, if_none_match, body };
        let command = self.route.command(self.named.clone(), incoming)?;
        let repeatable =
            self.key.clone().map(|key| Repeatable::new(key, &self.credential, actor, [method, path, body]));
        Ok((command, repeatable))
    }
}

/// Path and query.
fn split(target: &str) -> (&str, Option<&str>) {
    target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)))
}
