//! The actor of a request: who it is, what they may do, and what they may give to others.

use super::{Grantable, KeyId, Permission, Permissions, PersonId, Place, Verb};
use crate::scope::ScopeSet;
use crate::time::Timestamp;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who it is.
    pub identity: Identity,
    /// What they may do.
    pub permissions: Permissions,
    /// Which scopes they can add to an integration; `None` for all.
    pub grantable: Option<Grantable>,
    /// When they end; `None` if they do not. A key that they make must not outlive them.
    pub ends_at: Option<Timestamp>,
}

/// Who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Whoever holds the owner key.
    OwnerKey,
    /// A person.
    Person(PersonId),
    /// An automation key.
    Key(KeyId),
}

impl Actor {
    /// The holder of the owner key, who may do everything.
    pub fn owner_key() -> Self {
        Self { identity: Identity::OwnerKey, permissions: Permissions::all(), grantable: None, ends_at: None }
    }

    /// An actor about whom nothing is known yet. They may do nothing.
    pub fn nobody() -> Self {
        Self { permissions: Permissions::default(), ..Self::owner_key() }
    }

    /// Whether they may do this there.
    pub fn may(&self, verb: Verb, place: &Place) -> bool {
        self.permissions.may(verb, place)
    }

    /// Whether they may do this at every one of these places.
    pub fn may_at_all(&self, verb: Verb, places: &[Place]) -> bool {
        places.iter().all(|place| self.may(verb, place))
    }

    /// The first of `permissions` that they lack, and so can neither give nor take away.
    pub fn cannot_grant<'a>(&self, permissions: &'a Permissions) -> Option<&'a Permission> {
        self.permissions.lacking(permissions)
    }

    /// What of `scopes` they cannot add to an integration.
    pub fn cannot_add(&self, scopes: &ScopeSet) -> ScopeSet {
        self.grantable.as_ref().map_or_else(ScopeSet::default, |own| own.outside(scopes))
    }

    /// Whether they can set this limit on scopes for somebody: it must not be wider than their own.
    pub fn can_bound_by(&self, grantable: Option<&Grantable>) -> bool {
        match (&self.grantable, grantable) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(given)) => own.lacking(given).is_none(),
        }
    }

    /// Whether they can make a key that ends then.
    pub fn can_end_at(&self, end: Timestamp) -> bool {
        self.ends_at.is_none_or(|own| end <= own)
    }
}

impl Identity {
    /// As audit events keep it.
    pub fn to_text(&self) -> String {
        match self {
            Self::OwnerKey => "owner-key".to_owned(),
            Self::Person(id) => format!("person:{id}"),
            Self::Key(id) => format!("key:{id}"),
        }
    }
}

/// Why an actor may not give, change or take away permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// They may not do this there at all.
    Place(Verb, Place),
    /// They lack a permission that the other has or would get.
    Permission(Permission),
    /// The other could add scopes that they cannot add.
    Grantable,
}

impl Actor {
    /// Whether they may change a person or key from `before` to `after`. `before` is `None` for one that is added, `after` for one
    /// that is removed. The change needs `verb` at every home of either.
    ///
    /// # Errors
    /// [`Beyond`] names the first thing that they lack.
    pub fn may_change(
        &self,
        verb: Verb,
        before: Option<Holding<'_>>,
        after: Option<Holding<'_>>,
    ) -> Result<(), Beyond> {
        for Holding { home, permissions, grantable } in before.into_iter().chain(after) {
            if let Some(place) = home.iter().find(|place| !self.may(verb, place)) {
                return Err(Beyond::Place(verb, place.clone()));
            }
            if let Some(lacking) = self.cannot_grant(permissions) {
                return Err(Beyond::Permission(lacking.clone()));
            }
            if !self.can_bound_by(grantable) {
                return Err(Beyond::Grantable);
            }
        }
        Ok(())
    }
}

/// What a person or a key has, and where it belongs.
#[derive(Clone, Copy)]
pub struct Holding<'a> {
    /// Where it belongs.
    pub home: &'a [Place],
    /// What it may do.
    pub permissions: &'a Permissions,
    /// Which scopes it can add.
    pub grantable: Option<&'a Grantable>,
}
