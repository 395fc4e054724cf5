//! Rules written by hand, beside documents or instead of them.

use std::collections::BTreeSet;

use super::{Finding, Report};
use crate::core::policy::Operation;

/// What reports name as the document of a rule that names none.
const DOCUMENT: &str = "rules";

/// Puts the rules in the place of the operations with their methods and paths, and reports which those were.
pub(super) fn apply(rules: &[Operation], operations: &mut Vec<Operation>, report: &mut Report) {
    let name = |operation: &Operation| (operation.method.clone(), operation.path.route());
    let ruled: BTreeSet<_> = rules.iter().map(name).collect();
    operations.retain(|operation| {
        let replaced = ruled.contains(&name(operation));
        if replaced {
            report.replaced.push(Finding::of(operation, "a rule takes its place"));
        }
        !replaced
    });
    operations.extend(rules.iter().cloned().map(|rule| {
        let document = if rule.document.is_empty() { DOCUMENT.to_owned() } else { rule.document };
        Operation { document, ..rule }
    }));
}
