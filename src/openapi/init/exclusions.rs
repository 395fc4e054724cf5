//! Operations that cannot be expressed are excluded, so that they do not keep the others from being published.

use super::super::document::Document;
use super::super::exclude::{Exclusion, with_slash};
use super::super::glob::Glob;
use super::super::selection::{Candidate, Selection};
use super::super::settings::{MAX_SELECTIONS, Settings};
use super::{Choosing, operations};
use crate::openapi::{Compiled, Finding, compile};
use crate::request::Method;

/// How many times what is left is compiled once more: an error can hide another one.
const MAX_ROUNDS: usize = 4;
/// How many characters of an error are told as a reason.
const MAX_REASON: usize = 200;

/// Excludes the operations whose errors stop the documents.
pub(super) fn add(documents: &[Document], settings: &mut Settings, choosing: &mut Choosing<'_>) {
    let known = settings.exclude.len();
    for _ in 0..MAX_ROUNDS {
        let Compiled { report, .. } = compile(documents, settings);
        let before = settings.exclude.len();
        let is_of_path = |error: &&Finding| !(error.path.is_empty() && error.method.is_empty());
        for error in report.errors.iter().filter(is_of_path) {
            let Some((selection, is_wider)) = selection(documents, error) else { continue };
            let is_known = settings.exclude.iter().any(|exclusion| exclusion.selection == selection);
            if !is_known && settings.exclude.len() < MAX_SELECTIONS {
                let wider = if is_wider { format!("for {:?}, beside others: ", error.path) } else { String::new() };
                let reason = format!("{wider}{}", error.message).chars().take(MAX_REASON).collect();
                settings.exclude.push(Exclusion { selection, reason: Some(reason) });
            }
        }
        if settings.exclude.len() == before {
            break;
        }
    }
    if settings.exclude.len() > known {
        choosing
            .tell("exclude", format!("{} entries: what the policy cannot express is denied", settings.exclude.len()));
    }
}

/// What selects the operation, or the path, that an error is of, and whether it selects others too.
fn selection(documents: &[Document], error: &Finding) -> Option<(Selection, bool)> {
    let document = documents.iter().find(|document| document.title() == error.document);
    let described = document.into_iter().flat_map(Document::operations).find(|described| {
        described.operation.path == error.path && described.operation.method.eq_ignore_ascii_case(&error.method)
    });
    // An error of a path has no method.
    let method = if error.method.is_empty() { None } else { Some(Method::parse(&error.method.to_ascii_uppercase())) };
    let path = match (&described, document) {
        (Some(described), _) => described.full_path(),
        (None, Some(document)) if error.method.is_empty() => document.full_path(&error.path),
        // The compiler names an operation that is described twice as the policy does.
        _ => error.path.clone(),
    };
    let by_glob = Glob::of(&with_slash(&path)).map(|glob| {
        let is_exact = Glob::parse(&path).as_ref() == Ok(&glob) && !path.contains('*');
        let selection = Selection { method: method.into_iter().collect(), path: Some(glob), ..Selection::default() };
        let is_wider = !is_exact && selects_another(documents, &selection, &error.path);
        (selection, is_wider)
    });
    let operation_id = described.and_then(|described| described.operation.operation_id.clone());
    match (by_glob, operation_id) {
        (None | Some((_, true)), Some(id)) => {
            Some((Selection { operation_id: Some(id), ..Selection::default() }, false))
        }
        (by_glob, _) => by_glob,
    }
}

/// Whether a selection is for an operation of another path than this.
fn selects_another(documents: &[Document], selection: &Selection, path: &str) -> bool {
    operations(documents).filter(|described| described.operation.path != path).any(|described| {
        let (path, method) = (described.full_path(), described.operation.method.to_ascii_uppercase());
        selection.is_of(Candidate::of(described, &path, &method))
    })
}
