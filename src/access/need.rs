//! What a route of the admin API needs.

use super::{Permissions, Place, Verb};

/// One way to be allowed a route: a verb, and how the place is found at which it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// What one must be allowed.
    pub verb: Verb,
    /// Where.
    pub at: PlaceOf,
}

/// How the place is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceOf {
    /// It is the agency.
    Agency,
    /// It is all sub-accounts.
    SubAccounts,
    /// Any place is enough: the answer shows only what the caller may see.
    Anywhere,
    /// It is where the thing is that the path names.
    Named,
    /// It is where the thing is, or will be, that the body names.
    Body,
}

impl Need {
    /// Whether the permissions may meet the need, before anything is read. If the place depends on path or body, the command checks
    /// again.
    pub fn is_met(&self, permissions: &Permissions) -> bool {
        match self.at {
            PlaceOf::Agency => permissions.may(self.verb, &Place::Agency),
            PlaceOf::SubAccounts => permissions.may(self.verb, &Place::SubAccounts),
            PlaceOf::Anywhere | PlaceOf::Named | PlaceOf::Body => permissions.may_anywhere(self.verb),
        }
    }

    /// The place at which it is needed, where that is the same for all.
    pub fn place(&self) -> Option<Place> {
        match self.at {
            PlaceOf::Agency => Some(Place::Agency),
            PlaceOf::SubAccounts => Some(Place::SubAccounts),
            PlaceOf::Anywhere | PlaceOf::Named | PlaceOf::Body => None,
        }
    }
}
