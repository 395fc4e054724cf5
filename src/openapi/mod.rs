//! From an owner's own OpenAPI documents to a policy. Compiling reports what it finds, and never guesses.

mod base_path;
mod derive;
mod document;
mod event_types;
mod exclude;
mod glob;
mod groups;
mod init;
mod join;
mod limits;
mod matching;
mod owner;
mod report;
mod router;
mod rule;
mod rules;
mod security;
mod selection;
mod settings;

pub use derive::{By, Derive, ScopeSettings, ScopeTemplate, When};
pub use document::{CorruptDocument, Document, InvalidDocument, MAX_BYTES, yaml_to_json};
pub use exclude::Exclusion;
pub use glob::{Glob, InvalidGlob};
pub use init::{Choice, Suggestion, init};
pub use report::{Finding, Kinds, Report, Unscoped};
pub use rule::{Change, Rule, Set};
pub use selection::Selection;
pub use settings::{
    BasePath, MAX_SELECTIONS, OwnerInBody, Router, Scheme, ScopesMean, Settings, WithoutScopes, WithoutSecurity,
};

use std::collections::BTreeSet;

use self::derive::Deriving;
use self::document::{Described, Fault};
use self::exclude::Exclusions;
use self::groups::Groups;
use self::owner::Places;
use self::security::Ways;
use self::selection::Candidate;
use super::json::Map;
use super::order::sort_and_dedup;
use super::policy::{
    self, Access, EventType, InvalidTemplate, MAX_VERSION_BYTES, Operation, OwnerPlaces, Policy, PolicyError, Template,
};
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
    /// The types of the API's own events; none where the documents have too many operations.
    pub event_types: Vec<EventType>,
}

/// How many operations documents and rules may have together: some findings are of pairs of them.
pub const MAX_OPERATIONS: usize = 20_000;
/// How many scopes, owners and alternatives all operations may have together. A document's security can stand for all of them.
pub const MAX_NEEDS: usize = 500_000;

/// How many characters of a summary a policy keeps: its catalogue repeats it for each scope.
const MAX_SUMMARY: usize = 1_000;
/// What the report leaves free for the settings, with which it is kept, and for what is not in its lists.
const SETTINGS_BYTES: usize = 60_000;
/// What the list of a policy's parts takes at most.
const LIST_BYTES: usize = 200_000;

/// Compiles documents into a policy without a revision yet (0). The order of the documents does not matter.
pub fn compile(documents: &[Document], settings: &Settings) -> Compiled {
    let mut report = Report::default();
    let chosen = base_path::chosen(documents, settings, &mut report);
    let chosen: Vec<&Document> = chosen.iter().map(AsRef::as_ref).collect();
    let (operations, groups) = match compile_documents(&chosen, settings, &mut report) {
        Ok(compiled) => compiled,
        Err(too_much) => {
            report.errors = vec![too_much];
            return Compiled { policy: None, report, event_types: Vec::new() };
        }
    };
    let event_types = event_types::of(&chosen, settings, &mut report);
    let policy = Policy::new(0, operations, settings.owner_parameters.clone());
    let policy = policy.map(|policy| {
        let policy = policy.with_head(settings.head).with_cors(settings.cors.clone()).with_groups(groups);
        policy
            .with_descriptions(descriptions(documents))
            .with_documentation(documents.iter().filter_map(Document::documentation))
    });
    let policy = policy.map_err(|error| report.errors.push(clash(error))).ok();
    if let Some(policy) = &policy {
        report.count(policy, documents, settings);
    }
    report.unread_only.clear();
    // One that is longer is kept in parts, of which the report's row has the list.
    let kept = policy.as_ref().map(|policy| policy.to_json().len());
    let kept = kept.map(|length| if length > policy::MAX_WHOLE_BYTES { LIST_BYTES } else { length });
    let events = serde_json::to_string(&event_types).map_or(0, |text| text.len());
    let taken = [kept.unwrap_or_default(), SETTINGS_BYTES, events];
    report.sort(taken.into_iter().fold(MAX_VERSION_BYTES, usize::saturating_sub));
    Compiled { policy: policy.filter(|_| report.errors.is_empty()), report, event_types }
}

