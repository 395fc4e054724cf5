//! Compiles the policy that a draft leads to, from the operations of the documents as written and from the settings.

use serde_json::{Value, json};

use super::documents::{self, Described, Kept};
use super::table::{self, Published};
use crate::database::Database;
use tidegate::admin::{AdminError, DocumentName, PolicyChange, PolicyDraft, WholePolicy};
use tidegate::openapi::{Compiled, Document, Settings, compile};
use tidegate::policy::{EventType, Policy};

/// A policy that could be published.
pub(crate) struct Candidate {
    /// `None` if the report has errors. It has no revision yet.
    pub policy: Option<Policy>,
    pub settings: Value,
    pub report: Value,
    pub event_types: Vec<EventType>,
    /// By name; `None` if they were not kept: in an earlier version, published before documents were.
    pub documents: Option<Vec<Described>>,
}

impl Candidate {
    /// What `draft` makes of the policy that was published last.
    pub fn of(database: &Database, latest: Option<&Published>, draft: PolicyDraft) -> Result<Self, AdminError> {
        match draft {
            PolicyDraft::Whole(whole) => {
                let WholePolicy { documents, settings } = *whole;
                let described = documents.into_iter().map(|(name, document)| Described::new(name, document));
                Ok(Self::compiled(described.collect(), &settings))
            }
            PolicyDraft::Change(change) => Self::changed(database, latest, *change),
            PolicyDraft::Earlier(rev) => Self::earlier(database, rev),
        }
    }

    fn compiled(mut described: Vec<Described>, settings: &Settings) -> Self {
        described.sort_by(|one, other| one.name.cmp(&other.name));
        // Moved out and back, since a document is long.
        let documents: Vec<Document> = described.iter_mut().map(|one| std::mem::take(&mut one.document)).collect();
        let Compiled { policy, report, event_types } = compile(&documents, settings);
        for (one, document) in described.iter_mut().zip(documents) {
            one.document = document;
        }
        Self { policy, settings: json!(settings), report: json!(report), event_types, documents: Some(described) }
    }

    fn changed(database: &Database, latest: Option<&Published>, change: PolicyChange) -> Result<Self, AdminError> {
        let (mut kept, settings) = match latest {
            None => (Vec::new(), Settings::default()),
            Some(published) => (present(database, published)?, read_settings(&published.settings)?),
        };
        let mut described = Vec::new();
        for (name, document) in change.documents {
            let known = kept.iter().position(|kept| kept.name == name).map(|at| kept.swap_remove(at));
            match (document, known) {
                (Some(document), _) => described.push(Described::new(name, document)),
                (None, Some(_)) => {}
                (None, None) => return Err(AdminError::NoDocument),
            }
        }
        described.extend(documents::load(database, kept)?);
        Ok(Self::compiled(described, &change.settings.unwrap_or(settings)))
    }

    fn earlier(database: &Database, rev: u64) -> Result<Self, AdminError> {
        let unknown = || AdminError::invalid("to", "no policy was published under this rev");
        let Published { policy, settings, report, .. } = table::find(database, rev)?.ok_or_else(unknown)?;
        match documents::of(database, rev)? {
            Some(kept) => Ok(Self::compiled(documents::load(database, kept)?, &read_settings(&settings)?)),
            None => {
                let event_types = table::event_types_of(database, rev)?;
                Ok(Self { policy: Some(policy), settings, report, event_types, documents: None })
            }
        }
    }

    /// Whether the policy that was published last is the same, `policy` having its revision.
    pub fn is_in_force(
        &self,
        latest: &Published,
        policy: &Policy,
        present: Option<&[Kept]>,
        event_types: &[EventType],
    ) -> bool {
        let same_documents = match (&self.documents, present) {
            (None, _) => true,
            (Some(documents), Some(present)) => {
                documents.len() == present.len() && documents.iter().all(|one| change_of(one, present) == UNCHANGED)
            }
            (Some(_), None) => false,
        };
        let same_events = event_types == self.event_types.as_slice();
        same_documents && same_events && latest.policy == *policy && latest.settings == self.settings
    }

    /// What becomes of each document, by name, as the admin API shows it; null if they were not kept.
    pub fn document_changes(&self, present: &[Kept]) -> Value {
        let Some(documents) = &self.documents else { return Value::Null };
        let entry = |name: &DocumentName, change: &str, operations: u64| {
            (name.as_str().to_owned(), json!({ "name": name, "change": change, "operations": operations }))
        };
        let stay = documents.iter().map(|one| entry(&one.name, change_of(one, present), one.operations));
        let gone = present.iter().filter(|kept| documents.iter().all(|one| one.name != kept.name));
        let mut changes: Vec<_> = stay.chain(gone.map(|kept| entry(&kept.name, "removed", kept.operations))).collect();
        changes.sort_by(|(one, _), (other, _)| one.cmp(other));
        changes.into_iter().map(|(_, change)| change).collect()
    }
}

/// Those that a publication changes, of [`Candidate::document_changes`].
pub(crate) fn without_unchanged(changes: &Value) -> Value {
    let Value::Array(changes) = changes else { return changes.clone() };
    changes.iter().filter(|change| change.get("change") != Some(&json!(UNCHANGED))).cloned().collect()
}

const UNCHANGED: &str = "unchanged";

fn change_of(document: &Described, present: &[Kept]) -> &'static str {
    match present.iter().find(|kept| kept.name == document.name) {
        None => "added",
        Some(kept) if kept.digest == document.digest => UNCHANGED,
        Some(_) => "replaced",
    }
}

/// The documents of the policy that was published last.
fn present(database: &Database, published: &Published) -> Result<Vec<Kept>, AdminError> {
    let rev = published.policy.rev();
    documents::of(database, rev)?.ok_or(AdminError::DocumentsNotKept(rev))
}

fn read_settings(settings: &Value) -> Result<Settings, AdminError> {
    serde_json::from_value(settings.clone()).map_err(|error| AdminError::Registry(format!("settings: {error}")))
}
