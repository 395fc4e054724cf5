//! The parts of an OpenAPI 3 document that a policy is made of; all else is skipped without being kept.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A list of requirements, each of which names schemes and their scopes.
pub(super) type Security = Vec<BTreeMap<String, Vec<String>>>;

/// An OpenAPI 3.0 or 3.1 document.
#[derive(Clone, Debug, Deserialize)]
pub struct Document {
    openapi: String,
    #[serde(default)]
    info: Info,
    #[serde(default)]
    servers: Vec<Server>,
    #[serde(default)]
    security: Option<Security>,
    #[serde(default)]
    paths: BTreeMap<String, PathItem>,
    #[serde(default)]
    components: Components,
    #[serde(skip)]
    base_path: String,
}

/// Why a text is no usable OpenAPI document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDocument {
    /// Not JSON, or not the JSON of an OpenAPI document.
    #[error("{0}")]
    Malformed(String),
    /// Not of OpenAPI 3.0 or 3.1.
    #[error("openapi is {0:?}; Tidegate reads 3.0 and 3.1")]
    Version(String),
    /// The servers' addresses have different paths before the operations' own.
    #[error("its servers have different base paths: {0} and {1}")]
    Servers(String, String),
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Info {
    #[serde(default)]
    title: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Server {
    url: String,
    #[serde(default)]
    variables: BTreeMap<String, Variable>,
}

#[derive(Clone, Debug, Deserialize)]
struct Variable {
    default: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Components {
    #[serde(default)]
    parameters: BTreeMap<String, Parameter>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct PathItem {
    #[serde(default)]
    parameters: Vec<MaybeReference>,
    get: Option<OperationObject>,
    put: Option<OperationObject>,
    post: Option<OperationObject>,
    delete: Option<OperationObject>,
    options: Option<OperationObject>,
    head: Option<OperationObject>,
    patch: Option<OperationObject>,
    trace: Option<OperationObject>,
}

/// An operation as the document has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OperationObject {
    pub operation_id: Option<String>,
    pub summary: Option<String>,
    security: Option<Security>,
    #[serde(default)]
    parameters: Vec<MaybeReference>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum MaybeReference {
    Reference {
        #[serde(rename = "$ref")]
        reference: String,
    },
    Inline(Parameter),
}

/// A parameter's name and place.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Parameter {
    pub name: String,
    #[serde(rename = "in")]
    pub place: String,
}

/// An operation with the places around it that bear on it.
pub(super) struct Described<'a> {
    pub document: &'a Document,
    pub base_path: &'a str,
    pub path: &'a str,
    pub method: &'static str,
    pub operation: &'a OperationObject,
    shared: &'a [MaybeReference],
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// [`InvalidDocument`] where it is none, or its paths cannot be told from it.
    pub fn from_json(text: &str) -> Result<Self, InvalidDocument> {
        let document: Self =
            serde_json::from_str(text).map_err(|error| InvalidDocument::Malformed(error.to_string()))?;
        if !document.openapi.starts_with("3.0.") && !document.openapi.starts_with("3.1.") {
            return Err(InvalidDocument::Version(document.openapi));
        }
        let base_path = document.shared_base_path()?;
        Ok(Self { base_path, ..document })
    }

    /// The document's title.
    pub fn title(&self) -> &str {
        &self.info.title
    }

    /// The operations, in the order of paths.
    pub(super) fn operations(&self) -> impl Iterator<Item = Described<'_>> {
        self.paths.iter().flat_map(move |(path, item)| {
            item.operations().into_iter().filter_map(move |(method, operation)| {
                let (base_path, shared) = (self.base_path.as_str(), item.parameters.as_slice());
                Some(Described { document: self, base_path, path, method, operation: operation?, shared })
            })
        })
    }

    fn shared_base_path(&self) -> Result<String, InvalidDocument> {
        let mut base_paths = self.servers.iter().map(Server::base_path);
        let first = base_paths.next().unwrap_or_default();
        match base_paths.find(|other| *other != first) {
            Some(other) => Err(InvalidDocument::Servers(first, other)),
            None => Ok(first),
        }
    }

    fn resolve<'a>(&'a self, parameter: &'a MaybeReference) -> Option<&'a Parameter> {
        match parameter {
            MaybeReference::Inline(parameter) => Some(parameter),
            MaybeReference::Reference { reference } => {
                self.components.parameters.get(reference.strip_prefix("#/components/parameters/")?)
            }
        }
    }
}

impl Server {
    /// The path of the server's address, without a slash at its end.
    fn base_path(&self) -> String {
        let mut url = self.url.clone();
        for (name, variable) in &self.variables {
            url = url.replace(&format!("{{{name}}}"), &variable.default);
        }
        let after_authority = match url.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map(|(_, path)| format!("/{path}")).unwrap_or_default(),
            None => url,
        };
        after_authority.trim_end_matches('/').to_owned()
    }
}

impl PathItem {
    fn operations(&self) -> [(&'static str, Option<&OperationObject>); 8] {
        [
            ("get", self.get.as_ref()),
            ("put", self.put.as_ref()),
            ("post", self.post.as_ref()),
            ("delete", self.delete.as_ref()),
            ("options", self.options.as_ref()),
            ("head", self.head.as_ref()),
            ("patch", self.patch.as_ref()),
            ("trace", self.trace.as_ref()),
        ]
    }
}

impl<'a> Described<'a> {
    /// What the operation says of security, else what the document says for all.
    pub fn security(&self) -> Option<&'a Security> {
        self.operation.security.as_ref().or(self.document.security.as_ref())
    }

    /// The operation's parameters and those of its path.
    pub fn parameters(&self) -> impl Iterator<Item = &'a Parameter> {
        let document = self.document;
        self.operation.parameters.iter().chain(self.shared).filter_map(|parameter| document.resolve(parameter))
    }

    /// The references among its parameters that lead nowhere.
    pub fn dangling(&self) -> impl Iterator<Item = &'a str> {
        let document = self.document;
        self.operation.parameters.iter().chain(self.shared).filter_map(|parameter| match parameter {
            MaybeReference::Reference { reference } if document.resolve(parameter).is_none() => {
                Some(reference.as_str())
            }
            _ => None,
        })
    }
}
