//! What of a whole document a policy is made of.

use std::collections::BTreeSet;

use super::bodies::Bodies;
use super::elsewhere::Elsewhere;
use super::objects::{
    METHODS, MaybeReference, OpenApi, OperationObject as Source, Parameter, PathItem, SecurityScheme,
};
use super::resolve::{Library, shortened};
use super::security::{MERGED, too_many};
use super::server::{self, BasePaths, Server};
use super::target::{Kind, Target};
use super::{Document, Fault, OperationObject, webhooks};
use crate::json::{self, Map, Misread};
use crate::order::sort_and_dedup;
use crate::policy::{OwnerParameter, Place};
use crate::request::Method;
use crate::scope;

/// How many characters of a title are kept: every operation repeats it.
pub(super) const MAX_TITLE: usize = 200;
/// How many parameters all operations of a document may have together: each has those of its path as well.
pub(super) const MAX_ALL_PARAMETERS: usize = 200_000;
/// The longest name of a parameter, in bytes: every operation can share it.
pub(super) const MAX_PARAMETER_NAME: usize = 256;
/// How many texts of an extension are kept; a longer list does not count as scopes.
const MAX_LISTED: usize = 1_000;

/// Extracts from a document of so many bytes, and tells what is to be found elsewhere first.
pub(super) fn document(
    source: &OpenApi,
    elsewhere: &Elsewhere,
    length: usize,
    is_of_3_2: bool,
) -> (Document, BTreeSet<(Kind, Target)>) {
    let title = source.info.title.text().chars().take(MAX_TITLE).collect();
    let library = Library::new(source, elsewhere);
    let mut document = Document { title, is_of_3_2, ..Document::default() };
    document.of_the_whole(source, &library);
    document.faults.extend(elsewhere.misread.iter().map(|what| Fault::at("", "", what.clone())));
    document.of_webhooks(source, &library);
    let mut bodies = Bodies::new(&library, length.saturating_add(elsewhere.bytes));
    let mut parameters_left = MAX_ALL_PARAMETERS;
    for (path, item) in source.paths.0.iter() {
        let items = document.path_item(path, item, &library);
        let servers = items.iter().map(|item| item.servers.as_slice()).find(|servers| !servers.is_empty());
        let of_path = document.base_paths(path, "", servers.unwrap_or_default());
        for (method, operation) in document.operations_of(path, &items) {
            let mut extraction = Extraction {
                library: &library,
                operation,
                items: &items,
                parameters_left,
                whats: Vec::new(),
                notes: Vec::new(),
            };
            let mut extracted = extraction.operation(path, &method);
            extracted.body = extraction.body(&mut bodies);
            parameters_left = extraction.parameters_left;
            let Extraction { operation, whats, notes, .. } = extraction;
            document.faults.extend(whats.into_iter().map(|what| Fault::at(path, &method, what)));
            document.notes.extend(notes.into_iter().map(|what| Fault::at(path, &method, what)));
            let own = document.base_paths(path, &method, &operation.servers);
            match own.or_else(|| of_path.clone()) {
                Some(BasePaths::One(base_path)) => extracted.base_path = Some(base_path),
                Some(BasePaths::Several(servers)) => extracted.servers = servers,
                None => {}
            }
            document.operations.push(extracted);
        }
    }
    (document.bodies, document.properties) = bodies.into_found();
    document.is_of_3_2 = false;
    (document, library.into_wanted())
}

