//! Operations that cannot be expressed are excluded, so that they do not keep the others from being published.

use super::super::document::Document;
use super::super::exclude::Exclusion;
use super::super::glob::Glob;
use super::super::selection::Selection;
use super::super::settings::{MAX_SELECTIONS, Settings};
use super::Choosing;
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
        for error in report.errors.iter().filter(|error| !error.path.is_empty()) {
            let Some(selection) = selection(documents, error) else { continue };
            let is_known = settings.exclude.iter().any(|exclusion| exclusion.selection == selection);
            if !is_known && settings.exclude.len() < MAX_SELECTIONS {
                let reason = error.message.chars().take(MAX_REASON).collect();
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

/// What selects the operation, or the path, that an error is of.
fn selection(documents: &[Document], error: &Finding) -> Option<Selection> {
    let document = documents.iter().find(|document| document.title() == error.document);
    let described = document.into_iter().flat_map(Document::operations).find(|described| {
        described.operation.path == error.path && described.operation.method.eq_ignore_ascii_case(&error.method)
    });
    // An error of a path has no method.
    let method = if error.method.is_empty() { None } else { Some(Method::parse(&error.method.to_ascii_uppercase())) };
    let method = method.into_iter().collect();
    let path = match (&described, document) {
        (Some(described), _) => described.full_path(),
        (None, Some(document)) if error.method.is_empty() => document.full_path(&error.path),
        // The compiler names an operation that is described twice as the policy does.
        _ => error.path.clone(),
    };
    match Glob::of(&path) {
        Some(glob) => Some(Selection { method, path: Some(glob), ..Selection::default() }),
        None => {
            let operation_id = described?.operation.operation_id.clone()?;
            Some(Selection { operation_id: Some(operation_id), ..Selection::default() })
        }
    }
}
