//! Sessions in SQLite: those with the owner key, and those of people. They are in two tables, so that a release that knows no
//! people takes nobody's session for the owner's.

use serde::Serialize;

use crate::database::{Database, bound, number, row};
use crate::paging::limit_and_one;
use crate::people::table::Visible;
use crate::storage::Parameter;
use tidegate::access::PersonId;
use tidegate::admin::session::{Credential, SESSION_SECONDS};
use tidegate::admin::{AdminError, SessionId};
use tidegate::time::Timestamp;

row! {
    /// A session as the list has it.
    #[derive(Serialize)]
    pub(crate) struct Row {
        pub id: String,
        pub person: Option<PersonId>,
        email: Option<String>,
        pub created_at: u64,
        pub ends_at: u64,
    }
}

row! {
    struct Found {
        digest: String,
        person: PersonId,
    }
}

/// Checks that a session is still there, also while a body is on its way. Other credentials are checked by themselves.
pub(crate) fn check(database: &Database, credential: &Credential, now: Timestamp) -> Result<(), AdminError> {
    match ends_at(database, credential)? {
        Some(ends_at) if now >= ends_at => Err(AdminError::NotSignedIn),
        _ => Ok(()),
    }
}

/// When the session ends; `None` for keys.
pub(crate) fn ends_at(database: &Database, credential: &Credential) -> Result<Option<Timestamp>, AdminError> {
    let (table, digest) = match credential {
        Credential::Session(digest) => ("sessions", digest),
        Credential::PersonSession(digest) => ("person_sessions", digest),
        Credential::OwnerKey | Credential::Key(_) | Credential::Proof(_) => return Ok(None),
    };
    let ends_at = database.number(&format!("SELECT ends_at AS number FROM {table} WHERE digest = ?"), key(digest))?;
    ends_at.map(|ends_at| Some(Timestamp::from_seconds(ends_at))).ok_or(AdminError::NotSignedIn)
}

/// Keeps a new session, and forgets those that have ended.
pub(crate) fn start(database: &Database, digest: &str, now: Timestamp) -> Result<(), AdminError> {
    forget(database, now)?;
    let values = vec![digest.into(), number(now.seconds()), number(end(now))];
    database.run("INSERT INTO sessions (digest, created_at, ends_at) VALUES (?, ?, ?)", values)
}

/// Keeps a new session of a person, and forgets those that have ended.
pub(crate) fn start_person(
    database: &Database,
    digest: &str,
    person: &PersonId,
    now: Timestamp,
) -> Result<(), AdminError> {
    forget(database, now)?;
    let values = vec![digest.into(), person.as_str().into(), number(now.seconds()), number(end(now))];
    database.run("INSERT INTO person_sessions (digest, person, created_at, ends_at) VALUES (?, ?, ?, ?)", values)
}

/// Forgets a session.
pub(crate) fn sign_out(database: &Database, credential: &Credential) -> Result<(), AdminError> {
    match credential {
        Credential::Session(digest) => database.run("DELETE FROM sessions WHERE digest = ?", key(digest)),
        Credential::PersonSession(digest) => database.run("DELETE FROM person_sessions WHERE digest = ?", key(digest)),
        Credential::OwnerKey | Credential::Key(_) | Credential::Proof(_) => Ok(()),
    }
}

/// Ends all sessions of a person.
pub(crate) fn end_all_of(database: &Database, person: &PersonId) -> Result<(), AdminError> {
    database.run("DELETE FROM person_sessions WHERE person = ?", vec![person.as_str().into()])
}

