//! The header fields that the CORS protocol adds to an answer (Fetch standard, section 3.3), if the policy lets scripts of other
//! origins call the API.

use serde::Serialize;

use crate::policy::{Cors, FieldName};
use crate::request::Method;

/// Request fields that scripts may send whatever the settings say.
const ALLOWED_FIELDS: [&str; 4] = ["Authorization", "Content-Type", "If-Match", "Idempotency-Key"];
/// Answer fields of the gate's own that scripts may read.
const EXPOSED_FIELDS: [&str; 3] = ["WWW-Authenticate", "Retry-After", "Tidegate-Token-Expires"];

/// The header fields of an answer for one origin's scripts.
///
/// `Access-Control-Allow-Credentials` is never among them: scripts send the token, not the browser. If the origin server sends it
/// without `Access-Control-Allow-Origin`, or beside one that does not name the same origin, it is removed, since it would take effect
/// once the gate names the origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnswerCors {
    /// Names and values of fields that are set.
    pub set: Vec<(&'static str, String)>,
    /// Names and values of fields that are added to those with the same name.
    pub append: Vec<(&'static str, String)>,
}

impl AnswerCors {
    /// For any answer to a request whose `Origin` is this, or that has none.
    pub fn of(cors: &Cors, origin: Option<&str>) -> Self {
        // The fields of the answer depend on the request's origin, whichever it is.
        let mut append = vec![("Vary", "Origin".to_owned())];
        let Some(origin) = origin.filter(|origin| cors.allows(origin)) else {
            return Self { set: Vec::new(), append };
        };
        append.push(("Access-Control-Expose-Headers", list(EXPOSED_FIELDS, &cors.expose_headers)));
        Self { set: vec![("Access-Control-Allow-Origin", origin.to_owned())], append }
    }

    /// The origin that the answer is for.
    pub fn origin(&self) -> Option<&str> {
        self.set.first().map(|(_, origin)| origin.as_str())
    }
}

/// What the answer to a preflight has beside [`AnswerCors`]: nothing for an origin that is not listed.
pub fn preflight(cors: &Cors, origin: &str, methods: &[Method]) -> Vec<(&'static str, String)> {
    if !cors.allows(origin) {
        return Vec::new();
    }
    vec![
        ("Access-Control-Allow-Methods", methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ")),
        ("Access-Control-Allow-Headers", list(ALLOWED_FIELDS, &cors.allow_headers)),
        ("Access-Control-Max-Age", cors.max_age_seconds.to_string()),
    ]
}

fn list<const N: usize>(own: [&str; N], more: &[FieldName]) -> String {
    let more = more.iter().map(|name| name.as_str());
    let more = more.filter(|name| !own.iter().any(|own| own.eq_ignore_ascii_case(name)));
    own.into_iter().chain(more).collect::<Vec<_>>().join(", ")
}
