//! Reading bodies, where they must be read: of the admin API, those in which an operation names its owner, and what our stores give.

use std::time::Duration;

use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Request, Response};

use crate::platform::clock;

/// Why there is no body.
pub(crate) enum BodyError {
    /// It has more bytes than were allowed.
    TooLong,
    /// It did not come to its end in time.
    TooSlow,
    /// The client or the platform broke off.
    Broken(JsValue),
}

/// How many times the limit is read at the most.
const MAX_READ_ON: usize = 4;

/// The body's bytes; no more than `limit` of them are kept. What is not too far over the limit is read all the same:
/// workerd takes a body that is left unread for an error, which can cost the client its next request.
pub(crate) async fn read(request: &Request, limit: usize) -> Result<Vec<u8>, BodyError> {
    match reader(request) {
        Some(reader) => read_from(&reader, limit).await,
        None => Ok(Vec::new()),
    }
}

/// As [`read`], of a client that has so long for all of it.
pub(crate) async fn read_within(timeout: Duration, request: &Request, limit: usize) -> Result<Vec<u8>, BodyError> {
    let Some(reader) = reader(request) else { return Ok(Vec::new()) };
    match clock::within(timeout, read_from(&reader, limit)).await {
        Some(read) => read,
        None => {
            let _ = reader.cancel();
            Err(BodyError::TooSlow)
        }
    }
}

fn reader(request: &Request) -> Option<ReadableStreamDefaultReader> {
    Some(request.body()?.get_reader().unchecked_into())
}

async fn read_from(reader: &ReadableStreamDefaultReader, limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    while let Some(chunk) = next(reader).await.map_err(BodyError::Broken)? {
        length = length.saturating_add(chunk.length() as usize);
        if length <= limit {
            bytes.extend(chunk.to_vec());
        }
        if length > limit.saturating_mul(MAX_READ_ON) {
            // Whether the client is told, or only sees the connection close, is up to the platform.
            let _ = reader.cancel();
            break;
        }
    }
    if length > limit { Err(BodyError::TooLong) } else { Ok(bytes) }
}

/// All of what one of our stores answered.
pub(crate) async fn whole(response: &Response) -> Result<Vec<u8>, JsValue> {
    Ok(bytes(&JsFuture::from(response.array_buffer()?).await?.dyn_into()?))
}

/// What a buffer holds. A JavaScript string would come over character by character, and until an engine has compiled
/// that loop, it takes milliseconds for a policy.
pub(crate) fn bytes(buffer: &ArrayBuffer) -> Vec<u8> {
    Uint8Array::new(buffer).to_vec()
}

/// Bytes that a store gave as text; the error holds nothing of it.
pub(crate) fn text(bytes: Vec<u8>) -> Result<String, &'static str> {
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8")
}

async fn next(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, JsValue> {
    let result = JsFuture::from(reader.read()).await?;
    if Reflect::get(&result, &"done".into())?.is_truthy() {
        return Ok(None);
    }
    Ok(Some(Reflect::get(&result, &"value".into())?.unchecked_into()))
}
