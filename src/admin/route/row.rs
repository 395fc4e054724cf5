//! How a row of the table of routes is written: its method and path, what it needs, and what it takes.

use super::named::Parameter;
use super::{Access, Parse, Route};
use crate::access::{Need, PlaceOf, Verb};

/// The permission at the agency itself.
pub(super) const fn at_agency(verb: Verb) -> Need {
    Need { verb, at: PlaceOf::Agency }
}

/// The permission at all sub-accounts.
pub(super) const fn at_sub_accounts(verb: Verb) -> Need {
    Need { verb, at: PlaceOf::SubAccounts }
}

/// The permission at any place.
pub(super) const fn anywhere(verb: Verb) -> Need {
    Need { verb, at: PlaceOf::Anywhere }
}

/// The permission where the thing is that the path names.
pub(super) const fn named(verb: Verb) -> Need {
    Need { verb, at: PlaceOf::Named }
}

/// The permission where the thing is that the body names.
pub(super) const fn in_body(verb: Verb) -> Need {
    Need { verb, at: PlaceOf::Body }
}

pub(super) const fn get(path: &'static str, parse: Parse) -> Route {
    route("GET", path, parse)
}

pub(super) const fn post(path: &'static str, parse: Parse) -> Route {
    route("POST", path, parse)
}

pub(super) const fn put(path: &'static str, parse: Parse) -> Route {
    route("PUT", path, parse)
}

pub(super) const fn patch(path: &'static str, parse: Parse) -> Route {
    route("PATCH", path, parse)
}

pub(super) const fn delete(path: &'static str, parse: Parse) -> Route {
    route("DELETE", path, parse)
}

const fn route(method: &'static str, path: &'static str, parse: Parse) -> Route {
    let (access, max_body, parameter) = (Access::Admin, None, Parameter::None);
    let (body_is_optional, takes_query, mints) = (false, false, false);
    Route { method, path, access, max_body, body_is_optional, takes_query, mints, needs: &[], parameter, parse }
}

impl Route {
    /// Who may ask, if not [`Access::Admin`].
    pub(super) const fn access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    /// It takes a body.
    pub(super) const fn body(self, max_bytes: usize) -> Self {
        Self { max_body: Some(max_bytes), ..self }
    }

    /// It takes a body, which may be left out.
    pub(super) const fn optional_body(self, max_bytes: usize) -> Self {
        Self { max_body: Some(max_bytes), body_is_optional: true, ..self }
    }

    /// It is a list, and takes a query.
    pub(super) const fn query(self) -> Self {
        Self { takes_query: true, ..self }
    }

    /// It mints a token.
    pub(super) const fn mints(self) -> Self {
        Self { mints: true, ..self }
    }

    /// The caller needs one of these.
    pub(super) const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }

    /// Its path names something.
    pub(super) const fn names(self, parameter: Parameter) -> Self {
        Self { parameter, ..self }
    }
}
