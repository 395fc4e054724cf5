//! An OpenAPI document, as far as a policy is made of it: its operations as they are written, before settings.

mod bodies;
mod elsewhere;
mod extract;
mod object_macro;
mod objects;
mod resolve;
mod server;
mod stored;
mod target;
mod text;
mod words;
mod yaml;

use serde::Serialize;

use crate::json::{Map, Misread};
use crate::policy::OwnerParameter;
use crate::request::{self};

use self::elsewhere::Elsewhere;
pub(super) use self::extract::MAY_BE_SEVERAL;
use self::objects::OpenApi;
pub(super) use self::objects::Security;
pub(super) use self::server::ServerPath;
pub use self::stored::CorruptDocument;
use self::text::{Text, bounded, parse_yaml};

/// The longest document, in bytes. A publication has its own limit.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What a document in OpenAPI 3.0, 3.1 or 3.2, or in Swagger 2.0, says that a policy is made of, whatever the settings are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Document {
    #[serde(skip)]
    name: Option<String>,
    title: String,
    /// The security schemes that it declares.
    security_schemes: Vec<String>,
    /// What kind each of them is: its type, and what else says so. It is not kept, as only [`init`](super::init()) asks for it.
    #[serde(skip)]
    pub(super) scheme_kinds: Kinds,
    /// The scopes that they declare, and what is said of each.
    scopes: Map<String>,
    /// What it says of security for all operations.
    #[serde(skip_serializing_if = "Option::is_none")]
    security: Option<Security>,
    /// What its servers put before every path.
    base_path: String,
    operations: Vec<OperationObject>,
    bodies: Vec<Body>,
    properties: Vec<Properties>,
    /// What in it cannot be understood.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<Fault>,
    /// Its servers, where they put different things before every path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    servers: Vec<ServerPath>,
    /// What in it is read otherwise than it may be meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Fault>,
    /// Whether it is written in OpenAPI 3.2; for reading it only.
    #[serde(skip)]
    is_of_3_2: bool,
}

/// What is told of the security schemes, by their names. Documents that differ only in it are equal.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinds(Map<String>);

impl Kinds {
    fn insert(&mut self, name: String, kind: String) {
        self.0.insert(name, kind);
    }

    /// That of one scheme.
    pub fn of(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl PartialEq for Kinds {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Kinds {}

/// An operation as the document has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct OperationObject {
    pub path: String,
    /// In lower case.
    pub method: String,
    #[serde(rename = "id", skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<Security>,
    /// What its own servers put before the path, or its path's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_path: Option<String>,
    /// Its own servers, or its path's, where they put different things before the path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<ServerPath>,
    /// Its parameters in query and header, and those of its path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<OwnerParameter>,
    /// The place of its body in the document's list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<usize>,
    /// Its extensions (`x-…`): those that are lists of texts; all others are `null`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<Option<Vec<String>>>,
}

/// The forms of a request body.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(super) struct Body(pub Vec<Form>);

/// Media types of a body that have the same properties.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Form {
    pub media_types: Vec<String>,
    /// The place of the properties in the document's list.
    pub properties: usize,
}

/// The properties of the object that a body is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Properties {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The references that lead nowhere in the document: behind them could be more properties.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unresolved: Vec<String>,
    /// Why properties may be missing here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
}

/// Something that cannot be understood, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Fault {
    pub path: String,
    pub method: String,
    pub what: String,
}

/// Why a text is no usable OpenAPI document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDocument {
    /// Longer than `MAX_BYTES`.
    #[error("it is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// Not JSON or YAML, or not an OpenAPI document; tells the place in the text.
    #[error("{0}")]
    Malformed(String),
    /// Of another version.
    #[error("its version is {0:?}; Tidegate reads OpenAPI 3.0, 3.1 and 3.2, and Swagger 2.0")]
    Version(String),
}

/// How often a document is gone through for what its references lead to.
const MAX_PASSES: usize = 16;

impl Document {
    /// Reads a document in JSON or YAML. What starts with `{` is JSON. References lead no further than the document.
    ///
    /// # Errors
    /// [`InvalidDocument`] for a text that is not an OpenAPI document.
    pub fn parse(text: &str) -> Result<Self, InvalidDocument> {
        Self::read(Text::of(text), text.len(), &mut no_file)
    }

    /// Reads a document whose references may lead to other files. `files` gives the text of one by its path from the document's
    /// folder, which never leads out of it, or says why it cannot be read.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_with_files(
        text: &str,
        files: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, InvalidDocument> {
        Self::read(Text::of(text), text.len(), files)
    }

