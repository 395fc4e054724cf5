//! OpenAPI's `webhooks`: the types of the API's own events, each with the security of its operation. What a receiver must do is not
//! read. What is wrong with one stops no publication: it is noted, and nobody hears of the event by it.

use serde::Serialize;

use super::library::{Library, shortened};
use super::objects::{
    MAX_WEBHOOKS, MERGED_SECURITY, METHODS, OperationObject, PathItem, Security, WebhookItem, Webhooks, listed,
};
use super::reference::{BESIDE_REFERENCE, STANDS_TWICE};
use super::security::{MERGED, OF_A_PATH, requirements};
use super::unknown::{self, Unknown};
use crate::json::Map;

/// How many characters of a description are kept.
pub(super) const MAX_DESCRIPTION: usize = 500;

/// A type of event as a document describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(in crate::openapi) struct Webhook {
    /// What it is called.
    pub name: String,
    /// The operation's summary.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What the operation says of security, where it can be understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<Security>,
    /// The operation's extensions: those that are lists of texts; all others are `null`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<Option<Vec<String>>>,
    /// An example of its body, as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

crate::json_object!(Webhook { name, description: default, security: given, extensions: default, example: given });

impl Webhook {
    /// The texts that one of its extensions lists; `Some(None)` if it is not a list of texts.
    pub fn extension(&self, name: &str) -> Option<Option<&[String]>> {
        self.extensions.get(name).map(Option::as_deref)
    }
}

/// The webhooks of a document, and what of them is read otherwise than it may be meant.
pub(super) fn read<'a>(webhooks: &'a Webhooks, library: &Library<'a>) -> (Vec<Webhook>, Vec<String>) {
    let mut notes = Vec::new();
    if webhooks.left_out > 0 {
        notes.push(format!("only the first {MAX_WEBHOOKS} are read; {} more are not", webhooks.left_out));
    }
    let mut found = Vec::new();
    for (name, item) in webhooks.items.iter() {
        let mut note = |what: &str| notes.push(format!("{}: {what}", shortened(name)));
        found.extend(item.read(library, &mut note).map(|webhook| Webhook { name: name.clone(), ..webhook }));
    }
    (found, notes)
}

impl WebhookItem {
    fn read<'a>(&'a self, library: &Library<'a>, note: &mut dyn FnMut(&str)) -> Option<Webhook> {
        let mut wrong: Vec<String> = self.wrong.iter().cloned().collect();
        let (items, lost) = library.path_items(&self.item);
        wrong.extend(lost.map(|reference| format!("it stands elsewhere: {}", library.leads_nowhere(reference))));
        wrong.extend(items.iter().flat_map(|item| of_item(item)));
        let of = |method: &str| items.iter().filter_map(|item| item.operations.get(method)).collect::<Vec<_>>();
        let described: Vec<_> = METHODS.into_iter().map(of).filter(|all| !all.is_empty()).collect();
        let all = Some(of("post")).filter(|all| !all.is_empty()).or_else(|| described.first().cloned());
        let Some((operation, others)) = all.as_ref().and_then(|all| all.split_first()) else {
            wrong.iter().for_each(|what| note(what));
            note("it has no operation, and is not read");
            return None;
        };
        if described.len() > 1 {
            note("it has several methods; the security of post counts, or else of the first");
        }
        if !others.is_empty() {
            wrong.push(STANDS_TWICE.to_owned());
        }
        let OperationObject { summary, security, extensions, .. } = follow(operation, library, &mut wrong);
        if extensions.contains_key(MERGED_SECURITY) {
            note(MERGED);
        }
        let security = requirements(security.as_ref(), library);
        wrong.extend(security.as_ref().err().cloned());
        let extensions = listed(extensions.iter().filter(|(name, _)| *name != MERGED_SECURITY));
        wrong.extend(library.charge(extensions.values().flatten().flatten().map(String::len)).err());
        wrong.iter().for_each(|what| note(&format!("its security is not read: {what}")));
        let is_right = wrong.is_empty();
        Some(Webhook {
            name: String::new(),
            description: summary.text().chars().take(MAX_DESCRIPTION).collect(),
            security: security.ok().flatten().filter(|_| is_right),
            extensions: if is_right { extensions } else { Map::default() },
            example: self.example.clone(),
        })
    }
}

/// What of a path item may say who hears of its event, and is not read.
fn of_item(item: &PathItem) -> impl Iterator<Item = String> {
    let of_path = item.security.as_ref().map(|_| OF_A_PATH.to_owned());
    of_path.into_iter().chain(item.unknown.iter().filter_map(|name| fault(name, "a path")))
}

/// The operation that is meant, where this one is a reference. Adds what is wrong with it.
fn follow<'a>(operation: &'a OperationObject, library: &Library<'a>, wrong: &mut Vec<String>) -> &'a OperationObject {
    let (operations, lost) = library.operations(operation);
    wrong.extend(lost.map(|reference| format!("its operation stands elsewhere: {}", library.leads_nowhere(reference))));
    wrong.extend(operations.iter().flat_map(|one| &one.unknown).filter_map(|name| fault(name, "an operation")));
    let Some((last, references)) = operations.split_last() else { return operation };
    if references.iter().any(|one| one.says_anything()) {
        wrong.push(BESIDE_REFERENCE.to_owned());
    }
    last
}

fn fault(name: &str, of: &str) -> Option<String> {
    match unknown::member(name, of) {
        Unknown::Fault(what) => Some(what),
        Unknown::Note(_) => None,
    }
}
