//! What compiling found, as data.

use std::collections::BTreeSet;

use serde::Serialize;

use super::document::Document;
use super::settings::Settings;
use crate::core::policy::{Access, Operation, Policy};
use crate::core::record::Level;

/// What compiling found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// All operations.
    pub operations: usize,
    /// Those that an agency's integration can reach.
    pub agency: usize,
    /// Those that a sub-account's integration can reach.
    pub sub_account: usize,
    /// Those open to anyone.
    pub public: usize,
    /// How many scopes operations need.
    pub scopes: usize,
    /// What stops the documents from being published.
    pub errors: Vec<Finding>,
    /// Operations that say nothing of security.
    pub without_security: Vec<Finding>,
    /// Operations that no private integration can reach.
    pub unsatisfiable: Vec<Finding>,
    /// Pairs of templates that both match some path; the one with the leftmost literal segment wins.
    pub crossing: Vec<Finding>,
    /// Security schemes that the settings do not map.
    pub unmapped_schemes: Vec<String>,
    /// Security schemes that a document uses and does not declare.
    pub undeclared_schemes: Vec<Finding>,
    /// Scopes that documents name, and that open nothing to a private integration.
    pub unused_scopes: Vec<String>,
    /// Parameters that look as if they named an owner, and are not declared to.
    pub looks_like_owner: Vec<Finding>,
    /// Operations whose place a rule takes.
    pub replaced: Vec<Finding>,
}

/// Something found, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The document's title.
    pub document: String,
    /// The path template.
    pub path: String,
    /// The method, in lower case as documents have it.
    pub method: String,
    /// What was found.
    pub message: String,
}

impl Finding {
    pub(super) fn new(document: &str, method: &str, path: &str, message: &str) -> Self {
        Self {
            document: document.to_owned(),
            path: path.to_owned(),
            method: method.to_owned(),
            message: message.to_owned(),
        }
    }
}

impl Report {
    /// What can be said of a document before its operations are compiled.
    pub(super) fn document(&mut self, document: &Document, settings: &Settings) {
        for (path, reference) in document.references_to_path_items() {
            let message = format!("its path item stands elsewhere ({reference}), and is not followed");
            self.errors.push(Finding::new(document.title(), "", path, &message));
        }
        let requirements = document.operations().filter_map(|described| described.security());
        let used: BTreeSet<&String> = requirements.flatten().flat_map(|requirement| requirement.keys()).collect();
        for name in used {
            if !settings.schemes.contains_key(name) {
                self.unmapped_schemes.push(name.clone());
            }
            if !document.declares_scheme(name) {
                let message = format!("{name} is used and not declared");
                self.undeclared_schemes.push(Finding::new(document.title(), "", "", &message));
            }
        }
    }

    pub(super) fn crossings(&mut self, operations: &[Operation]) {
        for (index, operation) in operations.iter().enumerate() {
            for other in operations.iter().skip(index.saturating_add(1)) {
                if operation.method == other.method && operation.path.crosses(&other.path) {
                    let message = format!("some paths match {} as well", other.path);
                    let (method, path) = (operation.method.as_str().to_lowercase(), operation.path.to_string());
                    self.crossing.push(Finding::new(&operation.document, &method, &path, &message));
                }
            }
        }
    }

    pub(super) fn count(&mut self, policy: &Policy, documents: &[Document], settings: &Settings) {
        let reached = |level| policy.operations().iter().filter(|operation| is_open_to(operation, level)).count();
        self.operations = policy.operations().len();
        self.agency = reached(Level::Agency);
        self.sub_account = reached(Level::SubAccount);
        self.public = policy.operations().iter().filter(|operation| operation.access == Access::Public).count();
        let catalogue = policy.catalogue();
        self.scopes = catalogue.entries().len();
        let named: BTreeSet<_> = documents.iter().flat_map(|document| document.named_scopes(settings)).collect();
        let is_used = |name: &&str| catalogue.entries().iter().any(|entry| entry.scope.as_str() == *name);
        self.unused_scopes = named.into_iter().filter(|name| !is_used(name)).map(str::to_owned).collect();
    }

    /// Makes the report independent of the documents' order.
    pub(super) fn sort(&mut self) {
        let problems = [&mut self.errors, &mut self.undeclared_schemes, &mut self.looks_like_owner];
        let states = [&mut self.without_security, &mut self.unsatisfiable, &mut self.crossing, &mut self.replaced];
        for findings in problems.into_iter().chain(states) {
            findings.sort();
        }
        self.unmapped_schemes.sort();
        self.unmapped_schemes.dedup();
    }
}

fn is_open_to(operation: &Operation, level: Level) -> bool {
    match &operation.access {
        Access::Public | Access::Authenticated => true,
        Access::AnyOf(alternatives) => alternatives.iter().any(|alternative| alternative.level == level),
    }
}
