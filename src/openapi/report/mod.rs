//! What compiling found, as data.

mod crossing;
mod open;
mod sections;
mod text;

pub use open::{Kinds, Unscoped};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::settings::Settings;
use crate::order::{sort, sort_and_dedup, sorted};
use crate::policy::{Access, Operation, Policy};
use crate::record::Level;
use crate::scope::Scope;

/// How many findings of one kind are listed.
const MAX_LISTED: usize = 1_000;
/// How many bytes all findings may take together: the registry keeps reports, in values of at most 2 MB.
const MAX_LISTED_BYTES: usize = 1_200_000;
/// How many characters a message has at most: names in a document can be as long as the document.
const MAX_MESSAGE: usize = 1_000;

/// What compiling found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// How many types of events of the API's own there are.
    pub event_types: usize,
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
    /// Types of the API's own events that nobody hears of, or of which documents and settings say different things.
    pub events: Vec<Finding>,
    /// Operations whose place a rule takes.
    pub replaced: Vec<Finding>,
    /// What is read otherwise than it may be meant.
    pub limits: Vec<Finding>,
    /// Operations that are described more than once, in the same way.
    pub joined: Vec<Finding>,
    /// Operations that the settings deny to everyone, and why; and those that requests for one of them are judged as.
    pub excluded: Vec<Finding>,
    /// Operations of other than safe methods that count as reading, where scopes are derived.
    pub reading_by_name: Vec<Finding>,
    /// Derived scopes that stand for areas with different names.
    pub shared_areas: Vec<Finding>,
    /// How many findings more there are than the lists above hold, by the list's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, usize>,
}

/// Something found, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
            message: shortened(message),
        }
    }

    /// About how many bytes it takes as JSON.
    fn bytes(&self) -> usize {
        let texts = [&self.document, &self.path, &self.method, &self.message];
        texts.iter().map(|text| text.len()).fold(60, usize::saturating_add)
    }

    /// Of a place in the settings.
    pub(super) fn of_settings(place: &str, message: &str) -> Self {
        Self::new("settings", "", "", &format!("{place}: {message}"))
    }

    pub(super) fn of(operation: &Operation, message: &str) -> Self {
        let method = operation.method.as_str().to_ascii_lowercase();
        Self::new(&operation.document, &method, &operation.path.to_string(), message)
    }
}

fn shortened(message: &str) -> String {
    match message.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}

impl Report {
    /// What can be said of a document before its operations are compiled.
    pub(super) fn document(&mut self, document: &Document, settings: &Settings) {
        let used = sorted(document.requirements().flat_map(|requirement| requirement.keys()));
        for name in used {
            if !settings.schemes.contains_key(name) {
                self.unmapped_schemes.push(name.clone());
            }
            if !document.declares_scheme(name) {
                let message = if name.contains('#') || name.contains("://") {
                    format!(
                        "{name} looks like a URI of a scheme; one is followed within a document of OpenAPI 3.2 alone"
                    )
                } else {
                    format!("{name} is used and not declared")
                };
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
        self.open_to_tokens(policy);
        let named =
            sorted(documents.iter().flat_map(|document| document.named_scopes(settings.scope_extension.as_deref())));
        let alternatives = policy.operations().iter().flat_map(|operation| operation.access.alternatives());
        let used = sorted(alternatives.flat_map(|alternative| alternative.scopes.iter()).map(Scope::as_str));
        self.scopes = used.len();
        self.unused_scopes =
            named.into_iter().filter(|scope| used.binary_search(scope).is_err()).map(str::to_owned).collect();
    }

    /// Makes the report independent of the documents' order, and no longer than can be kept: its lists take `room` bytes at most.
    pub(super) fn sort(&mut self, room: usize) {
        let lists = [
            ("errors", &mut self.errors),
            ("without_token", &mut self.without_token),
            ("needs_no_scope", &mut self.needs_no_scope),
            ("names_no_owner", &mut self.names_no_owner),
            ("unread_bodies", &mut self.unread_bodies),
            ("looks_like_owner", &mut self.looks_like_owner),
            ("without_security", &mut self.without_security),
            ("optional_security", &mut self.optional_security),
            ("unsatisfiable", &mut self.unsatisfiable),
            ("undeclared_schemes", &mut self.undeclared_schemes),
            ("limits", &mut self.limits),
            ("joined", &mut self.joined),
            ("crossing", &mut self.crossing),
            ("overlapping", &mut self.overlapping),
            ("excluded", &mut self.excluded),
            ("reading_by_name", &mut self.reading_by_name),
            ("shared_areas", &mut self.shared_areas),
            ("events", &mut self.events),
            ("replaced", &mut self.replaced),
        ];
        let mut bytes_left = MAX_LISTED_BYTES.min(room);
        for (name, findings) in lists {
            sort(findings);
            let fits = |finding: &&Finding| match bytes_left.checked_sub(finding.bytes()) {
                Some(left) => {
                    bytes_left = left;
                    true
                }
                None => false,
            };
            let listed = findings.iter().take(MAX_LISTED).take_while(fits).count();
            let left_out = findings.len().saturating_sub(listed);
            if left_out > 0 {
                findings.truncate(listed);
                self.left_out.insert(name.to_owned(), left_out);
            }
        }
        sort_and_dedup(&mut self.unmapped_schemes);
    }
}

impl Report {
    /// How many findings there are in all of a list that holds `listed`.
    pub(super) fn total(&self, list: &str, listed: usize) -> usize {
        listed.saturating_add(self.left_out.get(list).copied().unwrap_or_default())
    }
}

fn is_closed(operation: &Operation) -> bool {
    matches!(&operation.access, Access::AnyOf(alternatives) if alternatives.is_empty())
}
