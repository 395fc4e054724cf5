//! Responses of our own.

use serde::Serialize;
use wasm_bindgen::JsValue;
use web_sys::{Headers, Response, ResponseInit};

use crate::core::reply::{PROBLEM_TYPE, Reply};

/// A denial's or an admin error's answer.
pub(super) fn problem(reply: &Reply) -> worker::Result<Response> {
    let headers = headers(PROBLEM_TYPE)?;
    for (name, value) in &reply.headers {
        headers.set(name, value)?;
    }
    response(reply.status, &headers, Some(&serde_json::to_string(&reply.problem)?))
}

/// A JSON answer. `etag` is a revision.
pub(super) fn json(status: u16, body: &impl Serialize, etag: Option<u64>) -> worker::Result<Response> {
    json_text(status, &serde_json::to_string(body)?, etag)
}

/// An answer that is JSON text already.
pub(super) fn json_text(status: u16, body: &str, etag: Option<u64>) -> worker::Result<Response> {
    let headers = headers("application/json")?;
    set_etag(&headers, etag)?;
    response(status, &headers, Some(body))
}

/// 304: the client has this revision already.
pub(super) fn not_modified(etag: Option<u64>) -> worker::Result<Response> {
    let headers = Headers::new()?;
    headers.set("Cache-Control", "no-store")?;
    set_etag(&headers, etag)?;
    response(304, &headers, None)
}

/// 204, with a cookie to set where there is one.
pub(super) fn no_content(cookie: Option<&str>) -> worker::Result<Response> {
    let headers = Headers::new()?;
    headers.set("Cache-Control", "no-store")?;
    if let Some(cookie) = cookie {
        headers.set("Set-Cookie", cookie)?;
    }
    response(204, &headers, None)
}

fn set_etag(headers: &Headers, rev: Option<u64>) -> Result<(), JsValue> {
    rev.map_or(Ok(()), |rev| headers.set("ETag", &format!("\"{rev}\"")))
}

fn headers(content_type: &str) -> Result<Headers, JsValue> {
    let headers = Headers::new()?;
    headers.set("Content-Type", content_type)?;
    headers.set("Cache-Control", "no-store")?;
    headers.set("X-Content-Type-Options", "nosniff")?;
    Ok(headers)
}

fn response(status: u16, headers: &Headers, body: Option<&str>) -> worker::Result<Response> {
    let init = ResponseInit::new();
    init.set_status(status);
    init.set_headers(headers);
    Ok(Response::new_with_opt_str_and_init(body, &init)?)
}