    /// Reads a document in JSON.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_json(text: &str) -> Result<Self, InvalidDocument> {
        Self::read(Text::json(text), text.len(), &mut no_file)
    }

    fn read(
        text: Text<'_>,
        length: usize,
        files: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, InvalidDocument> {
        bounded(length)?;
        let mut source = OpenApi::default();
        let misread = text.read(&mut source).map_err(InvalidDocument::Malformed)?;
        let is_of_3_2 = version(&source, &misread)?;
        let faults = extract::faults(&misread, source.swagger.0.is_some());
        let mut elsewhere = Elsewhere::default();
        let (mut document, mut wanted) = extract::document(&source, &elsewhere, length, is_of_3_2);
        for _ in 1..MAX_PASSES {
            if !elsewhere.fetch(wanted, text, files) {
                break;
            }
            (document, wanted) = extract::document(&source, &elsewhere, length, is_of_3_2);
        }
        document.faults.splice(0..0, faults);
        Ok(document)
    }

    /// The same document under a name of its own, as reports are to call it: its file's, say.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// What reports call it: its name, else its title.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.title)
    }

    /// Whether reports, or itself, call it so.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name) || self.title == name
    }

    /// Whether its servers, or those of an operation, put different things before a path.
    pub(super) fn has_servers_to_choose(&self) -> bool {
        !self.servers.is_empty() || self.operations.iter().any(|operation| !operation.servers.is_empty())
    }

    /// Those servers: its own, else those of the first operation that has some.
    pub(super) fn servers_to_choose(&self) -> &[ServerPath] {
        let of_operations = self.operations.iter().map(|operation| operation.servers.as_slice());
        let mut all = std::iter::once(self.servers.as_slice()).chain(of_operations);
        all.find(|servers| !servers.is_empty()).unwrap_or_default()
    }

    /// The same document with one base path for all operations, and for each that has servers of its own. What cannot be chosen is a
    /// fault.
    pub(super) fn with_base_path(
        mut self,
        choose: &dyn Fn(&[ServerPath]) -> Result<String, String>,
        is_chosen: bool,
    ) -> Self {
        let is_inherited = self.operations.iter().any(|one| one.base_path.is_none() && one.servers.is_empty());
        match choose(&self.servers) {
            Ok(path) => self.base_path = path,
            // All its servers say the same.
            Err(_) if self.servers.is_empty() => {}
            Err(what) if is_inherited || is_chosen => {
                self.faults.push(Fault { what: format!("servers: {what}"), ..Fault::default() });
            }
            Err(_) => {}
        }
        for operation in self.operations.iter_mut().filter(|operation| !operation.servers.is_empty()) {
            match choose(&std::mem::take(&mut operation.servers)) {
                Ok(path) => operation.base_path = Some(path),
                Err(what) => {
                    let (path, method) = (operation.path.clone(), operation.method.clone());
                    self.faults.push(Fault { path, method, what });
                }
            }
        }
        self.servers.clear();
        self
    }

    /// How many operations it describes.
    pub fn operation_count(&self) -> usize {
        self.operations.len()
    }

    /// The operations, in the order of paths.
    pub(super) fn operations(&self) -> impl Iterator<Item = Described<'_>> {
        self.operations.iter().map(|operation| Described { document: self, operation })
    }

    /// A path of it with the base path that it has for all operations before it.
    pub(super) fn full_path(&self, path: &str) -> String {
        format!("{}{path}", self.base_path)
    }

    /// What it says of security for all operations that say nothing of their own.
    pub(super) fn security(&self) -> Option<&Security> {
        self.security.as_ref()
    }

    /// What in it is read otherwise than it may be meant.
    pub(super) fn notes(&self) -> &[Fault] {
        &self.notes
    }

    /// What in it cannot be understood.
    pub(super) fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// All bodies of its operations.
    pub(super) fn bodies(&self) -> &[Body] {
        &self.bodies
    }

    /// The sets of properties that its bodies have.
    pub(super) fn properties(&self) -> &[Properties] {
        &self.properties
    }

    /// The scopes that its security schemes declare, and what it says of each.
    pub(super) fn scope_descriptions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.scopes.iter().map(|(scope, description)| (scope.as_str(), description.as_str()))
    }

    /// Every list of requirements that stands in it.
    pub(super) fn requirements(&self) -> impl Iterator<Item = &Map<Vec<String>>> {
        let own = self.operations.iter().filter_map(|operation| operation.security.as_ref());
        let is_inherited = self.operations.iter().any(|operation| operation.security.is_none());
        self.security.as_ref().filter(|_| is_inherited).into_iter().chain(own).flatten()
    }

    /// Every scope that it names, wherever it does; `extension` is that which lists scopes.
    pub(super) fn named_scopes<'a>(&'a self, extension: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        let needed = self.requirements().flat_map(|requirement| requirement.values().flatten());
        let lists = self.operations.iter().filter_map(move |operation| operation.extensions.get(extension?)?.as_ref());
        let declared = self.scope_descriptions().map(|(scope, _)| scope);
        needed.chain(lists.flatten()).map(String::as_str).chain(declared)
    }

    /// The names of its operations' extensions that list texts.
    pub(super) fn listing_extensions(&self) -> impl Iterator<Item = &str> {
        let all = self.operations.iter().flat_map(|operation| operation.extensions.iter());
        all.filter(|(_, listed)| listed.is_some()).map(|(name, _)| name.as_str())
    }

    /// Whether it declares the security scheme `name`.
    pub(super) fn declares_scheme(&self, name: &str) -> bool {
        self.security_schemes.binary_search_by(|known| known.as_str().cmp(name)).is_ok()
    }
}

