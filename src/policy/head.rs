//! Which operation a `HEAD` request is for.

use serde::Serialize;

use crate::request::Method;

/// How `HEAD` finds its operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeadRequests {
    /// As every other method: it has to be described.
    #[default]
    AsDescribed,
    /// Where it is not described, by the operation of `GET` (RFC 9110 section 9.3.2).
    AsGet,
}

impl HeadRequests {
    /// Whether it is what counts without a setting.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The method whose operation stands in for a missing one of `method`.
    pub(super) fn stand_in(self, method: &Method) -> Option<&'static Method> {
        (self == Self::AsGet && *method == Method::Head).then_some(&Method::Get)
    }
}

crate::json::json_words!(HeadRequests { AsDescribed = "as_described", AsGet = "as_get" });
