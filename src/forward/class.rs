//! Classes of header fields by name alone, so that most fields need no closer look.

use super::CLIENT_ADDRESS;
use super::asks_for_websocket;
use super::cookie::without_cookies_of_ours;
use super::fields::{RemovedFields, is_claim, is_hop_by_hop, is_ours};
use crate::decision::Grant;

/// The class of a field. A field of no class goes to the origin as it came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FieldClass {
    /// The field does not reach the origin, unless its value says otherwise.
    pub leaves: bool,
    /// Its value matters to every request that has it.
    pub matters: bool,
    /// Its value is the client's address, which the origin gets in `X-Forwarded-For`.
    pub is_client_address: bool,
}

impl FieldClass {
    /// The class of the field `name`, which is in lower case.
    pub fn of(name: &str, removed: &RemovedFields) -> Self {
        let by_value = matches!(name, "connection" | "upgrade");
        Self {
            leaves: by_value || is_hop_by_hop(name) || is_ours(name) || is_claim(name) || removed.has(name),
            matters: by_value || matches!(name, "cookie" | "origin" | "access-control-request-method"),
            is_client_address: name == CLIENT_ADDRESS,
        }
    }

    /// The class as a number: 1 for a field that leaves, 2 for one that matters, 4 for the client's address.
    pub fn bits(self) -> u8 {
        u8::from(self.leaves) | (u8::from(self.matters) << 1) | (u8::from(self.is_client_address) << 2)
    }
}

/// Whether classes are enough to forward what was granted. They are not where the verdict rests on fields, or where a field that
/// matters has more than a plain value. `value` gives the value of such a field.
pub fn goes_by_class<'a>(grant: &Grant, value: impl Fn(&str) -> Option<&'a str>) -> bool {
    let is_websocket = asks_for_websocket(grant, value("upgrade"));
    let names_others = value("connection").is_some_and(|connection| !connection.split(',').all(is_plain));
    let has_cookie = value("cookie").is_some_and(|cookie| without_cookies_of_ours(cookie).is_some());
    grant.judged_fields().is_empty() && !is_websocket && !names_others && !has_cookie
}

/// Whether an option of `Connection` names no field but those that leave anyway.
fn is_plain(option: &str) -> bool {
    let option = option.trim().to_ascii_lowercase();
    option.is_empty() || option == "upgrade" || is_hop_by_hop(&option)
}
