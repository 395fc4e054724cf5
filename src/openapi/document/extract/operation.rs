//! One operation.

use crate::json::{self, Map};
use crate::openapi::document::OperationObject;
use crate::openapi::document::bodies::Bodies;
use crate::openapi::document::fault::{About, Said};
use crate::openapi::document::library::{Library, shortened};
use crate::openapi::document::objects::{MERGED_SECURITY, OperationObject as Source, Parameter, PathItem, listed};
use crate::openapi::document::reference::{BESIDE_REFERENCE, MaybeReference};
use crate::openapi::document::security::{MERGED, requirements};
use crate::openapi::document::unknown::{self, Unknown, is_like_scopes};
use crate::openapi::path_key::path_alone;
use crate::order::sort_and_dedup;
use crate::policy::{OwnerParameter, Place};

use super::{MAX_ALL_PARAMETERS, MAX_PARAMETER_NAME};

/// One operation on its way.
pub(super) struct Extraction<'a, 'l> {
    pub library: &'l Library<'a>,
    pub operation: &'a Source,
    pub items: &'l [&'a PathItem],
    /// How many parameters the document may have still.
    pub parameters_left: usize,
    /// What in it cannot be understood.
    pub whats: Vec<Said>,
    /// What is read otherwise than it may be meant.
    pub notes: Vec<Said>,
}

