//! What of a whole document a policy is made of.

mod faults;
mod operation;
mod path_items;
mod strays;
mod whole;

use std::collections::BTreeSet;

use self::operation::Extraction;
use self::strays::Strays;
use super::bodies::Bodies;
use super::elsewhere::Elsewhere;
use super::library::Library;
use super::objects::OpenApi;
use super::server::BasePaths;
use super::target::{Kind, Target};
use super::{Document, Fault, OperationObject, unknown};
use crate::json::{Map, Misread};

pub(super) use self::faults::Misreads;
pub(in crate::openapi) use self::operation::MAY_BE_SEVERAL;

/// How many characters of a title are kept: every operation repeats it.
pub(super) const MAX_TITLE: usize = 200;
/// How many parameters all operations of a document may have together: each has those of its path as well.
pub(super) const MAX_ALL_PARAMETERS: usize = 200_000;
/// The longest name of a parameter, in bytes: every operation can share it.
pub(super) const MAX_PARAMETER_NAME: usize = 256;

/// Extracts what a policy is made of from a document of `length` bytes. Also returns the references that lead to what is not in
/// `elsewhere` yet.
pub(super) fn document(
    source: &OpenApi,
    misread: &Map<Vec<Misread>>,
    elsewhere: &Elsewhere,
    length: usize,
    is_of_3_2: bool,
) -> (Document, BTreeSet<(Kind, Target)>) {
    let title = source.info.title.text().chars().take(MAX_TITLE).collect();
    let library = Library::new(source, misread, elsewhere, length.saturating_add(elsewhere.bytes));
    let mut document = Document { title, is_of_3_2, ..Document::default() };
    document.of_the_whole(source, &library);
    document.faults.extend(elsewhere.duplicates.iter().map(|what| Fault::at("", "", what.clone())));
    document.of_webhooks(source, &library);
    document.misread("", "", &library);
    let mut bodies = Bodies::new(&library, length.saturating_add(elsewhere.bytes));
    let mut parameters_left = MAX_ALL_PARAMETERS;
    let paths = document.found("paths", library.paths(), &library);
    document.misread("", "", &library);
    for name in paths.iter().flat_map(|paths| &paths.extensions) {
        document.notes.push(Fault::at("", "", unknown::misplaced_extension(name, "in paths")));
    }
    let mut strays = Strays::default();
    strays.add(&source.extensions, "at the top", "");
    strays.add(&source.tags.extensions, "in a tag", "");
    strays.add_servers(&source.servers, "", &library);
    if let Some(paths) = paths {
        strays.add(&paths.others, "in paths", "");
    }
    if let Ok(webhooks) = library.webhooks() {
        strays.add_webhooks(webhooks);
    }
    // What is wrong with these is told already.
    let _ = library.newly_met();
    let paths = paths.map(|paths| &paths.items);
    for (path, item) in paths.into_iter().flat_map(Map::iter) {
        let items = document.path_item(path, item, &library);
        let of_path = document.servers_of(path, &items, &library);
        strays.add_items(&items, path, &library);
        document.misread(path, "", &library);
        for (method, operation) in document.operations_of(path, &items) {
            let mut extraction = Extraction::new(&library, operation, &items, parameters_left);
            let mut extracted = extraction.operation(path, &method);
            extracted.body = extraction.body(&mut bodies);
            parameters_left = extraction.parameters_left;
            strays.add_operation(&extraction, &format!("{} {path}", method.to_ascii_uppercase()));
            let Extraction { operation, whats, notes, .. } = extraction;
            document.faults.extend(whats.into_iter().map(|what| Fault::at(path, &method, what)));
            document.notes.extend(notes.into_iter().map(|what| Fault::at(path, &method, what)));
            let own = document.base_paths(path, &method, &operation.servers, &library);
            match own.or_else(|| of_path.clone()) {
                Some(BasePaths::One(base_path)) => extracted.base_path = Some(base_path),
                Some(BasePaths::Several(servers)) => extracted.servers = servers,
                None => {}
            }
            document.misread(path, &method, &library);
            if let Err(what) = library.charge(extracted.lengths()) {
                document.faults.push(Fault::at(path, &method, what));
                extracted =
                    OperationObject { path: extracted.path, method: extracted.method, ..OperationObject::default() };
            }
            document.operations.push(extracted);
        }
    }
    if paths.is_some() && document.operations.is_empty() && source.webhooks.here.items.is_empty() {
        document.notes.push(Fault::at("", "", "it describes no operations".to_owned()));
    }
    document.notes.extend(strays.into_notes());
    document.unused_misread(library.unmet(), &library);
    (document.bodies, document.properties) = bodies.into_found();
    document.is_of_3_2 = false;
    (document, library.into_wanted())
}
