//! Rules written by hand, beside documents or instead of them.

use std::collections::BTreeMap;

use super::document::Described;
use super::exclude::Exclusions;
use super::matching::{self, of_level, unbound};
use super::owner::in_path;
use super::path_key::path_alone;
use super::rule::Rule;
use super::selection::Candidate;
use super::{Draft, Finding, Report, Settings};
use crate::order::sort_and_dedup;
use crate::policy::{Access, Operation, OwnerParameter, OwnerPlaces, Place, Template};
use crate::record::Level;
use crate::request::Method;

/// What reports name as the document of a rule that names none.
const DOCUMENT: &str = "rules";

/// The operations in whose place a rule stands, and whether the rule says where their owners are.
pub(super) struct Ruled(BTreeMap<(Method, String), bool>);

impl Ruled {
    /// By settings.
    pub fn of(settings: &Settings) -> Self {
        Self(settings.written().map(|rule| (name(rule), says_its_owner(rule))).collect())
    }

    /// Whether the rule in the place of an operation of a document says where its owner is, if there is one.
    pub fn says_owner(&self, described: Described<'_>) -> Option<bool> {
        let path = described.full_path();
        let template = Template::parse(path_alone(&path)).ok()?.without_rest();
        let method = Method::parse(&described.operation.method.to_ascii_uppercase());
        self.0.get(&(method, template.shape())).copied()
    }
}

/// What is kept of the operations in whose place a rule stands.
#[derive(Default)]
struct Replaced {
    /// All places in which they could name an owner. Their own access is no measure: a faulty one has none.
    owners: Vec<OwnerParameter>,
    is_multipart_unchecked: bool,
}

/// What tells an operation from all others.
fn name(operation: &Operation) -> (Method, String) {
    (operation.method.clone(), operation.path.shape())
}

/// Applies the rules in their order: each to the documents' operations and to what earlier rules made of them.
pub(super) fn apply(
    settings: &Settings,
    drafts: &mut Vec<Draft<'_>>,
    exclusions: &mut Exclusions<'_>,
    report: &mut Report,
) {
    let mut rules = settings.rules.as_slice();
    let mut place = 0_usize;
    while let Some(first) = rules.first() {
        let written = rules.iter().map_while(Rule::written).collect::<Vec<_>>();
        match first {
            Rule::Operation(_) => put(&written, place, settings, drafts, exclusions, report),
            Rule::Change(change) => matching::apply(change, place, settings, drafts, report),
        }
        let done = written.len().max(1);
        (rules, place) = (rules.get(done..).unwrap_or_default(), place.saturating_add(done));
    }
}

/// Puts rules that follow each other in the place of the operations with their methods and paths, and reports which those were.
fn put(
    rules: &[&Operation],
    first: usize,
    settings: &Settings,
    drafts: &mut Vec<Draft<'_>>,
    exclusions: &mut Exclusions<'_>,
    report: &mut Report,
) {
    let mut ruled: Vec<_> = rules.iter().map(|rule| (name(rule), Replaced::default())).collect();
    ruled.sort_by(|(one, _), (other, _)| one.cmp(other));
    drafts.retain(|draft| {
        let operation = &draft.operation;
        let place = ruled.binary_search_by(|(ruled, _)| ruled.cmp(&name(operation)));
        // Two rules for one operation are told apart, or refused.
        let found = place.ok().filter(|_| draft.source.is_some()).and_then(|place| ruled.get_mut(place));
        let Some((_, replaced)) = found else { return true };
        report.replaced.push(Finding::of(operation, "a rule takes its place"));
        replaced.owners.extend(draft.owners());
        replaced.is_multipart_unchecked |= operation.is_multipart_unchecked;
        false
    });
    for (rule, place) in rules.iter().map(|rule| named(rule)).zip(first..) {
        report.errors.extend(unbound(&rule, settings));
        let written = rule.path.to_string();
        if let Some(reason) = exclusions.reason(Candidate::with_tags(&rule, &written, &[])) {
            let what = format!("exclude denies {}: {reason}; take one of them out", rule.name());
            report.errors.push(Finding::of_settings(&format!("rules[{place}]"), &what));
        }
        let place = ruled.binary_search_by(|(ruled, _)| ruled.cmp(&name(&rule)));
        let Some((_, replaced)) = place.ok().and_then(|place| ruled.get(place)) else { continue };
        report.errors.extend(renamed(&rule, replaced, settings));
        let operation = bound(rule, replaced, settings);
        drafts.push(Draft { operation, source: None, is_decided: true, is_set: false });
    }
}

