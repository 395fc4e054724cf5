//! Extensions that stand where nothing looks at them, and that could be the one which the settings name: they are called as if they said
//! something of scopes, or operations of the document have them too. Each is told once for each kind of place.

use std::collections::{BTreeMap, BTreeSet};

use super::operation::Extraction;
use crate::openapi::document::Fault;
use crate::openapi::document::library::{Library, shortened};
use crate::openapi::document::objects::{PathItem, Webhooks};
use crate::openapi::document::server::Servers;
use crate::openapi::document::unknown::{is_like_scopes, misplaced_extension};

/// How many of them are told.
const MAX_STRAYS: usize = 1_000;

/// What was met of them.
#[derive(Default)]
pub(super) struct Strays<'a> {
    /// By name and kind of place: the first operation or path where it stands so.
    met: BTreeMap<(&'a str, &'static str), String>,
    of_operations: BTreeSet<&'a str>,
}

impl<'a> Strays<'a> {
    /// Adds those of a kind of place; `first` is the operation or path, if there is one.
    pub fn add(&mut self, names: impl IntoIterator<Item = &'a String>, place: &'static str, first: &str) {
        for name in names {
            self.met.entry((name, place)).or_insert_with(|| first.to_owned());
        }
    }

    /// Adds those of servers.
    pub fn add_servers(&mut self, servers: &'a Servers, first: &str, library: &Library<'a>) {
        for server in library.servers(servers).into_iter().flatten() {
            self.add(&server.extensions, "in a server", first);
        }
    }

    /// Adds those of webhooks; those of their operations count.
    pub fn add_webhooks(&mut self, webhooks: &'a Webhooks) {
        for (name, webhook) in webhooks.items.iter() {
            let (item, first) = (&webhook.item, shortened(name));
            let named = item.unknown.iter().filter(|name| name.starts_with("x-"));
            self.add(named.chain(&item.extensions), "at a webhook", first);
            for operation in item.operations.values() {
                self.of_operations.extend(operation.extensions.keys().map(String::as_str));
                self.add(&operation.extensions_below, "in a response or in externalDocs", first);
            }
        }
    }

    /// Adds those of path items.
    pub fn add_items(&mut self, items: &[&'a PathItem], path: &str, library: &Library<'a>) {
        for item in items {
            self.add(&item.extensions, "at a path", path);
            self.add_servers(&item.servers, path, library);
        }
    }

    /// Adds those of an operation, whose own extensions count.
    pub fn add_operation(&mut self, extraction: &Extraction<'a, '_>, first: &str) {
        let Extraction { library, operation, .. } = extraction;
        self.of_operations.extend(operation.extensions.keys().map(String::as_str));
        self.add(&operation.extensions_below, "in a response or in externalDocs", first);
        for parameter in extraction.declared().filter_map(|declared| library.parameter(declared).ok()) {
            self.add(&parameter.extensions, "in a parameter", first);
        }
        if let Some(body) = operation.request_body.as_ref().and_then(|body| library.request_body(body).ok()) {
            self.add(&body.extensions, "in a body", first);
            for media_type in library.content(&body.content).into_iter().flat_map(|content| content.values()) {
                self.add(&media_type.extensions, "in a media type", first);
            }
        }
        self.add_servers(&operation.servers, first, library);
    }

    /// What is told of them.
    pub fn into_notes(self) -> Vec<Fault> {
        let Self { met, of_operations } = self;
        let is_told = |name: &str| is_like_scopes(name) || of_operations.contains(name);
        let told = met.into_iter().filter(|((name, _), _)| is_told(name)).take(MAX_STRAYS);
        let note = |((name, place), first): ((&str, &str), String)| {
            let place = if first.is_empty() { place.to_owned() } else { format!("{place} ({first})") };
            Fault::at("", "", misplaced_extension(name, &place))
        };
        told.map(note).collect()
    }
}
