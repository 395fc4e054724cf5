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
    pub(super) fn unmapped_schemes(&mut self, document: &Document, settings: &Settings) {
        let requirements = document.operations().filter_map(|described| described.security());
        let used: BTreeSet<_> = requirements.flatten().flat_map(|requirement| requirement.keys()).collect();
        let unmapped = used.into_iter().filter(|name| !settings.schemes.contains_key(*name));
        self.unmapped_schemes.extend(unmapped.cloned());
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

    pub(super) fn count(&mut self, policy: &Policy) {
        let reached = |level| policy.operations().iter().filter(|operation| is_open_to(operation, level)).count();
        self.operations = policy.operations().len();
        self.agency = reached(Level::Agency);
        self.sub_account = reached(Level::SubAccount);
        self.public = policy.operations().iter().filter(|operation| operation.access == Access::Public).count();
        self.scopes = policy.catalogue().entries().len();
    }

    /// Makes the report independent of the documents' order.
    pub(super) fn sort(&mut self) {
        for findings in [&mut self.errors, &mut self.without_security, &mut self.unsatisfiable, &mut self.crossing] {
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
