//! What compiling found, as data.

mod crossing;
mod open;
mod overlap;
mod sections;
mod text;

pub use open::{Kinds, Unscoped};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::settings::Settings;
use crate::core::policy::{Access, Operation, Policy};
use crate::core::record::Level;
use crate::core::request::{sort, sort_and_dedup, sorted};

/// What compiling found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// How many documents were read.
    pub documents: usize,
    /// All operations.
    pub operations: usize,
    /// Those that an agency's integration can reach.
    pub agency: usize,
    /// Those that a sub-account's integration can reach.
    pub sub_account: usize,
    /// Those open to anyone.
    pub public: usize,
    /// Those that no private integration can reach.
    pub closed: usize,
    /// How many scopes operations need.
    pub scopes: usize,
    /// How many operations any token of a level opens, whatever its scopes.
    pub unscoped: Unscoped,
    /// What stops the documents from being published.
    pub errors: Vec<Finding>,
    /// The operations that are open to anyone, without a token.
    pub without_token: Vec<Finding>,
    /// The operations that any token of some level opens, whatever its scopes.
    pub needs_no_scope: Vec<Finding>,
    /// The operations of sub-accounts at which no owner is compared.
    pub names_no_owner: Vec<Finding>,
    /// Owners that an operation declares in a body that the gate cannot read.
    pub unread_bodies: Vec<Finding>,
    /// The operations, by name, whose owner stands in such bodies only.
    #[serde(skip)]
    pub(super) unread_only: BTreeSet<String>,
    /// Pairs of templates of which one has a literal where the other has a parameter: the router tolerance judges a
    /// request as both where the parameter's value resembles the literal. Each stands at the one with the parameter.
    pub overlapping: Vec<Finding>,
    /// Operations that say nothing of security.
    pub without_security: Vec<Finding>,
    /// Operations that a document opens to anyone beside others (`{}`), which the gate does not.
    pub optional_security: Vec<Finding>,
    /// Operations that no private integration can reach.
    pub unsatisfiable: Vec<Finding>,
    /// Pairs of templates that both match some path. Each stands at the one that wins: with the leftmost literal.
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
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
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

    pub(super) fn of(operation: &Operation, message: &str) -> Self {
        let method = operation.method.as_str().to_ascii_lowercase();
        Self::new(&operation.document, &method, &operation.path.to_string(), message)
    }
}

impl Report {
    /// What can be said of a document before its operations are compiled.
    pub(super) fn document(&mut self, document: &Document, settings: &Settings) {
        self.errors.extend(document.faults().iter().map(|fault| super::fault(document, fault)));
        let used = sorted(document.requirements().flat_map(|requirement| requirement.keys()));
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

    pub(super) fn count(&mut self, policy: &Policy, documents: &[Document], settings: &Settings) {
        let reached = |level| policy.operations().iter().filter(|operation| operation.access.is_open_to(level)).count();
        self.documents = documents.len();
        self.operations = policy.operations().len();
        self.agency = reached(Level::Agency);
        self.sub_account = reached(Level::SubAccount);
        self.closed = policy.operations().iter().filter(|operation| is_closed(operation)).count();
        let public = policy.operations().iter().filter(|operation| operation.access == Access::Public);
        self.without_token = public.map(|operation| Finding::of(operation, "open to anyone")).collect();
        self.public = self.without_token.len();
        self.open_to_tokens(policy.operations());
        self.overlaps(policy.operations());
        let catalogue = policy.catalogue();
        self.scopes = catalogue.entries().len();
        let named =
            sorted(documents.iter().flat_map(|document| document.named_scopes(settings.scope_extension.as_deref())));
        let used = sorted(catalogue.entries().iter().map(|entry| entry.scope.as_str()));
        self.unused_scopes =
            named.into_iter().filter(|scope| used.binary_search(scope).is_err()).map(str::to_owned).collect();
    }

    /// Makes the report independent of the documents' order.
    pub(super) fn sort(&mut self) {
        for findings in [
            &mut self.errors,
            &mut self.without_token,
            &mut self.needs_no_scope,
            &mut self.names_no_owner,
            &mut self.unread_bodies,
            &mut self.looks_like_owner,
            &mut self.without_security,
            &mut self.optional_security,
            &mut self.unsatisfiable,
            &mut self.undeclared_schemes,
            &mut self.crossing,
            &mut self.overlapping,
            &mut self.replaced,
        ] {
            sort(findings);
        }
        sort_and_dedup(&mut self.unmapped_schemes);
    }
}

fn is_closed(operation: &Operation) -> bool {
    matches!(&operation.access, Access::AnyOf(alternatives) if alternatives.is_empty())
}
