//! Reads the body of a command. The driver reads what verdicts and sign-ins need, in `js/bytes.js`.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Request};

/// Why there is no body.
pub(crate) enum BodyError {
    /// It has more bytes than were allowed.
    TooLong,
    /// The client or the platform broke off.
    Broken(JsValue),
}

/// How many times the limit is read at most.
const MAX_READ_ON: usize = 4;

/// The body's bytes; no more than `limit` of them are kept. What is not too far over the limit is read all the same:
/// workerd takes a body that is left unread for an error, which can cost the client its next request.
pub(crate) async fn read(request: &Request, limit: usize) -> Result<Vec<u8>, BodyError> {
    let Some(stream) = request.body() else { return Ok(Vec::new()) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    while let Some(chunk) = next(&reader).await.map_err(BodyError::Broken)? {
        length = length.saturating_add(chunk.length() as usize);
        if length <= limit {
            bytes.extend(chunk.to_vec());
        }
        if length > limit.saturating_mul(MAX_READ_ON) {
            // The platform decides whether the client gets an answer or only sees the connection close.
            let _ = reader.cancel();
            break;
        }
    }
    if length > limit { Err(BodyError::TooLong) } else { Ok(bytes) }
}

async fn next(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, JsValue> {
    let result = JsFuture::from(reader.read()).await?;
    if Reflect::get(&result, &"done".into())?.is_truthy() {
        return Ok(None);
    }
    Ok(Some(Reflect::get(&result, &"value".into())?.unchecked_into()))
}
