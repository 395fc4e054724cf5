//! Parts of an operation that may not be read as intended. They are reported, so that nobody assumes they were understood.

use super::Report;
use super::document::{Described, MAY_BE_SEVERAL, is_like_scopes};
use super::path_key::path_alone;
use super::settings::Settings;
use crate::policy::{Operation, Template};

/// Where the gate's own addresses are, of which none is forwarded.
const OWN: &str = "/_tidegate";
/// How many scopes of a list are told.
const MAX_TOLD: usize = 5;

/// What is to be said of an operation under `written`, its path with the base path.
pub(super) fn notes(described: &Described<'_>, written: &str, settings: &Settings) -> Vec<String> {
    let mut notes = Vec::new();
    let alone = path_alone(written);
    if alone != written {
        let rest = written.get(alone.len()..).unwrap_or_default();
        notes.push(format!("{rest:?} is no part of a path: what is said of it holds for all of {alone}"));
    }
    if alone == OWN || alone.strip_prefix(OWN).is_some_and(|rest| rest.starts_with('/')) {
        notes.push(format!("no request reaches it: {OWN} is the gate's own"));
    }
    for segment in alone.split('/') {
        notes.extend(of_segment(segment));
    }
    notes.extend(unused_scopes(described, settings));
    notes
}

/// What is to be said of an excluded operation under `written`: of what may be several segments it denies one.
pub(super) fn several(written: &str) -> impl Iterator<Item = String> {
    path_alone(written).split('/').filter_map(of_segment).filter(|what| what.contains(SEVERAL))
}

/// Takes back what was said of parameters that the settings let stand for several segments.
pub(super) fn settle(operations: &[Operation], report: &mut Report) {
    for operation in operations.iter().filter(|operation| operation.path.has_rest()) {
        let (method, path) = (operation.method.as_str(), operation.path.clone().without_rest().to_string());
        report.limits.retain(|note| {
            let is_its = note.document == operation.document
                && note.method.eq_ignore_ascii_case(method)
                && Template::parse(path_alone(&note.path))
                    .is_ok_and(|noted| path.ends_with(&noted.without_rest().to_string()));
            !(is_its && (note.message.contains(SEVERAL) || note.message.contains(MAY_BE_SEVERAL)))
        });
    }
}

const SEVERAL: &str = "stood for several segments";

fn of_segment(segment: &str) -> Option<String> {
    let name = segment.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
    let name = name.filter(|name| !name.contains(['{', '}']));
    match (segment, name) {
        ("*" | "**", _) => Some(format!("{segment} looks as if it {SEVERAL}; it stands for itself alone")),
        (_, Some(name)) if has_constraint_of_one(name) => {
            Some(format!("{segment} looks as if it had a constraint; all of it is the parameter's name"))
        }
        (_, Some(name)) if name.starts_with(['+', '*']) || name.ends_with(['*', '+']) || is_of_several(name) => {
            Some(format!(
                "{segment} looks as if it {SEVERAL}; it stands for one, unless multi_segment in the settings names the \
                 operation"
            ))
        }
        (_, Some(name)) if name.ends_with('?') => {
            Some(format!("{segment} looks optional; a path without it is another path, which is not described"))
        }
        (_, Some(name)) if name.starts_with(OPERATORS) => Some(expression(segment)),
        (_, None) if expressions(segment).next().is_some() => expressions(segment).next().map(expression),
        (_, None) if is_colon_parameter(segment) => {
            Some(format!("{segment} looks like a parameter; OpenAPI writes {{{}}}", segment.trim_start_matches(':')))
        }
        (_, None) if is_in(segment, '<', '>') || is_in(segment, '[', ']') || is_dollar_parameter(segment) => {
            Some(format!("{segment} looks like a parameter; OpenAPI writes it in braces alone"))
        }
        (_, None) if segment.to_ascii_lowercase().contains("%7b") => {
            Some(format!("{segment} looks like a parameter; OpenAPI writes braces as they are"))
        }
        (_, None) if segment.contains('*') => {
            Some(format!("{segment} looks as if its * stood for something; it stands for itself alone"))
        }
        (_, None) if are_unbalanced(segment) || segment.ends_with("(.:format)") => {
            Some(format!("{segment} looks as if a part of it could be left out; parentheses stand for themselves"))
        }
        _ if segment.trim() != segment => {
            Some(format!("{segment:?} has white space at an end, which a path then has too"))
        }
        _ => None,
    }
}

/// What an expression of RFC 6570 (section 2.2) can begin with, so far as nothing else is said of it.
const OPERATORS: [char; 4] = ['.', ';', ',', '|'];

