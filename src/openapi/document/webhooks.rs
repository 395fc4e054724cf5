//! OpenAPI's `webhooks`: the types of the API's own events, each with the security of its operation. What a receiver must do is not
//! read. What is wrong with one stops no publication: it is noted, and nobody hears of the event by it.

use serde::Serialize;

use super::library::{Library, shortened};
use super::objects::{MAX_WEBHOOKS, MERGED_SECURITY, METHODS, OperationObject, Security, WebhookItem, Webhooks};
use super::security::{MERGED, requirements};

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
    /// An example of its body, as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

crate::json_object!(Webhook { name, description: default, security: given, example: given });

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
        let (items, lost) = library.path_items(&self.item);
        if let Some(reference) = lost {
            note(&format!("it stands elsewhere: {}", library.leads_nowhere(reference)));
        }
        let of = |method: &str| items.iter().find_map(|item| item.operations.get(method));
        let operation = of("post").or_else(|| METHODS.into_iter().find_map(of));
        let Some(operation) = operation else {
            note("it has no operation, and is not read");
            return None;
        };
        if METHODS.into_iter().filter_map(of).count() > 1 {
            note("it has several methods; the security of post counts, or else of the first");
        }
        let OperationObject { summary, security, extensions, .. } = self.follow(operation, library, note);
        if extensions.contains_key(MERGED_SECURITY) {
            note(MERGED);
        }
        let security = requirements(security.as_ref(), library);
        let wrong = self.wrong.clone().or_else(|| security.as_ref().err().cloned());
        if let Some(what) = &wrong {
            note(&format!("its security is not read: {what}"));
        }
        Some(Webhook {
            name: String::new(),
            description: summary.text().chars().take(MAX_DESCRIPTION).collect(),
            security: security.ok().flatten().filter(|_| wrong.is_none()),
            example: self.example.clone(),
        })
    }

    /// The operation that is meant, where this one is a reference.
    fn follow<'a>(
        &self,
        operation: &'a OperationObject,
        library: &Library<'a>,
        note: &mut dyn FnMut(&str),
    ) -> &'a OperationObject {
        let (operations, lost) = library.operations(operation);
        if let Some(reference) = lost {
            note(&format!("its operation stands elsewhere: {}", library.leads_nowhere(reference)));
        }
        operations.last().copied().unwrap_or(operation)
    }
}
