//! From an owner's own OpenAPI documents to a policy. Compiling reports what it finds, and never guesses.

mod document;
mod report;
mod security;
mod settings;

pub use document::{Document, InvalidDocument};
pub use report::{Finding, Report};
pub use settings::{Scheme, Settings, WithoutSecurity};

use super::policy::{InvalidTemplate, Operation, OwnerParameter, Place, Policy, PolicyError, Template};
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
        report.unmapped_schemes(document, settings);
        for described in document.operations() {
            operations.extend(compile_operation(&described, settings, &mut report));
        }
    }
    report.crossings(&operations);
    let policy = match Policy::new(0, operations, settings.owner_parameters.clone()) {
        Ok(policy) => Some(policy),
        Err(error) => {
            let message = error.to_string();
            let PolicyError::Clash { document, method, other, .. } = error;
            report.errors.push(Finding::new(&document, &method.to_lowercase(), &other, &message));
            None
        }
    };
    if let Some(policy) = &policy {
        report.count(policy);
    }
    report.sort();
    Compiled { policy: policy.filter(|_| report.errors.is_empty()), report }
}

fn compile_operation(
    described: &document::Described<'_>,
    settings: &Settings,
    report: &mut Report,
) -> Option<Operation> {
    let method = Method::parse(&described.method.to_ascii_uppercase());
    let finding = |what: &str| Finding::new(described.document.title(), described.method, described.path, what);
    let path = match Template::parse(&format!("{}{}", described.base_path, described.path)) {
        Ok(path) => path,
        Err(error) => {
            report.errors.push(finding(&template_error(error)));
            return None;
        }
    };
    let owner = |level: Level| owner_parameters(described, &path, settings, level);
    let compiled = security::compile(described, settings, owner);
    for what in compiled.errors {
        report.errors.push(finding(&what));
    }
    if described.security().is_none() {
        report.without_security.push(finding("no security"));
    } else if compiled.access.alternatives().is_empty() && compiled.access == security::NOBODY {
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

fn template_error(error: InvalidTemplate) -> String {
    format!("the path template cannot be used: {error}")
}

/// The places in which an operation names an owner of `level`: its declared parameters, and its template's.
fn owner_parameters(
    described: &document::Described<'_>,
    path: &Template,
    settings: &Settings,
    level: Level,
) -> Vec<OwnerParameter> {
    let names = settings.owner_parameters.of(level);
    // Names of header fields are case-insensitive (RFC 9110 section 5.1); all others are not.
    let is_owner = |name: &str, place| {
        let same = |owner: &str| owner == name || (place == Place::Header && owner.eq_ignore_ascii_case(name));
        names.iter().any(|owner| same(&owner.name))
    };
    let in_path = path.parameters().map(|name| (name.to_owned(), Place::Path));
    let declared = described.parameters().filter_map(|parameter| {
        let place = match parameter.place.as_str() {
            "query" => Place::Query,
            "header" => Place::Header,
            _ => return None,
        };
        Some((parameter.name.clone(), place))
    });
    let mut found: Vec<_> = in_path
        .chain(declared)
        .filter(|(name, place)| is_owner(name, *place))
        .map(|(name, place)| OwnerParameter { name, place })
        .collect();
    found.sort();
    found.dedup();
    found
}
