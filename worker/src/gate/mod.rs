//! The way of a request, steps 1 to 6: at once, where memory holds all that the verdict rests on, else with time for reads.

mod judge;
pub(crate) mod origin;

use std::cell::{OnceCell, RefCell};

use serde_json::json;
use web_sys::{Request as HttpRequest, Response};

use self::origin::Origin;
use crate::evidence::Isolate;
use crate::evidence::RequestContext;
use crate::evidence::{Provenance, Wanted};
use crate::platform::head::Head;
use crate::platform::{clock, respond};
use crate::{admin, log};
use tidegate::admin::AdminError;
use tidegate::decision::{Denial, Grant, Identity, authenticate};
use tidegate::reply::{Realm, answer};
use tidegate::request::{Path, PathError, Request, RequestError};
use tidegate::rotation::TokenUse;
use tidegate::token::{IntegrationId, OwnCredentials, VerifiedRequest, check};

/// Judges a request to the API where nothing has to be read: gives what a denial is answered with, or how the request is to
/// be forwarded. `None` where it takes more: then [`handle`] does it all.
pub(crate) fn handle_at_once(head: &Head, isolate: &Isolate) -> Option<Result<String, worker::Result<Response>>> {
    if is_ours(path_of(head.target())) || isolate.config().admin.is_host_of(&head.url) {
        return None;
    }
    let gate = Gate::new(head, isolate);
    let request = match gate.request() {
        Ok(request) => request,
        Err(denial) => return Some(Err(gate.deny(&denial, None))),
    };
    let planned = gate.judge_at_once(&request)?.and_then(|grant| Ok(gate.origin()?.plan(head, &grant)));
    Some(planned.map_err(|denial| gate.deny(&denial, integration(&request))))
}

/// Answers a request that could not be forwarded after [`handle_at_once`].
pub(crate) fn handle_failure(head: &Head, isolate: &Isolate, denial: &Denial) -> worker::Result<Response> {
    let gate = Gate::new(head, isolate);
    let request = gate.request().ok();
    let integration = request.as_ref().and_then(integration);
    gate.recall(Wanted { record: integration, policy: true, for_denial: false }, isolate.now_ms());
    gate.deny(denial, integration)
}

/// Answers a request to the gate, whatever it is.
pub(crate) async fn handle(http: &HttpRequest, context: &RequestContext) -> worker::Result<Response> {
    let head = Head::of(http);
    let gate = Gate::new(&head, &context.isolate);
    match (head.method.as_str(), path_of(head.target())) {
        ("GET" | "HEAD", "/_tidegate/healthz") => respond::json(200, &health(), None),
        ("GET" | "HEAD", "/_tidegate/whoami") => gate.whoami(context).await,
        (_, "/_tidegate/healthz" | "/_tidegate/whoami") => {
            respond::problem(&AdminError::MethodNotAllowed(vec!["GET", "HEAD"]).answer())
        }
        (_, path) if is_ours(path) => match Path::parse(path) {
            Ok(_) => admin::handle(http, context, head.target()).await,
            Err(error) => gate.refuse(error),
        },
        _ => gate.serve(http, context).await,
    }
}

fn path_of(target: &str) -> &str {
    target.split('?').next().unwrap_or_default()
}

/// Everything below `/_tidegate` is the gate's own and never forwarded.
fn is_ours(path: &str) -> bool {
    path == "/_tidegate" || path.starts_with("/_tidegate/")
}

fn health() -> serde_json::Value {
    json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })
}

struct Gate<'a> {
    head: &'a Head,
    isolate: &'a Isolate,
    /// The body, once it had to be read to be judged.
    body: OnceCell<Vec<u8>>,
    /// What the last verdict rested on.
    provenance: RefCell<Option<Provenance>>,
}

impl<'a> Gate<'a> {
    fn new(head: &'a Head, isolate: &'a Isolate) -> Self {
        Self { head, isolate, body: OnceCell::new(), provenance: RefCell::new(None) }
    }

    /// Serves the API, on every host but the admin plane's: whatever the origin answers there would be of one origin with the admin's
    /// session. So no script of the origin's can be a service worker there either.
    async fn serve(&self, http: &HttpRequest, context: &RequestContext) -> worker::Result<Response> {
        if self.isolate.config().admin.is_host_of(&self.head.url) {
            return respond::problem(&AdminError::NotFound.answer());
        }
        self.pass(http, context).await
    }

