//! The documents of each version of the policy: their operations as written, before settings. So a change of the settings or of one
//! document needs no other document. A text is stored once, however many versions have it.

use sha2::{Digest, Sha256};

use super::table;
use crate::database::{Database, bound, number, row};
use tidegate::admin::{AdminError, DocumentName, MAX_DOCUMENTS};
use tidegate::openapi::Document;

/// The longest part of a document's text, in bytes. A value in a Durable Object's SQLite has at most 2 MB.
const MAX_PART_BYTES: usize = 900_000;
/// The longest that the texts of one version may be together, in bytes: they are read at every change.
const MAX_TOTAL_BYTES: usize = 24 * 1024 * 1024;

/// A document of a version.
pub(crate) struct Described {
    pub name: DocumentName,
    /// Hex of its text's SHA-256.
    pub digest: String,
    /// How many operations it describes.
    pub operations: u64,
    pub document: Document,
}

row! {
    /// A document of a version, without its text.
    pub(crate) struct Kept {
        pub name: DocumentName,
        pub digest: String,
        pub operations: u64,
    }
}

row! {
    struct Part {
        text: String,
    }
}

impl Described {
    /// A document that was sent.
    pub fn new(name: DocumentName, document: Document) -> Self {
        let digest = hex::encode(Sha256::digest(document.to_json().as_bytes()));
        let operations = u64::try_from(document.operation_count()).unwrap_or(u64::MAX);
        Self { name, digest, operations, document }
    }

    /// Reads one that is kept.
    fn load(database: &Database, kept: Kept) -> Result<Self, AdminError> {
        let Kept { name, digest, operations } = kept;
        let sql = "SELECT text FROM documents WHERE digest = ? ORDER BY part";
        let parts: Vec<Part> = database.rows(sql, vec![digest.as_str().into()])?;
        let text: String = parts.iter().map(|part| part.text.as_str()).collect();
        let corrupt = |what: &str| AdminError::Registry(format!("document {digest}: {what}"));
        if hex::encode(Sha256::digest(text.as_bytes())) != digest {
            return Err(corrupt("its text is not the one that was kept"));
        }
        let document = Document::from_json(&text).map_err(|error| corrupt(&error.to_string()))?;
        Ok(Self { document: document.named(name.as_str()), name, digest, operations })
    }
}

/// The documents of a version, by name; `None` if they were not kept.
pub(crate) fn of(database: &Database, rev: u64) -> Result<Option<Vec<Kept>>, AdminError> {
    if !table::has_documents(database, rev)? {
        return Ok(None);
    }
    let sql = "SELECT name, digest, operations FROM policy_documents WHERE rev = ? ORDER BY name";
    database.rows(sql, vec![bound(rev)]).map(Some)
}

/// Reads documents that are kept.
pub(crate) fn load(database: &Database, kept: Vec<Kept>) -> Result<Vec<Described>, AdminError> {
    kept.into_iter().map(|kept| Described::load(database, kept)).collect()
}

/// Keeps the documents of a version.
pub(crate) fn save(database: &Database, rev: u64, documents: &[Described]) -> Result<(), AdminError> {
    if documents.len() > MAX_DOCUMENTS {
        return Err(AdminError::invalid("documents", format!("a policy has at most {MAX_DOCUMENTS} documents")));
    }
    let mut total = 0_usize;
    for Described { name, digest, operations, document } in documents {
        let text = document.to_json();
        total = total.saturating_add(text.len());
        if total > MAX_TOTAL_BYTES {
            let message = format!("what is kept of them takes over {MAX_TOTAL_BYTES} bytes");
            return Err(AdminError::invalid("documents", message));
        }
        save_text(database, digest, &text)?;
        let values = vec![number(rev), name.as_str().into(), digest.as_str().into(), number(*operations)];
        database.run("INSERT INTO policy_documents (rev, name, digest, operations) VALUES (?, ?, ?, ?)", values)?;
    }
    Ok(())
}

/// Keeps a text in parts, unless it is kept already.
fn save_text(database: &Database, digest: &str, text: &str) -> Result<(), AdminError> {
    if database.count("documents WHERE digest = ?", vec![digest.into()])? > 0 {
        return Ok(());
    }
    let (mut rest, mut part) = (text, 0_u64);
    while !rest.is_empty() {
        let (first, after) = rest.split_at_checked(rest.floor_char_boundary(MAX_PART_BYTES)).unwrap_or((rest, ""));
        let values = vec![digest.into(), number(part), first.into()];
        database.run("INSERT INTO documents (digest, part, text) VALUES (?, ?, ?)", values)?;
        (rest, part) = (after, part.saturating_add(1));
    }
    Ok(())
}
