//! Path items, and the operations that they have.

use crate::openapi::document::fault::Said;
use crate::openapi::document::library::{Library, shortened};
use crate::openapi::document::objects::{ANY_METHOD, METHODS, OperationObject as Source, PathItem};
use crate::openapi::document::reference::STANDS_TWICE;
use crate::openapi::document::security::OF_A_PATH;
use crate::openapi::document::server::BasePaths;
use crate::openapi::document::unknown::{self, Unknown};
use crate::openapi::document::{Document, Fault};
use crate::order::sort_and_dedup;
use crate::request::Method;

impl Document {
    /// A path item and those that it refers to.
    pub(super) fn path_item<'a>(&mut self, path: &str, item: &'a PathItem, library: &Library<'a>) -> Vec<&'a PathItem> {
        let (items, lost) = library.path_items(item);
        if let Some(reference) = lost {
            let what = format!("its path item stands elsewhere: {}", library.leads_nowhere(reference));
            self.faults.push(Fault::at(path, "", what));
        }
        for item in &items {
            if item.security.is_some() {
                self.faults.push(Fault::at(path, "", OF_A_PATH.to_owned()));
            }
            for member in &item.unknown {
                let lower = member.to_ascii_lowercase();
                let member = shortened(member);
                let said: Said = if METHODS.contains(&lower.as_str()) {
                    format!("{member} is not read; methods are written in lower case: {lower}").into()
                } else if member == ANY_METHOD {
                    format!("{member} is not read: of this path only the methods that it names are described").into()
                } else if member.starts_with("x-") {
                    unknown::misplaced_extension(member, "at the path")
                } else if let Unknown::Fault(what) = unknown::member(member, "a path") {
                    self.faults.push(Fault::at(path, "", what));
                    continue;
                } else {
                    format!(
                        "{member:?} is not read: OpenAPI has no such method, nor another member of a path with this name"
                    )
                    .into()
                };
                self.notes.push(Fault::at(path, "", said));
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

    /// What the servers of a path put before it, if it has some.
    pub(super) fn servers_of<'a>(
        &mut self,
        path: &str,
        items: &[&'a PathItem],
        library: &Library<'a>,
    ) -> Option<BasePaths> {
        let mut all = items.iter().map(|item| &item.servers).filter(|servers| !servers.is_empty());
        let servers = all.next()?;
        if all.next().is_some() {
            let what = "servers stand here and in what $ref leads to: those here are read";
            self.notes.push(Fault::at(path, "", what.to_owned()));
        }
        self.base_paths(path, "", servers, library)
    }

    /// The operations of path items, each with its method in lower case.
    pub(super) fn operations_of<'a>(&mut self, path: &str, items: &[&'a PathItem]) -> Vec<(String, &'a Source)> {
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
            self.faults.push(Fault::at(path, method, STANDS_TWICE.to_owned()));
        }
        Some((method.to_owned(), first))
    }
}
