//! What of a whole document a policy is made of.

use super::bodies::Bodies;
use super::objects::{
    Components, MaybeReference, OpenApi, OperationObject as Source, Parameter, PathItem, SecurityScheme,
};
use super::{Document, Fault, OperationObject, resolve, server};
use crate::json::{self, Map};
use crate::order::sort_and_dedup;
use crate::policy::{OwnerParameter, Place};
use crate::scope;

/// How many characters of a title are kept: every operation repeats it.
pub(super) const MAX_TITLE: usize = 200;
/// How many alternatives an operation may have: every operation can share the document's.
pub(super) const MAX_ALTERNATIVES: usize = 100;
/// How many parameters all operations of a document may have together: each has those of its path as well.
pub(super) const MAX_ALL_PARAMETERS: usize = 200_000;
/// The longest name of a parameter, in bytes: every operation can share it.
pub(super) const MAX_PARAMETER_NAME: usize = 256;
/// How many texts of an extension are kept; a longer list does not count as scopes.
const MAX_LISTED: usize = 1_000;

const NO_SLASH: &str = "the path does not start with a slash";

/// Extracts from a document of so many bytes.
pub(super) fn document(source: &OpenApi, length: usize) -> Document {
    let mut document = Document { title: source.info.title.chars().take(MAX_TITLE).collect(), ..Document::default() };
    document.of_the_whole(source);
    let mut bodies = Bodies::new(&source.components, length);
    let mut parameters_left = MAX_ALL_PARAMETERS;
    for (path, item) in source.paths.0.iter() {
        let base_path = document.path_item(path, item);
        for (method, operation) in item.operations() {
            let Some(operation) = operation else { continue };
            if !path.starts_with('/') {
                document.faults.push(Fault::at(path, method, NO_SLASH.to_owned()));
                continue;
            }
            let mut extraction =
                Extraction { components: &source.components, operation, item, parameters_left, whats: Vec::new() };
            let mut extracted = extraction.operation(path, method);
            parameters_left = extraction.parameters_left;
            extracted.base_path = extracted.base_path.or_else(|| base_path.clone());
            extracted.body = operation.request_body.as_ref().map(|body| bodies.of(body));
            document.faults.extend(extraction.whats.into_iter().map(|what| Fault::at(path, method, what)));
            document.operations.push(extracted);
        }
    }
    (document.bodies, document.properties) = bodies.into_found();
    document
}

impl Document {
    /// Takes over what stands outside the paths.
    fn of_the_whole(&mut self, source: &OpenApi) {
        for (place, reference) in [("", &source.reference), ("components: ", &source.components.reference)] {
            if let Some(reference) = reference {
                self.faults.push(Fault::at(
                    "",
                    "",
                    format!("{place}it stands elsewhere ({reference}), and is not followed"),
                ));
            }
        }
        match server::base_path(&source.servers) {
            Some(Ok(base_path)) => self.base_path = base_path,
            Some(Err(what)) => self.faults.push(Fault::at("", "", format!("servers: {what}"))),
            None => {}
        }
        if let Some(what) = source.security.as_deref().and_then(too_many) {
            self.faults.push(Fault::at("", "", format!("security: {what}")));
        }
        self.security.clone_from(&source.security);
        self.schemes(&source.components.security_schemes);
    }

    fn schemes(&mut self, schemes: &Map<MaybeReference<SecurityScheme>>) {
        for (name, scheme) in schemes.iter() {
            self.security_schemes.push(name.clone());
            if let Err(reference) = resolve::inline(scheme, "#/components/securitySchemes/", schemes) {
                let what = format!("components.securitySchemes.{name}: {}", leads_nowhere(reference));
                self.faults.push(Fault::at("", "", what));
            }
            // What a reference leads to stands here too, under its own name.
            let MaybeReference::Inline(scheme) = scheme else { continue };
            let kinds = [&scheme.kind, &scheme.http, &scheme.place].into_iter().filter_map(|words| words.0.as_deref());
            self.scheme_kinds.insert(name.clone(), kinds.collect::<Vec<_>>().join(" "));
            for (scope, words) in scheme.flows.values().flat_map(|flow| flow.scopes.iter()) {
                let description = words.0.as_deref().unwrap_or_default();
                let is_better =
                    |known: &String| !description.is_empty() && (known.is_empty() || description < known.as_str());
                if self.scopes.get(scope).is_none_or(is_better) {
                    self.scopes.insert(scope.clone(), description.to_owned());
                }
            }
        }
    }

