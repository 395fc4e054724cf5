//! The admin plane, before the registry: who asks, from where, and whether it looks like a request at all.

use std::time::Duration;

use serde_json::json;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestInit, Response};

use super::config::{Config, OwnerKey};
use super::head::split;
use super::site::Site;
use super::{client, clock, log, page, respond, session, stub};
use crate::core::admin::{AdminError, Route};
use crate::core::request::Method;

/// The header field by which the gate tells the registry who asks. The registry can only be reached by the gate.
pub(super) const ACTOR: &str = "x-registry-actor";
/// [`ACTOR`] for the owner key's holder.
pub(super) const OWNER: &str = "owner-key";
/// [`ACTOR`] for a session is this and its digest.
pub(super) const SESSION: &str = "session:";
/// [`ACTOR`] for whoever gave a key that is not the owner's: the registry counts them.
pub(super) const WRONG: &str = "wrong-key";
/// The header field by which the gate tells the registry whom to count a wrong key against.
pub(super) const CLIENT: &str = "x-registry-client";

/// Only spares an answer: empty, it is as good as none.
const IF_NONE_MATCH: &str = "If-None-Match";

/// The header fields that the registry reads.
const FORWARDED: &[&str] = &[
    "If-Match",
    IF_NONE_MATCH,
    "Idempotency-Key",
    #[cfg(feature = "panic-injection")]
    super::inject::HEADER,
];

/// How long a command may take: it waits up to 5 seconds for KV, and the longest policy has to be compiled.
const PATIENCE: Duration = Duration::from_secs(20);

const API: &str = "/_tidegate/api";

/// Answers a request below `/_tidegate/` that is neither `healthz` nor `whoami`.
pub(super) async fn handle(request: &Request, site: &Site, target: &str) -> worker::Result<Response> {
    let admin = Admin { request, site };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match path.strip_prefix(API).filter(|rest| rest.starts_with('/')) {
        Some(path) => admin.api(path, query).await.or_else(|error| refuse(&error)),
        None => {
            let response = admin.page(path).await.or_else(|error| refuse(&error))?;
            page::protect(request, &response)?;
            Ok(response)
        }
    }
}

fn refuse(error: &AdminError) -> worker::Result<Response> {
    if let AdminError::Misconfigured(what) | AdminError::Registry(what) | AdminError::Page(what) = error {
        log::error(&json!({ "event": "admin", "reason": what }));
    }
    respond::problem(&error.answer())
}

/// Whether the request is for `ADMIN_HOST`. The API is not served there: whatever the origin answers would be of one
/// origin with the admin's session, and a script in it could use that.
pub(super) fn is_admin_host(url: &str, config: &Config) -> bool {
    let Some(expected) = &config.admin_host else { return false };
    let host = split(url).0.split_once("://").map(|(_, host)| host).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    [host, name].iter().any(|given| given.eq_ignore_ascii_case(expected))
}

struct Admin<'a> {
    request: &'a Request,
    site: &'a Site,
}

