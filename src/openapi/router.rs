//! Settings that name single operations: how the origin routes them, what their parameters may have, and who compares owners in
//! their bodies.

use std::collections::BTreeSet;

use super::settings::{OwnerInBody, Router, Settings};
use super::{Finding, Report};
use crate::order::sort;
use crate::policy::{Operation, Template};

/// Marks the operations, and reports names that none of them has. Until here an operation that takes multipart bodies is
/// marked as unchecked.
pub(super) fn apply(settings: &Settings, operations: &mut [Operation], report: &mut Report) {
    let exact = named(&settings.router_exact, "router_exact", operations, report);
    let unchecked = match &settings.owner_in_body {
        OwnerInBody::OriginFor(names) => named(names, "owner_in_body", operations, report),
        OwnerInBody::Gate | OwnerInBody::Origin => BTreeSet::new(),
    };
    let encoded = named(&settings.encoded, "encoded", operations, report);
    let multi_segment = named(&settings.multi_segment, "multi_segment", operations, report);
    for (place, operation) in operations.iter_mut().enumerate() {
        operation.takes_encoded |= encoded.contains(&place) && operation.path.has_parameters();
        if multi_segment.contains(&place) {
            match operation.path.clone().with_rest() {
                Ok(path) => operation.path = path,
                Err(_) => report
                    .errors
                    .push(Finding::of(operation, "multi_segment names it, and its last segment is not one parameter")),
            }
        }
        operation.is_routed_exactly |=
            operation.path.has_parameters() && (settings.router == Router::Exact || exact.contains(&place));
        let is_of_origin = settings.owner_in_body == OwnerInBody::Origin || unchecked.contains(&place);
        operation.is_multipart_unchecked &= is_of_origin && operation.reads_body();
    }
}

/// The places of the operations that a setting names.
fn named(names: &[String], setting: &str, operations: &[Operation], report: &mut Report) -> BTreeSet<usize> {
    let mut places = BTreeSet::new();
    let known = if names.is_empty() { Vec::new() } else { known(operations) };
    for name in names {
        let shape = name.split_once(' ').and_then(|(method, path)| Some((method, Template::parse(path).ok()?.shape())));
        let meant = shape.map_or_else(|| name.clone(), |(method, shape)| format!("{method} {shape}"));
        let start = known.partition_point(|(known, _)| *known < meant);
        let found = known.iter().skip(start).take_while(|(known, _)| *known == meant);
        let before = places.len();
        places.extend(found.map(|(_, place)| *place));
        if places.len() == before {
            let message = format!("{setting} names {name:?}, which is no operation: METHOD /path, or an operationId");
            report.errors.push(Finding::new("settings", "", "", &message));
        }
    }
    places
}

/// What each operation can be called, in order: its method and its template's shape, or its `operationId`.
fn known(operations: &[Operation]) -> Vec<(String, usize)> {
    let mut known = Vec::new();
    for (place, operation) in operations.iter().enumerate() {
        known.push((format!("{} {}", operation.method.as_str(), operation.path.shape()), place));
        known.extend(operation.id.clone().map(|id| (id, place)));
    }
    sort(&mut known);
    known
}