fn named(rule: &Operation) -> Operation {
    let document = if rule.document.is_empty() { DOCUMENT } else { &rule.document };
    Operation { document: document.to_owned(), ..rule.clone() }
}

/// The rule with the places of its owner: those that it lists, or else its template's and those of the operation that it
/// replaces. One that says `"owner": "none"` has none.
fn bound(mut rule: Operation, replaced: &Replaced, settings: &Settings) -> Operation {
    rule.is_multipart_unchecked |= replaced.is_multipart_unchecked;
    let own = std::mem::take(&mut rule.owner);
    let listed = |level: Level| match &own {
        OwnerPlaces::Unchecked => OwnerPlaces::Unchecked,
        places if places.is_unlisted() => places_of(&rule, replaced, settings, level).into(),
        places => of_level(places.iter(), settings, level).into(),
    };
    let (agency, sub_account) = (listed(Level::Agency), listed(Level::SubAccount));
    if let Access::AnyOf(alternatives) = &mut rule.access {
        for alternative in alternatives.iter_mut().filter(|alternative| alternative.owner.is_unlisted()) {
            alternative.owner = match alternative.level {
                Level::Agency => agency.clone(),
                Level::SubAccount => sub_account.clone(),
            };
        }
        return rule;
    }
    rule.owner = match own {
        OwnerPlaces::Unchecked => OwnerPlaces::Unchecked,
        OwnerPlaces::Listed(_) => {
            let mut places: Vec<_> = agency.iter().chain(sub_account.iter()).cloned().collect();
            sort_and_dedup(&mut places);
            places.into()
        }
    };
    rule
}

/// Where the rule's template, and else the operation in whose place it stands, names an owner of this level.
fn places_of(rule: &Operation, replaced: &Replaced, settings: &Settings, level: Level) -> Vec<OwnerParameter> {
    let in_path: Vec<_> = in_path(&rule.path).collect();
    let elsewhere = replaced.owners.iter().filter(|place| place.place != Place::Path);
    of_level(in_path.iter().chain(elsewhere), settings, level)
}

/// Whether a rule says where the owner is, so that the operation in whose place it stands has no say in it.
fn says_its_owner(rule: &Operation) -> bool {
    let mut alternatives = rule.access.alternatives().iter();
    let lists_all = !alternatives.as_slice().is_empty() && alternatives.all(|one| !one.owner.is_unlisted());
    !rule.owner.is_unlisted() || lists_all
}

/// The owners in the path that a rule would no longer compare, because its template calls them otherwise.
fn renamed(rule: &Operation, replaced: &Replaced, settings: &Settings) -> Vec<Finding> {
    let is_closed = matches!(&rule.access, Access::AnyOf(alternatives) if alternatives.is_empty());
    if is_closed || says_its_owner(rule) {
        return Vec::new();
    }
    let is_kept = |parameter: &OwnerParameter| rule.path.parameters().any(|name| name == parameter.name);
    let in_path = || replaced.owners.iter().filter(|parameter| parameter.place == Place::Path && !is_kept(parameter));
    let lost = [Level::Agency, Level::SubAccount].into_iter().flat_map(|level| of_level(in_path(), settings, level));
    let mut lost: Vec<_> = lost.map(|parameter| parameter.name).collect();
    sort_and_dedup(&mut lost);
    let message = |name: &String| {
        format!(
            "the operation that it replaces names its owner in the path as {{{name}}}; call it so, or set \"owner\": \"none\""
        )
    };
    lost.iter().map(|name| Finding::of(rule, &message(name))).collect()
}
