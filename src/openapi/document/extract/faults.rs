//! What cannot be understood, as faults of the operations that it belongs to.

use crate::json::{Map, Misread};
use crate::openapi::document::elsewhere::told;
use crate::openapi::document::fault::{About, Said};
use crate::openapi::document::library::Library;
use crate::openapi::document::objects::METHODS;
use crate::openapi::document::server::mended;
use crate::openapi::document::target::Target;
use crate::openapi::document::{Document, Fault};

/// What in a document is of a wrong type, by whom it concerns.
#[derive(Default)]
pub(in crate::openapi::document) struct Misreads {
    /// Those of the whole document, of its paths, and of what stands in operations themselves.
    pub faults: Vec<Fault>,
    /// What decides nothing.
    pub notes: Vec<Fault>,
    /// What stands in components, by the keys of those. It concerns who refers to them.
    pub components: Map<Vec<Misread>>,
}

impl Misreads {
    /// A key that stands twice concerns the whole document, wherever it does.
    pub fn of(misread: Vec<Misread>, is_swagger: bool) -> Self {
        let of_swagger = ["basePath", "consumes", "parameters", "definitions", "securityDefinitions"];
        let mut found = Self::default();
        for one in misread {
            let place: Vec<&str> = one.place.iter().map(String::as_str).collect();
            match place.as_slice() {
                _ if one.is_duplicate => found.faults.push(fault(&one)),
                ["components", "parameters" | "requestBodies" | "schemas", _, ..] => found.add(one, 3),
                // References lead there in whatever version.
                ["parameters" | "definitions", _, ..] => found.add(one, 2),
                [first, ..] if !is_swagger && of_swagger.contains(first) => {}
                ["components", "securitySchemes", _, ..] | ["securityDefinitions", _, ..] => {
                    found.notes.push(fault(&one));
                }
                _ => found.faults.push(fault(&one)),
            }
        }
        found
    }

    /// Adds what is wrong with the component at so many steps of its place.
    fn add(&mut self, mut one: Misread, steps: usize) {
        let rest = one.place.split_off(steps.min(one.place.len()));
        let key = Target { file: String::new(), tokens: one.place }.key();
        let inner = Misread { place: rest, ..one };
        match self.components.get_mut(&key) {
            Some(all) => all.push(inner),
            None => _ = self.components.insert(key, vec![inner]),
        }
    }
}

impl Document {
    /// Takes over what is wrong with what references led to, as faults of an operation, of a path, or of the whole document.
    pub(super) fn misread(&mut self, path: &str, method: &str, library: &Library<'_>) {
        for key in library.newly_met() {
            for one in library.misread_at(&key) {
                let what = told(&key, one);
                if let Err(what) = library.charge([path, method, &what].into_iter().map(str::len)) {
                    return self.faults.push(Fault::at("", "", what));
                }
                let place: Vec<&str> = one.place.iter().map(String::as_str).collect();
                let (path, method, rest) = match place.as_slice() {
                    [own, method, rest @ ..] if path.is_empty() && own.starts_with('/') && is_method(method) => {
                        (*own, *method, rest)
                    }
                    [own, rest @ ..] if path.is_empty() && own.starts_with('/') => (*own, "", rest),
                    [own, rest @ ..] if !path.is_empty() && method.is_empty() && is_method(own) => (path, *own, rest),
                    all => (path, method, all),
                };
                // What an operation needs, a rule in its place says.
                let is_security = rest.first() == Some(&"security") || library.elsewhere.has_requirements(&key);
                let said = if is_security { Said::about(About::Security, what) } else { what.into() };
                self.faults.push(Fault::at(path, method, said));
            }
        }
    }

    /// Notes what is wrong with components that decide nothing, and with those that nothing refers to.
    pub(super) fn unused_misread<'k>(&mut self, keys: impl Iterator<Item = &'k String>, library: &Library<'_>) {
        for key in keys {
            self.notes.extend(library.misread_at(key).map(|one| Fault::at("", "", told(key, one))));
        }
    }
}

fn is_method(name: &str) -> bool {
    METHODS.contains(&name)
}

fn fault(one: &Misread) -> Fault {
    let Misread { place, what, is_duplicate } = one;
    let [first, last] = [place.first(), place.last()].map(|segment| segment.map(String::as_str));
    let hint = match last {
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
    let what = format!("{place}{separator}{what}{hint}");
    let said = match first {
        Some("servers" | "basePath") if !is_duplicate => mended(what),
        _ if rest.first().is_some_and(|member| member == "security") => Said::about(About::Security, what),
        _ => what.into(),
    };
    Fault::at(path, method, said)
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
