//! The way of a request, steps 1 to 6.

use std::cell::{OnceCell, RefCell};

use serde_json::json;
use web_sys::{Request as HttpRequest, Response};

use super::basis::{Basis, BasisOrigin, Wanted};
use super::body::{self, BodyError};
use super::site::Site;
use super::{admin, clock, log, origin, respond};
use crate::core::admin::AdminError;
use crate::core::decision::{Decision, Denial, Grant, Identity, authenticate, decide, operation};
use crate::core::feed::Source;
use crate::core::policy::Operation;
use crate::core::reply::answer;
use crate::core::request::{Body, BodyTooLong, MAX_BODY_BYTES, Path, PathError, Request, RequestError};
use crate::core::rotation::TokenUse;
use crate::core::token::{IntegrationId, VerifiedRequest, verify};

/// Answers a request to the gate, whatever it is.
pub(super) async fn handle(request: &HttpRequest, site: &Site) -> worker::Result<Response> {
    let url = request.url();
    let target = origin::target(&url);
    let path = target.split('?').next().unwrap_or_default();
    match (request.method().as_str(), path) {
        ("GET", "/_tidegate/healthz") => respond::json(200, &health(), None),
        ("GET", "/_tidegate/whoami") => Gate::new(request, site).whoami(target).await,
        (_, path) if is_ours(path) => match Path::parse(path) {
            Ok(_) => admin::handle(request, site, target).await,
            Err(error) => Gate::new(request, site).refuse(error),
        },
        _ => Gate::new(request, site).serve(target).await,
    }
}

/// Everything below `/_tidegate` is the gate's own and never forwarded.
fn is_ours(path: &str) -> bool {
    path == "/_tidegate" || path.starts_with("/_tidegate/")
}

fn health() -> serde_json::Value {
    json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })
}

struct Gate<'a> {
    http: &'a HttpRequest,
    site: &'a Site,
    /// The body, once it had to be read to be judged.
    body: OnceCell<Vec<u8>>,
    /// What the last verdict rested on.
    basis: RefCell<Option<BasisOrigin>>,
}

impl<'a> Gate<'a> {
    fn new(http: &'a HttpRequest, site: &'a Site) -> Self {
        Self { http, site, body: OnceCell::new(), basis: RefCell::new(None) }
    }

    /// Serves the API, on every host but the admin's.
    async fn serve(&self, target: &str) -> worker::Result<Response> {
        if admin::is_admin_host(self.http, self.site.isolate.config()) {
            return respond::problem(&AdminError::NotFound.answer());
        }
        self.pass(target).await
    }