    /// Forwards what is granted, answers what is denied.
    async fn pass(&self, http: &HttpRequest, context: &RequestContext) -> worker::Result<Response> {
        let request = match self.request() {
            Ok(request) => request,
            Err(denial) => return self.deny(&denial, None),
        };
        let result = match self.judge(&request, http, context).await {
            Ok(grant) => {
                self.note_degradation(&request);
                self.forward(&grant, http).await
            }
            Err(denial) => Err(denial),
        };
        match result {
            Ok(response) => Ok(response),
            Err(denial) => self.deny(&denial, integration(&request)),
        }
    }

    /// Refuses a path of the gate's own.
    fn refuse(&self, error: PathError) -> worker::Result<Response> {
        let credential_sent = self.head.authorization.is_some();
        self.deny(&Denial::Ambiguous(RequestError::Path { error, credential_sent }), None)
    }

    /// Tells a token's holder what it is.
    async fn whoami(&self, context: &RequestContext) -> worker::Result<Response> {
        let identity = match self.request() {
            Ok(request) => self.identify(&request, context).await.map_err(|denial| (denial, Some(request))),
            Err(denial) => Err((denial, None)),
        };
        match identity {
            Ok(identity) => respond::json(200, &describe(&identity), None),
            Err((denial, request)) => self.deny(&denial, request.as_ref().and_then(integration)),
        }
    }

    /// Steps 1 and 2: no I/O.
    fn request(&self) -> Result<VerifiedRequest, Denial> {
        let config = self.isolate.config();
        let Head { method, authorization, .. } = self.head;
        let request = Request::parse(method, self.head.target(), authorization.as_deref())?;
        let (keys, prefix) =
            (config.keys.as_ref().map_err(Clone::clone)?, config.prefix.as_ref().map_err(Clone::clone)?);
        config.realm.as_ref().map_err(Clone::clone)?; // no answer names a realm that nobody chose
        let is_owner_key = |text: &str| config.admin.owner_key.as_ref().is_ok_and(|key| key.is(text));
        let own = OwnCredentials { prefix, is_owner_key: &is_owner_key };
        request.authenticate(|authorization| check(keys, own, authorization).map_err(Denial::from))
    }

    /// Step 6, for a grant.
    async fn forward(&self, grant: &Grant, http: &HttpRequest) -> Result<Response, Denial> {
        self.origin()?.forward(http, self.body.get().map(Vec::as_slice), self.head, grant).await
    }

    fn origin(&self) -> Result<Origin<'_>, Denial> {
        Ok(Origin(self.isolate.config().origin.as_ref().map_err(Clone::clone)?))
    }

    /// Step 6, for a denial.
    fn deny(&self, denial: &Denial, integration: Option<&IntegrationId>) -> worker::Result<Response> {
        let reply = match &self.isolate.config().realm {
            Ok(realm) => answer(denial, realm),
            Err(_) => answer(denial, &Realm::default()),
        };
        let provenance = self.provenance.borrow().as_ref().map(Provenance::to_json);
        let (refusals, now_ms) = (&self.isolate.refusals, self.isolate.now_ms());
        log::denial(denial, reply.status, &self.head.method, integration, provenance.as_ref(), refusals, now_ms);
        respond::problem(&reply)
    }

    /// A line in the log for a grant that something had to be done without for.
    fn note_degradation(&self, request: &VerifiedRequest) {
        let provenance = self.provenance.borrow();
        if let Some(provenance) = provenance.as_ref().filter(|provenance| !provenance.degraded.is_empty()) {
            log::degraded(integration(request), &provenance.to_json());
        }
    }

    async fn identify(&self, request: &VerifiedRequest, context: &RequestContext) -> Result<Identity, Denial> {
        let presented = request.credential().ok_or_else(|| Denial::without_credential(request))?;
        let wanted = Wanted { record: Some(presented.id()), policy: false, for_denial: true };
        let record = self.evidence(wanted, context).await?.record?;
        authenticate(presented, record.as_deref(), clock::now())
    }
}

fn integration(request: &VerifiedRequest) -> Option<&IntegrationId> {
    request.credential().map(|presented| presented.id())
}

fn describe(identity: &Identity) -> serde_json::Value {
    let token_use = match identity.token() {
        TokenUse::Current => "current",
        TokenUse::Outgoing { .. } => "outgoing",
    };
    let token = match identity.expires_at() {
        Some(end) => json!({ "use": token_use, "expires_at": end.to_string() }),
        None => json!({ "use": token_use }),
    };
    json!({
        "integration": { "id": identity.integration(), "name": identity.name() },
        "owner": identity.owner(),
        "scopes": identity.scopes(),
        "token": token,
    })
}
