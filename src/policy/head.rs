//! How the operation of a `HEAD` request is found.

use serde::Serialize;

use crate::request::Method;

/// How `HEAD` finds its operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeadRequests {
    /// Like any other method: it must be described.
    #[default]
    AsDescribed,
    /// If it is not described, the operation of `GET` applies (RFC 9110 section 9.3.2).
    AsGet,
}

impl HeadRequests {
    /// Whether this is the default.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The method whose operation applies if `method` has none.
    pub(super) fn stand_in(self, method: &Method) -> Option<&'static Method> {
        (self == Self::AsGet && *method == Method::Head).then_some(&Method::Get)
    }
}

crate::json::json_words!(HeadRequests { AsDescribed = "as_described", AsGet = "as_get" });
