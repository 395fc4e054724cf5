//! What stands outside the paths.

use crate::json::Map;
use crate::openapi::document::objects::{MaybeReference, OpenApi, SecurityScheme};
use crate::openapi::document::resolve::{Library, shortened};
use crate::openapi::document::security::{MERGED, too_many};
use crate::openapi::document::server::{self, BasePaths, Server};
use crate::openapi::document::{Document, Fault, webhooks};
use crate::order::sort_and_dedup;

impl Document {
    /// Takes over what stands outside the paths.
    pub(super) fn of_the_whole<'a>(&mut self, source: &'a OpenApi, library: &Library<'a>) {
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
    pub(super) fn of_webhooks(&mut self, source: &OpenApi, library: &Library<'_>) {
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
    pub(super) fn base_paths(&mut self, path: &str, method: &str, servers: &[Server]) -> Option<BasePaths> {
        let (base_paths, notes) = server::base_paths(servers)?;
        self.notes.extend(notes.into_iter().map(|what| Fault::at(path, method, what)));
        Some(base_paths)
    }
}
