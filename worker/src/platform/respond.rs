//! Responses of our own.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Response;

use crate::platform::head::lines;
use registry::TextBody;
use tidegate::reply::{PROBLEM_TYPE, Reply};

#[wasm_bindgen(module = "/js/http.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = respond)]
    fn response(status: u16, fields: &str, body: Option<&str>) -> Result<Response, JsValue>;
}

/// A denial's or an admin error's answer.
pub(crate) fn problem(reply: &Reply) -> worker::Result<Response> {
    let of_reply = reply.headers.iter().map(|(name, value)| (*name, value.as_str()));
    let fields = lines(of_body(PROBLEM_TYPE).into_iter().chain(of_reply));
    Ok(response(reply.status, &fields, Some(&serde_json::to_string(&reply.problem)?))?)
}

/// An answer that is JSON text already. `etag` is a revision.
pub(crate) fn json_text(status: u16, body: &str, etag: Option<u64>) -> worker::Result<Response> {
    let etag = entity_tag(etag);
    let fields = of_body("application/json").into_iter().chain(etag.as_deref().map(|etag| ("ETag", etag)));
    Ok(response(status, &lines(fields), Some(body))?)
}

/// A part of a file for download.
pub(crate) fn file(text: &TextBody) -> worker::Result<Response> {
    let TextBody { content_type, file_name, body, next } = text;
    let disposition = format!("attachment; filename=\"{file_name}\"");
    let next = next.as_deref().map(|next| (NEXT_CURSOR, next));
    let fields = of_body(content_type).into_iter().chain([("Content-Disposition", disposition.as_str())]).chain(next);
    Ok(response(200, &lines(fields), Some(body))?)
}

/// 304: the client has this revision already.
pub(crate) fn not_modified(etag: Option<u64>) -> worker::Result<Response> {
    let etag = entity_tag(etag);
    Ok(response(304, &lines([NOT_STORED].into_iter().chain(etag.as_deref().map(|etag| ("ETag", etag)))), None)?)
}

/// 204, with a cookie to set and a revision where there are any.
pub(crate) fn no_content(cookie: Option<&str>, etag: Option<u64>) -> worker::Result<Response> {
    let etag = entity_tag(etag);
    let fields = [NOT_STORED]
        .into_iter()
        .chain(cookie.map(|cookie| ("Set-Cookie", cookie)))
        .chain(etag.as_deref().map(|etag| ("ETag", etag)));
    Ok(response(204, &lines(fields), None)?)
}

/// The field with the cursor of an export's next part.
const NEXT_CURSOR: &str = "Tidegate-Next-Cursor";
const NOT_STORED: (&str, &str) = ("Cache-Control", "no-store");

fn of_body(content_type: &'static str) -> [(&'static str, &'static str); 3] {
    [("Content-Type", content_type), NOT_STORED, ("X-Content-Type-Options", "nosniff")]
}

fn entity_tag(rev: Option<u64>) -> Option<String> {
    rev.map(|rev| format!("\"{rev}\""))
}
