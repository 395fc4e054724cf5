//! People in SQLite.

use serde_json::{Value, json};

use crate::database::{Database, number, parsed, row};
use crate::events::called::Told;
use crate::members::with;
use crate::paging::{cut, limit_and_one};
use crate::rev::Rev;
use crate::storage::Parameter;
use tidegate::access::{Email, Membership, PersonId, Proof, Reach, Role};
use tidegate::admin::{AdminError, ListPeople, Name, Paging, Stored};
use tidegate::record::OwnerId;
use tidegate::text::folded;
use tidegate::time::Timestamp;

const COLUMNS: &str = "id, email, name, role, accounts, permissions, grantable, issuer, subject, people.rev, \
    people.created_at, created_by, updated_at, last_sign_in_at";

row! {
    struct Row {
        id: PersonId,
        email: String,
        name: Option<Stored<Name>>,
        role: Role,
        accounts: String,
        permissions: String,
        grantable: Option<String>,
        issuer: Option<String>,
        subject: Option<String>,
        rev: Rev,
        created_at: u64,
        created_by: String,
        updated_at: u64,
        last_sign_in_at: Option<u64>,
    }
}

row! {
    struct Named {
        id: String,
        email: String,
    }
}

/// A person.
#[derive(Clone)]
pub(crate) struct Person {
    pub id: PersonId,
    pub email: String,
    pub name: Option<String>,
    pub membership: Membership,
    /// The account of the identity provider that they signed in with first: its issuer and subject.
    pub bound: Option<(String, String)>,
    pub rev: Rev,
    pub created_at: Timestamp,
    pub created_by: String,
    pub updated_at: Timestamp,
    pub last_sign_in_at: Option<Timestamp>,
}

/// A condition on `people`, and the values of its question marks: those whose home lies within a reach.
pub(crate) struct Visible {
    pub sql: String,
    pub values: Vec<Parameter>,
}

/// A page of people.
pub(crate) struct Page {
    pub people: Vec<Person>,
    pub cursor: Option<String>,
    pub total: u64,
}

impl Visible {
    /// People whose home is within `reach`.
    pub fn to(reach: &Reach) -> Self {
        let agency = if reach.agency { "role NOT LIKE 'account%'" } else { "0" };
        let (accounts, values) = if reach.every_sub_account {
            ("role LIKE 'account%'", vec![])
        } else if reach.sub_accounts.is_empty() {
            ("0", vec![])
        } else {
            let ids = serde_json::to_string(&reach.sub_accounts).unwrap_or_default();
            let sql = "(role LIKE 'account%' AND NOT EXISTS (SELECT 1 FROM json_each(accounts)
                WHERE value NOT IN (SELECT value FROM json_each(?))))";
            (sql, vec![ids.into()])
        };
        Self { sql: format!("({agency} OR {accounts})"), values }
    }
}

/// A page of those within `reach`, by address.
pub(crate) fn page(database: &Database, list: &ListPeople, reach: &Reach) -> Result<Page, AdminError> {
    let Visible { mut sql, mut values } = Visible::to(reach);
    if let Some(text) = &list.text {
        sql.push_str(" AND (instr(folded_email, ?) > 0 OR instr(folded_name, ?) > 0)");
        values.extend([text.as_str().into(), text.as_str().into()]);
    }
    let total = database.count(&format!("people WHERE {sql}"), values.clone())?;
    let after = list.paging.after.as_deref().unwrap_or_default();
    let statement =
        format!("SELECT {COLUMNS} FROM people WHERE {sql} AND folded_email > ? ORDER BY folded_email LIMIT ?");
    values.extend([after.into(), limit_and_one(list.paging.limit)]);
    let mut rows: Vec<Row> = database.rows(&statement, values)?;
    let more = cut(&mut rows, list.paging.limit);
    let cursor = rows.last().filter(|_| more).map(|last| Paging::cursor_behind(&folded(&last.email)));
    let people = rows.into_iter().map(Person::try_from).collect::<Result<_, _>>()?;
    Ok(Page { people, cursor, total })
}

/// The person with this id.
pub(crate) fn find(database: &Database, id: &PersonId) -> Result<Option<Person>, AdminError> {
    one(database, "id = ?", vec![id.as_str().into()])
}

/// The person with this address.
pub(crate) fn find_by_email(database: &Database, email: &Email) -> Result<Option<Person>, AdminError> {
    one(database, "folded_email = ?", vec![email.folded().into()])
}

/// The person who is bound to this account of the identity provider.
pub(crate) fn find_by_account(database: &Database, proof: &Proof) -> Result<Option<Person>, AdminError> {
    let values = vec![proof.issuer.as_str().into(), proof.subject.as_str().into()];
    one(database, "issuer = ? AND subject = ?", values)
}

/// The addresses of some people, given as a JSON list of ids.
pub(crate) fn emails(database: &Database, ids: &str) -> Result<Vec<(String, String)>, AdminError> {
    let sql = "SELECT id, email FROM people WHERE id IN (SELECT value FROM json_each(?))";
    let rows: Vec<Named> = database.rows(sql, vec![ids.into()])?;
    Ok(rows.into_iter().map(|row| (row.id, row.email)).collect())
}

