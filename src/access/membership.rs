//! What a person is given: a role, its sub-accounts, permissions, and a limit on scopes.

use super::{Grantable, Permissions, Place, Role};
use crate::order::sorted;
use crate::record::OwnerId;

/// The most sub-accounts that one person can be listed for.
const MAX_ACCOUNTS: usize = 100;

/// What a person is given. The parts fit each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    role: Role,
    accounts: Vec<OwnerId>,
    permissions: Permissions,
    grantable: Option<Grantable>,
}

/// Fields that do not fit together: the field, and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {what}")]
pub struct Unfitting {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub what: &'static str,
}

impl Membership {
    /// What a person is given. Without `permissions`, they are the role's preset.
    ///
    /// # Errors
    /// [`Unfitting`] where the parts do not fit each other.
    pub fn new(
        role: Role,
        accounts: Vec<OwnerId>,
        permissions: Option<Permissions>,
        grantable: Option<Grantable>,
    ) -> Result<Self, Unfitting> {
        let accounts = sorted(accounts);
        let permissions = permissions.unwrap_or_else(|| role.preset(&accounts));
        let wrong = |field, what| Err(Unfitting { field, what });
        match (role.is_for_accounts(), accounts.len()) {
            (true, 0) => return wrong("accounts", "this role is for at least one sub-account"),
            (true, count) if count > MAX_ACCOUNTS => return wrong("accounts", "a person has at most 100 sub-accounts"),
            (false, 1..) => return wrong("accounts", "this role is not for single sub-accounts"),
            _ => {}
        }
        let is_listed = |place: &Place| matches!(place, Place::SubAccount(id) if accounts.contains(id));
        if role.is_for_accounts() && !permissions.iter().all(|given| is_listed(&given.place)) {
            return wrong("permissions", "this role has permissions at its own sub-accounts only");
        }
        if role == Role::Owner && permissions != Permissions::all() {
            return wrong("permissions", "an owner has every permission");
        }
        if role == Role::Owner && grantable.is_some() {
            return wrong("grantable", "an owner can add every scope");
        }
        Ok(Self { role, accounts, permissions, grantable })
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The sub-accounts that the role is for, in order.
    pub fn accounts(&self) -> &[OwnerId] {
        &self.accounts
    }

    /// The permissions.
    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// Which scopes they can add to an integration; `None` for all.
    pub fn grantable(&self) -> Option<&Grantable> {
        self.grantable.as_ref()
    }

    /// Where the person belongs.
    pub fn home(&self) -> Vec<Place> {
        self.role.home(&self.accounts)
    }

    /// The permissions where the sub-accounts become these: at those that stay, what they have there; at new ones, each verb that they
    /// have at any of the old ones.
    pub fn permissions_at(&self, accounts: &[OwnerId]) -> Permissions {
        let places = accounts.iter().cloned().map(Place::SubAccount);
        let (kept, new): (Vec<_>, Vec<_>) = places.partition(|place| self.home().contains(place));
        let verbs: Vec<_> = self.permissions.iter().map(|given| given.verb).collect();
        let new = Permissions::at(&verbs, &new);
        self.permissions.iter().filter(|given| kept.contains(&given.place)).chain(new.iter()).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{FromJson, Value};

    fn of(role: Role, accounts: usize, grantable: Option<Grantable>) -> Result<Membership, &'static str> {
        let accounts = (0..accounts).map(|number| OwnerId::parse(&format!("a{number}")).unwrap()).collect();
        Membership::new(role, accounts, None, grantable).map_err(|unfitting| unfitting.field)
    }

    #[test]
    fn a_role_of_sub_accounts_has_1_to_100_and_the_others_none() {
        for role in Role::ALL {
            for (accounts, fits) in [(0, false), (1, true), (100, true), (101, false)] {
                let fits = if role.is_for_accounts() { fits } else { accounts == 0 };
                let expected = if fits { Ok(accounts) } else { Err("accounts") };
                assert_eq!(
                    of(role, accounts, None).map(|made| made.accounts().len()),
                    expected,
                    "{role:?}, {accounts}"
                );
            }
        }
    }

    #[test]
    fn an_owner_has_no_limit_on_scopes() {
        for role in Role::ALL {
            let grantable = Grantable::from_json(Value::parse(r#"["contacts.*"]"#).unwrap()).unwrap();
            let made = of(role, usize::from(role.is_for_accounts()), Some(grantable.clone()));
            let expected = if role == Role::Owner { Err("grantable") } else { Ok(Some(grantable)) };
            assert_eq!(made.map(|made| made.grantable().cloned()), expected, "{role:?}");
        }
    }
}