/// The operations of documents and rules, and what people call the groups of their scopes.
///
/// # Errors
/// Where they are more than is read.
fn compile_documents(
    documents: &[&Document],
    settings: &Settings,
    report: &mut Report,
) -> Result<(Vec<Operation>, Map<String>), Finding> {
    let (mut count, mut needs) = (settings.written().count(), 0_usize);
    let places: Vec<Places<'_>> = documents.iter().map(|document| Places::of(document, settings)).collect();
    let mut drafts = Vec::new();
    let mut choices = Choices {
        exclusions: Exclusions::of(&settings.exclude),
        deriving: settings.scopes.derive.as_ref().map(Deriving::of),
    };
    for (document, places) in documents.iter().zip(&places) {
        count = count.saturating_add(document.operation_count());
        let too_many =
            |what: String| Finding::new(document.title(), "", "", &format!("with this document there are {what}"));
        if count > MAX_OPERATIONS {
            return Err(too_many(format!("more than {MAX_OPERATIONS} operations")));
        }
        report.document(document, settings);
        let shared = document.security().map(|security| Ways::of(security, settings));
        let mut excluded = BTreeSet::new();
        for described in document.operations() {
            let compiler = Compiler { described, shared: shared.as_ref(), places, settings };
            match compiler.compile(&mut choices, &mut drafts, report) {
                Some(found) => needs = needs.saturating_add(found),
                None => _ = excluded.insert((described.operation.path.as_str(), described.operation.method.as_str())),
            }
            if needs > MAX_NEEDS {
                return Err(too_many(format!("more than {MAX_NEEDS} scopes, owners and alternatives")));
            }
        }
        for Fault { path, method, what } in document.notes() {
            if !excluded.contains(&(path.as_str(), method.as_str())) {
                report.limits.push(Finding::new(document.title(), method, path, what));
            }
        }
        for Fault { path, method, what } in document.faults() {
            let is_excluded = excluded.contains(&(path.as_str(), method.as_str()))
                || (!path.is_empty() && choices.exclusions.covers_path(&document.full_path(path)));
            if !is_excluded {
                report.errors.push(Finding::new(document.title(), method, path, what));
            }
        }
    }
    rules::apply(settings, &mut drafts, &mut choices.exclusions, report);
    let written: Vec<_> = drafts.iter().map(Draft::written).collect();
    let (mut operations, groups) = finished(drafts, settings, report);
    operations.extend(choices.exclusions.finish(&operations, report));
    if let Some(deriving) = &choices.deriving {
        deriving.report(report);
    }
    router::apply(settings, &mut operations, report);
    limits::settle(&operations, report);
    let written = written.into_iter().chain(std::iter::repeat(None));
    let operations = join::apply(operations.into_iter().zip(written).collect(), report);
    report.overlaps(&operations);
    Ok((operations, groups))
}

/// What of the settings is noted while documents are compiled.
struct Choices<'a> {
    exclusions: Exclusions<'a>,
    deriving: Option<Deriving<'a>>,
}

/// An operation on its way from a document, or a rule, to the policy.
struct Draft<'a> {
    operation: Operation,
    /// `None` where a rule wrote it.
    source: Option<Source<'a>>,
    /// Whether a rule says what it needs.
    is_decided: bool,
    /// Whether a rule set anything of it.
    is_set: bool,
}

/// Where a draft comes from.
struct Source<'a> {
    described: Described<'a>,
    places: &'a Places<'a>,
    /// Why no private integration can reach it, by its document.
    obstacle: Option<Obstacle>,
}

enum Obstacle {
    NoSecurity,
    Unsatisfiable(String),
}

impl Draft<'_> {
    fn tags(&self) -> &[String] {
        self.source.as_ref().map_or(&[], |source| source.described.operation.tags.as_slice())
    }

    /// Its path as the document writes it, where that is not its template.
    fn written(&self) -> Option<String> {
        let written = self.source.as_ref()?.described.full_path();
        (written != self.operation.path.as_str()).then_some(written)
    }
}

/// The operations, once the rules have had their say, what there is to say of them, and the titles of their scopes' groups.
fn finished(drafts: Vec<Draft<'_>>, settings: &Settings, report: &mut Report) -> (Vec<Operation>, Map<String>) {
    let (mut operations, mut groups) = (Vec::with_capacity(drafts.len()), Groups::default());
    for Draft { mut operation, source, is_decided, is_set } in drafts {
        let access = std::mem::replace(&mut operation.access, Access::AnyOf(Vec::new()));
        let (access, closed) =
            if is_decided { (access, false) } else { security::without_scopes(access, settings.without_scopes) };
        operation.access = access;
        if let Some(Source { described, places, obstacle }) = source {
            let finding = |what: &str| described.finding(what);
            let is_closed = operation.access == Access::AnyOf(Vec::new());
            match obstacle {
                Some(Obstacle::NoSecurity) if !is_set => {
                    report.without_security.push(finding(settings.without_security.meaning()));
                }
                _ if is_closed && closed => report.unsatisfiable.push(finding(CLOSED)),
                Some(Obstacle::Unsatisfiable(what)) if is_closed => report.unsatisfiable.push(finding(&what)),
                _ => {}
            }
            let look_alikes = places.look_alikes(&described, &operation.path, &operation.access);
            report.looks_like_owner.extend(look_alikes.iter().map(|what| finding(what)));
            groups.add(&operation, described);
        }
        operations.push(operation);
    }
    (operations, groups.titles())
}

/// Compiles one operation.
struct Compiler<'a, 'w> {
    described: Described<'a>,
    /// What the document says of security for all operations.
    shared: Option<&'w Ways>,
    places: &'a Places<'a>,
    settings: &'a Settings,
}

