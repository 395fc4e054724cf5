//! Which `POST`s only read, by their names: a search sends its question in a body.

use super::super::document::OperationObject;
use super::area::words;

/// What says that an operation searches, wherever it stands in its name.
const SEARCHES: [&str; 5] = ["search", "query", "lookup", "autocomplete", "typeahead"];
/// What says that it reads, where a name begins with it. Not `view`, `read` and `return`: `POST /messages/{id}/read` marks one.
const READS: [&str; 10] =
    ["get", "list", "find", "search", "query", "lookup", "fetch", "retrieve", "count", "describe"];
/// What says that it may change something, wherever it stands.
const CHANGES: [&str; 62] = [
    "create",
    "creates",
    "add",
    "adds",
    "new",
    "insert",
    "update",
    "updates",
    "upsert",
    "save",
    "saves",
    "saved",
    "set",
    "put",
    "patch",
    "edit",
    "modify",
    "change",
    "delete",
    "deletes",
    "remove",
    "removes",
    "destroy",
    "clear",
    "purge",
    "archive",
    "restore",
    "replace",
    "rename",
    "move",
    "copy",
    "clone",
    "merge",
    "send",
    "sends",
    "submit",
    "start",
    "stop",
    "run",
    "execute",
    "trigger",
    "cancel",
    "approve",
    "reject",
    "confirm",
    "enable",
    "disable",
    "activate",
    "deactivate",
    "assign",
    "import",
    "upload",
    "generate",
    "reset",
    "revoke",
    "rotate",
    "publish",
    "subscribe",
    "unsubscribe",
    "sync",
    "index",
    "reindex",
];

/// Whether a `POST` only reads, as its path's last segment, its `operationId` and its summary say: one of them says so, and
/// none says that it could change something.
pub(super) fn only_reads(operation: &OperationObject) -> bool {
    let segments = operation.path.rsplit('/').filter(|segment| !segment.is_empty());
    let segment = segments
        .clone()
        .next()
        .filter(|segment| !(segment.starts_with('{') && segment.ends_with('}')))
        .unwrap_or_default();
    // `/{id}:search`
    let verb = segment.rsplit_once(':').map_or(segment, |(_, verb)| verb);
    let [verb, id, summary] =
        [verb, operation.operation_id.as_deref().unwrap_or_default(), operation.summary.as_deref().unwrap_or_default()]
            .map(words);
    let searches = |words: &[String]| words.iter().any(|word| SEARCHES.contains(&word.as_str()));
    let begins = |words: &[String]| words.first().is_some_and(|word| READS.contains(&word.as_str()));
    // A collection of searches is not a search.
    let names_a_search = verb.last().is_some_and(|word| SEARCHES.contains(&word.as_str()));
    let returns = summary.first().is_some_and(|word| word == "returns");
    let says_so = names_a_search || searches(&id) || begins(&verb) || begins(&id) || begins(&summary) || returns;
    let changes = [verb, id, summary].iter().flatten().any(|word| CHANGES.contains(&word.as_str()));
    says_so && !changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(path: &str, id: &str, summary: &str) -> OperationObject {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        OperationObject {
            path: path.to_owned(),
            operation_id: text(id),
            summary: text(summary),
            ..OperationObject::default()
        }
    }

    #[test]
    fn what_searches_only_reads() {
        for (path, id, summary) in [
            ("/contacts/search", "", ""),
            ("/contacts/{id}:search", "", ""),
            ("/contacts", "searchContacts", "Search contacts"),
            ("/contacts", "contacts_query", ""),
            ("/databases/{id}/query", "post-database-query", "Query a database"),
            ("/files/list_folder", "", ""),
            ("/contacts", "", "Find contacts by e-mail"),
            ("/indexes/{id}/query", "", ""),
            ("/metadata", "", "Returns the metadata of a file"),
        ] {
            assert!(only_reads(&operation(path, id, summary)), "{path} {id} {summary}");
        }
    }

    #[test]
    fn each_word_counts() {
        for word in ["search", "query", "lookup", "autocomplete", "typeahead"] {
            assert!(only_reads(&operation(&format!("/x/{word}"), "", "")), "{word}");
            assert!(only_reads(&operation("/x", &format!("contacts_{word}"), "")), "{word}");
        }
        for word in
            ["get", "list", "find", "search", "query", "lookup", "fetch", "retrieve", "count", "describe", "returns"]
        {
            assert!(only_reads(&operation("/x", "", &format!("{word} contacts"))), "{word}");
        }
        for word in [
            "create",
            "creates",
            "add",
            "adds",
            "new",
            "insert",
            "update",
            "updates",
            "upsert",
            "save",
            "saves",
            "saved",
            "set",
            "put",
            "patch",
            "edit",
            "modify",
            "change",
            "delete",
            "deletes",
            "remove",
            "removes",
            "destroy",
            "clear",
            "purge",
            "archive",
            "restore",
            "replace",
            "rename",
            "move",
            "copy",
            "clone",
            "merge",
            "send",
            "sends",
            "submit",
            "start",
            "stop",
            "run",
            "execute",
            "trigger",
            "cancel",
            "approve",
            "reject",
            "confirm",
            "enable",
            "disable",
            "activate",
            "deactivate",
            "assign",
            "import",
            "upload",
            "generate",
            "reset",
            "revoke",
            "rotate",
            "publish",
            "subscribe",
            "unsubscribe",
            "sync",
            "index",
            "reindex",
        ] {
            assert!(!only_reads(&operation("/x/search", "", &format!("Search and {word}"))), "{word}");
            assert!(!only_reads(&operation("/x/search", &format!("{word}ThenSearch"), "")), "{word}");
        }
    }

    #[test]
    fn what_could_change_something_writes() {
        for (path, id, summary) in [
            ("/contacts", "", ""),
            ("/contacts", "createContact", "Create a contact"),
            ("/saved-searches", "", ""),
            ("/searches", "createSearch", ""),
            ("/filters", "", "Create a filter"),
            ("/contacts/search", "", "Search contacts and update their tags"),
            ("/contacts/search", "deleteBySearch", ""),
            ("/lists", "", "Create a list"),
            ("/contacts/find-or-create", "findOrCreateContact", ""),
            ("/jobs/{id}", "", ""),
            ("/messages/{id}/read", "", "Mark as read"),
            ("/orders/{id}/return", "returnOrder", "Return an order"),
            ("/get-token", "getToken", "Generate a token"),
        ] {
            assert!(!only_reads(&operation(path, id, summary)), "{path} {id} {summary}");
        }
    }
}