/// What was of a wrong type, as faults of the operations that it belongs to.
pub(super) fn faults(misread: &[Misread], is_swagger: bool) -> Vec<Fault> {
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
pub(super) fn written(place: &[String]) -> String {
    let mut written = String::new();
    for segment in place {
        if !written.is_empty() && !segment.starts_with('[') {
            written.push('.');
        }
        written.push_str(segment);
    }
    written
}

impl Document {
    /// Takes over what stands outside the paths.
    fn of_the_whole<'a>(&mut self, source: &'a OpenApi, library: &Library<'a>) {
        for (place, reference) in [("", &source.reference), ("components: ", &source.components.reference)] {
            if let Some(reference) = reference {
                let what = format!("{place}it stands elsewhere ({}), and is not followed", shortened(reference));
                self.faults.push(Fault::at("", "", what));
            }
        }
        if source.swagger.0.is_some() {
            match server::swagger_base_path(source.of_swagger.base_path.text()) {
                Ok(base_path) => self.base_path = base_path,
                Err(what) => self.faults.push(Fault::at("", "", what)),
            }
        } else {
            match self.base_paths("", "", &source.servers) {
                Some(BasePaths::One(base_path)) => self.base_path = base_path,
                Some(BasePaths::Several(servers)) => self.servers = servers,
                None => {}
            }
        }
        if let Some(what) = source.security.as_deref().and_then(too_many) {
            self.faults.push(Fault::at("", "", format!("security: {what}")));
        }
        if source.is_security_merged.0 {
            self.notes.push(Fault::at("", "", MERGED.to_owned()));
        }
        self.security.clone_from(&source.security);
        self.schemes("components.securitySchemes", &source.components.security_schemes, library);
        self.schemes("securityDefinitions", &source.of_swagger.security_definitions, library);
    }

    /// Takes over the types of events.
    fn of_webhooks(&mut self, source: &OpenApi, library: &Library<'_>) {
        if source.webhooks.items.is_empty() {
            return;
        }
        let notes = if source.openapi.text().starts_with("3.0") || source.swagger.0.is_some() {
            vec!["they are of OpenAPI 3.1, and this document is not: they are not read".to_owned()]
        } else {
            let (webhooks, notes) = webhooks::read(&source.webhooks, library);
            self.webhooks = webhooks;
            notes
        };
        self.notes.extend(notes.into_iter().map(|what| Fault::at("", "", format!("webhooks: {what}"))));
    }

    fn schemes<'a>(&mut self, place: &str, schemes: &'a Map<MaybeReference<SecurityScheme>>, library: &Library<'a>) {
        for (name, declared) in schemes.iter() {
            self.security_schemes.push(name.clone());
            if let Err(reference) = library.security_scheme(declared) {
                let what = format!("{place}.{name}: {}", library.leads_nowhere(reference));
                self.faults.push(Fault::at("", "", what));
            }
            // What a reference within the components leads to stands here too, under its own name.
            let scheme = match declared {
                MaybeReference::Inline(scheme) => scheme,
                MaybeReference::Reference { reference } => match library.scheme_elsewhere(reference) {
                    Some(scheme) => scheme,
                    None => continue,
                },
            };
            let kinds = [&scheme.kind, &scheme.http, &scheme.place].into_iter().filter_map(|words| words.0.as_deref());
            self.scheme_kinds.insert(name.clone(), kinds.collect::<Vec<_>>().join(" "));
            let scopes = scheme.flows.values().flat_map(|flow| flow.scopes.iter()).chain(scheme.scopes.iter());
            for (scope, words) in scopes.filter(|(scope, _)| !scope.starts_with("x-")) {
                let description = words.text();
                let is_better =
                    |known: &String| !description.is_empty() && (known.is_empty() || description < known.as_str());
                if self.scopes.get(scope).is_none_or(is_better) {
                    self.scopes.insert(scope.clone(), description.to_owned());
                }
            }
        }
        sort_and_dedup(&mut self.security_schemes);
    }

    /// The base paths of servers, what of them is read otherwise noted at that place.
    fn base_paths(&mut self, path: &str, method: &str, servers: &[Server]) -> Option<BasePaths> {
        let (base_paths, notes) = server::base_paths(servers)?;
        self.notes.extend(notes.into_iter().map(|what| Fault::at(path, method, what)));
        Some(base_paths)
    }

    /// A path item and those that it refers to.
    fn path_item<'a>(&mut self, path: &str, item: &'a PathItem, library: &Library<'a>) -> Vec<&'a PathItem> {
        let (items, lost) = library.path_items(item);
        if let Some(reference) = lost {
            let what = format!("its path item stands elsewhere: {}", library.leads_nowhere(reference));
            self.faults.push(Fault::at(path, "", what));
        }
        for item in &items {
            if item.security.is_some() {
                let what = "it has security, which OpenAPI has for an operation and for the document, not for a path";
                self.faults.push(Fault::at(path, "", what.to_owned()));
            }
            for member in &item.unknown {
                let lower = member.to_ascii_lowercase();
                if METHODS.contains(&lower.as_str()) {
                    let what = format!("{} is not read; methods are written in lower case: {lower}", shortened(member));
                    self.notes.push(Fault::at(path, "", what));
                }
            }
            let is_later = |method: &str| method == "query" || item.additional_operations.contains_key(method);
            if !self.is_of_3_2
                && item.operations.keys().chain(item.additional_operations.keys()).any(|method| is_later(method))
            {
                let what =
                    "query and additionalOperations are of OpenAPI 3.2, and this document is not: they are not read";
                self.notes.push(Fault::at(path, "", what.to_owned()));
            }
        }
        items
    }

    /// The operations of path items, each with its method in lower case.
    fn operations_of<'a>(&mut self, path: &str, items: &[&'a PathItem]) -> Vec<(String, &'a Source)> {
        let mut found: Vec<(String, &Source)> = Vec::new();
        let is_of_3_2 = self.is_of_3_2;
        for method in METHODS.iter().filter(|method| is_of_3_2 || **method != "query") {
            found.extend(self.only(path, method, items.iter().filter_map(|item| item.operations.get(method))));
        }
        if is_of_3_2 {
            let mut names: Vec<&String> = items.iter().flat_map(|item| item.additional_operations.keys()).collect();
            sort_and_dedup(&mut names);
            for name in names {
                let lower = name.to_ascii_lowercase();
                if !Method::is_name(name) || METHODS.contains(&lower.as_str()) {
                    let what = format!(
                        "additionalOperations: {:?} is not the name, in capitals, of a method that OpenAPI has no member for",
                        shortened(name)
                    );
                    self.faults.push(Fault::at(path, "", what));
                    continue;
                }
                found.extend(self.only(
                    path,
                    &lower,
                    items.iter().filter_map(|item| item.additional_operations.get(name)),
                ));
            }
        }
        if !path.starts_with('/') {
            let what = "the path does not start with a slash";
            self.faults.extend(found.iter().map(|(method, _)| Fault::at(path, method, what.to_owned())));
            return Vec::new();
        }
        found
    }

    /// The first of the operations of one method; there must be one at most.
    fn only<'a>(
        &mut self,
        path: &str,
        method: &str,
        mut all: impl Iterator<Item = &'a Source>,
    ) -> Option<(String, &'a Source)> {
        let first = all.next()?;
        if all.next().is_some() {
            let what = "it stands here and in what $ref leads to: which one counts, OpenAPI does not say";
            self.faults.push(Fault::at(path, method, what.to_owned()));
        }
        Some((method.to_owned(), first))
    }
}