impl<'a, 'l> Extraction<'a, 'l> {
    pub fn new(
        library: &'l Library<'a>,
        operation: &'a Source,
        items: &'l [&'a PathItem],
        parameters_left: usize,
    ) -> Self {
        Self { library, operation, items, parameters_left, whats: Vec::new(), notes: Vec::new() }
    }

    pub fn operation(&mut self, path: &str, method: &str) -> OperationObject {
        self.follow();
        self.notes.extend(unlisted_scopes(&self.operation.extensions));
        let Source { operation_id, summary, tags, security, .. } = self.operation;
        let security = requirements(security.as_ref(), self.library).unwrap_or_else(|what| {
            self.whats.push(Said::about(About::Security, format!("security: {what}")));
            None
        });
        if tags.has_others {
            self.notes.push(Said::about(About::Tags, UNREAD_TAGS.to_owned()));
        }
        if self.operation.extensions.contains_key(MERGED_SECURITY) {
            self.notes.push(MERGED.to_owned().into());
        }
        OperationObject {
            path: path.to_owned(),
            method: method.to_owned(),
            operation_id: operation_id.0.clone(),
            summary: summary.0.clone(),
            tags: tags.texts.clone(),
            security,
            base_path: None,
            servers: Vec::new(),
            parameters: self.parameters(path),
            body: None,
            extensions: listed(self.operation.extensions.iter()),
        }
    }

    /// Goes on to the operation that is meant, where this one is a reference.
    fn follow(&mut self) {
        let (operations, lost) = self.library.operations(self.operation);
        if let Some(reference) = lost {
            let what = format!("its operation stands elsewhere: {}", self.library.leads_nowhere(reference));
            self.whats.push(what.into());
        }
        for name in operations.iter().flat_map(|operation| &operation.unknown) {
            match unknown::member(name, "an operation") {
                Unknown::Fault(what) => self.whats.push(what.into()),
                Unknown::Note(what) => self.notes.push(what.into()),
            }
        }
        let Some((last, references)) = operations.split_last() else { return };
        if references.iter().any(|operation| operation.says_anything()) {
            self.whats.push(BESIDE_REFERENCE.to_owned().into());
        }
        self.operation = last;
    }

    /// Its parameters and those of its path.
    pub fn declared(&self) -> impl Iterator<Item = &'a MaybeReference<Parameter>> {
        self.lists().filter_map(|list| list.ok()).flatten()
    }

    fn lists(&self) -> impl Iterator<Item = Result<&'a [MaybeReference<Parameter>], &'a str>> {
        let of_items = self.items.iter().map(|item| &item.parameters);
        std::iter::once(&self.operation.parameters).chain(of_items).map(|list| self.library.parameters(list))
    }

    fn parameters(&mut self, path: &str) -> Vec<OwnerParameter> {
        let mut found = Vec::new();
        let lost = self.lists().filter_map(Result::err);
        let lost = lost.map(|reference| format!("parameters: {}", self.library.leads_nowhere(reference)));
        let lost: Vec<_> = lost.collect();
        self.whats.extend(lost.into_iter().map(Said::from));
        let count = self.lists().flatten().map(<[_]>::len).fold(0, usize::saturating_add);
        let Some(left) = self.parameters_left.checked_sub(count) else {
            self.parameters_left = 0;
            let what = format!("with it the operations of this document have over {MAX_ALL_PARAMETERS} parameters");
            self.whats.push(what.into());
            return found;
        };
        self.parameters_left = left;
        let is_swagger = self.library.source.swagger.0.is_some();
        let declared: Vec<_> = self.declared().collect();
        for declared in declared {
            let parameter = match self.library.parameter(declared) {
                Ok(parameter) => parameter,
                Err(reference) => {
                    self.whats.push(self.library.leads_nowhere(declared.reference().unwrap_or(reference)).into());
                    continue;
                }
            };
            let name = parameter.name.text();
            if name.len() > MAX_PARAMETER_NAME {
                let what = format!("its parameter {}… has a name of over {MAX_PARAMETER_NAME} bytes", shortened(name));
                self.whats.push(what.into());
                continue;
            }
            match parameter.place.as_str() {
                "query" => found.push(OwnerParameter { name: name.to_owned(), place: Place::Query }),
                "header" => found.push(OwnerParameter { name: name.to_owned(), place: Place::Header }),
                "path" => {
                    self.notes
                        .extend(may_be_longer(parameter).into_iter().chain(has_prefix(parameter)).map(Said::from));
                    // The others stand in the template, to which a query or a fragment does not belong.
                    if !path_alone(path).contains(&format!("{{{name}}}")) {
                        found.push(OwnerParameter { name: name.to_owned(), place: Place::Path });
                    }
                }
                // Cookies never name an owner, and neither does the whole query as one value (OpenAPI 3.2) have a name.
                "cookie" => self.notes.push(not_compared(shortened(name))),
                "querystring" => self.notes.push(QUERYSTRING.to_owned().into()),
                "body" | "formData" if is_swagger => {}
                other => {
                    let other = shortened(other);
                    let what = format!(
                        "its parameter {name} is in {other:?}, which is none of path, query, header and cookie"
                    );
                    self.whats.push(what.into());
                }
            }
        }
        sort_and_dedup(&mut found);
        found
    }

    /// The place of its body among those of the document.
    pub fn body(&mut self, bodies: &mut Bodies<'a, '_>) -> Option<usize> {
        if self.library.source.swagger.0.is_none() {
            return self.operation.request_body.as_ref().map(|body| bodies.of(body));
        }
        let parameters: Vec<&Parameter> =
            self.declared().filter_map(|parameter| self.library.parameter(parameter).ok()).collect();
        if self.operation.request_body.is_some() {
            self.whats.push("requestBody is of OpenAPI 3, and this document is of Swagger 2.0".to_owned().into());
        }
        if self.has_several_bodies(&parameters) {
            let what = "it has several bodies, or a body and a form: which one counts, Swagger 2.0 does not say";
            self.whats.push(what.to_owned().into());
        }
        let of_document = &self.library.source.of_swagger.consumes;
        let consumes = &self.operation.consumes.as_ref().unwrap_or(of_document).texts;
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

    /// Whether its parameters in Swagger 2.0 describe more than one body. One of its own goes before one of its path with that name.
    fn has_several_bodies(&self, parameters: &[&'a Parameter]) -> bool {
        let mut bodies = parameters.iter().enumerate().filter(|(_, parameter)| parameter.place == "body");
        let Some((first_place, first)) = bodies.next() else { return false };
        let own = self.library.parameters(&self.operation.parameters).map_or(0, <[_]>::len);
        let is_another = |(place, other): (usize, &&Parameter)| {
            let is_beside = (first_place < own) == (place < own);
            !std::ptr::eq(*first, *other) && (is_beside || first.name.text() != other.name.text())
        };
        parameters.iter().any(|parameter| parameter.place == "formData") || bodies.any(is_another)
    }
}

/// What is said of a cookie.
fn not_compared(cookie: &str) -> Said {
    Said::about(About::Cookie(cookie.to_owned()), format!("the cookie {cookie:?} is not compared"))
}

const FORMS: [&str; 2] = ["multipart/form-data", "application/x-www-form-urlencoded"];

fn is_form(media_type: &str) -> bool {
    let name = media_type.split(';').next().unwrap_or_default().trim();
    FORMS.iter().any(|form| form.eq_ignore_ascii_case(name))
}

/// What is said of a parameter that may stand for several segments.
pub(in crate::openapi) const MAY_BE_SEVERAL: &str = "may stand for several segments";

/// What is said of tags that are not a list of texts.
const UNREAD_TAGS: &str = "tags: not a list of strings; ignored";

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

/// What a style puts before the value of a parameter in the path (RFC 6570 sections 3.2.5 and 3.2.7).
fn has_prefix(parameter: &Parameter) -> Option<String> {
    let what = match parameter.style.text() {
        "matrix" => "puts a semicolon before its value: such a request is refused",
        "label" => "puts a dot before its value, which counts as a part of it",
        _ => return None,
    };
    let (name, style) = (shortened(parameter.name.text()), parameter.style.text());
    Some(format!("its parameter {name} has the style {style}, which {what}"))
}

/// What is said of extensions that are called as if they listed scopes, and are no lists of texts.
fn unlisted_scopes(all: &Map<json::Value<'static>>) -> impl Iterator<Item = Said> {
    let is_empty = |value: &json::Value<'_>| matches!(value, json::Value::Null | json::Value::Boolean(_));
    let is_list =
        |value: &json::Value<'_>| value.items().is_some_and(|items| items.iter().all(|item| item.text().is_some()));
    let unlisted = all.iter().filter(move |(name, value)| is_like_scopes(name) && !is_empty(value) && !is_list(value));
    unlisted.map(|(name, _)| unknown::unlisted_scopes(name))
}
