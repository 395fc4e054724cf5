//! Rules written by hand, beside documents or instead of them.

use super::{Finding, Report};
use crate::core::policy::Operation;

/// What reports name as the document of a rule that names none.
const DOCUMENT: &str = "rules";

/// Puts the rules in the place of the operations with their methods and paths, and reports which those were.
pub(super) fn apply(rules: &[Operation], operations: &mut Vec<Operation>, report: &mut Report) {
    let same = |a: &Operation, b: &Operation| a.method == b.method && a.path.matches_the_same_as(&b.path);
    operations.retain(|operation| {
        let replaced = rules.iter().any(|rule| same(rule, operation));
        if replaced {
            let method = operation.method.as_str().to_lowercase();
            let path = operation.path.to_string();
            report.replaced.push(Finding::new(&operation.document, &method, &path, "a rule takes its place"));
        }
        !replaced
    });
    operations.extend(rules.iter().cloned().map(|rule| {
        let document = if rule.document.is_empty() { DOCUMENT.to_owned() } else { rule.document };
        Operation { document, ..rule }
    }));
}