/// How many owners there are.
pub(crate) fn count_owners(database: &Database) -> Result<u64, AdminError> {
    database.count("people WHERE role = 'owner'", vec![])
}

/// Adds a person. The address must be new.
pub(crate) fn add(
    database: &Database,
    (id, email, name): (PersonId, &Email, Option<Name>),
    membership: Membership,
    actor: &str,
    now: Timestamp,
) -> Result<Person, AdminError> {
    if find_by_email(database, email)?.is_some() {
        return Err(AdminError::Exists("email"));
    }
    let person = Person {
        id,
        email: email.as_str().to_owned(),
        name: name.map(String::from),
        membership,
        bound: None,
        rev: Rev(1),
        created_at: now,
        created_by: actor.to_owned(),
        updated_at: now,
        last_sign_in_at: None,
    };
    let sql =
        "INSERT INTO people (id, email, folded_email, name, folded_name, role, accounts, permissions, grantable, rev,
        created_at, created_by, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let mut values: Vec<Parameter> = vec![person.id.as_str().into(), email.as_str().into(), email.folded().into()];
    values.extend(person.changing()?);
    values.extend([number(now.seconds()), actor.into(), number(now.seconds())]);
    database.run(sql, values)?;
    Ok(person)
}

/// Writes a change.
pub(crate) fn save(database: &Database, person: &Person) -> Result<(), AdminError> {
    let sql = "UPDATE people SET name = ?, folded_name = ?, role = ?, accounts = ?, permissions = ?, grantable = ?,
        rev = ?, updated_at = ?, issuer = ?, subject = ? WHERE id = ?";
    let mut values = person.changing()?;
    let (issuer, subject) = match &person.bound {
        Some((issuer, subject)) => (issuer.as_str().into(), subject.as_str().into()),
        None => (Parameter::Null, Parameter::Null),
    };
    values.extend([number(person.updated_at.seconds()), issuer, subject, person.id.as_str().into()]);
    database.run(sql, values)
}

/// Notes a sign-in.
pub(crate) fn signed_in(database: &Database, id: &PersonId, now: Timestamp) -> Result<(), AdminError> {
    let values = vec![number(now.seconds()), id.as_str().into()];
    database.run("UPDATE people SET last_sign_in_at = ? WHERE id = ?", values)
}

/// Removes a person.
pub(crate) fn remove(database: &Database, id: &PersonId) -> Result<(), AdminError> {
    database.run("DELETE FROM people WHERE id = ?", vec![id.as_str().into()])
}

fn one(database: &Database, condition: &str, values: Vec<Parameter>) -> Result<Option<Person>, AdminError> {
    let row: Option<Row> = database.row(&format!("SELECT {COLUMNS} FROM people WHERE {condition}"), values)?;
    row.map(Person::try_from).transpose()
}

impl Person {
    /// As the admin API shows them to somebody who may know so much of who added them.
    pub fn view(&self, maker: Option<&Told>) -> Value {
        let more = [
            ("rev", json!(self.rev)),
            ("permissions", json!(self.membership.permissions())),
            ("grantable", json!(self.membership.grantable())),
            ("bound", json!(self.bound.is_some())),
            ("created_at", json!(self.created_at.to_string())),
            ("created_by", json!(maker.map(|maker| &maker.actor))),
            ("updated_at", json!(self.updated_at.to_string())),
            ("last_sign_in_at", json!(self.last_sign_in_at.map(|at| at.to_string()))),
        ];
        with(self.summary(), more)
    }

    /// Who they are.
    pub fn summary(&self) -> Value {
        let Self { id, email, name, membership, .. } = self;
        json!({
            "id": id, "email": email, "name": name, "role": membership.role(), "accounts": membership.accounts(),
        })
    }

    /// The columns from `name` to `rev`.
    fn changing(&self) -> Result<Vec<Parameter>, AdminError> {
        let text = |value: &Value| value.to_string().into();
        let membership = &self.membership;
        let name = self.name.as_deref();
        Ok(vec![
            name.into(),
            name.map(folded).unwrap_or_default().into(),
            membership.role().as_str().into(),
            text(&json!(membership.accounts())),
            text(&json!(membership.permissions())),
            membership.grantable().map(|grantable| text(&json!(grantable))).into(),
            number(self.rev.0),
        ])
    }
}

impl TryFrom<Row> for Person {
    type Error = AdminError;

    fn try_from(row: Row) -> Result<Self, AdminError> {
        let accounts: Vec<OwnerId> = parsed("accounts", &row.accounts)?;
        let permissions = parsed("permissions", &row.permissions)?;
        let grantable = row.grantable.as_deref().map(|text| parsed("grantable", text)).transpose()?;
        let membership = Membership::new(row.role, accounts, Some(permissions), grantable);
        let membership = membership.map_err(|error| AdminError::Registry(format!("person {}: {error}", row.id)))?;
        Ok(Self {
            id: row.id,
            email: row.email,
            name: row.name.map(|Stored(name)| name.into()),
            membership,
            bound: row.issuer.zip(row.subject),
            rev: row.rev,
            created_at: Timestamp::from_seconds(row.created_at),
            created_by: row.created_by,
            updated_at: Timestamp::from_seconds(row.updated_at),
            last_sign_in_at: row.last_sign_in_at.map(Timestamp::from_seconds),
        })
    }
}
