//! What stands outside the paths.

use std::collections::BTreeSet;

use crate::json::Map;
use crate::openapi::document::library::{Library, shortened};
use crate::openapi::document::objects::{OpenApi, PARAMETERIZED_HOST, Schemes, X_MS_PATHS};
use crate::openapi::document::security::{MERGED, requirements};
use crate::openapi::document::server::{self, BasePaths, Servers, mended, settled};
use crate::openapi::document::unknown::{self, Unknown};
use crate::openapi::document::{Document, Fault, webhooks};
use crate::order::sort_and_dedup;

/// How many scopes the security schemes of a document may declare together.
const MAX_DECLARED: usize = 200_000;

/// What is said of servers in a document of Swagger 2.0.
const SERVERS_IN_SWAGGER: &str = "servers is of OpenAPI 3, and this document is of Swagger 2.0: it is not read";

impl Document {
    /// Takes over what stands outside the paths.
    pub(super) fn of_the_whole<'a>(&mut self, source: &'a OpenApi, library: &Library<'a>) {
        if let Some(reference) = &source.reference {
            let what = format!("it stands elsewhere ({}), and is not followed", shortened(reference));
            self.faults.push(Fault::at("", "", what));
        }
        if source.swagger.0.is_some() {
            match server::swagger_base_path(source.of_swagger.base_path.text()) {
                Ok(base_path) => self.base_path = base_path,
                Err(what) => self.faults.push(Fault::at("", "", mended(what))),
            }
        } else {
            match self.base_paths("", "", &source.servers, library) {
                Some(BasePaths::One(base_path)) => self.base_path = base_path,
                Some(BasePaths::Several(servers)) => self.servers = servers,
                None => {}
            }
        }
        self.unread(source);
        self.documentation.clone_from(&source.external_docs.0);
        self.tag_titles = source.tags.titles.clone();
        if source.is_security_merged.0 {
            self.notes.push(Fault::at("", "", MERGED.to_owned()));
        }
        match requirements(source.security.as_ref(), library) {
            Ok(security) => self.security = security,
            Err(what) => self.faults.push(Fault::at("", "", format!("security: {what}"))),
        }
        self.misread("", "", library);
        if let Some(components) = self.found("components", library.components(), library) {
            self.schemes("components.securitySchemes", &components.security_schemes, library);
        }
        self.schemes("securityDefinitions", &source.of_swagger.security_definitions, library);
        // They decide nothing: the settings say what a scheme means, and what else is a component is read where it is referred to.
        self.unused_misread(library.newly_met().iter(), library);
    }

    /// What stands at the top and is not read.
    fn unread(&mut self, source: &OpenApi) {
        for name in &source.unknown {
            match unknown::member(name, "a document") {
                _ if name.starts_with("x-") => {
                    self.notes.push(Fault::at("", "", unknown::misplaced_extension(name, "at the top")));
                }
                Unknown::Fault(what) => self.faults.push(Fault::at("", "", what)),
                Unknown::Note(what) => self.notes.push(Fault::at("", "", what)),
            }
        }
        let host = source.of_swagger.host.text();
        if source.swagger.0.is_some() && host.contains('/') {
            let what = format!("host {:?} has a path, which is not read: basePath says it", shortened(host));
            self.notes.push(Fault::at("", "", what));
        }
        if source.swagger.0.is_some() {
            self.notes.extend(server::of_host(host).map(|said| Fault::at("", "", said)));
        }
        if source.has_x_ms_paths {
            let what = format!("{X_MS_PATHS} is not read: a request for what it describes is judged as paths has it");
            self.notes.push(Fault::at("", "", what));
        }
        if source.has_parameterized_host {
            let what = format!("{PARAMETERIZED_HOST} is not read: what it says of the host is compared with nothing");
            self.notes.push(Fault::at("", "", what));
        }
        let (has_base_path, has_servers) = (!source.of_swagger.base_path.is_missing(), !source.servers.is_empty());
        let what = match source.swagger.0.is_some() {
            true if has_servers => SERVERS_IN_SWAGGER,
            false if has_base_path => "basePath is of Swagger 2.0, and this document is not: it is not read",
            _ => return,
        };
        self.notes.push(Fault::at("", "", what.to_owned()));
    }

    /// Takes over the types of events.
    pub(super) fn of_webhooks<'a>(&mut self, source: &'a OpenApi, library: &Library<'a>) {
        let Some(found) = self.found("webhooks", library.webhooks(), library) else { return };
        if found.items.is_empty() {
            return;
        }
        let notes = if source.openapi.text().starts_with("3.0") || source.swagger.0.is_some() {
            vec!["they are of OpenAPI 3.1, and this document is not: they are not read".to_owned()]
        } else {
            let (webhooks, notes) = webhooks::read(found, library);
            self.webhooks = webhooks;
            notes
        };
        self.notes.extend(notes.into_iter().map(|what| Fault::at("", "", format!("webhooks: {what}"))));
    }

    /// A part of the document, where it can be found.
    pub(super) fn found<T>(&mut self, place: &str, part: Result<T, &str>, library: &Library<'_>) -> Option<T> {
        part.map_err(|reference| {
            let what = format!("{place}: {}", library.leads_nowhere(reference));
            self.faults.push(Fault::at("", "", what));
        })
        .ok()
    }

    fn schemes<'a>(&mut self, place: &str, schemes: &'a Schemes, library: &Library<'a>) {
        let Some(schemes) = self.found(place, library.schemes(schemes), library) else { return };
        let mut looked_at = 0_usize;
        let mut seen = BTreeSet::new();
        // What a reference leads to stands here too, under its own name, which goes first.
        let (references, inline): (Vec<_>, Vec<_>) =
            schemes.iter().partition(|(_, declared)| declared.reference().is_some());
        for (name, declared) in inline.into_iter().chain(references) {
            self.security_schemes.push(name.clone());
            let place = format!("{place}.{name}");
            let Some(scheme) = self.found(&place, library.security_scheme(declared), library) else { continue };
            let kinds = [&scheme.kind, &scheme.http, &scheme.place].into_iter().filter_map(|words| words.0.as_deref());
            self.scheme_kinds.insert(name.clone(), kinds.map(shortened).collect::<Vec<_>>().join(" "));
            if !seen.insert(std::ptr::from_ref(scheme)) {
                continue;
            }
            let Some(scopes) = self.found(&place, library.scopes(scheme), library) else { continue };
            looked_at = scopes.iter().map(|scopes| scopes.len()).fold(looked_at, usize::saturating_add);
            if looked_at > MAX_DECLARED {
                let what = format!("{place}: with it the security schemes declare over {MAX_DECLARED} scopes");
                self.faults.push(Fault::at("", "", what));
                break;
            }
            let scopes = scopes.into_iter().flat_map(Map::iter);
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
    pub(super) fn base_paths<'a>(
        &mut self,
        path: &str,
        method: &str,
        servers: &'a Servers,
        library: &Library<'a>,
    ) -> Option<BasePaths> {
        if library.source.swagger.0.is_some() {
            if !servers.is_empty() {
                self.notes.push(Fault::at(path, method, SERVERS_IN_SWAGGER.to_owned()));
            }
            return None;
        }
        match library.servers(servers) {
            Ok(servers) => {
                let (base_paths, notes) = server::base_paths(&servers, library.own_uri())?;
                let is_settled = !path.is_empty() && matches!(base_paths, BasePaths::One(_));
                let notes = notes.into_iter().map(|said| if is_settled { settled(said) } else { said });
                self.notes.extend(notes.map(|said| Fault::at(path, method, said)));
                Some(base_paths)
            }
            Err(reference) => {
                let what = format!("servers: {}", library.leads_nowhere(reference));
                let said = if path.is_empty() { mended(what) } else { what.into() };
                self.faults.push(Fault::at(path, method, said));
                None
            }
        }
    }
}
