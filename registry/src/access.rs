//! Who makes a request, and what they may do with what they ask for. The rules are in `tidegate::access`.

use serde_json::{Map, Value, json};

use super::context::Context;
use super::database::{Database, parsed, row};
use super::keys::table as keys;
use super::sub_accounts::table as sub_accounts;
use tidegate::access::{Actor, Beyond, Holding, Identity, Permissions, PersonId, Place, Unfitting, Verb};
use tidegate::admin::AdminError;
use tidegate::admin::session::Credential;
use tidegate::record::OwnerId;
use tidegate::time::Timestamp;

row! {
    struct Row {
        ends_at: u64,
        id: PersonId,
        permissions: String,
        grantable: Option<String>,
    }
}

/// Who asks, as they are now: read at every request, so that a removal acts at once.
pub(crate) fn establish(database: &Database, credential: &Credential, now: Timestamp) -> Result<Actor, AdminError> {
    match credential {
        Credential::OwnerKey => Ok(Actor::owner_key()),
        Credential::Session(_) => {
            super::sessions::check(database, credential, now)?;
            Ok(Actor::owner_key())
        }
        Credential::PersonSession(digest) => person(database, digest, now),
        Credential::Key(presented) => keys::establish(database, presented, now),
        Credential::Proof(_) => Err(AdminError::NotSignedIn),
    }
}

fn person(database: &Database, digest: &str, now: Timestamp) -> Result<Actor, AdminError> {
    let sql = "SELECT ends_at, people.id AS id, permissions, grantable FROM person_sessions
        JOIN people ON people.id = person_sessions.person WHERE digest = ?";
    let row: Option<Row> = database.row(sql, vec![digest.into()])?;
    let row = row.filter(|row| now.seconds() < row.ends_at).ok_or(AdminError::NotSignedIn)?;
    Ok(Actor {
        identity: Identity::Person(row.id),
        permissions: parsed("permissions", &row.permissions)?,
        grantable: row.grantable.as_deref().map(|text| parsed("grantable", text)).transpose()?,
        ends_at: None,
    })
}

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

/// Checks that there are these sub-accounts.
pub(crate) fn check_accounts(database: &Database, accounts: &[OwnerId]) -> Result<(), AdminError> {
    for id in accounts {
        if sub_accounts::find(database, id)?.is_none() {
            let message = format!("there is no sub-account with the id {}", id.as_str());
            return Err(AdminError::invalid("accounts", message));
        }
    }
    Ok(())
}

/// Checks that there are the places of these permissions.
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

/// Parts that do not fit each other.
pub(crate) fn fitting(Unfitting { field, what }: Unfitting) -> AdminError {
    AdminError::invalid(field, what)
}

/// What of two descriptions differs, as audit events have it: the new one, with `from` and `to` where something changed.
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
