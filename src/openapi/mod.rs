//! From an owner's own OpenAPI documents to a policy. Compiling reports what it finds, and never guesses.

mod document;
mod owner;
mod report;
mod router;
mod rules;
mod security;
mod settings;

pub use document::{CorruptDocument, Document, InvalidDocument, MAX_BYTES, yaml_to_json};
pub use report::{Finding, Kinds, Report, Unscoped};
pub use settings::{OwnerInBody, Router, Scheme, Settings, WithoutScopes, WithoutSecurity};

use self::document::{Described, Fault};
use self::owner::Places;
use self::security::Ways;
use super::order::sort_and_dedup;
use super::policy::{self, Access, MAX_VERSION_BYTES, Operation, OwnerPlaces, Policy, PolicyError, Template};
use super::record::Level;
use super::request::Method;
use super::scope::ScopeSet;

/// A policy, and what compiling it found.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// `None` where the report has errors.
    pub policy: Option<Policy>,
    /// What was found.
    pub report: Report,
}

/// How many operations documents and rules may have together: some findings are of pairs of them.
pub const MAX_OPERATIONS: usize = 10_000;
/// How many scopes, owners and alternatives all operations may have together. A document's security can stand for all of them.
pub const MAX_NEEDS: usize = 500_000;

/// What the report leaves free for the settings, with which it is kept, and for what is not in its lists.
const SETTINGS_BYTES: usize = 60_000;

/// Compiles documents into a policy without a revision yet (0). The order of the documents does not matter.
pub fn compile(documents: &[Document], settings: &Settings) -> Compiled {
    let mut report = Report::default();
    let operations = match compile_documents(documents, settings, &mut report) {
        Ok(operations) => operations,
        Err(too_much) => {
            report.errors = vec![too_much];
            return Compiled { policy: None, report };
        }
    };
    let policy = Policy::new(0, operations, settings.owner_parameters.clone());
    let policy = policy.map(|policy| policy.with_head(settings.head).with_descriptions(descriptions(documents)));
    let policy = policy.map_err(|error| report.errors.push(clash(error))).ok();
    if let Some(policy) = &policy {
        report.count(policy, documents, settings);
    }
    report.unread_only.clear();
    // One that is too long is not kept, nor its report.
    let kept = policy.as_ref().map(|policy| policy.to_json().len()).filter(|length| *length <= policy::MAX_BYTES);
    report.sort(MAX_VERSION_BYTES.saturating_sub(kept.unwrap_or_default()).saturating_sub(SETTINGS_BYTES));
    Compiled { policy: policy.filter(|_| report.errors.is_empty()), report }
}

/// The operations of documents and rules.
///
/// # Errors
/// Where they are more than is read.
fn compile_documents(
    documents: &[Document],
    settings: &Settings,
    report: &mut Report,
) -> Result<Vec<Operation>, Finding> {
    let (mut count, mut needs) = (settings.rules.len(), 0_usize);
    let mut operations = Vec::new();
    for document in documents {
        count = count.saturating_add(document.operation_count());
        let too_many =
            |what: String| Finding::new(document.title(), "", "", &format!("with this document there are {what}"));
        if count > MAX_OPERATIONS {
            return Err(too_many(format!("more than {MAX_OPERATIONS} operations")));
        }
        report.document(document, settings);
        let shared = document.security().map(|security| Ways::of(security, settings));
        let places = Places::of(document, settings);
        for described in document.operations() {
            let compiler = Compiler { described, shared: shared.as_ref(), places: &places, settings };
            needs = needs.saturating_add(compiler.compile(&mut operations, report));
            if needs > MAX_NEEDS {
                return Err(too_many(format!("more than {MAX_NEEDS} scopes, owners and alternatives")));
            }
        }
    }
    rules::apply(settings, &mut operations, report);
    router::apply(settings, &mut operations, report);
    report.overlaps(&operations);
    Ok(operations)
}

/// Compiles one operation.
struct Compiler<'a> {
    described: Described<'a>,
    /// What the document says of security for all operations.
    shared: Option<&'a Ways>,
    places: &'a Places<'a>,
    settings: &'a Settings,
}

