//! The parts of policies that are too long for one row. A part is stored once, however many versions list it.

use crate::database::{Database, row};
use tidegate::admin::AdminError;
use tidegate::policy::{MAX_WHOLE_BYTES, PartDigest, Parted};

row! {
    struct PartRow {
        text: String,
    }
}

/// What a version's row has of a policy: its text, or the head of its parts, which are kept here.
pub(crate) fn save(database: &Database, text: String) -> Result<String, AdminError> {
    if text.len() <= MAX_WHOLE_BYTES {
        return Ok(text);
    }
    let Parted { head, parts } = Parted::split(&text).map_err(|error| {
        AdminError::invalid(
            "documents",
            format!("compiled they cannot be kept in parts, an operation is too long: {error}"),
        )
    })?;
    for part in parts {
        let values = vec![part.digest.as_str().into(), part.text.into()];
        database.run("INSERT OR IGNORE INTO policy_parts (digest, text) VALUES (?, ?)", values)?;
    }
    Ok(head)
}

/// The text of a part; `None` where no version has listed it.
pub(crate) fn text(database: &Database, digest: &PartDigest) -> Result<Option<String>, AdminError> {
    let row = database.row("SELECT text FROM policy_parts WHERE digest = ?", vec![digest.as_str().into()])?;
    Ok(row.map(|row: PartRow| row.text))
}

/// A policy in one piece, by what a version's row has of it.
pub(crate) fn whole(database: &Database, stored: String) -> Result<String, AdminError> {
    if !Parted::is_head(&stored) {
        return Ok(stored);
    }
    let mut fault = None;
    let mut part = |digest: &PartDigest| {
        text(database, digest).unwrap_or_else(|error| {
            fault = Some(error);
            None
        })
    };
    let joined = Parted::join(&stored, &mut part);
    match fault {
        Some(error) => Err(error),
        None => joined.map_err(|error| AdminError::Registry(format!("a policy in parts: {error}"))),
    }
}

/// The parts that KV needs for what a version's row has of a policy.
pub(crate) fn listed(stored: &str) -> Result<Vec<PartDigest>, AdminError> {
    if !Parted::is_head(stored) {
        return Ok(Vec::new());
    }
    Parted::listed(stored, false).map_err(|error| AdminError::Registry(format!("a policy in parts: {error}")))
}
