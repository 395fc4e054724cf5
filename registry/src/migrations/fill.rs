//! What migrations write that SQL cannot compute.

use crate::database::{Database, number, row};
use tidegate::admin::{AdminError, searchable};
use tidegate::feed::KEPT_SECONDS;
use tidegate::text::folded;
use tidegate::time::Timestamp;

row! {
    struct TextRow {
        id: String,
        name: String,
        description: String,
        owner_id: String,
    }
}

row! {
    struct NameRow {
        id: String,
        name: String,
    }
}

/// Recent changes enter the feed as well, since KV may not serve them everywhere yet.
pub(super) fn feed_recent(database: &Database, now: Timestamp) -> Result<(), AdminError> {
    let now = now.seconds();
    let sql = "INSERT INTO feed (key, rev, seq, told_at)
        SELECT 'i:' || id, rev, (SELECT count(*) FROM feed) + row_number() OVER (ORDER BY updated_at, id), ?
        FROM integrations WHERE updated_at > ? AND 'i:' || id NOT IN (SELECT key FROM feed)";
    database.run(sql, vec![number(now), number(now.saturating_sub(KEPT_SECONDS))])?;
    database.run("UPDATE feed_state SET seq = (SELECT count(*) FROM feed)", vec![])
}

pub(super) fn count_from_now(database: &Database, now: Timestamp) -> Result<(), AdminError> {
    database.run("UPDATE integrations SET counted_since = ?", vec![number(now.seconds())])
}

pub(super) fn fold_names(database: &Database, _: Timestamp) -> Result<(), AdminError> {
    let integrations: Vec<TextRow> =
        database.rows("SELECT id, name, description, owner_id FROM integrations WHERE gone_at IS NULL", vec![])?;
    for TextRow { id, name, description, owner_id } in integrations {
        let values =
            vec![folded(&name).into(), searchable(&name, &description, &id, &owner_id).into(), id.as_str().into()];
        database.run("UPDATE integrations SET folded_name = ?, folded_text = ? WHERE id = ?", values)?;
    }
    let sub_accounts: Vec<NameRow> = database.rows("SELECT id, name FROM sub_accounts", vec![])?;
    for NameRow { id, name } in sub_accounts {
        database.run("UPDATE sub_accounts SET folded_name = ? WHERE id = ?", vec![folded(&name).into(), id.into()])?;
    }
    Ok(())
}

pub(super) fn fold_texts(database: &Database, now: Timestamp) -> Result<(), AdminError> {
    fold_names(database, now)?;
    let sub_accounts: Vec<NameRow> = database.rows("SELECT id, name FROM sub_accounts", vec![])?;
    for NameRow { id, name } in sub_accounts {
        let values = vec![searchable(&name, "", &id, "").into(), id.into()];
        database.run("UPDATE sub_accounts SET folded_text = ? WHERE id = ?", values)?;
    }
    Ok(())
}
