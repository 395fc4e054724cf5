//! Operations that are described more than once: joined if access is the same; otherwise all of them are reported.

use super::{Finding, Report};
use crate::order::sort;
use crate::policy::{Operation, Place};

/// An operation, and its path as the document writes it where the policy writes it otherwise.
pub(super) type Written = (Operation, Option<String>);

/// Joins the operations of one method whose templates match the same paths. Of those that cannot be joined the first stays, and the
/// others are errors.
pub(super) fn apply(mut operations: Vec<Written>, report: &mut Report) -> Vec<Operation> {
    sort(&mut operations);
    let mut kept: Vec<Written> = Vec::with_capacity(operations.len());
    // Those with one shape stand together, and there are few methods.
    let mut first_alike = 0_usize;
    for (operation, written) in operations {
        if kept.get(first_alike).is_none_or(|(first, _)| !first.path.is_like(&operation.path)) {
            first_alike = kept.len();
        }
        let mut alike = kept.iter_mut().skip(first_alike);
        match alike.find(|(first, _)| first.method == operation.method) {
            None => kept.push((operation, written)),
            Some((first, first_written)) if needs_the_same(first, &operation) => {
                let here = written.map_or_else(String::new, |written| format!("here as {written}, "));
                let message = format!("{here}joined with {}", told(first, first_written.as_deref()));
                report.joined.push(Finding::of(&operation, &message));
                // What is stricter counts for both.
                first.takes_encoded &= operation.takes_encoded;
                first.is_routed_exactly &= operation.is_routed_exactly;
                first.is_multipart_unchecked &= operation.is_multipart_unchecked;
            }
            Some((first, first_written)) => {
                let here = written.map_or_else(String::new, |written| format!(", here as {written}"));
                let message = format!(
                    "it is described twice{here}, and needs something else than {}; one rule takes the place of both, or \
                     exclude leaves both out",
                    told(first, first_written.as_deref())
                );
                report.errors.push(Finding::of(&operation, &message));
            }
        }
    }
    kept.into_iter().map(|(operation, _)| operation).collect()
}

/// Whether they are open to the same, and name the owner in the same places.
fn needs_the_same(one: &Operation, other: &Operation) -> bool {
    one.access == other.access && one.owner == other.owner && owners_in_path(one).eq(owners_in_path(other))
}

/// Where the owner's parameters stand among those of the template.
fn owners_in_path(operation: &Operation) -> impl Iterator<Item = Option<usize>> {
    let in_path = operation.owner_parameters().filter(|owner| owner.place == Place::Path);
    in_path.map(|owner| operation.path.parameters().position(|name| name == owner.name))
}

fn told(first: &Operation, written: Option<&str>) -> String {
    let written = written.map_or_else(String::new, |written| format!(" (as {written})"));
    format!("{}{written} of {}", first.name(), first.document)
}