    /// Takes over what a path item says for all its operations: their base path.
    fn path_item(&mut self, path: &str, item: &PathItem) -> Option<String> {
        if let Some(reference) = &item.reference {
            let what = format!("its path item stands elsewhere ({reference}), and is not followed");
            self.faults.push(Fault::at(path, "", what));
        }
        if item.security.is_some() {
            let what = "it has security, which OpenAPI has for an operation and for the document, not for a path";
            self.faults.push(Fault::at(path, "", what.to_owned()));
        }
        match server::base_path(&item.servers)? {
            Ok(base_path) => Some(base_path),
            Err(what) => {
                self.faults.push(Fault::at(path, "", what));
                None
            }
        }
    }
}

/// One operation on its way.
struct Extraction<'a> {
    components: &'a Components,
    operation: &'a Source,
    item: &'a PathItem,
    /// How many parameters the document may have still.
    parameters_left: usize,
    /// What in it cannot be understood.
    whats: Vec<String>,
}

impl Extraction<'_> {
    fn operation(&mut self, path: &str, method: &str) -> OperationObject {
        let Source { operation_id, summary, tags, security, .. } = self.operation;
        if let Some(reference) = &self.operation.reference {
            self.whats.push(format!("its operation stands elsewhere ({reference}), and is not followed"));
        }
        self.whats.extend(security.as_deref().and_then(too_many));
        let base_path = server::base_path(&self.operation.servers)
            .and_then(|base_path| base_path.map_err(|what| self.whats.push(what)).ok());
        OperationObject {
            path: path.to_owned(),
            method: method.to_owned(),
            operation_id: operation_id.0.clone(),
            summary: summary.0.clone(),
            tags: tags.clone(),
            security: security.clone(),
            base_path,
            parameters: self.parameters(),
            body: None,
            extensions: extensions(&self.operation.extensions),
        }
    }

    fn parameters(&mut self) -> Vec<OwnerParameter> {
        let mut found = Vec::new();
        let count = self.operation.parameters.len().saturating_add(self.item.parameters.len());
        let Some(left) = self.parameters_left.checked_sub(count) else {
            self.parameters_left = 0;
            let what = format!("with it the operations of this document have over {MAX_ALL_PARAMETERS} parameters");
            self.whats.push(what);
            return found;
        };
        self.parameters_left = left;
        for parameter in self.operation.parameters.iter().chain(&self.item.parameters) {
            match resolve::inline(parameter, "#/components/parameters/", &self.components.parameters) {
                Ok(Parameter { name, .. }) if name.len() > MAX_PARAMETER_NAME => self.whats.push(format!(
                    "its parameter {}… has a name of over {MAX_PARAMETER_NAME} bytes",
                    resolve::shortened(name)
                )),
                Ok(Parameter { name, place }) => match place.as_str() {
                    "query" => found.push(OwnerParameter { name: name.clone(), place: Place::Query }),
                    "header" => found.push(OwnerParameter { name: name.clone(), place: Place::Header }),
                    // Those in the path stand in its template, and cookies never name an owner.
                    "path" | "cookie" => {}
                    other => self.whats.push(format!(
                        "its parameter {name} is in {:?}, which is none of path, query, header and cookie",
                        resolve::shortened(other)
                    )),
                },
                Err(_) => self.whats.extend(parameter.reference().map(leads_nowhere)),
            }
        }
        sort_and_dedup(&mut found);
        found
    }
}

/// The extensions that could list scopes as lists, all others as none.
fn extensions(all: &Map<json::Value<'static>>) -> Map<Option<Vec<String>>> {
    let mut extensions = Map::default();
    for (name, value) in all.iter() {
        let is_short = |text: &&str| text.len() <= scope::MAX_LENGTH;
        let items = value.items().filter(|items| items.len() <= MAX_LISTED);
        let texts =
            items.and_then(|items| items.iter().map(|item| item.text().filter(is_short)).collect::<Option<Vec<_>>>());
        extensions.insert(name.clone(), texts.map(|texts| texts.into_iter().map(str::to_owned).collect()));
    }
    extensions
}

fn leads_nowhere(reference: &str) -> String {
    format!("{} leads nowhere in this document", resolve::shortened(reference))
}

fn too_many(alternatives: &[Map<Vec<String>>]) -> Option<String> {
    (alternatives.len() > MAX_ALTERNATIVES).then(|| format!("it has over {MAX_ALTERNATIVES} alternatives"))
}

impl Fault {
    fn at(path: &str, method: &str, what: String) -> Self {
        Self { path: path.to_owned(), method: method.to_owned(), what }
    }
}
