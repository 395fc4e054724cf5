//! Operations on their way from documents and rules to the policy.

use super::Report;
use super::document::Described;
use super::groups::Groups;
use super::owner::{Places, in_path};
use super::security;
use super::settings::Settings;
use crate::json::Map;
use crate::policy::{Access, Operation, OwnerParameter};

/// An operation on its way from a document, or a rule, to the policy.
pub(super) struct Draft<'a> {
    pub operation: Operation,
    /// `None` where a rule wrote it.
    pub source: Option<Source<'a>>,
    /// Whether a rule says what it needs.
    pub is_decided: bool,
    /// Whether a rule set anything of it.
    pub is_set: bool,
}

/// Where a draft comes from.
pub(super) struct Source<'a> {
    pub described: Described<'a>,
    pub places: &'a Places<'a>,
    /// Why no private integration can reach it, by its document.
    pub obstacle: Option<Obstacle>,
}

pub(super) enum Obstacle {
    NoSecurity,
    Unsatisfiable(String),
}

impl Draft<'_> {
    pub fn tags(&self) -> &[String] {
        self.source.as_ref().map_or(&[], |source| source.described.operation.tags.as_slice())
    }

    /// Its path as the document writes it, where that is not its template.
    pub fn written(&self) -> Option<String> {
        let written = self.source.as_ref()?.described.full_path();
        (written != self.operation.path.as_str()).then_some(written)
    }

    /// All places in which its document, or its template, could name an owner, whatever its access is.
    pub fn owners(&self) -> Vec<OwnerParameter> {
        match &self.source {
            Some(source) => source.places.all(&source.described, &self.operation.path),
            None => in_path(&self.operation.path).chain(self.operation.owner_parameters().cloned()).collect(),
        }
    }
}

/// The operations, once the rules have had their say, what there is to say of them, and the titles of their scopes' groups.
pub(super) fn finished(
    drafts: Vec<Draft<'_>>,
    settings: &Settings,
    report: &mut Report,
) -> (Vec<Operation>, Map<String>) {
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

/// What is said of an operation that the settings close, as it needs no scope.
const CLOSED: &str = "it needs no scope, and without_scopes in the settings is deny";
