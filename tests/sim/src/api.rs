//! The API behind the gates: a few operations, of which a policy's variant opens, closes and changes some.

use serde_json::{Value, json};

/// An operation, as requests name it.
pub struct Operation {
    /// The method.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    /// Where the owner's id goes: `{}` in path or query.
    pub names_owner: bool,
}

/// All of them. What each needs is [`needs`]'s to say.
pub const OPERATIONS: [Operation; 7] = [
    Operation { method: "GET", path: "/contacts?locationId={}", names_owner: true },
    Operation { method: "PUT", path: "/contacts?locationId={}", names_owner: true },
    Operation { method: "GET", path: "/locations/{}", names_owner: true },
    Operation { method: "PUT", path: "/locations/{}", names_owner: true },
    Operation { method: "GET", path: "/simulated/0", names_owner: false },
    Operation { method: "GET", path: "/simulated/1", names_owner: false },
    Operation { method: "GET", path: "/status", names_owner: false },
];

/// All scopes; a set of them is a bit for each.
pub const SCOPES: [&str; 4] = ["contacts.readonly", "contacts.write", "locations.readonly", "locations.write"];

/// How many variants of the policy there are.
pub const VARIANTS: u64 = 16;

/// What an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// There is no such operation.
    Nothing,
    /// Nobody's leave.
    Anyone,
    /// Any token.
    Token,
    /// A token with this scope.
    Scope(u8),
}

/// What a variant of the policy asks for an operation.
pub fn needs(variant: u8, operation: usize) -> Needs {
    let has = |bit: u8| variant & bit != 0;
    match operation {
        0 => Needs::Scope(1),
        1 => Needs::Scope(2),
        2 if has(4) => Needs::Scope(8),
        2 => Needs::Scope(4),
        3 => Needs::Scope(8),
        4 if has(1) => Needs::Token,
        5 if has(2) => Needs::Token,
        6 if has(8) => Needs::Anyone,
        _ => Needs::Nothing,
    }
}

/// The names of a set of scopes.
pub fn names(scopes: u8) -> Vec<&'static str> {
    let has = |place: usize| scopes & (1 << place) != 0;
    SCOPES.iter().enumerate().filter(|(place, _)| has(*place)).map(|(_, name)| *name).collect()
}

/// The body that publishes a variant.
pub fn policy(variant: u8) -> Value {
    let parameter =
        |place: &str| json!({ "name": "locationId", "in": place, "required": true, "schema": { "type": "string" } });
    let operation = |scope: &str, place: &str| json!({ "parameters": [parameter(place)], "security": [{ "Location": [scope] }], "responses": { "200": { "description": "" } } });
    let reads = if variant & 4 == 0 { SCOPES[2] } else { SCOPES[3] };
    let other =
        |scope: &str| json!({ "security": [{ "Location": [scope] }], "responses": { "200": { "description": "" } } });
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": "Simulated", "version": "1" },
        "components": { "securitySchemes": { "Location": { "type": "http", "scheme": "bearer" } } },
        "paths": {
            "/contacts": { "get": operation(SCOPES[0], "query"), "put": operation(SCOPES[1], "query") },
            "/locations/{locationId}": { "get": operation(reads, "path"), "put": operation(SCOPES[3], "path") },
            // So that every scope is in the catalogue of every variant.
            "/all": { "get": other(SCOPES[2]) },
        },
    });
    let rule = |bit: u8, path: &str, access: &str| {
        (variant & bit != 0).then(|| json!({ "method": "GET", "path": path, "access": access }))
    };
    let rules = [
        rule(1, "/simulated/0", "authenticated"),
        rule(2, "/simulated/1", "authenticated"),
        rule(8, "/status", "public"),
    ];
    let settings = json!({
        "schemes": { "Location": { "level": "sub_account", "private_integrations": true } },
        "owner_parameters": { "sub_account": [{ "name": "locationId" }] },
        "rules": rules.into_iter().flatten().collect::<Vec<_>>(),
    });
    json!({ "documents": [document], "settings": settings })
}
