//! From an owner's own OpenAPI documents to a policy. Compiling reports what it finds, and never guesses.

mod document;
mod owner;
mod report;
mod rules;
mod security;
mod settings;

pub use document::{Document, InvalidDocument, MAX_BYTES, yaml_to_json};
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

/// How many operations documents and rules may have together: some findings are of pairs of them.
const MOST_OPERATIONS: usize = 10_000;

/// Compiles documents into a policy without a revision yet (0). The order of the documents does not matter.
pub fn compile(documents: &[Document], settings: &Settings) -> Compiled {
    let mut report = Report::default();
    let mut operations = Vec::new();
    let mut count = settings.rules.len();
    for document in documents {
        count = count.saturating_add(document.operations().count());
        if count > MOST_OPERATIONS {
            let message = format!("with this document there are more than {MOST_OPERATIONS} operations");
            report.errors.push(Finding::new(document.title(), "", "", &message));
            return Compiled { policy: None, report };
        }
        report.document(document, settings);
        for described in document.operations() {
            operations.extend(compile_operation(&described, settings, &mut report));
        }
    }
    rules::apply(settings, &mut operations, &mut report);
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
    report
        .looks_like_owner
        .extend(owner::look_alikes(described, &path, settings, &compiled.access).iter().map(|what| finding(what)));
    match described.security() {
        None => report.without_security.push(finding(settings.without_security.meaning())),
        Some(security) if compiled.access == Access::AnyOf(Vec::new()) => {
            report.unsatisfiable.push(finding(&security::why_closed(security, settings)));
        }
        Some(_) => {}
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
    Finding::new(&document, &method.to_ascii_lowercase(), &other, &message)
}

fn descriptions(documents: &[Document]) -> impl Iterator<Item = (&str, &str)> {
    documents.iter().flat_map(Document::scope_descriptions)
}