fn expression(parameter: &str) -> String {
    format!("{parameter} looks like an expression of RFC 6570; all of it is the parameter's name")
}

/// The parameters beside literals that look like expressions of RFC 6570: `{;x}` and `{+x}` in `a{;x}` and `a{+x}`.
fn expressions(segment: &str) -> impl Iterator<Item = &str> {
    segment.split_inclusive('}').filter_map(|part| part.get(part.find('{')?..)).filter(|parameter| {
        let name = parameter.trim_start_matches('{').trim_end_matches('}');
        (name.starts_with(OPERATORS) && !has_dots(name)) || name.starts_with('+') || name.ends_with('*')
    })
}

/// `id:int`, `id<int>`, `id=[0-9]+`; not `path:.*`, which [is of several](is_of_several).
fn has_constraint_of_one(name: &str) -> bool {
    name.contains([':', '<', '=']) && !is_of_several(name)
}

/// `path...`, `...path`, and what routers write for the same: `path:path`, `path:.*`, `path=**`.
fn is_of_several(name: &str) -> bool {
    let constraint = name.split_once([':', '=']).map_or("", |(_, constraint)| constraint.trim_start());
    has_dots(name) || constraint == "path" || [".*", ".+", "*"].iter().any(|start| constraint.starts_with(start))
}

/// `things(` and `{id})`, which routers write around what may be left out.
fn are_unbalanced(segment: &str) -> bool {
    segment.matches('(').count() != segment.matches(')').count()
}

/// `path...` and `...path`
fn has_dots(name: &str) -> bool {
    name.ends_with("...") || name.starts_with("...")
}

/// `<id>`, `[id]`
fn is_in(segment: &str, open: char, close: char) -> bool {
    segment.starts_with(open) && segment.ends_with(close)
}

/// `$id` and `${id}`, but not OData's `$count`.
fn is_dollar_parameter(segment: &str) -> bool {
    let is_id = |name: &str| name.to_ascii_lowercase().ends_with("id") && !name.contains('{');
    segment.contains("${") || segment.strip_prefix('$').is_some_and(is_id)
}

/// `:id`
fn is_colon_parameter(segment: &str) -> bool {
    let name = segment.strip_prefix(':').unwrap_or_default();
    !name.is_empty() && !name.contains('{') && name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

/// The extensions that list what looks like scopes, and count for nothing.
fn unused_scopes(described: &Described<'_>, settings: &Settings) -> Vec<String> {
    let mut notes = Vec::new();
    for (name, listed) in described.lists() {
        let known = settings.scope_extension.as_deref();
        let is_meant = is_like_scopes(name) || known.is_some_and(|known| known.eq_ignore_ascii_case(name));
        if known == Some(name) || !is_meant || listed.is_empty() {
            continue;
        }
        let told: Vec<&str> = listed.iter().take(MAX_TOLD).map(String::as_str).collect();
        let more = if listed.len() > MAX_TOLD { ", …" } else { "" };
        notes.push(format!(
            "{name} lists {}{more}, which nothing looks at; scope_extension in the settings makes scopes of them",
            told.join(", ")
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_is_told_from_several_segments() {
        for (segment, is_several) in [
            ("{id:[0-9]+}", false),
            ("{id:int}", false),
            ("{id=a*}", false),
            ("{path:.*}", true),
            ("{path:path}", true),
            ("{name=**}", true),
            ("{path: .+}", true),
        ] {
            assert_eq!(of_segment(segment).unwrap().contains(SEVERAL), is_several, "{segment}");
        }
    }

    #[test]
    fn what_looks_like_something_else_is_told() {
        let told = |segment| of_segment(segment).is_some();
        for segment in [
            "{+path}",
            "{path*}",
            "{*path}",
            "{path...}",
            "*",
            "**",
            ":id",
            "{id?}",
            "{id:int}",
            "<id>",
            "[id]",
            "$userId",
            "${userId}",
            "{...rest}",
            "{.ext}",
            "a{;x}",
            "{id}{.ext}",
            "a{+x}.csv",
            "{x*}.csv",
            "%7Bid%7D",
            "x*",
            "things(",
            "{id})",
            "things(.:format)",
            "things ",
            " {id}",
        ] {
            assert!(told(segment), "{segment}");
        }
        for segment in ["a", "{id}", "{id}:cancel", ":", "a:b", "Customers('{id}')", "{base}...{head}", "$count", ""] {
            assert!(!told(segment), "{segment}");
        }
    }
}
