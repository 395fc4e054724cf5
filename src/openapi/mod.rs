//! From an owner's own OpenAPI documents to a policy. Compiling reports what it finds, and never guesses.

mod base_path;
mod compiler;
mod derive;
mod document;
mod draft;
mod event_types;
mod exclude;
mod glob;
mod groups;
mod init;
mod join;
mod limits;
mod matching;
mod notes;
mod owner;
mod path_key;
mod report;
mod router;
mod rule;
mod rules;
mod security;
mod selection;
mod settings;

pub use derive::{By, Derive, ScopeSettings, ScopeTemplate, When};
pub use document::{CorruptDocument, Document, InvalidDocument, MAX_BYTES, yaml_to_json};
pub use exclude::Exclusion;
pub use glob::{Glob, InvalidGlob};
pub use init::{Choice, Suggestion, init};
pub use report::{Finding, Kinds, Report, Unscoped};
pub use rule::{Change, Rule, Set};
pub use selection::Selection;
pub use settings::{
    BasePath, MAX_SELECTIONS, OwnerInBody, Router, Scheme, ScopesMean, Settings, WithoutScopes, WithoutSecurity,
};

use std::collections::{BTreeMap, BTreeSet};

use self::compiler::Compiler;
use self::derive::Deriving;
use self::document::{About, Fault};
use self::draft::{Draft, finished};
use self::exclude::{Exclusions, with_slash};
use self::owner::Places;
use self::rules::Ruled;
use self::security::Ways;
use super::json::Map;
use super::policy::{self, EventType, MAX_PATHS_BYTES, MAX_VERSION_BYTES, Operation, Policy, PolicyError};

/// A policy, and what compiling it found.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// `None` where the report has errors.
    pub policy: Option<Policy>,
    /// What was found.
    pub report: Report,
    /// The types of the API's own events; none where the documents have too many operations.
    pub event_types: Vec<EventType>,
}

/// How many operations documents and rules may have together: some findings are of pairs of them.
pub const MAX_OPERATIONS: usize = 20_000;
/// How many scopes, owners and alternatives all operations may have together. A document's security can stand for all of them.
pub const MAX_NEEDS: usize = 500_000;

/// What the report leaves free for the settings, with which it is kept, and for what is not in its lists.
const SETTINGS_BYTES: usize = 60_000;
/// What the list of a policy's parts takes at most.
const LIST_BYTES: usize = 200_000;

/// Compiles documents into a policy without a revision yet (0). The order of the documents does not matter.
pub fn compile(documents: &[Document], settings: &Settings) -> Compiled {
    let mut report = Report::default();
    let chosen = base_path::chosen(documents, settings, &mut report);
    let chosen: Vec<&Document> = chosen.iter().map(AsRef::as_ref).collect();
    let (operations, groups) = match compile_documents(&chosen, settings, &mut report) {
        Ok(compiled) => compiled,
        Err(too_much) => {
            report.errors = vec![too_much];
            return Compiled { policy: None, report, event_types: Vec::new() };
        }
    };
    let event_types = event_types::of(&chosen, settings, &mut report);
    let policy = Policy::new(0, operations, settings.owner_parameters.clone());
    let policy = policy.map(|policy| {
        let policy = policy.with_head(settings.head).with_cors(settings.cors.clone()).with_groups(groups);
        policy
            .with_descriptions(descriptions(documents))
            .with_documentation(documents.iter().filter_map(Document::documentation))
    });
    let policy = policy.map_err(|error| report.errors.push(clash(error))).ok();
    if let Some(policy) = &policy {
        report.count(policy, documents, settings);
        report.errors.extend(too_long_paths(policy));
    }
    report.unread_only.clear();
    // One that is longer is kept in parts, of which the report's row has the list.
    let kept = policy.as_ref().map(|policy| policy.to_json().len());
    let kept = kept.map(|length| if length > policy::MAX_WHOLE_BYTES { LIST_BYTES } else { length });
    let events = serde_json::to_string(&event_types).map_or(0, |text| text.len());
    let taken = [kept.unwrap_or_default(), SETTINGS_BYTES, events];
    report.sort(taken.into_iter().fold(MAX_VERSION_BYTES, usize::saturating_sub));
    Compiled { policy: policy.filter(|_| report.errors.is_empty()), report, event_types }
}