impl Admin<'_> {
    async fn page(&self, path: &str) -> Result<Response, AdminError> {
        self.check_host()?;
        page::serve(self.request, &self.site.env, path).await
    }

    async fn api(&self, path: &str, query: &str) -> Result<Response, AdminError> {
        self.check_host()?;
        let (route, _) = Route::find(&self.request.method(), path)?;
        if route == Route::OpenApi {
            return page::description(&self.site.env).await;
        }
        let actor = self.actor(route)?;
        // Whoever asks: an answer that only the right key gets would tell a guesser, and be counted by nobody.
        if route.max_body().is_some() {
            self.check_content_type()?;
        }
        let separator = if query.is_empty() { "" } else { "?" };
        self.ask_registry(&format!("{path}{separator}{query}"), &actor).await
    }

    /// `ADMIN_HOST`, when set, is the only host name that knows of the admin plane.
    fn check_host(&self) -> Result<(), AdminError> {
        let config = self.site.isolate.config();
        if config.admin_host.is_none() || is_admin_host(&self.request.url(), config) {
            Ok(())
        } else {
            Err(AdminError::NotFound)
        }
    }

    /// Who asks. A change must not come from another origin's page; a browser's session shows where it comes from.
    fn actor(&self, route: Route) -> Result<String, AdminError> {
        let changes = !Method::parse(&self.request.method()).is_safe();
        let own_origin = self.own_origin();
        if changes && own_origin == Some(false) {
            return Err(AdminError::CrossOrigin);
        }
        if route == Route::SignIn {
            return Ok(String::new());
        }
        if let Some(authorization) = self.header("authorization") {
            return self.check_owner_key(&authorization);
        }
        let (cookie, key) = (self.header("cookie"), self.owner_key()?);
        let session = cookie.and_then(|cookie| session::find(&cookie, key)).ok_or(AdminError::NotSignedIn)?;
        match own_origin {
            Some(true) => Ok(format!("{SESSION}{session}")),
            None if !changes => Ok(format!("{SESSION}{session}")),
            _ => Err(AdminError::CrossOrigin),
        }
    }

    fn check_owner_key(&self, authorization: &str) -> Result<String, AdminError> {
        let key = self.owner_key()?;
        let (scheme, given) = authorization.split_once(' ').unwrap_or_default();
        let right = key.is(given.trim()) & scheme.eq_ignore_ascii_case("bearer");
        Ok(if right { OWNER } else { WRONG }.to_owned())
    }

    fn owner_key(&self) -> Result<&OwnerKey, AdminError> {
        let key = self.site.isolate.config().owner_key.as_ref();
        key.map_err(|denial| AdminError::Misconfigured(denial.to_string()))
    }

    /// Whether the page that asks is our own; `None` where no page is named.
    fn own_origin(&self) -> Option<bool> {
        match (self.header("origin"), self.header("sec-fetch-site")) {
            (Some(given), _) => Some(given.eq_ignore_ascii_case(split(&self.request.url()).0)),
            (None, Some(site)) => Some(site == "same-origin" || site == "none"),
            (None, None) => None,
        }
    }

    fn check_content_type(&self) -> Result<(), AdminError> {
        let given = self.header("content-type").unwrap_or_default();
        let media_type = given.split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("application/json") { Ok(()) } else { Err(AdminError::NotJson) }
    }

    /// Hands the request to the registry, with no header field but what it needs.
    async fn ask_registry(&self, path_and_query: &str, actor: &str) -> Result<Response, AdminError> {
        let client = client::of(self.request, self.owner_key()?);
        if !actor.starts_with(SESSION) {
            self.check_refusal(&client)?;
        }
        let headers = Headers::new().map_err(js_fault)?;
        headers.set(ACTOR, actor).map_err(js_fault)?;
        headers.set(CLIENT, &client).map_err(js_fault)?;
        for name in FORWARDED {
            match self.header(name) {
                // The runtime drops an empty field on its way, and a change without a condition is another change.
                Some(value) if value.is_empty() && *name != IF_NONE_MATCH => {
                    return Err(AdminError::invalid(name, "it is empty"));
                }
                Some(value) => headers.set(name, &value).map_err(js_fault)?,
                None => {}
            }
        }
        let init = RequestInit::new();
        init.set_method(&self.request.method());
        init.set_headers(&headers);
        if let Some(body) = self.request.body().filter(|_| actor != WRONG) {
            init.set_body(&body);
        }
        let url = format!("https://registry{path_and_query}");
        let stub = stub::stub(&self.site.env);
        let stub =
            stub.ok_or_else(|| AdminError::Misconfigured("the Durable Object REGISTRY is not bound".to_owned()))?;
        let promise = stub.and_then(|stub| stub.fetch(&url, &init)).map_err(js_fault)?;
        let answer = clock::within(PATIENCE, JsFuture::from(promise)).await;
        let answer = answer.ok_or_else(|| AdminError::Registry("no answer in time".to_owned()))?;
        let response: Response = answer.map_err(js_fault)?.unchecked_into();
        self.note_refusal(&client, &response);
        Ok(response)
    }

    /// A client that the registry refuses is not worth asking it again before the time.
    fn check_refusal(&self, client: &str) -> Result<(), AdminError> {
        self.site.isolate.refused_for(client).map_or(Ok(()), |seconds| Err(AdminError::TooManyTries(seconds)))
    }

    fn note_refusal(&self, client: &str, response: &Response) {
        let retry_after = response.headers().get("retry-after").ok().flatten();
        if let Some(seconds) = retry_after.filter(|_| response.status() == 429).and_then(|after| after.parse().ok()) {
            self.site.isolate.refuse(client, seconds);
        }
    }

    fn header(&self, name: &str) -> Option<String> {
        self.request.headers().get(name).ok().flatten()
    }
}

fn registry_fault(error: &worker::Error) -> AdminError {
    AdminError::Registry(error.to_string())
}

fn js_fault(error: JsValue) -> AdminError {
    registry_fault(&worker::Error::from(error))
}
