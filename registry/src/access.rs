//! What the caller may do with people, keys and their permissions. The rules are in `tidegate::access`.

use serde_json::{Map, Value, json};

use super::context::Context;
use super::database::Database;
use super::sub_accounts::table as sub_accounts;
use tidegate::access::{Beyond, Holding, Permissions, Place, Unfitting, Verb};
use tidegate::admin::AdminError;
use tidegate::record::OwnerId;

/// Checks that the caller may change a person or key from `before` to `after`. A place where they may not even see it counts as
/// missing; `field` names it.
pub(crate) fn permit_change(
    context: &Context,
    verb: Verb,
    before: Option<Holding<'_>>,
    after: Option<Holding<'_>>,
    field: &'static str,
) -> Result<(), AdminError> {
    context.actor.may_change(verb, before, after).map_err(|beyond| match beyond {
        Beyond::Place(verb, place) if context.actor.may(verb.implied().unwrap_or(verb), &place) => {
            AdminError::Forbidden { verb, place: Some(place) }
        }
        Beyond::Place(..) => AdminError::NoOwner(field),
        Beyond::Permission(lacking) => AdminError::BeyondOwn {
            field: "permissions",
            lacking: format!("You lack {} at {}.", lacking.verb, lacking.place),
        },
        Beyond::Grantable => AdminError::BeyondOwn {
            field: "grantable",
            lacking: "It has scopes that you cannot add yourself.".to_owned(),
        },
    })
}

/// Checks that these sub-accounts exist.
pub(crate) fn check_accounts(database: &Database, accounts: &[OwnerId]) -> Result<(), AdminError> {
    for id in accounts {
        if sub_accounts::find(database, id)?.is_none() {
            let message = format!("there is no sub-account with the id {}", id.as_str());
            return Err(AdminError::invalid("accounts", message));
        }
    }
    Ok(())
}

/// Checks that the places of these permissions exist.
pub(crate) fn check_places(database: &Database, permissions: &Permissions) -> Result<(), AdminError> {
    for place in permissions.places() {
        if let Place::SubAccount(id) = &place
            && sub_accounts::find(database, id)?.is_none()
        {
            return Err(AdminError::invalid("permissions", format!("there is no place {place}")));
        }
    }
    Ok(())
}

/// The error for fields that do not fit together.
pub(crate) fn fitting(Unfitting { field, what }: Unfitting) -> AdminError {
    AdminError::invalid(field, what)
}

/// The difference of two descriptions for an audit event: the fields that have changed, with `from` and `to`.
pub(crate) fn changed(before: &Value, after: &Value) -> Value {
    let (Value::Object(before), Value::Object(after)) = (before, after) else { return Value::Null };
    let change = |(name, value): (&String, &Value)| {
        let old = before.get(name).unwrap_or(&Value::Null);
        let is_id = name == "id" || name == "email";
        let value = if is_id { value.clone() } else { json!({ "from": old, "to": value }) };
        (is_id || after.get(name) != Some(old)).then(|| (name.clone(), value))
    };
    Value::Object(after.iter().filter_map(change).collect::<Map<_, _>>())
}