/// The operations of documents and rules, and what people call the groups of their scopes.
///
/// # Errors
/// Where they are more than is read.
fn compile_documents(
    documents: &[&Document],
    settings: &Settings,
    report: &mut Report,
) -> Result<(Vec<Operation>, Map<String>), Finding> {
    let (mut count, mut needs) = (settings.written().count(), 0_usize);
    let places: Vec<Places<'_>> = documents.iter().map(|document| Places::of(document, settings)).collect();
    let mut drafts = Vec::new();
    let mut choices = Choices {
        exclusions: Exclusions::of(&settings.exclude),
        ruled: Ruled::of(settings),
        deriving: settings.scopes.derive.as_ref().map(Deriving::of),
    };
    for (document, places) in documents.iter().zip(&places) {
        count = count.saturating_add(document.operation_count());
        let too_many =
            |what: String| Finding::new(document.title(), "", "", &format!("with this document there are {what}"));
        if count > MAX_OPERATIONS {
            return Err(too_many(format!("more than {MAX_OPERATIONS} operations")));
        }
        report.document(document, settings);
        let shared = document.security().map(|security| Ways::of(security, settings));
        let (mut excluded, mut ruled) = (BTreeSet::new(), BTreeMap::new());
        for described in document.operations() {
            if let Some(says_owner) = choices.ruled.says_owner(described) {
                ruled.insert((described.operation.path.as_str(), described.operation.method.as_str()), says_owner);
            }
            let compiler = Compiler { described, shared: shared.as_ref(), places, settings };
            match compiler.compile(&mut choices, &mut drafts, report) {
                Some(found) => needs = needs.saturating_add(found),
                None => _ = excluded.insert((described.operation.path.as_str(), described.operation.method.as_str())),
            }
            if needs > MAX_NEEDS {
                return Err(too_many(format!("more than {MAX_NEEDS} scopes, owners and alternatives")));
            }
        }
        let is_excluded = |note: &Fault| excluded.contains(&(note.path.as_str(), note.method.as_str()));
        notes::tell(document, settings, places, &is_excluded, report);
        for Fault { path, method, what, about } in document.faults() {
            let is_excluded = excluded.contains(&(path.as_str(), method.as_str()))
                || (!path.is_empty() && choices.exclusions.covers_path(&with_slash(&document.full_path(path))));
            // A rule in its place says what it needs; where its owner is, only if it says so.
            let is_mended = ruled
                .get(&(path.as_str(), method.as_str()))
                .is_some_and(|says_owner| *says_owner || *about == Some(About::Security));
            if !is_excluded && !is_mended {
                report.errors.push(Finding::new(document.title(), method, path, what));
            }
        }
    }
    report.limits.extend(unused_extension(documents, settings));
    rules::apply(settings, &mut drafts, &mut choices.exclusions, report);
    let written: Vec<_> = drafts.iter().map(Draft::written).collect();
    let (mut operations, groups) = finished(drafts, settings, report);
    operations.extend(choices.exclusions.finish(&operations, report));
    if let Some(deriving) = &choices.deriving {
        deriving.report(report);
    }
    router::apply(settings, &mut operations, report);
    limits::settle(&operations, report);
    let written = written.into_iter().chain(std::iter::repeat(None));
    let operations = join::apply(operations.into_iter().zip(written).collect(), report);
    report.overlaps(&operations);
    Ok((operations, groups))
}

/// What of the settings is noted while documents are compiled.
struct Choices<'a> {
    exclusions: Exclusions<'a>,
    ruled: Ruled,
    deriving: Option<Deriving<'a>>,
}

/// Where no operation has the extension that the settings name, it may stand elsewhere, or be called otherwise.
fn unused_extension(documents: &[&Document], settings: &Settings) -> Option<Finding> {
    let name = settings.scope_extension.as_deref()?;
    let has_it = documents.iter().any(|document| document.has_extension(name));
    let is_any = documents.iter().any(|document| document.operation_count() > 0);
    (is_any && !has_it).then(|| Finding::of_settings("scope_extension", &format!("no operation has {name}")))
}

/// An isolate could not hold them.
fn too_long_paths(policy: &Policy) -> Option<Finding> {
    let bytes = policy.paths_bytes();
    let message =
        format!("the paths of all operations have {bytes} bytes together, and a gate takes {MAX_PATHS_BYTES}");
    (bytes > MAX_PATHS_BYTES).then(|| Finding::new("", "", "", &message))
}

fn clash(error: PolicyError) -> Finding {
    let message = error.to_string();
    let PolicyError::Clash { document, method, other, .. } = error;
    Finding::new(&document, &method.to_ascii_lowercase(), &other, &message)
}

fn descriptions(documents: &[Document]) -> impl Iterator<Item = (&str, &str)> {
    documents.iter().flat_map(Document::scope_descriptions)
}
