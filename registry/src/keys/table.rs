//! Automation keys in SQLite, without their text. A deleted key stays as a name for the audit trail.

use serde_json::{Value, json};

use crate::database::{Database, number, parsed, row};
use crate::events::called::Told;
use crate::members::with;
use crate::paging::{cut, limit_and_one};
use crate::rev::Rev;
use crate::storage::Parameter;
use tidegate::access::{Actor, Grantable, Holding, Identity, KeyId, Permissions, Place, Reach};
use tidegate::admin::{AdminError, Name, Paging, Stored};
use tidegate::rotation::{LiveToken, Rotation};
use tidegate::time::Timestamp;
use tidegate::token::{PresentedKey, TokenHash};

const COLUMNS: &str = "id, name, permissions, grantable, expires_at, rev, last_n, n, hash, made_at, outgoing_n, \
    outgoing_hash, outgoing_made_at, outgoing_until, created_at, created_by, updated_at, last_used_at";

/// A key's last use is written at most once in this many seconds.
const USE_SECONDS: u64 = 10 * 60;

row! {
    struct Row {
        id: KeyId,
        name: Stored<Name>,
        permissions: String,
        grantable: Option<String>,
        expires_at: u64,
        rev: Rev,
        last_n: u32,
        n: u32,
        hash: TokenHash,
        made_at: u64,
        outgoing_n: Option<u32>,
        outgoing_hash: Option<TokenHash>,
        outgoing_made_at: Option<u64>,
        outgoing_until: Option<u64>,
        created_at: u64,
        created_by: String,
        updated_at: u64,
        last_used_at: Option<u64>,
    }
}

row! {
    struct Named {
        id: String,
        name: String,
    }
}

/// An automation key.
#[derive(Clone)]
pub(crate) struct Key {
    pub id: KeyId,
    pub name: Name,
    pub permissions: Permissions,
    pub grantable: Option<Grantable>,
    pub expires_at: Timestamp,
    pub rev: Rev,
    pub last_n: u32,
    pub tokens: Rotation,
    /// When the current one was made, and the outgoing one.
    pub made_at: (Timestamp, Option<Timestamp>),
    pub created_at: Timestamp,
    pub created_by: String,
    pub updated_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// Who holds this key, if it lives.
pub(crate) fn establish(database: &Database, presented: &PresentedKey, now: Timestamp) -> Result<Actor, AdminError> {
    let key = find(database, &presented.id)?.ok_or(AdminError::WrongKey)?;
    if key.tokens.find(&presented.hash, now).is_none() || now >= key.expires_at {
        return Err(AdminError::WrongKey);
    }
    let Key { id, permissions, grantable, expires_at, .. } = key;
    Ok(Actor { identity: Identity::Key(id), permissions, grantable, ends_at: Some(expires_at) })
}

/// Notes that a key was used.
pub(crate) fn note_use(database: &Database, id: &KeyId, now: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE automation_keys SET last_used_at = ? WHERE id = ? AND coalesce(last_used_at, 0) <= ?";
    let since = now.before(USE_SECONDS);
    database.run(sql, vec![number(now.seconds()), id.as_str().into(), number(since.seconds())])
}

/// The key with this id.
pub(crate) fn find(database: &Database, id: &KeyId) -> Result<Option<Key>, AdminError> {
    let sql = format!("SELECT {COLUMNS} FROM automation_keys WHERE id = ? AND gone_at IS NULL");
    let row: Option<Row> = database.row(&sql, vec![id.as_str().into()])?;
    row.map(Key::try_from).transpose()
}

/// A page of the keys all of whose places are within `reach`, by id; a cursor, and how many there are.
pub(crate) fn page(
    database: &Database,
    paging: &Paging<String>,
    reach: &Reach,
) -> Result<(Vec<Key>, Option<String>, u64), AdminError> {
    let ids = json!(reach.sub_accounts).to_string();
    let within = "gone_at IS NULL AND NOT EXISTS (SELECT 1 FROM json_each(permissions) WHERE NOT CASE
        WHEN value ->> 'place' = 'agency' THEN ? = 1
        WHEN value ->> 'place' = 'sub_accounts' THEN ? = 1
        ELSE ? = 1 OR substr(value ->> 'place', 13) IN (SELECT value FROM json_each(?)) END)";
    let every = number(reach.every_sub_account.into());
    let values = || vec![number(reach.agency.into()), every.clone(), every.clone(), ids.as_str().into()];
    let total = database.count(&format!("automation_keys WHERE {within}"), values())?;
    let after = paging.after.as_deref().unwrap_or_default();
    let sql = format!("SELECT {COLUMNS} FROM automation_keys WHERE {within} AND id > ? ORDER BY id LIMIT ?");
    let parameters = [values(), vec![after.into(), limit_and_one(paging.limit)]].concat();
    let mut rows: Vec<Row> = database.rows(&sql, parameters)?;
    let more = cut(&mut rows, paging.limit);
    let cursor = rows.last().filter(|_| more).map(|last| Paging::cursor_behind(last.id.as_str()));
    Ok((rows.into_iter().map(Key::try_from).collect::<Result<_, _>>()?, cursor, total))
}

