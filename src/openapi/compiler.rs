//! Compiling one operation of a document.

use super::document::{self, Described};
use super::draft::{Draft, Obstacle, Source};
use super::exclude::with_slash;
use super::owner::Places;
use super::path_key::path_alone;
use super::security::{self, Ways};
use super::selection::Candidate;
use super::settings::Settings;
use super::{Choices, Finding, Report, limits};
use crate::order::sort_and_dedup;
use crate::policy::{Access, InvalidTemplate, Operation, OwnerPlaces, Template};
use crate::record::Level;
use crate::request::Method;
use crate::scope::ScopeSet;

/// How many characters of a summary a policy keeps: its catalogue repeats it for each scope.
const MAX_SUMMARY: usize = 1_000;
/// Compiles one operation.
pub(super) struct Compiler<'a, 'w> {
    pub described: Described<'a>,
    /// What the document says of security for all operations.
    pub shared: Option<&'w Ways>,
    pub places: &'a Places<'a>,
    pub settings: &'a Settings,
}

impl<'a> Compiler<'a, '_> {
    /// Adds the operation, and tells how many scopes, owners and alternatives it has; `None` where the settings deny it.
    pub fn compile(
        &self,
        choices: &mut Choices<'_>,
        drafts: &mut Vec<Draft<'a>>,
        report: &mut Report,
    ) -> Option<usize> {
        let Self { described, settings, places, .. } = self;
        let written = described.full_path();
        let method = described.operation.method.to_ascii_uppercase();
        // What stands for several segments the settings say.
        let template = Template::parse(path_alone(&written)).map(Template::without_rest);
        // As the document writes it, and without a query or a fragment, as the policy has it.
        let plain = template.as_ref().map_or_else(|_| with_slash(&written), ToString::to_string);
        let mut reason = |path: &str| choices.exclusions.reason(Candidate::of(*described, path, &method));
        if let Some(reason) = reason(&written).or_else(|| reason(&plain)) {
            self.exclude(&reason, written, template, choices, report);
            return None;
        }
        let path = match template {
            Ok(path) => path,
            Err(error) => {
                let as_this =
                    if written.starts_with('/') { String::new() } else { format!(", as {}", with_slash(&written)) };
                let message =
                    format!("the path template cannot be used: {error}; exclude leaves the operation out{as_this}");
                report.errors.push(self.finding(&message));
                return Some(0);
            }
        };
        report.limits.extend(limits::notes(described, &written, settings).iter().map(|what| self.finding(what)));
        let own = described.own_security().map(|security| Ways::of(security, settings));
        let ways = own.as_ref().or(self.shared);
        // What is wrong with what it needs, or with where its owner is, a rule in its place mends.
        let ruled = choices.ruled.says_owner(*described);
        let mut errors: Vec<String> = ways.map(|ways| ways.errors.clone()).unwrap_or_default();
        let extra = security::extension_scopes(|name| described.extension(name), settings).unwrap_or_else(|error| {
            errors.push(error);
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
            errors.push(format!("it lists scopes ({extra}), and has no security that they could belong to"));
        }
        if ways.is_some_and(|ways| ways.lets_anyone_in) {
            report.optional_security.push(self.finding(OPTIONAL));
        }
        let obstacle = obstacle(ways, &access);
        let access = match &mut choices.deriving {
            Some(deriving) => {
                let derived = deriving.apply(described, &written, &Method::parse(&method), access, owner, report);
                derived.unwrap_or_else(|(field, what)| {
                    errors.push(format!("{field} in the settings makes {what}"));
                    Access::AnyOf(Vec::new())
                })
            }
            None => access,
        };
        let lost = places.lost(described, &path);
        let errors = errors.iter().filter(|_| ruled.is_none());
        let errors = errors.chain(places.faults(described).iter().chain(&lost).filter(|_| ruled != Some(true)));
        report.errors.extend(errors.map(|what| self.finding(what)));
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
            Ok(path) => {
                report.excluded.push(self.finding(reason));
                report.limits.extend(limits::several(&written).map(|what| self.finding(&what)));
                choices.exclusions.close(closed(path), written);
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
    /// A finding of the operation.
    pub(super) fn finding(&self, what: &str) -> Finding {
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

/// What is said of an operation one of whose alternatives asks for nothing.
const OPTIONAL: &str = "the document lets anyone in ({}); the gate does not";
