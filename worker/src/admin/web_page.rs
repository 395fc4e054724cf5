//! The admin page, and the document that describes the API: files of the asset store, under header fields of our own.

use std::time::Duration;

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestInit, RequestRedirect, Response, ResponseInit};
use worker::Env;

use crate::platform::environment::binding;
use crate::platform::service::Service;
use crate::platform::{body, clock, respond};
use tidegate::admin::{AdminError, PAGE, PAGE_HEADERS, PageAddress, PageFile, TRANSPORT_SECURITY};

/// How long the asset store may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The asset store reads the path only.
const STORE: &str = "https://assets.invalid";
/// The admin API's description in the asset store, where `cargo xtask build` puts it: it would be a thirtieth of the WASM.
const DESCRIPTION: &str = "/_tidegate/api/openapi.json";
/// What an address of the page takes.
const METHODS: [&str; 2] = ["GET", "HEAD"];

/// Answers a request for `path`, which is below `/_tidegate` and not the API's.
pub(crate) async fn serve(request: &Request, env: &Env, path: &str) -> Result<Response, AdminError> {
    let address = PageAddress::find(path).ok_or(AdminError::NotFound)?;
    if !METHODS.contains(&request.method().as_str()) {
        return Err(AdminError::MethodNotAllowed(METHODS.to_vec()));
    }
    match address {
        PageAddress::WithoutSlash => respond::moved(PAGE).map_err(|error| missing(&error.to_string())),
        PageAddress::File(file) => {
            let stored = ask_store(env, &file.path, &conditional(request)?).await?;
            match stored.status() {
                200 | 304 => answer(&stored, &file).map_err(fault),
                404 if file.path.ends_with(".html") => Err(missing("www/dist has no page")),
                404 => Err(AdminError::NotFound),
                status => Err(missing(&format!("the asset store answered {status}"))),
            }
        }
    }
}

/// Sets what every answer under the page's addresses carries, problems too.
pub(crate) fn protect(request: &Request, response: &Response) -> Result<(), JsValue> {
    let is_secure = request.url().starts_with("https:");
    for (name, value) in PAGE_HEADERS.into_iter().chain(is_secure.then_some(TRANSPORT_SECURITY)) {
        response.headers().set(name, value)?;
    }
    Ok(())
}

/// Answers with the admin API's description.
pub(crate) async fn description(env: &Env) -> Result<Response, AdminError> {
    let stored = ask_store(env, DESCRIPTION, &RequestInit::new()).await?;
    if stored.status() != 200 {
        return Err(missing(&format!("the asset store answered {} for {DESCRIPTION}", stored.status())));
    }
    let text = body::text(body::whole(&stored).await.map_err(fault)?).map_err(missing)?;
    respond::json_text(200, &text, None).map_err(|error| missing(&error.to_string()))
}

/// The same question to the store. No cookie and no credential goes there, only what makes the question conditional.
fn conditional(request: &Request) -> Result<RequestInit, AdminError> {
    let init = RequestInit::new();
    init.set_method(&request.method());
    if let Some(etags) = request.headers().get("if-none-match").map_err(fault)? {
        let headers = Headers::new().map_err(fault)?;
        headers.set("If-None-Match", &etags).map_err(fault)?;
        init.set_headers(&headers);
    }
    Ok(init)
}

/// A file as it is stored.
async fn ask_store(env: &Env, path: &str, init: &RequestInit) -> Result<Response, AdminError> {
    let store = binding(env, "ASSETS").ok_or_else(|| missing("ASSETS is not bound"))?;
    let store: Service = store.unchecked_into();
    init.set_redirect(RequestRedirect::Manual);
    let promise = store.fetch(&format!("{STORE}{path}"), init).map_err(fault)?;
    let stored = clock::within(TIMEOUT, JsFuture::from(promise)).await;
    let stored = stored.ok_or_else(|| missing("the asset store does not answer"))?;
    Ok(stored.map_err(fault)?.unchecked_into())
}

/// The stored file to the browser. Of the store's header fields only the `ETag` is kept.
fn answer(stored: &Response, file: &PageFile) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("Content-Type", file.content_type)?;
    headers.set("Cache-Control", file.cache_control)?;
    if let Some(etag) = stored.headers().get("etag")? {
        headers.set("ETag", &etag)?;
    }
    let init = ResponseInit::new();
    init.set_status(stored.status());
    init.set_headers(&headers);
    Response::new_with_opt_readable_stream_and_init(stored.body().as_ref(), &init)
}

fn missing(what: &str) -> AdminError {
    AdminError::Page(format!("{what}: build the page with `cargo xtask build`, and see [assets] in wrangler.toml"))
}

fn fault(error: JsValue) -> AdminError {
    missing(&worker::Error::from(error).to_string())
}
