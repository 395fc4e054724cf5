//! What of an operation changes in how its requests are judged, beside what it needs.

use std::fmt;

use serde::Serialize;

use crate::policy::Operation;

/// An operation of which requests are judged otherwise, whoever asks: what of it changes, as it is in the new policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "PolicyHandling"))]
pub struct Handling {
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Whether the origin's router reads paths byte for byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub router_exact: Option<bool>,
    /// Whether its parameters may have percent-encoded delimiters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoded: Option<bool>,
    /// Whether the origin, not the gate, compares an owner in `multipart/form-data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_in_multipart: Option<bool>,
}

impl Handling {
    /// What changes, if anything does.
    pub(super) fn of(old: &Operation, new: &Operation) -> Option<Self> {
        let change = |flag: fn(&Operation) -> bool| Some(flag(new)).filter(|after| *after != flag(old));
        let router_exact = change(|operation| operation.is_routed_exactly);
        let encoded = change(|operation| operation.takes_encoded);
        let owner_in_multipart = change(|operation| operation.is_multipart_unchecked);
        router_exact.or(encoded).or(owner_in_multipart)?;
        let (method, path) = (new.method.as_str().to_owned(), new.path.to_string());
        Some(Self { method, path, router_exact, encoded, owner_in_multipart })
    }
}

impl fmt::Display for Handling {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let router = self.router_exact.map(|is_exact| match is_exact {
            true => "a value that only resembles a literal is not judged as it",
            false => "a value that resembles a literal must be allowed by both operations",
        });
        let encoded = self.encoded.map(|may| match may {
            true => "parameters may have percent-encoded delimiters",
            false => "a path with percent-encoded delimiters is refused",
        });
        let multipart = self.owner_in_multipart.map(|is_of_origin| match is_of_origin {
            true => "the origin compares an owner in multipart/form-data",
            false => "a body in multipart/form-data is refused, if it could name the owner",
        });
        let all: Vec<_> = [router, encoded, multipart].into_iter().flatten().collect();
        write!(formatter, "{} {}: {}", self.method, self.path, all.join("; "))
    }
}
