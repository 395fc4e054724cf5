//! The admin plane, before the registry: on which host, who asks, from where, and whether it looks like a request at all. Nothing
//! goes to the registry before a key or a cookie's tag was verified here.

mod client;
mod oidc;
mod web_page;

use std::time::Duration;

use serde_json::json;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestInit, Response};
use worker::Env;

use crate::config::{self, AdminConfig, Config};
use crate::platform::body::BodyError;
use crate::platform::{body, clock, respond};
use crate::{log, registry_client};
use registry::{ACTOR, COMMANDS, Credential, find_session};
use tidegate::admin::{Access, AdminError, MAX_SIGN_IN_BYTES, OwnerKey, PAGE, Route, SignIn};
use tidegate::gate::split;
use tidegate::request::{Method, is_application_json};
use tidegate::token::{TokenKeys, is_automation_key, verify_key};

/// Only spares an answer: empty, it is as good as none.
const IF_NONE_MATCH: &str = "If-None-Match";

/// The header fields that the registry reads.
const FORWARDED: &[&str] = &[
    "If-Match",
    IF_NONE_MATCH,
    "Idempotency-Key",
    #[cfg(feature = "faults")]
    crate::faults::HEADER,
];

/// How long a command may take: it waits up to 5 seconds for KV, and the longest policy has to be compiled.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How long a sign-in's body may take: whoever sends it is not known yet.
const SIGN_IN_TIMEOUT: Duration = Duration::from_secs(4);

const API: &str = "/_tidegate/api";
/// The route that tells how one can sign in.
const SIGN_IN: &str = "/sign-in";

