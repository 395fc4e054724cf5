//! Sets of permissions, and the question whether they allow something.

use serde::Serialize;

use super::{Place, Verb};
use crate::json::{self, FromJson};
use crate::order::{sort_and_dedup, sorted};
use crate::record::{Owner, OwnerId};

/// A verb at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Permission {
    /// What can be done.
    pub verb: Verb,
    /// Where.
    pub place: Place,
}

/// A set of permissions as it was given. Implied permissions are not listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Permissions(Vec<Permission>);

/// The places at which one verb is allowed. A list shows only what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// At the agency.
    pub agency: bool,
    /// At every sub-account.
    pub every_sub_account: bool,
    /// At these sub-accounts.
    pub sub_accounts: Vec<OwnerId>,
}

impl Permissions {
    /// Everything, everywhere.
    pub fn all() -> Self {
        Self::at(Verb::ALL, &[Place::Agency, Place::SubAccounts])
    }

    /// These verbs, at each of these places.
    pub fn at(verbs: &[Verb], places: &[Place]) -> Self {
        let at = |place: &Place| verbs.iter().map(|verb| Permission { verb: *verb, place: place.clone() }).collect();
        places.iter().flat_map(|place| -> Vec<_> { at(place) }).collect()
    }

    /// Whether `verb` is allowed at `place`.
    pub fn may(&self, verb: Verb, place: &Place) -> bool {
        self.0.iter().any(|given| given.has(verb) && given.place.covers(place))
    }

    /// Whether `verb` is allowed at any place.
    pub fn may_anywhere(&self, verb: Verb) -> bool {
        self.0.iter().any(|given| given.has(verb))
    }

    /// Whether anything is allowed at `place`.
    pub fn any_at(&self, place: &Place) -> bool {
        self.0.iter().any(|given| given.place.covers(place))
    }

    /// The first of `other` that is not allowed here; `None` if all of them are.
    pub fn lacking<'a>(&self, other: &'a Self) -> Option<&'a Permission> {
        other.0.iter().find(|wanted| !self.may(wanted.verb, &wanted.place))
    }

    /// Where `verb` is allowed.
    pub fn reach(&self, verb: Verb) -> Reach {
        self.reach_of(|given| given.has(verb))
    }

    /// Where one of these verbs is allowed.
    pub fn reach_of_any(&self, verbs: impl Iterator<Item = Verb> + Clone) -> Reach {
        self.reach_of(|given| verbs.clone().any(|verb| given.has(verb)))
    }

    /// The places at which there is one, in order.
    pub fn places(&self) -> Vec<Place> {
        sorted(self.0.iter().map(|given| given.place.clone()))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Permission> {
        self.0.iter()
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn reach_of(&self, counts: impl Fn(&Permission) -> bool) -> Reach {
        let mut reach = Reach { agency: false, every_sub_account: false, sub_accounts: Vec::new() };
        for given in self.0.iter().filter(|given| counts(given)) {
            match &given.place {
                Place::Agency => reach.agency = true,
                Place::SubAccounts => reach.every_sub_account = true,
                Place::SubAccount(id) => reach.sub_accounts.push(id.clone()),
            }
        }
        sort_and_dedup(&mut reach.sub_accounts);
        reach
    }
}

impl Permission {
    fn has(&self, verb: Verb) -> bool {
        self.verb == verb || self.verb.implied() == Some(verb)
    }
}

impl Reach {
    /// Whether `owner`'s place is within it.
    pub fn has(&self, owner: &Owner) -> bool {
        self.has_all(&[Place::from(owner)])
    }

    /// Whether whatever belongs to all of these places is within it.
    pub fn has_all(&self, places: &[Place]) -> bool {
        places.iter().all(|place| match place {
            Place::Agency => self.agency,
            Place::SubAccounts => self.every_sub_account,
            Place::SubAccount(id) => self.every_sub_account || self.sub_accounts.contains(id),
        })
    }

    /// Whether it is every place.
    pub fn is_everywhere(&self) -> bool {
        self.agency && self.every_sub_account
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let mut all: Vec<_> = permissions.into_iter().collect();
        sort_and_dedup(&mut all);
        Self(all)
    }
}

crate::json_object!(Permission { verb, place });

impl FromJson for Permissions {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Vec::<Permission>::from_json(value).map(Self::from_iter)
    }
}
