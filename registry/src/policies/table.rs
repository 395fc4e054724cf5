//! Policies in SQLite. Every published version is kept.

use serde_json::{Value, json};

use super::parts;
use crate::database::{Database, bound, number, parsed, row};
use crate::paging::{cut, limit_and_one};
use tidegate::admin::{AdminError, Paging};
use tidegate::policy::{EventType, MAX_BYTES, MAX_VERSION_BYTES, OwnerNames, Policy};
use tidegate::time::Timestamp;

row! {
    struct Row {
        rev: u64,
        policy: String,
        settings: String,
        report: String,
        actor: String,
        published_at: u64,
    }
}

row! {
    struct VersionRow {
        rev: u64,
        published_at: u64,
        actor: String,
        counts: String,
        documents: Option<u64>,
    }
}

row! {
    struct TypesRow {
        types: Option<String>,
    }
}

row! {
    /// What KV is to have of a policy: its text, or the head of its parts.
    pub(crate) struct Compiled {
        pub rev: u64,
        pub policy: String,
    }
}

/// The columns that [`Row`] reads.
const COLUMNS: &str = "rev, policy, settings, report, actor, published_at";

/// A published policy.
pub(crate) struct Published {
    pub policy: Policy,
    pub settings: Value,
    pub report: Value,
    actor: String,
    published_at: Timestamp,
}

/// The policy that was published last.
pub(crate) fn latest(database: &Database) -> Result<Option<Published>, AdminError> {
    let sql = format!("SELECT {COLUMNS} FROM policies ORDER BY rev DESC LIMIT 1");
    let row: Option<Row> = database.row(&sql, vec![])?;
    row.map(|row| Published::load(database, row)).transpose()
}

/// What KV is to have of the policy that was published last.
pub(crate) fn compiled(database: &Database) -> Result<Option<Compiled>, AdminError> {
    database.row("SELECT rev, policy FROM policies ORDER BY rev DESC LIMIT 1", vec![])
}

/// The policy that was published as `rev`.
pub(crate) fn find(database: &Database, rev: u64) -> Result<Option<Published>, AdminError> {
    let row: Option<Row> = database.row(&format!("SELECT {COLUMNS} FROM policies WHERE rev = ?"), vec![bound(rev)])?;
    row.map(|row| Published::load(database, row)).transpose()
}

/// The revision of the policy in force; `None` before the first is published.
pub(crate) fn last_rev(database: &Database) -> Result<Option<u64>, AdminError> {
    database.number("SELECT max(rev) AS number FROM policies", vec![])
}

/// Whether any policy was published.
pub(crate) fn any(database: &Database) -> Result<bool, AdminError> {
    Ok(database.count("(SELECT 1 FROM policies LIMIT 1)", vec![])? > 0)
}

/// Whether the documents of the policy published as `rev` were kept.
pub(crate) fn has_documents(database: &Database, rev: u64) -> Result<bool, AdminError> {
    Ok(database.count("policies WHERE rev = ? AND documents IS NOT NULL", vec![bound(rev)])? > 0)
}

/// A page of those that were published, the latest first, as the admin API shows it.
pub(crate) fn versions(database: &Database, paging: Paging<u64>) -> Result<Value, AdminError> {
    let sql = "SELECT rev, published_at, actor, counts, documents FROM policies INDEXED BY policy_versions
        WHERE rev < ? ORDER BY rev DESC LIMIT ?";
    let values = vec![bound(paging.after.unwrap_or(u64::MAX)), limit_and_one(paging.limit)];
    let mut rows: Vec<VersionRow> = database.rows(sql, values)?;
    let more = cut(&mut rows, paging.limit);
    let cursor = rows.last().filter(|_| more).map(|row| row.rev.to_string());
    let versions = rows.into_iter().map(VersionRow::view).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "versions": versions, "cursor": cursor, "total": database.count("policies", vec![])? }))
}

/// The policy in force; before the first one is published, the [`empty`] one.
pub(crate) fn in_force(database: &Database) -> Result<Policy, AdminError> {
    match latest(database)? {
        Some(published) => Ok(published.policy),
        None => empty(),
    }
}

