//! Rules written by hand, beside documents or instead of them.

use super::owner;
use super::{Finding, Report, Settings};
use crate::core::policy::{Alternative, Operation, Place};
use crate::core::request::sorted;

/// What reports name as the document of a rule that names none.
const DOCUMENT: &str = "rules";

/// Puts the rules in the place of the operations with their methods and paths, and reports which those were.
pub(super) fn apply(settings: &Settings, operations: &mut Vec<Operation>, report: &mut Report) {
    let rules = &settings.rules;
    let name = |operation: &Operation| (operation.method.clone(), operation.path.shape());
    let ruled = sorted(rules.iter().map(name));
    operations.retain(|operation| {
        let replaced = ruled.binary_search(&name(operation)).is_ok();
        if replaced {
            report.replaced.push(Finding::of(operation, "a rule takes its place"));
        }
        !replaced
    });
    for rule in rules.iter().map(named) {
        report.errors.extend(unbound(&rule, settings));
        operations.push(rule);
    }
}

fn named(rule: &Operation) -> Operation {
    let document = if rule.document.is_empty() { DOCUMENT } else { &rule.document };
    Operation { document: document.to_owned(), ..rule.clone() }
}

/// The places in which a rule would look for the owner in vain: nothing could ever pass it.
fn unbound(rule: &Operation, settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    for Alternative { level, owner: parameters, .. } in rule.access.alternatives() {
        for parameter in parameters {
            let in_template = rule.path.parameters().any(|name| name == parameter.name);
            let declared = settings.owner_parameters.of(*level).iter().any(|name| owner::binds(name, parameter));
            if !declared || (parameter.place == Place::Path && !in_template) {
                let message = format!("{} ({}) names no owner by the settings", parameter.name, parameter.place);
                found.push(Finding::of(rule, &message));
            }
        }
    }
    found
}
