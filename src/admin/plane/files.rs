//! The admin page, and the document that describes the API: files of the asset store, with header fields of our own.

use super::caller::Caller;
use super::{Next, SAFE_METHODS, Stage};
use crate::admin::{AdminError, PAGE, PAGE_HEADERS, PageAddress, PageFile, TRANSPORT_SECURITY};
use crate::gate::{Answer, Call, Read, Reading, Relay, Service, of_body};

/// How long the asset store may take, in milliseconds.
const TIMEOUT_MS: u64 = 5_000;
/// The asset store reads the path only.
const STORE: &str = "https://assets.invalid";
/// The admin API's description in the asset store, where `cargo xtask build` puts it: it would be a thirtieth of the WASM.
const DESCRIPTION: &str = "/_tidegate/api/openapi.json";

/// Reads the file at `path`, which is below `/_tidegate` and not part of the API.
pub(super) fn open(path: &str, caller: &Caller) -> Result<Next, AdminError> {
    let address = PageAddress::find(path).ok_or(AdminError::NotFound)?;
    if !SAFE_METHODS.contains(&caller.method.as_str()) {
        return Err(AdminError::MethodNotAllowed(SAFE_METHODS.to_vec()));
    }
    match address {
        PageAddress::WithoutSlash => {
            Ok(Next::Answer(Answer { status: 308, fields: vec![("Location", PAGE.to_owned())], body: None }))
        }
        // No cookie and no credential goes to the store, only what makes the question conditional.
        PageAddress::File(file) => {
            let etags = caller.field("if-none-match").map(|etags| ("If-None-Match", etags.to_owned()));
            let read = ask(&caller.method, &file.path, etags.into_iter().collect());
            Ok(Next::Needs(Stage::File(file), read))
        }
    }
}

/// Asks for the admin API's description.
pub(super) fn describe() -> Next {
    Next::Needs(Stage::Description, ask("GET", DESCRIPTION, Vec::new()))
}

/// The stored file to the browser. Of the store's header fields only the `ETag` is kept.
pub(super) fn relay(file: &PageFile, reading: &Reading) -> Result<Relay, AdminError> {
    match status(reading)? {
        200 | 304 => {
            let set = [("Content-Type", file.content_type), ("Cache-Control", file.cache_control)];
            Ok(Relay {
                keep: Some(&["ETag"]),
                set: set.map(|(name, value)| (name, value.to_owned())).into(),
                ..Relay::default()
            })
        }
        404 if file.path.ends_with(".html") => Err(missing("www/dist has no page")),
        404 => Err(AdminError::NotFound),
        status => Err(missing(&format!("the asset store answered {status}"))),
    }
}

/// Answers with the stored description.
pub(super) fn relay_description(reading: &Reading) -> Result<Relay, AdminError> {
    match status(reading)? {
        200 => Ok(Relay { keep: Some(&[]), set: of_body("application/json"), ..Relay::default() }),
        status => Err(missing(&format!("the asset store answered {status} for {DESCRIPTION}"))),
    }
}

/// The header fields of every answer under the page's addresses. The field for the whole host is set on the
/// page's own host only.
pub(super) fn protection(url: &str, is_own_host: bool) -> impl Iterator<Item = (&'static str, String)> {
    let transport = (is_own_host && url.starts_with("https:")).then_some(TRANSPORT_SECURITY);
    PAGE_HEADERS.into_iter().chain(transport).map(|(name, value)| (name, value.to_owned()))
}

fn ask(method: &str, path: &str, fields: Vec<(&'static str, String)>) -> Read {
    Read::Call(Call {
        service: Service::Assets,
        method: method.to_owned(),
        url: format!("{STORE}{path}"),
        fields,
        with_body: false,
        body: None,
        limit: 0,
        once: false,
        timeout_ms: TIMEOUT_MS,
    })
}

fn status(reading: &Reading) -> Result<u16, AdminError> {
    match reading {
        Reading::Response { status, .. } => Ok(*status),
        Reading::Nothing => Err(missing("ASSETS must be bound to static assets")),
        Reading::Failed(why) => Err(missing(why)),
        Reading::TooSlow => Err(missing("the asset store does not answer")),
        Reading::Bytes(_) | Reading::Verified(_) | Reading::TooLong => Err(missing("the asset store gave no answer")),
    }
}

fn missing(what: &str) -> AdminError {
    AdminError::Page(format!("{what}: build the page with `cargo xtask build`, and see [assets] in wrangler.toml"))
}
