//! Operations that the settings leave out: denied to everyone, whatever their documents say.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::path_key::path_alone;
use super::selection::{Candidate, Selection};
use super::{Finding, Report};
use crate::json::{self, FromJson, Object};
use crate::order::sort;
use crate::policy::{Access, Operation, Overlap, Template};
use crate::request::Method;

/// Operations to deny, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Exclusion {
    /// Which operations.
    #[serde(rename = "match")]
    pub selection: Selection,
    /// Why, for the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The settings' exclusions, and what they concern.
pub(super) struct Exclusions<'a> {
    all: &'a [Exclusion],
    /// Which of them concern anything.
    used: BTreeSet<usize>,
    /// The operations that are denied, and how their paths are written.
    closed: Vec<(Operation, String)>,
    /// Of those that no template expresses: the method, the template that comes nearest, and how it is written.
    unexpressed: Vec<(Method, Template, String)>,
}

impl<'a> Exclusions<'a> {
    pub fn of(all: &'a [Exclusion]) -> Self {
        Self { all, used: BTreeSet::new(), closed: Vec::new(), unexpressed: Vec::new() }
    }

    /// Why an operation is denied, where it is.
    pub fn reason(&mut self, candidate: Candidate<'_>) -> Option<String> {
        let mut found = self.all.iter().enumerate().filter(|(_, one)| one.selection.is_of(candidate));
        let (place, first) = found.next()?;
        let reason = first.reason.clone().unwrap_or_else(|| format!("exclude[{place}] in the settings"));
        self.used.insert(place);
        self.used.extend(found.map(|(place, _)| place));
        Some(reason)
    }

    /// Whether all that stands at a path template is denied, so that nothing of it has to be understood.
    pub fn covers_path(&mut self, template: &str) -> bool {
        let found = self.all.iter().position(|one| one.selection.is_of_path(template));
        self.used.extend(found);
        found.is_some()
    }

    /// Notes an operation that is denied. It stays in the policy, or another template could match its paths.
    pub fn close(&mut self, operation: Operation, written: String) {
        self.closed.push((operation, written));
    }

    /// Notes an operation whose template cannot be used: nothing can stand in its place in the policy.
    pub fn leave_out(&mut self, method: Method, written: String) {
        if let Some(nearest) = nearest(&written) {
            self.unexpressed.push((method, nearest, written));
        }
    }

    /// The operations that are denied, beside which there are `others`. Reports the exclusions that concern nothing, and the
    /// operations that requests for an excluded one may be judged as.
    pub fn finish(self, others: &[Operation], report: &mut Report) -> Vec<Operation> {
        for place in (0..self.all.len()).filter(|place| !self.used.contains(place)) {
            report.errors.push(Finding::of_settings(&format!("exclude[{place}]"), "it matches no operation"));
        }
        for (method, nearest, written) in &self.unexpressed {
            let segments = nearest.segments();
            let takes_its_requests = |operation: &&Operation| {
                operation.method == *method
                    && operation.access != Access::AnyOf(Vec::new())
                    && !matches!(segments.overlap(&operation.path.segments()), None | Some(Overlap::Wider))
            };
            for operation in others.iter().filter(takes_its_requests) {
                report.excluded.push(judged_as(operation, written));
            }
        }
        // To collect them would sort them first, with a sort for this type alone: kilobytes of WASM.
        let mut of_others = BTreeMap::new();
        of_others.extend(others.iter().map(|other| (name(other), other)));
        let mut closed = Vec::new();
        for (operation, written) in self.closed {
            match of_others.get(&name(&operation)) {
                // Its path with another query or fragment is described too, and that stays.
                Some(other) if path_alone(&written) != written => {
                    if other.access != Access::AnyOf(Vec::new()) {
                        report.excluded.push(judged_as(other, &written));
                    }
                }
                _ => closed.push(operation),
            }
        }
        sort(&mut closed);
        // Two documents may describe what is denied.
        let mut seen = BTreeSet::new();
        closed.retain(|one| seen.insert(name(one)));
        closed
    }
}

/// What tells an operation from all others.
fn name(operation: &Operation) -> (Method, String) {
    (operation.method.clone(), operation.path.shape())
}

fn judged_as(operation: &Operation, written: &str) -> Finding {
    Finding::of(operation, &format!("a request for the excluded {written} is judged as this operation"))
}

/// How settings name what does not start with a slash, as every path does.
pub(super) fn with_slash(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// The template that has a parameter for each segment that cannot be used as it is written.
fn nearest(written: &str) -> Option<Template> {
    let written = written.split(['?', '#']).next().unwrap_or_default();
    let mut text = String::new();
    for (place, segment) in written.strip_prefix('/')?.split('/').enumerate() {
        let is_usable = !segment.starts_with('{') && Template::parse(&format!("/{segment}")).is_ok();
        text.push('/');
        text.push_str(&if is_usable { segment.to_owned() } else { format!("{{p{place}}}") });
    }
    Template::parse(&text).ok()
}

impl FromJson for Exclusion {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        if value.text().is_some() {
            return Selection::from_json(value).map(|selection| Self { selection, reason: None });
        }
        let mut fields = Object::of(value, &["match", "reason"])?;
        Ok(Self { selection: fields.required("match")?, reason: fields.given("reason")? })
    }
}