    /// Forwards what is granted, answers what is denied.
    async fn pass(&self, target: &str) -> worker::Result<Response> {
        let request = match self.request(target) {
            Ok(request) => request,
            Err(denial) => return self.deny(&denial, None),
        };
        let result = match self.judge(&request).await {
            Ok(grant) => {
                self.note_degradation(&request);
                self.forward(&grant).await
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
        let credential_sent = self.header("authorization").is_some();
        self.deny(&Denial::Ambiguous(RequestError::Path { error, credential_sent }), None)
    }

    /// Tells a token's holder what it is.
    async fn whoami(&self, target: &str) -> worker::Result<Response> {
        let identity = match self.request(target) {
            Ok(request) => self.identify(&request).await.map_err(|denial| (denial, Some(request))),
            Err(denial) => Err((denial, None)),
        };
        match identity {
            Ok(identity) => respond::json(200, &describe(&identity), None),
            Err((denial, request)) => self.deny(&denial, request.as_ref().and_then(integration)),
        }
    }

    /// Steps 1 and 2: no I/O.
    fn request(&self, target: &str) -> Result<VerifiedRequest, Denial> {
        let config = self.site.isolate.config();
        let authorization = self.header("authorization");
        let request = Request::parse(&self.http.method(), target, authorization.as_deref())?;
        let (keys, prefix) =
            (config.keys.as_ref().map_err(Clone::clone)?, config.prefix.as_ref().map_err(Clone::clone)?);
        request.authenticate(|credential| verify(keys, prefix, credential).map_err(Denial::from))
    }

    /// Steps 3 to 5; a denial from memory is judged once more with what the stores hold now.
    async fn judge(&self, request: &VerifiedRequest) -> Result<Grant, Denial> {
        match self.judge_with(request, false).await {
            Err(denial) if denial.may_be_outdated() && self.rested_on_memory(&denial) => {
                self.judge_with(request, true).await
            }
            judged => judged,
        }
    }

    async fn judge_with(&self, request: &VerifiedRequest, for_denial: bool) -> Result<Grant, Denial> {
        let wanted = Wanted { record: integration(request), policy: true, for_denial };
        loop {
            let Basis { record, policy } = self.basis(wanted).await?;
            // The record goes first: a token that is not valid learns nothing of the policy, not even a fault.
            let record = record?;
            if let Some(presented) = request.credential() {
                authenticate(presented, record.as_deref(), clock::now())?;
            }
            let policy = &policy?.policy;
            // Without a credential nothing is worth reading.
            let asked = request.credential().and_then(|_| operation(policy, request));
            if self.body.get().is_none() && asked.is_some_and(|asked| asked.access.reads_body()) {
                // A body takes as long as its client likes. What was read before it is looked at once more after it.
                self.read_body().await?;
                continue;
            }
            let request = self.with_owner_fields(request.clone(), asked)?;
            return match decide(&request, record.as_deref(), policy, clock::now()) {
                Decision::Allow(grant) => Ok(grant),
                Decision::Deny(denial) => Err(denial),
            };
        }
    }

    /// What a verdict rests on; where it came from is kept for the log.
    async fn basis(&self, wanted: Wanted<'_>) -> Result<Basis, Denial> {
        let (basis, origin) = self.site.basis(wanted).await?;
        self.basis.replace(Some(origin));
        Ok(basis)
    }

    /// Whether what a denial rests on was remembered from an earlier request.
    fn rested_on_memory(&self, denial: &Denial) -> bool {
        let is_of_record = matches!(denial, Denial::UnknownToken | Denial::DeadToken);
        self.basis
            .borrow()
            .as_ref()
            .is_some_and(|basis| is_memory(basis.record) || (!is_of_record && is_memory(basis.policy)))
    }

    /// The request with what its operation reads an owner's id from, beside path and query.
    fn with_owner_fields(
        &self,
        request: VerifiedRequest,
        asked: Option<&Operation>,
    ) -> Result<VerifiedRequest, Denial> {
        let Some(Operation { access, .. }) = asked else { return Ok(request) };
        let request = access.owner_headers().fold(request, |request, name| match self.header(name) {
            Some(value) => request.with_header(name, &value),
            None => request,
        });
        match self.body.get() {
            Some(body) if access.reads_body() => {
                let encoded = self.header("content-encoding").is_some();
                let body = Body::parse(self.header("content-type").as_deref(), encoded, body);
                Ok(request.with_body(body.map_err(RequestError::from)?))
            }
            _ => Ok(request),
        }
    }

    async fn read_body(&self) -> Result<&[u8], Denial> {
        if let Some(body) = self.body.get() {
            return Ok(body);
        }
        let body = body::read(self.http, MAX_BODY_BYTES).await.map_err(|error| match error {
            BodyError::TooLong => Denial::from(RequestError::from(BodyTooLong)),
            BodyError::Broken(_) => Denial::ClientGone,
        })?;
        Ok(self.body.get_or_init(|| body))
    }

    /// Step 6, for a grant.
    async fn forward(&self, grant: &Grant) -> Result<Response, Denial> {
        let origin = self.site.isolate.config().origin.as_ref().map_err(Clone::clone)?;
        origin.forward(self.http, self.body.get().map(Vec::as_slice), grant).await
    }

    /// Step 6, for a denial.
    fn deny(&self, denial: &Denial, integration: Option<&IntegrationId>) -> worker::Result<Response> {
        let reply = answer(denial, &self.site.isolate.config().realm);
        log::denial(denial, reply.status, &self.http.method(), integration, self.basis.borrow().as_ref());
        respond::problem(&reply)
    }

    /// A line in the log for a grant that something had to be done without for.
    fn note_degradation(&self, request: &VerifiedRequest) {
        if let Some(origin) = self.basis.borrow().as_ref().filter(|origin| !origin.degraded.is_empty()) {
            log::degraded(integration(request), origin);
        }
    }

    async fn identify(&self, request: &VerifiedRequest) -> Result<Identity, Denial> {
        let presented = request.credential().ok_or(Denial::NoCredential)?;
        let wanted = Wanted { record: Some(presented.id()), policy: false, for_denial: true };
        let record = self.basis(wanted).await?.record?;
        authenticate(presented, record.as_deref(), clock::now())
    }

    fn header(&self, name: &str) -> Option<String> {
        self.http.headers().get(name).ok().flatten()
    }
}

fn is_memory(origin: Option<(Source, u64)>) -> bool {
    origin.is_some_and(|(source, _)| source == Source::Memory)
}

fn integration(request: &VerifiedRequest) -> Option<&IntegrationId> {
    request.credential().map(|presented| presented.id())
}

fn describe(identity: &Identity) -> serde_json::Value {
    let token = match identity.token() {
        TokenUse::Current => json!({ "use": "current" }),
        TokenUse::Outgoing { until } => json!({ "use": "outgoing", "expires_at": until.to_string() }),
    };
    json!({
        "integration": { "id": identity.integration(), "name": identity.name() },
        "owner": identity.owner(),
        "scopes": identity.scopes(),
        "token": token,
    })
}