/// The types of the API's own events that the policy in force knows.
pub(crate) fn event_types(database: &Database) -> Result<Vec<EventType>, AdminError> {
    last_rev(database)?.map_or(Ok(Vec::new()), |rev| event_types_of(database, rev))
}

/// The types of the API's own events that the policy published as `rev` knows. A release before kept those of the settings alone.
pub(crate) fn event_types_of(database: &Database, rev: u64) -> Result<Vec<EventType>, AdminError> {
    let sql =
        "SELECT coalesce(event_types, json_extract(settings, '$.event_types')) AS types FROM policies WHERE rev = ?";
    let row: Option<TypesRow> = database.row(sql, vec![bound(rev)])?;
    row.and_then(|row| row.types).map_or(Ok(Vec::new()), |types| parsed("event types", &types))
}

/// The policy before the first one is published, which denies everything.
pub(crate) fn empty() -> Result<Policy, AdminError> {
    Policy::new(0, Vec::new(), OwnerNames::default()).map_err(|error| AdminError::Registry(error.to_string()))
}

/// What is kept of a policy, beside its documents.
pub(crate) struct New<'a> {
    pub policy: &'a Policy,
    pub settings: &'a Value,
    pub report: &'a Value,
    pub event_types: &'a [EventType],
    /// How many are kept with it; `None` if they are not.
    pub documents: Option<usize>,
    pub actor: &'a str,
}

/// Keeps a policy, and gives what KV is to have of it.
pub(crate) fn save(database: &Database, new: &New<'_>, now: Timestamp) -> Result<String, AdminError> {
    let New { policy, settings, report, event_types, documents, actor } = *new;
    let (text, settings, report) = (policy.to_json(), settings.to_string(), report.to_string());
    if text.len() > MAX_BYTES {
        let message = format!("compiled they take {} bytes, and {MAX_BYTES} can be kept", text.len());
        return Err(AdminError::invalid("documents", message));
    }
    let text = parts::save(database, text)?;
    let event_types = json!(event_types).to_string();
    let lengths = [text.len(), settings.len(), report.len(), event_types.len()];
    let version = lengths.into_iter().fold(0, usize::saturating_add);
    if version > MAX_VERSION_BYTES {
        let message = format!(
            "compiled, with settings and report, they take {version} bytes, and {MAX_VERSION_BYTES} can be kept"
        );
        return Err(AdminError::invalid("documents", message));
    }
    let values = vec![
        number(policy.rev()),
        text.as_str().into(),
        settings.into(),
        report.into(),
        actor.into(),
        number(now.seconds()),
        documents.and_then(|documents| u64::try_from(documents).ok()).map(number).into(),
        event_types.into(),
    ];
    let sql = "INSERT INTO policies (rev, policy, settings, report, actor, published_at, documents, event_types)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    database.run(sql, values)?;
    Ok(text)
}

impl Published {
    fn load(database: &Database, row: Row) -> Result<Self, AdminError> {
        let Row { rev, policy, settings, report, actor, published_at } = row;
        let corrupt = |error: &dyn ToString| AdminError::Registry(format!("policy {rev}: {}", error.to_string()));
        let policy = parts::whole(database, policy)?;
        Ok(Self {
            policy: Policy::from_json(&policy).map_err(|error| corrupt(&error))?,
            settings: serde_json::from_str(&settings).map_err(|error| corrupt(&error))?,
            report: serde_json::from_str(&report).map_err(|error| corrupt(&error))?,
            actor,
            published_at: Timestamp::from_seconds(published_at),
        })
    }

    /// As the admin API shows it, with its documents.
    pub fn view(&self, documents: &Option<Vec<Value>>) -> Value {
        json!({
            "rev": self.policy.rev(),
            "published_at": self.published_at.to_string(),
            "actor": self.actor,
            "settings": self.settings,
            "report": self.report,
            "documents": documents,
        })
    }
}

impl VersionRow {
    fn view(self) -> Result<Value, AdminError> {
        let Self { rev, published_at, actor, counts, documents } = self;
        let published_at = Timestamp::from_seconds(published_at).to_string();
        let counts: Value = serde_json::from_str(&counts).map_err(|error| AdminError::Registry(error.to_string()))?;
        let version = json!({ "rev": rev, "published_at": published_at, "actor": actor, "counts": counts, "documents": documents });
        Ok(version)
    }
}
