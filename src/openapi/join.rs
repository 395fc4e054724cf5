//! Operations that are described more than once: joined where access is the same, and otherwise told, all of them.

use super::{Finding, Report};
use crate::order::sort;
use crate::policy::Operation;

/// Joins the operations of one method whose templates match the same paths. Of those that cannot be joined the first stays, and the
/// others are errors.
pub(super) fn apply(operations: &mut Vec<Operation>, report: &mut Report) {
    sort(operations);
    let mut kept: Vec<Operation> = Vec::with_capacity(operations.len());
    // Those with one shape stand together, and there are few methods.
    let mut first_alike = 0_usize;
    for operation in std::mem::take(operations) {
        if kept.get(first_alike).is_none_or(|first| !first.path.is_like(&operation.path)) {
            first_alike = kept.len();
        }
        let mut alike = kept.iter_mut().skip(first_alike);
        match alike.find(|first| first.method == operation.method) {
            None => kept.push(operation),
            Some(first) if first.access == operation.access && first.owner == operation.owner => {
                report.joined.push(Finding::of(&operation, &format!("joined with {}", told(first))));
                // What is stricter counts for both.
                first.takes_encoded &= operation.takes_encoded;
                first.is_routed_exactly &= operation.is_routed_exactly;
                first.is_multipart_unchecked &= operation.is_multipart_unchecked;
            }
            Some(first) => {
                let message = format!(
                    "it is described twice, and needs something else than {}; one rule takes the place of both, or \
                     exclude leaves one out",
                    told(first)
                );
                report.errors.push(Finding::of(&operation, &message));
            }
        }
    }
    *operations = kept;
}

fn told(first: &Operation) -> String {
    format!("{} of {}", first.name(), first.document)
}