/// An operation in its document.
#[derive(Clone, Copy)]
pub(super) struct Described<'a> {
    pub document: &'a Document,
    pub operation: &'a OperationObject,
}

impl<'a> Described<'a> {
    /// Its path template with the base path before it.
    pub fn full_path(&self) -> String {
        let base_path = self.operation.base_path.as_ref().unwrap_or(&self.document.base_path);
        format!("{base_path}{}", self.operation.path)
    }

    /// What it says of security itself.
    pub fn own_security(&self) -> Option<&'a Security> {
        self.operation.security.as_ref()
    }

    /// The texts that one of its extensions (`x-…`) lists; `Some(None)` if it is not a list of texts.
    pub fn extension(&self, name: &str) -> Option<Option<&'a [String]>> {
        self.operation.extensions.get(name).map(Option::as_deref)
    }

    /// The extensions that are lists of texts.
    pub fn lists(&self) -> impl Iterator<Item = (&'a str, &'a [String])> {
        let all = self.operation.extensions.iter();
        all.filter_map(|(name, list)| Some((name.as_str(), list.as_deref()?)))
    }

    /// The media types of its body; none where they cannot be told.
    pub fn media_types(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let body = self.operation.body.and_then(|body| self.document.bodies.get(body));
        let forms = body.into_iter().flat_map(|Body(forms)| forms);
        forms.flat_map(|form| &form.media_types).map(String::as_str)
    }

    /// The place of its body among [`Document::bodies`].
    pub fn body(&self) -> Option<usize> {
        self.operation.body
    }

    /// Whether its body may be of a media type that the gate does not read.
    pub fn takes_multipart(&self) -> bool {
        let body = self.body().and_then(|body| self.document.bodies.get(body));
        let mut media_types = body.into_iter().flat_map(|Body(forms)| forms).flat_map(|form| &form.media_types);
        let is_range = |media_type: &str| matches!(media_type, "*/*" | "multipart/*");
        media_types.any(|media_type| is_range(media_type) || request::Body::is_unread(Some(media_type)))
    }
}

/// A document in YAML as JSON, on one line: for where there is no reader of YAML.
///
/// # Errors
/// [`InvalidDocument`] where it is too long, or no YAML that JSON has something for.
pub fn yaml_to_json(text: &str) -> Result<String, InvalidDocument> {
    let mut json = String::new();
    parse_yaml(text)?.write(&mut json);
    Ok(json)
}

/// Whether it is of OpenAPI 3.2.
///
/// # Errors
/// [`InvalidDocument`] for a version that is not read, and for what has none.
fn version(source: &OpenApi, misread: &[Misread]) -> Result<bool, InvalidDocument> {
    let is_of = |known: &str, version: &str| {
        version.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    match (source.openapi.text(), source.swagger.text()) {
        ("", "") => Err(InvalidDocument::Malformed(match misread.iter().find(|one| one.place.is_empty()) {
            Some(wrong) => wrong.what.clone(),
            None => "it has neither openapi nor swagger at its top, which name the version".to_owned(),
        })),
        ("", swagger) if is_of("2.0", swagger) => Ok(false),
        ("", swagger) => Err(InvalidDocument::Version(swagger.to_owned())),
        (openapi, "") if ["3.0", "3.1"].iter().any(|known| is_of(known, openapi)) => Ok(false),
        (openapi, "") if is_of("3.2", openapi) => Ok(true),
        (openapi, "") => Err(InvalidDocument::Version(openapi.to_owned())),
        (openapi, swagger) => Err(InvalidDocument::Version(format!("{openapi} and {swagger}"))),
    }
}

/// Why a reference to a file was not followed, where nobody gives files.
pub(super) const NOT_FOLLOWED: &str =
    "the command follows files in the document's folder; bundle others into the document";

/// For a document that is all there is.
fn no_file(_: &str) -> Result<String, String> {
    Err(NOT_FOLLOWED.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_yaml_is_read_as_yaml_is() {
        let deep = |levels: usize| {
            let (open, close) = ("[".repeat(levels), "]".repeat(levels));
            format!("openapi: 3.1.0\npaths: {{}}\nx-deep: {open}{close}\n")
        };
        for text in [
            "openapi: 3.0.1\ninfo: {title: é\u{1}}\npaths: {}\n",
            "openapi: 3.1\n",
            "[a]",
            "a",
            "{}",
            "openapi: 3.1.0\npaths: 5\n",
            "openapi: 3.1.0\npaths: {/a: {get: {security: 0.123456789}}}\n",
            "openapi: 3.1.0\npaths: {/a: {get: {security: 2.5}}}\n",
            &deep(126),
            &deep(127),
        ] {
            let told = |read: Result<Document, InvalidDocument>| format!("{read:?}");
            let converted = yaml_to_json(text).and_then(|json| Document::parse_json(&json));
            let direct = Document::read(Text::Yaml(text), text.len(), &mut no_file);
            assert_eq!(told(converted), told(direct), "{text}");
        }
        assert!(yaml_to_json(&deep(126)).is_ok() && yaml_to_json(&deep(127)).is_err());
    }
}
