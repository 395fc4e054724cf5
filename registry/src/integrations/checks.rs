//! Checks of a new or changed integration: its scopes and its owner.

use crate::agency as agencies;
use crate::context::Context;
use crate::database::Database;
use crate::policies::table as policies;
use crate::sub_accounts::table as sub_accounts;
use tidegate::admin::{AdminError, check_scopes};
use tidegate::record::{Level, Owner};
use tidegate::scope::ScopeSet;

/// Checks that the caller can add these scopes.
pub(super) fn check_grantable(context: &Context, added: &ScopeSet) -> Result<(), AdminError> {
    let outside = context.actor.cannot_add(added);
    if outside.is_empty() {
        return Ok(());
    }
    Err(AdminError::BeyondOwn { field: "scopes", lacking: format!("You cannot add {outside}.") })
}

/// Checks that an integration can belong to `owner`. Where no agency is set, any id can be the agency's.
pub(super) fn check_owner(database: &Database, owner: &Owner) -> Result<(), AdminError> {
    match owner.level {
        Level::SubAccount if sub_accounts::find(database, &owner.id)?.is_some() => Ok(()),
        Level::SubAccount => Err(AdminError::invalid("owner.id", "there is no sub-account with this id")),
        Level::Agency => match agencies::find(database)?.id {
            Some(agency) if agency != owner.id => {
                let message = format!("this gate's agency is {}; there is one only", agency.as_str());
                Err(AdminError::invalid("owner.id", message))
            }
            _ => Ok(()),
        },
    }
}

/// Checks that the policy in force knows these scopes. Of those that are not among `before`, it must know them as the caller sees it.
pub(super) fn check_known(context: &Context, scopes: &ScopeSet, before: &ScopeSet) -> Result<(), AdminError> {
    let policy = policies::in_force(context.database)?;
    let mut unknown = policy.catalogue().unknown(scopes);
    if !context.is_of_agency() {
        let seen = policy.for_sub_accounts().catalogue();
        unknown = unknown.union(&seen.unknown(&scopes.without(before)));
    }
    check_scopes(scopes, &unknown)
}
