//! From an owner's own OpenAPI documents to a policy. Compiling reports what it finds, and never guesses.

mod document;
mod owner;
mod report;
mod rules;
mod security;
mod settings;

pub use document::{Document, InvalidDocument};
pub use report::{Finding, Report};
pub use settings::{Scheme, Settings, WithoutSecurity};

use self::document::Described;
use super::policy::{Access, Operation, Policy, PolicyError, Template};
use super::record::Level;
use super::request::Method;

/// A policy, and what compiling it found.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// `None` where the report has errors.
    pub policy: Option<Policy>,
    /// What was found.
    pub report: Report,
}

/// Compiles documents into a policy without a revision yet (0). The order of the documents does not matter.
pub fn compile(documents: &[Document], settings: &Settings) -> Compiled {
    let mut report = Report::default();
    let mut operations = Vec::new();
    for document in documents {
        report.document(document, settings);
        for described in document.operations() {
            operations.extend(compile_operation(&described, settings, &mut report));
        }
    }
    rules::apply(&settings.rules, &mut operations, &mut report);
    report.crossings(&operations);
    let policy = Policy::new(0, operations, settings.owner_parameters.clone());
    let policy = policy.map(|policy| policy.with_descriptions(descriptions(documents)));
    let policy = policy.map_err(|error| report.errors.push(clash(error))).ok();
    if let Some(policy) = &policy {
        report.count(policy, documents, settings);
    }
    report.sort();
    Compiled { policy: policy.filter(|_| report.errors.is_empty()), report }
}

fn compile_operation(described: &Described<'_>, settings: &Settings, report: &mut Report) -> Option<Operation> {
    let method = Method::parse(&described.method.to_ascii_uppercase());
    let finding = |what: &str| Finding::new(described.document.title(), described.method, described.path, what);
    let path = match Template::parse(&described.full_path()) {
        Ok(path) => path,
        Err(error) => {
            report.errors.push(finding(&format!("the path template cannot be used: {error}")));
            return None;
        }
    };
    let owner = |level: Level| owner::parameters(described, &path, settings, level);
    let compiled = security::compile(described, settings, owner);
    report.errors.extend(compiled.errors.iter().map(|what| finding(what)));
    report.looks_like_owner.extend(owner::look_alikes(described, &path, settings).iter().map(|what| finding(what)));
    if described.security().is_none() {
        report.without_security.push(finding("no security"));
    } else if compiled.access == Access::AnyOf(Vec::new()) {
        report.unsatisfiable.push(finding("no alternative that a private integration may use"));
    }
    Some(Operation {
        path,
        method,
        access: compiled.access,
        id: described.operation.operation_id.clone(),
        summary: described.operation.summary.clone(),
        document: described.document.title().to_owned(),
    })
}

fn clash(error: PolicyError) -> Finding {
    let message = error.to_string();
    let PolicyError::Clash { document, method, other, .. } = error;
    Finding::new(&document, &method.to_lowercase(), &other, &message)
}

fn descriptions(documents: &[Document]) -> impl Iterator<Item = (&str, &str)> {
    documents.iter().flat_map(Document::scope_descriptions)
}
