//! Who makes a request, by its credential.

use super::database::{Database, parsed, row};
use super::keys::table as keys;
use super::sessions;
use tidegate::access::{Actor, Identity, PersonId};
use tidegate::admin::AdminError;
use tidegate::admin::session::Credential;
use tidegate::time::Timestamp;

row! {
    struct Row {
        ends_at: u64,
        id: PersonId,
        permissions: String,
        grantable: Option<String>,
    }
}

/// The actor with this credential, as they are now. It is read with every request, so that a removal takes effect at once.
pub(crate) fn establish(database: &Database, credential: &Credential, now: Timestamp) -> Result<Actor, AdminError> {
    match credential {
        Credential::OwnerKey => Ok(Actor::owner_key()),
        Credential::Session(_) => {
            sessions::check(database, credential, now)?;
            Ok(Actor::owner_key())
        }
        Credential::PersonSession(digest) => person(database, digest, now),
        Credential::Key(presented) => keys::establish(database, presented, now),
        Credential::Proof(_) => Err(AdminError::NotSignedIn),
    }
}

/// Notes that a key was used.
pub(crate) fn note_use(database: &Database, credential: &Credential, now: Timestamp) -> Result<(), AdminError> {
    match credential {
        Credential::Key(presented) => keys::note_use(database, &presented.id, now),
        _ => Ok(()),
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
