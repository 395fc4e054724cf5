//! The words of the admin API: routes, bodies, revisions, list queries, and what a change does.

mod bodies;
mod changes;
mod list;
mod openapi;
mod page;
mod plane;
mod routes;

use tidegate::admin::{AdminError, Command, IncomingRequest};

const ID: &str = "040g2081040g2081";

/// A request without query, with a right `If-Match`.
fn send(method: &str, path: &str, body: &str) -> Result<Command, AdminError> {
    Command::parse(IncomingRequest { method, path, query: None, if_match: Some("\"7\""), if_none_match: None, body })
}

/// The field that a refusal names.
fn field(outcome: Result<Command, AdminError>) -> String {
    match outcome {
        Err(AdminError::Invalid { field, message }) => {
            assert!(!message.is_empty());
            field
        }
        Err(error) => format!("{error:?}"),
        Ok(command) => panic!("accepted as {command:?}"),
    }
}
