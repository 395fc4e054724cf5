//! What a document says, part by part: its operations and the bodies of their requests.

use serde::Serialize;

use super::objects::Security;
use super::server::ServerPath;
use crate::json::Map;
use crate::policy::OwnerParameter;

/// An operation as the document has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(in crate::openapi) struct OperationObject {
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
    /// Its parameters in query and header, and those in the path that its template does not have; with those of its path item.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<OwnerParameter>,
    /// The place of its body in the document's list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<usize>,
    /// Its extensions (`x-…`): those that are lists of texts; all others are `null`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<Option<Vec<String>>>,
}

impl OperationObject {
    /// How long the texts are that it took over from the document, beside its security.
    pub fn lengths(&self) -> impl Iterator<Item = usize> {
        let servers = self.servers.iter().flat_map(|server| [server.path.as_ref(), server.fault.as_ref()]);
        let own = [self.operation_id.as_ref(), self.summary.as_ref(), self.base_path.as_ref()];
        let listed = self.extensions.values().flatten().flatten();
        own.into_iter().chain(servers).flatten().chain(&self.tags).chain(listed).map(String::len)
    }
}

/// The forms of a request body.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(in crate::openapi) struct Body(pub Vec<Form>);

/// Media types of a body that have the same properties.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(in crate::openapi) struct Form {
    pub media_types: Vec<String>,
    /// The place of the properties in the document's list.
    pub properties: usize,
}

/// The properties of the object that a body is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(in crate::openapi) struct Properties {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The references that lead nowhere in the document: behind them could be more properties.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unresolved: Vec<String>,
    /// Why properties may be missing here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
}

/// What is told of the security schemes, by their names. Documents that differ only in it are equal.
#[derive(Clone, Debug, Default)]
pub(in crate::openapi) struct Kinds(Map<String>);

impl Kinds {
    pub fn insert(&mut self, name: String, kind: String) {
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
