//! Settings that name single operations: how the origin routes them, and who compares owners in their bodies.

use super::settings::{OwnerInBody, Router, Settings};
use super::{Finding, Report};
use crate::core::policy::{Operation, Template};

/// Marks the operations, and reports names that none of them has. Until here an operation that takes multipart bodies is
/// marked as unchecked.
pub(super) fn apply(settings: &Settings, operations: &mut [Operation], report: &mut Report) {
    let exact = named(&settings.router_exact, "router_exact", operations, report);
    let unchecked = match &settings.owner_in_body {
        OwnerInBody::OriginFor(names) => named(names, "owner_in_body", operations, report),
        OwnerInBody::Gate | OwnerInBody::Origin => Vec::new(),
    };
    for (place, operation) in operations.iter_mut().enumerate() {
        operation.is_routed_exactly |=
            operation.path.has_parameters() && (settings.router == Router::Exact || exact.contains(&place));
        let is_of_origin = settings.owner_in_body == OwnerInBody::Origin || unchecked.contains(&place);
        operation.is_multipart_unchecked &= is_of_origin && operation.reads_body();
    }
}

/// The places of the operations that a setting names.
fn named(names: &[String], setting: &str, operations: &[Operation], report: &mut Report) -> Vec<usize> {
    let mut places = Vec::new();
    for name in names {
        let shape = name.split_once(' ').and_then(|(method, path)| Some((method, Template::parse(path).ok()?.shape())));
        let is_meant = |operation: &Operation| match &shape {
            Some((method, shape)) => operation.method.as_str() == *method && operation.path.shape() == *shape,
            None => operation.id.as_ref() == Some(name),
        };
        let before = places.len();
        places
            .extend(operations.iter().enumerate().filter(|(_, operation)| is_meant(operation)).map(|(place, _)| place));
        if places.len() == before {
            let message = format!("{setting} names {name:?}, which is no operation: METHOD /path, or an operationId");
            report.errors.push(Finding::new("settings", "", "", &message));
        }
    }
    places
}