/// The names of some keys, deleted ones too, given as a JSON list of ids.
pub(crate) fn names(database: &Database, ids: &str) -> Result<Vec<(String, String)>, AdminError> {
    let sql = "SELECT id, name FROM automation_keys WHERE id IN (SELECT value FROM json_each(?))";
    let rows: Vec<Named> = database.rows(sql, vec![ids.into()])?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Writes a key, new or changed.
pub(crate) fn save(database: &Database, key: &Key) -> Result<(), AdminError> {
    let sql =
        "INSERT INTO automation_keys (id, name, permissions, grantable, expires_at, rev, last_n, n, hash, made_at,
        outgoing_n, outgoing_hash, outgoing_made_at, outgoing_until, created_at, created_by, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, permissions = excluded.permissions,
        grantable = excluded.grantable, expires_at = excluded.expires_at, rev = excluded.rev, last_n = excluded.last_n,
        n = excluded.n, hash = excluded.hash, made_at = excluded.made_at, outgoing_n = excluded.outgoing_n,
        outgoing_hash = excluded.outgoing_hash, outgoing_made_at = excluded.outgoing_made_at,
        outgoing_until = excluded.outgoing_until, updated_at = excluded.updated_at";
    let current = key.tokens.current();
    let outgoing = key.tokens.outgoing();
    let hash = |token: &LiveToken| Parameter::from(String::from(token.hash));
    let values = vec![
        key.id.as_str().into(),
        key.name.as_str().into(),
        json!(key.permissions).to_string().into(),
        key.grantable.as_ref().map(|grantable| json!(grantable).to_string()).into(),
        number(key.expires_at.seconds()),
        number(key.rev.0),
        number(key.last_n.into()),
        number(current.n.into()),
        hash(current),
        number(key.made_at.0.seconds()),
        outgoing.map(|(token, _)| token.n.into()).map(number).into(),
        outgoing.map(|(token, _)| hash(token)).into(),
        outgoing.and(key.made_at.1).map(Timestamp::seconds).map(number).into(),
        outgoing.map(|(_, until)| until.seconds()).map(number).into(),
        number(key.created_at.seconds()),
        key.created_by.as_str().into(),
        number(key.updated_at.seconds()),
    ];
    database.run(sql, values)
}

/// Marks a key as deleted.
pub(crate) fn delete(database: &Database, id: &KeyId, now: Timestamp) -> Result<(), AdminError> {
    let values = vec![number(now.seconds()), id.as_str().into()];
    database.run("UPDATE automation_keys SET gone_at = ? WHERE id = ?", values)
}

impl Key {
    /// Where it belongs.
    pub fn home(&self) -> Vec<Place> {
        self.permissions.places()
    }

    /// What it has.
    pub fn holding<'a>(&'a self, home: &'a [Place]) -> Holding<'a> {
        Holding { home, permissions: &self.permissions, grantable: self.grantable.as_ref() }
    }

    /// As the admin API shows it at `now` to somebody who may know so much of who made it.
    pub fn view(&self, now: Timestamp, maker: Option<&Told>) -> Value {
        let tokens = self.tokens.clone().at(now);
        let token = |token: &LiveToken, role: &str, made: Timestamp, until: Option<Timestamp>| {
            let view = json!({ "n": token.n, "use": role, "created_at": made.to_string() });
            with(view, until.map(|until| ("expires_at", until.to_string().into())))
        };
        let mut views = vec![token(tokens.current(), "current", self.made_at.0, None)];
        if let Some((outgoing, until)) = tokens.outgoing() {
            views.push(token(outgoing, "outgoing", self.made_at.1.unwrap_or(self.made_at.0), Some(until)));
        }
        json!({
            "id": self.id, "rev": self.rev, "name": self.name, "permissions": self.permissions,
            "grantable": self.grantable, "expires_at": self.expires_at.to_string(),
            "state": if now >= self.expires_at { "expired" } else if views.len() > 1 { "rotating" } else { "steady" },
            "tokens": views, "created_at": self.created_at.to_string(), "created_by": maker.map(|maker| &maker.actor),
            "updated_at": self.updated_at.to_string(), "last_used_at": self.last_used_at.map(|at| at.to_string()),
        })
    }
}

impl TryFrom<Row> for Key {
    type Error = AdminError;

    fn try_from(row: Row) -> Result<Self, AdminError> {
        let current = LiveToken { n: row.n, hash: row.hash };
        let tokens = match (row.outgoing_n, row.outgoing_hash, row.outgoing_until) {
            (Some(n), Some(hash), Some(until)) => Rotation::Rotating {
                outgoing: LiveToken { n, hash },
                until: Timestamp::from_seconds(until),
                incoming: current,
            },
            _ => Rotation::Steady(current),
        };
        Ok(Self {
            id: row.id,
            name: row.name.0,
            permissions: parsed("permissions", &row.permissions)?,
            grantable: row.grantable.as_deref().map(|text| parsed("grantable", text)).transpose()?,
            expires_at: Timestamp::from_seconds(row.expires_at),
            rev: row.rev,
            last_n: row.last_n,
            tokens,
            made_at: (Timestamp::from_seconds(row.made_at), row.outgoing_made_at.map(Timestamp::from_seconds)),
            created_at: Timestamp::from_seconds(row.created_at),
            created_by: row.created_by,
            updated_at: Timestamp::from_seconds(row.updated_at),
            last_used_at: row.last_used_at.map(Timestamp::from_seconds),
        })
    }
}