impl<'a> Compiler<'a, '_> {
    /// Adds the operation, and tells how many scopes, owners and alternatives it has; `None` where the settings deny it.
    fn compile(&self, choices: &mut Choices<'_>, drafts: &mut Vec<Draft<'a>>, report: &mut Report) -> Option<usize> {
        let Self { described, settings, places, .. } = self;
        let written = described.full_path();
        let method = described.operation.method.to_ascii_uppercase();
        // What stands for several segments the settings say.
        let template = Template::parse(limits::path_alone(&written)).map(Template::without_rest);
        // As the document writes it, and without a query or a fragment, as the policy has it.
        let plain = template.as_ref().map_or_else(|_| written.clone(), ToString::to_string);
        let mut reason = |path: &str| choices.exclusions.reason(Candidate::of(*described, path, &method));
        if let Some(reason) = reason(&written).or_else(|| reason(&plain)) {
            self.exclude(&reason, written, template, choices, report);
            return None;
        }
        let path = match template {
            Ok(path) => path,
            Err(error) => {
                let message = format!("the path template cannot be used: {error}; exclude leaves the operation out");
                report.errors.push(self.finding(&message));
                return Some(0);
            }
        };
        report.limits.extend(limits::notes(described, &written, settings).iter().map(|what| self.finding(what)));
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
        let security::Compiled { access, needs } = security::compile(ways, &extra, settings, owner);
        if !extra.is_empty() && !matches!(access, Access::AnyOf(_)) {
            let what = format!("it lists scopes ({extra}), and has no security that they could belong to");
            report.errors.push(self.finding(&what));
        }
        let errors = ways.map_or(&[][..], |ways| ways.errors.as_slice()).iter().chain(places.faults(described));
        report.errors.extend(errors.map(|what| self.finding(what)));
        if ways.is_some_and(|ways| ways.lets_anyone_in) {
            report.optional_security.push(self.finding(OPTIONAL));
        }
        let obstacle = obstacle(ways, &access);
        let access = match &mut choices.deriving {
            Some(deriving) => {
                let derived = deriving.apply(described, &written, &Method::parse(&method), access, owner, report);
                derived.unwrap_or_else(|(field, what)| {
                    report.errors.push(self.finding(&format!("{field} in the settings makes {what}")));
                    Access::AnyOf(Vec::new())
                })
            }
            None => access,
        };
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
        let source = Some(Source { described: *described, places: self.places, obstacle });
        drafts.push(Draft { operation, source, is_decided: false, is_set: false });
        Some(needs)
    }

    /// Denies an operation to everyone.
    fn exclude(
        &self,
        reason: &str,
        written: String,
        template: Result<Template, InvalidTemplate>,
        choices: &mut Choices<'_>,
        report: &mut Report,
    ) {
        let closed = |path: Template| self.operation(path, Access::AnyOf(Vec::new()), OwnerPlaces::default());
        match template {
            // The path is that of another operation too, which stays.
            Ok(_) if limits::path_alone(&written) != written => report.excluded.push(self.finding(reason)),
            Ok(path) => {
                report.excluded.push(self.finding(reason));
                choices.exclusions.close(closed(path));
            }
            Err(error) => {
                let error = format!("the path template cannot be used: {error}");
                let what = if reason.contains(&error) { error } else { format!("{reason}; {error}") };
                report.excluded.push(self.finding(&what));
                let method = &self.described.operation.method;
                choices.exclusions.leave_out(Method::parse(&method.to_ascii_uppercase()), written);
            }
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
            takes_encoded: false,
            // As long as it is not settled who compares an owner there.
            is_multipart_unchecked: self.described.takes_multipart(),
            id: operation_id.clone(),
            summary: summary.as_ref().map(|summary| summary.chars().take(MAX_SUMMARY).collect()),
            document: self.described.document.title().to_owned(),
        }
    }

    fn finding(&self, what: &str) -> Finding {
        self.described.finding(what)
    }
}

impl Described<'_> {
    fn finding(&self, what: &str) -> Finding {
        let document::OperationObject { method, path, .. } = self.operation;
        Finding::new(self.document.title(), method, path, what)
    }
}

/// Why no private integration can reach an operation, by its document.
fn obstacle(ways: Option<&Ways>, access: &Access) -> Option<Obstacle> {
    match ways {
        None => Some(Obstacle::NoSecurity),
        Some(ways) if *access == Access::AnyOf(Vec::new()) => Some(Obstacle::Unsatisfiable(ways.obstacles.clone())),
        Some(_) => None,
    }
}

/// What is said of an operation that the settings close, as it needs no scope.
const CLOSED: &str = "it needs no scope, and without_scopes in the settings is deny";

/// What is said of an operation one of whose alternatives asks for nothing.
const OPTIONAL: &str = "the document lets anyone in ({}); the gate does not";

fn clash(error: PolicyError) -> Finding {
    let message = error.to_string();
    let PolicyError::Clash { document, method, other, .. } = error;
    Finding::new(&document, &method.to_ascii_lowercase(), &other, &message)
}

fn descriptions(documents: &[Document]) -> impl Iterator<Item = (&str, &str)> {
    documents.iter().flat_map(Document::scope_descriptions)
}