/// Answers a request that the gate leaves to the admin plane: below `/_tidegate`, or on the plane's own host.
pub(crate) async fn handle(request: &Request, env: &Env) -> worker::Result<Response> {
    let url = request.url();
    let (_, target) = split(&url);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if matches!(path, "/_tidegate/healthz" | "/_tidegate/whoami") {
        return respond::problem(&AdminError::MethodNotAllowed(vec!["GET", "HEAD"]).answer());
    }
    if path != PAGE.trim_end_matches('/') && !path.starts_with(PAGE) {
        return respond::problem(&AdminError::NotFound.answer());
    }
    let admin = Admin { request, env, config: Config::read(env) };
    match path.strip_prefix(API).filter(|rest| rest.starts_with('/')) {
        Some(path) => admin.api(path, query).await.or_else(|error| refuse(&error)),
        None => {
            let response = admin.page(path).await.or_else(|error| refuse(&error))?;
            web_page::protect(request, &response)?;
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

struct Admin<'a> {
    request: &'a Request,
    env: &'a Env,
    config: Config,
}

/// Who asks, as the registry is told. Only a verified key or a verified cookie makes one.
struct Verified(Credential);

impl Admin<'_> {
    async fn page(&self, path: &str) -> Result<Response, AdminError> {
        self.check_host()?;
        self.check_has_host()?;
        if [oidc::SIGN_IN, oidc::CALLBACK].contains(&path) {
            return oidc::handle(self, path).await;
        }
        web_page::serve(self.request, self.env, path).await
    }

    async fn api(&self, path: &str, query: &str) -> Result<Response, AdminError> {
        self.check_host()?;
        let (route, _) = Route::find(&self.request.method(), path)?;
        let verified = match route.access {
            Access::Anyone if route.path == SIGN_IN => return self.ways(),
            Access::Anyone => return web_page::description(self.env).await,
            Access::OwnerKeyInBody => self.signs_in().await,
            Access::Admin | Access::SignedIn => self.credential(),
        };
        let verified = verified.inspect_err(|error| self.note(error))?;
        if route.max_body.is_some() && !(route.body_is_optional && self.has_no_body()) {
            self.check_content_type()?;
        }
        let separator = if query.is_empty() { "" } else { "?" };
        let body = if route.access == Access::OwnerKeyInBody { None } else { self.request.body() };
        self.ask_registry(&format!("{path}{separator}{query}"), &verified, body).await
    }

    /// `ADMIN_HOST`, when set, is the only host name that knows of the admin plane.
    fn check_host(&self) -> Result<(), AdminError> {
        let config = self.config();
        config.api_url.as_ref().map_err(Clone::clone)?;
        config.oidc.as_ref().map_err(Clone::clone)?;
        match config.host.as_ref().map_err(Clone::clone)? {
            Some(host) if !host.serves(&self.request.url()) => Err(AdminError::NotFound),
            _ => Ok(()),
        }
    }

    /// Without a host name of its own, the page would be of one origin with whatever the origin serves: with its scripts and its
    /// service workers.
    fn check_has_host(&self) -> Result<(), AdminError> {
        if self.has_host() { Ok(()) } else { Err(AdminError::NoAdminHost) }
    }

    fn has_host(&self) -> bool {
        matches!(self.config().host, Ok(Some(_)))
    }

    /// Who signs in: whoever sends the owner key in the body, which is read here, and no further than it must be.
    async fn signs_in(&self) -> Result<Verified, AdminError> {
        self.check_has_host()?;
        self.check_origin()?;
        let key = self.owner_key()?;
        self.keys()?;
        self.check_content_type()?;
        let body = body::read_within(SIGN_IN_TIMEOUT, self.request, MAX_SIGN_IN_BYTES).await;
        let body = body.map_err(|error| match error {
            BodyError::TooLong => AdminError::TooLarge(MAX_SIGN_IN_BYTES),
            BodyError::TooSlow => AdminError::TooSlow,
            BodyError::Broken(_) => AdminError::Malformed { line: 1, column: 1 },
        })?;
        let body = String::from_utf8(body).map_err(|_| AdminError::Malformed { line: 1, column: 1 })?;
        if key.is(&SignIn::parse(&body)?.key) { Ok(Verified(Credential::OwnerKey)) } else { Err(AdminError::WrongKey) }
    }

    /// Who asks. A change must not come from another origin's page; a browser's session shows where it comes from.
    fn credential(&self) -> Result<Verified, AdminError> {
        self.check_origin()?;
        if let Some(authorization) = self.header("authorization") {
            return self.check_key(&authorization);
        }
        let cookie = self.header("cookie").filter(|_| self.has_host()).ok_or(AdminError::NotSignedIn)?;
        let owner_key = self.owner_key_if_set()?;
        let session = find_session(&cookie, self.keys()?, owner_key).ok_or(AdminError::NotSignedIn)?;
        match self.own_origin() {
            Some(false) => Err(AdminError::CrossOrigin),
            None if self.changes() => Err(AdminError::CrossOrigin),
            _ => Ok(Verified(session)),
        }
    }

    /// The owner key, or an automation key with a genuine tag: whether that lives is the registry's to say.
    fn check_key(&self, authorization: &str) -> Result<Verified, AdminError> {
        let (scheme, given) = authorization.split_once(' ').unwrap_or_default();
        let (is_bearer, given) = (scheme.eq_ignore_ascii_case("bearer"), given.trim());
        if is_bearer && is_automation_key(given) {
            let presented = verify_key(self.keys()?, given).map_err(|_| AdminError::WrongKey)?;
            return Ok(Verified(Credential::Key(presented)));
        }
        let right = self.owner_key_if_set()?.is_some_and(|key| key.is(given)) & is_bearer;
        if right { Ok(Verified(Credential::OwnerKey)) } else { Err(AdminError::WrongKey) }
    }

    /// The owner key; `None` where none is set, which it need not be where people can sign in.
    fn owner_key_if_set(&self) -> Result<Option<&OwnerKey>, AdminError> {
        let config = self.config();
        let people_can_sign_in = matches!(config.oidc, Ok(Some(_)));
        match &config.owner_key {
            Ok(key) => Ok(Some(key)),
            Err(_) if people_can_sign_in && !config.has_owner_key => Ok(None),
            Err(error) => Err(error.clone().into()),
        }
    }

    /// `GET /sign-in`: how one can sign in.
    fn ways(&self) -> Result<Response, AdminError> {
        let config = self.config();
        let oidc = config.oidc.as_ref().map_err(Clone::clone)?.as_ref().filter(|_| self.has_host());
        let oidc = oidc.map(|provider| json!({ "issuer": provider.issuer.as_str(), "href": oidc::SIGN_IN }));
        let body = json!({ "owner_key": config.owner_key.is_ok(), "oidc": oidc }).to_string();
        respond::json_text(200, &body, None).map_err(|error| AdminError::Page(error.to_string()))
    }

    fn config(&self) -> &AdminConfig {
        &self.config.admin
    }

    fn owner_key(&self) -> Result<&OwnerKey, AdminError> {
        Ok(self.config().owner_key.as_ref().map_err(Clone::clone)?)
    }

    fn keys(&self) -> Result<&TokenKeys, AdminError> {
        Ok(self.config.keys.as_ref().map_err(Clone::clone)?)
    }

    /// No change is accepted that another origin's page asks for, whatever it sends along.
    fn check_origin(&self) -> Result<(), AdminError> {
        if self.changes() && self.own_origin() == Some(false) { Err(AdminError::CrossOrigin) } else { Ok(()) }
    }

    fn changes(&self) -> bool {
        !Method::parse(&self.request.method()).is_safe()
    }

    /// Whether the page that asks is our own; `None` where no page is named.
    fn own_origin(&self) -> Option<bool> {
        match (self.header("origin"), self.header("sec-fetch-site")) {
            (Some(given), _) => Some(given.eq_ignore_ascii_case(split(&self.request.url()).0)),
            (None, Some(site)) => Some(site == "same-origin" || site == "none"),
            (None, None) => None,
        }
    }

    fn has_no_body(&self) -> bool {
        self.header("content-type").is_none()
            && (self.request.body().is_none() || self.header("content-length").as_deref() == Some("0"))
    }

    fn check_content_type(&self) -> Result<(), AdminError> {
        let is_json = self.header("content-type").is_some_and(|given| is_application_json(&given));
        let is_encoded = self.header("content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"));
        if is_json && !is_encoded { Ok(()) } else { Err(AdminError::NotJson) }
    }

    /// A line in the log, where somebody did not prove who they are.
    fn note(&self, error: &AdminError) {
        if matches!(error, AdminError::Misconfigured(_) | AdminError::NoAdminHost) {
            return;
        }
        let client = self.keys().ok().map(|keys| client::of(self.request, keys));
        log::refused(error, &self.request.method(), client.as_deref());
    }

    /// Hands the request to the registry, with no header field but what it needs.
    async fn ask_registry(
        &self,
        path_and_query: &str,
        verified: &Verified,
        body: Option<web_sys::ReadableStream>,
    ) -> Result<Response, AdminError> {
        self.ask(&self.request.method(), path_and_query, verified, FORWARDED, body).await
    }

    /// Asks the registry, with these of the request's header fields.
    async fn ask(
        &self,
        method: &str,
        path_and_query: &str,
        Verified(credential): &Verified,
        forwarded: &[&str],
        body: Option<web_sys::ReadableStream>,
    ) -> Result<Response, AdminError> {
        let headers = Headers::new().map_err(js_fault)?;
        headers.set(ACTOR, &credential.to_header()).map_err(js_fault)?;
        for name in forwarded {
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
        init.set_method(method);
        init.set_headers(&headers);
        if let Some(body) = body {
            init.set_body(&body);
        }
        let url = format!("{COMMANDS}{path_and_query}");
        let stub = registry_client::stub(self.env);
        let stub = stub.ok_or_else(config::no_registry)?;
        let promise = stub.and_then(|stub| stub.fetch(&url, &init)).map_err(js_fault)?;
        let answer = clock::within(TIMEOUT, JsFuture::from(promise)).await;
        let answer = answer.ok_or_else(|| AdminError::Registry("no answer in time".to_owned()))?;
        Ok(answer.map_err(js_fault)?.unchecked_into())
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
