//! Step 4: what a method and a path name, and how documents become a policy.

pub mod abilities;
mod cases;
mod compile;
mod deriving;
mod documents;
mod earlier;
mod enormous;
mod event_types;
mod excluding;
mod held;
mod hostile_documents;
mod init;
mod labels;
mod malformed;
mod matcher;
mod matching;
mod model;
mod naive;
pub mod parts;
mod properties;
mod real_matcher;
mod references;
mod report;
mod rules;
mod schemes;
mod setting_limits;
mod shared_cases;
mod signed;
mod stored;
mod whole_sections;
mod yaml;

pub use yaml::BLOCK;

use serde_json::{Value, json};
use tidegate::openapi::{Compiled, Document, Settings, compile};
use tidegate::policy::{Access, Operation, OwnerNames, OwnerPlaces, Policy, Template};
use tidegate::request::Method;

/// A policy of operations open to every token.
fn open_policy(operations: &[(Method, &str)]) -> Policy {
    let open = |(method, path): &(Method, &str)| Operation {
        path: Template::parse(path).unwrap(),
        method: method.clone(),
        access: Access::Authenticated,
        owner: OwnerPlaces::default(),
        is_routed_exactly: false,
        takes_encoded: false,
        is_multipart_unchecked: false,
        id: None,
        summary: None,
        document: String::new(),
    };
    Policy::new(1, operations.iter().map(open).collect(), OwnerNames::default()).unwrap()
}

fn settings() -> Settings {
    serde_json::from_value(json!({
        "schemes": {
            "Tenant": { "level": "sub_account", "private_integrations": true },
            "User": { "level": "sub_account", "private_integrations": false },
            "Agency": { "level": "agency", "private_integrations": true }
        },
        "owner_parameters": { "sub_account": [{ "name": "locationId" }], "agency": [{ "name": "companyId" }] }
    }))
    .unwrap()
}

/// A document of one path with one operation.
fn one(path: &str, operation: Value) -> Value {
    document("One", json!({ (path): { "get": operation } }))
}

fn document(title: &str, paths: Value) -> Value {
    json!({ "openapi": "3.1.0", "info": { "title": title, "version": "1" }, "paths": paths })
}

fn parsed(document: &Value) -> Document {
    Document::parse(&document.to_string()).unwrap()
}

fn compiled(documents: &[Value]) -> Compiled {
    compile(&documents.iter().map(parsed).collect::<Vec<_>>(), &settings())
}

/// The operations of documents without errors.
fn operations(documents: &[Value]) -> Vec<Operation> {
    let Compiled { policy, report, .. } = compiled(documents);
    assert_eq!(report.errors, []);
    policy.unwrap().operations().to_vec()
}

/// The access of a document's only operation.
fn access(document: Value) -> Access {
    let operations = operations(&[document]);
    assert_eq!(operations.len(), 1);
    operations[0].access.clone()
}
