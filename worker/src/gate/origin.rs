//! The origin: the service or address behind the gate.

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, Response};

use crate::config::{Destination, OriginConfig};
use crate::platform::head::{Head, lines};
use tidegate::decision::{Denial, Grant};
use tidegate::forward::{Arrival, Plan, WITHHELD_FIELDS, plan, sets_cookie_of_ours};

/// The origin as it is configured, to forward to.
pub(crate) struct Origin<'a>(pub &'a OriginConfig);

#[wasm_bindgen(module = "/js/http.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn forward(
        service: &JsValue,
        request: &Request,
        body: Option<Uint8Array>,
        plan: &str,
        sets_cookie_of_ours: &Function,
    ) -> Result<Promise, JsValue>;
}

thread_local! {
    /// [`sets_cookie_of_ours`] as JavaScript calls it.
    static IS_COOKIE_OF_OURS: Function =
        Closure::<dyn Fn(String) -> bool>::new(|line: String| sets_cookie_of_ours(&line)).into_js_value().unchecked_into();
}

impl Origin<'_> {
    /// Forwards what was granted, and gives back the origin's answer as it comes. `body` is the body where it was read.
    pub async fn forward(
        &self,
        request: &Request,
        body: Option<&[u8]>,
        head: &Head,
        grant: &Grant,
    ) -> Result<Response, Denial> {
        let service = if let Destination::Service(service) = &self.0.to { service } else { &JsValue::UNDEFINED };
        let (body, plan) = (body.map(Uint8Array::from), self.plan(head, grant));
        let promise = IS_COOKIE_OF_OURS.with(|is_ours| forward(service, request, body, &plan, is_ours));
        let answer = JsFuture::from(promise.map_err(|error| failed(&error))?).await.unwrap_or_else(|error| error);
        answer.dyn_into().map_err(|error| failed(&error))
    }

    /// How to forward what was granted, as `forward` in http.js reads it: URL, milliseconds to wait, fields to remove, to set,
    /// and to set on the answer; fields that the answer loses, and the statuses that it may have. A value of a field holds
    /// neither of what separates them (RFC 9110 section 5.5).
    pub fn plan(&self, head: &Head, grant: &Grant) -> String {
        let (scheme, host) = head.authority().split_once("://").unwrap_or_default();
        let arrival = Arrival { scheme, host, removed: &self.0.removed };
        let Plan { target, remove, set, respond, answer } =
            plan(grant, arrival, head.names.split_terminator('\n'), |name| head.header(name));
        let url = match &self.0.to {
            Destination::Service(_) => [head.authority(), &target].concat(),
            Destination::Address(address) => [address.as_str(), &target].concat(),
        };
        let (lowest, highest, also) = answer.statuses();
        let statuses = [Some(lowest), Some(highest), also].into_iter().flatten().map(|status| status.to_string());
        let parts = [
            url,
            self.0.timeout_ms.to_string(),
            remove.join("\n"),
            lines(pairs(&set)),
            lines(pairs(&respond)),
            WITHHELD_FIELDS.join("\n"),
            statuses.collect::<Vec<_>>().join("\n"),
        ];
        parts.join("\r")
    }
}

fn pairs<'a>(fields: &'a [(&'static str, String)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str()))
}

/// Why there is no answer of the origin's: nothing, where it did not begin in time; a status, where it is none that a client may
/// get; else what the platform says. Its words hold no header and no body.
pub(crate) fn failed(error: &JsValue) -> Denial {
    if error.is_undefined() {
        return Denial::OriginTooSlow;
    }
    if let Some(status) = error.as_f64() {
        return Denial::OriginStatus(status.to_string());
    }
    let text = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    Denial::OriginUnreachable(text.unwrap_or_else(|| "unknown error".to_owned()))
}
