//! What cannot be understood, as faults of the operations that it belongs to.

use crate::json::Misread;
use crate::openapi::document::Fault;
use crate::openapi::document::objects::METHODS;

/// What was of a wrong type, as faults of the operations that it belongs to.
pub(in crate::openapi::document) fn faults(misread: &[Misread], is_swagger: bool) -> Vec<Fault> {
    let of_swagger = ["basePath", "consumes", "parameters", "definitions", "securityDefinitions"];
    let counts =
        |place: &&Misread| is_swagger || !place.place.first().is_some_and(|first| of_swagger.contains(&first.as_str()));
    misread.iter().filter(counts).map(fault).collect()
}

fn fault(Misread { place, what }: &Misread) -> Fault {
    let hint = match place.last().map(String::as_str) {
        Some("security") if what.starts_with("null") => "; write [] where anyone may call it, or leave it out",
        _ => "",
    };
    let (path, method, rest) = match place.as_slice() {
        [paths, path, method, rest @ ..] if paths == "paths" && METHODS.contains(&method.as_str()) => {
            (path.as_str(), method.as_str(), rest)
        }
        [paths, path, rest @ ..] if paths == "paths" => (path.as_str(), "", rest),
        all => ("", "", all),
    };
    let place = written(rest);
    let separator = if place.is_empty() { "" } else { ": " };
    Fault::at(path, method, format!("{place}{separator}{what}{hint}"))
}

/// `security[0].oauth`
fn written(place: &[String]) -> String {
    let mut written = String::new();
    for segment in place {
        if !written.is_empty() && !segment.starts_with('[') {
            written.push('.');
        }
        written.push_str(segment);
    }
    written
}

impl Fault {
    pub(super) fn at(path: &str, method: &str, what: String) -> Self {
        Self { path: path.to_owned(), method: method.to_owned(), what }
    }
}
