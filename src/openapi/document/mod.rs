//! An OpenAPI document, as far as a policy is made of it: its operations as they are written, before settings.

mod address;
mod bodies;
mod capture;
mod described;
mod elsewhere;
mod extract;
mod fault;
mod library;
mod object_macro;
mod objects;
mod reading;
mod reference;
mod resolve;
mod security;
mod server;
mod stored;
mod target;
mod text;
mod unknown;
mod webhooks;
mod words;
mod written;
mod yaml;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::json::Map;

pub(super) use self::described::Described;
pub(super) use self::extract::MAY_BE_SEVERAL;
pub(super) use self::fault::{About, Fault};
pub(super) use self::objects::Security;
pub(super) use self::reading::NOT_FOLLOWED;
pub use self::reading::{InvalidDocument, yaml_to_json};
pub(super) use self::server::ServerPath;
pub use self::stored::CorruptDocument;
pub(super) use self::unknown::is_like_scopes;
pub(super) use self::webhooks::Webhook;
use self::written::Kinds;
pub(super) use self::written::{Body, Form, OperationObject, Properties};

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
    /// The types of the API's own events that it describes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    webhooks: Vec<Webhook>,
    /// Where people read more of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    documentation: Option<String>,
    /// What its tags are called for people, where that is not their names.
    #[serde(skip_serializing_if = "Map::is_empty")]
    tag_titles: Map<String>,
    /// Whether it is written in OpenAPI 3.2; for reading it only.
    #[serde(skip)]
    is_of_3_2: bool,
}

impl Document {
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

    /// Whether its servers, or those of an operation, put different things before a path, or cannot be read.
    pub(super) fn has_servers_to_choose(&self) -> bool {
        !self.servers.is_empty()
            || self.operations.iter().any(|operation| !operation.servers.is_empty())
            || self.faults.iter().any(|fault| fault.about == Some(About::Servers))
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
        // What is chosen without them is a path.
        if choose(&[]).is_ok() {
            self.faults.retain(|fault| fault.about != Some(About::Servers));
        }
        if is_chosen {
            self.forget_variables();
        }
        let is_inherited = self.operations.iter().any(|one| one.base_path.is_none() && one.servers.is_empty());
        match choose(&self.servers) {
            Ok(path) => self.base_path = path,
            // All its servers say the same.
            Err(_) if self.servers.is_empty() => {}
            Err(what) if is_inherited || is_chosen => {
                self.faults.push(Fault::at("", "", format!("servers: {what}")));
            }
            Err(_) => {}
        }
        for operation in self.operations.iter_mut().filter(|operation| !operation.servers.is_empty()) {
            match choose(&std::mem::take(&mut operation.servers)) {
                Ok(path) => operation.base_path = Some(path),
                Err(what) => {
                    self.faults.push(Fault::at(&operation.path, &operation.method, what));
                }
            }
        }
        self.servers.clear();
        self
    }

    /// Takes back what is noted of variables in the path of servers in whose place the settings choose a base path: those of the document,
    /// and those of operations that have several.
    fn forget_variables(&mut self) {
        let settled = self.operations.iter().filter(|one| one.servers.is_empty());
        let of = |one: &OperationObject| [one.method.clone(), String::new()].map(|method| (one.path.clone(), method));
        // As in Exclusions::finish.
        let mut places = BTreeSet::new();
        places.extend(settled.flat_map(of));
        self.notes.retain(|Fault { path, method, about, .. }| {
            let is_variable = matches!(about, Some(About::PathVariable(_)));
            !is_variable || (!path.is_empty() && places.contains(&(path.clone(), method.clone())))
        });
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
        joined(&self.base_path, path)
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

    /// The types of the API's own events that it describes, by name.
    pub(super) fn webhooks(&self) -> &[Webhook] {
        &self.webhooks
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

    /// Where people read more of it: the address of its `externalDocs`, under what reports call it.
    pub(super) fn documentation(&self) -> Option<(&str, &str)> {
        Some((self.title(), self.documentation.as_deref()?))
    }

    /// Its own title, whatever reports call it.
    pub(super) fn own_title(&self) -> &str {
        &self.title
    }

    /// What a tag is called for people.
    pub(super) fn tag_title<'a>(&'a self, tag: &'a str) -> &'a str {
        self.tag_titles.get(tag).map_or(tag, String::as_str)
    }

    /// Every list of requirements that stands in it.
    pub(super) fn requirements(&self) -> impl Iterator<Item = &Map<Vec<String>>> {
        let own = self.operations.iter().filter_map(|operation| operation.security.as_ref());
        let is_inherited = self.operations.iter().any(|operation| operation.security.is_none());
        let of_webhooks = self.webhooks.iter().filter_map(|webhook| webhook.security.as_ref());
        self.security.as_ref().filter(|_| is_inherited).into_iter().chain(own).chain(of_webhooks).flatten()
    }

    /// Every scope that it names, wherever it does; `extension` is that which lists scopes.
    pub(super) fn named_scopes<'a>(&'a self, extension: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        let needed = self.requirements().flat_map(|requirement| requirement.values().flatten());
        let of_operations = self.operations.iter().map(|operation| &operation.extensions);
        let all = of_operations.chain(self.webhooks.iter().map(|webhook| &webhook.extensions));
        let lists = all.filter_map(move |extensions| extensions.get(extension?)?.as_ref());
        let declared = self.scope_descriptions().map(|(scope, _)| scope);
        needed.chain(lists.flatten()).map(String::as_str).chain(declared)
    }

    /// Whether an operation or a webhook of it has this extension.
    pub(super) fn has_extension(&self, name: &str) -> bool {
        let of_operations = self.operations.iter().map(|operation| &operation.extensions);
        let mut all = of_operations.chain(self.webhooks.iter().map(|webhook| &webhook.extensions));
        all.any(|extensions| extensions.contains_key(name))
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

/// Joins a base path and a path. A path that does not start with a slash stays as it is.
fn joined(base_path: &str, path: &str) -> String {
    if path.starts_with('/') { format!("{base_path}{path}") } else { path.to_owned() }
}