/// The credential of a session, and its person unless it was started with the owner key; `None` if there is no such session.
pub(crate) fn find(database: &Database, id: &SessionId) -> Result<Option<(Credential, Option<PersonId>)>, AdminError> {
    // The id is the beginning of the digest, and every hexadecimal digit sorts before `g`.
    let within = || vec![id.as_str().into(), format!("{}g", id.as_str()).into()];
    let of_person: Option<Found> =
        database.row("SELECT digest, person FROM person_sessions WHERE digest BETWEEN ? AND ?", within())?;
    if let Some(Found { digest, person }) = of_person {
        return Ok(Some((Credential::PersonSession(digest), Some(person))));
    }
    let sql = "SELECT digest, '0000000000000000' AS person FROM sessions WHERE digest BETWEEN ? AND ?";
    let of_owner: Option<Found> = database.row(sql, within())?;
    Ok(of_owner.map(|found| (Credential::Session(found.digest), None)))
}

/// Which sessions are listed.
pub(crate) struct Listed<'a> {
    /// One's own person.
    pub own: Option<&'a PersonId>,
    /// The sessions of these people.
    pub of: Visible,
    /// The sessions that were started with the owner key.
    pub of_owner_key: bool,
}

/// The sessions that are open now, the latest first: those behind `after`, as [`Row::cursor`] has it, and one more than `limit`.
pub(crate) fn page(
    database: &Database,
    listed: Listed<'_>,
    after: Option<(u64, &str)>,
    limit: u32,
    now: Timestamp,
) -> Result<(Vec<Row>, u64), AdminError> {
    let Visible { sql: visible, values } = listed.of;
    let own = Parameter::from(listed.own.map(|own| own.as_str()));
    let all = format!(
        "(SELECT substr(digest, 1, 16) AS id, person, email, s.created_at, s.ends_at FROM person_sessions AS s
            JOIN people ON people.id = s.person WHERE s.ends_at > ? AND (s.person = ? OR ({visible}))
        UNION ALL SELECT substr(digest, 1, 16), NULL, NULL, created_at, ends_at FROM sessions
            WHERE ends_at > ? AND ? = 1)"
    );
    let parameters = || {
        let mut parameters = vec![number(now.seconds()), own.clone()];
        parameters.extend(values.iter().cloned());
        parameters.extend([number(now.seconds()), number(listed.of_owner_key.into())]);
        parameters
    };
    let total = database.count(&all, parameters())?;
    let (at, id) = after.unwrap_or((u64::MAX, ""));
    let sql = format!(
        "SELECT id, person, email, created_at, ends_at FROM {all} WHERE (created_at, id) < (?, ?)
        ORDER BY created_at DESC, id DESC LIMIT ?"
    );
    let rows = database.rows(&sql, [parameters(), vec![bound(at), id.into(), limit_and_one(limit)]].concat())?;
    Ok((rows, total))
}

/// Notes that a sign-in has happened. A second one with the same id is refused.
pub(crate) fn use_login(database: &Database, login: &str, now: Timestamp) -> Result<(), AdminError> {
    let since = number(now.seconds().saturating_sub(LOGIN_SECONDS));
    database.run("DELETE FROM logins WHERE at < ?", vec![since])?;
    if database.count("logins WHERE id = ?", vec![login.into()])? > 0 {
        return Err(AdminError::NotSignedIn);
    }
    database.run("INSERT INTO logins (id, at) VALUES (?, ?)", vec![login.into(), number(now.seconds())])
}

/// Longer than a sign-in can take.
const LOGIN_SECONDS: u64 = 60 * 60;

fn forget(database: &Database, now: Timestamp) -> Result<(), AdminError> {
    for table in ["sessions", "person_sessions"] {
        database.run(&format!("DELETE FROM {table} WHERE ends_at <= ?"), vec![number(now.seconds())])?;
    }
    Ok(())
}

fn end(now: Timestamp) -> u64 {
    now.seconds().saturating_add(SESSION_SECONDS)
}

fn key(digest: &str) -> Vec<Parameter> {
    vec![digest.into()]
}

impl Row {
    /// Where the page behind it begins.
    pub fn cursor(&self) -> String {
        format!("{}:{}", self.created_at, self.id)
    }
}
