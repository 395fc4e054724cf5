//! The admin plane, before the registry: who asks, from where, and whether it looks like a request at all.

use std::rc::Rc;

use js_sys::Promise;
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestInit, Response};
use worker::Env;

use super::cache::Isolate;
use super::config::{Config, OwnerKey};
use super::{config, log, origin, respond, session};
use crate::core::admin::{AdminError, Route};
use crate::core::request::Method;

/// The header field by which the gate tells the registry who asks. The registry can only be reached by the gate.
pub(super) const ACTOR: &str = "x-registry-actor";
/// [`ACTOR`] for the owner key's holder.
pub(super) const OWNER: &str = "owner-key";
/// [`ACTOR`] for a session is this and its digest.
pub(super) const SESSION: &str = "session:";

/// The header fields that the registry reads.
const FORWARDED: &[&str] = &[
    "if-match",
    #[cfg(feature = "panic-injection")]
    super::inject::HEADER,
];

const API: &str = "/_tidegate/api";
const OPENAPI: &str = include_str!("openapi.json");

#[wasm_bindgen]
extern "C" {
    type Stub;
    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Stub, url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// Answers a request below `/_tidegate/` that is neither `healthz` nor `whoami`.
pub(super) async fn handle(request: &Request, env: &Env, target: &str) -> worker::Result<Response> {
    let admin = Admin { request, env, isolate: Isolate::of(env) };
    match admin.answer(target).await {
        Ok(response) => Ok(response),
        Err(error) => {
            if let AdminError::Misconfigured(what) | AdminError::Registry(what) = &error {
                log::error(&json!({ "event": "admin", "reason": what }));
            }
            respond::problem(&error.answer())
        }
    }
}

/// Whether the request is for `ADMIN_HOST`. The API is not served there: whatever the origin answers would be of one
/// origin with the admin's session, and a script in it could use that.
pub(super) fn is_admin_host(request: &Request, config: &Config) -> bool {
    let Some(expected) = &config.admin_host else { return false };
    let url = request.url();
    let host = origin::authority(&url).split_once("://").map(|(_, host)| host).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    [host, name].iter().any(|given| given.eq_ignore_ascii_case(expected))
}

struct Admin<'a> {
    request: &'a Request,
    env: &'a Env,
    isolate: Rc<Isolate>,
}

impl Admin<'_> {
    async fn answer(&self, target: &str) -> Result<Response, AdminError> {
        self.check_host()?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix(API).filter(|rest| rest.starts_with('/')).ok_or(AdminError::NotFound)?;
        let (route, _) = Route::find(&self.request.method(), path)?;
        if route == Route::OpenApi {
            return respond::json_text(200, OPENAPI, None).map_err(|error| registry_fault(&error));
        }
        let actor = self.actor(route)?;
        if route.max_body().is_some() {
            self.check_content_type()?;
        }
        self.ask_registry(&format!("{path}?{query}"), &actor).await
    }

    /// `ADMIN_HOST`, when set, is the only host name that knows of the admin plane.
    fn check_host(&self) -> Result<(), AdminError> {
        let config = self.isolate.config();
        if config.admin_host.is_none() || is_admin_host(self.request, config) {
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
        let (scheme, given) = authorization.split_once(' ').ok_or(AdminError::WrongKey)?;
        let right = key.is(given.trim()) & scheme.eq_ignore_ascii_case("bearer");
        if right { Ok(OWNER.to_owned()) } else { Err(AdminError::WrongKey) }
    }

    fn owner_key(&self) -> Result<&OwnerKey, AdminError> {
        let key = self.isolate.config().owner_key.as_ref();
        key.map_err(|denial| AdminError::Misconfigured(denial.to_string()))
    }

    /// Whether the page that asks is our own; `None` where no page is named.
    fn own_origin(&self) -> Option<bool> {
        match (self.header("origin"), self.header("sec-fetch-site")) {
            (Some(given), _) => Some(given.eq_ignore_ascii_case(origin::authority(&self.request.url()))),
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
        let headers = Headers::new().map_err(js_fault)?;
        headers.set(ACTOR, actor).map_err(js_fault)?;
        for name in FORWARDED {
            match self.header(name) {
                // The runtime drops an empty field on its way, and a change without a condition is another change.
                Some(value) if value.is_empty() => return Err(AdminError::invalid("If-Match", "it is empty")),
                Some(value) => headers.set(name, &value).map_err(js_fault)?,
                None => {}
            }
        }
        let init = RequestInit::new();
        init.set_method(&self.request.method());
        init.set_headers(&headers);
        if let Some(body) = self.request.body() {
            init.set_body(&body);
        }
        let url = format!("https://registry{}", path_and_query.trim_end_matches('?'));
        let promise = stub(self.env)?.fetch(&url, &init).map_err(js_fault)?;
        let response = JsFuture::from(promise).await.map_err(js_fault)?;
        Ok(response.unchecked_into())
    }

    fn header(&self, name: &str) -> Option<String> {
        self.request.headers().get(name).ok().flatten()
    }
}

/// The one registry of this gate.
fn stub(env: &Env) -> Result<Stub, AdminError> {
    if config::binding(env, "REGISTRY").is_none() {
        return Err(AdminError::Misconfigured("the Durable Object REGISTRY is not bound".to_owned()));
    }
    let namespace = env.durable_object("REGISTRY").map_err(|error| registry_fault(&error))?;
    let stub = namespace.get_by_name("registry").map_err(|error| registry_fault(&error))?;
    Ok(stub.into_rpc())
}

fn registry_fault(error: &worker::Error) -> AdminError {
    AdminError::Registry(error.to_string())
}

fn js_fault(error: JsValue) -> AdminError {
    registry_fault(&worker::Error::from(error))
}