/// One operation on its way.
struct Extraction<'a, 'l> {
    library: &'l Library<'a>,
    operation: &'a Source,
    items: &'l [&'a PathItem],
    /// How many parameters the document may have still.
    parameters_left: usize,
    /// What in it cannot be understood.
    whats: Vec<String>,
    /// What is read otherwise than it may be meant.
    notes: Vec<String>,
}

impl<'a> Extraction<'a, '_> {
    fn operation(&mut self, path: &str, method: &str) -> OperationObject {
        self.follow();
        let Source { operation_id, summary, tags, security, .. } = self.operation;
        self.whats.extend(security.as_deref().and_then(too_many));
        if self.operation.extensions.contains_key(super::objects::MERGED_SECURITY) {
            self.notes.push(MERGED.to_owned());
        }
        OperationObject {
            path: path.to_owned(),
            method: method.to_owned(),
            operation_id: operation_id.0.clone(),
            summary: summary.0.clone(),
            tags: tags.0.clone(),
            security: security.clone(),
            base_path: None,
            servers: Vec::new(),
            parameters: self.parameters(),
            body: None,
            extensions: extensions(&self.operation.extensions),
        }
    }

    /// Goes on to the operation that is meant, where this one is a reference.
    fn follow(&mut self) {
        let (operations, lost) = self.library.operations(self.operation);
        if let Some(reference) = lost {
            let what = format!("its operation stands elsewhere: {}", self.library.leads_nowhere(reference));
            self.whats.push(what);
        }
        let Some((last, references)) = operations.split_last() else { return };
        let says_more = |operation: &&Source| {
            let Source { security, servers, parameters, request_body, extensions, .. } = operation;
            security.is_some()
                || request_body.is_some()
                || !(servers.is_empty() && parameters.is_empty() && extensions.is_empty())
        };
        if references.iter().any(says_more) {
            let what = "beside $ref it has members of its own: which ones count, OpenAPI does not say";
            self.whats.push(what.to_owned());
        }
        self.operation = last;
    }

    /// Its parameters and those of its path.
    fn declared(&self) -> impl Iterator<Item = &'a MaybeReference<Parameter>> {
        let of_items = self.items.iter().flat_map(|item| &item.parameters);
        self.operation.parameters.iter().chain(of_items)
    }

    fn parameters(&mut self) -> Vec<OwnerParameter> {
        let mut found = Vec::new();
        let Some(left) = self.parameters_left.checked_sub(self.declared().count()) else {
            self.parameters_left = 0;
            let what = format!("with it the operations of this document have over {MAX_ALL_PARAMETERS} parameters");
            self.whats.push(what);
            return found;
        };
        self.parameters_left = left;
        let is_swagger = self.library.source.swagger.0.is_some();
        let declared: Vec<_> = self.declared().collect();
        for declared in declared {
            let parameter = match self.library.parameter(declared) {
                Ok(parameter) => parameter,
                Err(reference) => {
                    self.whats.push(self.library.leads_nowhere(declared.reference().unwrap_or(reference)));
                    continue;
                }
            };
            let name = parameter.name.text();
            if name.len() > MAX_PARAMETER_NAME {
                let what = format!("its parameter {}… has a name of over {MAX_PARAMETER_NAME} bytes", shortened(name));
                self.whats.push(what);
                continue;
            }
            match parameter.place.as_str() {
                "query" => found.push(OwnerParameter { name: name.to_owned(), place: Place::Query }),
                "header" => found.push(OwnerParameter { name: name.to_owned(), place: Place::Header }),
                // Those in the path stand in its template.
                "path" => self.notes.extend(may_be_longer(parameter)),
                // Cookies never name an owner, and neither does the whole query as one value (OpenAPI 3.2) have a name.
                "cookie" => {}
                "querystring" => self.notes.push(QUERYSTRING.to_owned()),
                "body" | "formData" if is_swagger => {}
                other => self.whats.push(format!(
                    "its parameter {name} is in {:?}, which is none of path, query, header and cookie",
                    shortened(other)
                )),
            }
        }
        sort_and_dedup(&mut found);
        found
    }

    /// The place of its body among those of the document.
    fn body(&mut self, bodies: &mut Bodies<'a, '_>) -> Option<usize> {
        if self.library.source.swagger.0.is_none() {
            return self.operation.request_body.as_ref().map(|body| bodies.of(body));
        }
        let parameters: Vec<&Parameter> =
            self.declared().filter_map(|parameter| self.library.parameter(parameter).ok()).collect();
        let of_document = &self.library.source.of_swagger.consumes;
        let consumes = &self.operation.consumes.as_ref().unwrap_or(of_document).0;
        if let Some(body) = parameters.iter().find(|parameter| parameter.place == "body") {
            let json = ["application/json".to_owned()];
            let media_types = if consumes.is_empty() { &json[..] } else { consumes };
            return Some(bodies.of_schema(body.schema.as_ref(), media_types));
        }
        let form: Vec<&&Parameter> = parameters.iter().filter(|parameter| parameter.place == "formData").collect();
        if form.is_empty() {
            return None;
        }
        let mut media_types: Vec<String> = consumes.iter().filter(|name| is_form(name)).cloned().collect();
        if media_types.is_empty() {
            let has_file = form.iter().any(|parameter| parameter.kind.text() == "file");
            let all = FORMS.iter().take(if has_file { 1 } else { 2 });
            media_types.extend(all.map(|name| (*name).to_owned()));
        }
        let names = form.iter().map(|parameter| parameter.name.text()).collect();
        Some(bodies.of_form(names, &media_types))
    }
}

const FORMS: [&str; 2] = ["multipart/form-data", "application/x-www-form-urlencoded"];

fn is_form(media_type: &str) -> bool {
    let name = media_type.split(';').next().unwrap_or_default().trim();
    FORMS.iter().any(|form| form.eq_ignore_ascii_case(name))
}

/// What is said of a parameter that may stand for several segments.
pub(in crate::openapi) const MAY_BE_SEVERAL: &str = "may stand for several segments";

const QUERYSTRING: &str =
    "its parameter in querystring is the whole query, in which no owner is looked for by its schema";

/// What a parameter in the path says that would have it stand for more than one segment.
fn may_be_longer(parameter: &Parameter) -> Option<String> {
    let why = match (parameter.is_multi_segment.0, parameter.allows_reserved.0) {
        (true, _) => "x-multi-segment",
        (_, true) => "allowReserved",
        (false, false) => return None,
    };
    Some(format!(
        "its parameter {} {MAY_BE_SEVERAL} ({why}); it stands for one, unless multi_segment in the settings \
         names the operation",
        shortened(parameter.name.text())
    ))
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

impl Fault {
    fn at(path: &str, method: &str, what: String) -> Self {
        Self { path: path.to_owned(), method: method.to_owned(), what }
    }
}