impl Compiler<'_> {
    /// Adds the operation, and tells how many scopes, owners and alternatives it has.
    fn compile(&self, operations: &mut Vec<Operation>, report: &mut Report) -> usize {
        let Self { described, settings, places, .. } = self;
        let path = match Template::parse(&described.full_path()) {
            Ok(path) => path,
            Err(error) => {
                report.errors.push(self.finding(&format!("the path template cannot be used: {error}")));
                return 0;
            }
        };
        let own = described.own_security().map(|security| Ways::of(security, settings));
        let ways = own.as_ref().or(self.shared);
        let extra = security::extension_scopes(described, settings).unwrap_or_else(|error| {
            report.errors.push(self.finding(&error));
            ScopeSet::default()
        });
        // Once, for all alternatives.
        let [agency, sub_account] =
            [Level::Agency, Level::SubAccount].map(|level| places.parameters(described, &path, level));
        let owner = |level: Level| match level {
            Level::Agency => agency.clone(),
            Level::SubAccount => sub_account.clone(),
        };
        let security::Compiled { access, closed, needs } = security::compile(ways, &extra, settings, owner);
        if !extra.is_empty() && !matches!(access, Access::AnyOf(_)) {
            let what = format!("it lists scopes ({extra}), and has no security that they could belong to");
            report.errors.push(self.finding(&what));
        }
        let errors = ways.map_or(&[][..], |ways| ways.errors.as_slice()).iter().chain(places.faults(described));
        report.errors.extend(errors.map(|what| self.finding(what)));
        let look_alikes = places.look_alikes(described, &path, &access);
        report.looks_like_owner.extend(look_alikes.iter().map(|what| self.finding(what)));
        self.report_access(ways, &access, closed, report);
        let mut owner: Vec<_> = match access {
            Access::AnyOf(_) => Vec::new(),
            Access::Public | Access::Authenticated => {
                [Level::Agency, Level::SubAccount].into_iter().flat_map(owner).collect()
            }
        };
        sort_and_dedup(&mut owner);
        let operation = self.operation(path, access, owner.into());
        report.unread_bodies.extend(places.unread(described, &operation).map(|what| self.finding(what)));
        if places.is_unread(described, &operation) {
            report.unread_only.insert(operation.name());
        }
        operations.push(operation);
        needs
    }

    fn report_access(&self, ways: Option<&Ways>, access: &Access, closed: bool, report: &mut Report) {
        let is_closed = *access == Access::AnyOf(Vec::new());
        match ways {
            None => report.without_security.push(self.finding(self.settings.without_security.meaning())),
            Some(_) if is_closed && closed => report.unsatisfiable.push(self.finding(CLOSED)),
            Some(ways) if is_closed => report.unsatisfiable.push(self.finding(&ways.obstacles)),
            Some(_) => {}
        }
        if ways.is_some_and(|ways| ways.lets_anyone_in) {
            report.optional_security.push(self.finding(OPTIONAL));
        }
    }

    fn operation(&self, path: Template, access: Access, owner: OwnerPlaces) -> Operation {
        let document::OperationObject { method, operation_id, summary, .. } = self.described.operation;
        Operation {
            path,
            method: Method::parse(&method.to_ascii_uppercase()),
            access,
            owner,
            is_routed_exactly: false,
            // As long as it is not settled who compares an owner there.
            is_multipart_unchecked: self.described.takes_multipart(),
            id: operation_id.clone(),
            summary: summary.clone(),
            document: self.described.document.title().to_owned(),
        }
    }

    fn finding(&self, what: &str) -> Finding {
        let document::OperationObject { method, path, .. } = self.described.operation;
        Finding::new(self.described.document.title(), method, path, what)
    }
}

/// What is said of an operation that the settings close, as it needs no scope.
const CLOSED: &str = "it needs no scope, and without_scopes in the settings is deny";

/// What is said of an operation one of whose alternatives asks for nothing.
const OPTIONAL: &str = "the document lets anyone in ({}); the gate does not";

fn fault(document: &Document, Fault { path, method, what }: &Fault) -> Finding {
    Finding::new(document.title(), method, path, what)
}

fn clash(error: PolicyError) -> Finding {
    let message = error.to_string();
    let PolicyError::Clash { document, method, other, .. } = error;
    Finding::new(&document, &method.to_ascii_lowercase(), &other, &message)
}

fn descriptions(documents: &[Document]) -> impl Iterator<Item = (&str, &str)> {
    documents.iter().flat_map(Document::scope_descriptions)
}
